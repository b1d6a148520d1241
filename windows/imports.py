"""Windows and status changes reported in bulk, as a file or by a provincial system: history, checked row by row."""

from django.utils.translation import gettext as _

from windows import clock, doorbell, scope, sheets
from windows.models import (
    Audience,
    Channel,
    Division,
    Officer,
    ProvinceToken,
    Reason,
    Service,
    Source,
    Status,
    Window,
)

LONGEST_NOTE = 500


def import_windows(name: str, content: bytes, *, dry_run: bool = False) -> sheets.Report:
    """windows.csv: the windows and, by `serves_foreigners`, what each offers."""
    layout = sheets.Layout(
        columns={
            "code": sheets.text(8),
            "division": sheets.one_of(Division.objects.values_list("pk", flat=True)),
            "name_zh": sheets.text(100),
            "name_en": sheets.text(160),
            "counters": sheets.whole_number(0, 999),
            "serves_foreigners": sheets.one_of("01"),
        },
        key=("code",),
        check=_check_window,
    )
    return sheets.take_in(name, content, layout, _store_windows, dry_run=dry_run)


def _check_window(row: dict) -> tuple[str, str] | None:
    if len(row["code"]) == 8 and row["code"].isdecimal() and row["code"].startswith(row["division"]):
        return None
    return "code", _("A window's code is its division's and two digits.")


def _store_windows(rows: list[dict]) -> int:
    with sheets.cursor() as cursor:
        columns = {"row": "int", "code": "text", "division": "text", "name_zh": "text", "name_en": "text"}
        columns |= {"counters": "int", "serves_foreigners": "text"}
        sheets.stage(cursor, "staged", columns, rows)
        cursor.execute("""
            INSERT INTO windows_window (code, division_id, name_zh, name_en, counters)
            SELECT code, division, name_zh, name_en, counters FROM staged ORDER BY row
            ON CONFLICT (code) DO NOTHING RETURNING code""")
        stored = [code for (code,) in cursor.fetchall()]
        cursor.execute(
            """
            INSERT INTO windows_offering (window_id, service_id)
            SELECT staged.code, service.code
            FROM staged JOIN windows_service service ON service.audience <> %s OR staged.serves_foreigners = '1'
            WHERE staged.code = ANY(%s) ORDER BY staged.row, service.position""",
            [Audience.FOREIGN, stored],
        )
    return len(stored)


def import_status_changes(
    name: str, content: bytes, *, by: Officer | None = None, dry_run: bool = False
) -> sheets.Report:
    """status_changes.csv: whole-window entries of the ledger, as they were reported. `by` limits to his windows."""
    layout = sheets.Layout(
        columns=_columns(known_window(by), recorded_at=sheets.instant),
        key=("window", "effective_at"),
        check=_check_change,
    )
    store = lambda rows: _store_status_changes(rows, Source.IMPORT, by=by)  # noqa: E731
    return sheets.take_in(name, content, layout, store, dry_run=dry_run)


def report_status_changes(rows: list[dict[str, str]], *, token: ProvinceToken) -> sheets.Report:
    """Entries of the ledger from the system of a province, about its own windows; also of one service or channel.

    `recorded_at` may be left out: it is now, and what is sent again then counts as the same.
    """
    windows = Window.objects.filter(scope.of_province(token, "division")).values_list("pk", flat=True)
    layout = sheets.Layout(
        columns=_columns(sheets.one_of(windows), recorded_at=sheets.optional(sheets.instant))
        | {
            "note_zh": sheets.or_empty(sheets.text(LONGEST_NOTE)),
            "note_en": sheets.or_empty(sheets.text(LONGEST_NOTE)),
            "next_review": sheets.optional(sheets.day),
            "service": sheets.optional(sheets.one_of(Service.objects.values_list("pk", flat=True))),
            "channel": sheets.one_of(Channel.values, or_empty=True),
        },
        key=("window", "effective_at", "service", "channel"),
        check=_check_reported_change,
    )
    return sheets.take_rows(rows, layout, lambda rows: _store_status_changes(rows, Source.API, token=token))


