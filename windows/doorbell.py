"""Wake the upper floors after a commit, without knowing them.

The ground owns the name; `measures.tasks` answers to it. A lost ring costs seconds, never data: the touches wait
in PostgreSQL for the sweep.
"""

import atexit
import os
import threading
import time
from collections.abc import Callable

from celery import current_app
from django.db import transaction

TOUCHED = "measures.tasks.fold"
TOGETHER_SECONDS = 0.2  # rings this close after a send are answered by the next one
SILENT_SECONDS = 30.0  # after a failure
LAST_SECONDS = 2.0  # how long the end of a process waits for its last ring


def ring() -> None:
    """Ring once the present transaction has committed; never fails, never waits for the broker."""
    transaction.on_commit(_bell.ring, robust=True)


class Bell:
    """Rings of a process, joined into few sends by a thread of its own.

    A ring is forgotten before its send begins, never after: one that comes meanwhile leads to a send of its own.
    """

    def __init__(self, send: Callable[[], object]) -> None:
        self._send = send
        self._changed = threading.Condition()
        self._rung = self._sending = False
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        with self._changed:
            self._rung = True
            self._changed.notify_all()
            if self._thread is None:
                thread = threading.Thread(target=self._answer, name="doorbell", daemon=True)
                thread.start()
                self._thread = thread

    def settle(self, within: float) -> bool:
        """Wait until every ring has been answered; False if that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not (self._rung or self._sending), within)

    def _answer(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._rung)
                self._rung, self._sending = False, True
            pause = TOGETHER_SECONDS if self._sent() else SILENT_SECONDS
            with self._changed:
                self._sending = False
                self._changed.notify_all()
            time.sleep(pause)

    def _sent(self) -> bool:
        try:
            self._send()
        except Exception:  # whatever a broker's client may raise: the sweep does the work
            return False
        return True


_bell: Bell


def _hang_up() -> None:
    """A new bell, without the thread, which a forked process has not."""
    global _bell
    _bell = Bell(lambda: current_app.send_task(TOUCHED, ignore_result=True, retry=False))


_hang_up()
os.register_at_fork(after_in_child=_hang_up)
atexit.register(lambda: _bell.settle(LAST_SECONDS))
