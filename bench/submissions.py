"""Submissions through HTTP, in turns with pgbench writing the same rows in the same database, and on top of a million.

What is submitted was prepared before: drafts with every page typed and two papers (tests/drills/applicants.py). A
submission is the declaration's POST; it counts when its redirect to the receipt is there, so that it is durable.
"""

import os
import re
import subprocess
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import psycopg2
from django.core.management import call_command
from django.db import connection

from bench.events import sql
from bench.pages import server
from bench.run import Line
from portal import embedded
from tests.drills import applicants
from tests.drills.submitting import ACCEPTED, Connection, Draft, declare

CONNECTIONS, WORKERS = 8, 2
MANY = 1_000_000
ROUNDS, A_ROUND, WARM_UP = 5, 400, 100
BY_PGBENCH = 250  # transactions of each of its clients in a round


@dataclass(frozen=True)
class Round:
    """`cost` is what the applicants' processes took, as a share of one core."""

    per_second: float
    p95: float
    cost: float = 0.0


def lines() -> Iterator[Line]:
    folder, url = embedded.data_dir(), os.environ["DATABASE_URL"]
    drafts, url_of_many = prepared(folder / "bench-drafts"), copied_with_many(url)
    seen = {"pgbench": [], "few": [], "many": []}
    with serving(folder, url) as few, serving(folder, url_of_many) as many:
        for address in (few, many):
            submit(address, drafts[:WARM_UP])
        sql("ANALYZE")  # as the server does a minute later: plans made for empty tables end
        script = yardstick(folder / "bench-submissions.sql")
        for number in range(ROUNDS):
            share = drafts[WARM_UP + number * A_ROUND :][:A_ROUND]
            seen["pgbench"].append(pgbench(url, script, number))
            seen["few"].append(submit(few, share))
            seen["many"].append(submit(many, share))
    yield from compared(*(typical(rounds) for rounds in seen.values()))


def compared(raw: Round, few: Round, many: Round) -> Iterator[Line]:
    yield Line(
        f"submissions through HTTP, {CONNECTIONS} connections, against the same rows by pgbench",
        f"{few.per_second:,.0f} against {raw.per_second:,.0f} a second; the applicants took {few.cost:.0%} of a core",
        few.per_second / raw.per_second,
        0.1,
        higher_is_better=True,
    )
    yield Line(
        f"submissions with {MANY:,} waiting, the slowest of 20, against none",
        f"{1000 * many.p95:.0f} ms against {1000 * few.p95:.0f} ms",
        many.p95 / few.p95,
        1.2,
    )
    yield Line(
        f"submissions with none waiting, against {MANY:,}",
        f"{few.per_second:,.0f} against {many.per_second:,.0f} a second",
        few.per_second / many.per_second,
        1.2,
    )


def typical(rounds: list[Round]) -> Round:
    return Round(*(median(getattr(one, name) for one in rounds) for name in ("per_second", "p95", "cost")))


def serving(folder: Path, url: str):
    environment = {"PORTAL_ROLE": "web", "DATABASE_URL": url}
    return server("portal.wsgi:application", folder, workers=WORKERS, first="en/apply/", **environment)


# --- what is submitted --------------------------------------------------------------------------------------------


def prepared(told: Path) -> list[Draft]:
    """Drafts for all rounds, and as many as pgbench needs, in a database with nothing else."""
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    applicants.prepare(WARM_UP + ROUNDS * A_ROUND, str(told), files=False)
    sql(DRAFTS_OF_PGBENCH, [CONNECTIONS - 1, ROUNDS * BY_PGBENCH])
    sql(PAPERS_OF_PGBENCH)
    sql("VACUUM ANALYZE")
    return Draft.read(told)


def copied_with_many(url: str) -> str:
    """The address of the same database once more, with MANY applications waiting in it."""
    name = connection.settings_dict["NAME"]
    many = f"{name}_many"
    connection.close()  # a database in use cannot be copied
    in_postgres, in_many = (urlsplit(url)._replace(path=f"/{database}").geturl() for database in ("postgres", many))
    run(in_postgres, f"DROP DATABASE IF EXISTS {many}", f"CREATE DATABASE {many} TEMPLATE {name}")
    run(in_many, WAITING, SUBMITTED, "VACUUM ANALYZE", "CHECKPOINT")
    return in_many


def run(url: str, *statements: str) -> None:
    other = psycopg2.connect(url)
    other.autocommit = True
    with other.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    other.close()


# --- who submits --------------------------------------------------------------------------------------------------


