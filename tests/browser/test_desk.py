"""The desk in Chromium: a day by keyboard alone, two officers on one line, leases; what axe and a telephone find."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications import casework, lifecycle, line, reference
from applications.models import Application, Event, Ground, Refusal, State, Supplement
from portal import sample_cases
from tests import make
from tests.browser.hands import follow, press, tab_to
from tests.browser.looks import LOCALES, faults
from tests.make import NOON
from windows import clock
from windows.models import Service

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DESK = "admin:applications_application_desk"


@pytest.fixture
def window(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    clock.set_now(NOON)
    made = make.window()
    reference.load()
    make.change(made, "full")
    return made


def waiting(window, number: int, **fields) -> Application:
    """A case of a foreigner with all answers, another person each time."""
    answers = {
        "who": {"audience": "foreign"},
        "service": {"service": "visa-extension"},
        "window": {"window": window.pk},
        "person": {"surname": "Okafor", "given_names": "Chidi", "nationality": "NG", "sex": "M", "birth": "1985-03-27"},
        "document": {"number": f"A12345{number:02}", "expiry": "2027-05-01"},
        "contact": {"phone": "+8613800000000", "email": "chidi@example.org", "address": "12 Zhongshan Road, Wuhan"},
        "ground": {"ground": fields.get("asserted") or "ordinary", "why": "Because."},
        "collection": {"collection": "window"},
    }
    return make.waiting(window, Service.objects.get(pk="visa-extension"), answers=answers, **fields)


def address(page: str, *arguments: str) -> str:
    return reverse(f"admin:applications_application_{page}", args=arguments)


def send(page) -> None:
    """From a field of a fold to its button."""
    tab_to(page, "details[open] button")
    press(page, "Enter")


def number_on(page) -> str:
    """The reference of the case whose page this is."""
    return page.url.rstrip("/").split("/")[-2 if page.url.rstrip("/").endswith("/case") else -1]


def state_of(case: Application) -> str:
    return Application.objects.get(pk=case.pk).state


def verbs(case: Application) -> list[str]:
    return list(case.events.order_by("pk").values_list("verb", flat=True))


# --- a day by keyboard alone --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LOCALES)
def test_a_day_at_a_desk_by_keyboard_alone(window, desk_of, language):
    officer = make.staff("window_officer", windows=[window])
    priority = waiting(window, 1, asserted=Ground.EPIDEMIC_RESPONSE, at=NOON - HOUR)
    second, third, fourth = (waiting(window, n, at=NOON - (5 - n) * DAY) for n in (2, 3, 4))
    page, parked_until = desk_of(officer, language), date(2020, 4, 4)

    page.goto(reverse("admin:index"))
    tab_to(page, f"a[href='{reverse(DESK, args=[window.pk])}']")
    press(page, "Enter")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    keys = page.locator("dialog kbd").all_inner_texts()
    page.keyboard.press("Escape")
    press(page, "n")
    press(page, "g")
    page.keyboard.press("s")
    page.keyboard.type("The stamp is not legible. 印章不清。")
    send(page)
    press(page, "n")
    press(page, "a")
    press(page, "n")
    page.keyboard.press("r")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("The passport has expired.")
    send(page)
    press(page, "n")
    page.keyboard.press("p")
    page.keyboard.type("04042020")  # Chromium's own language says which of day and month comes first
    tab_to(page, "details[open] textarea")
    page.keyboard.type("An opinion is awaited.")
    send(page)

    assert keys == ["n", "g", "x", "a", "r", "s", "p", "b", "h", "d", "?"]
    assert list(map(state_of, (priority, second, third, fourth))) == ["supplement", "production", "refused", "parked"]
    assert verbs(priority) == ["submitted", "claimed", "granted", "asked"]
    assert [item["text"] for item in Supplement.objects.get().items] == ["The stamp is not legible. 印章不清。"]
    assert Refusal.objects.get(application=third).note == "The passport has expired."
    assert Application.objects.get(pk=fourth.pk).parked_until == parked_until
    assert page.url.endswith(reverse(DESK, args=[window.pk]))


def test_enter_sends_no_request_and_escape_leaves_the_fold_with_what_was_typed(window, desk_of):
    page, case = desk_of(make.staff("window_officer", windows=[window])), waiting(window, 1)
    page.goto(reverse(DESK, args=[window.pk]))

    press(page, "n")
    page.keyboard.press("s")
    page.keyboard.type("The photo.")
    page.keyboard.press("Enter")
    page.keyboard.type("approve, all of it")  # letters are letters while somebody types
    page.keyboard.press("Escape")
    shut = page.locator("details[open]").count()
    page.keyboard.press("s")

    assert (shut, state_of(case)) == (0, State.CLAIMED)
    assert page.locator("details[open] textarea").first.input_value() == "The photo.\napprove, all of it"


def test_a_key_pressed_twice_is_one_deed(window, desk_of):
    page, case = desk_of(make.staff("window_officer", windows=[window])), waiting(window, 1)
    page.goto(reverse(DESK, args=[window.pk]))

    press(page, "n")
    with page.expect_navigation():
        page.evaluate("""for (const _ of [1, 2, 3])
            document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "a", bubbles: true}))""")

    assert page.url.endswith(reverse(DESK, args=[window.pk]))
    assert verbs(case) == ["submitted", "claimed", "approved"]


# --- who is next --------------------------------------------------------------------------------------------------


def test_epidemic_response_comes_first_once_granted_and_goes_back_where_it_is_not(window, desk_of):
    granted = waiting(window, 1, asserted=Ground.EPIDEMIC_RESPONSE, at=NOON - 2 * HOUR)
    denied = waiting(window, 2, asserted=Ground.EPIDEMIC_RESPONSE, at=NOON - HOUR)
    ordinary = waiting(window, 3, at=NOON - DAY)
    page, taken = desk_of(make.staff("window_officer", windows=[window])), []

    def claim() -> None:
        page.goto(reverse(DESK, args=[window.pk]))
        press(page, "n")
        taken.append(number_on(page))

    def put_back() -> None:
        page.keyboard.press("b")
        send(page)

    claim()
    press(page, "g")
    put_back()
    claim()
    told = page.inner_text(".case__why")
    press(page, "a")
    claim()
    page.keyboard.press("x")
    page.keyboard.type("The letter names somebody else.")
    send(page)
    put_back()
    claim()
    press(page, "a")
    claim()

    assert taken == [case.number for case in (granted, granted, denied, ordinary, denied)]
    assert told.startswith("epidemic response, granted; due 2020-03-12 10:00")
    assert page.inner_text(".case__why").startswith("ordinary; due ")


# --- two officers on one line -------------------------------------------------------------------------------------


def test_two_officers_on_one_line_never_have_the_same_case(window, desk_of):
    cases = [waiting(window, n, at=NOON - n * HOUR) for n in range(6)]
    pages = [desk_of(make.staff("window_officer", windows=[window])) for _n in range(2)]
    taken = []

    for _round in range(3):
        for page in pages:
            page.goto(reverse(DESK, args=[window.pk]))
        for page in pages:  # both are on their way before either has arrived
            page.keyboard.press("n")
        for page in pages:
            page.wait_for_url(re.compile("/case/"))
            taken.append(number_on(page))
            press(page, "a")

    assert sorted(taken) == sorted(case.number for case in cases)
    assert {state_of(case) for case in cases} == {State.PRODUCTION}


def test_the_loser_of_two_decisions_sees_the_other_one(window, desk_of):
    slow, quick = (make.staff("window_officer", windows=[window]) for _n in range(2))
    case, page = waiting(window, 1), desk_of(slow)
    page.goto(reverse(DESK, args=[window.pk]))
    press(page, "n")
    casework.release(case, by=make.staff("supervisor", divisions=[window.division]), reason="The officer is away.")
    lifecycle.refuse(line.claim_next(window, by=quick), by=quick, reason=make.refusal_reason(), note="x")

    with page.expect_navigation() as answered:
        page.keyboard.press("a")

    assert answered.value.status == 409
    assert page.inner_text(".messagelist") == f"Somebody was quicker: refused by {quick} at 12:00."
    assert page.inner_text(".case__state") == "refused"
    assert state_of(case) == State.REFUSED


# --- out of a hand again ------------------------------------------------------------------------------------------


def test_a_lease_that_expires_brings_the_case_back_and_its_officer_is_told(window, desk_of):
    case, officer = waiting(window, 1), make.staff("window_officer", windows=[window])
    page = desk_of(officer)
    page.goto(reverse(DESK, args=[window.pk]))
    press(page, "n")
    Application.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    expired = casework.expire_leases()
    press(page, "a")
    told = page.inner_text(".messagelist")
    press(page, "d")
    press(page, "n")

    assert (expired, told) == (1, "Somebody was quicker: back in line: lease expired by the portal at 12:00.")
    assert Application.objects.in_hand_of(officer).get() == case
    assert verbs(case) == ["submitted", "claimed", "expired", "claimed"]


def test_a_supervisor_releases_a_case_from_its_page(window, desk_of):
    case, officer = waiting(window, 1), make.staff("window_officer", windows=[window])
    line.claim_next(window, by=officer)
    page = desk_of(make.staff("supervisor", divisions=[window.division]))
    page.goto(address("lines"))

    tab_to(page, f"a[href='{address('case', case.number)}']")
    press(page, "Enter")
    page.keyboard.press("l")
    page.keyboard.type("The officer is ill.")
    send(page)
    page.goto(address("lines"))

    assert state_of(case) == State.WAITING
    assert Event.objects.latest("pk").reason == "The officer is ill."
    assert "The officer is ill." in page.inner_text("main")


# --- what every page keeps ----------------------------------------------------------------------------------------


@pytest.fixture
def pages(window, monkeypatch):
    """A supervisor with the pages of a line that has cases of every kind: waiting, in hand, answered, decided."""
    monkeypatch.setattr(sample_cases, "CASES", 9)
    for code in ("visa-extension", "residence-permit"):
        make.offering(window, Service.objects.get(pk=code))
    sample_cases.fill()
    able = make.window("420103")
    make.offering(able, Service.objects.get(pk="residence-permit"))
    chief = make.staff("supervisor", divisions=[make.division("420000")], nationwide=True)
    officer = make.staff("window_officer", windows=[window])
    answered, decided = line.claim_next(window, by=officer), None
    lifecycle.supplement(answered, [{"document": "", "text": "印章"}], by=officer)
    for _n in range(2):
        decided = lifecycle.approve(line.claim_next(window, by=officer), by=officer)
    parked = line.claim_next(window, by=officer)
    casework.park(parked, by=officer, until=NOON.date() + DAY, reason="等待意见")
    line.claim_next(window, by=officer)
    mine = line.claim_next(window, by=chief)
    lifecycle.answer(answered, {"text": "补"})
    waiting(window, 99)  # stays where the others move
    make.change(window, "emergency")  # the longest word for a status
    last = Application.objects.waiting_at(window).in_line_order().last()
    return chief, {
        "day": reverse("admin:index"),
        "desk": reverse(DESK, args=[window.pk]),
        "waiting": address("case", last.number),
        "in hand": address("case", mine.number),
        "answered": address("case", answered.number),
        "decided": address("case", decided.number),
        "lines": address("lines"),
        "moved by the calendar": address("moved"),
        "preview": address("balance", window.pk),
        "moved": address("moved_cases"),
    }


def unfold(page, name: str) -> None:
    """All that a page can show: its folds, and what it answers to a form."""
    if name in ("preview", "moved"):
        page.goto(address("balance", "42010201"))
        page.select_option("#id_to", "42010301")
        page.fill("#id_count", "9")
        page.fill("#id_reason", "积压")
        for button in [".submit-row button:not([name])", "button[name=apply]"][: 2 if name == "moved" else 1]:
            follow(page.locator(button))
    page.evaluate("for (const fold of document.querySelectorAll('.card details')) fold.open = true")


@pytest.mark.parametrize(("language", "scheme", "width"), [("zh-hans", "light", 360), ("en", "dark", 1280)])
def test_axe_finds_nothing_serious_and_no_page_is_too_wide(pages, desk_of, language, scheme, width):
    officer, addresses = pages
    page, wrong = desk_of(officer, language, width, scheme), {}

    for name, where in addresses.items():
        page.goto(where)
        unfold(page, name)
        if found := faults(page):
            wrong[name] = found

    assert wrong == {}


def test_on_a_telephone_the_head_of_a_long_page_is_not_covered(pages, desk_of):
    officer, addresses = pages
    page = desk_of(officer, "en", 360)

    page.goto(addresses["in hand"])

    for within in ("#logout-form button", "#user-tools .languages button"):
        page.click(within, trial=True)  # fails where something else lies there
