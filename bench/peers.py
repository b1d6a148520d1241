"""Peers that bench/claims.py compares with: an environment of their own, their tables, their processes (peer.py).

They claim from one queue, first come, first served: the cheapest that each of them offers.
"""

import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from bench.run import ROOT
from portal import embedded

HERE = Path(__file__).parent
PINNED = HERE / "peers.txt"


@dataclass(frozen=True)
class Peer:
    """The table of a peer: how many wait in it, as its own API writes them, and how they wait again."""

    name: str
    table: str
    fill: str
    again: str


PEERS = (
    Peer(
        "procrastinate",
        "procrastinate_jobs",
        "INSERT INTO procrastinate_jobs (queue_name, task_name) SELECT 'default', 'case' FROM generate_series(1, %s)",
        "UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing'",
    ),
    Peer(
        "pgqueuer",
        "pgqueuer",
        "INSERT INTO pgqueuer (priority, entrypoint, status) SELECT 0, 'case', 'queued' FROM generate_series(1, %s)",
        "UPDATE pgqueuer SET status = 'queued', queue_manager_id = NULL WHERE status = 'picked'",
    ),
    Peer(
        "django-tasks-db",
        "django_tasks_database_dbtaskresult",
        """INSERT INTO django_tasks_database_dbtaskresult
               (id, status, enqueued_at, args_kwargs, priority, task_path, worker_ids, queue_name, backend_name,
                run_after, exception_class_path, traceback)
           SELECT gen_random_uuid(), 'READY', now() + n * interval '1 ms', '{"args": [], "kwargs": {}}', 0, 'case',
                  '[]', 'default', 'default', '9999-01-01+00', '', '' FROM generate_series(1, %s) n""",
        """UPDATE django_tasks_database_dbtaskresult SET status = 'READY', started_at = NULL, worker_ids = '[]'
           WHERE status = 'RUNNING'""",
    ),
)


def python() -> str:
    """The interpreter of the peers' environment, made where it is missing or holds other releases."""
    folder = embedded.data_dir() / "peers"
    found, holds = folder / "bin" / "python", folder / "holds.txt"
    if not holds.exists() or holds.read_text() != PINNED.read_text():
        venv.create(folder, with_pip=True, clear=True)
        install = [str(found), "-m", "pip", "install", "--quiet", "--requirement", str(PINNED)]
        subprocess.run(install, check=True)
        holds.write_text(PINNED.read_text())
    return str(found)


def run(url: str, *statements: str, values: list | None = None) -> None:
    """Statements of ours in a database of theirs, past its triggers."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement, values)
    connection.close()


@contextmanager
def crowd(command: list[str], number: int, environment: dict[str, str]) -> Iterator[list[subprocess.Popen]]:
    """So many claiming processes, each with its connection, ready."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) for _ in range(number)]
    for process in processes:
        assert process.stdout.readline() == "ready\n", command
    try:
        yield processes
    finally:
        for process in processes:
            process.communicate()  # the end of its input ends it


def per_second(processes: list[subprocess.Popen], asked: list, claims: int) -> float:
    """What each process was asked, all at once; claims of all of them by the time from the first to the last."""
    for process, question in zip(processes, asked, strict=True):
        print(json.dumps(question), file=process.stdin, flush=True)
    times = [json.loads(process.stdout.readline()) for process in processes]
    return len(processes) * claims / (max(end for _begin, end in times) - min(begin for begin, _end in times))


def command(peer: Peer, url: str) -> list[str]:
    return [python(), str(HERE / "peer.py"), peer.name, url]


def install(peer: Peer, url: str, waiting: int) -> None:
    """Its tables in this database, and so many that wait in them."""
    subprocess.run([*command(peer, url), "install"], input="", text=True, check=True, stdout=sys.stderr)
    run(url, peer.fill, values=[waiting])
    run(url, f"VACUUM ANALYZE {peer.table}")
