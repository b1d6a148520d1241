"""The finder and the page of a window."""

import re
from datetime import timedelta

import pytest

from tests import make
from windows import clock, lifecycle
from windows.models import StatusChange

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]
NOON = make.NOON


@pytest.fixture(autouse=True)
def _noon():
    clock.set_now(NOON + timedelta(hours=1))


def names(response) -> list[str]:
    return re.findall(r'<div class="windows__what"><a href="/en/windows/(\d{8})/">', response.content.decode())


def test_shut_windows_are_found_with_reason_and_review(client):
    shut = make.window()
    make.change(shut, "suspended")

    page = client.get("/en/windows/").content.decode()

    assert names(client.get("/en/windows/")) == [shut.pk]
    assert "Suspended" in page
    assert "Orderly restoration" in page
    assert "next review 18 March 2020" in page


def test_finding_by_place_status_name_and_service(client):
    found = {
        "division=420102": ["42010201"],
        "division=42": ["42010201", "42050101"],
        "division=Division 420500": ["42050101"],
        "division=区划420500": ["42050101"],
        "status=full": ["42010201"],
        "status=suspended": [],
        "q=窗口4205": ["42050101"],
        "q=window 4201": ["42010201"],
        "service=passport": ["42010201"],
        "division=420000&status=limited&q=5": ["42050101"],
    }
    first, second = make.window("420102"), make.window("420501")
    make.change(first, "full")
    make.change(second, "limited")
    make.offering(first, make.service())

    assert {query: names(client.get(f"/en/windows/?{query}")) for query in found} == found


def test_the_finder_knows_who_serves_a_service_just_now(client):
    cases = [
        ([], True),
        ([("suspended", "passport", "")], False),
        ([("emergency", "passport", "")], False),
        ([("limited", "passport", "")], True),
        ([("suspended", "passport", "counter")], False),
        ([("suspended", "", "counter")], False),
        ([("suspended", "passport", "online")], True),
        ([("suspended", "", "self_service")], True),
        ([("suspended", "visa", "")], True),
        ([("suspended", "passport", ""), ("full", "passport", "")], True),
        ([("full", "passport", ""), ("suspended", "passport", "")], False),
        ([("suspended", "passport", ""), ("full", "passport", "counter")], False),
    ]
    windows, by = [make.window() for _case in cases], make.officer()
    for window, (narrower, _open) in zip(windows, cases, strict=True):
        make.offering(window, make.service())
        make.change(window, "limited", at=NOON - timedelta(hours=9), by=by)
        for hours, (status, about, channel) in enumerate(narrower):
            fields = {"service": make.service(about) if about else None, "channel": channel}
            make.change(window, status, at=NOON - timedelta(hours=8 - hours), by=by, **fields)

    served = names(client.get("/en/windows/?service=passport&open=1"))

    assert [(narrower, window.pk in served) for window, (narrower, _open) in zip(windows, cases, strict=True)] == cases
    assert names(client.get("/en/windows/?open=1")) == [window.pk for window in windows]


def test_open_leaves_out_shut_windows_those_without_the_service_and_entries_taken_back(client):
    shut, without, mended = make.window(), make.window(), make.window()
    make.change(shut, "emergency")
    make.change(without, "full")
    make.change(mended, "full", at=NOON - timedelta(hours=3))
    for window in (shut, mended):
        make.offering(window, make.service())
    wrong = make.change(mended, "suspended", at=NOON - timedelta(hours=2), service=make.service())
    lifecycle.retract(wrong, by=make.officer(), reason=make.reason(), at=NOON)

    assert names(client.get("/en/windows/?service=passport&open=1")) == [mended.pk]
    assert names(client.get("/en/windows/?open=1")) == [without.pk, mended.pk]
    assert client.get("/en/windows/?open=2").status_code == 400


def test_an_empty_result_helps(client):
    make.window()

    response = client.get("/en/windows/?status=suspended")

    assert response.status_code == 200
    assert "Take a wider place" in response.content.decode()


