"""The one reader of CSV and XLSX files, and the one way into a table in bulk, for commands, staff site and API.

A file is read row by row: each wrong cell becomes a Problem that names file, row and column, and nothing of a file
with problems is stored. Rows are counted as a spreadsheet does: the header is row 1.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import tablib
from django.db import connection, transaction
from django.utils.translation import gettext as _

from windows import clock


@dataclass(frozen=True)
class Problem:
    file: str
    row: int
    column: str
    message: str

    def __str__(self):
        place = f"{self.file}:{self.row}"
        return f"{place} {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


@dataclass
class Report:
    """What became of a file: how many rows were read, newly stored, there already; or its problems."""

    file: str
    rows: int = 0
    stored: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def unchanged(self) -> int:
        return self.rows - self.stored if self.ok else 0


@dataclass(frozen=True)
class Layout:
    """The columns of a kind of file with the parser of each cell, its key, and a rule over the whole row.

    Parsers take the trimmed text and raise ValueError. `check` returns (column, message) or None.
    """

    columns: dict[str, Callable[[str], object]]
    key: tuple[str, ...]
    check: Callable[[dict], tuple[str, str] | None] = lambda row: None


class Rejected(Exception):
    """Storing found rows that contradict what is stored: (row, column, message) each."""

    def __init__(self, findings: list[tuple[int, str, str]]):
        super().__init__(f"{len(findings)} rows contradict what is stored")
        self.findings = findings


def take_in(
    name: str, content: bytes, layout: Layout, store: Callable[[list[dict]], int], *, dry_run: bool = False
) -> Report:
    """Read a file and store all of it in one transaction, or nothing of it; a dry run does the same and rolls back.

    `store` gets the rows (each with its number under "row") and returns how many it newly stored.
    """
    report = Report(name)
    try:
        header, cells = _table(name, content)
    except ValueError as error:
        report.problems.append(Problem(name, 1, "", str(error)))
        return report
    return _take(report, _parse(report, header, cells, layout), store, dry_run)


def take_rows(rows: list[dict[str, str]], layout: Layout, store: Callable[[list[dict]], int]) -> Report:
    """As `take_in`, for rows that did not come as a file. They are counted from 0; a column left out is empty."""
    report, header = Report(""), list(layout.columns)
    cells = ([row.get(column, "") for column in header] for row in rows)
    return _take(report, _parse(report, header, cells, layout, first=0), store)


def _take(report: Report, rows: list[dict], store: Callable[[list[dict]], int], dry_run: bool = False) -> Report:
    if report.problems:
        return report
    try:
        with transaction.atomic():
            report.stored = store(rows)
            transaction.set_rollback(dry_run)
    except Rejected as rejected:
        report.problems += [Problem(report.file, *finding) for finding in rejected.findings]
    return report


def values_in(name: str, content: bytes, column: str) -> list[str]:
    """The different values of a column of a readable file, sorted."""
    header, rows = _table(name, content)
    place = header.index(column)
    return sorted({row[place].strip() for row in rows if any(cell.strip() for cell in row)})


def _table(name: str, content: bytes) -> tuple[list[str], Iterable[list[str]]]:
    if name.lower().endswith(".xlsx"):
        rows = _xlsx_rows(content)
    else:
        rows = _csv_rows(content)
    if not rows:
        raise ValueError(_("The file is empty."))
    return [cell.strip() for cell in rows[0]], rows[1:]


def _text(content: bytes) -> str:
    """UTF-8, or what a Chinese spreadsheet program writes."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ValueError(_("This is not a text file; save it as CSV in UTF-8, or as XLSX."))


def _csv_rows(content: bytes) -> list[list[str]]:
    lines = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    try:
        return list(lines)
    except csv.Error as error:
        raise ValueError(_("Line %(line)s is not readable CSV.") % {"line": lines.line_num}) from error


def _xlsx_rows(content: bytes) -> list[list[str]]:
    try:
        sheet = tablib.Dataset().load(content, format="xlsx", headers=False)
    except Exception as error:  # the library raises whatever its parsers meet in a damaged file
        raise ValueError(_("This is not a readable XLSX file.")) from error
    return [[_cell(value) for value in row] for row in sheet]


def _cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _parse(
    report: Report, header: list[str], cells: Iterable[list[str]], layout: Layout, *, first: int = 2
) -> list[dict]:
    report.problems += _header_problems(report.file, header, layout)
    rows: list[dict] = []
    if report.problems:
        return rows
    seen: dict[tuple, int] = {}
    for number, texts in enumerate(cells, start=first):
        if not any(text.strip() for text in texts):
            continue
        report.rows += 1
        row, findings = _row(header, texts, layout)
        if not findings:
            earlier = seen.setdefault(tuple(row[column] for column in layout.key), number)
            if earlier != number:
                findings = [(layout.key[0], _("The same key stands in row %(row)s already.") % {"row": earlier})]
        report.problems += [Problem(report.file, number, *finding) for finding in findings]
        row["row"] = number
        rows.append(row)
    return rows


