"""When may it be decided: how many come before, and how fast the window has been deciding."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from django.db.models import Count

from applications.models import DECIDED, Application, Event, State
from windows import clock, deadlines

LOOK_BACK = 10  # working days
FAST, SLOW = 0.75, 0.25  # which of the days, sorted by decisions, stand for a good and for a bad day


@dataclass(frozen=True)
class Outlook:
    """`earliest` and `latest` are None where nothing was decided lately; `decisions` in `LOOK_BACK` working days."""

    before: int
    decisions: int
    earliest: date | None
    latest: date | None

    @property
    def days(self) -> int:
        return LOOK_BACK


def of(application: Application, *, today: date | None = None) -> Outlook | None:
    """None for an application that does not wait in line."""
    if application.state not in (State.WAITING, State.CLAIMED, State.PARKED):
        return None
    today = today or clock.today()
    calendar = deadlines.load()
    days = working_days_until(today, calendar)
    counts = dict(
        Event.objects.filter(window=application.window_id, verb__in=DECIDED, day__in=days)
        .values_list("day")
        .annotate(n=Count("pk"))
    )
    before = Application.objects.before(application).count() if application.state == State.WAITING else 0
    a_day = sorted(counts.get(day, 0) for day in days)
    fast, slow = (a_day[min(int(share * len(days)), len(days) - 1)] for share in (FAST, SLOW))
    decided = sum(counts.values())
    if not decided:
        return Outlook(before, 0, None, None)
    mean = decided / len(days)
    soon, late = ceil((before + 1) / max(fast, mean)), ceil((before + 1) / max(slow, mean / 2))
    return Outlook(before, decided, _after(today, soon, calendar), _after(today, late, calendar))


def working_days_until(today: date, calendar: deadlines.WorkingDays) -> list[date]:
    """The last working days before today, the first one first."""
    found: list[date] = []
    day = today
    while len(found) < LOOK_BACK:
        day -= timedelta(days=1)
        if calendar.is_working_day(day):
            found.append(day)
    return found[::-1]


def _after(today: date, days: int, calendar: deadlines.WorkingDays) -> date:
    """The day on which this many working days are over."""
    day = today
    for _ in range(min(days, 500)):
        day += timedelta(days=1)
        while not calendar.is_working_day(day):
            day += timedelta(days=1)
    return day
