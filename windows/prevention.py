"""Prevention, the seventh measure: the day's checks. The only writer of a check, and what follows from one.

Nothing follows by itself: a failing check proposes that the window be suspended, and an officer decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from windows import clock, lifecycle, openness
from windows.lifecycle import Change, NotAllowed
from windows.models import (
    RESTORED,
    Check,
    Checklist,
    DayCheck,
    Division,
    Officer,
    Reason,
    Status,
    StatusChange,
    Window,
)

FAILED = "prevention_failed"  # the reason of a suspension that follows a failing check
MEASURE = 7


def checklist(day: date | None = None) -> Checklist | None:
    """The checklist that holds on a day; None before the first."""
    return Checklist.objects.filter(effective_from__lte=day or clock.today()).order_by("-effective_from").first()


@transaction.atomic
def record(
    kind: type[DayCheck],
    place,
    failing: Iterable[str],
    *,
    by: Officer,
    against: Checklist | None = None,
    note: str = "",
    at: datetime | None = None,
) -> DayCheck:
    """Enter a check of a window or a port (`kind`), with the codes of the items that are not in order.

    `against` is the checklist that the officer had before him. NotAllowed when another one holds by now.
    """
    at, failing = at or clock.now(), sorted(set(failing))
    holds = checklist(clock.local_day(at))
    if holds is None:
        raise NotAllowed(_("No prevention checklist holds on this day. Ask the national supervisor to enter one."))
    if against not in (None, holds):
        raise NotAllowed(_("Another checklist holds since today. Go through this one."))
    if set(failing) - set(holds.items.values_list("code", flat=True)):
        raise NotAllowed(_("This is no item of the checklist."))
    check = kind.objects.create(**{kind.PLACE: place}, checklist=holds, failing=failing, note=note, at=at, by=by)
    lifecycle.touch_pages()
    return check


# --- what a failing check proposes -------------------------------------------------------------------------------


def proposal(check: Check) -> Change:
    """Suspended until tomorrow's review, with the items that were not in order as the note."""
    return Change(
        status=Status.SUSPENDED,
        reason=Reason.objects.get(pk=FAILED),
        note_zh="不符合要求：" + "、".join(_names(check, "zh-hans")),
        note_en="Not in order: " + ", ".join(_names(check, "en")),
        next_review=check.day + timedelta(days=1),
        measure=MEASURE,
    )


def _names(check: Check, language: str) -> list[str]:
    with override(language):
        return [item.name for item in check.failing_items()]


def proposes(check: Check, at: datetime | None = None) -> bool:
    """The check failed, no later one says otherwise, it is of today, and the window is not suspended already."""
    at = at or clock.now()
    latest = Check.objects.filter(window=check.window_id, at__lte=at).first()
    if check.passed or latest != check or check.day != clock.local_day(at):
        return False
    (window,) = Window.objects.filter(pk=check.window_id).with_status(at)
    return window.status != Status.SUSPENDED


@transaction.atomic
def suspend(check: Check, *, by: Officer, at: datetime | None = None) -> StatusChange:
    """What a failing check proposes, done; NotAllowed when it proposes nothing any more."""
    lifecycle.lock([check.window])
    if not proposes(check, at):
        raise NotAllowed(_("This check proposes nothing any more: see what the window says now."))
    return lifecycle.change_status(check.window, proposal(check), by=by, at=at)


# --- who has checked ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compliance:
    """Of a place's open windows on a day, how many were checked. `division` holds all that is inside it."""

    division: Division
    open: int
    passed: int
    failing: int

    @property
    def missing(self) -> int:
        return self.open - self.passed - self.failing


def of_day(windows, day: date | None = None) -> list:
    """These windows that are open on a day (at its end, or now), each with the last check of that day."""
    day = day or clock.today()
    until = min(clock.now(), clock.end_of(day))
    found = Check.objects.beside(windows.with_status(until), clock.start_of(day), until)
    return list(found.filter(status__in=RESTORED).select_related("division").order_by("pk"))


def compliance(windows: Iterable) -> list[Compliance]:
    """Windows as `of_day` gives them, counted by the highest level of divisions at which they differ."""
    windows = list(windows)
    level = next((n for n in (2, 4, 6) if len({window.division_id[:n] for window in windows}) > 1), 6)
    counted: dict[str, list] = {}
    for window in windows:
        counted.setdefault(window.division_id[:level].ljust(6, "0"), []).append(window)
    places = Division.objects.in_bulk(counted)
    return [_counted(places[code], counted[code]) for code in sorted(counted)]


def _counted(place: Division, windows: list) -> Compliance:
    passed = sum(openness.check_passed(window) for window in windows)
    failing = sum(bool(window.check_failing) for window in windows)
    return Compliance(place, len(windows), passed, failing)


def without_pass(windows: Iterable) -> list:
    """Windows as `of_day` gives them that lack a passed check: those that failed first, then those not checked."""
    lacking = [window for window in windows if not openness.check_passed(window)]
    return sorted(lacking, key=lambda window: (not window.check_failing, window.pk))
