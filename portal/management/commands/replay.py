"""The whole portal while the restoration of 2020 happens: its clock runs fast, and provincial systems report."""

import math
import time
from datetime import date, datetime

from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from measures import figures, restoration
from measures.models import FoldState
from portal import children
from portal.management.commands.demo import SCENARIO
from portal.management.commands.demo import Command as Demo
from portal.replay import Refused, Replay, Scenario, differing_days, restored
from windows import clock
from windows.models import Window

STEP = 0.25  # seconds from one look at the clock to the next
FASTEST, SLOWEST = 0.1, 86_400.0  # seconds per day; at the slowest, days take as long as they do
WORKER_WITHIN = 30.0  # seconds


class Command(Demo):
    help = (
        "Plays the restoration of 2020 through the portal's own rules while the site runs, in a folder of its own "
        "(PORT, PORTAL_DATA_DIR, RESET=1), and tells whether the figures end as they should."
    )
    make = "replay"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--from", dest="first", metavar="DAY", help="the day to begin with; else the first one")
        parser.add_argument("--seconds-per-day", default="3", metavar="N", help="real seconds that a day takes; else 3")
        parser.add_argument("--keep-serving", action="store_true", help="stay until Ctrl-C when all is played")

    def handle(self, *, first: str | None, seconds_per_day: str, keep_serving: bool, **options) -> None:
        pace, scenario = wanted_seconds(seconds_per_day), Scenario(SCENARIO)
        day = scenario.days[0] if first is None else wanted_day(first, scenario)
        self.replay = Replay(scenario, day, pace)
        self.keep_serving, self.failed = keep_serving, ""
        super().handle(**options)
        if self.failed:
            raise CommandError(self.failed)

    def _fill(self) -> None:
        if Window.objects.exists():
            raise CommandError(
                "A replay begins without data, and there is some already. Start anew: make replay RESET=1"
            )
        with self.step(f"载入{self.replay.day}之前", f"What was known before {self.replay.day}"):
            self.replay.begin()

    def _run(self) -> None:
        begun = timezone.now()
        children.wait_until(lambda: self._worker_seen_since(begun), WORKER_WITHIN)
        seconds = self._play()
        self._tell_how_it_went(seconds)
        if self.keep_serving:
            self.say("网站继续运行 The site goes on; Ctrl-C ends it.")
            super()._run()

    def _worker_seen_since(self, begun: datetime) -> bool:
        self.supervisor.look_after()
        return FoldState.objects.filter(beat_at__gte=begun).exists()

    def _play(self) -> float:
        """Until the scenario is over; returns the seconds it took."""
        begin = time.monotonic()
        while not self.replay.over:
            self.supervisor.look_after()
            try:
                if ended := self.replay.move_on(time.monotonic() - begin):
                    self._tell_day(ended)
                else:
                    time.sleep(STEP)
            except Refused as refused:
                raise CommandError(str(refused)) from refused
            except (OperationalError, InterfaceError):  # the supervisor brings the database back
                connection.close()
                time.sleep(STEP)
        return time.monotonic() - begin

    def _tell_day(self, day: date) -> None:
        found = restored(day)
        share, _ = figures.publish(found.rate, figures.ROUNDED)
        self.say(f"{day}  已恢复 Restored {found.restored:5,} / {found.windows:,}  {share:3} %")

    def _tell_how_it_went(self, seconds: float) -> None:
        """The worker folds as well; folding here too, we wait no longer than needed."""
        restoration.fold()
        events = self.replay.events
        self.say(f"{events:,} 件事项 events, {seconds:.1f} s, {events / seconds:,.0f} / s")
        differing = ", ".join(differing_days(self.replay.scenario.expected))
        self.say(f"数据一致 Figures equal: {f'否 no ({differing})' if differing else '是 yes'}")
        self.failed = f"The figures are not as expected on {differing}." if differing else ""


def wanted_day(text: str, scenario: Scenario) -> date:
    """A day that the scenario tells, hour by hour and with what it adds up to."""
    try:
        day = clock.read_day(text)
    except ValueError as error:
        raise CommandError(f"--from: {error}.") from None
    first, last = scenario.days[0], scenario.days[-1]
    if not first <= day <= last:
        raise CommandError(f"--from must be a day from {first} to {last}, not {day}.")
    return day


def wanted_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not FASTEST <= seconds <= SLOWEST:  # also where it is no number
        raise CommandError(f"--seconds-per-day must be a number from {FASTEST} to {SLOWEST:,.0f}, not {text!r}.")
    return seconds
