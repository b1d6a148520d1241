"""A scenario played through the portal's own rules while its clock moves, so that the site is seen to change.

Everything happens when the portal learnt of it, the way provincial systems report: statuses and ports' returns by the
rules of the API for provinces, applications as they were submitted and again, later, with their outcome. The rules
for officers are left alone: they bind who stands in the hall (a prevention check, the present status), which a file
of what happened cannot tell.
"""

import csv
import io
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command

from applications.imports import import_applications
from measures import figures, restoration
from measures.models import Port
from measures.returns import report_returns
from windows import clock
from windows.imports import report_status_changes
from windows.models import Level, ProvinceToken
from windows.sheets import Problem

WINDOWS, CHANGES = "windows.csv", "status_changes.csv"
APPLICATIONS, RETURNS = "applications.csv", "facilitations.csv"

Row = dict[str, str]


class Refused(Exception):
    """A rule did not take what a scenario reports."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"The scenario does not go by the rules: {problems[0]}")


@dataclass(frozen=True)
class News:
    """What the portal learns at an instant: a row of a file, which takes the place of an earlier one of its key."""

    at: datetime
    key: str
    row: Row


class Scenario:
    """The files of a folder, by what the portal learns when. `expected` is what they add up to, day by day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        self.days = sorted(map(date.fromisoformat, self.expected["days"]))
        told = {
            CHANGES: _when("recorded_at", ("window", "effective_at"), _rows(folder / CHANGES)),
            APPLICATIONS: _applications(_rows(folder / APPLICATIONS)),
            RETURNS: _when("recorded_at", ("port", "kind", "goods", "day"), _rows(folder / RETURNS)),
        }
        self._news = {name: sorted(news, key=lambda one: one.at) for name, news in told.items()}
        self.last = max(news[-1].at for news in self._news.values())

    def learnt(self, name: str, since: datetime | None, until: datetime) -> list[Row]:
        """The rows of a file as they became known after `since` (None: ever) and up to `until`."""
        return list({one.key: one.row for one in self._between(name, since, until)}.values())

    def count(self, since: datetime, until: datetime) -> int:
        """How much was learnt: an application counts once as submitted and once as decided."""
        return sum(len(self._between(name, since, until)) for name in self._news)

    def write(self, folder: Path, until: datetime) -> None:
        """A folder of the same form with what was known at an instant."""
        (folder / WINDOWS).write_bytes((self.folder / WINDOWS).read_bytes())
        for name, news in self._news.items():
            (folder / name).write_bytes(_as_file(list(news[0].row), self.learnt(name, None, until)))

    def _between(self, name: str, since: datetime | None, until: datetime) -> list[News]:
        news = self._news[name]
        first = 0 if since is None else bisect_right(news, since, key=lambda one: one.at)
        return news[first : bisect_right(news, until, key=lambda one: one.at)]


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _when(column: str, key: tuple[str, ...], rows: list[Row]) -> Iterator[News]:
    for row in rows:
        yield News(clock.read_instant(row[column]), " ".join(row[part] for part in key), row)


def _applications(rows: list[Row]) -> Iterator[News]:
    undecided = [row | {"decided_at": "", "outcome": ""} for row in rows]
    yield from _when("submitted_at", ("number",), undecided)
    yield from _when("decided_at", ("number",), [row for row in rows if row["decided_at"]])


def _as_file(columns: list[str], rows: list[Row]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


class Replay:
    """One run of a scenario from the beginning of a day on; whoever drives it says how much real time has passed.

    The clock is moved in steps and given no rate of its own: it never runs ahead of what is reported, and stands
    where it is when the run is broken off. Other processes read it once a second, as always.
    """

    def __init__(self, scenario: Scenario, first: date, seconds_per_day: float) -> None:
        self.scenario, self.seconds_per_day = scenario, seconds_per_day
        self.day, self.starts_at = first, clock.start_of(first)
        self.played = clock.end_of(first - timedelta(days=1))  # what the portal learnt up to here is reported
        self.events = scenario.count(self.played, scenario.last)

    @property
    def over(self) -> bool:
        return self.played >= self.scenario.last

    def begin(self) -> None:
        """Import what was known by the evening before, and set the portal's clock to the beginning of the day."""
        with TemporaryDirectory() as folder:
            self.scenario.write(Path(folder), until=self.played)
            call_command("import_scenario", folder, verbosity=0)
        clock.set_now(self.starts_at)

    def move_on(self, elapsed: float) -> date | None:
        """Bring clock and portal to where they are after so many real seconds; returns the day that ended with it.

        Never past the end of a day or of the scenario, however late the call comes. What a failed call had begun is
        reported again by the next one, which changes nothing twice.
        """
        due = self.starts_at + timedelta(days=elapsed / self.seconds_per_day)
        day, evening = self.day, min(clock.end_of(self.day), self.scenario.last)
        at = min(due, evening)
        clock.set_now(at)
        report(self.scenario, self.played, at)
        self.played = at
        if at < evening:
            return None
        self.day += timedelta(days=1)
        return day


def report(scenario: Scenario, since: datetime, until: datetime) -> None:
    """Have the systems of the provinces report what became known after `since` and up to `until`."""
    changes = scenario.learnt(CHANGES, since, until)
    returns = scenario.learnt(RETURNS, since, until)
    places = dict(Port.objects.values_list("pk", "division")) if returns else {}
    applications = scenario.learnt(APPLICATIONS, since, until)
    reports = [
        *(report_status_changes(rows, token=token) for token, rows in _by_province(changes, lambda row: row["window"])),
        *(report_returns(rows, token=token) for token, rows in _by_province(returns, lambda row: places[row["port"]])),
    ]
    if applications:
        reports.append(import_applications(APPLICATIONS, _as_file(list(applications[0]), applications)))
    if problems := [problem for one in reports for problem in one.problems]:
        raise Refused(problems)


def _by_province(rows: Iterable[Row], code) -> Iterator[tuple[ProvinceToken, list[Row]]]:
    """The rows of each province with what its system may speak for; nobody signs in with such a token."""
    digits = lambda row: code(row)[:2]  # noqa: E731
    for province, own in groupby(sorted(rows, key=digits), digits):
        yield ProvinceToken(province_id=f"{province}0000"), list(own)


def restored(day: date) -> restoration.Restoration:
    """What is restored at the end of a day by what was known then, counted from the events themselves."""
    return restoration.on(day, known_at=clock.end_of(day))


def differing_days(expected: dict) -> list[str]:
    """The days whose figures are not the expected ones, or were not known that evening as expected."""
    days = {day: _figures(date.fromisoformat(day), wanted["figures"]) for day, wanted in expected["days"].items()}
    known = {day: restored(date.fromisoformat(day)).restored for day in expected["known"]}
    differing = {day for day, wanted in expected["days"].items() if days[day] != wanted}
    return sorted(differing | {day for day, wanted in expected["known"].items() if known[day] != wanted})


def _figures(day: date, names: Iterable[str]) -> dict:
    asked = figures.ask(day)
    values = {value.figure.id: value.value for value in figures.values_of(asked)}
    provinces = {row.division.pk: row.restored for row in restoration.at_level(day, Level.PROVINCE)}
    return {
        "restored": asked.restoration.restored,
        "provinces": {code: n for code, n in provinces.items() if n},
        "figures": {name: values[name] for name in names},
    }
