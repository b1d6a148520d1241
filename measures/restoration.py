"""Restoration: standings and tallies recomputed from events, and what they say of a day.

The fold recomputes the touched cells and never increments: a crash, a second delivery or a late commit change
nothing. What was *known* at another time is answered from the events themselves, not from standings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection, transaction
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Concat, Now, Substr

from measures import verification
from measures.models import FoldState, Standing
from windows import clock
from windows.models import RESTORED, Division, Level, Status, StatusChange, Touch, Window, significant

FOLD_LOCK = 0x666F6C64  # the advisory lock's key: "fold" in ASCII
BATCH = 20_000
UNREPORTED = "unreported"

# --- Folding -----------------------------------------------------------------------------------------------

# By a bound and not by a list: the table is mostly empty, and a planner that believes so compares each row with each.
TAKE_TOUCHES = """
    DELETE FROM windows_touch
    WHERE id <= (SELECT max(id) FROM (SELECT id FROM windows_touch ORDER BY id LIMIT %s) AS first)
    RETURNING window_id, day, kind"""
NEXT_VERSION = """
    INSERT INTO measures_foldstate (id, version) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET version = measures_foldstate.version + 1, folded_at = now()"""

# The status at the end of each day on which something changed, joined into runs of the same status.
STANDINGS = """
    WITH day_end AS (
        SELECT DISTINCT ON (c.window_id, c.day) c.window_id, c.day, c.status
        FROM windows_statuschange c
        WHERE {which} AND c.service_id IS NULL AND c.channel = '' AND c.status <> ''
          AND NOT EXISTS (SELECT FROM windows_statuschange later WHERE later.supersedes_id = c.id)
        ORDER BY c.window_id, c.day, c.effective_at DESC, c.recorded_at DESC, c.id DESC
    ), begun AS (
        SELECT *, lag(status) OVER (PARTITION BY window_id ORDER BY day) AS before FROM day_end
    )
    SELECT window_id AS "window", day AS from_day, status,
           lead(day) OVER (PARTITION BY window_id ORDER BY day) AS until_day
    FROM begun WHERE status IS DISTINCT FROM before"""
STANDING_COLUMNS = '"window", from_day, status, until_day'

TALLIES = """
    SELECT e.window_id AS "window", e.day,
           count(*) FILTER (WHERE e.verb = 'submitted') AS submitted,
           count(*) FILTER (WHERE e.verb = 'submitted' AND e.channel = 'online') AS submitted_online,
           count(*) FILTER (WHERE e.verb = 'approved') AS approved,
           count(*) FILTER (WHERE e.verb = 'refused') AS refused,
           count(*) FILTER (WHERE e.verb = 'withdrawn') AS withdrawn,
           count(*) FILTER (WHERE e.ground = 'work_resumption' AND e.verb IN ('approved', 'refused'))
               AS work_resumption,
           count(*) FILTER (WHERE e.ground = 'epidemic_response' AND e.verb IN ('approved', 'refused'))
               AS epidemic_response
    FROM applications_event e {which} GROUP BY e.window_id, e.day"""
TALLY_COLUMNS = (
    '"window", day, submitted, submitted_online, approved, refused, withdrawn, work_resumption, epidemic_response'
)
CELLS = "unnest(%s::text[], %s::date[]) AS cell (w, d)"


def fold() -> int:
    """Bring the figures up to date with every committed event; returns how many touches were folded.

    Safe to call at any time from anywhere: one fold works at a time, and each batch is one transaction.
    """
    folded = 0
    while batch := _fold_batch():
        folded += batch
    note(beat_at=Now())
    return folded


def note(**values) -> None:
    """Write these columns of the fold's one row and no other."""
    FoldState.objects.bulk_create([FoldState(id=1)], ignore_conflicts=True)
    FoldState.objects.filter(id=1).update(**values)


@transaction.atomic
def _fold_batch() -> int:
    with connection.cursor() as cursor:
        _lock(cursor)
        cursor.execute(TAKE_TOUCHES, [BATCH])
        touches = cursor.fetchall()
        if touches:
            # Later statements, hence later snapshots: they see every event whose touch was just taken.
            _restand(cursor, sorted({window for window, _, kind in touches if kind == Touch.Kind.STATUS}))
            _retally(cursor, sorted({(window, day) for window, day, kind in touches if kind == Touch.Kind.WORK}))
            cursor.execute(NEXT_VERSION)
    return len(touches)


def _lock(cursor) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLD_LOCK])


def _restand(cursor, windows: list[str]) -> None:
    if windows:
        cursor.execute('DELETE FROM measures_standing WHERE "window" = ANY(%s)', [windows])
        fresh = STANDINGS.format(which="c.window_id = ANY(%s)")
        cursor.execute(f"INSERT INTO measures_standing ({STANDING_COLUMNS}) {fresh}", [windows])


