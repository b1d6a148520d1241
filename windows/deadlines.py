"""The statutory clock: when a decision is owed, and day by day how that came about.

Working days leave out public holidays (Administrative Licensing Law, article 82), by the State Council's calendar as
known at an instant. The first working day after the day of receipt is day 1; the decision is due at 17:00 in Shanghai
of the last day. Hours run round the clock. While the applicant is asked to supplement, either clock stands still.

Only `load` touches the database, with one query; all else is arithmetic on what it returns, so many due instants cost
one query too.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby, pairwise
from typing import NamedTuple

from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override, pgettext

from windows import clock
from windows.clock import local_day
from windows.models import SHANGHAI, Calendar, CalendarDay, in_language

CLOSING = time(17)
ONE_DAY = timedelta(days=1)
SATURDAY = 5

Pause = tuple[datetime, datetime | None]
"""From when the applicant was asked to supplement until the answer; None while there is none."""


class Why(StrEnum):
    RECEIVED = "received"
    COUNTED = "counted"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    STOPPED = "stopped"
    WAITING = "waiting"
    ROUND_THE_CLOCK = "round_the_clock"


@dataclass(frozen=True)
class Step:
    """What one day did to the count. `number` is that of the counted day, or of all hours at their end.

    `since` and `until` are the receipt or the pause; the names are those of the holiday. A provisional day is judged
    by its weekday alone, since no calendar of its year was known.
    """

    day: date
    why: Why
    number: int | None = None
    name_zh: str = ""
    name_en: str = ""
    since: datetime | None = None
    until: datetime | None = None
    provisional: bool = False

    @property
    def text(self) -> str:
        """The step in words, in the active language; the day itself is left to the caller."""
        text = _said(self)
        if self.provisional:
            text = _("%(text)s (provisional: no calendar of %(year)s announced)") % {
                "text": text,
                "year": self.day.year,
            }
        return text

    def as_dict(self) -> dict:
        texts = {"text_zh": _in("zh-hans", self), "text_en": _in("en", self)}
        step = {"day": self.day.isoformat(), "why": self.why.value, "number": self.number}
        return step | {"provisional": self.provisional} | texts


@dataclass(frozen=True)
class Due:
    """When a decision is owed: `at` is None while the applicant is waited for.

    `owed` counts working days, or hours where they run round the clock; `calendars` are the codes of the versions
    that the trace rests on.
    """

    at: datetime | None
    trace: tuple[Step, ...]
    received_at: datetime
    owed: int
    calendars: tuple[str, ...] = ()
    round_the_clock: bool = False

    @property
    def provisional(self) -> bool:
        """Some day of the trace lies beyond the calendars that were known."""
        return any(step.provisional for step in self.trace)

    @property
    def text(self) -> str:
        """All in one sentence, in the active language: weekends and ordinary working days go without saying."""
        parts = [_owed(self), *_exceptions(self.trace)]
        if self.provisional:
            parts.append(_("provisional beyond the announced calendars"))
        parts.append(_("due %(at)s") % {"at": _moment(self.at)} if self.at else self.trace[-1].text)
        return pgettext("between the parts of a sentence", "; ").join(parts)

    def as_dict(self) -> dict:
        """For the API and for storing: plain values, instants with Shanghai's offset, texts in both languages."""
        return {
            "at": self.at and self.at.astimezone(SHANGHAI).isoformat(),
            "owed": self.owed,
            "unit": "hours" if self.round_the_clock else "working_days",
            "provisional": self.provisional,
            "calendars": list(self.calendars),
            "text_zh": _in("zh-hans", self),
            "text_en": _in("en", self),
            "trace": [step.as_dict() for step in self.trace],
        }


