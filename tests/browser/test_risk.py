"""Measures 1 and 7 in Chromium: a county set to high risk and taken back; a window restored after its check."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from measures import restoration
from measures.models import RiskLevel
from tests import make
from tests.browser.hands import follow, press
from tests.browser.looks import faults
from tests.make import NOON
from windows import clock
from windows.models import Check, Window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nothing_kept")]


@pytest.fixture
def place():
    """An open and a shut window of a county."""
    clock.set_now(NOON)
    make.reason("risk_changed")
    open_, shut = make.window(), make.window()
    make.change(open_, "full", at=NOON - timedelta(days=3))
    make.change(shut, "suspended", at=NOON - timedelta(days=3))
    return open_, shut


def told_to_the_public(page, window: Window) -> str:
    """What the page says once the worker has folded: the browser's own copy is asked for anew."""
    restoration.fold()
    page.goto(f"/en/windows/{window.pk}/")
    page.reload()
    return page.locator(".sheet__status").inner_text()


def test_a_county_is_set_to_high_risk_its_window_becomes_emergency_and_it_is_taken_back(place, desk_of):
    open_, _shut = place
    page = desk_of(make.staff("supervisor", divisions=[make.division("420100")]))

    page.goto(reverse("admin:measures_riskproposal_add") + "?division=420102")
    page.get_by_label("high risk").check()
    page.fill("#id_reason_zh", "新增病例")
    page.fill("#id_reason_en", "New cases in the county")
    follow(page.get_by_role("button", name="See what it would do"))
    expect(page.get_by_text("2 windows would change.")).to_be_visible()
    expect(page.get_by_role("row", name="Division 420102 2 1 · 50.0 % 0 · 0.0 %")).to_be_visible()
    before = Window.objects.with_status().get(pk=open_.pk).status
    follow(page.get_by_role("button", name="Put into effect"))
    proposal = page.url
    said = told_to_the_public(page, open_)
    page.goto(proposal)
    page.fill("#id_note", "误判")
    follow(page.get_by_role("button", name="Take it back"))
    expect(page.locator("tr.struck")).to_have_count(2)

    assert before == "full"
    assert "Emergency appointments only" in said
    assert "New cases in the county" in said
    assert "All services" in told_to_the_public(page, open_)
    assert list(RiskLevel.objects.in_force(clock.today())) == []


def restore(page, window: Window) -> None:
    """As far as the preview."""
    page.goto(reverse("admin:windows_window_change_status") + f"?windows={window.pk}")
    page.get_by_label("All services").check()
    page.select_option("#id_reason", "orderly_restoration")
    follow(page.get_by_role("button", name="Preview"))


def test_without_a_check_restoring_is_refused_and_after_one_by_keyboard_it_works(place, desk_of):
    _open, shut = place
    page = desk_of(make.staff("window_officer", windows=[shut]))

    restore(page, shut)
    expect(page.get_by_text("Restoring needs a passed prevention check of the last 24 hours")).to_be_visible()
    buttons = page.get_by_role("button", name="Record 1 change").count()
    follow(page.get_by_role("link", name=f"Enter the check of {shut.name_en}"))
    expect(page.locator("input[type=checkbox]").first).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    press(page, "Enter")
    expect(page.get_by_text("Every item is in order")).to_be_visible()
    restore(page, shut)
    follow(page.get_by_role("button", name="Record 1 change"))

    assert buttons == 0
    assert Check.objects.get(window=shut).passed
    assert "All services" in told_to_the_public(page, shut)
    expect(page.get_by_text("passed on 11 March 2020")).to_be_visible()


def test_a_failing_check_proposes_and_one_button_suspends(place, desk_of):
    open_, _shut = place
    page = desk_of(make.staff("window_officer", windows=[open_]))

    page.goto(reverse("admin:index"))
    follow(page.get_by_role("link", name=f"Enter the check of {open_.name_en}"))
    page.get_by_label("Masks").check()
    follow(page.get_by_role("button", name="Record the check"))
    expect(page.get_by_text("The check is not passed.")).to_be_visible()
    before = Window.objects.with_status().get(pk=open_.pk).status
    follow(page.get_by_role("button", name="Suspend the window"))

    said = told_to_the_public(page, open_)
    assert before == "full"
    assert "Suspended" in said
    assert "Ventilation" in said


def addresses(place) -> dict[str, str]:
    open_, shut = place
    check = make.check(open_, "masks")
    port = make.check(make.port())
    applied = make.risk_applied(make.division("420102"), "high")
    planned = make.risk_proposed(make.division("420000"), "low")
    change = "admin:measures_riskproposal_change"
    return {
        "day": reverse("admin:index"),
        "checks": reverse("admin:windows_check_day"),
        "enter": reverse("admin:windows_check_add") + f"?window={shut.pk}",
        "check": reverse("admin:windows_check_change", args=[check.pk]),
        "list": reverse("admin:windows_check_changelist"),
        "port": reverse("admin:measures_portcheck_change", args=[port.pk]),
        "returns": reverse("admin:measures_return_day"),
        "levels": reverse("admin:measures_risklevel_changelist"),
        "proposals": reverse("admin:measures_riskproposal_changelist"),
        "propose": reverse("admin:measures_riskproposal_add"),
        "planned": reverse(change, args=[planned.pk]),
        "applied": reverse(change, args=[applied.pk]),
    }


@pytest.mark.parametrize(("language", "scheme", "width"), [("zh-hans", "light", 1280), ("en", "dark", 360)])
def test_axe_finds_nothing_serious_and_no_page_is_wider_than_a_telephone(place, desk_of, language, scheme, width):
    wrong = {}
    pages = addresses(place)
    officer = make.staff("supervisor", "border_officer", divisions=[make.division("420000")])
    page = desk_of(officer, language, width, scheme)

    for name, address in pages.items():
        page.goto(address)
        if found := faults(page):
            wrong[name] = found

    assert wrong == {}
