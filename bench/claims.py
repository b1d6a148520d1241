"""Claims per second: through `line.claim_next`, by pgbench with the bare statement, the ORM's way, and by peers.

Each claims in a transaction of its own, durably, and each time for another officer, since one has one case in hand.
Few and many wait in two databases of one server; a round takes every way in both once, one after the other, so that
whatever else the machine does meets all of them. After each turn what was claimed waits again. Run as a program this
is one of the claiming processes.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from statistics import median
from urllib.parse import urlsplit

if __name__ == "__main__":
    import django

    django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from applications import line
from applications.models import Application, Event, State, Verb
from bench import peers
from bench.run import Line
from portal import embedded
from tests import make
from tests.drills import claiming
from windows import clock
from windows.models import Officer, Window

PLACES, PREFIX, FIRST_PLACE = 3_250, "4201", 1_000
FEW, MANY, HOT = 10_000, 1_000_000, 100_000
PROCESSES, CLAIMS, ROUNDS = 4, 400, 5
HOT_PLACE = 0
PROGRAM = [sys.executable, "-m", "bench.claims"]
BARE = """
    UPDATE applications_application
    SET state = 'claimed', claimed_by_id = {by}, lease_until = clock_timestamp() + interval '30 minutes',
        version = version + 1
    WHERE id = (
        SELECT id FROM applications_application
        WHERE window_id = {window} AND state = 'waiting' AND origin = 'portal'
        ORDER BY order_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)"""
BACK = """
    UPDATE applications_application SET state = 'waiting', claimed_by_id = NULL, lease_until = NULL
    WHERE state = 'claimed'"""


@dataclass(frozen=True)
class Setting:
    """Where it is claimed: a database with its processes, at all windows in turn or at one."""

    url: str
    processes: list[subprocess.Popen]
    first: int
    spread: bool

    def rate(self, way: str, claimants: int) -> float:
        """Claims per second; what was claimed waits again afterwards."""
        if way == "bare":
            told = pgbench(self.url, self.first, claimants, self.spread)
        else:
            asked = [[way, number, self.first, self.spread] for number in range(claimants)]
            told = peers.per_second(self.processes[:claimants], asked, CLAIMS)
        peers.run(self.url, checked(claimants), BACK, "VACUUM applications_application")
        return told


@dataclass(frozen=True)
class Theirs:
    """A peer at its own tables."""

    peer: peers.Peer
    url: str
    processes: list[subprocess.Popen]

    def rate(self, _way: str, claimants: int) -> float:
        told = peers.per_second(self.processes[:claimants], [CLAIMS] * claimants, CLAIMS)
        peers.run(self.url, self.peer.again, f"VACUUM {self.peer.table}")
        return told


def lines() -> Iterator[Line]:
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    windows, first = prepared()
    claiming.cases(FEW, windows)
    many, few = os.environ["DATABASE_URL"], copied("few")
    claiming.cases(MANY - FEW, windows, first=FEW + 1)
    claiming.cases(HOT, [code_of(HOT_PLACE)], first=MANY + 1)
    peers.run(many, "VACUUM ANALYZE")
    peers.run(few, "VACUUM ANALYZE")
    with ExitStack() as stack:
        crowds = {url: stack.enter_context(peers.crowd(PROGRAM, PROCESSES, environment(url))) for url in (few, many)}
        settings = {
            "few": Setting(few, crowds[few], first, spread=True),
            "many": Setting(many, crowds[many], first, spread=True),
            "hot": Setting(many, crowds[many], first, spread=False),
        }
        seen = measured(
            settings, {"their few": rivals(stack, "peers_few", FEW), "their many": rivals(stack, "peers", MANY)}
        )
    yield from compared(seen)


def rivals(stack: ExitStack, name: str, waiting: int) -> list[Theirs]:
    """Every peer in a database of theirs, with so many waiting in the tables of each."""
    url = created(name)
    for peer in peers.PEERS:
        peers.install(peer, url, waiting)
    return [
        Theirs(peer, url, stack.enter_context(peers.crowd(peers.command(peer, url), PROCESSES, dict(os.environ))))
        for peer in peers.PEERS
    ]


Seen = dict[tuple[str, str, int], float]


def measured(settings: dict[str, Setting], theirs: dict[str, list[Theirs]]) -> Seen:
    """Median claims per second by setting, way and number of processes; the first round warms up."""
    turns = {(name, way): setting for name, setting in settings.items() for way in ("bare", "line", "orm")}
    turns |= {(name, one.peer.name): one for name, ours in theirs.items() for one in ours}
    rates: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    for _ in range(ROUNDS + 1):
        for (name, way), place in turns.items():
            for claimants in (PROCESSES, 1):
                rates[name, way, claimants].append(place.rate(way, claimants))
    return {what: median(found[1:]) for what, found in rates.items()}


def compared(seen: Seen) -> Iterator[Line]:
    names = {"few": f"{FEW:,} waiting", "many": f"{MANY:,} waiting", "hot": f"one window where {HOT:,} wait"}
    for setting, claimants in product(names, (PROCESSES, 1)):
        mine, who = seen[setting, "line", claimants], f"claims by {claimants}, {names[setting]}"
        goal = 0.5 if claimants == PROCESSES else 0.0  # alone it waits for the disk, as pgbench does
        yield ratio(f"{who}, against bare SQL by pgbench", mine, seen[setting, "bare", claimants], goal)
        yield ratio(f"{who}, against the ORM's way", mine, seen[setting, "orm", claimants], 1.0)
        for peer in peers.PEERS if setting != "hot" else ():
            yield ratio(f"{who}, against {peer.name}", mine, seen[f"their {setting}", peer.name, claimants], 1.0)
    for claimants in (PROCESSES, 1):
        few, many = (seen[setting, "line", claimants] for setting in ("few", "many"))
        yield ratio(f"claims by {claimants}, {MANY:,} waiting, against {FEW:,}", many, few, 0.9)


def ratio(what: str, mine: float, other: float, goal: float) -> Line:
    return Line(what, f"{mine:,.0f} against {other:,.0f} a second", mine / other, goal, higher_is_better=True)


# --- databases ----------------------------------------------------------------------------------------------------


def url_of(database: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()


def created(name: str, template: str = "template1") -> str:
    """The address of a fresh database beside ours."""
    ours = connection.settings_dict["NAME"]
    connection.close()  # a database in use cannot be copied
    database = f"{ours}_{name}"
    peers.run(
        url_of("postgres"), f"DROP DATABASE IF EXISTS {database}", f"CREATE DATABASE {database} TEMPLATE {template}"
    )
    return url_of(database)


def copied(name: str) -> str:
    return created(name, connection.settings_dict["NAME"])


def environment(url: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": url}


# --- what is claimed ----------------------------------------------------------------------------------------------


def code_of(place: int) -> str:
    """A hundred windows in each division."""
    return f"{PREFIX}{FIRST_PLACE + place}"


def prepared() -> tuple[list[str], int]:
    """The windows, and the key of the first of as many officers as claim at once; their keys follow each other."""
    windows = [code_of(place) for place in range(PLACES)]
    of = {code: make.division(code) for code in sorted({window[:6] for window in windows})}
    Window.objects.bulk_create(
        Window(code=code, division=of[code[:6]], name_zh="窗口", name_en="Window", counters=1) for code in windows
    )
    made = claiming.officers(PROCESSES * CLAIMS)
    assert made[-1].pk - made[0].pk == len(made) - 1
    return windows, made[0].pk


# --- who claims ---------------------------------------------------------------------------------------------------


def pgbench(url: str, first: int, clients: int, spread: bool) -> float:
    """Client c claims for officers and at windows c, c + PROCESSES, ..., as the processes do."""
    place = f"mod(:n * {PROCESSES} + :client_id, {PLACES})" if spread else str(HOT_PLACE)
    statement = BARE.format(by=":by", window=f"'{PREFIX}' || ({FIRST_PLACE} + :place)::text")
    script = embedded.data_dir() / "bench-claims.sql"
    script.write_text(
        f"\\set n :n + 1\n\\set by {first} + :client_id + (:n - 1) * {PROCESSES}\n\\set place {place}\n"
        f"{' '.join(statement.split())};\n"
    )
    program = str(embedded.Postgres(embedded.data_dir()).program("pgbench"))
    options = ["--client", str(clients), "--jobs", "1", "--transactions", str(CLAIMS), "--no-vacuum"]
    options += ["--protocol", "prepared", "--define", "n=0", "--file", str(script), url]
    told = subprocess.run([program, *options], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"tps = ([\d.]+)", told)[1])


def checked(claimants: int) -> str:
    """A statement that fails where not exactly as many are claimed as should be."""
    counted = f"SELECT count(*) FROM applications_application WHERE state = '{State.CLAIMED}'"
    return f"SELECT 1 / (({counted}) = {claimants * CLAIMS})::int"


def claim_by_orm(window: Window, *, by: Officer) -> Application:
    """As most would write it: lock, save and note, in one transaction."""
    at = clock.now()
    with transaction.atomic():
        waiting = Application.objects.waiting_at(window).in_line_order()
        first = waiting.select_for_update(of=("self",), skip_locked=True).first()
        first.state, first.claimed_by, first.lease_until = State.CLAIMED, by, timezone.now() + line.LEASE
        first.version += 1
        first.save(update_fields=["state", "claimed_by", "lease_until", "version"])
        copied = {name: getattr(first, name) for name in ("window_id", "ground", "audience", "channel")}
        states = {"from_state": State.WAITING, "to_state": State.CLAIMED}
        Event.objects.create(application=first, verb=Verb.CLAIMED, at=at, recorded_at=at, by=by, **states, **copied)
    return first


def serve() -> None:
    """Claim CLAIMS times for each line read; tell when it began and ended, by the machine's clock."""
    ways = {"line": line.claim_next, "orm": claim_by_orm}
    connection.ensure_connection()
    print("ready", flush=True)
    for asked in sys.stdin:
        way, number, first, spread = json.loads(asked)
        mine = range(number, PROCESSES * CLAIMS, PROCESSES)
        officers = [Officer(pk=first + n) for n in mine]
        windows = [Window(pk=code_of((n + PROCESSES) % PLACES if spread else HOT_PLACE)) for n in mine]
        begin = time.monotonic()
        for window, by in zip(windows, officers, strict=True):
            ways[way](window, by=by)
        print(json.dumps([begin, time.monotonic()]), flush=True)


if __name__ == "__main__":
    serve()
