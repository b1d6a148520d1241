"""Supervisors' dashboards: every number against an independent query, who sees what, and what it costs."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from applications import lifecycle as cases
from applications import line
from applications.models import Application, Supplement
from measures import alerts, dashboard, gauges, restoration
from measures.dashboard import Board, Place
from measures.models import Alert, RiskLevel, Target, Threshold
from tests import make
from tests.measures.ledger import EVENING, all_told, counted, windows_in
from windows import clock, lifecycle
from windows.models import Division, Service, Window

pytestmark = pytest.mark.django_db
DAYS = (date(2020, 2, 26), date(2020, 3, 5), date(2020, 3, 11))
PLACES = ("", "420000", "420100", "110101")


@pytest.fixture(autouse=True)
def _forgotten():
    dashboard.forget()


@pytest.fixture(scope="module")
def scenario_with_work(scenario, for_the_module):
    """The scenario, and a line of the portal's own cases at a few windows."""
    clock.set_now(EVENING)
    for_the_module(work_at_three_windows)


def work_at_three_windows():
    for code, failing in (("11010101", []), ("11010201", ["masks"]), ("44010301", []), ("44010401", [])):
        make.check(Window.objects.get(pk=code), *failing, at=EVENING)
    # About one service alone: an entry of the day that confirms nothing of the window.
    make.change(Window.objects.get(pk="11010501"), "suspended", at=EVENING, service=Service.objects.first())
    for county, level in (("110101", "low"), ("440103", "high")):
        place = Division.objects.get(pk=county)
        RiskLevel.objects.create(division=place, day=DAYS[1], level=level, recorded_at=EVENING, source="staff")
    for code in ("11010101", "42010201", "42010301"):
        window = Window.objects.get(pk=code)
        clerk = make.officer(windows=[window])
        for hours in (1, 30, 80):
            make.waiting(window, at=EVENING - timedelta(hours=hours))
        make.waiting(window, at=EVENING - timedelta(hours=2), asserted="epidemic_response")
        first = line.claim_next(window, by=clerk, at=EVENING)
        cases.supplement(first, [{"document": "", "text": "x"}], by=clerk, at=EVENING - timedelta(minutes=30))
        second = line.claim_next(window, by=clerk, at=EVENING)
        cases.approve(second, by=clerk, at=EVENING)
        line.claim_next(window, by=clerk, at=EVENING)
    restoration.fold()


def place_of(code: str) -> Place:
    return Place(Division.objects.get(pk=code)) if code else Place()


# --- every number, by another way -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def boards(scenario_with_work) -> dict[tuple[str, date], Board]:
    dashboard.forget()
    return {(code, day): dashboard.of(place_of(code), day, now=EVENING) for code in PLACES for day in DAYS}


@pytest.mark.parametrize("code", PLACES)
@pytest.mark.parametrize("day", DAYS)
def test_every_number_of_a_day_is_what_the_events_say(boards, ledger, code, day):
    values = boards[code, day].values

    assert {name: values[name] for name in gauges.GAUGES if name in values and not gauges.GAUGES[name].live} == (
        counted(ledger, code, day)
    )


@pytest.fixture(scope="module")
def ledger(scenario_with_work) -> dict[str, list]:
    return all_told()


@pytest.mark.parametrize("code", PLACES)
def test_the_line_now_is_what_the_applications_say(boards, code):
    keys = {window.pk for window in windows_in(code)}
    mine = [a for a in Application.objects.filter(origin="portal") if a.window_id in keys]
    state = {"waiting": "waiting", "in_hand": "claimed", "parked": "parked", "asked": "supplement"}

    board = boards[code, DAYS[-1]]

    undecided = [a for a in mine if a.state in state.values()]
    expected = {gauge: sum(a.state == of for a in mine) for gauge, of in state.items()}
    expected["late"] = sum(bool(a.due_at and a.due_at < EVENING) for a in undecided)
    soon = [a for a in undecided if a.due_at and EVENING <= a.due_at < EVENING + timedelta(hours=24)]
    expected["soon"] = len(soon)
    assert {name: board.values[name] for name in expected} == expected
    assert expected["in_hand"] > 0
    assert sum(board.lanes.values()) == expected["waiting"]
    assert sum(board.audiences.values()) == len(undecided)


@pytest.mark.parametrize("code", PLACES)
def test_the_parts_add_up_to_the_place(boards, code):
    board = boards[code, DAYS[-1]]

    for name in (*dashboard.SUMMED, *dashboard.LIVE, "restored"):
        assert sum(part.values[name] for part in board.parts) == board.values[name], name