def _retally(cursor, cells: list[tuple[str, date]]) -> None:
    if cells:
        columns = [[window for window, _ in cells], [day for _, day in cells]]
        cursor.execute(f'DELETE FROM measures_tally t USING {CELLS} WHERE t."window" = w AND t.day = d', columns)
        fresh = TALLIES.format(which=f"JOIN {CELLS} ON e.window_id = w AND e.day = d")
        cursor.execute(f"INSERT INTO measures_tally ({TALLY_COLUMNS}) {fresh}", columns)


@transaction.atomic
def rebuild() -> int:
    """Recompute every standing and tally from all events, write what differs, return how many cells did."""
    with connection.cursor() as cursor:
        _lock(cursor)
        cursor.execute("SET LOCAL work_mem = '64MB'")
        differing = _replace(cursor, "measures_standing", STANDING_COLUMNS, STANDINGS.format(which="TRUE"))
        differing += _replace(cursor, "measures_tally", TALLY_COLUMNS, TALLIES.format(which=""))
        cursor.execute(NEXT_VERSION)
    return differing


def _replace(cursor, table: str, columns: str, fresh: str) -> int:
    """Make the table hold exactly the query's rows, writing only what differs. The first two columns are the key."""
    names = columns.split(", ")
    same_key = " AND ".join(f"f.{name} = t.{name}" for name in names[:2])
    same_rest = " AND ".join(f"f.{name} IS NOT DISTINCT FROM t.{name}" for name in names[2:])
    # In the order of the key, which halves the time of writing its index.
    cursor.execute(f"CREATE TEMPORARY TABLE fresh ON COMMIT DROP AS {fresh} ORDER BY 1, 2")
    cursor.execute("ANALYZE fresh")
    cursor.execute(f"DELETE FROM {table} t WHERE NOT EXISTS (SELECT FROM fresh f WHERE {same_key} AND {same_rest})")
    gone = cursor.rowcount
    cursor.execute(
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM fresh f"
        f" WHERE NOT EXISTS (SELECT FROM {table} t WHERE {same_key})"
    )
    added = cursor.rowcount
    cursor.execute("DROP TABLE fresh")
    return max(gone, added)


def verify() -> list[tuple[str, str, date]]:
    """Every cell that differs from an independent recount of the events, as (table, window, day); stored as an alarm.

    Cells with a touch still waiting for the fold are left out: they are known to be behind.
    """
    provinces = Division.objects.filter(level=Level.PROVINCE).values_list("pk", flat=True)
    differing = [cell for code in provinces for cell in verification.differing_cells(significant(code))]
    note(differing_cells=len(differing), verified_at=Now())
    return differing


# --- How current the figures are ---------------------------------------------------------------------------


FRESH = timedelta(seconds=60)  # older figures are shown with the time they stand for


def age() -> timedelta:
    """How long the oldest event that is not yet in the figures has been waiting (real time)."""
    return _oldest().first() or timedelta(0)


def _oldest() -> QuerySet:
    return Touch.objects.order_by("id").annotate(age=Now() - F("at")).values_list("age", flat=True)


def published() -> tuple[int, timedelta]:
    """Which version of the figures is published, and its age, in one query."""
    state = FoldState.objects.annotate(age=Subquery(_oldest()[:1])).values_list("version", "age").first()
    version, waiting = state or (0, age())
    return version, waiting or timedelta(0)


# --- Asking ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Restoration:
    """What of a division's windows (""= the nation) was restored at the end of a day, as known at an instant."""

    as_of: date
    known_at: datetime | None
    division: str
    windows: int
    restored: int
    by_status: dict[str, int]

    @property
    def rate(self) -> Decimal | None:
        return rate(self.restored, self.windows)


@dataclass(frozen=True)
class Row:
    """A line of the drill-down: a division with all inside it, or (`own`) the windows it has at its own level."""

    division: Division
    own: bool
    windows: int
    restored: int
    by_status: dict[str, int]

    @property
    def rate(self) -> Decimal | None:
        return rate(self.restored, self.windows)


def rate(restored: int, windows: int) -> Decimal | None:
    """A fraction rounded half up to 4 places; None without windows."""
    if not windows:
        return None
    return (Decimal(restored) / windows).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def statuses(day: date, *, division: str = "", known_at: datetime | None = None) -> QuerySet[Window]:
    """The windows of a division, each with its `status` at the end of the day; None where nothing was reported."""
    if known_at is None:
        said = Standing.objects.on(day)
    else:
        said = StatusChange.objects.telling(clock.end_of(day), known_at).latest_first()
    status = Subquery(said.filter(window=OuterRef("pk")).values("status")[:1])
    return Window.objects.in_division(division).annotate(status=status)


