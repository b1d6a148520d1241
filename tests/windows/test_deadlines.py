"""The statutory clock against hand-computed cases, properties that hold for all, and a calendar that changes.

The cases were worked out with the notices of the State Council and a wall calendar, not by running the code.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import make
from windows import clock, deadlines, reference
from windows.deadlines import WorkingDays
from windows.models import SHANGHAI

LETTERS = {"received": "r", "weekend": "w", "holiday": "h", "stopped": "s", "waiting": "o", "round_the_clock": "="}
LETTERS |= {"counted": "=", "make_up": "m"}
HOURLY = timedelta(hours=1)


def at(text: str) -> datetime:
    """An instant in Shanghai, of 2020 unless it says otherwise."""
    return clock.read_instant(text if re.match(r"\d{4}-", text) else f"2020-{text}")


def pauses_of(text: str) -> list[deadlines.Pause]:
    """ "03-12 09:00 > 03-12 10:00, 03-17 09:00 > " : the second is open."""
    spans = [span.split(">") for span in text.split(",") if span]
    return [(at(since.strip()), at(until.strip()) if until.strip() else None) for since, until in spans]


def notation(due: deadlines.Due) -> str:
    """Each step as day of the month, letter and number, "?" when provisional; uncounted runs drawn together."""
    found: list[list[str]] = []
    for step in due.trace:
        what = f"{LETTERS[step.why]}{step.number or ''}{'?' * step.provisional}"
        if found and found[-1][1] == what and not step.number:
            found[-1][2] = f"-{step.day.day}"
        else:
            found.append([str(step.day.day), what, ""])
    return " ".join(f"{first}{last}{what}" for first, what, last in found)


# --- the calendars -----------------------------------------------------------------------------------------------

KNOWN = {
    "may2019first": "2019-03-21 23:59",  # Labour Day 2019 still a single day
    "may2019": "2019-03-22 00:00",
    "planned": "01-26 23:59",  # Spring Festival 2020 until 30 January, 1 February a make-up workday
    "extended": "03-11 20:00",  # until 2 February; no calendar of 2021 yet
    "later": "2021-01-01 00:00",
    "now": "2026-11-25 00:00",  # no calendar of 2027 yet
}


@pytest.fixture(scope="module")
def calendars(django_db_setup, django_db_blocker) -> dict[str, WorkingDays]:
    """What was known when: loaded once by the product's own command, from then on pure."""
    with django_db_blocker.unblock(), transaction.atomic():
        reference.load_calendars()
        found = {name: deadlines.load(at(known)) for name, known in KNOWN.items()}
        transaction.set_rollback(True)
    return found


# --- forty cases and more ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    what: str
    known: str
    received: str
    days: int
    due: str  # the day; the hour is 17:00
    trace: str
    pauses: str = ""


