"""Claims per second: through `line.claim_next`, by pgbench with the bare statement, and the ORM's way, in turns.

Each claims in a transaction of its own, durably, and each time for another officer, since one has one case in hand.
After each turn what was claimed waits again. Run as a program this is one of the claiming processes.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

if __name__ == "__main__":
    import django

    django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from applications import line
from applications.models import Application, Event, State, Verb
from bench.events import sql
from bench.run import ROOT, Line
from portal import embedded
from tests import make
from tests.drills import claiming
from windows import clock
from windows.models import Officer, Window

PLACES, PREFIX, FIRST_PLACE = 3_250, "4201", 1_000
FEW, MANY, HOT = 10_000, 1_000_000, 100_000
PROCESSES, CLAIMS, ROUNDS = 4, 400, 3
HOT_PLACE = 0
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


def lines() -> Iterator[Line]:
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    windows, first = prepared()
    with crowd(PROCESSES) as processes:
        claiming.cases(FEW, windows)
        few = measured(processes, first, spread=True)
        claiming.cases(MANY - FEW, windows, first=FEW + 1)
        many = measured(processes, first, spread=True)
        claiming.cases(HOT, [code_of(HOT_PLACE)], first=MANY + 1)
        hot = measured(processes, first, spread=False)
    yield from compared(few, many, hot)


def compared(few: dict, many: dict, hot: dict) -> Iterator[Line]:
    for seen, where in ((many, f"{MANY:,} waiting at {PLACES:,} windows"), (hot, f"one window where {HOT:,} wait")):
        told = f"{seen['line']:,.0f} against {seen['bare']:,.0f} a second"
        told += f"; alone {seen['line alone']:,.0f} against {seen['bare alone']:,.0f}"
        yield Line(
            f"claims with {PROCESSES} processes, {where}, against bare SQL by pgbench",
            told,
            seen["line"] / seen["bare"],
            0.5,
            higher_is_better=True,
        )
        yield Line(
            f"claims with {PROCESSES} processes, {where}, against the ORM's way",
            f"{seen['line']:,.0f} against {seen['orm']:,.0f} a second",
            seen["line"] / seen["orm"],
            1.0,
            higher_is_better=True,
        )
    yield Line(
        f"claims with {MANY:,} waiting, against {FEW:,}",
        f"{many['line']:,.0f} against {few['line']:,.0f} a second",
        many["line"] / few["line"],
        0.9,
        higher_is_better=True,
    )


def measured(processes: list[subprocess.Popen], first: int, *, spread: bool) -> dict[str, float]:
    """Median claims per second of each way, in turns."""
    ways = {
        "bare": lambda: pgbench(first, PROCESSES, spread),
        "line": lambda: claimed(processes, "line", first, spread),
        "orm": lambda: claimed(processes, "orm", first, spread),
        "bare alone": lambda: pgbench(first, 1, spread),
        "line alone": lambda: claimed(processes[:1], "line", first, spread),
    }
    seen = {name: [] for name in ways}
    sql("VACUUM ANALYZE")
    for number in range(ROUNDS + 1):
        for name, way in ways.items():
            rate = way()
            sql(BACK)
            sql("VACUUM applications_application")
            if number:  # the first round warms up
                seen[name].append(rate)
    return {name: median(rates) for name, rates in seen.items()}


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


def pgbench(first: int, clients: int, spread: bool) -> float:
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
    options += ["--protocol", "prepared", "--define", "n=0", "--file", str(script), os.environ["DATABASE_URL"]]
    told = subprocess.run([program, *options], capture_output=True, text=True, check=True).stdout
    checked(clients)
    return float(re.search(r"tps = ([\d.]+)", told)[1])


@contextmanager
def crowd(number: int) -> Iterator[list[subprocess.Popen]]:
    """So many claiming processes, each with its connection."""
    command = [sys.executable, "-m", "bench.claims"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(number)]
    try:
        yield processes
    finally:
        for process in processes:
            process.communicate()  # the end of its input ends it


def claimed(processes: list[subprocess.Popen], way: str, first: int, spread: bool) -> float:
    for number, process in enumerate(processes):
        print(json.dumps([way, number, first, spread]), file=process.stdin, flush=True)
    times = [json.loads(process.stdout.readline()) for process in processes]
    checked(len(processes))
    return len(processes) * CLAIMS / (max(end for _begin, end in times) - min(begin for begin, _end in times))


def checked(claimants: int) -> None:
    found = Application.objects.filter(state=State.CLAIMED).count()
    assert found == claimants * CLAIMS, f"{found} claimed instead of {claimants * CLAIMS}"


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
