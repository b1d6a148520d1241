"""The whole portal on one machine: servers, the restoration of 2020, web, worker and beat."""

import os
import shutil
import socket
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import redis
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from portal import children, embedded, roles, sample_cases, sample_checks, sharing
from portal.supervisor import Program, Stop, Supervisor, ignore_signals, raise_stop_on_signals
from windows import clock
from windows.models import SHANGHAI, ClockOffset, Officer

SCENARIO = settings.BASE_DIR / "portal" / "data" / "restoration-2020"
STARTS_AT = datetime(2020, 3, 11, 20, 0, tzinfo=SHANGHAI)
BLOCKING_THREADS = 2  # per web process
FIRST_PAGE_WITHIN = 60.0  # seconds
KEPT_BY_RESET = ("test", "replay", *embedded.SECRETS.values(), "owner-", "users.lock", "start.lock")
PAGES = [
    ("首页 Home", "/"),
    ("English", "/en/"),
    ("网上申请 Apply", "/zh-hans/apply/"),
    ("内部工作台 Staff site", "/staff/"),
    ("接口 API", "/api/v1/"),
    ("运行状态 Health", "/health/"),
]


class Command(BaseCommand):
    help = "Runs the portal on this machine with the restoration of 2020 (PORT, PORTAL_DATA_DIR, RESET=1)."
    requires_system_checks = []
    make = "demo"  # the target that starts this

    def handle(self, **options) -> None:
        self.folder = embedded.data_dir()
        self.host, self.port = "127.0.0.1", wanted_port()
        refuse_port_in_use(self.host, self.port, self.make)
        embed = os.environ.get("PORTAL_EMBED", "").split()
        with owned(self.folder, embed):
            if os.environ.get("RESET") == "1":
                reset(self.folder, embed)
            self._supervise(embed)

    def _supervise(self, embed: list[str]) -> None:
        if os.environ.get("MAKELEVEL"):
            children.die_with_parent()  # when make is killed, we stop cleanly
        raise_stop_on_signals()
        self.supervisor, self.static = Supervisor(self.say), None
        try:
            try:
                self._bring_up(embed)
                self._run()
            finally:
                ignore_signals()
        except Stop:
            self.say("正在停止 Stopping …")
        finally:
            connection.close()
            if self.static is not None:
                self.static.stop(0)
            self.supervisor.stop()

    def _bring_up(self, embed: list[str]) -> None:
        self.static = self._start_static()
        with self.step("数据库、Redis", "PostgreSQL, Redis"):
            for name in embed:
                self.supervisor.start(embedded.SERVERS[name](self.folder))
            refuse_missing_servers()
        with self.step("数据表", "Tables"):
            call_command("migrate", interactive=False, verbosity=0)
        self._fill()
        accounts = roles.create_demo_accounts()
        if made := sample_checks.fill(Officer.objects.get(username="province")):
            self.say(f"已生成示例防疫检查 Sample prevention checks: {made}")
        connection.close()
        with self.step("静态文件", "Static files"):
            finish(self.static)
        with self.step("网页服务", "Web"):
            refuse_port_in_use(self.host, self.port, self.make)
            self.supervisor.start(self._web())
            self._wait_for_first_page()
        self._print_welcome(accounts)
        for name, options in (("worker", WORKER), ("beat", BEAT)):
            command = [sys.executable, "-m", "celery", "-A", "portal.celery", name, *options]
            self.supervisor.start(self._program(name, command))

    def _fill(self) -> None:
        if not ClockOffset.objects.exists():
            self._load()
        if made := sample_cases.fill():
            self.say(f"已生成示例申请 Sample applications: {made}")

    def _run(self) -> None:
        self.supervisor.watch()

    def _load(self) -> None:
        """The clock's row is written last: an interrupted first run is loaded again, which changes nothing twice."""
        self.say("载入2020年恢复数据 Loading the restoration of 2020 (synthetic day-by-day data)")
        call_command("import_scenario", str(SCENARIO), progress=True)
        clock.set_now(STARTS_AT)

    def _start_static(self) -> Program | None:
        """Collect in a process of its own while the data loads; nothing where nothing changed since."""
        if static_is_fresh():
            return None
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        program = self._program("static", [*manage, "collectstatic", "--noinput", "--clear", "-v0"], role="command")
        program.log.unlink(missing_ok=True)
        program.start()
        return program

    def _web(self) -> Program:
        options = ["--interface", "wsgi", "--host", self.host, "--port", str(self.port), "--no-ws"]
        options += ["--workers", str(cores()), "--blocking-threads", str(BLOCKING_THREADS)]
        options += ["--respawn-failed-workers", "--workers-kill-timeout", "1"]
        return self._program("web", [sys.executable, "-m", "granian", *options, "portal.wsgi:application"])

    def _program(self, name: str, command: list[str], role: str | None = None) -> Program:
        environment = {"PORTAL_ROLE": role or name, "PORTAL_SUPERVISED": "1", "PYTHONPATH": str(settings.BASE_DIR)}
        return Program(name, command, log=self.folder / f"{name}.log", environment=environment)

    def _wait_for_first_page(self) -> None:
        web = self.supervisor.members[-1]
        url = f"http://{self.host}:{self.port}/"
        children.wait_until(lambda: answers(url) or web.process.poll() is not None, FIRST_PAGE_WITHIN)
        if not answers(url):
            raise CommandError(f"The first page does not come. The reason is in {self.folder / 'web.log'}")

    def _print_welcome(self, accounts) -> None:
        self.say("")
        for label, path in PAGES:
            self.say(f"  {padded(label, 24)}http://{self.host}:{self.port}{path}")
        self.say("\n  演示账号 Demo accounts")
        rows = [("角色 Role", "账号 Name", "密码 Password", "范围 Scope"), *accounts]
        widths = [max(width(str(cell)) for cell in column) + 2 for column in zip(*rows, strict=True)]
        for row in rows:
            self.say("  " + "".join(padded(str(cell), room) for cell, room in zip(row, widths, strict=True)).rstrip())
        self.say(f"\n  日志 Logs: {self.folder}/*.log    停止 Stop: Ctrl-C\n")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    @contextmanager
    def step(self, zh: str, en: str):
        begin = time.monotonic()
        yield
        self.say(f"{padded(f'{zh} {en}', 34)}{time.monotonic() - begin:5.1f} s")


