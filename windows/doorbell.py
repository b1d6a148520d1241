"""Wake the upper floors after a commit, without knowing them.

The ground owns the name; `measures.tasks` answers to it. A lost ring costs seconds, never data: the touches wait
in PostgreSQL for the sweep.
"""

import time

from celery import current_app
from django.db import transaction

TOUCHED = "measures.tasks.fold"
SILENT_SECONDS = 30

_silent_until = 0.0


def ring() -> None:
    """Ring once the present transaction has committed; never fails, never waits long."""
    transaction.on_commit(_send)


def _send() -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(TOUCHED, ignore_result=True, retry=False)
    except Exception:  # whatever a broker's client may raise: the sweep does the work
        _silent_until = time.monotonic() + SILENT_SECONDS