class Mark(NamedTuple):
    """A day that a calendar names, and which version does."""

    calendar: str
    worked: bool
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class WorkingDays:
    """The calendars known at an instant: of each year the version in force, of each day named what it is."""

    versions: Mapping[int, str]
    marks: Mapping[date, Mark]

    def is_working_day(self, day: date) -> bool:
        mark = self.marks.get(day)
        return mark.worked if mark else day.weekday() < SATURDAY

    def due(self, received_at: datetime, working_days: int, pauses: Sequence[Pause] = ()) -> Due:
        """When `working_days` from receipt are over; ValueError when pauses overlap or precede receipt.

        A day on which the clock stood still, however shortly, does not count: the day of the request and that of
        the answer are like the day of receipt. Only a pause that begins when the time is already over, after 17:00
        of the last day, no longer moves it.
        """
        _check(received_at, working_days, pauses)
        step = Step(local_day(received_at), Why.RECEIVED, since=received_at)
        trace, counted, day = [step], 0, step.day
        while counted < working_days and step.why != Why.WAITING:
            day += ONE_DAY
            step = self._step(day, counted + 1, _pause_on(day, pauses, self._hour_of(day, counted + 1 == working_days)))
            counted += step.number is not None
            trace.append(step)
        at = datetime.combine(day, CLOSING, SHANGHAI) if counted == working_days else None
        return Due(at, tuple(trace), received_at, working_days, self._rest_on(trace))

    def _hour_of(self, day: date, last: bool) -> datetime:
        """The end of the day, as far as the count goes: the last of the working days ends as the offices close."""
        if last and self.is_working_day(day):
            return datetime.combine(day, CLOSING, SHANGHAI)
        return clock.start_of(day + ONE_DAY)

    def _step(self, day: date, number: int, pause: Pause | None) -> Step:
        if pause:
            return _still(day, pause)
        if mark := self.marks.get(day):
            why = Why.MAKE_UP if mark.worked else Why.HOLIDAY
            return Step(day, why, number if mark.worked else None, mark.name_zh, mark.name_en)
        provisional = day.year not in self.versions
        if self.is_working_day(day):
            return Step(day, Why.COUNTED, number, provisional=provisional)
        return Step(day, Why.WEEKEND, provisional=provisional)

    def _rest_on(self, trace: Iterable[Step]) -> tuple[str, ...]:
        days = {step.day for step in trace}
        named = {self.marks[day].calendar for day in days & self.marks.keys()}
        return tuple(sorted(named | {self.versions[day.year] for day in days if day.year in self.versions}))


def load(known_at: datetime | None = None, *, without: str = "") -> WorkingDays:
    """The calendars announced by `known_at` (None: now, by the portal's clock), of each year the latest version.

    `without` leaves out the version of that code, to compare. One query.
    """
    columns = ("code", "year", "days__day", "days__kind", "days__name_zh", "days__name_en")
    announced = Calendar.objects.filter(announced_at__lte=known_at or clock.now()).exclude(code=without)
    rows = list(announced.order_by("announced_at", "code").values_list(*columns))
    versions = {year: code for code, year, *_day in rows}
    marks = {
        day: Mark(code, kind == CalendarDay.Kind.WORKDAY, name_zh, name_en)
        for code, year, day, kind, name_zh, name_en in rows
        if day and versions[year] == code
    }
    return WorkingDays(versions, marks)


def due(
    received_at: datetime, working_days: int, *, pauses: Sequence[Pause] = (), known_at: datetime | None = None
) -> Due:
    """As `WorkingDays.due`, by the calendars known at `known_at`. For many rows call `load` once."""
    return load(known_at).due(received_at, working_days, pauses)


def is_working_day(day: date, known_at: datetime | None = None) -> bool:
    return load(known_at).is_working_day(day)


def round_the_clock(received_at: datetime, hours: int, *, pauses: Sequence[Pause] = ()) -> Due:
    """`hours` after receipt, weekends and holidays included; each pause adds its length. ValueError as for `due`."""
    _check(received_at, hours, pauses)
    at, trace = received_at + timedelta(hours=hours), [Step(local_day(received_at), Why.RECEIVED, since=received_at)]
    for since, until in pauses:
        if since >= at:
            break  # the time was over before
        trace.append(_still(local_day(since), (since, until)))
        if until is None:
            return Due(None, tuple(trace), received_at, hours, round_the_clock=True)
        at += until - since
    trace.append(Step(local_day(at), Why.ROUND_THE_CLOCK, hours))
    return Due(at, tuple(trace), received_at, hours, round_the_clock=True)


class Moved(NamedTuple):
    """A row whose due instant another calendar moves."""

    key: Hashable
    old: datetime | None
    new: datetime | None


Owed = tuple[Hashable, datetime, int, Sequence[Pause], datetime | None]
"""A row that owes a decision: its key, received_at, working_days, pauses, and the due instant it has now."""


def moved(rows: Iterable[Owed], before: WorkingDays, after: WorkingDays) -> Iterator[Moved]:
    """The rows whose due instant differs between two calendars and is not yet what the later one says.

    A row that differs for another reason (somebody extended it) is left alone.
    """
    for key, received_at, working_days, pauses, due_at in rows:
        new = after.due(received_at, working_days, pauses).at
        if new != due_at and new != before.due(received_at, working_days, pauses).at:
            yield Moved(key, due_at, new)


