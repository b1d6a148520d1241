"""Which ports have reported a day, and which are still missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q
from django.db.models.functions import TruncDate

from measures.models import Facilitation, Port, Return
from windows.models import SHANGHAI

# What a port counts. Land ports report only when lanes open or close, so that a day without a return is not missing.
KIND_OF = {
    Port.Kind.AIR: Facilitation.FLIGHT_PAPER_EXEMPTION,
    Port.Kind.SEA: Facilitation.VESSEL_WORK_ON_ARRIVAL,
    Port.Kind.LAND: Facilitation.DEDICATED_LANE,
}
DAILY = (Port.Kind.AIR, Port.Kind.SEA)


@dataclass(frozen=True)
class PortDay:
    """A port and what it has reported for a day."""

    port: Port
    returns: list[Return]

    @property
    def missing(self) -> bool:
        return not self.returns and self.port.kind in DAILY

    @property
    def kind(self) -> str:
        return KIND_OF[Port.Kind(self.port.kind)]


def of_day(ports: Iterable[Port], day: date) -> list[PortDay]:
    """Each port with its returns of the day that are in force; missing ones first, then by code."""
    ports = list(ports)
    found: dict[str, list[Return]] = {port.pk: [] for port in ports}
    for entry in Return.objects.known().filter(port__in=ports, day=day):
        found[entry.port_id].append(entry)
    days = [PortDay(port, found[port.pk]) for port in ports]
    return sorted(days, key=lambda row: (not row.missing, not row.returns, row.port.pk))


def recorded_late() -> Q:
    """A condition on returns annotated by `with_recorded_day`: recorded on a later day than they count."""
    return Q(recorded_day__gt=F("day"))


def with_recorded_day(returns):
    return returns.annotate(recorded_day=TruncDate("recorded_at", tzinfo=SHANGHAI))
