"""Bulletins as pages, as a feed and for machines; and in the staff site."""

import hashlib
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from measures import bulletin, restoration, returns
from measures.models import Bulletin, Return
from tests import make
from tests.make import EVENING
from tests.windows.test_feeds import facts, feed, stamp
from windows import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]
DAY = date(2020, 3, 11)
HOUR = timedelta(hours=1)
PAGE = "/en/bulletins/2020-03-11/"
ADD, LIST = "admin:measures_bulletin_add", "admin:measures_bulletin_changelist"


@pytest.fixture(autouse=True, scope="module")
def _world(for_the_module):
    for_the_module(small_world)


@pytest.fixture(autouse=True)
def _evening(_world, db):
    clock.set_now(EVENING)


def small_world() -> None:
    """One window, open; one port with a return."""
    make.campaign()
    make.change(make.window("420102"), "full", at=EVENING - HOUR)
    returns.record(make.port(), "flight_paper_exemption", DAY, 2345, by=make.officer(), at=EVENING - HOUR)
    restoration.fold()


def published(publish_at: datetime = EVENING) -> Bulletin:
    drafted = bulletin.draft(DAY, publish_at=publish_at, by=make.officer(), at=EVENING)
    return bulletin.approve(drafted, by=make.officer(), at=EVENING)


# --- for the public ---


def test_a_bulletin_stands_at_its_days_address_in_both_languages(client):
    published()

    english, chinese = (client.get(f"/{code}/bulletins/2020-03-11/").content.decode() for code in ("en", "zh-hans"))

    assert "International flights spared paper clearance documents: more than 2,300 flights" in english
    assert "免交纸质申报单据的国际航班2,300余架次" in chinese
    assert [figure in english for figure in ("2,345", "100.00%")] == [True, True]


def test_the_digest_on_the_page_is_that_of_the_file_beside_it(client):
    published()

    file = client.get(PAGE + "frozen.json")

    assert hashlib.sha256(file.content).hexdigest() in client.get(PAGE).content.decode()
    assert file.json()["day"] == "2020-03-11"
    assert (file["Content-Type"], file.cookies) == ("application/json; charset=utf-8", {})


@pytest.mark.parametrize("path", ["", "frozen.json"])
def test_before_its_time_a_bulletin_is_not_there_and_at_its_time_it_is(client, path):
    published(EVENING + HOUR)

    before = client.get(PAGE + path).status_code
    clock.set_now(EVENING + HOUR)

    assert (before, client.get(PAGE + path).status_code) == (404, 200)


@pytest.mark.parametrize("day", ["2020-03-10", "2020-02-31", "2021-01-01", "x", "%00"])
def test_a_day_without_a_bulletin_is_not_found(client, day):
    published()

    assert client.get(f"/en/bulletins/{day}/").status_code == 404


def test_the_list_names_what_is_out_and_nothing_else(client):
    empty = client.get("/en/bulletins/").content.decode()
    published()
    listed = client.get("/en/bulletins/").content.decode()

    assert "No bulletin has been published yet" in empty
    assert 'href="/en/bulletins/2020-03-11/">Bulletin on entry-exit windows, 11 March 2020</a>' in listed


def test_a_late_correction_stands_beside_the_text_as_it_was(client):
    published()
    later = EVENING + HOUR
    returns.correct(Return.objects.get(), 2999, by=make.officer(), note="x", at=later)
    clock.set_now(later)
    restoration.fold()

    page = client.get(PAGE).content.decode()

    assert "more than 2,300 flights" in page
    assert "as of 11 March 2020: 2,999, where 2,345 was counted when it was published" in page
    assert "Noted 11 March 2020, 21:00" in page


def test_a_bulletin_without_corrections_says_nothing_of_them(client):
    published()

    assert "Corrections since" not in client.get(PAGE).content.decode()


def test_the_feed_tells_what_is_out_and_a_note_is_news(client):
    out = published()
    first = feed(client, "/en/bulletins.atom").entries[0].updated
    returns.correct(Return.objects.get(), 2999, by=make.officer(), note="x", at=EVENING + HOUR)
    bulletin.note_corrections(out, at=EVENING + HOUR)

    (told,) = feed(client, "/en/bulletins.atom").entries

    assert told.title == "Bulletin on entry-exit windows, 11 March 2020"
    assert told.link == f"http://testserver{PAGE}"
    assert "more than 2,300 flights" in told.summary
    assert (first, told.updated) == (stamp(EVENING), stamp(EVENING + HOUR))


def test_the_feed_is_empty_before_anything_is_out(client):
    assert feed(client, "/zh-hans/bulletins.atom").entries == []


@pytest.mark.parametrize("path", [PAGE, "/en/"])
def test_the_bulletin_is_an_announcement_for_machines_on_its_page_and_on_the_home(client, path):
    out = published()

    told = facts(client.get(path).content.decode())

    assert told["@type"] == ["https://schema.org/SpecialAnnouncement"]
    assert told["@id"] == f"http://testserver{PAGE}"
    assert told["datePosted"] == [{"@value": out.issued_at.isoformat()}]


