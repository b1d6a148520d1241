"""When a decision is owed: the term of a ground, the stops while the applicant was asked, the statutory clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from applications.models import Application, Ground, Supplement, Term
from windows import deadlines
from windows.deadlines import Due, WorkingDays
from windows.memo import remembered
from windows.models import Service

Pause = tuple[datetime, datetime | None]


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
        days = term.working_days if term else service.urgent_days if ground == Ground.URGENT else service.working_days
        return self.calendars.due(received_at, days, pauses=list(pauses))


@remembered
def terms() -> Terms:
    """As they are now, for as many due instants as one likes."""
    return Terms(Term.objects.in_bulk(), deadlines.load())


def of(application: Application) -> Due:
    """By the ground granted, with every stop of the clock."""
    return terms().on_ground(application.ground, application.service, application.submitted_at, pauses_of(application))


def pauses_of(application: Application) -> list[Pause]:
    return [(asked.asked_at, asked.answered_at) for asked in Supplement.objects.filter(application=application)]
