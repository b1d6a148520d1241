"""The holiday calendars: the data that ships, what the database refuses, and who may add a version."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.urls import reverse

from portal import roles
from tests import make
from tests.make import NOON
from windows import deadlines, reference
from windows.models import Calendar, CalendarDay, Touch

pytestmark = pytest.mark.django_db
ADD = "admin:windows_calendar_add"


# --- the data ---


def test_the_last_version_of_each_year_is_what_an_independent_source_says():
    reference.load_calendars()
    known = deadlines.load(NOON.replace(year=2026, month=11))
    days = [date(2019, 1, 1) + timedelta(days=number) for number in range(8 * 365 + 2)]

    differing = [day for day in days if known.is_working_day(day) != chinese_calendar.is_workday(day)]

    assert differing == []
    assert (days[-1], set(known.versions)) == (date(2026, 12, 31), set(range(2019, 2027)))


def test_the_versions_of_2020_differ_in_three_days():
    reference.load_calendars()
    planned, extended = (
        set(CalendarDay.objects.filter(calendar=code).values_list("day", "kind")) for code in ("2020", "2020-extension")
    )

    assert planned - extended == {(date(2020, 2, 1), "workday")}
    assert extended - planned == {(date(2020, month, day), "holiday") for month, day in ((1, 31), (2, 1), (2, 2))}
    first, second = (Calendar.objects.get(code=code).announced_at for code in ("2020", "2020-extension"))
    assert (first.isoformat(), second.isoformat()) == ("2019-11-20T16:00:00+00:00", "2020-01-26T16:00:00+00:00")


def test_loading_twice_changes_nothing():
    reference.load()
    before = list(CalendarDay.objects.order_by("pk").values_list())

    reference.load()

    assert list(CalendarDay.objects.order_by("pk").values_list()) == before
    assert Calendar.objects.count() == 10


def test_loading_leaves_what_staff_entered_before():
    earlier = NOON - timedelta(days=99)
    Calendar.objects.create(code="2021", year=2021, announced_at=NOON, source="自填", recorded_at=earlier)
    same_notice = reference.rows(reference.DATA / "calendars.csv")[-1]
    Calendar.objects.create(**same_notice | {"code": "2026-own"}, recorded_at=earlier)

    reference.load_calendars()

    assert Calendar.objects.get(code="2021").source == "自填"
    assert not CalendarDay.objects.filter(calendar="2021").exists()
    assert not Calendar.objects.filter(code="2026").exists()


# --- what the database refuses ---


def refused(rule: str, error=IntegrityError):
    return pytest.raises(error, match=rule)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"code": "2020", "year": 20}, "calendar_year_has_four_digits"),
        ({"code": "2021"}, "calendar_code_is_its_year_and_words"),
        ({"code": "2020 extension"}, "calendar_code_is_its_year_and_words"),
        ({"code": "2020-second"}, "versions_of_a_year_have_an_order"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(fields, rule):
    make.calendar("2020-first")

    with refused(rule), transaction.atomic():
        Calendar.objects.create(**{"year": 2020, "announced_at": NOON, "source": "x"} | fields)


@pytest.mark.parametrize(
    ("day", "kind", "rule", "error"),
    [
        (date(2020, 5, 1), "holiday", "a_calendar_names_a_day_once", IntegrityError),
        (date(2020, 5, 8), "workday", "a_make_up_workday_is_a_weekend_day", IntegrityError),
        (date(2020, 5, 9), "half", "a_make_up_workday_is_a_weekend_day", IntegrityError),
        (date(2021, 1, 1), "holiday", "days_come_with_their_calendar", InternalError),
        (date(2019, 11, 30), "holiday", "days_come_with_their_calendar", InternalError),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(day, kind, rule, error):
    calendar = make.calendar("2020", holiday=["0501"])

    with refused(rule, error), transaction.atomic():
        CalendarDay.objects.create(calendar=calendar, day=day, kind=kind, name_zh="节", name_en="Day")


def test_the_december_before_may_be_named():
    calendar = make.calendar("2020")

    CalendarDay.objects.create(calendar=calendar, day=date(2019, 12, 1), kind="holiday", name_zh="节", name_en="Day")


def test_no_day_is_added_to_a_version_later():
    """Later is another transaction, whose time differs."""
    complete = Calendar.objects.create(
        code="2020", year=2020, announced_at=NOON, source="x", recorded_at=NOON - timedelta(days=1)
    )

    with refused("days_come_with_their_calendar: 2020 is complete", InternalError), transaction.atomic():
        CalendarDay.objects.create(calendar=complete, day=date(2020, 5, 1), kind="holiday", name_zh="节", name_en="Day")


@pytest.mark.parametrize("model", [Calendar, CalendarDay])
def test_a_version_is_neither_altered_nor_deleted(model):
    make.calendar("2020", holiday=["0501"])
    change = {"source": "y"} if model is Calendar else {"day": date(2020, 5, 2)}

    with refused("append_only|Cannot update", InternalError), transaction.atomic():
        model.objects.update(**change)
    with refused("append_only|Cannot update or delete", InternalError), transaction.atomic():
        model.objects.all()._raw_delete(using="default")


# --- the staff site ---


def keeper(role: str = "supervisor", language: str = "en", **fields) -> Client:
    return make.signed_in(make.staff(role, **fields), language)


def entered(*spans: tuple[str, str, str], **fields) -> dict:
    """A notice of 2027 as the form sends it: spans of kind, first and last day."""
    form = {"code": "2027", "year": "2027", "source": "国办发明电", "note_zh": "", "note_en": ""}
    form |= {"announced_at_0": "2026-11-10", "announced_at_1": "00:00"}
    form |= {"days-TOTAL_FORMS": str(len(spans) + 1), "days-INITIAL_FORMS": "0"}  # one is left empty
    for number, (kind, first, last) in enumerate(spans):
        values = {"kind": kind, "day": first, "last": last, "name_zh": "春节", "name_en": "Spring Festival"}
        form |= {f"days-{number}-{name}": value for name, value in values.items()}
    return form | fields


FESTIVAL = ("holiday", "2027-02-05", "2027-02-11")
MADE_UP = ("workday", "2027-02-13", "")


def test_the_nation_adds_a_version_by_spans_and_it_counts_at_once():
    client = keeper(nationwide=True)
    known = NOON.replace(year=2026, month=11, day=30)

    answer = client.post(reverse(ADD), entered(FESTIVAL, MADE_UP))

    assert answer.status_code == 302
    days = list(CalendarDay.objects.values_list("day", "kind"))
    assert days == [(date(2027, 2, day), "holiday") for day in range(5, 12)] + [(date(2027, 2, 13), "workday")]
    assert deadlines.load(known).due(known.replace(year=2027, month=2, day=4), 1).at.day == 12
    assert Touch.objects.filter(kind=Touch.Kind.PAGES).exists()


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (entered(FESTIVAL, code="2026"), "The code is the year"),
        (entered(), "names its days at once"),
        (entered(FESTIVAL, ("holiday", "2027-02-11", "2027-02-12")), "A day is named twice"),
        (entered(("holiday", "2027-02-05", "2027-02-04")), "last day comes after the first"),
        (entered(("holiday", "2027-02-05", "2028-02-04")), "last day comes after the first"),
        (entered(("workday", "2027-02-12", "")), "Only a Saturday or Sunday"),
        (entered(("workday", "2027-02-13", "2027-02-15")), "Only a Saturday or Sunday"),
        (entered(("holiday", "2026-11-30", "")), "outside the year"),
        (entered(("holiday", "2027-12-31", "2028-01-01")), "outside the year"),
        (entered(("holiday", "", "2027-02-05")), "This field is required"),
        (entered(("", "2027-02-05", "")), "This field is required"),
        (entered(FESTIVAL, year=""), "This field is required"),
        (entered(FESTIVAL, year="x"), "Enter a whole number"),
    ],
)
def test_a_wrong_entry_comes_back_with_a_word_and_stores_nothing(form, told):
    answer = keeper(nationwide=True).post(reverse(ADD), form)

    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert (Calendar.objects.count(), CalendarDay.objects.count()) == (0, 0)


def test_the_same_code_again_is_refused_and_a_newer_version_is_taken():
    client = keeper(nationwide=True)
    client.post(reverse(ADD), entered(FESTIVAL))

    again = client.post(reverse(ADD), entered(FESTIVAL))
    newer = client.post(reverse(ADD), entered(FESTIVAL, code="2027-extension", announced_at_1="09:00"))

    assert (again.status_code, newer.status_code) == (200, 302)
    assert set(Calendar.objects.values_list("code", flat=True)) == {"2027", "2027-extension"}


@pytest.mark.parametrize("role", roles.ROLES)
def test_who_does_not_reach_the_nation_adds_nothing(role):
    client = keeper(role, divisions=[make.division("420000")])

    assert client.post(reverse(ADD), entered(FESTIVAL)).status_code == 403
    assert not Calendar.objects.exists()


@pytest.mark.parametrize("role", [role for role in roles.ROLES if role != "supervisor"])
def test_the_nations_reach_alone_does_not_let_anybody_add(role):
    assert keeper(role, nationwide=True).post(reverse(ADD), entered(FESTIVAL)).status_code == 403
    assert not Calendar.objects.exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nobody_alters_or_deletes_a_version_and_readers_see_its_days(language):
    calendar = make.calendar("2020", holiday=["0501"])
    superuser = keeper(language=language, is_superuser=True)
    change, delete = (reverse(f"admin:windows_calendar_{verb}", args=[calendar.pk]) for verb in ("change", "delete"))

    assert superuser.post(change, entered(FESTIVAL, code="2020", year="2020")).status_code == 403
    assert superuser.post(delete, {"post": "yes"}).status_code == 403
    for role in ("window_officer", "supervisor", "auditor"):
        assert "节日" in keeper(role, language).get(change).content.decode()
    assert CalendarDay.objects.get().day == date(2020, 5, 1)