def submit(address: str, drafts: list[Draft]) -> Round:
    """Declare each draft once, over CONNECTIONS connections; every one must be accepted."""
    port, left, times = urlsplit(address).port, deque(drafts), []

    def one_connection(_number: int) -> None:
        connection = Connection(port)
        while left:
            draft, begin = left.popleft(), time.perf_counter()
            outcome = declare(connection, draft)
            times.append(time.perf_counter() - begin)
            assert outcome == ACCEPTED, outcome

    begin, cost = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(one_connection, range(CONNECTIONS)))
    took = time.perf_counter() - begin
    return Round(len(drafts) / took, sorted(times)[len(times) * 95 // 100], (time.process_time() - cost) / took)


def pgbench(url: str, script: Path, number: int) -> Round:
    program = str(embedded.Postgres(embedded.data_dir()).program("pgbench"))
    clients = ["--client", str(CONNECTIONS), "--jobs", "1", "--transactions", str(BY_PGBENCH)]
    options = ["--no-vacuum", "--protocol", "prepared", "--file", str(script), "--define", f"n={number * BY_PGBENCH}"]
    told = subprocess.run([program, *clients, *options, url], capture_output=True, text=True, check=True).stdout
    return Round(float(re.search(r"tps = ([\d.]+)", told)[1]), 0.0)


def yardstick(path: Path) -> Path:
    """A script of pgbench that writes what a submission writes, in one transaction, each client over its own drafts."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT a.window_id, encode(a.answers, 'hex'), encode(m."to", 'hex'), encode(d.typed, 'hex')
            FROM applications_application a
            JOIN applications_message m ON m.application_id = a.id
            JOIN applications_draft d ON d.application_id = a.id LIMIT 1""")
        window, answers, address, typed = cursor.fetchone()
    path.write_text(SUBMISSION.format(window=window, answers=answers, address=address, typed=typed))
    return path


APPLICATION = """number, window_id, service_id, audience, channel, ground, asserted, origin, state, submitted_at,
    due_at, order_at, answers, person, secret, caller, key, digest"""
EVENT = "application_id, verb, from_state, to_state, at, recorded_at, reason, window_id, ground, audience, channel"
KEY = "'00000000-0000-4000-a000-' || lpad(({n})::text, 12, '0')"
SUBMISSION = rf"""
\set n :n + 1
\set m :client_id * 1000000 + :n
BEGIN;
INSERT INTO applications_application ({APPLICATION})
    VALUES ('P' || lpad(:m::text, 10, '0'), '{{window}}', 'visa-extension', 'foreign', 'online', 'ordinary', '',
            'portal', 'waiting', now(), now() + interval '9 days', now() + interval '9 days', '\x{{answers}}',
            sha256(:m::text::bytea), sha256(:m::text::bytea), '', ({KEY.format(n=":m")})::uuid,
            sha256(:m::text::bytea))
    RETURNING id \gset
UPDATE applications_upload SET draft_id = NULL, application_id = :id
    WHERE draft_id = ({KEY.format(n=":m")})::uuid;
INSERT INTO applications_event ({EVENT})
    VALUES (:id, 'submitted', '', 'waiting', now(), now(), '', '{{window}}', 'ordinary', 'foreign', 'online');
INSERT INTO windows_touch (window_id, day, kind) VALUES ('{{window}}', current_date, 'work');
INSERT INTO applications_message (application_id, verb, "to", made_at, tries)
    VALUES (:id, 'submitted', '\x{{address}}', now(), 0);
UPDATE applications_draft SET application_id = :id, typed = '\x{{typed}}', saved_at = now()
    WHERE key = ({KEY.format(n=":m")})::uuid;
COMMIT;
"""
DRAFTS_OF_PGBENCH = f"""
    INSERT INTO applications_draft (key, code, typed, made_at, saved_at)
    SELECT ({KEY.format(n="client * 1000000 + n")})::uuid, sha256((client * 1000000 + n)::text::bytea),
           typed, now(), now()
    FROM (SELECT typed FROM applications_draft LIMIT 1) like_others, generate_series(0, %s) client,
         generate_series(1, %s) n"""
PAPERS_OF_PGBENCH = """
    INSERT INTO applications_upload (key, draft_id, document_id, name, media_type, size, digest, at)
    SELECT md5(d.key::text || document_id), d.key, document_id, name, media_type, size, digest, at
    FROM applications_draft d,
         (SELECT DISTINCT ON (document_id) * FROM applications_upload ORDER BY document_id) like_others
    WHERE d.key::text LIKE '00000000-%%'"""
WAITING = f"""
    INSERT INTO applications_application ({APPLICATION})
    SELECT 'W' || lpad(n::text, 10, '0'), w.code, 'visa-extension', 'foreign', 'online', 'ordinary', '', 'portal',
           'waiting', now() - n * interval '1 second', now() + interval '9 days' - n * interval '1 second',
           now() + interval '9 days' - n * interval '1 second', sha256('a'), sha256(n::text::bytea), sha256('s'), '',
           gen_random_uuid(), sha256('d')
    FROM (SELECT code FROM windows_window ORDER BY code LIMIT 1) w, generate_series(1, {MANY}) n"""
SUBMITTED = f"""
    INSERT INTO applications_event ({EVENT})
    SELECT id, 'submitted', '', 'waiting', submitted_at, submitted_at, '', window_id, ground, audience, channel
    FROM applications_application"""
