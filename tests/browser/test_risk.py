"""Measures 1 and 7 in Chromium: a county set to high risk and taken back; a window restored after its check."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from measures import restoration
from measures.models import RiskLevel
from portal import roles
from tests import make
from tests.browser.looks import serious, wide
from tests.make import NOON
from windows import clock
from windows.models import Check, Window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nothing_kept")]
LANGUAGES = {"zh-hans": "zh-CN", "en": "en-GB"}


@pytest.fixture
def place():
    """An open and a shut window of a county."""
    roles.create_groups()
    clock.set_now(NOON)
    make.reason("risk_changed")
    open_, shut = make.window(), make.window()
    make.change(open_, "full", at=NOON - timedelta(days=3))
    make.change(shut, "suspended", at=NOON - timedelta(days=3))
    return open_, shut


@pytest.fixture
def sign_in(new_context, live_server, settings):
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True

    def enter(*names, language="en", scheme="light", width=1280, **reach):
        officer = make.officer(is_staff=True, **reach)
        officer.groups.set(Group.objects.filter(name__in=names))
        context = new_context(locale=LANGUAGES[language], color_scheme=scheme, viewport={"width": width, "height": 800})
        page = context.new_page()
        page.goto(live_server.url + reverse("admin:login"))
        page.fill("#id_username", officer.username)
        page.fill("#id_password", "only for tests")
        page.keyboard.press("Enter")
        page.wait_for_url(live_server.url + reverse("admin:index"))
        return page

    return enter


def told_to_the_public(page, live_server, window: Window) -> str:
    """What the page says once the worker has folded: the browser's own copy is asked for anew."""
    restoration.fold()
    page.goto(f"{live_server.url}/en/windows/{window.pk}/")
    page.reload()
    return page.locator(".sheet__status").inner_text()


def test_a_county_is_set_to_high_risk_its_window_becomes_emergency_and_it_is_taken_back(live_server, place, sign_in):
    open_, _shut = place
    page = sign_in("supervisor", divisions=[make.division("420100")])

    page.goto(live_server.url + reverse("admin:measures_riskproposal_add") + "?division=420102")
    page.get_by_label("high risk").check()
    page.fill("#id_reason_zh", "新增病例")
    page.fill("#id_reason_en", "New cases in the county")
    page.get_by_role("button", name="See what it would do").click()
    page.get_by_text("2 windows would change.").wait_for()
    assert page.get_by_role("row", name="Division 420102 2 1 · 50.0 % 0 · 0.0 %").is_visible()
    before = Window.objects.with_status().get(pk=open_.pk).status
    page.get_by_role("button", name="Put into effect").click()
    page.wait_for_selector("#id_note")
    proposal = page.url
    said = told_to_the_public(page, live_server, open_)
    page.goto(proposal)
    page.fill("#id_note", "误判")
    page.get_by_role("button", name="Take it back").click()
    page.wait_for_selector("tr.struck")

    assert before == "full"
    assert "Emergency appointments only" in said
    assert "New cases in the county" in said
    assert "All services" in told_to_the_public(page, live_server, open_)
    assert list(RiskLevel.objects.in_force(clock.today())) == []


def restore(page, live_server, window: Window) -> None:
    """As far as the preview."""
    page.goto(live_server.url + reverse("admin:windows_window_change_status") + f"?windows={window.pk}")
    page.get_by_label("All services").check()
    page.select_option("#id_reason", "orderly_restoration")
    page.get_by_role("button", name="Preview").click()


def test_without_a_check_restoring_is_refused_and_after_one_by_keyboard_it_works(live_server, place, sign_in):
    _open, shut = place
    page = sign_in("window_officer", windows=[shut])

    restore(page, live_server, shut)
    page.get_by_text("Restoring needs a passed prevention check of the last 24 hours").wait_for()
    buttons = page.get_by_role("button", name="Record 1 change").count()
    page.get_by_role("link", name=f"Enter the check of {shut.name_en}").click()
    page.wait_for_selector("input[name=passing]")
    page.keyboard.press("Space")  # the first box has the focus
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("Every item is in order").wait_for()
    restore(page, live_server, shut)
    page.get_by_role("button", name="Record 1 change").click()
    page.wait_for_url("**/batches/**")

    assert buttons == 0
    assert Check.objects.get(window=shut).passed
    assert "All services" in told_to_the_public(page, live_server, shut)
    assert page.get_by_text("passed on 11 March 2020").is_visible()


def test_a_failing_check_proposes_and_one_button_suspends(live_server, place, sign_in):
    open_, _shut = place
    page = sign_in("window_officer", windows=[open_])

    page.get_by_role("link", name=f"Enter the check of {open_.name_en}").click()
    page.get_by_label("Masks").check()
    page.get_by_role("button", name="Record the check").click()
    page.get_by_text("The check is not passed.").wait_for()
    before = Window.objects.with_status().get(pk=open_.pk).status
    page.get_by_role("button", name="Suspend the window").click()
    page.wait_for_url("**/batches/**")

    said = told_to_the_public(page, live_server, open_)
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


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_serious_and_no_page_is_wider_than_a_telephone(
    live_server, place, sign_in, left_the_host, language, scheme, width
):
    found = {}
    pages = addresses(place)
    reach = {"divisions": [make.division("420000")]}
    page = sign_in("supervisor", "border_officer", language=language, scheme=scheme, width=width, **reach)

    for name, address in pages.items():
        page.goto(live_server.url + address)
        if faults := ["wide"] * wide(page) + serious(page):
            found[name] = faults

    assert (found, left_the_host) == ({}, [])
