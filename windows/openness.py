"""Pure rules about how current a window's status is."""

from datetime import datetime, timedelta

STALE_AFTER = timedelta(days=7)


def is_stale(confirmed_at: datetime | None, now: datetime) -> bool:
    """Nobody has reported or confirmed the status for seven days."""
    return confirmed_at is None or now - confirmed_at > STALE_AFTER
