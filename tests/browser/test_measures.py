"""The measures in use, in Chromium: who fights the epidemic, applies online, resumes work, or clears a port's day."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from applications import casework, due, line
from applications.models import Application
from measures.models import Return, SignOff
from tests import make
from tests.applications import journeys
from tests.browser.hands import follow
from tests.browser.looks import faults
from tests.browser.walk import CONTINUE, NARROW, WIDE, Walk
from windows.models import Window
from windows.templatetags.pages import moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAIRS = pytest.mark.parametrize(("language", "width"), [("zh-hans", NARROW), ("en", WIDE)])


def grant() -> Application:
    """An officer takes the one case that waits and grants the ground that it asserts."""
    officer = make.officer(windows=[Window.objects.get(pk="42010201")])
    case = line.claim_next(Window.objects.get(pk="42010201"), by=officer)
    return casework.verify(case, by=officer, granted=True)


def written(at, language: str) -> str:
    with translation.override(language):
        return moment(at)


def receipt(browser: Walk) -> str:
    browser.go("track/case/receipt/")
    browser.look()
    return browser.page.inner_text(".receipt")


# --- measure 2: people fighting the epidemic ---


@PAIRS
def test_who_fights_the_epidemic_has_a_decision_due_within_24_hours_on_the_receipt(walk, language, width):
    browser = walk(language, width)
    journey = journeys.FOREIGNER | {"ground": {"ground": "epidemic_response", "why": "Medical team for Wuhan"}}
    browser.fill(journey)
    browser.bring("passport-page", "current-visa", "epidemic-proof")
    browser.press()
    browser.look_up(*browser.declare())
    ordinary = receipt(browser)

    case = grant()
    granted = receipt(browser)

    assert case.due_at == case.submitted_at + timedelta(hours=24)
    assert written(case.due_at, language) not in ordinary
    assert written(case.due_at, language) in granted
    assert browser.faults == {}


# --- measure 3: online applications ---


@PAIRS
def test_an_online_application_begins_on_the_page_of_the_window(walk, language, width):
    browser = walk(language, width)
    browser.go("windows/42010201/")

    browser.press("main a[href$='/apply/?window=42010201']")
    browser.look()
    browser.press()
    for name in ("who", "service"):
        browser.type(journeys.FOREIGNER[name])
        browser.press()
    for name, typed in list(journeys.FOREIGNER.items())[3:]:  # the window is not asked for again
        assert browser.path == f"apply/page/{name}/"
        browser.type(typed)
        browser.press(CONTINUE)
    browser.bring("passport-page", "current-visa")
    browser.press()
    browser.declare()

    assert (Application.objects.get().window_id, Application.objects.get().channel) == ("42010201", "online")
    assert browser.faults == {}


# --- measure 4: resuming work and production ---


@PAIRS
def test_work_resumption_asks_for_the_employer_and_shows_its_earlier_day(walk, language, width):
    browser = walk(language, width)
    browser.fill(journeys.TAIWAN)
    browser.go("apply/page/employer/")
    browser.type({"credit_code": "91420100MA4KABCD1B"})  # its last character does not fit the others
    browser.press()
    refused = browser.page.locator(".govuk-error-message").count()
    browser.look()
    browser.type(journeys.TAIWAN["employer"])
    browser.press()
    browser.go("apply/papers/")
    browser.bring("photo", "residence-id")
    browser.press()
    missing = browser.page.locator("#file-employer-letter").count(), browser.path
    browser.bring("employer-letter")
    browser.press()
    browser.look_up(*browser.declare())
    ordinary = due.of(Application.objects.get()).at
    before = receipt(browser)

    case = grant()
    after = receipt(browser)

    assert (refused, missing) == (1, (1, "apply/papers/"))
    assert case.due_at < ordinary
    assert written(ordinary, language) in before
    assert written(case.due_at, language) in after
    assert browser.faults == {}


# --- measure 5: fast clearance at ports ---


@pytest.fixture
def border_officer(site):
    make.campaign()
    make.port("WUH")
    make.port("CSX", "430121")
    return make.staff("border_officer", divisions=[make.division("420000")])


@pytest.mark.usefixtures("nothing_kept")
@PAIRS
def test_a_border_officer_enters_and_signs_a_day_and_the_public_page_shows_it(
    border_officer, desk_of, walk, language, width
):
    page, public = desk_of(border_officer, language, width), walk(language, width)
    page.goto(reverse("admin:index"))
    follow(page.locator(".results a.button:not(.quiet)").first)
    page.fill("#id_quantity", "7")
    send(page, ".staff-form [type=submit]")
    page.check("input[name=port][value=WUH]")
    send(page, "#sign-off button")
    public.go("ports/WUH/")
    public.look()
    signed = public.page.locator("main table tbody tr").first.inner_text()

    follow(page.locator("a[href$='/correct/']").first)
    page.fill("#id_quantity", "9")
    page.fill("#id_note", "A flight was counted twice.")
    send(page, ".staff-form [type=submit]")
    asked_again = page.locator("input[name=port][value=WUH]").count()
    wrong = faults(page)
    public.page.reload()  # the browser's own copy is good for a moment
    public.look()

    signoff = SignOff.objects.get()
    assert (signoff.port_id, signoff.by, asked_again) == ("WUH", border_officer, 1)
    assert [entry.quantity for entry in Return.objects.order_by("pk")] == [7, 9]
    assert written(signoff.at, language) in signed
    expect(public.page.locator("main td s")).to_have_text("7")
    assert "9" in public.page.inner_text("main .facts")
    assert written(signoff.at, language) not in public.page.locator("main tbody td").last.inner_text()
    assert (wrong, public.faults) == ([], {})


def send(page, button: str) -> None:
    follow(page.locator(button))
    expect(page.locator(".errornote")).to_have_count(0)
