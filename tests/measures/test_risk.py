"""Risk levels and what they make of windows: the dry run, the one step, the second person, the undo, the files."""

import time
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from measures import levels, risk
from measures.models import RiskLevel, RiskProposal
from tests import make
from tests.make import NOON
from windows import clock, lifecycle
from windows.lifecycle import NotAllowed
from windows.models import Check, Division, Offering, Status, StatusChange, Touch, Window

pytestmark = pytest.mark.django_db
HOUR, DAY, TODAY = timedelta(hours=1), timedelta(days=1), date(2020, 3, 11)
ADD = "admin:measures_riskproposal_add"


@pytest.fixture(autouse=True, scope="module")
def _reference(for_the_module):
    for_the_module(reference_data)


def reference_data() -> None:
    """What every installation has before its first window."""
    for code in ("risk_changed", "orderly_restoration"):
        make.reason(code)
    for code in ("420102", "420103"):
        make.division(code)
    make.checklist()


@pytest.fixture(autouse=True)
def _noon(_reference, db):
    clock.set_now(NOON)
    with translation.override("en"):
        yield


def propose(place: str | Division = "420102", wanted="high", **fields) -> RiskProposal:
    where = make.division(place) if isinstance(place, str) else place
    fields = {"by": make.officer(), "reason_zh": "新增病例", "reason_en": "New cases", "at": NOON} | fields
    return risk.propose(where, wanted, **fields)


def apply(proposal: RiskProposal, **fields):
    fields = {"by": make.officer(), "at": NOON, "token": risk.dry_run(proposal, at=NOON).token} | fields
    return risk.apply(proposal, **fields)


def statuses() -> dict[str, str | None]:
    return dict(Window.objects.with_status().values_list("pk", "status"))


def told_levels(day=TODAY) -> dict[str, str]:
    return dict(RiskLevel.objects.in_force(day).values_list("division", "level"))


def open_window(place="420102", status="full") -> Window:
    window = make.window(place)
    make.change(window, status, at=NOON - 3 * DAY)
    return window


# --- levels ---


def test_the_level_in_force_is_the_latest_by_day_then_by_recording():
    place = make.division()
    for level, day, at in (
        ("low", TODAY - 2 * DAY, NOON - DAY),
        ("high", TODAY, NOON - 2 * HOUR),
        ("medium", TODAY, NOON - HOUR),
    ):
        apply(propose(place, level, day=day, at=at), at=at)

    assert [told_levels(TODAY - n * DAY) for n in (3, 2, 1, 0)] == [
        {},
        {"420102": "low"},
        {"420102": "low"},
        {"420102": "medium"},
    ]


def test_the_database_lets_nobody_alter_a_level_or_move_a_proposal_astray():
    make.risk_applied(make.division(), "high")

    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        RiskLevel.objects.update(level="low")
    with pytest.raises(InternalError, match="proposal_moves_legally|transition"), transaction.atomic():
        RiskProposal.objects.update(state="proposed", applied_by=None)
    with pytest.raises(InternalError, match="what_was_proposed_stays"), transaction.atomic():
        RiskProposal.objects.update(wanted="low")
    with pytest.raises(InternalError, match="proposals_are_kept"), transaction.atomic():
        propose().delete()


def test_the_database_knows_that_a_province_takes_two():
    proposal = propose("420000")

    with pytest.raises(IntegrityError, match="a_whole_province_takes_two_people"):
        RiskProposal.objects.filter(pk=proposal.pk).update(state="applied", applied_by=proposal.proposed_by)


# --- the dry run ---


@pytest.mark.parametrize(("level", "status"), [("low", "full"), ("medium", "limited"), ("high", "emergency")])
def test_each_level_proposes_its_status_and_writes_nothing(level, status):
    windows = {make.window(): "suspended", make.window(): "full", make.window(): "limited", make.window(): "emergency"}
    for window, present in windows.items():
        make.change(window, present, at=NOON - 3 * DAY)
        make.check(window)
    before = StatusChange.objects.count(), Touch.objects.count()

    run = risk.dry_run(propose(wanted=level), at=NOON)

    changing = [(window, present, status) for window, present in windows.items() if present != status]
    assert [(row.window, row.present, row.status) for row in run.rows] == changing
    assert (run.unchanged, run.refused, run.levels) == (1, [], {"420102": level})
    assert (StatusChange.objects.count(), Touch.objects.count()) == before