MARCH = ("extended", "03-11 09:00")  # an ordinary Wednesday
CASES = [
    # Spring Festival 2020, as planned and as extended
    Case("eve, planned", "planned", "01-22 10:00", 7, "02-06", "22r 23=1 24-30h 31=2 1m3 2w 3=4 4=5 5=6 6=7"),
    Case("eve, extended", "extended", "01-22 10:00", 7, "02-10", "22r 23=1 24-2h 3=2 4=3 5=4 6=5 7=6 8-9w 10=7"),
    Case("last day before, planned", "planned", "01-23 16:59", 1, "01-31", "23r 24-30h 31=1"),
    Case("last day before, extended", "extended", "01-23 16:59", 1, "02-03", "23r 24-2h 3=1"),
    Case("make-up Saturday counts, planned", "planned", "01-23 08:00", 3, "02-03", "23r 24-30h 31=1 1m2 2w 3=3"),
    Case("make-up Saturday gone, extended", "extended", "01-23 08:00", 3, "02-05", "23r 24-2h 3=1 4=2 5=3"),
    Case("due on a make-up Sunday", "planned", "01-17 12:00", 1, "01-19", "17r 18w 19m1"),
    Case("over a make-up Sunday", "planned", "01-17 12:00", 3, "01-21", "17r 18w 19m1 20=2 21=3"),
    Case(
        *("due on the planned make-up Saturday", "planned", "01-17 12:00", 7, "02-01"),
        "17r 18w 19m1 20=2 21=3 22=4 23=5 24-30h 31=6 1m7",
    ),
    Case(
        *("which became a holiday", "extended", "01-17 12:00", 7, "02-04"),
        "17r 18w 19m1 20=2 21=3 22=4 23=5 24-2h 3=6 4=7",
    ),
    Case("received the day before a make-up Sunday", "planned", "01-18 09:00", 1, "01-19", "18r 19m1"),
    Case("received on a make-up Sunday", "planned", "01-19 09:00", 1, "01-20", "19r 20=1"),
    Case("received in the holiday, planned", "planned", "01-27 08:00", 3, "02-03", "27r 28-30h 31=1 1m2 2w 3=3"),
    Case("received in the holiday, extended", "extended", "01-27 08:00", 3, "02-05", "27r 28-2h 3=1 4=2 5=3"),
    Case("received on 1 February, a workday", "planned", "02-01 09:00", 1, "02-03", "1r 2w 3=1"),
    Case("received on 1 February, a holiday", "extended", "02-01 09:00", 1, "02-03", "1r 2h 3=1"),
    Case("last minute of the holiday", "extended", "02-02 23:59", 1, "02-03", "2r 3=1"),
    Case("first instant after the holiday", "extended", "02-03 00:00", 1, "02-04", "3r 4=1"),
    Case(
        *("fifteen days, planned", "planned", "01-20 10:00", 15, "02-14"),
        "20r 21=1 22=2 23=3 24-30h 31=4 1m5 2w 3=6 4=7 5=8 6=9 7=10 8-9w 10=11 11=12 12=13 13=14 14=15",
    ),
    Case(
        *("fifteen days, extended", "extended", "01-20 10:00", 15, "02-18"),
        "20r 21=1 22=2 23=3 24-2h 3=4 4=5 5=6 6=7 7=8 8-9w 10=9 11=10 12=11 13=12 14=13 15-16w 17=14 18=15",
    ),
    # ordinary weeks, months' ends, the leap day
    Case("the next day", *MARCH, 1, "03-12", "11r 12=1"),
    Case("over a weekend", *MARCH, 3, "03-16", "11r 12=1 13=2 14-15w 16=3"),
    Case("a passport", *MARCH, 7, "03-20", "11r 12=1 13=2 14-15w 16=3 17=4 18=5 19=6 20=7"),
    Case(
        *("into the next month", *MARCH, 15, "04-01"),
        "11r 12=1 13=2 14-15w 16=3 17=4 18=5 19=6 20=7 21-22w 23=8 24=9 25=10 26=11 27=12 28-29w 30=13 31=14 1=15",
    ),
    Case("late at night", "extended", "03-11 23:59", 1, "03-12", "11r 12=1"),
    Case("after midnight", "extended", "03-12 00:00", 1, "03-13", "12r 13=1"),
    Case("half past midnight, told in UTC", "extended", "2020-03-11T16:30+00:00", 1, "03-13", "12r 13=1"),
    Case("on a Saturday", "extended", "03-14 10:00", 3, "03-18", "14r 15w 16=1 17=2 18=3"),
    Case("on a Sunday night", "extended", "03-15 22:00", 5, "03-20", "15r 16=1 17=2 18=3 19=4 20=5"),
    Case("over the leap day", "extended", "02-26 10:00", 3, "03-02", "26r 27=1 28=2 29-1w 2=3"),
    Case("Friday evening before the leap day", "extended", "02-28 18:30", 1, "03-02", "28r 29-1w 2=1"),
    Case("on the leap day", "extended", "02-29 12:00", 1, "03-02", "29r 1w 2=1"),
    Case("over Qingming", "extended", "03-30 10:00", 5, "04-07", "30r 31=1 1=2 2=3 3=4 4-6h 7=5"),
    Case(
        "month's end after a make-up Sunday", "extended", "04-24 09:00", 5, "04-30", "24r 25w 26m1 27=2 28=3 29=4 30=5"
    ),
    Case("over Labour Day", "extended", "04-30 10:00", 5, "05-11", "30r 1-5h 6=1 7=2 8=3 9m4 10w 11=5"),
    Case("due on a make-up Saturday", "extended", "05-08 10:00", 1, "05-09", "8r 9m1"),
    Case("over the Dragon Boat Festival", "extended", "06-24 10:00", 1, "06-28", "24r 25-27h 28m1"),
    Case("over National Day", "extended", "09-30 10:00", 3, "10-12", "30r 1-8h 9=1 10m2 11w 12=3"),
    Case("make-up before National Day", "extended", "09-25 10:00", 5, "10-09", "25r 26w 27m1 28=2 29=3 30=4 1-8h 9=5"),
    # years' ends, other years, beyond the calendar
    Case("over New Year", "planned", "2019-12-30 10:00", 3, "01-03", "30r 31=1 1h 2=2 3=3"),
    Case("last minute of the year", "planned", "2019-12-31 23:59", 1, "01-02", "31r 1h 2=1"),
    Case("first instant of the year", "planned", "01-01 00:00", 1, "01-02", "1r 2=1"),
    Case("into a year not announced", "extended", "12-30 10:00", 3, "2021-01-04", "30r 31=1 1=2? 2-3w? 4=3?"),
    Case("into that year once announced", "later", "12-30 10:00", 3, "2021-01-05", "30r 31=1 1-3h 4=2 5=3"),
    Case("wholly beyond", "now", "2027-10-01 10:00", 3, "2027-10-06", "1r 2-3w? 4=1? 5=2? 6=3?"),
    Case("into 2027", "now", "2026-12-30 10:00", 3, "2027-01-04", "30r 31=1 1=2? 2-3w? 4=3?"),
    Case("December by next year's notice", "now", "2018-12-27 10:00", 3, "2019-01-02", "27r 28=1? 29m2 30-1h 2=3"),
    Case("holiday from 31 December", "now", "2022-12-30 10:00", 1, "2023-01-03", "30r 31-2h 3=1"),
    Case("Labour Day 2019, one day", "may2019first", "2019-04-30 10:00", 3, "2019-05-06", "30r 1h 2=1 3=2 4-5w 6=3"),
    Case("Labour Day 2019, four days", "may2019", "2019-04-30 10:00", 3, "2019-05-07", "30r 1-4h 5m1 6=2 7=3"),
    Case("Spring Festival 2026", "now", "2026-02-13 10:00", 3, "2026-02-25", "13r 14m1 15-23h 24=2 25=3"),
    # pauses
    Case(
        *("one, over a weekend", *MARCH, 7, "03-25"),
        *("11r 12=1 13-17s 18=2 19=3 20=4 21-22w 23=5 24=6 25=7", "03-13 10:00 > 03-17 15:00"),
    ),
    Case(
        *("of one hour costs its day", *MARCH, 7, "03-23"),
        *("11r 12=1 13=2 14-15w 16s 17=3 18=4 19=5 20=6 21-22w 23=7", "03-16 10:00 > 03-16 11:00"),
    ),
    Case(
        *("within a weekend costs nothing", *MARCH, 3, "03-16"),
        *("11r 12=1 13=2 14-15s 16=3", "03-14 09:00 > 03-15 20:00"),
    ),
    Case(
        *("within the day of receipt costs nothing", *MARCH, 3, "03-16"),
        *("11r 12=1 13=2 14-15w 16=3", "03-11 10:00 > 03-11 16:00"),
    ),
    Case(
        *("from the day of receipt to the next", *MARCH, 3, "03-17"),
        *("11r 12s 13=1 14-15w 16=2 17=3", "03-11 10:00 > 03-12 09:00"),
    ),
    Case(
        *("on the last day, a minute before it ends", *MARCH, 3, "03-17"),
        *("11r 12=1 13=2 14-15w 16s 17=3", "03-16 16:59 > 03-16 18:00"),
    ),
    Case(
        *("when the time is over", *MARCH, 3, "03-16"),
        *("11r 12=1 13=2 14-15w 16=3", "03-16 17:00 > 03-18 10:00"),
    ),
    Case(
        *("after 17:00 of an earlier day", *MARCH, 3, "03-17"),
        *("11r 12s 13=1 14-15w 16=2 17=3", "03-12 17:30 > 03-12 18:00"),
    ),
    Case(
        *("until midnight", *MARCH, 3, "03-17"),
        *("11r 12s 13=1 14-15w 16=2 17=3", "03-12 10:00 > 03-13 00:00"),
    ),
    Case(
        *("from midnight, for a minute", *MARCH, 3, "03-17"),
        *("11r 12=1 13s 14-15w 16=2 17=3", "03-13 00:00 > 03-13 00:01"),
    ),
    Case(
        *("several", *MARCH, 5, "03-24"),
        "11r 12s 13=1 14-15w 16-18s 19=2 20=3 21-22w 23=4 24=5",
        "03-12 09:00 > 03-12 17:00, 03-16 09:00 > 03-18 09:00",
    ),
    Case(
        *("one at once after the other", *MARCH, 3, "03-18"),
        "11r 12=1 13=2 14-15w 16-17s 18=3",
        "03-16 09:00 > 03-16 10:00, 03-16 10:00 > 03-17 09:00",
    ),
    Case(
        *("on a make-up workday", "extended", "04-24 09:00", 1, "04-27"),
        *("24r 25w 26s 27=1", "04-26 10:00 > 04-26 12:00"),
    ),
    Case(
        *("over all of Spring Festival", "extended", "01-21 10:00", 5, "02-10"),
        *("21r 22=1 23-4s 5=2 6=3 7=4 8-9w 10=5", "01-23 10:00 > 02-04 09:00"),
    ),
    Case(
        *("answered in the holiday, planned", "planned", "01-21 10:00", 3, "02-03"),
        *("21r 22-26s 27-30h 31=1 1m2 2w 3=3", "01-22 15:00 > 01-26 10:00"),
    ),
    Case(
        *("answered in the holiday, extended", "extended", "01-21 10:00", 3, "02-05"),
        *("21r 22-26s 27-2h 3=1 4=2 5=3", "01-22 15:00 > 01-26 10:00"),
    ),
    Case("open", *MARCH, 7, "", "11r 12=1 13o", "03-13 10:00 > "),
    Case("open since the day of receipt", *MARCH, 7, "", "11r 11o", "03-11 15:00 > "),
    Case("open since Saturday night", *MARCH, 3, "", "11r 12=1 13=2 14o", "03-14 20:00 > "),
    Case("open since the time was over", *MARCH, 1, "03-12", "11r 12=1", "03-12 17:00 > "),
    Case(
        *("a second one, open", *MARCH, 7, ""),
        *("11r 12s 13=1 14-15w 16=2 17o", "03-12 09:00 > 03-12 10:00, 03-17 09:00 > "),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_due_instant_and_its_trace_are_as_computed_by_hand(calendars, case):
    due = calendars[case.known].due(at(case.received), case.days, pauses_of(case.pauses))

    assert (due.at, notation(due)) == (at(f"{case.due} 17:00") if case.due else None, case.trace)
    assert due.provisional == ("?" in case.trace)


@pytest.mark.parametrize(
    ("received", "hours", "due", "trace", "pauses"),
    [
        ("01-23 22:10", 24, "01-24 22:10", "23r 24=24", ""),
        ("02-28 23:59", 24, "02-29 23:59", "28r 29=24", ""),
        ("2019-12-31 00:00", 24, "01-01 00:00", "31r 1=24", ""),
        ("03-11 10:00", 24, "03-12 12:30", "11r 11s 12=24", "03-11 20:00 > 03-11 22:30"),
        ("03-11 10:00", 24, "03-12 12:00", "11r 11-12s 12=24", "03-11 11:00 > 03-11 12:00, 03-12 10:30 > 03-12 11:30"),
        ("03-11 10:00", 24, "03-12 10:00", "11r 12=24", "03-12 10:00 > 03-13 10:00"),
        ("03-11 10:00", 24, "03-12 10:00", "11r 12=24", "03-12 11:00 > "),
        ("03-11 10:00", 24, "", "11r 12o", "03-12 09:59 > "),
        ("03-11 10:00", 1, "03-11 11:00", "11r 11=1", ""),
    ],
)
def test_hours_run_round_the_clock_and_pauses_add_their_length(received, hours, due, trace, pauses):
    found = deadlines.round_the_clock(at(received), hours, pauses=pauses_of(pauses))

    assert (found.at, notation(found)) == (at(due) if due else None, trace)
    assert (found.calendars, found.provisional) == ((), False)


@pytest.mark.parametrize(
    ("days", "pauses"),
    [
        (0, ""),
        (-1, ""),
        (3, "03-11 08:59 > 03-12 09:00"),  # before receipt
        (3, "03-12 09:00 > 03-12 09:00"),  # no time at all
        (3, "03-12 09:00 > 03-12 08:00"),
        (3, "03-12 09:00 > 03-13 09:00, 03-13 08:00 > 03-14 09:00"),  # overlapping
        (3, "03-16 09:00 > 03-17 09:00, 03-12 09:00 > 03-13 09:00"),  # not in order
        (3, "03-12 09:00 > , 03-13 09:00 > 03-14 09:00"),  # open, yet followed by another
    ],
)
def test_nonsense_is_an_error(calendars, days, pauses):
    with pytest.raises(ValueError, match="pause|owed"):
        calendars["extended"].due(at("03-11 09:00"), days, pauses_of(pauses))
    with pytest.raises(ValueError, match="pause|owed"):
        deadlines.round_the_clock(at("03-11 09:00"), days, pauses=pauses_of(pauses))


def test_a_time_without_an_offset_is_an_error(calendars):
    naive = at("03-11 09:00").replace(tzinfo=None)

    with pytest.raises(ValueError, match="offset"):
        calendars["extended"].due(naive, 1)
    with pytest.raises(ValueError, match="offset"):
        calendars["extended"].due(at("03-11 09:00"), 1, [(naive + HOURLY, None)])


# --- what holds for all ------------------------------------------------------------------------------------------

INSTANTS = st.datetimes(datetime(2018, 12, 1), datetime(2020, 12, 31)).map(lambda time: time.replace(tzinfo=SHANGHAI))
DAYS = st.integers(1, 25)
LENGTHS = st.integers(1, 9 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
BREAKS = st.lists(st.tuples(LENGTHS, LENGTHS), max_size=4)
WHEN = st.sampled_from(["planned", "extended", "now"])
busy = settings(deadline=None)  # a busy machine is no failure


def closed(received: datetime, breaks) -> list[deadlines.Pause]:
    """Pauses after receipt: each so long after the one before, and so long."""
    pauses, end = [], received
    for wait, length in breaks:
        pauses.append((end + wait, end + wait + length))
        end = pauses[-1][1]
    return pauses


@busy
@given(when=WHEN, received=INSTANTS, days=DAYS, breaks=BREAKS)
def test_a_due_instant_is_the_close_of_a_working_day_that_ends_as_many_counted_days(
    calendars, when, received, days, breaks
):
    due = calendars[when].due(received, days, closed(received, breaks))

    assert due.at == at(f"{due.trace[-1].day} 17:00")
    assert calendars[when].is_working_day(due.trace[-1].day)
    assert [step.number for step in due.trace if step.number] == list(range(1, days + 1))
    days_told = [step.day for step in due.trace]
    assert days_told == [days_told[0] + timedelta(days=number) for number in range(len(days_told))]


@busy
@given(when=WHEN, received=INSTANTS, days=DAYS, breaks=BREAKS)
def test_one_day_more_is_due_later(calendars, when, received, days, breaks):
    known, pauses = calendars[when], closed(received, breaks)

    assert known.due(received, days, pauses).at < known.due(received, days + 1, pauses).at


@busy
@given(when=WHEN, received=INSTANTS, days=DAYS, breaks=BREAKS)
def test_a_pause_never_makes_it_earlier(calendars, when, received, days, breaks):
    known, pauses = calendars[when], closed(received, breaks)

    found = [known.due(received, days, pauses[:count]).at for count in range(len(pauses) + 1)]

    assert found == sorted(found)


@busy
@given(when=WHEN, received=INSTANTS, later=LENGTHS, days=DAYS, breaks=BREAKS)
def test_a_later_receipt_is_never_due_earlier(calendars, when, received, later, days, breaks):
    known, pauses = calendars[when], closed(received + later, breaks)

    assert known.due(received, days, pauses).at <= known.due(received + later, days, pauses).at


@busy
@given(received=INSTANTS, hours=st.integers(1, 72), breaks=BREAKS)
def test_round_the_clock_the_running_time_is_what_was_owed(received, hours, breaks):
    pauses = closed(received, breaks)

    due = deadlines.round_the_clock(received, hours, pauses=pauses)

    still = sum((until - since for since, until in pauses if since < due.at), timedelta())
    assert due.at - received - still == timedelta(hours=hours)


# --- what is known when ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_latest_version_announced_by_then_counts():
    reference.load_calendars()
    received = at("01-22 10:00")

    assert deadlines.due(received, 7, known_at=at("01-26 23:59")).calendars == ("2020",)
    assert deadlines.due(received, 7, known_at=at("01-27 00:00")).calendars == ("2020-extension",)
    assert deadlines.due(received, 7, known_at=at("2019-11-20 10:00")).calendars == ()
    assert deadlines.due(at("2019-12-30 10:00"), 3, known_at=received).calendars == ("2019-labour-day", "2020")
    assert deadlines.is_working_day(at("02-01 00:00").date(), at("01-26 00:00"))
    assert not deadlines.is_working_day(at("02-01 00:00").date(), at("01-27 00:00"))


@pytest.mark.django_db
def test_what_is_known_now_goes_by_the_portals_clock():
    reference.load_calendars()
    clock.set_now(at("01-25 12:00"))

    assert deadlines.due(at("01-22 10:00"), 7).at == at("02-06 17:00")
    clock.set_now(at("01-28 12:00"))
    assert deadlines.due(at("01-22 10:00"), 7).at == at("02-10 17:00")


@pytest.mark.django_db
def test_calendars_are_loaded_by_one_query_for_one_and_for_all_years(django_assert_num_queries):
    make.calendar("2020-one", holiday=["0501"])
    with django_assert_num_queries(1):
        deadlines.due(at("04-30 10:00"), 5, known_at=at("12-31 00:00"))

    reference.load_calendars()
    with django_assert_num_queries(1):
        known = deadlines.load(at("2026-11-25 00:00"))
    with django_assert_num_queries(0):
        assert len([known.due(at("04-30 10:00"), days).at for days in range(1, 50)]) == 49


@pytest.mark.django_db
def test_a_newer_version_replaces_the_whole_year_of_the_older():
    make.calendar("2030", announced_at=at("03-10 12:00"), holiday=["0501", "0502"], workday=["0504"])
    make.calendar("2030-newer", announced_at=at("03-11 12:00"), holiday=["0501"])

    known = deadlines.load(at("03-11 12:00"))

    assert [known.is_working_day(at(f"2030-05-0{day} 00:00").date()) for day in (1, 2, 4)] == [False, True, False]


@pytest.mark.django_db
def test_a_version_without_a_day_still_covers_its_year():
    make.calendar("2030", announced_at=at("03-11 12:00"))

    due = deadlines.due(at("2030-05-06 10:00"), 1, known_at=at("03-11 12:00"))

    assert (due.provisional, due.calendars) == (False, ("2030",))


# --- a calendar that changes -------------------------------------------------------------------------------------


def test_a_change_of_the_calendar_lists_exactly_the_rows_that_move(calendars):
    before, after = calendars["planned"], calendars["extended"]
    pause = pauses_of("01-23 10:00 > 02-04 09:00")
    rows = [
        ("moves", at("01-22 10:00"), 7, (), at("02-06 17:00")),
        ("over before the change", at("01-15 10:00"), 3, (), at("01-19 17:00")),
        ("begins after it", at("02-03 10:00"), 3, (), at("02-06 17:00")),
        ("stood still meanwhile", at("01-21 10:00"), 5, pause, at("02-10 17:00")),
        ("is waited for", at("01-21 10:00"), 5, [(at("01-22 10:00"), None)], None),
        ("has moved already", at("01-23 10:00"), 3, (), at("02-05 17:00")),
        ("extended by hand, calendar or not", at("02-03 10:00"), 3, (), at("02-20 17:00")),
        ("moves from the make-up Saturday", at("01-23 10:00"), 2, (), at("02-01 17:00")),
    ]

    moved = list(deadlines.moved(iter(rows), before, after))

    assert moved == [
        ("moves", at("02-06 17:00"), at("02-10 17:00")),
        ("moves from the make-up Saturday", at("02-01 17:00"), at("02-04 17:00")),
    ]
    assert list(deadlines.moved(rows, after, after)) == []


@pytest.mark.django_db
def test_what_a_version_changes_is_seen_without_it_and_with_it():
    reference.load_calendars()
    known = at("03-11 12:00")
    row = ("case", at("01-22 10:00"), 7, (), at("02-06 17:00"))

    moved = deadlines.moved([row], deadlines.load(known, without="2020-extension"), deadlines.load(known))

    assert [(key, new) for key, _old, new in moved] == [("case", at("02-10 17:00"))]


# --- in words ----------------------------------------------------------------------------------------------------


def words(due: deadlines.Due, language: str) -> list[str]:
    with translation.override(language):
        return [due.text, *(step.text for step in due.trace)]


def test_a_trace_is_told_in_both_languages(calendars):
    pause = pauses_of("02-03 10:00 > 02-03 11:00")

    due = calendars["planned"].due(at("01-22 10:00"), 3, pause)

    assert words(due, "en")[:4] == [
        "3 working days from receipt on 22 January 2020, 10:00; 24 Jan to 30 Jan: Spring Festival holiday; "
        "1 Feb: make-up workday for Spring Festival; due 1 February 2020, 17:00",
        "Received 22 January 2020, 10:00",
        "Working day 1",
        "Public holiday: Spring Festival",
    ]
    assert words(due, "en")[-1] == "Working day 3, worked to make up for Spring Festival"
    assert words(due, "zh-hans")[:4] == [
        "自2020年1月22日 10:00收到申请起3个工作日；1月24日至1月30日春节放假；2月1日调休上班（春节）；"
        "办结期限为2020年2月1日 17:00",
        "2020年1月22日 10:00收到申请",
        "第1个工作日",
        "法定节假日：春节",
    ]
    assert words(due, "zh-hans")[-1] == "第3个工作日（春节调休上班）"


def test_pauses_and_what_is_provisional_are_told_in_both_languages(calendars):
    paused = calendars["extended"].due(at("03-11 09:00"), 3, pauses_of("03-12 10:00 > 03-13 11:00, 03-16 09:00 > "))
    beyond = calendars["extended"].due(at("12-31 10:00"), 1)

    assert words(paused, "en")[0] == (
        "3 working days from receipt on 11 March 2020, 09:00; 12 Mar to 13 Mar: clock stopped; "
        "The clock stands still since 16 March 2020, 09:00: waiting for the applicant to supplement"
    )
    assert words(paused, "zh-hans")[2] == "补正等待：2020年3月12日 10:00至2020年3月13日 11:00，不计入办结期限"
    assert words(beyond, "en")[2] == "Working day 1 (provisional: no calendar of 2021 announced)"
    assert words(beyond, "zh-hans")[0].endswith("；放假安排尚未公布的部分为暂定；办结期限为2021年1月1日 17:00")


def test_the_dictionary_is_plain_and_complete(calendars):
    due = calendars["planned"].due(at("01-23 10:00"), 1)

    told = json.loads(json.dumps(due.as_dict()))

    assert (told["at"], told["owed"], told["unit"]) == ("2020-01-31T17:00:00+08:00", 1, "working_days")
    assert (told["calendars"], told["provisional"], len(told["trace"])) == (["2020"], False, 9)
    assert told["trace"][1] == {
        "day": "2020-01-24",
        "why": "holiday",
        "number": None,
        "provisional": False,
        "text_zh": "法定节假日：春节",
        "text_en": "Public holiday: Spring Festival",
    }
    hours = deadlines.round_the_clock(datetime(2020, 3, 11, 2, tzinfo=UTC), 24).as_dict()
    assert (hours["at"], hours["unit"]) == ("2020-03-12T10:00:00+08:00", "hours")
    assert hours["text_zh"] == "自2020年3月11日 10:00收到申请起连续计算24小时；办结期限为2020年3月12日 10:00"
