"""Risk levels of counties reported in a file: history, checked row by row. Windows change by proposals alone."""

from django.utils.translation import gettext as _

from measures.models import Risk
from windows import clock, scope, sheets
from windows.models import Division, Level, Officer, Source


def import_levels(name: str, content: bytes, *, by: Officer | None = None, dry_run: bool = False) -> sheets.Report:
    """risk_levels.csv: levels of counties as they were decided. No window changes; `by` limits to his divisions."""
    places = Division.objects.filter(level=Level.COUNTY)
    places = places if by is None else places.filter(scope.within(by, ""))
    layout = sheets.Layout(
        columns={
            "division": sheets.one_of(places.values_list("pk", flat=True)),
            "level": sheets.one_of(Risk.values),
            "day": sheets.day,
            "reason_zh": sheets.text(500),
            "reason_en": sheets.or_empty(sheets.text(500)),
        },
        key=("division", "day"),
        check=_check_level,
    )
    return sheets.take_in(name, content, layout, lambda rows: _store_levels(rows, by), dry_run=dry_run)


def _check_level(row: dict) -> tuple[str, str] | None:
    if row["day"] > clock.today():
        return "day", _("This is still to come; report it when it has happened.")
    return None


STAGED = {"row": "int", "division": "text", "level": "text", "day": "date", "reason_zh": "text", "reason_en": "text"}


def _store_levels(rows: list[dict], by: Officer | None) -> int:
    """Stores what is not there yet; then nothing that was there, also from a moment ago, may say something else."""
    with sheets.cursor() as cursor:
        sheets.stage(cursor, "staged", STAGED, rows)
        cursor.execute(NEW_LEVELS, [clock.now(), Source.IMPORT, by and by.pk])
        stored = cursor.rowcount
        sheets.contradictions(cursor, CONTRADICTING, "day", [Source.IMPORT])
    return stored


NEW_LEVELS = """
    INSERT INTO measures_risklevel (division_id, day, level, reason_zh, reason_en, recorded_at, source, by_id)
    SELECT division, day, level, reason_zh, reason_en, %s, %s, %s FROM staged ORDER BY row
    ON CONFLICT DO NOTHING"""
CONTRADICTING = """
    SELECT staged.row FROM staged JOIN measures_risklevel r
    ON (r.division_id, r.day) = (staged.division, staged.day) AND r.source = %s AND r.supersedes_id IS NULL
    WHERE (r.level, r.reason_zh, r.reason_en) IS DISTINCT FROM (staged.level, staged.reason_zh, staged.reason_en)"""