def test_the_dry_run_counts_services_and_cases_at_the_windows_that_change_only():
    changing, staying = open_window(), open_window(status="emergency")
    for window, services in ((changing, ("passport", "permit")), (staying, ("visa",))):
        for code in services:
            make.offering(window, make.service(code))
    make.waiting(changing, make.service("passport"))
    make.waiting(changing, make.service("permit"))
    make.waiting(staying, make.service("visa"))

    run = risk.dry_run(propose(), at=NOON)

    assert ([row.window for row in run.going], run.services, run.waiting) == ([changing], 2, 2)


def test_the_dry_run_tells_the_share_restored_before_and_after_for_the_place_and_its_province():
    open_window("420102")
    open_window("420103")
    shut = make.window("420102")
    make.change(shut, "suspended", at=NOON - 3 * DAY)

    run = risk.dry_run(propose("420102", "high"), at=NOON)

    assert [(share.place.pk, share.windows, share.before, share.after) for share in run.shares] == [
        ("420102", 2, 1, 0),
        ("420000", 3, 2, 1),
    ]
    assert [(str(share.rate_before), str(share.rate_after)) for share in run.shares] == [
        ("0.5000", "0.0000"),
        ("0.6667", "0.3333"),
    ]


def test_a_window_without_a_check_is_told_apart_and_does_not_count_as_restored():
    window = make.window()
    make.change(window, "suspended", at=NOON - 3 * DAY)

    run = risk.dry_run(propose(wanted="low"), at=NOON)

    ((row,), share) = run.refused, run.shares[0]
    assert (row.window, "prevention check" in row.refusal) == (window, True)
    assert (share.before, share.after) == (0, 0)


def test_a_window_of_a_prefecture_follows_the_highest_level_inside_and_a_county_moves_its_own_alone():
    first, second, above = open_window("420102"), open_window("420103"), open_window("420100")

    apply(propose("420102", "medium"))
    after_county = statuses()
    apply(propose("420103", "high"))
    apply(propose("420100", "recorded"))

    assert after_county == {first.pk: "limited", second.pk: "full", above.pk: "full"}
    assert statuses() == {first.pk: "limited", second.pk: "emergency", above.pk: "emergency"}


def test_as_recorded_moves_each_county_by_its_own_level_and_leaves_those_without_one():
    known, unknown = open_window("420102"), open_window("420103")
    header = "division,level,day,reason_zh,reason_en\n"
    levels.import_levels("x.csv", f"{header}420102,high,2020-03-11,新增病例,New cases\n".encode())

    run = risk.dry_run(propose("420100", "recorded"), at=NOON)

    assert ([row.window for row in run.rows], run.unknown, run.levels) == ([known], 1, {"420102": "high"})
    assert unknown.pk not in [row.window.pk for row in run.rows]


# --- applying ---


def test_applying_writes_levels_and_statuses_with_the_reason_in_both_languages_in_one_step():
    window, officer = open_window(), make.officer()
    proposal = propose()

    outcomes = apply(proposal, by=officer)

    entry, level = outcomes[0].entry, RiskLevel.objects.get()
    assert (entry.window, entry.status, entry.measure, entry.by) == (window, "emergency", 1, officer)
    assert (entry.note_zh, entry.note_en, entry.reason.pk) == ("新增病例", "New cases", "risk_changed")
    assert (level.division_id, level.level, level.day, level.proposal) == ("420102", "high", TODAY, proposal)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.applied_by, proposal.applied_at) == ("applied", officer, NOON)


def test_a_level_that_holds_already_is_not_recorded_again():
    apply(propose())
    apply(propose())

    assert RiskLevel.objects.count() == 1


@pytest.mark.parametrize(("place", "alone"), [("420102", True), ("420100", True), ("420000", False)])
def test_a_whole_province_takes_two_people_and_less_takes_one(place, alone):
    officer, window = make.officer(), open_window()
    proposal = propose(place, by=officer)

    if alone:
        apply(proposal, by=officer)
    else:
        with pytest.raises(NotAllowed, match="two people"):
            apply(proposal, by=officer)
        assert (statuses(), RiskLevel.objects.count()) == ({window.pk: "full"}, 0)
        apply(proposal, by=make.officer())

    assert statuses() == {window.pk: "emergency"}


def test_what_changed_since_the_dry_run_stops_the_step_and_asks_again():
    window, proposal = open_window(), propose()
    token = risk.dry_run(proposal, at=NOON).token
    make.change(window, "limited", at=NOON - HOUR)

    with pytest.raises(risk.Stale, match="changed since you looked"):
        risk.apply(proposal, token=token, by=make.officer(), at=NOON)
    assert (statuses(), RiskLevel.objects.count()) == ({window.pk: "limited"}, 0)
    apply(proposal)

    assert statuses() == {window.pk: "emergency"}


