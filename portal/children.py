"""Child processes that never outlive us, and the locks that say whose they are. Standard library only."""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1  # linux/prctl.h
POLL = 0.02  # seconds


def die_with_parent(death_signal: int = signal.SIGTERM) -> None:
    """Have the kernel send this process a signal when the thread that started it ends. Linux only, else nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def bound_to_me(death_signal: int) -> Callable[[], None]:
    """A `preexec_fn`: runs after the change of user, since that change clears the parent-death signal."""
    parent = os.getpid()

    def bind() -> None:
        die_with_parent(death_signal)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return bind


def start(command: list[str], *, log: Path, death_signal: int, **options) -> subprocess.Popen:
    """Start a child in a session of its own, so that Ctrl-C reaches only us and we stop children in order."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=bound_to_me(death_signal),
            **options,
        )


def end(process: subprocess.Popen, signals: Iterable[int], patience: float) -> None:
    """Send one signal after the other, each `patience` seconds apart, until the process and its group have ended."""
    for number in (*signals, signal.SIGKILL):
        if process.poll() is not None:
            break
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    end_group(process)


def end_group(process: subprocess.Popen) -> None:
    """Kill what a dead child left behind in its session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_until(holds: Callable[[], object], within: float) -> bool:
    """Ask every few milliseconds; False when it does not hold after `within` seconds."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


def lock(path: Path, how: int) -> IO[str] | None:
    """The open file that holds the lock, until it is closed or this process ends; None where it may not wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        file.close()
        return None
    return file


def lock_at_once(path: Path) -> IO[str] | None:
    """An exclusive lock, or None when somebody else has it."""
    return lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)


def last_line(log: Path) -> str:
    with suppress(OSError):
        lines = log.read_text(errors="replace").strip().splitlines()
        if lines:
            return lines[-1].strip()
    return "no message"
