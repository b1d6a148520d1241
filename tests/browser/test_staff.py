"""The staff site in Chromium: nothing serious to axe in both languages, light and dark; by keyboard; 360 px wide."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from measures import bulletin, returns
from measures.models import Measure
from tests import make
from tests.browser.hands import follow, press, tab_to
from tests.browser.looks import faults, serious
from tests.make import NOON
from windows import clock, intake
from windows.models import StatusChange, Window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def officer():
    clock.set_now(NOON + timedelta(hours=8))
    make.campaign()
    Measure.objects.create(number=1, in_notice=True, title_zh="一", title_en="One", summary_zh="一", summary_en="One")
    windows = [make.window(checked=True) for _ in range(3)]
    make.change(windows[0], "limited")
    make.change(windows[1], "suspended", at=NOON - timedelta(days=9))
    made = make.staff("supervisor", "border_officer", divisions=[make.division("420000")])
    returns.record(make.port("WUH"), "flight_paper_exemption", NOON.date(), 7, by=made, at=NOON)
    make.port("CNWUH", kind="sea")
    return made


def addresses(officer) -> dict[str, str]:
    """Each page of our own, and the lists that officers live in."""
    entry, window = StatusChange.objects.latest("pk"), Window.objects.first()
    bad = intake.keep("status_changes", "bad.csv", b"window,status\nx,y\n", by=officer)
    return {
        "day": reverse("admin:index"),
        "windows": reverse("admin:windows_window_changelist"),
        "window": reverse("admin:windows_window_change", args=[window.pk]),
        "change": reverse("admin:windows_window_change_status") + f"?windows={window.pk}",
        "result": reverse("admin:windows_window_batch", args=[entry.batch]),
        "entry": reverse("admin:windows_statuschange_change", args=[entry.pk]),
        "correct": reverse("admin:windows_statuschange_correct", args=[entry.pk]),
        "bring": reverse("admin:windows_statuschange_import"),
        "report": reverse("admin:windows_statuschange_report", args=[bad.pk]),
        "returns": reverse("admin:measures_return_day"),
        "enter": reverse("admin:measures_return_add"),
        "days of ports": reverse("admin:measures_signoff_days"),
        "sign-offs": reverse("admin:measures_signoff_changelist"),
        "targets": reverse("admin:measures_target_changelist"),
        "target": reverse("admin:measures_target_add"),
        "threshold": reverse("admin:measures_threshold_add"),
        "alerts": reverse("admin:measures_alert_changelist"),
    }


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("zh-hans", "light", 360), ("en", "dark", 1280)],
)
def test_axe_finds_nothing_serious_and_no_page_is_too_wide(officer, desk_of, language, scheme, width):
    page, wrong = desk_of(officer, language, width, scheme), {}

    for name, address in addresses(officer).items():
        page.goto(address)
        if found := faults(page):
            wrong[name] = found

    assert wrong == {}


@pytest.mark.parametrize(("language", "scheme", "width"), [("zh-hans", "dark", 360), ("en", "light", 1280)])
def test_axe_finds_nothing_serious_in_bulletins(officer, desk_of, language, scheme, width):
    type(officer).objects.filter(pk=officer.pk).update(nationwide=True)
    drafted = bulletin.draft(clock.today(), publish_at=clock.now(), by=officer)
    page, wrong = desk_of(officer, language, width, scheme), {}

    for name, arguments in [("changelist", []), ("add", []), ("change", [drafted.pk])]:
        answer = page.goto(reverse(f"admin:measures_bulletin_{name}", args=arguments))
        wrong[name] = (answer.status, faults(page))

    assert wrong == dict.fromkeys(wrong, (200, []))


def test_the_sign_in_page_has_nothing_serious_and_switches_the_language(new_context, live_server):
    page = new_context(locale="zh-CN").new_page()
    page.goto(live_server.url + reverse("admin:login"))

    chinese = serious(page)
    follow(page.locator("form.languages button"))

    assert (chinese, serious(page)) == ([], [])
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_whoever_types_name_and_password_is_let_in(new_context, live_server, officer):
    page = new_context(locale="en-GB").new_page()
    page.goto(live_server.url + reverse("admin:login"))

    page.keyboard.type(officer.username)  # the field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type("only for tests")
    press(page, "Enter")

    expect(page).to_have_url(live_server.url + reverse("admin:index"))
    expect(page.locator("#user-tools strong")).to_have_text(officer.username)


def test_on_a_telephone_a_button_opens_the_menu_and_each_window_is_a_card(officer, desk_of):
    page = desk_of(officer, "en", 360)
    page.goto(reverse("admin:index"))
    menu, button = page.get_by_role("navigation", name="What I may do"), page.get_by_role("button", name="Menu")

    expect(menu).to_be_hidden()
    tab_to(page, "[popovertarget]")
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    assert faults(page, (360,)) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    within = "table => table.scrollWidth <= table.parentElement.clientWidth"
    assert page.locator(".results--cards table").evaluate(within)
    expect(page.locator(".results--cards td").first).to_have_css("display", "block")

    page.keyboard.press("Enter")
    page.set_viewport_size({"width": 1280, "height": 800})  # the telephone is a tablet that is turned
    expect(menu).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(menu).to_be_visible()
    expect(button).to_be_hidden()


def test_on_paper_no_table_of_the_day_is_cut_off(officer, desk_of):
    page = desk_of(officer, "en", 720)  # as wide as A4
    page.goto(reverse("admin:index"))
    page.emulate_media(media="print")

    cut = "tables => tables.map(table => table.scrollWidth > table.clientWidth)"
    assert page.locator(".results").evaluate_all(cut) == [False, False, False]
    expect(page.locator(".results--cards td").first).to_have_css("display", "table-cell")
    expect(page.locator("[popovertarget]")).to_be_hidden()


def test_a_bulk_change_is_made_and_undone_by_keyboard_alone(officer, desk_of):
    page = desk_of(officer)
    page.goto(reverse("admin:windows_window_changelist"))

    tab_to(page, "select[name=action]")
    page.keyboard.type("Change")
    tab_to(page, "#action-toggle")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")
    press(page, "Enter")
    tab_to(page, "input[name=status]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    tab_to(page, "#id_reason")
    page.keyboard.press("ArrowDown")
    tab_to(page, "button[name=preview]")
    press(page, "Enter")
    tab_to(page, "button[name=apply]")
    press(page, "Enter")
    recorded = StatusChange.objects.filter(batch=page.url.rstrip("/").split("/")[-1])
    tab_to(page, "#id_reason")
    page.keyboard.press("ArrowDown")
    tab_to(page, ".staff-form [type=submit]")
    press(page, "Enter")

    expect(page.locator(".messagelist")).to_be_visible()
    assert recorded.count() == 3
    assert recorded.exclude(superseded_by=None).count() == 3