def test_a_check_made_since_the_dry_run_is_news_and_a_case_that_came_is_not():
    window, proposal = make.window(), propose(wanted="low")
    make.change(window, "suspended", at=NOON - 3 * DAY)
    first = risk.dry_run(proposal, at=NOON).token
    make.waiting(window)
    second = risk.dry_run(proposal, at=NOON).token
    make.check(window)

    assert (first == second, second == risk.dry_run(proposal, at=NOON).token) == (True, False)


@pytest.mark.parametrize("ending", ["apply", "withdraw", "undo"])
def test_a_proposal_is_applied_withdrawn_and_undone_once(ending):
    proposal, officer = propose(), make.officer()
    if ending == "withdraw":
        risk.withdraw(proposal, by=officer, at=NOON)
    else:
        apply(proposal)
    if ending == "undo":
        risk.undo(proposal, by=officer, at=NOON)

    with pytest.raises(NotAllowed, match="This proposal is"):
        apply(proposal)
    with pytest.raises(NotAllowed, match="This proposal is"):
        risk.withdraw(proposal, by=officer, at=NOON)
    assert StatusChange.objects.count() == 0


def test_a_day_to_come_is_refused():
    with pytest.raises(NotAllowed, match="still to come"):
        propose(day=TODAY + DAY)


# --- undoing ---


def test_undo_takes_back_windows_and_levels_exactly_and_tells_those_corrected_since():
    apply(propose("420102", "medium", at=NOON - DAY), at=NOON)
    kept, corrected = open_window(status="limited"), open_window(status="suspended")
    before = told_levels(), statuses()
    proposal = propose()
    outcomes = {outcome.window: outcome.entry for outcome in apply(proposal)}
    change = lifecycle.Change(Status.SUSPENDED, make.reason(), next_review=TODAY + DAY)
    lifecycle.correct(outcomes[corrected], change, by=make.officer(), at=NOON)

    undone = risk.undo(proposal, by=make.officer(), note="误判", at=NOON + HOUR)

    assert [(o.window, bool(o.entry)) for o in undone] == [(kept, True), (corrected, False)]
    assert (told_levels(), statuses()) == before
    assert RiskLevel.objects.filter(level="").get().reason_zh == "误判"


# --- a whole province ---

INDEPENDENT = """
    SELECT count(*) FILTER (WHERE status IN ('full', 'limited')), count(*) FROM (
        SELECT DISTINCT ON (w.code) w.code, c.status FROM windows_window w LEFT JOIN windows_statuschange c
        ON c.window_id = w.code AND c.status <> '' AND c.service_id IS NULL AND c.channel = '' AND c.effective_at <= %s
        AND NOT EXISTS (SELECT 1 FROM windows_statuschange s WHERE s.supersedes_id = c.id)
        WHERE w.code LIKE '42%%'
        ORDER BY w.code, c.effective_at DESC, c.recorded_at DESC, c.id DESC) AS last"""


def counted(at) -> tuple[int, int]:
    """(restored, all) windows of the province, by a query of its own."""
    with connection.cursor() as cursor:
        cursor.execute(INDEPENDENT, [at])
        return cursor.fetchone()


def province_of_150() -> None:
    """150 windows in 30 counties with all services; 60 of them shut, of which half have passed a check."""
    officer, service, checklist = make.officer(), make.service(), make.checklist()
    windows = Window.objects.bulk_create(
        Window(code=f"{place.pk}{n:02}", division=place, name_zh="窗", name_en="W", counters=1)
        for place in [make.division(f"4201{number:02}") for number in range(2, 32)]
        for n in range(5)
    )
    Offering.objects.bulk_create(Offering(window=window, service=service) for window in windows)
    opened = [window for window in windows if window.pk[-1] in "012"]
    shut = [window for window in windows if window.pk[-1] in "34"]
    told = [(window, NOON - 3 * DAY) for window in opened] + [(window, NOON) for window in shut[::2]]
    Check.objects.bulk_create(
        Check(window=window, checklist=checklist, failing=[], at=at, by=officer) for window, at in told
    )
    for status, chosen in ((Status.FULL, opened), (Status.SUSPENDED, shut)):
        change = lifecycle.Change(status, make.reason(), next_review=TODAY)
        lifecycle.change_statuses(chosen, change, by=officer, at=NOON - 3 * DAY)


