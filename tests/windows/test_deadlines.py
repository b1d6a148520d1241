"""The statutory clock against hand-computed cases, properties that hold for all, and a calendar that changes."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import make
from tests.windows.cases_by_hand import CASES, KNOWN
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


@pytest.fixture(scope="module")
def calendars(django_db_setup, django_db_blocker) -> dict[str, WorkingDays]:
    """What was known when: loaded once by the product's own command, from then on pure."""
    with django_db_blocker.unblock(), transaction.atomic():
        reference.load_calendars()
        found = {name: deadlines.load(at(known)) for name, known in KNOWN.items()}
        transaction.set_rollback(True)
    return found


# --- forty cases and more ----------------------------------------------------------------------------------------


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