def test_pages_of_fifty(client):
    for _ in range(51):
        make.window()

    assert len(names(client.get("/en/windows/"))) == 50
    assert len(names(client.get("/en/windows/?page=2"))) == 1
    assert "51 windows" in client.get("/en/windows/").content.decode()


@pytest.mark.parametrize("windows", [1, 3])
def test_number_of_queries_of_the_finder_is_fixed(client, windows, django_assert_num_queries):
    for _ in range(windows):
        make.change(make.window(), "full")
    client.get("/en/windows/")
    clock.now()

    with django_assert_num_queries(5):  # services, count, keys, windows, entries
        client.get("/en/windows/")


def test_a_window_nobody_confirmed_for_a_week_says_so(client):
    window = make.window()
    make.change(window, "full", at=NOON - timedelta(days=8))

    assert "not confirmed since 3 March 2020" in client.get(f"/en/windows/{window.pk}/").content.decode()
    assert "since 3 March 2020, not confirmed since then" in client.get("/en/windows/").content.decode()

    lifecycle.confirm([window], by=make.officer(), at=NOON)

    assert "not confirmed since" not in client.get(f"/en/windows/{window.pk}/").content.decode()


def test_a_shut_window_names_the_nearest_open_ones(client):
    shut = make.window("420503")
    far, near, nearest = make.window("420102"), make.window("420501"), make.window("420503")
    for window in (far, near, nearest):
        make.change(window, "limited")
    make.change(make.window("420104"), "emergency")
    make.change(make.window("430102"), "full")
    make.change(shut, "suspended")

    page = client.get(f"/en/windows/{shut.pk}/").content.decode().split("Where else you can go")[1]

    assert re.findall(r'<li><a href="/en/windows/(\d{8})/">', page) == [nearest.pk, near.pk, far.pk]


def test_an_open_window_names_no_other(client):
    window = make.window()
    make.change(window, "full")

    assert "Where else" not in client.get(f"/en/windows/{window.pk}/").content.decode()


def test_history_keeps_a_wrong_entry_struck_out_and_explained(client):
    window = make.window()
    wrong = make.change(window, "full", at=NOON - timedelta(days=1))
    right = lifecycle.Change(status="limited", reason=make.reason())
    lifecycle.correct(wrong, right, by=make.officer(), at=NOON)

    page = client.get(f"/en/windows/{window.pk}/").content.decode()

    assert page.count('<tr class="is-struck">') == 1
    assert "replaced by the entry recorded 11 March 2020, 12:00" in page
    assert "corrects the entry recorded 10 March 2020, 12:00" in page
    assert StatusChange.objects.count() == 2


def test_what_may_be_applied_for_stands_with_days_and_fee(client):
    window, service = make.window(), make.service()
    make.offering(window, service)
    make.change(window, "full")

    page = client.get(f"/en/windows/{window.pk}/").content.decode()

    assert re.sub(r"\s+", "", "Chinese nationals") in re.sub(r"\s+", "", page)
    assert "Ordinary passport" in page
    assert '<td class="n">7</td><td class="n">5</td><td class="n">120</td>' in page


def test_a_service_left_out_is_shown_until_it_is_lifted(client):
    window, service = make.window(), make.service()
    make.offering(window, service)
    make.change(window, "full", at=NOON - timedelta(hours=3))
    make.change(window, "suspended", service=service, at=NOON - timedelta(hours=2))

    address = f"/en/windows/{window.pk}/"
    assert "Left out for now" in client.get(address).content.decode()

    make.change(window, "full", service=service, at=NOON - timedelta(hours=1))

    assert "Left out for now" not in client.get(address).content.decode()


def test_a_window_without_any_report_has_a_page(client):
    window = make.window()

    page = client.get(f"/zh-hans/windows/{window.pk}/").content.decode()

    assert "尚未登记状态" in page
    assert "未报状态" in page


def test_text_of_people_is_escaped(client):
    window = make.window(name_en="<script>alert(1)</script>", name_zh="<b>x")
    make.change(window, "full", note_zh="<img src=x onerror=alert(1)>", note_en="<i>")

    page = client.get(f"/en/windows/{window.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;" in page