def _header_problems(name: str, header: list[str], layout: Layout) -> list[Problem]:
    unknown = [column for column in header if column not in layout.columns]
    missing = [column for column in layout.columns if column not in header]
    twice = sorted({column for column in header if header.count(column) > 1})
    return [
        *(Problem(name, 1, column, _("This column is not known here.")) for column in unknown),
        *(Problem(name, 1, column, _("This column is missing.")) for column in missing),
        *(Problem(name, 1, column, _("This column stands here twice.")) for column in twice),
    ]


def _row(header: list[str], texts: list[str], layout: Layout) -> tuple[dict, list[tuple[str, str]]]:
    if len(texts) != len(header):
        counts = {"found": len(texts), "wanted": len(header)}
        return {}, [("", _("The row has %(found)s cells, the header %(wanted)s.") % counts)]
    row, findings = {}, []
    for column, text in zip(header, texts, strict=True):
        try:
            row[column] = layout.columns[column](text.strip())
        except ValueError as error:
            findings.append((column, str(error)))
    if not findings and (finding := layout.check(row)):
        findings.append(finding)
    return row, findings


# --- Parsers of cells --------------------------------------------------------------------------------------


def text(longest: int) -> Callable[[str], str]:
    def parse(cell: str) -> str:
        if not cell:
            raise ValueError(_("This cell must not be empty."))
        if len(cell) > longest:
            raise ValueError(_("This is longer than %(longest)s characters.") % {"longest": longest})
        if not cell.isprintable():
            raise ValueError(_("This holds characters that cannot be printed."))
        return cell

    return parse


def one_of(known: Iterable[str], *, or_empty: bool = False) -> Callable[[str], str]:
    known = set(known)

    def parse(cell: str) -> str:
        if cell in known or (or_empty and not cell):
            return cell
        raise ValueError(_("%(code)r is not known.") % {"code": cell[:60]})

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(cell: str) -> int:
        try:
            number = int(cell)
        except ValueError:
            raise ValueError(_("%(text)r is not a whole number.") % {"text": cell[:60]}) from None
        if not least <= number <= most:
            limits = {"least": least, "most": most}
            raise ValueError(_("This must be from %(least)s to %(most)s.") % limits)
        return number

    return parse


def instant(cell: str) -> datetime:
    """An instant as `clock.read_instant`, in UTC; a year that the database or a page could not show is refused."""
    return _within_reason(clock.read_instant(cell)).astimezone(UTC)


def day(cell: str) -> date:
    return _within_reason(clock.read_day(cell))


def _within_reason(when):
    if not 2000 <= when.year <= 2100:
        raise ValueError(_("This is too far away to be true."))
    return when


def or_empty(parse: Callable[[str], str]) -> Callable[[str], str]:
    return lambda cell: parse(cell) if cell else ""


def optional(parse: Callable[[str], object]) -> Callable[[str], object]:
    return lambda cell: parse(cell) if cell else None


# --- Out of the house --------------------------------------------------------------------------------------

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")


def guarded(value):
    """A cell for an export: text that a spreadsheet would run as a formula is marked as text."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(RUN_BY_SPREADSHEETS) else value


# --- Into a table ------------------------------------------------------------------------------------------


def stage(cursor, table: str, columns: dict[str, str], rows: Iterable[dict]) -> None:
    """Copy rows into a temporary table that lives until the transaction ends. `columns` maps name to SQL type."""
    declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    cursor.execute(f'DROP TABLE IF EXISTS "{table}"')
    cursor.execute(f'CREATE TEMPORARY TABLE "{table}" ({declared}) ON COMMIT DROP')
    lines = io.StringIO("".join(",".join(_copied(row[name]) for name in columns) + "\n" for row in rows))
    cursor.cursor.copy_expert(f'COPY "{table}" FROM STDIN WITH (FORMAT csv)', lines)
    cursor.execute(f'ANALYZE "{table}"')


def _copied(value) -> str:
    """None as nothing; all else in quotation marks, so that no text can be taken for it."""
    return "" if value is None else '"{}"'.format(str(value).replace('"', '""'))


def contradictions(cursor, query: str, column: str, values: Iterable = ()) -> None:
    """Run a query that selects the numbers of staged rows at odds with stored ones; raise Rejected if there are."""
    cursor.execute(query, list(values))
    message = _("Something else is stored under this key already; correct it there.")
    if found := [(number, column, message) for (number,) in cursor.fetchall()]:
        raise Rejected(sorted(found))


def cursor():
    return connection.cursor()
