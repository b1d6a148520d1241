"""Sign-offs of ports' days: by the rules, in the database and in the staff site."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from measures import reporting, returns, signoffs
from measures.models import Return, SignOff
from tests import make
from tests.make import EVENING, NOON
from windows import clock
from windows.lifecycle import NotAllowed
from windows.models import Touch

pytestmark = pytest.mark.django_db
DAY = date(2020, 3, 11)
SIGN, DAYS, ON_DAY = "admin:measures_signoff_sign", "admin:measures_signoff_days", "admin:measures_return_day"


@pytest.fixture(autouse=True)
def _evening():
    clock.set_now(EVENING)
    with translation.override("en"):
        yield


def record(port, quantity=5, day=DAY, at=NOON, kind="flight_paper_exemption", **fields) -> Return:
    return returns.record(port, kind, day, quantity, by=make.officer(), at=at, **fields)


def now(port, day=DAY) -> reporting.PortDay:
    (row,) = reporting.of_day([port], day)
    return row


def sign(port, day=DAY, at=EVENING, **fields) -> SignOff:
    return signoffs.sign(port, day, by=make.officer(), at=at, **{"seen": now(port, day).digest} | fields)


def signed_in(role="border_officer", place="420000") -> Client:
    return make.signed_in(make.staff(role, divisions=[make.division(place)]))


# --- signing -----------------------------------------------------------------------------------------------------


def test_a_day_is_signed_as_it_stands_and_pages_are_rendered_anew():
    port = make.port()
    record(port)
    Touch.objects.all().delete()

    signoff = sign(port)

    assert (signoff.at, now(port).stage, now(port).signoff) == (EVENING, "signed", signoff)
    assert list(Touch.objects.values_list("kind", flat=True)) == ["pages"]


@pytest.mark.parametrize("change", ["correction", "same again", "new", "import"])
def test_whatever_changes_after_the_signature_asks_for_another(change):
    port, officer = make.port(kind="land"), make.officer()
    lanes = record(port, kind="dedicated_lane", goods="trade_goods")
    sign(port)

    if change == "new":
        record(port, kind="dedicated_lane", goods="fresh_produce", at=EVENING)
    elif change == "import":  # recorded before the signature, and brought after it
        row = f"{port.pk},dedicated_lane,fresh_produce,2020-03-11,1,2020-03-11T09:00"
        returns.import_returns("r.csv", f"port,kind,goods,day,quantity,recorded_at\n{row}\n".encode())
    else:
        returns.correct(lanes, 6 if change == "correction" else 5, by=officer, note="x", at=EVENING)
    outdated = now(port).stage
    sign(port, at=EVENING + timedelta(minutes=5))

    assert (outdated, now(port).stage) == ("outdated", "signed")
    assert SignOff.objects.count() == 2


def test_a_return_of_another_day_or_port_leaves_a_signature_in_force():
    port = make.port()
    record(port)
    sign(port)

    record(port, day=date(2020, 3, 10))
    record(make.port("PEK", "110101"))

    assert now(port).stage == "signed"


def test_nothing_to_report_is_signed_and_no_longer_missing():
    port = make.port()
    before = now(port).stage

    sign(port)
    after = now(port).stage
    record(port, at=EVENING)

    assert [before, after, now(port).stage] == ["missing", "signed", "outdated"]


def test_a_day_to_come_is_not_signed():
    with pytest.raises(NotAllowed, match="to come"):
        sign(make.port(), date(2020, 3, 12))


def test_what_changed_since_the_officer_looked_is_not_signed_unseen():
    port = make.port()
    seen = now(port).digest
    record(port)

    with pytest.raises(NotAllowed, match="since you looked"):
        sign(port, seen=seen)

    assert SignOff.objects.count() == 0


def test_signed_twice_the_first_signature_is_handed_back():
    port = make.port()

    assert sign(port) == sign(port, at=EVENING + timedelta(minutes=1))


def test_the_database_keeps_signatures_as_they_are():
    signoff = sign(make.port())

    for act in (signoff.delete, lambda: SignOff.objects.update(day=date(2020, 3, 1))):
        with pytest.raises(InternalError), transaction.atomic():
            act()
    with pytest.raises(IntegrityError, match="a_day_is_signed_once_as_it_stands"), transaction.atomic():
        SignOff.objects.create(port=signoff.port, day=DAY, at=NOON, by=signoff.by, digest=signoff.digest)


def test_a_land_port_without_a_return_asks_for_nothing_and_may_be_signed():
    port = make.port(kind="land")
    quiet = now(port)

    sign(port)

    assert (quiet.stage, quiet.asks, now(port).stage) == ("quiet", False, "signed")


def test_the_days_of_ports_carry_every_return_and_whether_one_was_late():
    port = make.port()
    wrong = record(port, day=date(2020, 3, 10), at=NOON - timedelta(days=1))
    right = returns.correct(wrong, 6, by=make.officer(), note="x", at=NOON)

    today, yesterday = reporting.of_days([port], date(2020, 3, 10), DAY)

    assert (today.entries, today.missing, today.late) == ([], True, False)
    assert (yesterday.entries, yesterday.returns, yesterday.late) == ([wrong, right], [right], True)


# --- in the staff site -------------------------------------------------------------------------------------------


def test_the_chosen_ports_are_signed_and_what_changed_is_told():
    first, second, third = make.port("A1"), make.port("B1"), make.port("C1")
    client, stale = signed_in(), now(second).digest
    record(second)
    form = {"day": "2020-03-11", "port": ["A1", "B1"], "seen-A1": now(first).digest, "seen-B1": stale}

    page = client.post(reverse(SIGN), form | {"seen-C1": now(third).digest}, follow=True)

    assert [signoff.port for signoff in SignOff.objects.all()] == [first]
    assert page.redirect_chain == [(reverse(ON_DAY) + "?day=2020-03-11", 302)]
    told = [str(message) for message in page.context["messages"]]
    assert told == [
        "Port B1: The returns of this day have changed since you looked. Look at them again, then sign.",
        "1 day was signed off.",
    ]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"day": "2020-03-11"}, "Choose at least one port to sign off."),
        ({"day": "2020-02-31", "port": ["A1"]}, "Enter a valid date."),
        ({"port": ["A1"]}, "This field is required."),
        ({"day": "2020-03-11", "port": ["A1"], "seen-A1": "x"}, "Port A1: The returns of this day have changed"),
        ({"day": "2020-03-12", "port": ["A1"]}, "Port A1: A day to come cannot be signed off."),
    ],
)
def test_what_cannot_be_signed_is_told(form, told):
    make.port("A1")

    page = signed_in().post(reverse(SIGN), form, follow=True)

    (message,) = page.context["messages"]
    assert str(message).startswith(told)
    assert SignOff.objects.count() == 0


@pytest.mark.parametrize("code", ["PEK", "nothing"])
def test_a_port_out_of_reach_does_not_exist(code):
    there = make.port("PEK", "110101")

    answer = signed_in().post(reverse(SIGN), {"day": "2020-03-11", "port": code, f"seen-{code}": now(there).digest})

    assert (answer.status_code, SignOff.objects.count()) == (404, 0)


@pytest.mark.parametrize("role", ["supervisor", "auditor", "policy_editor", "window_officer"])
def test_only_a_border_officer_signs(role):
    port = make.port()

    answer = signed_in(role).post(reverse(SIGN), {"day": "2020-03-11", "port": port.pk, f"seen-{port.pk}": ""})

    assert (answer.status_code, SignOff.objects.count()) == (403, 0)


def test_the_officers_day_offers_to_sign_today_and_counts_earlier_days():
    port = make.port()
    record(port)
    record(port, day=date(2020, 3, 9))
    for day in range(27, 30):
        sign(port, date(2020, 2, day))
    client = signed_in()

    page = client.get(reverse("admin:index"))

    assert page.context["earlier_days"] == [(date(2020, 3, day), 1) for day in range(10, 0, -1)]
    assert f'name="seen-{port.pk}" value="{now(port).digest}"' in page.content.decode()


def test_supervisors_see_late_and_unsigned_days():
    port = make.port()
    for day in (6, 7, 8, 9, 10):
        record(port, day=date(2020, 3, day), at=NOON if day < 8 else NOON - timedelta(days=11 - day))
    before = [date(2020, 2, 27) + timedelta(days=n) for n in range(8)]
    for day in [*before, *(date(2020, 3, n) for n in (6, 8, 9))]:
        sign(port, day)
    returns.correct(Return.objects.get(day=date(2020, 3, 8)), 6, by=make.officer(), note="x", at=clock.start_of(DAY))
    client = signed_in("supervisor")

    def listed(query: str) -> list[int]:
        return [row.day.day for row in client.get(reverse(DAYS) + query).context["page"]]

    expected = {
        "": [11, 10, 8, 7, 6],
        "?show=late": [8, 7, 6],
        "?show=missing": [11],
        "?show=unsigned": [10, 7],
        "?show=outdated": [8],
        "?first=2020-03-08&last=2020-03-10": [10, 8],
        "?show=nothing": [11, 10, 8, 7, 6],
    }
    assert {query: listed(query) for query in expected} == expected


@pytest.mark.parametrize(
    "query", ["?first=2020-02-31", "?last=2020-03-12", "?first=2020-03-05&last=2020-03-01", "?first=1000-01-01&last=x"]
)
def test_a_wrong_span_is_told_and_the_usual_days_are_listed(query):
    make.port()

    page = signed_in("supervisor").get(reverse(DAYS) + query)

    assert (page.status_code, 'role="alert"' in page.content.decode()) == (200, True)
    assert page.context["pages"].count == 14


def test_the_days_cost_the_same_queries_with_one_and_with_thirty_ports(django_assert_num_queries):
    record(make.port("A1"))
    client = signed_in("supervisor")
    client.get(reverse(DAYS))

    with django_assert_num_queries(8):
        client.get(reverse(DAYS))
    for n in range(29):
        record(make.port(f"B{n}"), kind="flight_paper_exemption")
    with django_assert_num_queries(8):
        client.get(reverse(DAYS))
