"""What search engines are told: every page in both languages, and what to leave alone."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from measures import bulletin
from measures.models import Measure
from tests import make
from tests.make import NOON
from windows import clock

pytestmark = pytest.mark.django_db
HOST = "http://testserver"
NAMES = {"": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture(autouse=True)
def _world():
    clock.set_now(NOON + timedelta(hours=8))
    make.campaign()
    Measure.objects.create(number=1, in_notice=True, title_zh="一", title_en="One", summary_zh="一", summary_en="One")


def listed(client, path: str) -> list[ElementTree.Element]:
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"], answer.cookies) == (200, "application/xml", {})
    return ElementTree.fromstring(answer.content).findall("*", NAMES)


def places(found) -> list[str]:
    return [one.findtext("loc", namespaces=NAMES) for one in found]


def test_every_page_that_is_listed_is_there_in_both_languages_and_names_the_other_one(client):
    make.window("420102")
    made = bulletin.draft(NOON.date(), publish_at=NOON, by=make.officer())
    bulletin.approve(made, by=make.officer())

    pages = [one for part in places(listed(client, "/sitemap.xml")) for one in listed(client, part)]

    assert {client.get(place).status_code for place in places(pages)} == {200}
    wanted = {f"{HOST}/{code}/{page}" for code in ("zh-hans", "en") for page in ("windows/42010201/", "measures/1/")}
    wanted |= {f"{HOST}/{code}/bulletins/2020-03-11/" for code in ("zh-hans", "en")}
    assert wanted <= set(places(pages))
    for one in pages:
        alternates = {link.get("hreflang"): link.get("href") for link in one.findall("x:link", NAMES)}
        here = one.findtext("loc", namespaces=NAMES)
        assert {re.sub("/(en|zh-hans)/", "/*/", link) for link in alternates.values()} == {
            re.sub("/(en|zh-hans)/", "/*/", here)
        }
        assert list(alternates) == ["zh-hans", "en"]


def test_windows_are_listed_in_parts(client, monkeypatch):
    monkeypatch.setattr("portal.sitemaps.Windows.limit", 4)
    for _n in range(3):
        make.window("420102")

    parts = [part for part in places(listed(client, "/sitemap.xml")) if "windows" in part]

    assert [len(listed(client, part)) for part in parts] == [4, 2]


@pytest.mark.parametrize("path", ["/sitemap-nothing.xml", "/sitemap-windows.xml?p=99", "/sitemap-windows.xml?p=x"])
def test_a_part_that_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_search_engines_are_kept_from_what_is_somebodys_own(client):
    answer = client.get("/robots.txt")

    assert answer.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /staff/",
        "Disallow: /zh-hans/apply/",
        "Disallow: /zh-hans/track/",
        "Disallow: /zh-hans/verify/",
        "Disallow: /en/apply/",
        "Disallow: /en/track/",
        "Disallow: /en/verify/",
        "",
        f"Sitemap: {HOST}/sitemap.xml",
    ]
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
