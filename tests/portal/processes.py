"""Processes of a data folder, seen from outside; and commands run in one."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent.parent
OURS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORTAL_ROLE", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"}
OURS |= {"PORTAL_DATA_KEYS", "PORTAL_INDEX_KEY", "MAKELEVEL", "RESET", "PORT"}


def environment(folder, **changes):
    """The environment of a fresh machine: nothing of what the tests have set for themselves."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return kept | {"PORTAL_DATA_DIR": str(folder)} | changes


def start_manage(folder, *arguments, **changes):
    command = [sys.executable, str(HOME / "manage.py"), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment(folder, **changes))


def manage(folder, *arguments, **changes):
    """Run a command to its end: its exit code, standard output, standard error."""
    process = start_manage(folder, *arguments, **changes)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def processes_of(folder):
    """Process id -> command line of all that work in the folder or name it on their command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            environ = (entry / "environ").read_bytes()
            cwd = os.readlink(entry / "cwd")
            named = str(folder) in command or f"PORTAL_DATA_DIR={folder}\0".encode() in environ
            if command and (named or Path(cwd).is_relative_to(folder)):
                found[int(entry.name)] = command
    return found


def named(folder, part):
    """The ids of the folder's processes that have `part` in their command line, lowest first."""
    return sorted(pid for pid, command in processes_of(folder).items() if part in command)


def wait_until(holds, within=10.0):
    deadline = time.monotonic() + within
    while not (answer := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
