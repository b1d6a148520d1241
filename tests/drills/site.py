"""A portal of a drill's own: its database, Redis, worker and beat, seen from outside and struck from outside."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import redis
from psycopg2 import sql

from portal import children, embedded
from tests.drills.submitting import HOST
from tests.portal.processes import HOME, environment, free_port, kill, wait_until

LONG = os.environ.get("DRILL") == "1"  # `make drill`: the figures of the promises, in minutes
WITHIN = 30.0  # seconds after the last fault
SCENARIO = HOME / "portal" / "data" / "restoration-2020"
EXPECTED = json.loads((SCENARIO / "expected.json").read_text())
CELERY = ("-m", "celery", "--app", "portal.celery")
WORKER = ("--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "INFO")  # as the demo's
WEB = ("-m", "granian", "--interface", "wsgi", "--host", HOST, "--no-ws", "--workers", 2, "--blocking-threads", 4)
SECRETS = {
    "SECRET_KEY": "only-the-drills-know-this-secret-key",
    "PORTAL_DATA_KEYS": "only-the-drills-know-this-data-key-of-theirs",
    "PORTAL_INDEX_KEY": "and-this-index-key" * 3,
}


@dataclass
class Site:
    """One database of a server, with a Redis and processes in a folder of their own."""

    folder: Path
    postgres: embedded.Postgres
    database: str = embedded.DATABASE
    running: list[subprocess.Popen] = field(default_factory=list)
    port: int = field(default_factory=free_port)
    web: subprocess.Popen | None = None

    def __post_init__(self):
        self.folder.mkdir()
        self.redis = embedded.Redis(self.folder)
        self.redis.start()

    def close(self):
        for process in self.running:
            strike(process)
        self.redis.stop()

    def url(self, database):
        return f"postgresql://postgres@/{database}?host={self.postgres.sockets}"

    # --- processes ---

    def environment(self, role="command"):
        urls = {"DATABASE_URL": self.url(self.database), "REDIS_URL": self.redis.url}
        return environment(self.folder, PORTAL_ROLE=role, PYTHONPATH=str(HOME), **SECRETS, **urls)

    def start(self, name, *arguments, role="command"):
        """Start Python with these arguments in a session of its own; what it prints goes to NAME.log."""
        command = [sys.executable, *map(str, arguments)]
        options = {"log": self.folder / f"{name}.log", "death_signal": signal.SIGKILL, "cwd": HOME}
        process = children.start(command, env=self.environment(role), **options)
        self.running.append(process)
        return process

    def start_worker(self):
        return self.start("worker", *CELERY, "worker", *WORKER, role="worker")

    def start_beat(self):
        schedule = self.folder / f"schedule-{len(self.running)}"
        return self.start("beat", *CELERY, "beat", "--schedule", schedule, role="beat")

    def manage(self, name, *arguments):
        assert self.start(name, HOME / "manage.py", *arguments).wait(120) == 0, self.log_of(name).read_text()[-3000:]

    def start_web(self, application="portal.wsgi:application"):
        """On `port`; `manage` must have collected the static files before."""
        self.web = self.start("web", *WEB, "--port", self.port, application, role="web")
        assert wait_until(self.answers, within=30), self.log_of("web").read_text()[-3000:]

    def answers(self):
        with suppress(OSError), urllib.request.urlopen(f"http://{HOST}:{self.port}/en/apply/", timeout=5) as answer:
            return answer.status == 200
        return False

    def start_inside(self, call, name="inside"):
        """Run a call of `inside.py` in a process of this site; `answer_of` waits for what it prints."""
        self.log_of(name).unlink(missing_ok=True)
        code = f"from tests.drills import inside; inside.{call}"
        return self.start(name, HOME / "manage.py", "shell", "--no-imports", "-c", code)

    def answer_of(self, process, name="inside", within=600):
        code = process.wait(within)
        said = self.log_of(name).read_text()
        assert code == 0, said
        return json.loads(said.strip().splitlines()[-1])

    def inside(self, call):
        return self.answer_of(self.start_inside(call))

    def log_of(self, name):
        return self.folder / f"{name}.log"

    # --- what it holds ---

    def connect(self, database=""):
        connection = psycopg2.connect(self.url(database or self.database), application_name="drill")
        connection.autocommit = True
        return connection

    def ask(self, query, values=None):
        """The one row that the query gives."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchone()
        finally:
            connection.close()

    def behind(self):
        """How many touches wait, and how many events of applications are not in the tallies."""
        return self.ask("""
            SELECT (SELECT count(*) FROM windows_touch),
                   (SELECT count(*) FROM applications_event)
                   - (SELECT coalesce(sum(submitted + approved + refused + withdrawn), 0) FROM measures_tally)""")

    def stored(self):
        """How many events of applications, and how many changes of status, are committed."""
        worked, changed = self.ask(
            "SELECT (SELECT count(*) FROM applications_event), (SELECT count(*) FROM windows_statuschange)"
        )
        return {"worked": worked, "changed": changed}

    def comes_up_to_date(self, within=WITHIN):
        return wait_until(lambda: self.behind() == (0, 0), within)

    def version(self):
        return self.ask("SELECT coalesce(max(version), 0) FROM measures_foldstate")[0]

    def in_hand(self):
        """The tables that a fold has written in its open transaction while it waits for the tallies; else None."""
        return self.ask(IN_HAND)[0]

    def rings_queued(self):
        return self._client().llen("celery")

    def wait_for_a_fold_since(self, version):
        assert wait_until(lambda: self.version() > version, within=WITHIN), self.log_of("worker").read_text()[-2000:]

    # --- what is done to it ---

    def empty_redis(self):
        self._client().flushall()

    def kill_redis(self):
        """SIGKILL; nothing of it is kept, so it comes back empty when started."""
        strike(self.redis.process)

    def kill_postgres(self):
        """SIGKILL the postmaster, stopped before so that it starts no other process, and every child; all are gone."""
        postmaster = self.postgres.process
        os.kill(postmaster.pid, signal.SIGSTOP)
        backends = children_of(postmaster.pid)
        for pid in (postmaster.pid, *backends):
            with suppress(ProcessLookupError):
                kill(pid)
        postmaster.wait()
        assert wait_until(lambda: all(map(ended, backends)))

    @contextmanager
    def stopped_fold(self):
        """Hold a fold, once one comes, where it has taken its touches and has yet to write its tallies.

        Gives what the fold holds uncommitted, as the names of tables written. Only the tallies are locked, and only
        against writing. A worker waits for a lock 2 s at most: strike at once.
        """
        holder = self.connect()
        try:
            with holder.cursor() as cursor:
                cursor.execute("BEGIN; LOCK TABLE measures_tally IN SHARE MODE")
            yield self._fold_that_comes
        finally:
            holder.close()  # and lets go

    def _fold_that_comes(self):
        tables = wait_until(self.in_hand, within=WITHIN)
        assert tables, "no fold came as far as the tallies"
        return set(tables)

    def _client(self):
        return redis.Redis(unix_socket_path=str(self.redis.path))


IN_HAND = """
    SELECT array_agg(DISTINCT written.relation::regclass::text)
    FROM pg_stat_activity fold
    JOIN pg_locks wanted
        ON wanted.pid = fold.pid AND NOT wanted.granted AND wanted.relation = 'measures_tally'::regclass
    JOIN pg_locks written ON written.pid = fold.pid AND written.granted AND written.mode = 'RowExclusiveLock'
    JOIN pg_class tables ON tables.oid = written.relation AND tables.relkind = 'r'
    WHERE fold.backend_xid IS NOT NULL AND fold.wait_event_type = 'Lock'"""


def copy_of(template, folder):
    """A site with the same rows in a database of its own, named as its folder."""
    site = Site(folder, template.postgres, folder.name)
    connection = template.connect("postgres")
    with connection.cursor() as cursor:
        names = sql.Identifier(site.database), sql.Identifier(template.database)
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    connection.close()
    return site


def strike(process):
    """SIGKILL a process we started and all its children at once, as when the machine's memory runs out."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def ended(pid):
    """Whether the process is gone, or only waits for its parent to notice."""
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True
