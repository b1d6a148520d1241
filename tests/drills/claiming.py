"""What drills and benchmarks of claims run in processes of their own: officers, each over a connection of its own."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from django.db import InternalError, connection, transaction
from django.utils import timezone

from applications import casework, lifecycle, line, sealing
from applications.models import UNDECIDED, Application, Event, RefusalReason, State, Verb
from tests import make
from windows import clock
from windows.lifecycle import NotAllowed
from windows.models import Officer, Window

AWAY = 0.02  # share of cases whose officer is away until the lease is over
PAUSE = 0.05  # seconds
SWEEP = 0.02  # seconds between two looks for leases that are over
HEAD_START = 0.004  # seconds that one of two may be ahead, by chance, so that either can be the first

CASES = """
    INSERT INTO applications_application
        (number, window_id, service_id, audience, channel, ground, asserted, origin, state, submitted_at, due_at,
         order_at, answers, person, secret, caller, key, digest)
    SELECT 'L' || lpad(n::text, 10, '0'), (%(windows)s::text[])[1 + n %% cardinality(%(windows)s::text[])],
           %(service)s, 'chinese', 'online', 'ordinary', '', 'portal', 'waiting', at, at + interval '9 days',
           at + interval '9 days', %(answers)s, sha256(n::text::bytea), sha256('s'), '', gen_random_uuid(), sha256('d')
    FROM (SELECT n, %(at)s + n * interval '1 millisecond' AS at FROM generate_series(%(first)s, %(last)s) n) one"""


def cases(number: int, windows: Iterable[str], *, first: int = 1) -> None:
    """Let so many cases wait in turns at these windows; nobody is written to about them."""
    with connection.cursor() as cursor:
        cursor.execute(
            CASES,
            {
                "windows": list(windows),
                "service": make.service().pk,
                "answers": sealing.seal({}),
                "at": clock.now(),
                "first": first,
                "last": first + number - 1,
            },
        )


def officers(number: int) -> list[Officer]:
    return Officer.objects.bulk_create(Officer(username=f"claiming{n}", password="!") for n in range(number))


def tell(answer) -> None:
    print(json.dumps(answer, default=str))


def _each(action: Callable, share: Iterable) -> list:
    """The action upon each at once, in threads whose connections are closed at the end."""

    def alone(one):
        try:
            return action(one)
        finally:
            connection.close()

    share = list(share)
    with ThreadPoolExecutor(len(share)) as pool:
        return list(pool.map(alone, share))


# --- R5: claiming -------------------------------------------------------------------------------------------------


def read_then_update(window: Window, *, by: Officer) -> Application | None:
    """The control: what is taken was read before, and nothing keeps another from reading it too."""
    first = Application.objects.waiting_at(window).in_line_order().first()
    if first is None:
        return None
    at, fields = clock.now(), {"claimed_by": by, "lease_until": timezone.now() + line.LEASE}
    with transaction.atomic():
        Application.objects.filter(pk=first.pk).update(state=State.CLAIMED, version=first.version + 1, **fields)
        copied = {name: getattr(first, name) for name in ("window_id", "ground", "audience", "channel")}
        states = {"from_state": State.WAITING, "to_state": State.CLAIMED}
        Event.objects.create(application=first, verb=Verb.CLAIMED, at=at, recorded_at=at, by=by, **states, **copied)
    return Application.objects.get(pk=first.pk)


def work(names: list[str], claim: Callable = line.claim_next) -> None:
    """These officers claim and decide until nothing is undecided; tells how often each was overtaken or refused."""
    window = Window.objects.get()
    tell(sum(_each(lambda by: _works(window, by, claim), Officer.objects.filter(username__in=names)), Counter()))


def _works(window: Window, by: Officer, claim: Callable) -> Counter:
    told, chance = Counter(), random.Random()
    while True:
        try:
            case = claim(window, by=by)
        except InternalError:  # only the control tries to take what is decided: the trigger refuses it
            told["refused by the trigger"] += 1
            continue
        if case is None:
            if not Application.objects.filter(window=window, state__in=UNDECIDED).exists():
                return told
            time.sleep(PAUSE)
            continue
        told["claimed"] += 1
        if chance.random() < AWAY:
            Application.objects.in_hand_of(by).update(lease_until=timezone.now() - timedelta(seconds=1))
            time.sleep(PAUSE)
        try:
            lifecycle.approve(case, by=by, seen=case.version)
            told["decided"] += 1
        except lifecycle.Overtaken:
            told["overtaken"] += 1
        except NotAllowed:
            told["not allowed"] += 1


def sweep() -> None:
    """Bring back whose lease is over, as the timetable does, without pause."""
    while True:
        casework.expire_leases()
        time.sleep(SWEEP)


# --- R7: deciding -------------------------------------------------------------------------------------------------


def approve(case: Application, by: Officer, seen: int | None) -> None:
    lifecycle.approve(case, by=by, seen=seen)


def refuse(case: Application, by: Officer, seen: int | None) -> None:
    lifecycle.refuse(case, by=by, reason=RefusalReason.objects.get(), seen=seen)


def ask(case: Application, by: Officer, seen: int | None) -> None:
    lifecycle.supplement(case, [{"document": "", "text": "The other page."}], by=by, seen=seen)


def decide_in_pairs(first: Callable, second: Callable, *, guarded: bool = True) -> None:
    """Upon each waiting case two officers decide in the same moment, having seen the same; tells how both ended.

    Without the guard, the control, neither tells what was seen.
    """
    make.refusal_reason()
    waiting, together = list(Application.objects.filter(state=State.WAITING).order_by("pk")), Barrier(2)

    def decides(one: tuple[Officer, Callable]) -> list[str]:
        (by, decide), outcomes, chance = one, [], random.Random()
        for case in waiting:
            together.wait()
            time.sleep(chance.uniform(0, HEAD_START))
            try:
                decide(case, by, case.version if guarded else None)
                outcomes.append("decided")
            except lifecycle.Overtaken:
                outcomes.append("overtaken")
            except NotAllowed:
                outcomes.append("not allowed")
        return outcomes

    ended = zip(*_each(decides, zip(Officer.objects.order_by("pk")[:2], (first, second), strict=True)), strict=True)
    tell(Counter(" and ".join(sorted(pair)) for pair in ended))
