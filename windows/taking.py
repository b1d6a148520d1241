"""May a service be applied for online at a window: one statement, for whoever wants to know yes or no.

Pages that tell why take the entries themselves (`StatusChange.objects.narrower`).
"""

from typing import NamedTuple

from django.db import connection

from windows import openness


class Narrower(NamedTuple):
    """Of an entry of the ledger that is not superseded, what `openness` goes by."""

    service_id: str | None
    channel: str
    status: str


NARROWER = """
    SELECT entry.service_id, entry.channel, entry.status
    FROM windows_offering offering
    LEFT JOIN windows_statuschange entry
        ON entry.window_id = offering.window_id AND (entry.service_id IS NOT NULL OR entry.channel <> '')
        AND NOT EXISTS (SELECT FROM windows_statuschange later WHERE later.supersedes_id = entry.id)
    WHERE offering.window_id = %s AND offering.service_id = %s
    ORDER BY entry.effective_at DESC, entry.recorded_at DESC, entry.id DESC"""


def is_stopped(window: str, service: str) -> bool | None:
    """Whether anything keeps the service from being applied for online there; None where it is not offered."""
    with connection.cursor() as cursor:
        cursor.execute(NARROWER, [window, service])
        entries = [Narrower(*row) for row in cursor.fetchall()]
    if not entries:
        return None
    return openness.online_stop(openness.limits(entries), service) is not None
