"""The fair order over many simulated days at one window: nobody late was overtaken, and each printed reason is true.

What is printed is reckoned anew here from the rows alone: the place by counting days, who waits behind by SQL.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import translation

from applications import casework, lifecycle, line
from applications.models import Application, Ground, State, Term
from tests import make
from tests.make import NOON
from windows import clock
from windows.models import SHANGHAI, Officer, Window

pytestmark = pytest.mark.django_db
FIRST, SEED = datetime(2020, 3, 2, 9, tzinfo=SHANGHAI), 20200302
DAY = timedelta(days=1)
TURNS = [timedelta(hours=hours) for hours in (0, 2, 4, 6)]  # when the officers act, from the opening on
WORKING_DAYS = {"ordinary": 7, "urgent": 5, "work_resumption": 3}
NAMES = {
    "ordinary": "ordinary",
    "urgent": "urgent",
    "work_resumption": "resuming work and production",
    "epidemic_response": "epidemic response",
}
ROW = """
    SELECT ground, asserted, submitted_at, (
        SELECT count(*) FROM applications_application other
        WHERE other.window_id = one.window_id AND other.state = 'waiting' AND other.origin = 'portal'
        AND (other.order_at, other.id) > (one.order_at, one.id))
    FROM applications_application one WHERE id = %s"""


@pytest.fixture(autouse=True)
def _in_english():
    clock.set_now(NOON)
    Term.objects.create(ground=Ground.EPIDEMIC_RESPONSE, hours=24)
    Term.objects.create(ground=Ground.WORK_RESUMPTION, working_days=3)
    with translation.override("en"):
        yield


@dataclass
class Wait:
    """A case's time in line, with its place then."""

    case: int
    place: datetime
    since: datetime
    until: datetime | None = None

    def was_overtaken_by(self, other: "Wait") -> bool:
        behind = (other.place, other.case) > (self.place, self.case)
        return behind and self.since < other.until < (self.until or datetime.max.replace(tzinfo=SHANGHAI))


@dataclass
class Desk:
    """One window over simulated days: who came, who was taken, when it was decided and when that was owed."""

    window: Window
    officers: list[Officer]
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    waits: dict[int, list[Wait]] = field(default_factory=dict)
    decided: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)

    def day(self, day: datetime, arrivals: int) -> None:
        """Some arrive at any minute of the day, or the night before it; each officer acts in each turn."""
        minutes = sorted(self.chance.randrange(-18 * 60, 6 * 60) for _ in range(arrivals))
        coming = [day + timedelta(minutes=minute) for minute in minutes]
        for at in (day + turn for turn in TURNS):
            while coming and coming[0] <= at:
                self.arrives(coming.pop(0))
            clock.set_now(at)
            for number, officer in enumerate(self.officers):
                self.acts(officer, at + number * timedelta(seconds=1))

    def arrives(self, at: datetime) -> None:
        asserted = self.chance.choices(["", *Ground.values[1:]], weights=(6, 1, 2, 1))[0]
        self.waits_from(make.waiting(self.window, asserted=asserted, at=at), at)

    def waits_from(self, case: Application, at: datetime) -> None:
        self.waits.setdefault(case.pk, []).append(Wait(case.pk, case.order_at, at))

    def acts(self, by: Officer, at: datetime) -> None:
        """End what was taken in the turn before, and take whoever is next."""
        if case := Application.objects.in_hand_of(by).first():
            self.ends(case, by, at)
        if case := line.claim_next(self.window, by=by, at=at):
            self.waits[case.pk][-1].until = at
            self.hears(case)
            if case.asserted:
                self.hears(casework.verify(case, by=by, granted=self.chance.random() < 0.6, reason="Seen.", at=at))

    def ends(self, case: Application, by: Officer, at: datetime) -> None:
        if self.chance.random() < 0.05:
            self.waits_from(casework.put_back(case, by=by, at=at), at)
            return
        lifecycle.approve(case, by=by, at=at)
        self.decided[case.pk] = (at, case.due_at)

    def hears(self, case: Application) -> None:
        """The reason of the case, and of anybody who waits, beside what the rows say."""
        waiting = list(Application.objects.waiting_at(self.window).values_list("pk", flat=True))
        somebody = self.chance.sample(waiting, min(1, len(waiting)))
        for one in (case, *Application.objects.filter(pk__in=somebody)):
            self.told.append((line.why(one).text, said_of(one.pk)))

    def late(self) -> list[int]:
        return [case for case, (at, owed) in self.decided.items() if at > owed]

    def overtaken(self, cases: list[int]) -> list[tuple[Wait, Wait]]:
        every = [wait for waits in self.waits.values() for wait in waits if wait.until]
        mine = [wait for case in cases for wait in self.waits[case]]
        return [(one, other) for one in mine for other in every if one.was_overtaken_by(other)]


def said_of(case: int) -> str:
    """The reason as the row alone tells it."""
    with connection.cursor() as cursor:
        cursor.execute(ROW, [case])
        ground, asserted, submitted_at, behind = cursor.fetchone()
    name = NAMES[asserted or ground]
    if asserted:
        name += ", asserted and to be verified"
    elif ground != "ordinary":
        name += ", granted"
    at = place(asserted or ground, submitted_at.astimezone(SHANGHAI))
    when = f"today {at:%H:%M}" if at.date() == clock.today() else f"{at:%Y-%m-%d %H:%M}"
    return f"{name}; due {when}; {behind} {'waits' if behind == 1 else 'wait'} behind"


def place(ground: str, received_at: datetime) -> datetime:
    """The due instant that a ground gives, by going from day to day; no holidays are known here."""
    if ground == "epidemic_response":
        return received_at + DAY
    day, left = received_at, WORKING_DAYS[ground]
    while left:
        day += DAY
        left -= day.weekday() < 5
    return day.replace(hour=17, minute=0, second=0, microsecond=0)


def differing(told: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(printed, true) for printed, true in told if printed != true]


def test_sixty_days_with_enough_officers_nobody_is_late_and_each_reason_is_true():
    desk = Desk(make.window(), [make.officer() for _n in range(2)])

    for number in range(60):
        desk.day(FIRST + number * DAY, arrivals=desk.chance.choice((0, 2, 4, 6, 12)))

    assert desk.late() == []
    assert desk.overtaken(list(desk.waits)) == []
    assert differing(desk.told) == []
    assert len(desk.told) > len(desk.decided) > 200


def test_in_a_rush_some_are_late_and_none_of_them_was_overtaken():
    desk = Desk(make.window(), [make.officer()])

    for number in range(20):
        desk.day(FIRST + number * DAY, arrivals=12 if number < 6 else 2)

    assert len(desk.late()) > 5
    assert desk.overtaken(desk.late()) == []
    assert differing(desk.told) == []
    assert Application.objects.filter(state=State.WAITING).exists()