# --- pauses ---


def _check(received_at: datetime, owed: int, pauses: Sequence[Pause]) -> None:
    """ValueError unless the times make sense: with an offset, in order, apart, none open but the last."""
    times = [received_at, *(at for pause in pauses for at in pause if at)]
    if any(at.tzinfo is None for at in times):
        raise ValueError("a time without an offset is no instant")
    if owed < 1:
        raise ValueError(f"at least one day or hour is owed, not {owed}")
    if pauses and pauses[0][0] < received_at:
        raise ValueError("a pause cannot begin before receipt")
    if any(until and until <= since for since, until in pauses):
        raise ValueError("a pause ends after it began")
    if any(until is None or until > since for (_since, until), (since, _until) in pairwise(pauses)):
        raise ValueError("pauses stand in order and do not overlap; only the last may be open")


def _pause_on(day: date, pauses: Sequence[Pause], end: datetime) -> Pause | None:
    """The first pause that stops the clock at some time from the start of the day to its end."""
    start = clock.start_of(day)
    return next((p for p in pauses if p[0] < end and (p[1] is None or p[1] > start)), None)


def _still(day: date, pause: Pause) -> Step:
    since, until = pause
    if until is None:
        return Step(local_day(since), Why.WAITING, since=since)
    return Step(day, Why.STOPPED, since=since, until=until)


# --- words ---

SENTENCES = {
    Why.RECEIVED: gettext_lazy("Received %(since)s"),
    Why.COUNTED: gettext_lazy("Working day %(number)s"),
    Why.MAKE_UP: gettext_lazy("Working day %(number)s, worked to make up for %(name)s"),
    Why.WEEKEND: gettext_lazy("Weekend"),
    Why.HOLIDAY: gettext_lazy("Public holiday: %(name)s"),
    Why.STOPPED: gettext_lazy("The clock stood still from %(since)s to %(until)s for the applicant to supplement"),
    Why.WAITING: gettext_lazy("The clock stands still since %(since)s: waiting for the applicant to supplement"),
    Why.ROUND_THE_CLOCK: gettext_lazy("Hour %(number)s, counted round the clock"),
}
EXCEPTIONS = {
    Why.MAKE_UP: gettext_lazy("%(days)s: make-up workday for %(name)s"),
    Why.HOLIDAY: gettext_lazy("%(days)s: %(name)s holiday"),
    Why.STOPPED: gettext_lazy("%(days)s: clock stopped"),
}


def _said(step: Step) -> str:
    times = {"since": step.since and _moment(step.since), "until": step.until and _moment(step.until)}
    return SENTENCES[step.why] % {"number": step.number, "name": in_language(step, "name"), **times}


def _owed(due: Due) -> str:
    if due.round_the_clock:
        text = ngettext("%(n)s hour round the clock", "%(n)s hours round the clock", due.owed)
    else:
        text = ngettext("%(n)s working day", "%(n)s working days", due.owed)
    return _("%(owed)s from receipt on %(at)s") % {"owed": text % {"n": due.owed}, "at": _moment(due.received_at)}


def _exceptions(trace: Sequence[Step]) -> Iterator[str]:
    """Holidays, make-up workdays and pauses: days of one kind, name and pause drawn together."""
    for (why, *_same), run in groupby(trace, key=lambda step: (step.why, step.name_zh, step.since)):
        if why in EXCEPTIONS:
            steps = list(run)
            yield EXCEPTIONS[why] % {"days": _days(steps), "name": in_language(steps[0], "name")}


def _days(steps: Sequence[Step]) -> str:
    """From which day to which; a pause has its own days, wherever the count met it."""
    first, last = steps[0], steps[-1]
    days = (local_day(first.since), local_day(last.until)) if first.since and last.until else (first.day, last.day)
    first_day, last_day = (date_format(day, pgettext("format of a day without its year", "j M")) for day in days)
    if first_day == last_day:
        return first_day
    return pgettext("days", "%(first)s to %(last)s") % {"first": first_day, "last": last_day}


def _moment(at: datetime) -> str:
    return date_format(at.astimezone(SHANGHAI), pgettext("format of a day with time", "j F Y, H:i"))


def _in(language: str, told: Step | Due) -> str:
    with override(language):
        return told.text
