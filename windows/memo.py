"""Reference data is asked for once a second in a process: who edits it is heard a second later.

For what changes a few times a year and is read by everybody. What somebody must see at once is not remembered.
"""

import time
from collections.abc import Callable, Hashable
from functools import wraps
from typing import TypeVar

SECONDS = 1.0
_answers: dict[tuple, tuple[float, object]] = {}
Answer = TypeVar("Answer")


def remembered(ask: Callable[..., Answer]) -> Callable[..., Answer]:
    """The function's answer to the same arguments, for a second. Nobody may alter it."""

    @wraps(ask)
    def answered(*about: Hashable) -> Answer:
        key, now = (ask.__module__, ask.__qualname__, *about), time.monotonic()
        asked_at, answer = _answers.get(key, (float("-inf"), None))
        if now - asked_at >= SECONDS:
            answer = ask(*about)
            _answers[key] = (now, answer)
        return answer  # type: ignore[return-value]

    return answered


def forget() -> None:
    """For what must go by the reference data of this moment: this process asks anew."""
    _answers.clear()
