"""Worker and beat under the demo's supervisor, as a process: `python -m tests.drills.supervised FOLDER`."""

import sys
from pathlib import Path

from portal.supervisor import Program, Stop, Supervisor, ignore_signals, raise_stop_on_signals
from tests.drills.site import CELERY, WORKER


def main(folder: Path) -> None:
    raise_stop_on_signals()
    supervisor = Supervisor(lambda text: print(text, flush=True))
    try:
        for name, options in (("worker", WORKER), ("beat", ("--schedule", str(folder / "schedule")))):
            command = [sys.executable, *CELERY, name, *options]
            environment = {"PORTAL_ROLE": name, "PORTAL_SUPERVISED": "1"}
            supervisor.start(Program(name, command, log=folder / f"{name}.log", environment=environment))
        supervisor.watch()
    except Stop:
        ignore_signals()
    finally:
        supervisor.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
