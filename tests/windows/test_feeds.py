"""The ledger as a feed and a window's facts for machines, each read by an independent reader."""

import json
import re
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from pyld import jsonld

from tests import make
from tests.make import EVENING, NOON
from windows import clock, imports, lifecycle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _evening():
    clock.set_now(EVENING)


def feed(client, path: str):
    answer = client.get(path)
    assert (answer.status_code, answer.cookies) == (200, {})
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(answer.content)
    assert (found.bozo, found.version) == (False, "atom10")
    return found


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


# --- changes ---


def test_the_feed_tells_each_change_with_its_window_status_and_reason(client):
    window = make.window("420102", name_en="Window <A> & B")
    entry = make.change(window, "suspended", at=NOON, note_en="Back on <Monday>", note_zh="周一恢复")

    found = feed(client, "/en/windows/changes.atom")

    (told,) = found.entries
    assert told.title == "Window <A> & B: Suspended"
    assert told.summary == "Orderly restoration · Back on &lt;Monday&gt;"
    assert told.link == f"http://testserver/en/windows/{window.pk}/"
    assert told.updated == stamp(entry.recorded_at)
    assert (found.feed.title, found.feed.author) == (
        "Status changes of entry-exit windows: the nation",
        "Entry-exit windows",
    )


def test_the_name_of_an_entry_holds_in_both_languages_and_differs_from_each_other(client):
    window = make.window()
    for hours, status in enumerate(("full", "limited")):
        make.change(window, status, at=NOON + timedelta(hours=hours))

    names = [[told.id for told in feed(client, f"/{code}/windows/changes.atom").entries] for code in ("zh-hans", "en")]

    assert names[0] == names[1]
    assert len(set(names[0])) == 2


def test_a_division_has_a_feed_of_its_own_with_its_own_address(client):
    here, there = make.window("420102"), make.window("110101")
    make.change(here, "full")
    make.change(there, "full")

    found = feed(client, "/en/windows/changes.atom?division=420000")

    assert [told.link for told in found.entries] == [f"http://testserver/en/windows/{here.pk}/"]
    assert {link.rel: link.href for link in found.feed.links}["self"] == (
        "http://testserver/en/windows/changes.atom?division=420000"
    )


def test_the_latest_recorded_comes_first_and_no_more_than_a_hundred(client):
    window, reason = make.window(), make.reason()
    times = [(EVENING - timedelta(hours=102 - hours)).isoformat() for hours in range(102)]
    rows = [f"{window.pk},{('full', 'limited')[n % 2]},{at},{at},{reason.pk},\n" for n, at in enumerate(times)]
    header = "window,status,effective_at,recorded_at,reason,measure\n"
    assert imports.import_status_changes("ledger.csv", "".join([header, *rows]).encode()).stored == 102

    updated = [told.updated for told in feed(client, "/en/windows/changes.atom").entries]

    assert updated == sorted(updated, reverse=True)
    assert (len(updated), updated[0]) == (100, stamp(EVENING - timedelta(hours=1)))


def test_an_entry_taken_back_is_told(client):
    wrong = make.change(make.window(name_en="Window A"), "full", at=NOON)
    lifecycle.retract(wrong, by=make.officer(), reason=make.reason(), at=EVENING)

    titles = [told.title for told in feed(client, "/en/windows/changes.atom").entries]

    assert titles == ["Window A: entry taken back", "Window A: All services"]


@pytest.mark.parametrize("division", ["999999", "x", "%00", "4201"])
def test_a_feed_of_no_division_is_not_found_or_of_all(client, division):
    make.division("420102")

    assert client.get(f"/en/windows/changes.atom?division={division}").status_code == (
        200 if division == "%00" else 404
    )


def test_a_feed_costs_the_same_for_one_entry_and_for_many(client, django_assert_max_num_queries):
    for _n in range(6):
        make.change(make.window("420102"), "full")

    with django_assert_max_num_queries(5):
        feed(client, "/en/windows/changes.atom")


# --- a window's facts ---


def facts(page: str) -> dict:
    """What an independent reader makes of the page's block, the vocabulary read from no network."""
    text = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1]
    vocabulary = {"contextUrl": None, "documentUrl": None, "document": {"@context": {"@vocab": "https://schema.org/"}}}
    (expanded,) = jsonld.expand(json.loads(text), {"documentLoader": lambda _url, _options: vocabulary})
    return {name.removeprefix("https://schema.org/"): value for name, value in expanded.items()}


def test_a_window_is_a_government_office_with_its_state_in_words(client):
    window = make.window("420102", name_en="Window </script><b>")
    make.change(window, "full")

    told = facts(client.get(f"/en/windows/{window.pk}/").content.decode())

    assert told["@type"] == ["https://schema.org/GovernmentOffice"]
    assert told["@id"] == f"http://testserver/en/windows/{window.pk}/"
    assert told["name"] == [{"@value": "Window </script><b>"}]
    assert told["description"] == [{"@value": "All services · Orderly restoration"}]
    assert "specialOpeningHoursSpecification" not in told


def test_a_shut_window_tells_that_it_is_closed_from_when_and_until_its_review(client):
    window = make.window()
    make.change(window, "suspended", at=NOON - timedelta(days=2))

    (hours,) = facts(client.get(f"/en/windows/{window.pk}/").content.decode())["specialOpeningHoursSpecification"]

    told = {name.rpartition("/")[2]: value[0]["@value"] for name, value in hours.items() if not name.startswith("@")}
    assert told == {"opens": "00:00", "closes": "00:00", "validFrom": "2020-03-09", "validThrough": "2020-03-16"}


def test_a_window_that_never_reported_is_an_office_without_a_state(client):
    window = make.window()

    assert "description" not in facts(client.get(f"/en/windows/{window.pk}/").content.decode())
