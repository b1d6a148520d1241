"""The pages of the online application in Chromium, half filled in or filled in wrongly: nothing is lost on the way."""

import pytest
from playwright.sync_api import expect

from tests.applications import journeys
from tests.browser.walk import NARROW, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HALF = {
    "who": {"audience": "foreign"},
    "service": {"service": "visa-extension"},
    "window": {"place": "420102"},
    "person": {"surname": "O1af", "nationality": "IS", "birth_y": "1985", "birth_m": "31", "birth_d": "x"},
    "document": {"number": "?", "expiry_y": "20", "zone": "P<ISL"},
    "contact": {"phone": "12", "email": "anna@", "address": "12 Zhongshan Road\nWuhan"},
    "ground": {"ground": "work_resumption", "why": ""},
    "employer": {"employer": "武汉", "credit_code": "123"},
    "collection": {"collection": "post", "post_to": ""},
}


@pytest.mark.parametrize(("language", "other", "width"), [("zh-hans", "en", NARROW), ("en", "zh-hans", WIDE)])
def test_the_language_is_switched_on_every_half_filled_page_and_nothing_is_lost(walk, language, other, width):
    browser, kept = walk(language, width), {}
    right = journeys.TAIWAN | journeys.FOREIGNER | {"ground": journeys.TAIWAN["ground"]}  # with an employer
    browser.go("apply/")
    browser.press()

    for name, typed in HALF.items():
        browser.go(f"apply/page/{name}/")
        browser.type(typed)
        browser.press(f"button[name=language][value={other}]")
        moved = browser.page.url == f"{browser.site}/{other}/apply/page/{name}/"
        kept[name] = moved and {field_name: value_of(browser.page, field_name) for field_name in typed}
        assert browser.page.locator(".govuk-error-message").count() == 0
        browser.press(f"button[name=language][value={language}]")
        browser.type(right[name] if name != "window" else {})
        if name == "window":
            browser.press("#page button[name=find]")
            browser.type({"window": right[name]["window"]})
        browser.press()

    browser.go("apply/papers/")
    browser.bring("passport-page")
    browser.press(f"button[name=language][value={other}]")
    files = browser.page.locator(".files li").count()
    for plain in ("list", "saved"):
        browser.page.goto(f"{browser.site}/{language}/apply/{plain}/")
        browser.press(f"button[name=language][value={other}]")
        assert browser.page.url == f"{browser.site}/{other}/apply/{plain}/"
    assert kept == HALF
    assert files == 1


def value_of(page, name: str) -> str:
    checked = page.locator(f"input[type=radio][name={name}]:checked")
    return checked.get_attribute("value") if checked.count() else page.input_value(f"[name={name}]:not([type=radio])")


@pytest.mark.parametrize(("language", "scheme"), [("zh-hans", "light"), ("en", "dark")])
def test_pages_with_everything_wrong_are_accessible_lead_to_the_field_and_fit_320_pixels(walk, language, scheme):
    browser = walk(language, 320, scheme)
    browser.go("apply/")
    browser.look()
    browser.press()
    hostile = "<script>alert(1)</script>"

    for name, typed in journeys.FOREIGNER.items():
        for box in browser.page.locator("main input[type=text]:visible, main textarea").all():
            box.fill(hostile)
        browser.press()
        browser.look()
        browser.page.locator(".govuk-error-summary__list a").first.click()
        expect(browser.page.locator(".govuk-form-group--error :focus")).to_have_count(1)
        if name == "window":
            browser.type({"place": typed["place"]})
            browser.press("#page button[name=find]")
            typed = {"window": typed["window"]}
        elif name == "person":
            browser.type({"given_names": ""})
        elif name in ("document", "ground"):
            browser.type({{"document": "zone", "ground": "why"}[name]: ""})
        elif name == "collection":
            browser.type({"post_to": ""})
        browser.type(typed)
        browser.press()
    browser.press()
    browser.look()
    for path in ("apply/list/", "apply/resume/", "track/", "apply/nothing/"):
        browser.go(path)
        browser.look()
    browser.go("track/")
    browser.type({"reference": hostile, "secret": hostile})
    browser.press("#track button")
    browser.look()

    assert browser.faults == {}
