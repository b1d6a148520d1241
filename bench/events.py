"""Events to figures: importing the scenario, recomputing everything, folding a little among much."""

import time
from collections.abc import Callable, Iterator
from io import StringIO
from statistics import median

from django.core.management import call_command
from django.db import connection

from bench.run import ROOT, Line
from measures import restoration

SCENARIO = ROOT / "portal" / "data" / "restoration-2020"
IMPORT_GOAL = 30.0  # seconds
FEW, MANY, NEW = 10_000, 1_000_000, 1_000
ROUNDS = 7
DAYS = 30


def seconds(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def sql(statement: str, values: list | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def lines() -> Iterator[Line]:
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    yield importing()
    with_few, with_many = growth()
    yield Line(
        f"folding {NEW:,} new events with {MANY:,} stored, against {FEW:,}",
        f"{1000 * with_many:.0f} ms against {1000 * with_few:.0f} ms",
        with_many / with_few,
        1.5,
    )
    yield from recomputing()


def importing() -> Line:
    took = seconds(lambda: call_command("import_scenario", SCENARIO, stdout=StringIO()))
    return Line("importing and folding the scenario, of 30 s", f"{took:.1f} s", took / IMPORT_GOAL, 1.0)


def growth() -> tuple[float, float]:
    """Median seconds to fold NEW events with FEW and with MANY stored."""
    restoration.fold()
    medians = []
    for more in (FEW, MANY - FEW):
        add(more)
        restoration.rebuild()
        sql("VACUUM ANALYZE")  # as autovacuum does by itself within a minute
        medians.append(median(fold_new() for _ in range(ROUNDS)))
    return tuple(medians)


def fold_new() -> float:
    add(NEW, touch=True)
    return seconds(restoration.fold)


def recomputing() -> Iterator[Line]:
    """The full recompute into an empty table, as the first time, and over a table that holds the same."""

    def plain() -> None:
        sql("""CREATE TEMPORARY TABLE plain AS
               SELECT window_id, day, verb, count(*) FROM applications_event GROUP BY window_id, day, verb""")
        sql("DROP TABLE plain")

    sql("VACUUM ANALYZE applications_event")
    reference, again, anew = [], [], []
    for _ in range(ROUNDS):
        reference.append(seconds(plain))
        again.append(seconds(restoration.rebuild))
        sql("TRUNCATE measures_tally")
        anew.append(seconds(restoration.rebuild))
    for what, times in (("into an empty table", anew), ("where nothing changed", again)):
        yield Line(
            f"full recompute of {MANY:,} events {what}, against CREATE TABLE AS",
            f"{median(times):.2f} s against {median(reference):.2f} s",
            median(times) / median(reference),
            2.0,
        )


def add(events: int, *, touch: bool = False) -> None:
    """Store synthetic events over all windows and the last DAYS days: five of nine submitted, the rest decided."""
    sql(APPLICATIONS, [DAYS, 0 if touch else DAYS, (events * 5 + 8) // 9])
    sql(SUBMISSIONS)
    sql(DECISIONS, [events - (events * 5 + 8) // 9])
    if touch:
        sql(TOUCHES)
    sql("DROP TABLE made")


APPLICATIONS = """
    CREATE TEMPORARY TABLE made AS
    WITH place AS (SELECT array_agg(code ORDER BY code) AS codes FROM windows_window),
    stored AS (
        INSERT INTO applications_application
            (number, window_id, service_id, audience, channel, ground, origin, state, submitted_at)
        SELECT 'B' || gen_random_uuid(), codes[1 + floor(random() * cardinality(codes))::int], 'passport', 'chinese',
               CASE WHEN random() < 0.6 THEN 'online' ELSE 'counter' END,
               (ARRAY['ordinary', 'urgent', 'work_resumption', 'epidemic_response'])[1 + floor(random() * 4)::int],
               'province', 'waiting',
               '2020-04-01 09:00+08'::timestamptz + %s * interval '1 day' - floor(random() * %s) * interval '1 day'
               + n * interval '1 millisecond'
        FROM place, generate_series(1, %s) n RETURNING *
    ) SELECT * FROM stored"""
EVENT = "application_id, verb, from_state, to_state, at, recorded_at, reason, window_id, ground, audience, channel"
SUBMISSIONS = f"""
    INSERT INTO applications_event ({EVENT})
    SELECT id, 'submitted', '', 'waiting', submitted_at, submitted_at, '', window_id, ground, audience, channel
    FROM made"""
TOUCHES = """
    INSERT INTO windows_touch (window_id, day, kind)
    SELECT DISTINCT e.window_id, e.day, 'work' FROM applications_event e JOIN made ON made.id = e.application_id"""
DECISIONS = f"""
    INSERT INTO applications_event ({EVENT})
    SELECT id, CASE WHEN id %% 12 = 0 THEN 'refused' ELSE 'approved' END, 'waiting', 'production',
           submitted_at + interval '3 hours', submitted_at + interval '3 hours', '', window_id, ground, audience,
           channel
    FROM made LIMIT %s"""