@pytest.mark.parametrize("day", DAYS)
def test_windows_are_counted_by_the_risk_of_their_county(boards, day):
    told = {row["level"]: (row["windows"], row["restored"]) for row in boards["", day].risks}

    standing = {window.pk: window.status for window in Window.objects.with_status(clock.end_of(day))}
    of = {"110101": "low", "440103": "high"} if day >= DAYS[1] else {}
    expected: dict = {}
    for code, status in standing.items():
        windows, restored = expected.get(of.get(code[:6], ""), (0, 0))
        expected[of.get(code[:6], "")] = (windows + 1, restored + (status in ("full", "limited")))
    assert told == expected


def test_a_past_day_says_nothing_about_the_line_now(boards):
    assert not set(dashboard.LIVE) & set(boards["", DAYS[0]].values)


# --- targets and alerts ---------------------------------------------------------------------------------------------


def test_the_latest_target_up_to_the_day_holds(scenario_with_work):
    hubei = Division.objects.get(pk="420000")
    for day, rate in ((date(2020, 3, 1), "0.5"), (date(2020, 3, 10), "0.8"), (date(2020, 3, 20), "1")):
        Target.objects.create(division=hubei, day=day, rate=rate)

    told = [dashboard.of(Place(hubei), day).values["target"] for day in DAYS]

    assert told == [None, Decimal("0.5"), Decimal("0.8")]
    assert dashboard.of(Place(), DAYS[2]).parts[16].values["target"] == Decimal("0.8")


def test_an_alert_is_raised_once_mailed_once_and_ended(scenario_with_work, mailoutbox):
    supervisor = make.staff("supervisor", divisions=["440000"], email="guangdong@example.org")
    make.staff("supervisor", divisions=["110000"], email="beijing@example.org")
    guangdong = Division.objects.get(pk="440000")
    threshold = Threshold.objects.create(division=guangdong, gauge="rate", side="below", bound="0.99")

    seen = [alerts.check(), alerts.check()]
    told = [alerts.tell(), alerts.tell()]

    assert seen == [(1, 0), (0, 0)]
    assert told == [1, 0]
    assert [mail.to for mail in mailoutbox] == [["guangdong@example.org"]]
    assert list(alerts.open_for(supervisor)) == list(Alert.objects.all())
    Threshold.objects.filter(pk=threshold.pk).update(bound="0.01")
    assert alerts.check() == (0, 1)
    assert list(alerts.open_for(supervisor)) == []


def test_a_supervisor_keeps_targets_and_thresholds_of_his_own_divisions(scenario_with_work):
    client = signed_in(divisions=["440000"])
    target = {"division": "440000", "day": "2020-03-11", "rate": "0.9"}
    threshold = {"division": "440000", "gauge": "late", "side": "above", "bound": "0"}

    kept = [
        client.post("/staff/measures/target/add/", target).status_code,
        client.post("/staff/measures/threshold/add/", threshold).status_code,
    ]
    refused = [
        client.post("/staff/measures/target/add/", target | {"division": ""}).status_code,
        client.post("/staff/measures/target/add/", target | {"division": "420000"}).status_code,
        client.post("/staff/measures/threshold/add/", threshold | {"gauge": "x"}).status_code,
    ]

    assert (kept, refused) == ([302, 302], [200, 200, 200])
    assert (Target.objects.get().division_id, Threshold.objects.get().by) == ("440000", Target.objects.get().by)
    Alert.objects.create(threshold=Threshold.objects.get(), value=1, raised_at=EVENING)
    client.post(f"/staff/measures/threshold/{Threshold.objects.get().pk}/delete/", {"post": "yes"})
    assert not Threshold.objects.exists()


# --- who sees what --------------------------------------------------------------------------------------------------


def signed_in(role: str = "supervisor", **reach) -> Client:
    return make.signed_in(make.staff(role, **reach))


URL = "/staff/dashboard/"


def test_a_supervisor_begins_at_his_division_and_gets_no_further(scenario_with_work):
    client = signed_in(divisions=["420000"])

    assert client.get(URL).context["board"].place.key == ("420000", False, "")
    inside = [f"{URL}?division=420100", f"{URL}?window=42010201", f"{URL}?division=420000&own=1"]
    outside = [f"{URL}?division=110000", f"{URL}?window=11010101", f"{URL}export.csv?division=110000"]
    assert [client.get(url).status_code for url in inside] == [200] * 3
    assert [client.get(url).status_code for url in outside] == [404] * 3


