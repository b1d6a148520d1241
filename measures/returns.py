"""Ports' returns: what a port counts for a day under the fifth measure. The only writers of a Return."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from measures.models import Facilitation, Goods, Port, Return
from windows import clock, lifecycle, scope, sheets
from windows.lifecycle import NotAllowed
from windows.models import Officer, ProvinceToken, Source

MOST = 1_000_000


@transaction.atomic
def record(
    port: Port,
    kind: str,
    day: date,
    quantity: int,
    *,
    goods: str = "",
    by: Officer,
    note: str = "",
    at: datetime | None = None,
) -> Return:
    """Enter a port's count of a day; NotAllowed when the day is to come or was reported already."""
    at = at or clock.now()
    if day > clock.local_day(at):
        raise NotAllowed(_("A day to come cannot be reported."))
    if finding := _shape_problem(kind, goods, quantity):
        raise NotAllowed(finding[1])
    Port.objects.select_for_update(of=("self",)).get(pk=port.pk)
    if Return.objects.filter(port=port, kind=kind, goods=goods, day=day).exists():
        raise NotAllowed(_("This day is reported already; correct that return instead."))
    return _write(
        Return(port=port, kind=kind, goods=goods, day=day, quantity=quantity, note=note, by=by, recorded_at=at)
    )


@transaction.atomic
def correct(wrong: Return, quantity: int, *, by: Officer, note: str, at: datetime | None = None) -> Return:
    """Put another count in the place of a wrong one, which stays readable; NotAllowed when that was done already."""
    Port.objects.select_for_update(of=("self",)).get(pk=wrong.port_id)
    if Return.objects.filter(supersedes=wrong).exists():
        raise NotAllowed(_("This return has been corrected since."))
    if finding := _shape_problem(wrong.kind, wrong.goods, quantity):
        raise NotAllowed(finding[1])
    same = {name: getattr(wrong, name) for name in ("port_id", "kind", "goods", "day")}
    at = at or clock.now()
    return _write(Return(**same, quantity=quantity, note=note, by=by, recorded_at=at, supersedes=wrong))


def _write(entry: Return) -> Return:
    entry.source = Source.STAFF
    entry.save(force_insert=True)
    lifecycle.touch_pages()
    return entry


def _shape_problem(kind: str, goods: str, quantity: int) -> tuple[str, str] | None:
    """(column, message) of what does not go together; the database's constraints say the same."""
    lane = kind == Facilitation.DEDICATED_LANE
    if lane != bool(goods):
        return "goods", _("Dedicated lanes name their goods, and only they do.")
    if quantity < 0 and not lane:
        return "quantity", _("Only lanes count downwards.")
    if abs(quantity) > MOST:
        return "quantity", _("This count is too large to be true.")
    return None


def import_returns(name: str, content: bytes, *, by: Officer | None = None, dry_run: bool = False) -> sheets.Report:
    """facilitations.csv. `by` limits to the ports inside his divisions."""
    ports = Port.objects.all() if by is None else Port.objects.filter(scope.within(by, "division"))
    layout = sheets.Layout(_columns(ports, sheets.instant), key=KEY, check=_check)
    return sheets.take_in(name, content, layout, lambda rows: _store(rows, Source.IMPORT, by), dry_run=dry_run)


def report_returns(rows: list[dict[str, str]], *, token: ProvinceToken) -> sheets.Report:
    """Returns from the system of a province, about its own ports. `recorded_at` may be left out: it is now."""
    ports = Port.objects.filter(scope.of_province(token, "division"))
    layout = sheets.Layout(_columns(ports, sheets.optional(sheets.instant)), key=KEY, check=_check_reported)
    return sheets.take_rows(rows, layout, lambda rows: _store(rows, Source.API, None))


KEY = ("port", "kind", "goods", "day")


def _columns(ports, recorded_at) -> dict:
    return {
        "port": sheets.one_of(ports.values_list("pk", flat=True)),
        "kind": sheets.one_of(Facilitation.values),
        "goods": sheets.one_of(Goods.values, or_empty=True),
        "day": sheets.day,
        "quantity": sheets.whole_number(-MOST, MOST),
        "recorded_at": recorded_at,
    }


def _check(row: dict) -> tuple[str, str] | None:
    if row["recorded_at"] < clock.start_of(row["day"]):
        return "recorded_at", _("A day cannot be recorded before it began.")
    return _shape_problem(row["kind"], row["goods"], row["quantity"])


def _check_reported(row: dict) -> tuple[str, str] | None:
    now = clock.now()
    if row["day"] > clock.local_day(now):
        return "day", _("A day to come cannot be reported.")
    if row["recorded_at"] and row["recorded_at"] > now:
        return "recorded_at", _("This is still to come; report it when it has happened.")
    return _check(row | {"recorded_at": row["recorded_at"] or now})


def _store(rows: list[dict], source: Source, by: Officer | None) -> int:
    """Stores what is not there yet; then nothing that was there, also from a moment ago, may say something else."""
    columns = dict.fromkeys(KEY[:3], "text")
    columns |= {"row": "int", "day": "date", "quantity": "int", "recorded_at": "timestamptz"}
    with sheets.cursor() as cursor:
        sheets.stage(cursor, "staged", columns, rows)
        cursor.execute(NEW_RETURNS, [clock.now(), source, by and by.pk])
        stored = cursor.rowcount
        sheets.contradictions(cursor, CONTRADICTING, "day")
    if stored:
        lifecycle.touch_pages()
    return stored


NEW_RETURNS = """
    INSERT INTO measures_return (port_id, kind, goods, day, quantity, recorded_at, note, source, by_id)
    SELECT port, kind, goods, day, quantity, coalesce(recorded_at, %s), '', %s, %s FROM staged ORDER BY row
    ON CONFLICT DO NOTHING"""
CONTRADICTING = """
    SELECT staged.row FROM staged JOIN measures_return r
    ON (r.port_id, r.kind, r.goods, r.day) = (staged.port, staged.kind, staged.goods, staged.day)
    AND r.supersedes_id IS NULL
    WHERE (r.quantity, r.recorded_at)
        IS DISTINCT FROM (staged.quantity, coalesce(staged.recorded_at, r.recorded_at))"""