def test_a_province_of_150_windows_is_tried_in_a_second_applied_in_two_undone_exactly_and_adds_up():
    province_of_150()
    before, proposal = (statuses(), told_levels(), counted(NOON)), propose("420000", "low")

    begin = time.perf_counter()
    run = risk.dry_run(proposal, at=NOON)
    tried = time.perf_counter()
    outcomes = risk.apply(proposal, token=run.token, by=make.officer(), at=NOON)
    applied = time.perf_counter()
    after = counted(NOON)
    risk.undo(proposal, by=make.officer(), at=NOON)

    (share,) = run.shares
    assert (share.before, share.windows) == before[2] == (90, 150)
    assert (share.after, share.windows) == after == (120, 150)
    assert (len(outcomes), len(run.refused)) == (60, 30)
    assert (statuses(), told_levels(), counted(NOON)) == before
    print(f"dry run {tried - begin:.3f} s, applied {applied - tried:.3f} s")
    assert (tried - begin < 1, applied - tried < 2) == (True, True)


def test_a_dry_run_costs_the_same_queries_for_one_county_and_for_three(django_assert_num_queries):
    open_window("420102")
    proposal = propose("420000")

    with django_assert_num_queries(7):
        risk.dry_run(proposal, at=NOON)
    for place in ("420103", "420104"):
        open_window(place)
    with django_assert_num_queries(7):
        risk.dry_run(proposal, at=NOON)


# --- files ---

HEADER = "division,level,day,reason_zh,reason_en\n"


def test_levels_come_by_file_and_move_no_window():
    window = open_window()
    text = HEADER + "420102,high,2020-03-10,新增病例,New cases\n"

    first = levels.import_levels("x.csv", text.encode())
    again = levels.import_levels("x.csv", text.encode())

    assert (first.stored, again.stored, again.unchanged) == (1, 0, 1)
    assert (told_levels(), statuses()) == ({"420102": "high"}, {window.pk: "full"})


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("999999,high,2020-03-10,x,x", "division"),
        ("420100,high,2020-03-10,x,x", "division"),
        ("420102,severe,2020-03-10,x,x", "level"),
        ("420102,high,2020-02-31,x,x", "day"),
        ("420102,high,2020-03-12,x,x", "day"),
        ("420102,high,2020-03-10,,x", "reason_zh"),
        ("420103,low,2020-03-10,x,x", "division"),
    ],
)
def test_one_bad_row_is_told_and_nothing_of_the_file_is_stored(row, column):
    make.division("420102")
    make.division("420103")
    good = "420103,high,2020-03-10,新增病例,New cases\n"

    report = levels.import_levels("x.csv", (HEADER + good + row + "\n").encode())

    assert [(problem.row, problem.column) for problem in report.problems] == [(3, column)]
    assert RiskLevel.objects.count() == 0


def test_a_file_that_contradicts_what_is_stored_is_refused():
    make.division("420102")
    rows = [f"{HEADER}420102,{level},2020-03-10,x,\n".encode() for level in ("high", "low")]
    levels.import_levels("x.csv", rows[0])

    report = levels.import_levels("x.csv", rows[1])

    assert ([problem.row for problem in report.problems], told_levels()) == ([2], {"420102": "high"})


# --- the staff site ---


def signed_in(place="420000", role="supervisor") -> Client:
    return make.signed_in(make.staff(role, divisions=[make.division(place)]))


def entered(**fields) -> dict:
    told = {"division": make.division().pk, "wanted": "high", "day": "2020-03-11"}
    return told | {"reason_zh": "新增病例", "reason_en": "New cases"} | fields


def address(proposal: RiskProposal) -> str:
    return reverse("admin:measures_riskproposal_change", args=[proposal.pk])


def test_a_supervisor_proposes_sees_the_dry_run_applies_and_takes_back():
    window, client = open_window(), signed_in()

    shown = client.post(reverse(ADD), entered(), follow=True)
    run, url = shown.context["run"], shown.redirect_chain[-1][0]
    before = statuses()
    applied = client.post(url, {"apply": "1", "token": run.token}, follow=True)
    during = statuses()
    unexplained = client.post(url, {"undo": "1", "note": ""})
    client.post(url, {"undo": "1", "note": "误判"})

    assert "1 window would change" in shown.content.decode()
    assert (before, during, statuses()) == ({window.pk: "full"}, {window.pk: "emergency"}, {window.pk: "full"})
    assert [entry.window for entry in applied.context["entries"]] == [window]
    assert unexplained.context["form"].errors["note"]
    assert told_levels() == {}


