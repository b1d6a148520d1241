"""The policy query in Chromium, as people use it: measures 6, 8, 9 and 10, the editor's pages, without scripts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from measures import policy, reference
from measures.models import Topic
from tests import make
from tests.browser.hands import follow
from tests.browser.looks import faults
from tests.make import EVENING
from windows import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server):
    clock.set_now(EVENING)
    reference.load()
    return live_server.url


@pytest.fixture
def page(site, new_context):
    """A telephone without scripts, at the first page of the query."""
    page = new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}).new_page()
    page.goto(f"{site}/en/policy/")
    return page


def look_up(page, question: str) -> None:
    page.get_by_label("Your question, in Chinese or English").fill(question)
    follow(page.get_by_role("button", name="Look it up"))


def basis(page) -> str:
    return page.get_by_role("complementary").inner_text()


def test_measure_6_a_question_leads_to_an_answer_with_basis_version_and_date(page):
    look_up(page, "who may query the policy")
    follow(page.get_by_role("link", name="The policy query service").first)

    told = basis(page)
    assert ["Measure 6" in told, "Version 1" in told, "27 February 2020" in told] == [True, True, True]
    expect(page.get_by_role("heading", name="What to do now")).to_be_visible()


def test_measure_8_somebody_learns_until_when_he_may_stay_at_an_address_that_stays(page, site):
    look_up(page, "my visa expird")
    follow(page.locator(".answers a").first)
    page.get_by_label("Last day on your visa or permit").fill("2020-01-31")
    follow(page.get_by_role("button", name="Show the answer"))

    expect(page.locator(".verdict__day")).to_have_text("31 March 2020")
    assert "Measure 8" in basis(page)
    permanent = page.locator(".permanent").get_attribute("href")
    assert permanent == f"{site}/en/policy/stay-extension/1/?expires=2020-01-31"
    page.goto(permanent)
    expect(page.locator(".verdict__day")).to_have_text("31 March 2020")


@pytest.mark.parametrize(
    ("measure", "question", "step"),
    [
        (9, "can I leave and come back", "Leave only once you hold the re-entry visa"),
        (10, "visa on arrival", "Ask whoever invites you for a letter"),
    ],
)
def test_measures_9_and_10_tell_what_to_do_now(page, measure, question, step):
    look_up(page, question)
    follow(page.locator(".answers a").first)

    assert step in page.locator("section", has=page.locator("#now")).inner_text()
    assert f"Measure {measure}" in basis(page)


def test_what_is_asked_in_vain_sets_no_cookie_and_shows_to_the_editor(page, editor, desk_of):
    look_up(page, "dog licence")

    expect(page.get_by_role("heading", name="Nothing was found")).to_be_visible()
    assert page.context.cookies() == []
    staff = desk_of(editor)
    staff.goto(reverse("admin:measures_askedinvain_changelist"))
    expect(staff.get_by_text("dog licence")).to_be_visible()


@pytest.fixture
def editor(site):
    return make.staff("policy_editor", nationwide=True)


def test_the_editor_publishes_ahead_and_the_public_sees_it_come(site, editor, desk_of, page):
    staff = desk_of(editor)
    staff.goto(reverse("admin:measures_topic_publish", args=["stay-extension"]))
    staff.get_by_label("Months of extension").fill("3")
    staff.get_by_label("Holds from").fill("2020-04-01")
    staff.get_by_label("What changed and why").fill("再延一个月")
    follow(staff.get_by_role("button", name="Preview"))
    expect(staff.locator("ins")).to_have_text(["04", "01", "03", "11", "3"])
    follow(staff.get_by_role("button", name="Publish this version"))

    page.goto(f"{site}/en/policy/stay-extension/?expires=2020-01-31&x=1")
    assert "from 1 April 2020" in page.content()
    expect(page.locator(".verdict__day")).to_have_text("31 March 2020")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_the_editors_pages_and_stale_english_have_nothing_serious_for_axe(editor, desk_of, scheme, width):
    topic = Topic.objects.get(pk="port-visa")
    last = policy.latest(topic)
    fields = {name: getattr(last, name) for name in ("title_zh", "title_en", "text_en", "todo_zh", "todo_en")}
    days = {"effective_from": EVENING.date(), "published_on": EVENING.date(), "change_note": "x", "text_zh": "新。"}
    made = policy.publish(topic, policy.Wanted(fields | days, False, 1), by=make.officer())
    policy.confirm(made, by=make.officer(), at=EVENING + timedelta(minutes=1))
    page = desk_of(editor, "en", width, scheme)

    wrong = {}
    for address in (
        reverse("admin:measures_topic_changelist"),
        reverse("admin:measures_topic_change", args=["port-visa"]),
        reverse("admin:measures_topic_publish", args=["port-visa"]),
        reverse("admin:measures_version_change", args=[made.pk]),
        "/en/policy/port-visa/",
        "/en/policy/port-visa/1/",
        "/en/measures/10/",
    ):
        page.goto(address)
        if found := faults(page):
            wrong[address] = found

    assert wrong == {}
