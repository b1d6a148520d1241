"""A process of a peer that claims, in the peers' own virtual environment: `python peer.py PEER URL [install]`.

As the peer's worker does it, and nothing else of what a worker does: fetch the next job and mark it as begun, durably.
One connection each. Imports nothing of ours: Django would meet psycopg 3.
"""

import asyncio
import json
import sys
import time
import uuid
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit


async def by_procrastinate(url: str, install: bool):
    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=1))
    await app.open_async()
    if install:
        await app.schema_manager.apply_schema_async()
    worker = await app.job_manager.register_worker()
    return lambda: app.job_manager.fetch_job(queues=None, worker_id=worker)


async def by_pgqueuer(url: str, install: bool):
    import psycopg
    from pgqueuer.db import PsycopgDriver
    from pgqueuer.ports.repository import EntrypointExecutionParameter
    from pgqueuer.queries import Queries

    connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    queries = Queries(PsycopgDriver(connection))
    if install:
        await queries.install()
    unlimited, manager, beat = {"case": EntrypointExecutionParameter(0)}, uuid.uuid4(), timedelta(seconds=30)
    return lambda: queries.dequeue(1, unlimited, manager, None, beat)


async def by_django_tasks_db(url: str, install: bool):
    import django
    from django.conf import settings

    parts = urlsplit(url)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": parts.username,
        "PASSWORD": parts.password or "",
        "HOST": parse_qs(parts.query).get("host", [parts.hostname or ""])[0],
        "PORT": parts.port or "",
    }
    settings.configure(DATABASES={"default": database}, INSTALLED_APPS=["django_tasks_db"], USE_TZ=True)
    django.setup()
    return await asyncio.to_thread(_of_django, install)


def _of_django(install: bool):
    from django.core.management import call_command
    from django.db import connections
    from django_tasks_db.models import DBTaskResult
    from django_tasks_db.utils import exclusive_transaction

    if install:
        call_command("migrate", verbosity=0)
    connections.close_all()

    def claim():
        tasks = DBTaskResult.objects.ready().filter(backend_name="default")
        with exclusive_transaction(tasks.db):
            found = tasks.filter(queue_name__in=["default"]).get_locked()
            if found is not None:
                found.claim("worker")
        return found

    return claim


PEERS = {"procrastinate": by_procrastinate, "pgqueuer": by_pgqueuer, "django-tasks-db": by_django_tasks_db}


async def turn(claim, times: int) -> list[float]:
    """When it began and when it ended, by the machine's clock."""
    begin = time.monotonic()
    for _ in range(times):
        assert await claim()
    return [begin, time.monotonic()]


def turn_of_django(claim, times: int) -> list[float]:
    begin = time.monotonic()
    for _ in range(times):
        assert claim()
    return [begin, time.monotonic()]


def main(peer: str, url: str, *install: str) -> None:
    """Claim as often as each line read says."""
    with asyncio.Runner() as loop:
        claim = loop.run(PEERS[peer](url, bool(install)))
        print("ready", flush=True)
        for asked in sys.stdin:
            times = json.loads(asked)
            took = turn_of_django(claim, times) if peer == "django-tasks-db" else loop.run(turn(claim, times))
            print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
