"""The demo's process tree: started in order, restarted with back-off when one dies, stopped in reverse."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Protocol

from portal import children
from portal.embedded import CannotStart

FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0  # seconds before a restart; doubled each time
STEADY_AFTER = 30.0  # seconds alive after which the delay starts small again
PROGRAMS_END_WITHIN = 1.0  # seconds for web, worker and beat together
WATCH_EVERY = 0.1  # seconds


class Stop(BaseException):
    """A signal asked us to end. No Exception, so that no code on the way swallows it."""


class Member(Protocol):
    """What the supervisor can start, watch and stop: an embedded server or a program of ours."""

    name: str
    process: subprocess.Popen | None

    def start(self) -> None: ...
    def stop(self, patience: float = ...) -> None: ...


class Program:
    """A process of the demo that runs our own code; its output goes to a log file."""

    def __init__(self, name: str, command: list[str], *, log: Path, environment: Mapping[str, str]) -> None:
        self.name, self.command, self.log, self.environment = name, command, log, environment
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        environment = {**os.environ, **self.environment}
        self.process = children.start(self.command, log=self.log, death_signal=signal.SIGTERM, env=environment)

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, patience: float = PROGRAMS_END_WITHIN) -> None:
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
            children.end(self.process, (), 0)


class Supervisor:
    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.members: list[Member] = []
        self._started_at: dict[str, float] = {}
        self._delays: dict[str, float] = {}
        self._restart_at: dict[str, float] = {}

    def start(self, member: Member) -> None:
        self.members.append(member)
        self._started_at[member.name] = time.monotonic()
        member.start()

    def watch(self) -> None:
        """Restart what dies, until a signal raises Stop."""
        while True:
            self.look_after()
            time.sleep(WATCH_EVERY)

    def look_after(self) -> None:
        """Start again what has died, if it is time to."""
        for member in self.members:
            if member.process is None or member.process.poll() is not None:
                self._bring_back(member)

    def stop(self) -> None:
        """Programs together, then the servers, last started first."""
        programs = [member for member in self.members if isinstance(member, Program)]
        for program in programs:
            program.ask_to_end()
        deadline = time.monotonic() + PROGRAMS_END_WITHIN
        for program in programs:
            program.stop(max(0.0, deadline - time.monotonic()))
        for server in reversed([member for member in self.members if member not in programs]):
            server.stop()

    def _bring_back(self, member: Member) -> None:
        now = time.monotonic()
        if member.name not in self._restart_at:
            self._restart_at[member.name] = now + self._next_delay(member, now)
            self._report(member)
        elif now >= self._restart_at[member.name]:
            del self._restart_at[member.name]
            self._started_at[member.name] = now
            with suppress(CannotStart):  # then it counts as dead again, and waits longer
                member.start()

    def _next_delay(self, member: Member, now: float) -> float:
        steady = now - self._started_at[member.name] > STEADY_AFTER
        delay = FIRST_DELAY if steady else self._delays.get(member.name, FIRST_DELAY)
        self._delays[member.name] = min(2 * delay, LONGEST_DELAY)
        return delay

    def _report(self, member: Member) -> None:
        code = None if member.process is None else member.process.poll()
        if member.process is not None:
            children.end_group(member.process)
        delay = self._restart_at[member.name] - time.monotonic()
        self.say(f"{member.name} ended ({code}); starting it again in {delay:.1f} s")


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def raise_stop_on_signals() -> None:
    """Our own handlers: a process started with `&` ignores SIGINT, and HUP would end us without a clean stop.

    HUP stays ignored where the starter asked for that (nohup).
    """
    signal.signal(signal.SIGALRM, _raise_stop)
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _ask_to_stop)


def _ask_to_stop(number: int, frame: FrameType | None) -> None:
    """Raise now and again until we stop: Python drops what is raised inside a finalizer."""
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
    _raise_stop(number, frame)


def _raise_stop(_number: int, _frame: FrameType | None) -> None:
    raise Stop


def ignore_signals() -> None:
    """The stop itself must not be interrupted."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in (signal.SIGALRM, *SIGNALS):
        signal.signal(number, signal.SIG_IGN)