def test_an_export_holds_what_is_seen_and_no_other_place(scenario_with_work):
    told = signed_in(divisions=["420000"]).get(f"{URL}export.csv?day=2020-03-11").content.decode("utf-8-sig")

    lines = [row.split(",") for row in told.splitlines()]
    assert lines[0][:6] == ["place", "name", "day", "as_of", "gauge", "value"]
    assert {row[0][:2] for row in lines[1:]} == {"42"}
    board = dashboard.of(place_of("420000"), DAYS[2])
    assert f"{board.values['restored']}" in [row[5] for row in lines if row[4] == "restored"]


@pytest.mark.parametrize("role", ["window_officer", "border_officer", "policy_editor"])
def test_who_may_not_see_dashboards_is_refused(scenario_with_work, role):
    client = signed_in(role, divisions=["420000"])

    assert [client.get(url).status_code for url in (URL, f"{URL}export.csv")] == [403, 403]


def test_without_a_place_the_page_says_what_to_do(db):
    assert b"assigned to you yet" in signed_in().get(URL).content


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("day=2020-02-31", 400),
        ("day=x", 400),
        ("day=2999-01-01", 400),
        ("other_day=2020-02-31", 400),
        ("division=420100&other=110000", 400),
        ("division=999999", 404),
        ("division=42%00", 400),
        ("division=" + "4" * 999, 404),
        ("window=%C2%B2", 404),
        ("sort=nothing", 200),
        ("day=0001-01-01", 400),
        ("day=2000-01-01", 200),
        ("own=1", 200),
    ],
)
def test_odd_questions_are_answered(scenario_with_work, query, status):
    answer = signed_in(divisions=["420000"]).get(f"{URL}?{query}")

    assert answer.status_code == status


def test_the_page_is_fetched_anew_only_when_something_is(scenario_with_work):
    client = signed_in(divisions=["420000"])
    seen = client.get(URL).context["seen"]

    assert client.get(f"{URL}?seen={seen}").status_code == 204
    lifecycle.confirm([Window.objects.get(pk="42010201")], by=make.officer())
    restoration.fold()
    assert client.get(f"{URL}?seen={seen}").status_code == 200


def test_a_board_is_kept_until_the_next_fold(scenario_with_work):
    place, window = place_of("110101"), Window.objects.get(pk="11010101")
    before = dashboard.of(place, DAYS[-1]).values["stale"]
    lifecycle.confirm([window], by=make.officer())

    kept = dashboard.of(place, DAYS[-1]).values["stale"]
    restoration.fold()

    assert (kept, dashboard.of(place, DAYS[-1]).values["stale"]) == (before, before - 1)


def test_two_boards_stand_beside_each_other(scenario_with_work):
    client = signed_in(nationwide=True)

    by_day = client.get(f"{URL}?division=420000&day=2020-03-11&other_day=2020-02-26").context
    by_place = client.get(f"{URL}?division=420000&day=2020-03-11&other=110000").context

    assert by_day["asked"].other.values == dashboard.of(place_of("420000"), DAYS[0]).values
    assert by_place["asked"].other.place.division.pk == "110000"


# --- what it costs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?division=420000", "?window=42010201"])
def test_a_warm_page_asks_the_database_at_most_twelve_times(scenario_with_work, django_assert_max_num_queries, query):
    client = signed_in(nationwide=True)
    client.get(URL + query)

    with django_assert_max_num_queries(12):
        client.get(URL + query)


def test_the_language_of_one_reader_is_not_kept_for_another(scenario_with_work):
    client = signed_in(nationwide=True)
    client.get(URL, headers={"accept-language": "zh-hans"})

    assert "Hubei" in client.get(URL, headers={"accept-language": "en"}).content.decode()


def test_second_requests_and_takes_out_of_order_are_counted(scenario_with_work):
    window = Window.objects.get(pk="42010301")
    clerk = make.officer(windows=[window])
    case = Application.objects.get(state="supplement", window=window)
    later = EVENING + timedelta(days=1)
    again = cases.answer(case, {}, at=EVENING)
    cases.supplement(again, [{"document": "", "text": "y"}], by=clerk, reason="Overlooked.", at=later)
    restoration.fold()

    values = dashboard.of(Place(window.division), later.date(), now=later).values

    assert (values["asked_again"], Supplement.objects.filter(application=case).count()) == (1, 2)
