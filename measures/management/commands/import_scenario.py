"""Load a folder of windows, status changes, applications and port returns, complete with figures."""

from collections.abc import Callable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from applications.imports import import_applications
from measures import reference, restoration
from measures.returns import import_returns
from windows.imports import import_status_changes, import_windows
from windows.sheets import Report

FILES: tuple[tuple[str, Callable[..., Report]], ...] = (
    ("windows.csv", import_windows),
    ("status_changes.csv", import_status_changes),
    ("applications.csv", import_applications),
    ("facilitations.csv", import_returns),
)
MOST_SHOWN = 20
BAR = 30


class Command(BaseCommand):
    help = (
        "Loads a scenario folder (windows.csv, status_changes.csv, applications.csv, facilitations.csv) with the "
        "reference data, and folds the figures. Running it again changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--progress", action="store_true", help="draw a progress bar")

    def handle(self, *, folder: Path, progress: bool, **options):
        if missing := [name for name, _ in FILES if not (folder / name).is_file()]:
            raise CommandError(f"{folder} has no {', '.join(missing)}.")
        steps = len(FILES) + 2
        self._tell(progress, 0, steps, "reference data")
        reference.load()
        for step, (name, load) in enumerate(FILES, start=1):
            self._tell(progress, step, steps, name)
            self._report(load(name, (folder / name).read_bytes()))
        self._tell(progress, steps - 1, steps, "figures")
        tell_the_planner(*FOLDED_FROM)
        restoration.fold()
        tell_the_planner()
        self._tell(progress, steps, steps, "done")

    def _report(self, report: Report) -> None:
        if not report.ok:
            lines = [str(problem) for problem in report.problems[:MOST_SHOWN]]
            if (more := len(report.problems) - MOST_SHOWN) > 0:
                lines.append(f"... and {more} more")
            raise CommandError("\n".join([*lines, f"Nothing of {report.file} was stored."]))
        self.stdout.write(f"{report.file}: {report.rows} rows, {report.stored} new")

    def _tell(self, progress: bool, step: int, steps: int, what: str) -> None:
        if progress:
            done = BAR * step // steps
            self.stdout.write(f"[{'#' * done}{'.' * (BAR - done)}] {100 * step // steps:3d} %  {what}")


FOLDED_FROM = ("windows_window", "windows_statuschange", "windows_touch", "applications_event")


def tell_the_planner(*tables: str) -> None:
    """How much there is now, in these tables or in all: it must not take them for as empty as they were."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