WORKER = ["--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
BEAT = ["--schedule", settings.CELERY_BEAT_SCHEDULE_FILENAME, "--loglevel", "INFO"]


def wanted_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CommandError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def refuse_port_in_use(host: str, port: int, make: str) -> None:
    """The web server would start silently on a port already in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            reason = problem.strerror.lower() if problem.strerror else "not available"
            raise CommandError(
                f"Port {port} cannot be used: {reason}. Choose another: make {make} PORT={port + 1}"
            ) from None


def refuse_missing_servers() -> None:
    """One clear line where DATABASE_URL or REDIS_URL name what is not there; manage.py words the database's."""
    connection.ensure_connection()
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3, socket_timeout=3).ping()
    except redis.RedisError as problem:
        raise CommandError(f"Redis does not answer: {problem}. Check REDIS_URL.") from None


@contextmanager
def owned(folder: Path, embed: list[str]):
    """Be the only demo in this data folder. A one-off command may just be ending, so wait a little."""
    owners = []
    if not children.wait_until(lambda: owners.append(sharing.own(folder, embed or ["none"])) or owners[-1], within=3):
        raise CommandError(f"Another portal runs in {folder}. Stop it, or set PORTAL_DATA_DIR to another folder.")
    with owners[-1]:
        yield


def reset(folder: Path, embed: list[str]) -> None:
    """Remove what earlier runs left in the data folder; a database of somebody else's is never emptied."""
    if "postgres" not in embed:
        raise CommandError(
            "RESET=1 empties the embedded database only. Yours (DATABASE_URL) is left alone: empty it yourself."
        )
    for path in folder.iterdir():
        if path.name.startswith(KEPT_BY_RESET):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def static_is_fresh() -> bool:
    """Whether the collected files are newer than their sources and the installed packages."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return False
    sources = [settings.BASE_DIR / "requirements.txt"]
    sources += [path for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*")]
    return all(path.stat().st_mtime < manifest.stat().st_mtime for path in sources)


def finish(static: Program | None) -> None:
    """If collecting fails, stop: the web server would start and answer 500."""
    if static is None or static.process is None:
        return
    try:
        code = static.process.wait(120)
    except subprocess.TimeoutExpired:
        static.stop(0)
        code = None
    if code != 0:
        raise CommandError(f"Collecting the static files failed: {children.last_line(static.log)} (see {static.log})")


def cores() -> int:
    """How many this process may use; in a container that is often fewer than the machine has."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = map(int, Path("/sys/fs/cgroup/cpu.max").read_text().split())
    except (OSError, ValueError):  # no such limit
        return allowed
    return max(1, min(allowed, quota // period))


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def padded(text: str, room: int) -> str:
    return text + " " * max(1, room - width(text))
