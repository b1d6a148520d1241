"""Supervisors' dashboards with few and with a million applications: the time of the server, and its growth."""

from collections.abc import Iterator

from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from bench.claims import code_of, prepared
from bench.desk import member, slowest
from bench.events import sql
from bench.run import Line
from measures import dashboard, restoration
from tests import make
from tests.drills import claiming
from windows import clock

FEW, MANY = 10_000, 1_000_000
NATION, WINDOW, GROWTH = 300.0, 100.0, 1.5  # milliseconds at the 95th percentile; times
DAYS = 60

# Ten of eleven were decided three days after they came, over the last sixty days.
WORKED = f"""
    UPDATE applications_application
    SET submitted_at = submitted_at - (3 + id %% {DAYS}) * interval '1 day',
        state = CASE WHEN id %% 11 = 0 THEN state ELSE 'collected' END
    WHERE id > %(after)s;
    INSERT INTO applications_event (application_id, verb, from_state, to_state, at, recorded_at, reason, window_id,
                                    ground, audience, channel)
    SELECT id, 'submitted', '', 'waiting', submitted_at, submitted_at, '', window_id, ground, audience, channel
    FROM applications_application WHERE id > %(after)s
    UNION ALL
    SELECT id, 'approved', 'waiting', 'production', submitted_at + interval '3 days', submitted_at + interval '3 days',
           '', window_id, ground, audience, channel
    FROM applications_application WHERE id > %(after)s AND id %% 11 <> 0"""
STATUSES = """
    INSERT INTO windows_statuschange (window_id, status, reason_id, note_zh, note_en, channel, effective_at,
                                      recorded_at, source, batch)
    SELECT code, CASE WHEN right(code, 1) = '7' THEN 'suspended' ELSE 'full' END, %(reason)s, '', '', '', at, at,
           'import', gen_random_uuid()
    FROM windows_window, (SELECT %(at)s::timestamptz AS at) one"""


def lines() -> Iterator[Line]:
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    windows, _first = prepared()
    make.campaign()
    with connection.cursor() as cursor:
        cursor.execute(STATUSES, {"reason": make.reason().pk, "at": clock.now()})
    chief = member("supervisor", nationwide=True)
    addresses = {"the nation": "", "a window": f"?window={code_of(0)}"}
    seen = {}
    for number, before in ((FEW, 0), (MANY, FEW)):
        filled(windows, number - before, first=before + 1)
        seen[number] = {place: slowest(chief, reverse("dashboard") + query) for place, query in addresses.items()}
        cold = slowest(chief, reverse("dashboard"), before=dashboard.forget)
    yield from compared(seen[FEW], seen[MANY])
    told = f"{cold:.0f} ms, {MANY:,} applications"
    yield Line("the nation's dashboard just after a fold, in seconds", told, cold / 1000, 1.0)


def compared(few: dict[str, float], many: dict[str, float]) -> Iterator[Line]:
    for place, goal in (("the nation", NATION), ("a window", WINDOW)):
        told = f"{many[place]:.0f} ms of {goal:.0f} ms, {MANY:,} applications"
        yield Line(f"dashboard of {place}, warm: 95 of 100 pages within", told, many[place] / goal, 1.0)
        told = f"{many[place]:.0f} ms against {few[place]:.0f} ms"
        yield Line(f"the same with {MANY:,} against {FEW:,}", told, many[place] / few[place], GROWTH)


def filled(windows: list[str], number: int, *, first: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM applications_application")
        (after,) = cursor.fetchone()
        claiming.cases(number, windows, first=first)
        cursor.execute("SET session_replication_role = replica")  # nobody walks a million cases through their states
        cursor.execute(WORKED, {"after": after})
        cursor.execute("SET session_replication_role = DEFAULT")
    restoration.rebuild()
    sql("VACUUM ANALYZE")
