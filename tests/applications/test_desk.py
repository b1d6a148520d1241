"""The officers' pages: what a desk and a case show, what each button does, what is refused and to whom."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications import casework, line, reference
from applications.models import Application, Draft, Event, Ground, State, Supplement, Unmasking
from applications.views import desk
from portal.officers_day import SHOWN
from tests import make
from tests.applications import journeys
from tests.drills import claiming
from windows import clock
from windows.models import SHANGHAI, Service, Window

pytestmark = pytest.mark.django_db
NOON = datetime(2020, 3, 11, 12, tzinfo=SHANGHAI)
REMEMBERED = 3  # requirements, terms, calendars: asked for once a second in a process, each time in tests
CANARY = "Canary-Name"


def lay_out() -> Window:
    clock.set_now(NOON)
    made = make.window()
    reference.load()
    make.change(made, "full", at=NOON)
    make.offering(made, Service.objects.get(pk="visa-extension"))
    return made


@pytest.fixture(scope="module")
def laid_out(for_the_module) -> Window:
    return for_the_module(lay_out)


@pytest.fixture(autouse=True)
def _papers(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def window(laid_out) -> Window:
    return Window.objects.get(pk=laid_out.pk)


def waiting(window, number: int = 0, **fields) -> Application:
    """A case of a foreigner with all answers, another person each time."""
    answers = {
        "who": {"audience": "foreign"},
        "service": {"service": "visa-extension"},
        "window": {"window": window.pk},
        "person": {"surname": CANARY, "given_names": "Anna", "nationality": "IS", "sex": "F", "birth": "1985-03-27"},
        "document": {"number": f"A12345{number:02}", "expiry": "2027-05-01"},
        "contact": {"phone": "+3544111111", "email": "canary@example.org", "address": "Canary Street 1"},
        "ground": {"ground": fields.get("asserted") or "ordinary", "why": "Because."},
        "collection": {"collection": "window"},
    }
    at = fields.pop("at", NOON)
    return make.waiting(window, Service.objects.get(pk="visa-extension"), at=at, answers=answers, **fields)


def address(page: str, *arguments: str) -> str:
    return reverse(f"admin:applications_application_{page}", args=arguments)


def seen(case) -> dict[str, int]:
    return {"seen": Application.objects.get(pk=case.pk).version}


# --- a day at the desk --------------------------------------------------------------------------------------------


def test_claim_grant_ask_next_approve_next_refuse(window):
    officer = make.staff("window_officer", windows=[window])
    client = make.signed_in(officer)
    priority = waiting(window, 1, asserted=Ground.EPIDEMIC_RESPONSE, at=NOON - timedelta(hours=1))
    second, third = (waiting(window, n, at=NOON - timedelta(days=4 - n)) for n in (2, 3))

    to_case = client.post(address("claim", window.pk))
    granted = client.post(address("do", priority.number, "grant"), seen(priority) | {"reason": ""}, follow=True)
    asked = client.post(
        address("do", priority.number, "ask"), seen(priority) | {"document_stay-proof": "Bring it.", "text": ""}
    )
    client.post(address("claim", window.pk))
    client.post(address("do", second.number, "approve"), seen(second))
    client.post(address("claim", window.pk))
    refused = {"because": "not_eligible", "note": "The passport has expired."}
    client.post(address("do", third.number, "refuse"), seen(third) | refused)

    assert to_case.url == address("case", priority.number)
    assert "epidemic response, granted" in granted.content.decode()
    assert asked.url == address("desk", window.pk)
    assert Supplement.objects.get().items == [{"document": "stay-proof", "text": "Bring it."}]
    states = [Application.objects.get(pk=case.pk).state for case in (priority, second, third)]
    assert states == [State.SUPPLEMENT, State.PRODUCTION, State.REFUSED]
    assert "Nobody is waiting." in client.post(address("claim", window.pk), follow=True).content.decode()


def test_the_desk_tells_the_line_by_lane_and_whose_hand_a_case_is_in(window):
    officer, colleague = (make.staff("window_officer", windows=[window]) for _n in range(2))
    waiting(window, 1, asserted=Ground.URGENT)
    waiting(window, 2)
    taken = line.claim_next(window, by=colleague)

    page = make.signed_in(officer).get(address("desk", window.pk))

    assert page.context["lanes"]["ordinary"] == 1
    assert taken.number in page.content.decode()
    assert "In hand of colleagues" in page.content.decode()


def test_a_finished_document_is_reported_and_handed_over(window):
    officer = make.staff("window_officer", windows=[window])
    client, case = make.signed_in(officer), waiting(window)
    client.post(address("claim", window.pk))

    for deed in ("approve", "ready", "collect"):
        client.post(address("do", case.number, deed), seen(case))

    assert Application.objects.get().state == State.COLLECTED


# --- who it is ----------------------------------------------------------------------------------------------------


def test_the_person_is_masked_until_asked_for_with_a_reason_and_then_once(window):
    officer = make.staff("window_officer", windows=[window])
    client, case = make.signed_in(officer), waiting(window)

    masked = client.get(address("case", case.number)).content.decode()
    without = client.post(address("unmask", case.number), {"reason": " "})
    shown = client.post(address("unmask", case.number), {"reason": "To compare with the passport."}).content.decode()
    again = client.get(address("case", case.number)).content.decode()

    secrets = [CANARY, "A1234500", "+3544111111", "canary@example.org", "Canary Street", "1985-03-27"]
    assert [secret for secret in secrets if secret in masked + without.content.decode() + again] == []
    assert [secret for secret in secrets if secret not in shown] == []
    assert without.status_code == 400
    assert [(look.by, look.reason) for look in Unmasking.objects.all()] == [(officer, "To compare with the passport.")]


def test_an_auditor_reads_the_case_and_neither_person_nor_papers_nor_buttons(window):
    client, case = make.signed_in(make.staff("auditor", nationwide=True)), waiting(window)

    page = client.get(address("case", case.number))

    assert page.status_code == 200
    assert "Approve" not in page.content.decode()
    assert client.post(address("unmask", case.number), {"reason": "x"}).status_code == 403
    assert client.post(address("do", case.number, "take"), seen(case) | {"reason": "x"}).status_code == 403
    assert client.get(address("paper", case.number, "0" * 32)).status_code == 403


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", ["approve", "refuse", "ask", "park", "put-back", "hand-over", "grant", "deny"])
def test_a_forged_deed_on_a_case_that_was_not_claimed_is_refused_and_changes_nothing(window, deed):
    officer, colleague = (make.staff("window_officer", windows=[window]) for _n in range(2))
    case = waiting(window, asserted=Ground.URGENT)
    told = {"reason": "x", "because": "not_eligible", "note": "x", "text": "x", "until": "2020-03-13"}

    answer = make.signed_in(officer).post(address("do", case.number, deed), seen(case) | told | {"to": colleague.pk})

    assert answer.status_code == 400
    assert (Application.objects.get().state, Event.objects.count()) == (State.WAITING, 1)


def test_another_windows_case_does_not_exist(window):
    stranger = make.signed_in(make.staff("window_officer", windows=[make.window("110101")]))
    case = waiting(window)

    answers = [
        stranger.get(address("desk", window.pk)),
        stranger.post(address("claim", window.pk)),
        stranger.post(address("counter", window.pk)),
        stranger.get(address("case", case.number)),
        stranger.post(address("unmask", case.number), {"reason": "x"}),
        stranger.post(address("do", case.number, "take"), seen(case) | {"reason": "x"}),
        stranger.get(address("paper", case.number, "0" * 32)),
    ]

    assert [answer.status_code for answer in answers] == [404] * 7
    assert Event.objects.count() == 1


def test_a_case_is_taken_out_of_order_with_a_reason_and_supervisors_see_it(window):
    officer, chief = (
        make.staff("window_officer", windows=[window]),
        make.staff("supervisor", divisions=[window.division]),
    )
    waiting(window, 1, at=NOON - timedelta(days=1))
    friend = waiting(window, 2)
    client = make.signed_in(officer)

    without = client.post(address("do", friend.number, "take"), seen(friend) | {"reason": ""})
    client.post(address("do", friend.number, "take"), seen(friend) | {"reason": "The flight is tonight."})

    assert without.status_code == 400
    assert Application.objects.in_hand_of(officer).get() == friend
    assert "The flight is tonight." in make.signed_in(chief).get(address("lines")).content.decode()


def test_what_was_typed_is_kept_where_a_deed_is_refused(window):
    officer = make.staff("window_officer", windows=[window])
    client, case = make.signed_in(officer), waiting(window)
    client.post(address("claim", window.pk))

    answer = client.post(address("do", case.number, "park"), seen(case) | {"until": "2020-03-11", "reason": "Typed."})

    assert answer.status_code == 400
    assert "from tomorrow" in answer.content.decode()
    assert "Typed." in answer.content.decode()
    assert '<details class="deed" open>' in answer.content.decode()


def test_the_loser_of_two_decisions_is_shown_the_other_one(window):
    officer = make.staff("window_officer", windows=[window])
    client, case = make.signed_in(officer), waiting(window, asserted=Ground.URGENT)
    client.post(address("claim", window.pk))
    before = seen(case)
    client.post(address("do", case.number, "grant"), before | {"reason": ""})

    answer = client.post(address("do", case.number, "approve"), before)

    assert answer.status_code == 409
    assert f"priority granted by {officer}" in answer.content.decode()
    assert Application.objects.get().state == State.CLAIMED


def test_the_loser_of_two_decisions_keeps_what_he_wrote_though_the_case_is_gone(window):
    officer = make.staff("window_officer", windows=[window])
    client, case = make.signed_in(officer), waiting(window)
    client.post(address("claim", window.pk))
    before = seen(case)
    client.post(address("do", case.number, "approve"), before)
    told = {"because": "not_eligible", "note": "The passport <b>has expired</b>.\nSee page 3."}

    answer = client.post(address("do", case.number, "refuse"), before | told)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"approved by {officer}" in page
    assert "The passport &lt;b&gt;has expired&lt;/b&gt;.<br>See page 3." in page
    assert [value for _label, value in answer.context["typed"]][1] == told["note"]


# --- supervisors --------------------------------------------------------------------------------------------------


def test_a_supervisor_releases_a_case_and_an_officer_may_not(window):
    officer, colleague = (make.staff("window_officer", windows=[window]) for _n in range(2))
    chief, case = make.staff("supervisor", divisions=[window.division]), waiting(window)
    line.claim_next(window, by=officer)
    told = seen(case) | {"reason": "The officer is ill."}

    refused = make.signed_in(colleague).post(address("do", case.number, "release"), told)
    make.signed_in(chief).post(address("do", case.number, "release"), told)

    assert refused.status_code == 403
    assert Application.objects.get().state == State.WAITING


def test_a_backlog_is_moved_after_a_preview_and_moved_back(window):
    chief = make.staff("supervisor", divisions=[make.division("420100")])
    able = make.window("420103")
    make.offering(able, Service.objects.get(pk="visa-extension"))
    cases = [waiting(window, n, at=NOON - timedelta(days=n)) for n in range(3)]
    client = make.signed_in(chief)
    told = {"to": able.pk, "count": 2, "reason": "Backlog."}

    preview = client.post(address("balance", window.pk), told)
    unmoved = Application.objects.waiting_at(window).count()
    client.post(address("balance", window.pk), told | {"apply": "1"})
    moved = set(Application.objects.waiting_at(able).values_list("pk", flat=True))
    line.claim_next(able, by=make.staff("window_officer", windows=[able]))
    client.post(address("moved_cases"))

    assert [able for _case, able in preview.context["preview"]] == [True, True]
    assert unmoved == 3
    assert moved == {cases[0].pk, cases[1].pk}  # from the end of the line
    assert Application.objects.waiting_at(window).count() == 2  # what an officer has in hand stays there


def test_where_no_case_could_be_moved_no_success_is_told(window):
    chief = make.staff("supervisor", divisions=[make.division("420100")])
    unable = make.window("420103")
    waiting(window)
    client = make.signed_in(chief)

    told = {"to": unable.pk, "count": 1, "reason": "Backlog.", "apply": "1"}
    page = client.post(address("balance", window.pk), told, follow=True)
    back = client.post(address("moved_cases"), follow=True)

    for answer in (page, back):
        assert [(m.level_tag, str(m)) for m in answer.context["messages"]] == [("info", "No case was moved.")]


def test_the_lines_are_of_windows_in_reach_only(window):
    chief, elsewhere = make.staff("supervisor", divisions=[window.division]), make.window("110101")
    waiting(window, 1)
    waiting(elsewhere, 2)

    page = make.signed_in(chief).get(address("lines"))

    assert [row.window for row in page.context["rows"]] == [window]
    assert make.signed_in(chief).get(address("balance", elsewhere.pk)).status_code == 404
    assert make.signed_in(make.staff("window_officer", windows=[window])).get(address("lines")).status_code == 403


def test_many_lines_are_shown_a_page_at_a_time(window, monkeypatch):
    monkeypatch.setattr(desk, "ROWS", 2)
    busy = [window, make.window("420102"), make.window("420102")]
    for number, at in enumerate(busy):
        waiting(at, number)
    client = make.signed_in(make.staff("supervisor", divisions=[window.division]))

    pages = [client.get(address("lines"), {"page": page}).context for page in ("1", "2", "3", "x", "9" * 99)]

    assert [[row.window for row in page["rows"]] for page in pages] == [busy[:2], busy[2:], [], busy[:2], []]
    assert [page["more"] for page in pages] == [True, False, False, True, False]


# --- at the counter -----------------------------------------------------------------------------------------------


def test_an_application_at_the_counter_goes_by_the_same_form(window):
    officer = make.staff("window_officer", windows=[window])
    make.offering(window, Service.objects.get(pk="exit-entry-permit"))
    client = make.signed_in(officer)

    client.post(address("counter", window.pk))
    journey = journeys.FOREIGNER | {"service": {"service": "exit-entry-permit"}}
    journey["window"] = {"place": window.division_id, "window": window.pk}
    for page, typed in journey.items():
        answer = client.post(f"/en/apply/page/{page}/", typed)
        assert answer.status_code == 302, (page, answer.context["form"].errors)
    client.post("/en/apply/papers/", {"photo": journeys.picture(), "purpose-proof": journeys.picture("grey")})
    client.post("/en/apply/declaration/", {"true": "on", "token": Draft.objects.get().key})

    case = Application.objects.get()
    assert (case.channel, Event.objects.get().by) == ("counter", officer)


# --- the first page -----------------------------------------------------------------------------------------------


def test_of_few_windows_the_day_also_names_those_where_nobody_waits(window):
    quiet = [make.window("420102"), make.window("420102")]
    officer = make.staff("window_officer", windows=[window, *quiet])
    waiting(window)

    few = make.signed_in(officer).get(reverse("admin:index")).context
    officer.windows.add(*(make.window("420102") for _ in range(SHOWN)))
    many = make.signed_in(officer).get(reverse("admin:index")).context

    assert ([row.window for row in few["line_rows"]], few["quiet_windows"]) == ([window], quiet)
    assert ([row.window for row in many["line_rows"]], many["quiet_windows"]) == ([window], [])


# --- costs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "reach"), [("window_officer", "windows"), ("supervisor", "divisions")])
def test_the_pages_cost_the_same_queries_with_one_and_with_many_waiting(
    window, django_assert_max_num_queries, role, reach
):
    officer = make.staff(role, **{reach: [window if reach == "windows" else window.division]})
    client = make.signed_in(officer)
    first = waiting(window, 1, at=NOON - timedelta(days=2))
    client.post(address("claim", window.pk))

    for more in (0, 300):
        claiming.cases(more, [window.pk])
        with django_assert_max_num_queries(15):
            client.get(reverse("admin:index"))
        with django_assert_max_num_queries(15):
            client.get(address("desk", window.pk))
        with django_assert_max_num_queries(15 + REMEMBERED):
            client.get(address("case", first.number))


def test_looking_at_the_case_in_hand_keeps_it_there(window):
    officer = make.staff("window_officer", windows=[window])
    client, case = make.signed_in(officer), waiting(window)
    client.post(address("claim", window.pk))
    Application.objects.filter(pk=case.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    client.get(address("case", case.number))

    assert casework.expire_leases() == 0
