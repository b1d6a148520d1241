"""May a service be applied for online at a window: one statement, for whoever wants to know yes or no.

Pages that tell why take the entries themselves (`StatusChange.objects.narrower`).
"""

from typing import NamedTuple

from windows import openness
from windows.models import Window
from windows.prepared import Prepared, columns, maker


class Narrower(NamedTuple):
    """Of an entry of the ledger that is not superseded, what `openness` goes by."""

    service_id: str | None
    channel: str
    status: str


TAKING = Prepared(
    "taking",
    f"""
    SELECT entry.service_id, entry.channel, entry.status, {columns(Window, "w")}
    FROM windows_offering offering
    JOIN windows_window w ON w.code = offering.window_id
    LEFT JOIN windows_statuschange entry
        ON entry.window_id = offering.window_id AND (entry.service_id IS NOT NULL OR entry.channel <> '')
        AND NOT EXISTS (SELECT FROM windows_statuschange later WHERE later.supersedes_id = entry.id)
    WHERE offering.window_id = %(window)s AND offering.service_id = %(service)s
    ORDER BY entry.effective_at DESC, entry.recorded_at DESC, entry.id DESC""",
    window="text",
    service="text",
)
made = maker(Window)


def offering(window: str, service: str) -> Window | None:
    """The window of a code if it offers the service; its `online_stop` tells whether anything keeps that from being
    applied for online there."""
    rows = TAKING.rows(window=window, service=service)
    if not rows:
        return None
    narrower = [Narrower(*row[:3]) for row in rows]
    found = made(rows[0][3:])
    found.online_stop = openness.online_stop(openness.limits(narrower), service) is not None
    return found
