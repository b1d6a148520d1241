"""Public pages in a real browser: accessible, self-contained, light, and usable by keyboard and on paper."""

import gzip
from datetime import datetime

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tests.browser.looks import faults
from tests.conftest import SCENARIO
from windows import clock
from windows.models import SHANGHAI

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "",
    "windows/",
    "windows/?division=420000&status=suspended",
    "windows/?status=foo",
    "windows/?q=nothing",
    "windows/?division=420000&service=passport&open=1",
    "windows/42010201/",
    "windows/11010101/",
    "windows/11010101/poster/",
    "statistics/",
    "statistics/2020-03-05/420000/",
    "statistics/2020-03-05/420102/",
    "ports/",
    "ports/2020-03-05/?division=440000",
    "ports/air/",
    "ports/land/",
    "ports/CAN/",
    "ports/L-MZL/2020-02-26/",
    "measures/",
    "measures/5/",
    "measures/8/",
    "policy/",
    "policy/?q=visa",
    "policy/?q=nothing at all xyzzy",
    "policy/stay-extension/?expires=2020-01-31",
    "policy/stay-extension/?expires=soon",
    "policy/stay-extension/1/",
    "policy/window-near-me/?division=420102&service=passport",
    "policy/which-ground/?ground=work_resumption&service=passport",
    "policy/service-passport/",
    "figures/",
    "figures/restoration_rate/",
    "bulletins/",
    "api/",
    "nothing/",
]
HEAVIEST = 60_000  # bytes of the home page with its style sheet, compressed


@pytest.fixture
def site(live_server):
    """The scenario behind a server; its address."""
    clock.set_now(datetime(2020, 3, 11, 20, tzinfo=SHANGHAI))
    call_command("import_scenario", SCENARIO, verbosity=0)
    return live_server.url


@pytest.mark.parametrize(("language", "scheme", "width"), [("zh-hans", "dark", 320), ("en", "light", 1280)])
def test_pages_are_accessible_by_day_and_by_night_set_no_cookie_and_fit_a_telephone(
    site, new_context, language, scheme, width
):
    page, wrong = new_context(color_scheme=scheme, viewport={"width": width, "height": 800}).new_page(), {}

    for path in PAGES:
        page.goto(f"{site}/{language}/{path}")
        if found := faults(page):
            wrong[path] = found

    assert (wrong, page.context.cookies()) == ({}, [])


def test_home_works_without_scripts_and_is_light(site, new_context):
    page = new_context(java_script_enabled=False).new_page()
    sizes = []
    page.on("response", lambda response: sizes.append((response.url, len(compressed(response.body())))))

    page.goto(f"{site}/", wait_until="networkidle")

    assert sum(size for _url, size in sizes) < HEAVIEST
    assert {url.rsplit(".", 1)[-1] for url, _size in sizes if "/static/" in url} <= {"css", "svg"}
    page.get_by_label("地点：名称或代码").fill("武汉")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("heading", name="14个窗口").wait_for()


def compressed(body: bytes) -> bytes:
    return gzip.compress(body)


def test_keyboard_reaches_the_content_first_and_the_focus_shows(site, new_context):
    page = new_context().new_page()
    page.goto(f"{site}/en/")

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)

    page.goto(f"{site}/en/windows/")
    unseen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        unseen += page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
            return s.outlineStyle === 'none' && s.boxShadow === 'none' ? [e.outerHTML.slice(0, 80)] : [] }"""
        )
    assert unseen == []


def test_language_switch_keeps_the_page_and_its_query(site, new_context):
    page = new_context().new_page()
    page.goto(f"{site}/zh-hans/windows/?division=420000&status=suspended")

    page.get_by_role("link", name="English").click()

    expect(page).to_have_url(f"{site}/en/windows/?division=420000&status=suspended")
