"""Pure rules about a window's status: how current it is, and what it leaves out."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from windows.models import Channel, Status, StatusChange

STALE_AFTER = timedelta(days=7)


def is_stale(confirmed_at: datetime | None, now: datetime) -> bool:
    """Nobody has reported or confirmed the status for seven days."""
    return confirmed_at is None or now - confirmed_at > STALE_AFTER


def limits(entries: Iterable[StatusChange]) -> list[StatusChange]:
    """Of a window's entries, latest first: those that narrow one service or channel and still hold.

    A narrower entry holds until the next one of the same service and channel; `full` lifts it.
    """
    telling: dict[tuple[str | None, str], StatusChange] = {}
    for entry in entries:
        narrower = entry.service_id or entry.channel
        if narrower and entry.status and not hasattr(entry, "superseded_by"):
            telling.setdefault((entry.service_id, entry.channel), entry)
    return [entry for entry in telling.values() if entry.status != Status.FULL]


def online_stop(narrower: Iterable[StatusChange], service: str) -> StatusChange | None:
    """What keeps a service from being applied for online, of entries that `limits` found; None where nothing does.

    A suspended window shuts its counters only: its online cases go on unless an entry names the service or the
    channel online.
    """
    for entry in narrower:
        concerns = entry.service_id in (None, service) and entry.channel in ("", Channel.ONLINE)
        if concerns and entry.status == Status.SUSPENDED:
            return entry
    return None
