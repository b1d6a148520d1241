"""What a drill runs inside its own site, in a process with that site's settings: `manage.py shell -c inside.CALL`.

Events are written by the rules that staff and imports go by, each of some connections on its own, and ring for real.
"""

import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO
from uuid import uuid4

from django.core.management import call_command
from django.db import connection, transaction

from applications import lifecycle
from applications.imports import import_applications
from applications.models import Ground
from measures import restoration
from tests import make
from tests.make import EVENING
from windows import clock, doorbell
from windows.models import RESTORED, SHANGHAI, Service, Status, Window

FIRST = datetime(2020, 4, 1, tzinfo=SHANGHAI)
MINUTES = 30 * 24 * 60
PLACES = 40  # windows written to: few enough for writers and folds to meet in the same cells
ROWS = 5  # applications in a file, each submitted and decided: two events
HEADER = "number,window,service,audience,channel,ground,submitted_at,decided_at,outcome"


def tell(answer) -> None:
    print(json.dumps(answer, default=str))


def figures(*days: str) -> None:
    """What `manage.py figures` says of each day, and the cells that the independent recount finds differing."""
    tell({"days": {day: _asked(day) for day in days}, "differing": restoration.verify()})


def _asked(day: str) -> dict:
    out = StringIO()
    call_command("figures", "--as-of", day, "--json", stdout=out)
    return json.loads(out.getvalue())


def ring(times: int) -> None:
    for _ in range(times):
        doorbell.ring()
    tell(times)


def ring_then_fork_and_ring() -> None:
    """Two processes, each with a ring of its own; the second has what the first had, but not its threads."""
    doorbell.ring()
    time.sleep(0.5)
    forked = os.fork()
    doorbell.ring()
    if forked:
        os.waitpid(forked, 0)
        tell(2)


def fold_again_and_again() -> None:
    while True:
        restoration.fold()


def write(events: int, *, connections: int = 4, latest: float = 0.0) -> None:
    """Commit so many events in any order of days, each commit held back for up to `latest` seconds.

    Tells how many events of applications, and how many changes of status, were committed.
    """
    places = list(Window.objects.order_by("pk")[:PLACES])
    officer = make.officer(name=f"drill-{uuid4()}")
    reason = make.reason()
    make.checklist()

    def one_connection(share: int) -> tuple[int, int]:
        chance, worked, changed = random.Random(), 0, 0
        while worked + changed < share:
            place, at = chance.choice(places), FIRST + timedelta(minutes=chance.randrange(MINUTES))
            with transaction.atomic():
                if chance.random() < 0.3:
                    status = chance.choice(Status.values)
                    if status in RESTORED:  # whatever the others make of the window meanwhile
                        make.check(place, at=at, by=officer)
                    make.change(place, status, at=at, by=officer, reason=reason, note_en=str(uuid4()))
                    changed += 1
                else:
                    worked += _report(chance, places, at)
                time.sleep(chance.random() * latest)
        connection.close()
        return worked, changed

    with ThreadPoolExecutor(connections) as pool:
        written = list(pool.map(one_connection, [events // connections] * connections))
    tell({"worked": sum(worked for worked, _ in written), "changed": sum(changed for _, changed in written)})


def _report(chance: random.Random, places: list[Window], at: datetime) -> int:
    lines = [HEADER]
    for _ in range(ROWS):
        decided = at + timedelta(minutes=chance.randrange(3 * 24 * 60))
        ground, outcome = chance.choice(Ground.values), chance.choice(["approved", "refused", "withdrawn"])
        channel, number = chance.choice(["online", "counter"]), uuid4().hex
        place = chance.choice(places).pk
        lines.append(
            f"{number},{place},passport,chinese,{channel},{ground},{at.isoformat()},{decided.isoformat()},{outcome}"
        )
    report = import_applications("drill.csv", "\n".join(lines).encode())
    assert report.ok, report.problems
    return 2 * report.stored


def welcome_a_system() -> None:
    """Fold what was imported, on the evening of the report; a token of Hubei's system, and what it is asked about."""
    clock.set_now(EVENING)
    restoration.fold()
    window, visa = Window.objects.get(pk="42010201"), Service.objects.get(pk="visa-extension")
    application = make.waiting(window, visa, at=EVENING, caller="420000")
    lifecycle.supplement(application, [{"document": "", "text": "Missing"}], by=make.officer())
    tell({"token": make.token(), "reference": application.number})