def _columns(window, *, recorded_at) -> dict:
    return {
        "window": window,
        "status": sheets.one_of(Status.values),
        "effective_at": sheets.instant,
        "recorded_at": recorded_at,
        "reason": sheets.one_of(Reason.objects.values_list("pk", flat=True)),
        "measure": sheets.optional(sheets.whole_number(1, 10)),
    }


def _check_change(row: dict) -> tuple[str, str] | None:
    if row["recorded_at"] < row["effective_at"]:
        return "recorded_at", _("A change cannot be recorded before it took effect.")
    return None


def _check_reported_change(row: dict) -> tuple[str, str] | None:
    """A system that reports as things happen reports nothing that is to come."""
    now = clock.now()
    for column in ("effective_at", "recorded_at"):
        if row[column] and row[column] > now:
            return column, _("This is still to come; report it when it has happened.")
    if row["note_en"] and not row["note_zh"]:
        return "note_zh", _("Write the note in Chinese as well: the Chinese text is authoritative.")
    return _check_change(row | {"recorded_at": row["recorded_at"] or now})


def known_window(by: Officer | None):
    """A parser for the code of a window that `by` may report for; None reports for the nation."""
    windows = Window.objects.all() if by is None else scope.windows_of(by)
    return sheets.one_of(windows.values_list("pk", flat=True))


STAGED = {
    **{"row": "int", "window": "text", "status": "text", "effective_at": "timestamptz", "recorded_at": "timestamptz"},
    **{"reason": "text", "measure": "smallint", "note_zh": "text", "note_en": "text", "next_review": "date"},
    **{"service": "text", "channel": "text"},
}
OF_A_FILE = {"note_zh": "", "note_en": "", "next_review": None, "service": None, "channel": ""}  # not in its columns


def _store_status_changes(
    rows: list[dict], source: Source, *, by: Officer | None = None, token: ProvinceToken | None = None
) -> int:
    """Stores what is not there yet; then nothing that was there, also from a moment ago, may say something else."""
    with sheets.cursor() as cursor:
        sheets.stage(cursor, "staged", STAGED, [OF_A_FILE | row for row in rows])
        cursor.execute(NEW_CHANGES, [clock.now(), source, by and by.pk, token and token.pk])
        (stored,) = cursor.fetchone()
        sheets.contradictions(cursor, CONTRADICTING, "effective_at", [source])
    if stored:
        doorbell.ring()
    return stored


NEW_CHANGES = """
    WITH stored AS (
        INSERT INTO windows_statuschange
            (window_id, service_id, channel, status, effective_at, recorded_at, reason_id, measure, note_zh, note_en,
             next_review, source, by_id, token_id)
        SELECT "window", service, channel, status, effective_at, coalesce(recorded_at, %s), reason, measure, note_zh,
               note_en, next_review, %s, %s, %s
        FROM staged ORDER BY row
        ON CONFLICT DO NOTHING RETURNING window_id, day
    ), touched AS (
        INSERT INTO windows_touch (window_id, day, kind)
        SELECT window_id, min(day), 'status' FROM stored GROUP BY window_id
    )
    SELECT count(*) FROM stored"""
CONTRADICTING = """
    SELECT staged.row FROM staged JOIN windows_statuschange c
    ON c.window_id = staged.window AND c.effective_at = staged.effective_at AND c.channel = staged.channel
    AND c.service_id IS NOT DISTINCT FROM staged.service AND c.source = %s AND c.supersedes_id IS NULL
    WHERE (c.status, c.recorded_at, c.reason_id, c.measure, c.note_zh, c.note_en, c.next_review)
        IS DISTINCT FROM (staged.status, coalesce(staged.recorded_at, c.recorded_at), staged.reason, staged.measure,
            staged.note_zh, staged.note_en, staged.next_review)"""
