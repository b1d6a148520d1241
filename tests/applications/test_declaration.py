"""The last page: what a submission costs the database, and what it answers to who presses twice."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications import drafts as half_filled
from applications import steps
from applications.models import Application, Draft
from tests import make
from tests.drills import applicants
from windows import clock
from windows.models import Service, Window

pytestmark = pytest.mark.django_db

# The draft; its window, and what is stopped there; its papers; by the rule, what is stopped there; all that is written.
STATEMENTS = 5


@pytest.fixture(scope="module", autouse=True)
def _reference(for_the_module):
    for_the_module(applicants.place)


@pytest.fixture
def drafts(tmp_path):
    """Three drafts, each a code and a key."""
    applicants.prepare(3, str(tmp_path / "drafts"), files=False)
    return [line.split() for line in (tmp_path / "drafts").read_text().splitlines()]


def declare(client, draft, **changes):
    client.cookies["draft"], key = draft
    return client.post("/en/apply/declaration/", {"true": "on", "token": key} | changes)


def cost(client, draft):
    with CaptureQueriesContext(connection) as asked:
        answer = declare(client, draft)
    assert answer.url == "/en/apply/done/"
    return len(asked)


def test_a_submission_asks_the_database_as_often_however_much_there_is(client, drafts):
    cost(client, drafts[0])  # reference data is remembered from here on
    with_little = cost(client, drafts[1])
    for _ in range(3):
        neighbour = make.window()
        make.offering(neighbour, Service.objects.get(pk="visa-extension"))
        make.change(neighbour, "full", at=clock.now())
    with_more = cost(client, drafts[2])

    assert (with_little, with_more) == (STATEMENTS, STATEMENTS)


def test_pressed_again_it_leads_to_the_receipt_of_the_one_application(client, drafts):
    answers = [declare(client, drafts[0]) for _ in range(2)]

    assert [answer.url for answer in answers] == ["/en/apply/done/"] * 2
    assert Application.objects.count() == 1


def test_pressed_over_two_connections_the_later_one_finds_the_papers_gone_and_leads_to_the_receipt(
    client, drafts, monkeypatch
):
    """The other connection commits between the look at the draft and the look at its papers."""
    from_elsewhere = declare(client, drafts[0])
    submitted = Draft.objects.get(pk=drafts[0][1])
    as_it_was = Draft(key=submitted.pk, code=submitted.code, typed=Draft.objects.get(pk=drafts[1][1]).typed)
    monkeypatch.setattr("applications.drafts.by_code", lambda _code: as_it_was)

    late = declare(client, drafts[0])

    assert (from_elsewhere.url, late.url) == ("/en/apply/done/", "/en/apply/done/")
    assert Application.objects.count() == 1


def test_pressed_with_other_answers_over_another_connection_it_is_the_application_that_was_made(drafts):
    draft = Draft.objects.get(pk=drafts[0][1])
    filled = steps.Filled(draft)
    wanted, papers = filled.submission(draft.pk), [asked.requirement.document_id for asked in filled.papers]
    other = replace(wanted, answers=wanted.answers | {"collection": {"collection": "post", "post_to": "Wuhan"}})

    first, later = half_filled.submit(draft, wanted, papers), half_filled.submit(draft, other, papers)

    assert (later, Application.objects.count()) == (first, 1)


# --- the window, checked alone and shown among others -------------------------------------------------------------


@pytest.fixture
def window_page(client):
    """Two windows of a county, one of them taking no online application; the form as far as its window."""
    shut = make.window()
    make.offering(shut, Service.objects.get(pk="visa-extension"))
    make.change(shut, "full", at=clock.now())
    make.change(shut, "suspended", at=clock.now(), channel="online")
    client.post("/en/apply/")
    client.post("/en/apply/page/who/", {"audience": "foreign"})
    client.post("/en/apply/page/service/", {"service": "visa-extension"})
    return "/en/apply/page/window/"


def test_the_window_page_shows_all_windows_of_the_place_and_which_one_is_chosen(client, window_page):
    client.post(window_page, {"place": "420102", "window": "42010201", "find": "1"})

    form = client.get(window_page).context["form"]

    assert [code for code, _name in form.fields["window"].choices] == ["42010201", "42010202"]
    assert form.fields["window"].barred == {"42010202"}
    assert form["window"].value() == "42010201"


@pytest.mark.parametrize(
    ("narrower", "barred"),
    [
        ({"service": "visa-extension"}, True),
        ({"service": "visa-extension", "channel": "online"}, True),
        ({"service": "visa-extension", "channel": "counter"}, False),
        ({"channel": "counter"}, False),
        ({"service": "passport"}, False),
    ],
)
def test_a_window_that_leaves_out_the_service_or_the_channel_is_barred_and_no_other(
    client, window_page, narrower, barred
):
    fields = narrower | ({"service": Service.objects.get(pk=narrower["service"])} if "service" in narrower else {})
    make.change(Window.objects.get(pk="42010201"), "suspended", at=clock.now(), **fields)

    answer = client.post(window_page, {"place": "420102", "window": "42010201"})

    assert answer.status_code == (400 if barred else 302)


def test_a_window_is_taken_where_it_may_be_applied_to_online_and_is_of_the_place(client, window_page):
    def answer(place, window):
        return client.post(window_page, {"place": place, "window": window}).status_code

    make.window("110101")

    assert answer("420102", "42010201") == 302
    assert answer("420102", "42010202") == 400
    assert answer("110101", "42010201") == 400
    assert answer("", "42010201") == 400
    assert answer("nowhere", "42010201") == 400
