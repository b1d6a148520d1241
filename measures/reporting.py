"""Which ports have reported a day, which are still missing, and which days an officer has signed off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256

from django.db.models import F, Q, TextChoices
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from measures.models import Facilitation, Port, Return, SignOff
from windows.models import SHANGHAI

# What a port counts. Land ports report only when lanes open or close, so that a day without a return is not missing.
KIND_OF = {
    Port.Kind.AIR: Facilitation.FLIGHT_PAPER_EXEMPTION,
    Port.Kind.SEA: Facilitation.VESSEL_WORK_ON_ARRIVAL,
    Port.Kind.LAND: Facilitation.DEDICATED_LANE,
}
DAILY = (Port.Kind.AIR, Port.Kind.SEA)


class Stage(TextChoices):
    """How far a port's day has come, what asks for attention first."""

    MISSING = "missing", _("missing")
    OUTDATED = "outdated", _("changed since it was signed")
    UNSIGNED = "unsigned", _("not signed off")
    SIGNED = "signed", _("signed off")
    QUIET = "quiet", _("nothing to report")


ASKING = (Stage.MISSING, Stage.OUTDATED, Stage.UNSIGNED)


@dataclass(frozen=True)
class PortDay:
    """A port's day: every return about it in the order of entry, corrected ones too, and the last sign-off."""

    port: Port
    day: date
    entries: list[Return]
    signoff: SignOff | None

    @cached_property
    def returns(self) -> list[Return]:
        """Those in force."""
        found = [entry for entry in self.entries if not hasattr(entry, "superseded_by")]
        return sorted(found, key=lambda entry: (entry.kind, entry.goods))

    @cached_property
    def digest(self) -> str:
        """Tells this state of the day from every other: a sign-off is about one of them."""
        lines = [f"{entry.pk} {entry.kind} {entry.goods} {entry.quantity}" for entry in self.returns]
        return sha256("\n".join(lines).encode()).hexdigest()

    @property
    def stage(self) -> Stage:
        if self.signoff:
            return Stage.SIGNED if self.signoff.digest == self.digest else Stage.OUTDATED
        if self.returns:
            return Stage.UNSIGNED
        return Stage.MISSING if self.port.kind in DAILY else Stage.QUIET

    @property
    def asks(self) -> bool:
        """A return or a sign-off is due."""
        return self.stage in ASKING

    @property
    def signed(self) -> bool:
        return self.stage == Stage.SIGNED

    @property
    def missing(self) -> bool:
        return self.stage == Stage.MISSING

    @property
    def late(self) -> bool:
        """Something about the day was recorded after it."""
        return any(entry.is_late for entry in self.entries)

    @property
    def kind(self) -> str:
        return KIND_OF[Port.Kind(self.port.kind)]


def of_day(ports: Iterable[Port], day: date) -> list[PortDay]:
    """Each port's day; those that ask for something first, then by code."""
    return in_order(of_days(ports, day, day))


def in_order(rows: Iterable[PortDay]) -> list[PortDay]:
    stages = list(Stage)
    return sorted(rows, key=lambda row: (stages.index(row.stage), row.port.pk))


def of_days(ports: Iterable[Port], first: date, last: date) -> list[PortDay]:
    """Each port on each day from `first` to `last`, the last day first."""
    ports = list(ports)
    found = _found(ports, day__range=(first, last))
    days = [last - timedelta(days=n) for n in range((last - first).days + 1)]
    return [found.get((port.pk, day)) or PortDay(port, day, [], None) for day in days for port in ports]


def of_port(port: Port, until: date) -> list[PortDay]:
    """Every day about which a port has said something, the last one first.

    Where it reports daily, of the last 60 days those too about which it should have since it began.
    """
    found = _found([port], day__lte=until)
    if found and port.kind in DAILY:
        first = max(min(day for _code, day in found), until - timedelta(days=59))
        for n in range((until - first).days + 1):
            day = first + timedelta(days=n)
            found.setdefault((port.pk, day), PortDay(port, day, [], None))
    return sorted(found.values(), key=lambda row: row.day, reverse=True)


def _found(ports: list[Port], **days) -> dict[tuple[str, date], PortDay]:
    """The days of these ports about which there is a return or a sign-off."""
    codes = {port.pk: port for port in ports}
    entries: dict[tuple[str, date], list[Return]] = {}
    for entry in Return.objects.filter(port__in=ports, **days).select_related("superseded_by").order_by("pk"):
        entries.setdefault((entry.port_id, entry.day), []).append(entry)
    signoffs = SignOff.objects.filter(port__in=ports, **days).select_related("by").order_by("pk")
    signed = {(signoff.port_id, signoff.day): signoff for signoff in signoffs}
    return {
        key: PortDay(codes[key[0]], key[1], entries.get(key, []), signed.get(key)) for key in entries.keys() | signed
    }


def recorded_late() -> Q:
    """A condition on returns annotated by `with_recorded_day`: recorded on a later day than they count."""
    return Q(recorded_day__gt=F("day"))


def with_recorded_day(returns):
    return returns.annotate(recorded_day=TruncDate("recorded_at", tzinfo=SHANGHAI))
