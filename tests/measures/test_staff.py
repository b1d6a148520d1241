"""Ports' returns and measures in the staff site."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from measures import reporting, returns
from measures.models import Measure, Port, Return
from tests import make
from tests.make import NOON
from windows import clock

pytestmark = pytest.mark.django_db
DAY = date(2020, 3, 11)
ADD, ON_DAY, LIST = "admin:measures_return_add", "admin:measures_return_day", "admin:measures_return_changelist"


@pytest.fixture(autouse=True)
def _evening():
    clock.set_now(NOON + timedelta(hours=8))


def signed_in(role="border_officer", place="420000") -> Client:
    return make.signed_in(make.staff(role, divisions=[make.division(place)]))


def record(port, quantity=5, day=DAY, at=NOON, kind="flight_paper_exemption", **fields) -> Return:
    return returns.record(port, kind, day, quantity, by=make.officer(), at=at, **fields)


# --- the day ---


def test_the_day_lists_missing_ports_first_and_land_ports_are_never_missing():
    reported, land, missing = make.port("A1"), make.port("B1", kind="land"), make.port("C1", kind="sea")
    record(reported)

    rows = reporting.of_day(Port.objects.all(), DAY)

    assert [(row.port, row.missing, len(row.returns)) for row in rows] == [
        (missing, True, 0),
        (reported, False, 1),
        (land, False, 0),
    ]


def test_the_day_shows_a_corrected_return_once():
    wrong = record(make.port())
    right = returns.correct(wrong, 6, by=make.officer(), note="x", at=NOON)

    (row,) = reporting.of_day(Port.objects.all(), DAY)

    assert row.returns == [right]


def test_the_page_of_the_day_costs_the_same_queries_with_one_and_with_three_ports(django_assert_num_queries):
    record(make.port("A1"))
    client = signed_in()
    client.get(reverse(ON_DAY))

    with django_assert_num_queries(8):
        client.get(reverse(ON_DAY))
    record(make.port("B1"))
    make.port("C1")
    with django_assert_num_queries(8):
        client.get(reverse(ON_DAY))


def test_a_day_of_no_calendar_is_told_and_a_day_to_come_offers_no_entry():
    make.port()
    client = signed_in()

    wrong = client.get(reverse(ON_DAY) + "?day=2020-02-31")
    to_come = client.get(reverse(ON_DAY) + "?day=2020-03-12")

    assert (wrong.status_code, 'role="alert"' in wrong.content.decode()) == (200, True)
    assert to_come.context["may_add"] is False


def test_a_border_officer_without_ports_is_told_whom_to_ask():
    page = signed_in(place="110000").get(reverse("admin:index")).content.decode()

    assert "No port lies in your divisions" in page


# --- entering and correcting ---


def test_a_return_is_entered_and_the_day_shows_it():
    port, client = make.port(), signed_in()
    entered = {"port": port.pk, "day": "2020-03-11", "kind": "flight_paper_exemption", "quantity": "7", "note": ""}

    answer = client.post(reverse(ADD), entered, follow=True)

    entry = Return.objects.get()
    assert (entry.port, entry.day, entry.quantity, entry.source) == (port, DAY, 7, "staff")
    assert answer.redirect_chain == [(reverse(ON_DAY) + "?day=2020-03-11", 302)]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"day": "2020-03-12"}, "to come"),
        ({"quantity": "-1"}, "Only lanes"),
        ({"kind": "dedicated_lane"}, "name their goods"),
        ({"quantity": "99999999"}, "too large"),
        ({"day": "2020-03-10"}, "reported already"),
        ({"quantity": "x"}, "whole number"),
    ],
)
def test_what_returns_refuse_is_told_and_nothing_typed_is_lost(fields, told):
    port = make.port()
    record(port, day=date(2020, 3, 10))
    entered = {"port": port.pk, "day": "2020-03-11", "kind": "flight_paper_exemption", "quantity": "7"}

    page = signed_in().post(reverse(ADD), entered | {"note": "kept"} | fields).content.decode()

    assert told in page
    assert 'value="kept"' in page
    assert Return.objects.count() == 1


def test_a_return_is_corrected_by_another_that_supersedes_it():
    wrong = record(make.port())
    client, url = signed_in(), reverse("admin:measures_return_correct", args=[wrong.pk])

    unexplained = client.post(url, {"quantity": "9", "note": ""})
    client.post(url, {"quantity": "9", "note": "双重计数"})
    again = client.post(url, {"quantity": "8", "note": "x"})

    right = Return.objects.get(supersedes=wrong)
    assert (right.quantity, right.note, right.day) == (9, "双重计数", DAY)
    assert unexplained.context["form"].errors["note"]
    assert "corrected since" in again.content.decode()
    assert "<s>5</s>" in client.get(reverse(LIST)).content.decode()


def test_late_returns_are_listed():
    port = make.port()
    record(port)
    late = record(port, day=date(2020, 3, 9))

    found = signed_in().get(reverse(LIST) + "?late=1").context["cl"].result_list

    assert list(found) == [late]


def test_the_list_costs_the_same_queries_with_one_and_with_three_returns(django_assert_num_queries):
    port = make.port()
    record(port)
    client = signed_in()
    client.get(reverse(LIST))

    with django_assert_num_queries(9):
        client.get(reverse(LIST))
    record(port, day=date(2020, 3, 10))
    record(port, day=date(2020, 3, 9))
    with django_assert_num_queries(9):
        client.get(reverse(LIST))


def test_returns_are_brought_in_a_file_and_exported_without_formulas():
    port, client = make.port(), signed_in()
    text = (
        f"port,kind,goods,day,quantity,recorded_at\n{port.pk},flight_paper_exemption,,2020-03-11,4,2020-03-11T19:00\n"
    )
    file = SimpleUploadedFile("r.csv", text.encode())

    page = client.post(reverse("admin:measures_return_import"), {"file": file}, follow=True)
    client.post(page.redirect_chain[-1][0])
    record(port, day=date(2020, 3, 10), note="=HYPERLINK()")
    lines = client.get(reverse("admin:measures_return_export", args=["csv"])).content.decode("utf-8-sig").splitlines()

    assert list(page.context["touched"]) == [port.pk]
    assert lines[1].startswith(f"{port.pk},flight_paper_exemption,,2020-03-11,4,")
    assert ",'=HYPERLINK()," in lines[2]


# --- measures ---


@pytest.mark.parametrize("role", ["policy_editor", "supervisor"])
def test_the_name_of_a_measure_is_nobodys_to_alter(role):
    Measure.objects.create(number=1, in_notice=True, title_zh="一", title_en="One", summary_zh="一", summary_en="One")
    client = signed_in(role)

    answer = client.post(reverse("admin:measures_measure_change", args=[1]), {"title_zh": "新", "title_en": "New"})

    assert (answer.status_code, Measure.objects.get().title_en) == (403, "One")
    assert client.get(reverse("admin:measures_measure_add")).status_code == 403
