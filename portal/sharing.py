"""One-off commands share the embedded servers of a data folder.

Each command holds a shared lock on `users.lock`. A small keeper process (`python -m portal.sharing`) owns the servers
and stops them as soon as it can have that lock for itself: the kernel does the book-keeping, so a killed command leaves
nothing behind. A running demo owns its servers itself; commands then just use those.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from portal import children, embedded

HOME = Path(__file__).resolve().parent.parent
LET_GO_WITHIN = 3.0  # seconds


def own(folder: Path, names: Iterable[str]) -> IO[str] | None:
    """Become the one owner of these servers in this data folder; None when somebody else is."""
    return children.lock_at_once(folder / f"owner-{'-'.join(names)}.lock")


def is_free(folder: Path, names: Iterable[str]) -> bool:
    owner = own(folder, names)
    if owner is not None:
        owner.close()
    return owner is not None


@contextmanager
def shared(folder: Path, names: list[str]) -> Iterator[dict[str, str]]:
    """URLs of running servers: those of the demo or of another command, else our own. Raises CannotStart."""
    using = children.lock(folder / "users.lock", fcntl.LOCK_SH)
    assert using is not None  # it waits
    with using:
        _ensure_running(folder, names)
        try:
            yield embedded.urls(folder, names)
        finally:
            if _is_last_user(using):
                using.close()
                children.wait_until(lambda: is_free(folder, names), LET_GO_WITHIN)


def _ensure_running(folder: Path, names: list[str]) -> None:
    with children.lock(folder / "start.lock", fcntl.LOCK_EX):  # type: ignore[union-attr]  # it waits
        if is_free(folder, names):
            _start_keeper(folder, names)
        elif not children.wait_until(lambda: _all_ready(folder, names), embedded.READY_WITHIN):
            raise embedded.CannotStart(f"the servers in {folder} belong to another process and do not answer")


def _all_ready(folder: Path, names: list[str]) -> bool:
    return all(embedded.SERVERS[name](folder).ready() for name in names)


def _start_keeper(folder: Path, names: list[str]) -> None:
    command = [sys.executable, "-m", "portal.sharing", str(folder), *names]
    with (folder / "keeper.log").open("ab") as log:
        keeper = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=HOME,
            start_new_session=True,
        )
    with keeper.stdout as answer:  # type: ignore[union-attr]
        said = answer.readline().strip()
    if said != "ready":
        raise embedded.CannotStart(said or f"the embedded servers did not start (see the logs in {folder})")


def _is_last_user(using: IO[str]) -> bool:
    try:
        fcntl.flock(using, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def keep(folder: Path, names: list[str]) -> None:
    """Own the servers until nobody uses them any more, one of them ends, or a signal comes."""
    signals: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: signals.append(received))
    servers = [embedded.SERVERS[name](folder) for name in names]
    unused = None
    try:
        for server in servers:
            server.start()
        _say("ready")
        while not signals and unused is None and all(server.running() for server in servers):
            time.sleep(children.POLL)
            unused = children.lock_at_once(folder / "users.lock")
    finally:
        for server in reversed(servers):
            server.stop()
        if unused is not None:
            unused.close()


def _say(answer: str) -> None:
    """Answer the command that started us; it may be gone already."""
    with suppress(BrokenPipeError):
        os.write(1, f"{answer}\n".encode())


def main() -> int:
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    with own(folder, names) or sys.exit(f"another process keeps the servers of {folder}"):
        try:
            keep(folder, names)
        except embedded.CannotStart as problem:
            _say(str(problem))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
