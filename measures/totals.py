"""What ports counted up to the end of a day: port by port, by province and in all. Each level adds up to the figures.

Every return in force counts, signed off or not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Max, QuerySet, Sum

from measures.models import Facilitation, Goods, Port, Return
from windows.models import Division


@dataclass
class PortTotal:
    """Flights and vessels so far and lanes now open of one port; `last_day` is the last one with a return."""

    port: Port
    flights: int = 0
    vessels: int = 0
    by_goods: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Goods.values, 0))
    last_day: date | None = None

    @property
    def lanes(self) -> int:
        return sum(self.by_goods.values())

    @property
    def count(self) -> int:
        """Of what a port of its kind counts."""
        counts: dict[str, int] = {Port.Kind.AIR: self.flights, Port.Kind.SEA: self.vessels, Port.Kind.LAND: self.lanes}
        return counts[self.port.kind]


@dataclass(frozen=True)
class Total:
    """Ports added up."""

    ports: int
    flights: int
    vessels: int
    lanes: int
    by_goods: dict[str, int]
    land_ports: int
    land_ports_with_lanes: int


def of_ports(ports: QuerySet[Port], as_of: date, *, known_at: datetime | None = None) -> list[PortTotal]:
    """Each of these ports by code, also without a return; as known at an instant (None: now)."""
    found = {port.pk: PortTotal(port) for port in ports.select_related("division__parent__parent").order_by("pk")}
    counted = Return.objects.known(known_at).filter(day__lte=as_of, port__in=ports).order_by()
    by_kind = counted.values_list("port", "kind", "goods").annotate(n=Sum("quantity"), last_day=Max("day"))
    for code, kind, goods, n, last_day in by_kind:
        row = found[code]
        row.last_day = max(last_day, row.last_day or last_day)
        if kind == Facilitation.FLIGHT_PAPER_EXEMPTION:
            row.flights = n
        elif kind == Facilitation.VESSEL_WORK_ON_ARRIVAL:
            row.vessels = n
        else:
            row.by_goods[goods] = n
    return list(found.values())


def added(rows: Iterable[PortTotal]) -> Total:
    rows = list(rows)
    land = [row for row in rows if row.port.kind == Port.Kind.LAND]
    return Total(
        ports=len(rows),
        flights=sum(row.flights for row in rows),
        vessels=sum(row.vessels for row in rows),
        lanes=sum(row.lanes for row in rows),
        by_goods={goods: sum(row.by_goods[goods] for row in rows) for goods in Goods.values},
        land_ports=len(land),
        land_ports_with_lanes=sum(row.lanes > 0 for row in land),
    )


def by_province(rows: Iterable[PortTotal]) -> list[tuple[Division, Total]]:
    """The provinces of these ports in order of their code, each with its ports added up."""
    found: dict[str, list[PortTotal]] = {}
    for row in rows:
        found.setdefault(row.port.division.province_code, []).append(row)
    return [(found[code][0].port.division.chain()[0], added(found[code])) for code in sorted(found)]
