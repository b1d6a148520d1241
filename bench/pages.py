"""Pages per second by one server process, in turns with a bare Django view on the same server (bench/bare.py)."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from statistics import median

from django.core.management import call_command

from bench.events import SCENARIO
from bench.run import ROOT, Line
from portal import children, embedded

CONNECTIONS, SECONDS, ROUNDS = 16, 3, 5
HOST = "127.0.0.1"


def lines() -> Iterator[Line]:
    folder = embedded.data_dir()
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("import_scenario", SCENARIO, stdout=StringIO())  # what it has already it leaves
    with server("portal.wsgi:application", folder, PORTAL_ROLE="web") as portal:
        size, etag = measured(portal)
        with server("bench.bare:application", folder, BENCH_BYTES=str(size)) as bare:
            asked = {"bare": (bare, {}), "home": (portal, {}), "304": (portal, {"If-None-Match": etag})}
            seen = {name: [] for name in asked}
            for _ in range(ROUNDS):
                for name, (url, headers) in asked.items():
                    seen[name].append(per_second(url, headers))
    rate = {name: median(values) for name, values in seen.items()}
    for name, what, goal in (("home", "home page, warm", 0.6), ("304", "home page, known to the browser (304)", 0.8)):
        told = f"{rate[name]:,.0f} against {rate['bare']:,.0f} a second, {size:,} bytes"
        yield Line(f"{what}, against a bare Django view", told, rate[name] / rate["bare"], goal, higher_is_better=True)


@contextmanager
def server(application: str, folder: Path, *, workers: int = 1, first: str = "", **environment: str) -> Iterator[str]:
    """Granian with so many processes of two threads each; yields its address once the page `first` answers."""
    port = free_port()
    options = ["--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws", "--blocking-threads", "2"]
    options += ["--workers", str(workers)]
    process = children.start(
        [sys.executable, "-m", "granian", *options, application],
        log=folder / "bench-server.log",
        death_signal=signal.SIGTERM,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    try:
        if not children.wait_until(lambda: answers(f"http://{HOST}:{port}/{first}"), within=30):
            sys.exit(f"{application} does not answer: see {folder / 'bench-server.log'}")
        yield f"http://{HOST}:{port}/"
    finally:
        children.end(process, (signal.SIGTERM,), 5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except (urllib.error.URLError, OSError):
        return False


def measured(url: str) -> tuple[int, str]:
    """Bytes and ETag of a page."""
    time.sleep(1.5)  # past the moment for which a process goes by the edition it knows
    with urllib.request.urlopen(url) as response:
        return len(response.read()), response.headers["ETag"]


def per_second(url: str, headers: dict[str, str]) -> float:
    extra = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *extra, url]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    if "Non-2xx" in told and "If-None-Match" not in headers:
        sys.exit(f"{url} did not always answer 200:\n{told}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])
