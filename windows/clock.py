"""The portal's time: real time plus an offset kept in one row.

Business rules take their time from here; leases, sessions and limits use real time. Days are Asia/Shanghai's.
"""

import time as real_time
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from windows.models import SHANGHAI, ClockOffset

MEMO_SECONDS = 1.0
_memo: tuple[float, timedelta] | None = None


def now() -> datetime:
    """The portal's present instant. The offset is read from its row at most once a second in a process."""
    return timezone.now() + _offset()


def today() -> date:
    """The portal's present day in Shanghai."""
    return now().astimezone(SHANGHAI).date()


def set_now(at: datetime) -> None:
    """Move the portal's clock so that it is `at` at this moment and runs on from there."""
    ClockOffset.objects.update_or_create(id=1, defaults={"offset": at - timezone.now()})
    forget()


def forget() -> None:
    """Drop this process's memo of the offset."""
    global _memo
    _memo = None


def _offset() -> timedelta:
    global _memo
    tick = real_time.monotonic()
    if _memo is None or tick - _memo[0] > MEMO_SECONDS:
        offset = ClockOffset.objects.filter(id=1).values_list("offset", flat=True).first()
        _memo = (tick, offset or timedelta(0))
    return _memo[1]


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def end_of(day: date) -> datetime:
    """The last instant of the day."""
    return datetime.combine(day, time.max, SHANGHAI)


def local_day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def read_day(text: str) -> date:
    """A day written YYYY-MM-DD; ValueError says what is wrong."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the calendar; write it like 2020-03-11") from None


def read_past_day(text: str) -> date:
    """A day as `read_day`; ValueError also for one that is still to come on the portal's clock."""
    day = read_day(text)
    if day > today():
        raise ValueError(f"{text!r} is in the future: today is {today()}")
    return day


def read_instant(text: str) -> datetime:
    """An ISO 8601 instant; without an offset it is Shanghai's. ValueError says what is wrong.

    In a query string "+08:00" arrives as " 08:00": that is understood.
    """
    try:
        at = datetime.fromisoformat(_mend_plus(text.strip()))
    except ValueError:
        raise ValueError(f"{text!r} is not a time; write it like 2020-03-11T20:00:00+08:00") from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def read_moment(text: str) -> datetime:
    """As `read_instant`, but a day alone means its end."""
    return end_of(read_day(text)) if len(text.strip()) == len("2020-03-11") else read_instant(text)


def _mend_plus(text: str) -> str:
    head, blank, offset = text.rpartition(" ")
    return f"{head}+{offset}" if blank and "T" in head else text
