"""Public pages are rendered once per edition, from memory then, and told to browsers and proxies as such."""

import gzip
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import DisallowedHost

from measures import restoration
from portal import editions
from tests import make
from windows import clock
from windows.models import SHANGHAI, Window

pytestmark = pytest.mark.django_db
EVENING = datetime(2020, 3, 11, 20, 10, tzinfo=SHANGHAI)
PAGE = "/en/figures/"  # one like any other
PACKED = {"accept-encoding": "gzip, br"}


@pytest.fixture(autouse=True)
def _evening_of_the_report_day(scenario):
    clock.set_now(EVENING)


@pytest.fixture
def at_once(monkeypatch):
    """Every request asks which edition is the present one."""
    monkeypatch.setattr(editions, "MEMO_SECONDS", -1.0)


def test_a_warm_page_costs_at_most_three_queries(client, django_assert_max_num_queries):
    cold = client.get("/en/").content
    editions.shelf._asked_at = float("-inf")  # as a second later
    clock.forget()

    with django_assert_max_num_queries(3):
        assert client.get("/en/").content == cold


def test_within_a_second_a_page_costs_no_query(client, django_assert_num_queries):
    client.get(PAGE)

    with django_assert_num_queries(0):
        assert client.get(PAGE).status_code == 200


def test_a_page_known_to_the_browser_is_answered_with_304_and_no_body(client):
    first = client.get(PAGE)

    again = client.get(PAGE, headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert [again[name] for name in ("ETag", "Cache-Control", "Vary")] == [
        first[name] for name in ("ETag", "Cache-Control", "Vary")
    ]


def test_cold_and_warm_pages_have_the_same_headers_and_no_cookie(client):
    cold, warm = client.get("/en/windows/?q=01"), client.get("/en/windows/?q=01")

    assert dict(cold.items()) == dict(warm.items())
    assert cold["Vary"] == "Accept-Encoding"
    assert cold["Cache-Control"] == editions.CACHE_CONTROL
    assert {"Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy"} <= set(
        cold.headers
    )
    assert not warm.cookies


def test_a_page_is_packed_for_whom_understands_it(client):
    plain, packed = client.get(PAGE), client.get(PAGE, headers=PACKED)

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 3


@pytest.mark.usefixtures("at_once")
def test_new_figures_are_a_new_edition(client):
    before = client.get("/en/")
    window = Window.objects.with_status().filter(status="suspended").first()

    make.change(window, "full", at=EVENING)
    client.get("/en/")
    restoration.fold()
    after = client.get("/en/")

    assert "2,836" in before.content.decode()
    assert "2,837" in after.content.decode()
    assert after["ETag"] != before["ETag"]


@pytest.mark.usefixtures("at_once")
def test_the_next_hour_is_a_new_edition_so_that_days_begin_and_windows_go_stale(client):
    code = Window.objects.with_status().filter(confirmed_at__lt=EVENING - timedelta(days=6)).order_by("pk").first().pk
    client.get(f"/en/windows/{code}/")

    clock.set_now(EVENING + timedelta(days=7))
    page = client.get(f"/en/windows/{code}/").content.decode()

    assert "not confirmed since" in page


@pytest.mark.usefixtures("at_once")
def test_figures_that_fall_behind_are_a_new_edition(client):
    client.get("/en/")
    fresh = editions.shelf.edition()

    make.change(make.window("420102"), "full")
    from windows.models import Touch  # the rows of this test only

    Touch.objects.update(at=datetime(2020, 1, 1, tzinfo=SHANGHAI))

    assert "Figures as of" in client.get("/en/").content.decode()
    assert editions.shelf.edition() != fresh


def test_unknown_keys_of_a_query_make_no_other_page(client):
    client.get("/en/figures/")
    size = editions.shelf._size

    assert client.get("/en/figures/?utm_source=x&%00=1").content == client.get("/en/figures/").content
    assert editions.shelf._size == size


def test_pages_in_different_languages_of_different_hosts_are_kept_apart(client, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]

    assert client.get(PAGE).content != client.get("/zh-hans/figures/").content
    assert len({key[1] for key in editions.shelf._pages}) == 1
    client.get(PAGE, headers={"host": "other.example"})
    assert len({key[1] for key in editions.shelf._pages}) == 2


def test_a_forged_host_is_refused_and_never_kept(client):
    client.get(PAGE)

    answer = client.get(PAGE, headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert DisallowedHost.__name__ not in answer.content.decode()


def test_staff_pages_errors_and_redirects_are_never_kept(client):
    for path in ("/staff/login/", "/en/nothing/", "/en/windows/?status=foo", "/en/statistics/?day=2020-03-01"):
        client.get(path)

    assert len(editions.shelf._pages) == 0
    assert "ETag" not in client.get("/staff/login/")


def test_the_shelf_has_an_end(client, monkeypatch):
    monkeypatch.setattr(editions, "ROOM", 100_000)

    for number in range(1, 11):
        client.get(f"/en/measures/{number}/")

    assert 0 < editions.shelf._size <= 100_000
    assert sum(page.size for page in editions.shelf._pages.values()) == editions.shelf._size


def test_head_is_answered_like_get_without_the_body(client):
    assert client.head(PAGE)["Content-Length"] == client.get(PAGE)["Content-Length"]