def on(day: date, *, division: str = "", known_at: datetime | None = None) -> Restoration:
    """The restoration at the end of a day; `division` in full or as significant digits, "" for the nation."""
    counted = _count(statuses(day, division=division, known_at=known_at), Value(""))
    return Restoration(day, known_at, division, *_totals(counted.get("", {})))


STANDING_ON = """
    SELECT asked.day, s.status, count(*)
    FROM unnest(%(days)s::date[]) AS asked (day) CROSS JOIN windows_window w
    LEFT JOIN measures_standing s
        ON s."window" = w.code AND s.from_day <= asked.day AND (s.until_day IS NULL OR s.until_day > asked.day)
    WHERE w.code LIKE %(inside)s GROUP BY 1, 2"""


def on_days(days: Iterable[date], *, division: str = "") -> dict[date, Restoration]:
    """As `on`, of several days by one question."""
    counted: dict[date, dict[str | None, int]] = {day: {} for day in days}
    with connection.cursor() as cursor:
        cursor.execute(STANDING_ON, {"days": list(counted), "inside": significant(division) + "%"})
        for day, status, n in cursor.fetchall():
            counted[day][status] = n
    return {day: Restoration(day, None, division, *_totals(counts)) for day, counts in counted.items()}


def by_division(day: date, *, under: str = "", known_at: datetime | None = None) -> list[Row]:
    """The division's parts one level down, and itself for the windows of its own level: they add up to it."""
    parts = Division.objects.filter(parent=under or None)
    counted = _count(statuses(day, division=under, known_at=known_at), _part_of(under))
    rows = [Row(part, False, *_totals(counted.get(part.pk, {}))) for part in parts]
    if under in counted:
        rows.insert(0, Row(Division.objects.get(pk=under), True, *_totals(counted[under])))
    return rows


def _part_of(under: str):
    """Which part of a division a window counts for: its own division, or that one's parent if it lies deeper."""
    if not under:
        return Concat(Substr("code", 1, 2), Value("0000"))
    return Case(
        When(Q(division=under) | Q(division__parent=under), then=F("division_id")), default=F("division__parent_id")
    )


def at_level(day: date, level: str, *, under: str = "", known_at: datetime | None = None) -> list[Row]:
    """Each division of a level inside another, with all its windows."""
    digits = {Level.PROVINCE: 2, Level.PREFECTURE: 4, Level.COUNTY: 6}[Level(level)]
    counted = _count(statuses(day, division=under, known_at=known_at), Substr("code", 1, digits))
    places = Division.objects.under(under).filter(level=level)
    return [Row(place, False, *_totals(counted.get(place.pk[:digits], {}))) for place in places]


def _count(windows: QuerySet[Window], key) -> dict[str, dict[str | None, int]]:
    """How many windows have which status, for each value of the key."""
    counted: dict[str, dict[str | None, int]] = {}
    for value, status, n in windows.order_by().annotate(key=key).values_list("key", "status").annotate(n=Count("pk")):
        counted.setdefault(value, {})[status] = n
    return counted


def _totals(counts: dict[str | None, int]) -> tuple[int, int, dict[str, int]]:
    """(windows, restored, by_status) of counts by status; windows that reported nothing are told apart."""
    by_status = {status.value: counts.get(status, 0) for status in Status}
    if unreported := counts.get(None):
        by_status[UNREPORTED] = unreported
    return sum(by_status.values()), sum(by_status[status] for status in RESTORED), by_status


# By how much each status gained and lost from one day to the next, what stands on the first day being gained then.
SERIES = """
    WITH inside AS (
        SELECT * FROM measures_standing
        WHERE "window" LIKE %(inside)s AND from_day <= %(last)s AND (until_day IS NULL OR until_day > %(first)s)
    )
    SELECT greatest(from_day, %(first)s), status, count(*) FROM inside GROUP BY 1, 2
    UNION ALL
    SELECT until_day, status, -count(*) FROM inside WHERE until_day <= %(last)s GROUP BY 1, 2"""


def series(first: date, last: date, *, division: str = "") -> list[Restoration]:
    """Day by day from `first` to `last`, both included."""
    windows = Window.objects.in_division(division).count()
    changes: dict[date, list[tuple[str, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(SERIES, {"first": first, "last": last, "inside": significant(division) + "%"})
        for day, status, n in cursor.fetchall():
            changes.setdefault(day, []).append((status, n))
    standing: dict[str | None, int] = {None: windows}
    found = []
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        for status, n in changes.get(day, ()):
            standing[status] = standing.get(status, 0) + n
            standing[None] -= n
        found.append(Restoration(day, None, division, *_totals(standing)))
    return found
