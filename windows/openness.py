"""Pure rules about a window's status: how current it is, and what it leaves out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from windows.models import RESTORED, Channel, Status

STALE_AFTER = timedelta(days=7)
CHECK_HOLDS = timedelta(hours=24)


class Told(Protocol):
    """What is asked here of an entry of the ledger."""

    @property
    def service_id(self) -> str | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def status(self) -> str: ...


def is_stale(confirmed_at: datetime | None, now: datetime) -> bool:
    """Nobody has reported or confirmed the status for seven days."""
    return confirmed_at is None or now - confirmed_at > STALE_AFTER


def restores(present: str | None, wanted: str) -> bool:
    """A change to this status opens a window that was not restored: one shut, for emergencies only, or silent."""
    return wanted in RESTORED and present not in RESTORED


def check_passed(place) -> bool:
    """The last prevention check found every item in order; of a window or port with its check (`Check.beside`)."""
    return place.check_at is not None and not place.check_failing


Entry = TypeVar("Entry", bound=Told)


def limits(entries: Iterable[Entry]) -> list[Entry]:
    """Of a window's entries, latest first: those that narrow one service or channel and still hold.

    A narrower entry holds until the next one of the same service and channel; `full` lifts it.
    """
    telling: dict[tuple[str | None, str], Entry] = {}
    for entry in entries:
        narrower = entry.service_id or entry.channel
        if narrower and entry.status and not hasattr(entry, "superseded_by"):
            telling.setdefault((entry.service_id, entry.channel), entry)
    return [entry for entry in telling.values() if entry.status != Status.FULL]


def online_stop(narrower: Iterable[Entry], service: str) -> Entry | None:
    """What keeps a service from being applied for online, of entries that `limits` found; None where nothing does.

    A suspended window shuts its counters only: its online cases go on unless an entry names the service or the
    channel online.
    """
    for entry in narrower:
        concerns = entry.service_id in (None, service) and entry.channel in ("", Channel.ONLINE)
        if concerns and entry.status == Status.SUSPENDED:
            return entry
    return None
