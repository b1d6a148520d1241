"""Files of windows and of status changes become rows: history as reported, checked row by row, stored in bulk."""

from django.utils.translation import gettext as _

from windows import clock, doorbell, scope, sheets
from windows.models import Audience, Division, Officer, Reason, Source, Status, Window


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
        columns={
            "window": known_window(by),
            "status": sheets.one_of(Status.values),
            "effective_at": clock.read_instant,
            "recorded_at": clock.read_instant,
            "reason": sheets.one_of(Reason.objects.values_list("pk", flat=True)),
            "measure": sheets.optional(sheets.whole_number(1, 10)),
        },
        key=("window", "effective_at"),
        check=lambda row: (
            ("recorded_at", _("A change cannot be recorded before it took effect."))
            if row["recorded_at"] < row["effective_at"]
            else None
        ),
    )
    return sheets.take_in(name, content, layout, lambda rows: _store_status_changes(rows, by), dry_run=dry_run)


def known_window(by: Officer | None):
    """A parser for the code of a window that `by` may report for; None reports for the nation."""
    windows = Window.objects.all() if by is None else scope.windows_of(by)
    return sheets.one_of(windows.values_list("pk", flat=True))


def _store_status_changes(rows: list[dict], by: Officer | None) -> int:
    columns = {"row": "int", "window": "text", "status": "text", "effective_at": "timestamptz"}
    columns |= {"recorded_at": "timestamptz", "reason": "text", "measure": "smallint"}
    with sheets.cursor() as cursor:
        sheets.stage(cursor, "staged", columns, rows)
        sheets.contradictions(
            cursor,
            f"""
            SELECT staged.row FROM staged JOIN windows_statuschange c
            ON c.window_id = staged.window AND c.effective_at = staged.effective_at
            AND c.source = '{Source.IMPORT}' AND c.supersedes_id IS NULL AND c.service_id IS NULL AND c.channel = ''
            WHERE (c.status, c.recorded_at, c.reason_id, c.measure)
                IS DISTINCT FROM (staged.status, staged.recorded_at, staged.reason, staged.measure)""",
            "effective_at",
        )
        cursor.execute(
            """
            WITH stored AS (
                INSERT INTO windows_statuschange
                    (window_id, channel, status, effective_at, recorded_at, reason_id, measure, note_zh, note_en,
                     source, by_id)
                SELECT "window", '', status, effective_at, recorded_at, reason, measure, '', '', %s, %s
                FROM staged ORDER BY row
                ON CONFLICT DO NOTHING RETURNING window_id, day
            ), touched AS (
                INSERT INTO windows_touch (window_id, day, kind)
                SELECT window_id, min(day), 'status' FROM stored GROUP BY window_id
            )
            SELECT count(*) FROM stored""",
            [Source.IMPORT, by and by.pk],
        )
        (stored,) = cursor.fetchone()
    if stored:
        doorbell.ring()
    return stored