def test_the_home_without_a_bulletin_announces_nothing(client):
    assert "ld+json" not in client.get("/en/").content.decode()


# --- in the staff site ---


def signed_in(role: str = "policy_editor", *, nationwide: bool = True) -> Client:
    return make.signed_in(make.staff(role, nationwide=nationwide))


ASKED = {"day": "2020-03-11", "publish_at": "2020-03-11T21:00"}


def test_an_editor_previews_drafts_and_another_one_approves():
    editor, other = signed_in(), signed_in("supervisor")

    preview = editor.post(reverse(ADD), ASKED | {"preview": ""})
    drafted = editor.post(reverse(ADD), ASKED | {"draft": ""})
    made = Bulletin.objects.get()
    own = editor.post(reverse("admin:measures_bulletin_approve", args=[made.pk]), follow=True)
    after_own = Bulletin.objects.get().state
    other.post(reverse("admin:measures_bulletin_approve", args=[made.pk]))

    text = preview.content.decode()
    assert "免交纸质申报单据的国际航班2,300余架次" in text
    assert "more than 2,300 flights" in text
    assert drafted["Location"] == reverse("admin:measures_bulletin_change", args=[made.pk])
    assert "A second person approves" in own.content.decode()
    assert (after_own, Bulletin.objects.get().state) == ("draft", "approved")
    assert Bulletin.objects.get().publish_at == EVENING + HOUR


def test_a_preview_drafts_nothing():
    signed_in().post(reverse(ADD), ASKED | {"preview": ""})

    assert Bulletin.objects.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [{"day": ""}, {"day": "2020-02-31"}, {"day": "2020-03-12"}, {"day": "2020-02-01"}, {"publish_at": "x"}],
)
@pytest.mark.parametrize("button", ["preview", "draft"])
def test_bad_input_is_told_beside_its_field_and_keeps_what_was_typed(wrong, button):
    answer = signed_in().post(reverse(ADD), ASKED | wrong | {button: ""})

    assert (answer.status_code, Bulletin.objects.count()) == (200, 0)
    assert list(answer.context["form"].errors) == list(wrong)
    assert answer.context["form"].data["publish_at"] == (ASKED | wrong)["publish_at"]


def test_a_second_draft_of_a_day_is_refused_in_the_form():
    published()

    answer = signed_in().post(reverse(ADD), ASKED | {"draft": ""})

    assert "has a bulletin already" in answer.content.decode()


def test_a_draft_is_withdrawn_and_a_published_one_stays():
    editor = signed_in()
    editor.post(reverse(ADD), ASKED | {"draft": ""})
    first = Bulletin.objects.get()
    editor.post(reverse("admin:measures_bulletin_withdraw", args=[first.pk]))
    out = published()
    refused = editor.post(reverse("admin:measures_bulletin_withdraw", args=[out.pk]), follow=True)

    assert [found.state for found in Bulletin.objects.order_by("pk")] == ["withdrawn", "approved"]
    assert "it stays, and corrections are noted beside it" in refused.content.decode()


def test_the_page_of_a_bulletin_offers_what_may_be_done_with_it():
    drafted = bulletin.draft(DAY, publish_at=EVENING, by=make.officer(), at=EVENING)
    address = reverse("admin:measures_bulletin_change", args=[drafted.pk])

    def offered(client) -> list[bool]:
        page = client.get(address).content.decode()
        return [name in page for name in ("/approve/", "/withdraw/", PAGE[3:])]

    before = offered(signed_in()), offered(signed_in("auditor"))
    bulletin.approve(drafted, by=make.officer(), at=EVENING)

    assert before == ([True, True, False], [False, False, False])
    assert offered(signed_in()) == [False, False, True]


@pytest.mark.parametrize(("role", "nationwide"), [("supervisor", False), ("policy_editor", False), ("auditor", True)])
def test_who_does_not_reach_the_nation_or_only_reads_drafts_and_decides_nothing(role, nationwide):
    drafted = bulletin.draft(DAY, publish_at=EVENING, by=make.officer(), at=EVENING)
    client = signed_in(role, nationwide=nationwide)

    answers = [
        client.post(reverse(ADD), ASKED | {"draft": ""}),
        *(
            client.post(reverse(f"admin:measures_bulletin_{deed}", args=[drafted.pk]))
            for deed in ("approve", "withdraw")
        ),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert client.get(reverse(LIST)).status_code == (200 if nationwide else 403)
    assert Bulletin.objects.get().state == "draft"


def test_an_unknown_bulletin_is_not_found():
    assert signed_in().post(reverse("admin:measures_bulletin_approve", args=[10**9])).status_code == 404
