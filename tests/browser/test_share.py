"""Bulletins, posters and the share panel in a real browser: read, copied, scanned, printed; drafted and approved."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from measures import bulletin, restoration, returns
from tests import make
from tests.browser.hands import follow
from tests.browser.looks import faults
from tests.make import EVENING
from tests.windows.test_codes import read
from windows import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = date(2020, 3, 11)
PAGES = ["", "windows/42010201/", "windows/42010201/poster/", "bulletins/", "bulletins/2020-03-11/"]
SHOWN_SQUARE = """address => new Promise((resolve) => {
    document.body.innerHTML = '';
    document.body.style.cssText = 'margin: 0; background: #fff';
    const picture = new Image(200, 200);
    picture.onload = resolve;
    picture.src = address;
    document.body.append(picture);
})"""


@pytest.fixture
def site(live_server):
    """A shut window and an open one, a bulletin with a correction; the address."""
    clock.set_now(EVENING)
    make.campaign()
    shut, opened = make.window("420102"), make.window("420102")
    make.change(shut, "suspended", at=EVENING - timedelta(days=1))
    make.change(opened, "full", at=EVENING - timedelta(days=1))
    flights = returns.record(make.port(), "flight_paper_exemption", DAY, 2345, by=make.officer(), at=EVENING)
    made = bulletin.draft(DAY, publish_at=EVENING, by=make.officer(), at=EVENING)
    bulletin.approve(made, by=make.officer(), at=EVENING)
    returns.correct(flights, 2999, by=make.officer(), note="counted again", at=EVENING)
    bulletin.note_corrections(made, at=EVENING)
    restoration.fold()
    return live_server.url


@pytest.mark.parametrize(("language", "scheme", "width"), [("zh-hans", "light", 1280), ("en", "dark", 320)])
def test_pages_with_the_panel_open_are_accessible_by_day_by_night_and_fit_a_telephone(
    site, new_context, language, scheme, width
):
    page, wrong = new_context(color_scheme=scheme, viewport={"width": width, "height": 800}).new_page(), {}

    for path in PAGES:
        page.goto(f"{site}/{language}/{path}")
        if page.locator(".share__panel").count():
            page.locator(".share__panel summary").click()
        if found := faults(page):
            wrong[path] = found

    assert (wrong, page.context.cookies()) == ({}, [])


def test_facts_for_machines_are_no_script_to_the_browser(site, new_context):
    page = new_context().new_page()

    for path in ("en/", "en/windows/42010201/", "en/bulletins/2020-03-11/"):
        page.goto(f"{site}/{path}")
        assert page.locator("script[type='application/ld+json']").count() == 1


def test_the_link_is_copied_at_the_press_of_a_button(site, new_context):
    page = new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(f"{site}/en/windows/42010201/")

    page.get_by_text("Share this page").click()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied").wait_for()

    assert page.evaluate("navigator.clipboard.readText()") == f"{site}/s/w42010201/en/"


def test_without_scripts_the_link_stands_there_to_be_copied_by_hand(site, new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/en/bulletins/2020-03-11/")

    page.get_by_text("Share this page").click()

    expect(page.get_by_label("Short, permanent link")).to_have_value(f"{site}/s/b2020-03-11/en/")
    expect(page.get_by_text("Copy link")).to_be_hidden()
    page.goto(f"{site}/s/b2020-03-11/en/")
    assert page.url == f"{site}/en/bulletins/2020-03-11/"


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_every_code_is_read_at_200_pixels_as_a_browser_shows_it(site, new_context, kind):
    page = new_context(viewport={"width": 200, "height": 200}).new_page()
    codes = ["h", "l", "w42010201", "s", "d2020-03-11", "p2020-03-11.420000", "m5", "frestoration_rate", "b2020-03-11"]
    links = [f"{site}/s/{code}/{language}" for code in codes for language in ("", "en/")]
    shown = {}

    page.goto(f"{site}/en/bulletins/")
    page.evaluate("document.querySelectorAll('link, style').forEach((style) => style.remove())")
    for link in links:
        page.evaluate(SHOWN_SQUARE, f"{link}code.{kind}")
        shown[link] = read(page.screenshot())

    assert shown == {link: [link] for link in links}


def test_on_paper_a_page_bears_its_link_and_code_and_the_panel_is_gone(site, new_context):
    page = new_context().new_page()
    page.goto(f"{site}/en/windows/42010201/")
    page.emulate_media(media="print")

    paper = page.locator(".share__paper")
    picture = paper.locator("img")

    assert (paper.is_visible(), page.locator(".share__panel").is_visible()) == (True, False)
    assert paper.inner_text().strip() == f"{site}/s/w42010201/en/"
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")


def test_a_poster_is_one_sheet_whose_code_leads_to_the_live_page(site, new_context):
    page = new_context(viewport={"width": 900, "height": 1200}).new_page()
    page.goto(f"{site}/zh-hans/windows/42010201/poster/")
    page.emulate_media(media="print")

    read_there = read(page.locator(".poster__code img").screenshot())
    sheets = page.pdf(format="A4").count(b"/Type /Page\n")

    assert read_there == [f"{site}/s/w42010201/"]
    assert [page.locator(part).is_visible() for part in (".masthead", ".colophon", ".poster")] == [False, False, True]
    assert sheets == 1
    page.goto(read_there[0])
    assert page.url == f"{site}/zh-hans/windows/42010201/"


def test_a_bulletin_prints_with_its_digest_and_its_corrections(site, new_context):
    page = new_context().new_page()
    page.goto(f"{site}/en/bulletins/2020-03-11/")
    page.emulate_media(media="print")

    told = page.locator("main").inner_text()

    assert [word in told for word in ("more than 2,300 flights", "2,999", "Digest (SHA-256)")] == [True] * 3
    assert not page.get_by_text("Skip to the content").is_visible()


def person(role: str):
    return make.staff(role, name=role, nationwide=True)


def test_an_editor_drafts_a_bulletin_and_a_supervisor_approves_it(site, desk_of):
    editor = desk_of(person("policy_editor"))
    editor.goto("/staff/")
    follow(editor.get_by_role("link", name="Bulletins").first)
    follow(editor.locator(".object-tools a").first)
    editor.get_by_label("Day").fill("2020-03-10")
    editor.get_by_label("To be published at").fill("2020-03-11T20:00")
    follow(editor.get_by_role("button", name="Preview"))
    expect(editor.get_by_text("By 10 March 2020")).to_be_visible()
    assert faults(editor) == []
    follow(editor.get_by_role("button", name="Draft the bulletin"))

    supervisor = desk_of(person("supervisor"))
    supervisor.goto(editor.url)
    follow(supervisor.get_by_role("link", name="Approve"))
    assert faults(supervisor) == []
    follow(supervisor.get_by_role("button", name="Approve the bulletin"))
    follow(supervisor.get_by_role("link", name="Open the public page"))

    expect(supervisor.locator("h1")).to_have_text("Bulletin on entry-exit windows, 10 March 2020")
