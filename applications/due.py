"""When a decision is owed: the term of a ground, the stops while the applicant was asked, the statutory clock."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from applications.models import UNDECIDED, Application, Ground, Origin, Supplement, Term
from windows import deadlines, memo
from windows.deadlines import Due, Moved, Owed, Pause, WorkingDays
from windows.memo import remembered
from windows.models import Service


@dataclass(frozen=True)
class Terms:
    """What decides when a decision is owed: the grounds that have a term of their own, and the calendars."""

    of_grounds: Mapping[str, Term]
    calendars: WorkingDays

    def on_ground(self, ground: str, service: Service, received_at: datetime, pauses: Iterable[Pause] = ()) -> Due:
        """The due instant and how it came about. A ground without a term of its own goes by the service's days."""
        term = self.of_grounds.get(ground)
        if term and term.hours:
            return deadlines.round_the_clock(received_at, term.hours, pauses=list(pauses))
        days = self.working_days(ground, service)
        return self.calendars.due(received_at, days, pauses=list(pauses))  # type: ignore[arg-type]  # no hours: days

    def working_days(self, ground: str, service: Service) -> int | None:
        """None for a ground whose hours run round the clock."""
        if term := self.of_grounds.get(ground):
            return term.working_days
        return service.urgent_days if ground == Ground.URGENT else service.working_days


@remembered
def terms() -> Terms:
    """As they are now, for as many due instants as one likes."""
    return Terms(Term.objects.in_bulk(), deadlines.load())


def of(application: Application) -> Due:
    """By the ground granted, with every stop of the clock."""
    return terms().on_ground(application.ground, application.service, application.submitted_at, pauses_of(application))


def pauses_of(application: Application) -> list[Pause]:
    return [(asked.asked_at, asked.answered_at) for asked in Supplement.objects.filter(application=application)]


def moved_by(calendar: str) -> list[Moved]:
    """The undecided applications whose due instant a version of the calendar moves, by their primary keys.

    The version may be a moment old, so the terms and calendars that this process remembers are asked for anew.
    """
    memo.forget()
    return list(deadlines.moved(_undecided(), deadlines.load(without=calendar), deadlines.load()))


def _undecided() -> Iterator[Owed]:
    """What owes a decision in working days; hours round the clock know no calendar."""
    found = Application.objects.filter(origin=Origin.PORTAL, state__in=UNDECIDED, due_at__isnull=False)
    for one in found.select_related("service").prefetch_related("supplements"):
        if days := terms().working_days(one.ground, one.service):
            pauses = [(asked.asked_at, asked.answered_at) for asked in one.supplements.all()]
            yield one.pk, one.submitted_at, days, pauses, one.due_at
