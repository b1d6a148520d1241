"""The online application in Chromium, from the first page to the document in hand, by whoever applies and however.

Each journey runs in both languages and at both widths, in pairs of them.
"""

import re
from datetime import datetime

import pytest

from applications import lifecycle, sealing
from applications.models import Application, Draft, RefusalReason
from tests import make
from tests.applications import journeys
from tests.browser.hands import press, tab_to
from tests.browser.walk import CONTINUE, NARROW, WIDE
from tests.windows.test_codes import read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MINOR = {name: journeys.CHINESE[name] for name in ("who", "service", "window")} | {
    "person": {"name_zh": "李小明", "sex": "M", "birth_y": "2010", "birth_m": "5", "birth_d": "6"},
    "guardian": {"name": "李大明", "relation": "father", "number": "E12345678"},
    "document": {"number": journeys.resident_id(datetime(2010, 5, 6), "M")},
    "contact": journeys.CHINESE["contact"],
    "ground": {"ground": "ordinary"},
    "collection": journeys.CHINESE["collection"],
}
STATES = {
    "en": {
        "waiting": "Received",
        "supplement": "Waiting for the applicant",
        "production": "In production",
        "ready": "Ready",
        "collected": "Collected",
        "refused": "Refused",
        "withdrawn": "Withdrawn",
    },
    "zh-hans": {
        "waiting": "已收到",
        "supplement": "待申请人补正",
        "production": "制证中",
        "ready": "可领取",
        "collected": "已领取",
        "refused": "不予批准",
        "withdrawn": "已撤回",
    },
}


# --- who applies ---


@pytest.mark.parametrize(("language", "width", "scheme"), [("zh-hans", NARROW, "dark"), ("en", WIDE, "light")])
def test_a_visa_is_extended_from_the_first_page_to_the_counter(walk, language, width, scheme):
    first, officer, states = walk(language, width, scheme), make.officer(), []
    first.fill(journeys.FOREIGNER, look=True)
    first.bring("passport-page")
    first.press("button[name=save]")
    first.look()
    code = first.page.inner_text("main .code")

    other = walk(language, width, scheme)
    other.go("apply/resume/")
    other.look()
    other.type({"code": code})
    other.press("main form button")
    other.look()
    other.go("apply/papers/")
    other.bring("current-visa")
    other.press("button[name=upload]")
    other.look()
    other.press()
    other.look()
    told = other.declare()
    other.look()
    other.look_up(*told)
    application = Application.objects.get()
    states.append(other.state())
    other.look()
    items = [{"document": "purpose-proof", "text": "A letter of the host is missing."}]
    lifecycle.supplement(application, items, by=officer)
    states.append(other.state())
    other.press("button[name=send]")
    other.look()
    other.bring("purpose-proof")
    other.type({"text": "Here it is."})
    other.press("button[name=send]")
    states.append(other.state())
    for verb in (lifecycle.approve, lifecycle.ready, lifecycle.collect):
        verb(application, by=officer)
        states.append(other.state())
    other.look()
    other.go("track/case/receipt/")
    other.look()
    other.go("track/case/withdraw/")
    other.look()

    words = STATES[language]
    wanted = ("waiting", "supplement", "waiting", "production", "ready", "collected")
    assert states == [words[state] for state in wanted]
    assert (first.faults, other.faults) == ({}, {})
    assert application.uploads.count() == 3
    assert sealing.spelled(application.number) == told[0]


@pytest.mark.parametrize(("language", "width"), [("zh-hans", WIDE), ("en", NARROW)])
def test_an_urgent_passport_is_refused_with_its_reason(walk, language, width):
    browser = walk(language, width)

    browser.fill(journeys.CHINESE)
    browser.bring("photo", "id-card", "urgent-proof")
    browser.press()
    browser.look_up(*browser.declare())
    reason = RefusalReason.objects.get(pk="documents_insufficient")
    lifecycle.refuse(Application.objects.get(), by=make.officer(), reason=reason, note="The letter is not dated.")
    state = browser.state()
    browser.look()

    told = browser.page.inner_text("main")
    assert state == STATES[language]["refused"]
    assert {"en": reason.name_en, "zh-hans": reason.name_zh}[language] in told
    assert "The letter is not dated." in told
    assert browser.page.locator("main a[href$='/withdraw/']").count() == 0
    assert Application.objects.get().asserted == "urgent"
    assert browser.faults == {}


@pytest.mark.parametrize(("language", "width"), [("zh-hans", NARROW), ("en", WIDE)])
def test_a_taiwan_resident_applies_and_withdraws_without_javascript(walk, language, width):
    browser = walk(language, width, java_script_enabled=False)

    browser.fill(journeys.TAIWAN)
    browser.bring("photo", "residence-id", "employer-letter")
    browser.press()
    browser.look_up(*browser.declare())
    browser.press("main a[href$='/withdraw/']")
    browser.press("main form button")

    assert browser.page.inner_text(".case__state") == STATES[language]["withdrawn"]
    assert Application.objects.get().asserted == "work_resumption"
    assert sealing.unseal(bytes(Application.objects.get().answers))["employer"] == journeys.TAIWAN["employer"]


