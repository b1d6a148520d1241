"""When a decision is owed: the term of a ground, the stops while the applicant was asked, the statutory clock."""

from collections.abc import Iterable
from datetime import datetime

from applications.models import UNDECIDED, Application, Ground, Origin, Supplement, Term
from windows import deadlines
from windows.deadlines import Due, Moved, Pause
from windows.models import Service


def on_ground(ground: str, service: Service, received_at: datetime, pauses: Iterable[Pause] = ()) -> Due:
    """The due instant and how it came about. A ground without a term of its own goes by the service's days."""
    term = Term.objects.filter(pk=ground).first()
    if term and term.hours:
        return deadlines.round_the_clock(received_at, term.hours, pauses=list(pauses))
    return deadlines.due(received_at, _days(term, ground, service), pauses=list(pauses))


def _days(term: Term | None, ground: str, service: Service) -> int:
    if term:
        return term.working_days
    return service.urgent_days if ground == Ground.URGENT else service.working_days


def of(application: Application) -> Due:
    """By the ground granted, with every stop of the clock."""
    return on_ground(application.ground, application.service, application.submitted_at, pauses_of(application))


def pauses_of(application: Application) -> list[Pause]:
    return [(asked.asked_at, asked.answered_at) for asked in Supplement.objects.filter(application=application)]


def moved_by(calendar: str) -> list[Moved]:
    """The undecided applications whose due instant a version of the calendar moves, by their primary keys."""
    rows = list(_undecided())
    return list(deadlines.moved(rows, deadlines.load(without=calendar), deadlines.load()))


def _undecided():
    """What owes a decision in working days; hours round the clock know no calendar."""
    terms = Term.objects.in_bulk()
    found = Application.objects.filter(origin=Origin.PORTAL, state__in=UNDECIDED, due_at__isnull=False)
    for one in found.select_related("service").prefetch_related("supplements"):
        term = terms.get(one.ground)
        if not (term and term.hours):
            pauses = [(asked.asked_at, asked.answered_at) for asked in one.supplements.all()]
            yield one.pk, one.submitted_at, _days(term, one.ground, one.service), pauses, one.due_at