def test_a_stale_dry_run_is_shown_anew():
    window, client = open_window(), signed_in()
    proposal = propose()
    token = client.get(address(proposal)).context["run"].token
    make.change(window, "limited", at=NOON - HOUR)

    page = client.post(address(proposal), {"apply": "1", "token": token}, follow=True)

    assert "Things have changed since you looked" in page.content.decode()
    assert (page.context["run"].token != token, statuses()) == (True, {window.pk: "limited"})


def test_over_a_province_the_proposer_gets_no_button_and_a_forged_press_does_nothing():
    open_window()
    client, other = signed_in(), signed_in()

    shown = client.post(reverse(ADD), entered(division="420000"), follow=True)
    url, token = shown.redirect_chain[-1][0], shown.context["run"].token
    forged = client.post(url, {"apply": "1", "token": token}, follow=True)
    before = set(statuses().values())
    approved = other.get(url).content.decode()
    other.post(url, {"apply": "1", "token": token})

    assert ('name="apply"' in shown.content.decode(), "two people" in forged.content.decode()) == (False, True)
    assert ('name="apply"' in approved, before) == (True, {"full"})
    assert set(statuses().values()) == {"emergency"}


def test_refused_windows_are_told_after_the_step_with_the_way_to_the_check():
    window, client = make.window(), signed_in()
    make.change(window, "suspended", at=NOON - 3 * DAY)

    shown = client.post(reverse(ADD), entered(wanted="low"), follow=True)
    url, token = shown.redirect_chain[-1][0], shown.context["run"].token
    done = client.post(url, {"apply": "1", "token": token}, follow=True)

    assert reverse("admin:windows_check_add") + f"?window={window.pk}" in shown.content.decode()
    assert [refused for refused, _why in done.context["refused"]] == [window]
    assert Check.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"division": "999999"}, "Select a valid choice"),
        ({"division": "110101"}, "Select a valid choice"),
        ({"wanted": "severe"}, "Select a valid choice"),
        ({"day": "2020-02-31"}, "Enter a valid date"),
        ({"day": "2020-03-12"}, "still to come"),
        ({"reason_zh": ""}, "This field is required"),
        ({"reason_en": "x" * 501}, "at most 500"),
    ],
)
def test_a_wrong_proposal_comes_back_with_what_was_typed(fields, told):
    make.division("110101")

    page = signed_in().post(reverse(ADD), entered(reason_en="kept words") | fields).content.decode()

    assert (told in page, RiskProposal.objects.count()) == (True, 0)
    assert "kept words" in page or "reason_en" in fields


def test_a_file_of_levels_is_checked_first_and_imported_once():
    make.division("420102")
    client = signed_in()
    upload = SimpleUploadedFile("x.csv", f"{HEADER}420102,high,2020-03-10,新增病例,New cases\n".encode())

    page = client.post(reverse("admin:measures_risklevel_import"), {"file": upload}, follow=True)
    before = RiskLevel.objects.count()
    for _ in range(2):
        client.post(page.redirect_chain[-1][0])

    assert (list(page.context["touched"]), before, RiskLevel.objects.count()) == (["420102"], 0, 1)
    assert RiskLevel.objects.get().by is not None


def test_the_list_strikes_through_what_was_taken_back():
    proposal = make.risk_applied(make.division(), "high")
    risk.undo(proposal, by=make.officer(), at=NOON)

    page = signed_in().get(reverse("admin:measures_risklevel_changelist")).content.decode()

    assert "<s>high risk</s>" in page
    assert "taken back 2020-03-11 12:00" in page


# --- a port's passage hall ---


def test_a_border_officer_enters_the_check_of_a_passage_hall_from_the_page_of_the_day():
    port = make.port()
    make.checklist()
    client, day = signed_in(role="border_officer"), reverse("admin:measures_return_day")
    url = reverse("admin:measures_portcheck_add") + f"?port={port.pk}"

    before = client.get(day).content.decode()
    client.post(url, {"checklist": "2020-02", "passing": ["masks"]})
    after = client.get(day).content.decode()
    yesterday = client.get(day + "?day=2020-03-10").content.decode()

    assert (url in before, "not checked" in before) == (True, True)
    assert port.checks.get().failing == ["ventilation"]
    assert "not passed" in after
    assert (url in yesterday, "not checked" in yesterday) == (False, True)