@pytest.mark.parametrize(("language", "width"), [("zh-hans", WIDE), ("en", NARROW)])
def test_a_minors_passport_needs_the_guardian_by_keyboard_alone(walk, language, width):
    browser = walk(language, width)
    page = browser.page
    browser.go("apply/")

    tab_to(page, CONTINUE)
    press(page, "Enter")
    for name, typed in MINOR.items():
        assert browser.path == f"apply/page/{name}/"
        assert page.locator(".govuk-error-message").count() == 0
        if name == "window":
            tab_to(page, "[name=place]")
            page.keyboard.type(typed["place"])
            press(page, "Enter")
            typed = {"window": typed["window"]}
        for field_name, value in typed.items():
            answer_by_keyboard(page, field_name, value)
        if name == "window" or page.evaluate("document.activeElement.matches('textarea')"):
            tab_to(page, CONTINUE)
        press(page, "Enter")
        assert page.locator(".govuk-error-message").all_inner_texts() == []
    assert browser.path == "apply/papers/"
    browser.bring("photo", "id-card", "household-register", "guardian-id")  # the system's own dialog chooses files
    tab_to(page, CONTINUE)
    press(page, "Enter")
    tab_to(page, "main a[href$='/declaration/']")
    press(page, "Enter")
    tab_to(page, "#id_true")
    page.keyboard.press("Space")
    press(page, "Enter")

    answers = sealing.unseal(bytes(Application.objects.get().answers))
    assert answers["guardian"] == MINOR["guardian"]


def answer_by_keyboard(page, name: str, value: str) -> None:
    tab_to(page, f"[name={name}]")
    kind = page.evaluate("document.activeElement.type")
    if kind == "radio":
        for _ in range(12):
            page.keyboard.press("Space")
            if page.evaluate("document.activeElement.value") == value:
                return
            page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows never reach {value}")
    page.keyboard.type(value)


# --- the end ---


@pytest.fixture
def handed(walk):
    """A browser on the declaration of a complete form."""
    browser = walk("en", WIDE)
    browser.fill(journeys.FOREIGNER)
    browser.bring("passport-page", "current-visa")
    browser.press()
    browser.press("main a[href$='/declaration/']")
    browser.page.check("#id_true")
    return browser


def test_a_double_click_makes_one_application_and_the_receipt_survives_reload_and_back(handed):
    page = handed.page
    page.dblclick(CONTINUE)
    page.wait_for_url("**/apply/done/")
    told = page.inner_text(".receipt")

    page.reload()
    again = page.inner_text(".receipt")
    page.go_back()
    back = page.url

    assert Application.objects.count() == 1
    assert again == told
    assert back == f"{handed.site}/en/apply/done/"


def test_the_receipt_is_printed_and_its_codes_lead_to_the_status_page_and_to_its_proof(handed, walk):
    handed.press()
    page = handed.page
    reference, secret = page.locator(".receipt dd.code").all_inner_texts()
    page.emulate_media(media="print")
    shown = {name: page.locator(name).first.is_visible() for name in (".receipt", ".receipt__code img", ".no-print")}
    shown["nav"] = page.locator(".sections").is_visible()
    printed = page.pdf(format="A4")
    with_secret = page.request.get(f"{handed.site}/en/apply/done/code.png")

    address = f"{handed.site}/en/track/#{reference.replace('-', '')}.{secret}"
    assert read(with_secret.body()) == [address]
    assert shown == {".receipt": True, ".receipt__code img": True, ".no-print": False, "nav": False}
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1

    scanned = walk("en", NARROW)
    scanned.page.goto(address)
    scanned.page.wait_for_function("document.getElementById('secret').value !== ''")
    filled = [scanned.page.input_value("#reference"), scanned.page.input_value("#secret"), scanned.page.url]
    press(scanned.page, "Enter")
    without = scanned.page.request.get(f"{handed.site}/en/track/case/code.png")

    assert filled == [reference.replace("-", ""), secret, f"{handed.site}/en/track/"]
    number = reference.replace("-", "")
    assert read(without.body()) == [f"{handed.site}/en/verify/{number}/{sealing.proof(number)}/"]


def test_leaving_forgets_the_form_in_this_browser(handed):
    handed.go("apply/list/")
    handed.press("form[action$='/apply/leave/'] button")

    handed.go("apply/list/")

    assert handed.path == "apply/resume/"
    assert Draft.objects.count() == 1
