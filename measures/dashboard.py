"""What a supervisor steers by, for a place and a day: gauges, and the same for the parts of the place.

Everything comes from the events and what the fold derived from them. A board is kept in this process until the next
fold (`restoration.published`) or the next hour of the portal, and the line as it is now until the next fold or minute:
whatever moves a case touches its window, so that a fold follows.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Lock
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import DECIDED, UNDECIDED, Ground, Origin, State, Verb
from measures import reporting, restoration
from measures.models import Campaign, Port, Return, Target
from measures.restoration import Restoration
from windows import clock
from windows.models import Audience, Division, Level, Status, Window, significant
from windows.openness import STALE_AFTER

SOON = timedelta(days=1)
SERIES_BEFORE = timedelta(weeks=4)  # how far before the baseline day a series begins
LONGEST_SERIES = timedelta(days=400)
KEPT = 256  # boards that a process remembers

STATUSES = tuple(status.value for status in Status)
SUMMED = (*STATUSES, "windows", "stale", "changes", "checked", "submitted", "decided", "withdrawn", "undecided")
LIVE = ("waiting", "in_hand", "parked", "asked", "late", "soon")
GAUGE_OF_STATE = {
    State.WAITING: "waiting",
    State.CLAIMED: "in_hand",
    State.PARKED: "parked",
    State.SUPPLEMENT: "asked",
}
TO_VERIFY = "to_verify"


@dataclass(frozen=True)
class Place:
    """The nation (nothing given), a division with all inside it, its windows of its own level alone, or a window."""

    division: Division | None = None
    own: bool = False
    window: Window | None = None

    @property
    def key(self) -> tuple[str, bool, str]:
        return self.division.pk if self.division else "", self.own, self.window.pk if self.window else ""

    @property
    def code(self) -> str:
        """Of the window or the division; "" for the nation."""
        one = self.window or self.division
        return one.pk if one else ""

    @property
    def name(self) -> str:
        if self.window:
            return self.window.name
        return self.division.name if self.division else str(_("The nation"))

    @property
    def has_windows_as_parts(self) -> bool:
        return self.own or bool(self.division and self.division.level == Level.COUNTY)


@dataclass(frozen=True)
class Part:
    """A line of the table: a division, the windows that a division has at its own level, or one window."""

    of: Division | Window
    own: bool
    values: dict[str, int | Decimal | None]

    @property
    def code(self) -> str:
        return self.of.pk

    @property
    def name(self) -> str:
        return self.of.name

    @property
    def is_window(self) -> bool:
        return isinstance(self.of, Window)


@dataclass(frozen=True)
class Board:
    """`values` by the id of a gauge; None where it cannot be told. `days` lead up to the day, from before the campaign.

    `lanes` and `audiences` are of the line now.
    """

    place: Place
    day: date
    values: dict[str, int | Decimal | None]
    parts: list[Part]
    risks: list[dict] = field(default_factory=list)
    days: list[Restoration] = field(default_factory=list)
    campaign: Campaign | None = None
    lanes: dict[str, int] = field(default_factory=dict)
    audiences: dict[str, int] = field(default_factory=dict)

    @property
    def by_status(self) -> dict[str, int]:
        return by_status(self.values)


def by_status(values: dict) -> dict[str, int]:
    """How many windows have which status, those that never reported one last."""
    counts = {status: values[status] for status in STATUSES}
    if unreported := values["windows"] - sum(counts.values()):
        counts[restoration.UNREPORTED] = unreported
    return counts


# --- asking ------------------------------------------------------------------------------------------------------

_kept: OrderedDict[tuple, Board] = OrderedDict()
_lock = Lock()


def of(place: Place, day: date, *, now: datetime | None = None) -> Board:
    """The board of a place at the end of a day; of today, with the line as it is now."""
    now = now or clock.now()
    (version, _age), about = restoration.published(), (place.key, day)
    hour = now.replace(minute=0, second=0, microsecond=0)
    board = _remembered((version, hour, *about), lambda: _of_day(place, day, now))
    if day != clock.local_day(now):
        return board
    minute = now.replace(second=0, microsecond=0)  # cases become late by the clock alone
    return _remembered(("line", version, minute, *about), lambda: _with_line(board, now))


def _remembered(key: tuple, count: Callable[[], Board]) -> Board:
    with _lock:
        board = _kept.get(key)
    if board is None:
        board = count()
        with _lock:
            _kept[key] = board
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return board


def forget() -> None:
    """Drop what this process remembers."""
    with _lock:
        _kept.clear()


def _of_day(place: Place, day: date, now: datetime) -> Board:
    end = min(clock.end_of(day), now)
    rows = _rows(PARTS, place, day=day, end=end, stale_before=end - STALE_AFTER)
    found = _parts(place, [row["part"] for row in rows])
    code = place.division.pk if place.division else None
    targets = _targets([code, *found], day)
    parts = [
        Part(
            of=found[row["part"]],
            own=place.division == found[row["part"]],
            values=_shares(row, targets.get(row["part"])),
        )
        for row in rows
        if row["part"] in found
    ]
    values = {name: sum(row[name] for row in rows) for name in SUMMED}
    values = _shares(values, None if place.own or place.window else targets.get(code))
    (work,) = _rows(WORK, place, day=day)
    values |= {"wait_median": _days(work.pop("median")), "wait_most": _days(work.pop("most")), **work}
    campaign = Campaign.objects.order_by("-measures_day").first()
    risks, days = _rows(RISKS, place, day=day), _days_until(day, place, campaign)
    return Board(place, day, values | _returns(place, day), _in_order(parts), risks, days, campaign)


def _days_until(day: date, place: Place, campaign: Campaign | None) -> list[Restoration]:
    """Each day from some weeks before the campaign, or the day itself; windows alone have no series."""
    if place.own or place.window:
        return []
    first = max(min(day, campaign.baseline_day if campaign else day) - SERIES_BEFORE, day - LONGEST_SERIES)
    return restoration.series(first, day, division=place.division.pk if place.division else "")


def _shares(row: dict, target: Decimal | None) -> dict:
    """The counts with what follows from them."""
    values: dict[str, Any] = {name: int(row[name]) for name in SUMMED}
    values["restored"] = sum(values[status] for status in restoration.RESTORED)
    values["rate"] = restoration.rate(values["restored"], values["windows"])
    values["target"] = target
    values["compliance"] = restoration.rate(values["checked"], values["restored"])
    values["throughput"] = _days(values["decided"] / values["windows"]) if values["windows"] else None
    return values


def _days(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number)).quantize(Decimal("0.1"))


def _in_order(parts: list[Part]) -> list[Part]:
    """The own level first, then by code."""
    return sorted(parts, key=lambda part: (not part.own, part.code))


def _parts(place: Place, codes: list[str]) -> dict[str, Division] | dict[str, Window]:
    """The parts by their codes; a window has none."""
    if place.window:
        return {}
    return (Window if place.has_windows_as_parts else Division).objects.in_bulk(codes)


def _targets(divisions: Iterable[str | None], day: date) -> dict[str | None, Decimal]:
    """The latest target up to the day of each division; None stands for the nation."""
    divisions = list(divisions)
    ours = Q(division__in=[code for code in divisions if code]) | (
        Q(division=None) if None in divisions else Q(pk=None)
    )
    found = Target.objects.filter(ours, day__lte=day).order_by("division", "-day").distinct("division")
    return dict(found.values_list("division", "rate"))


def _returns(place: Place, day: date) -> dict[str, int | None]:
    """Ports' returns of the day that are missing or came late; ports belong to divisions, not to windows."""
    if place.own or place.window:
        return {"returns_missing": None, "returns_late": None}
    inside = significant(place.division.pk) if place.division else ""
    ports = Port.objects.filter(division__code__startswith=inside)
    returned = Return.objects.known().filter(day=day)
    missing = ports.filter(kind__in=reporting.DAILY).exclude(pk__in=returned.values("port"))
    late = reporting.with_recorded_day(returned.filter(port__in=ports)).filter(reporting.recorded_late())
    return {"returns_missing": missing.count(), "returns_late": late.count()}


# --- the line as it is now ---------------------------------------------------------------------------------------


def _with_line(board: Board, now: datetime) -> Board:
    rows = _rows(LINE, board.place, now=now, soon=now + SOON)
    values: dict[str, dict] = {part.code: dict.fromkeys(LIVE, 0) for part in board.parts}
    values[""] = dict.fromkeys(LIVE, 0)
    lanes = dict.fromkeys((TO_VERIFY, *Ground.values), 0)
    audiences = dict.fromkeys(Audience.values, 0)
    for row in rows:
        for code in {"", row["part"]} & values.keys():
            values[code][GAUGE_OF_STATE[row["state"]]] += row["n"]
            values[code]["late"] += row["late"]
            values[code]["soon"] += row["soon"]
        audiences[row["audience"]] += row["n"]
        if row["state"] == State.WAITING:
            lanes[row["lane"]] += row["n"]
    parts = [replace(part, values=part.values | values[part.code]) for part in board.parts]
    return replace(board, values=board.values | values[""], parts=parts, lanes=lanes, audiences=audiences)


def _rows(statement: str, place: Place, **values) -> list[dict]:
    which, part = _which(place)
    values |= {
        "place": place.window.pk if place.window else significant(place.division.pk) + "%" if place.division else "%"
    }
    values["under"] = place.division.pk if place.division else ""
    with connection.cursor() as cursor:
        cursor.execute(PLACE.format(which=which, part=part) + statement, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _which(place: Place) -> tuple[str, str]:
    """The condition on windows, and the part that each of them counts for."""
    if place.window:
        return "w.code = %(place)s", "w.code"
    if place.own:
        return "w.division_id = %(under)s", "w.code"
    if place.has_windows_as_parts:
        return "w.code LIKE %(place)s", "w.code"
    if place.division is None:
        return "w.code LIKE %(place)s", "left(w.code, 2) || '0000'"
    here = "w.division_id = %(under)s OR d.parent_id = %(under)s"
    return "w.code LIKE %(place)s", f"CASE WHEN {here} THEN w.division_id ELSE d.parent_id END"


PLACE = """
    WITH place AS MATERIALIZED (
        SELECT w.code, {part} AS part FROM windows_window w JOIN windows_division d ON d.code = w.division_id
        WHERE {which}
    )"""
BY_STATUS = ", ".join(f"""count(*) FILTER (WHERE s.status = '{status}') AS "{status}\"""" for status in STATUSES)
RESTORED_ONES = str(tuple(status.value for status in restoration.RESTORED))
ALL_SUMMED = ", ".join(f'coalesce("{name}", 0) AS "{name}"' for name in SUMMED)
# Each part of the place with what can be summed over its windows.
PARTS = f"""
    , reported AS (
        SELECT c.window_id, max(c.recorded_at) AS at
        FROM windows_statuschange c
        WHERE c.effective_at <= %(end)s AND c.service_id IS NULL AND c.channel = '' AND c.status <> ''
          AND NOT EXISTS (SELECT FROM windows_statuschange later WHERE later.supersedes_id = c.id)
        GROUP BY 1
    ), confirmed AS (
        SELECT window_id, max(at) AS at FROM windows_confirmation WHERE at <= %(end)s GROUP BY 1
    ), changed AS (
        SELECT c.window_id, count(*) AS n FROM windows_statuschange c
        WHERE c.day = %(day)s AND c.status <> ''
          AND NOT EXISTS (SELECT FROM windows_statuschange later WHERE later.supersedes_id = c.id)
        GROUP BY 1
    ), checks AS (
        SELECT DISTINCT ON (window_id) window_id, failing = '[]' AS passed FROM windows_check
        WHERE day = %(day)s AND at <= %(end)s ORDER BY window_id, at DESC, id DESC
    ), standing AS (
        SELECT p.part, count(*) AS windows,
               {BY_STATUS},
               count(*) FILTER (WHERE coalesce(greatest(r.at, c.at), '-infinity') < %(stale_before)s) AS stale,
               coalesce(sum(ch.n), 0) AS changes,
               count(*) FILTER (WHERE k.passed AND s.status IN {RESTORED_ONES}) AS checked
        FROM place p
        LEFT JOIN measures_standing s ON s."window" = p.code AND s.from_day <= %(day)s
             AND (s.until_day IS NULL OR s.until_day > %(day)s)
        LEFT JOIN reported r ON r.window_id = p.code
        LEFT JOIN confirmed c ON c.window_id = p.code
        LEFT JOIN changed ch ON ch.window_id = p.code
        LEFT JOIN checks k ON k.window_id = p.code
        GROUP BY 1
    ), work AS (
        SELECT p.part, sum(t.submitted) FILTER (WHERE t.day = %(day)s) AS submitted,
               sum(t.approved + t.refused) FILTER (WHERE t.day = %(day)s) AS decided,
               sum(t.withdrawn) FILTER (WHERE t.day = %(day)s) AS withdrawn,
               sum(t.submitted - t.approved - t.refused - t.withdrawn) AS undecided
        FROM place p JOIN measures_tally t ON t."window" = p.code AND t.day <= %(day)s
        GROUP BY 1
    )
    SELECT part, {ALL_SUMMED}
    FROM standing LEFT JOIN work USING (part)"""
# By the level of the county itself: windows of prefectures and provinces, and counties without a level, have none.
RISKS = f"""
    , level AS (
        SELECT DISTINCT ON (r.division_id) r.division_id, r.level FROM measures_risklevel r
        WHERE r.day <= %(day)s AND r.level <> ''
          AND NOT EXISTS (SELECT FROM measures_risklevel later WHERE later.supersedes_id = r.id)
        ORDER BY r.division_id, r.day DESC, r.recorded_at DESC, r.id DESC
    )
    SELECT coalesce(l.level, '') AS level, count(*) AS windows,
           count(*) FILTER (WHERE s.status IN {RESTORED_ONES}) AS restored
    FROM place p LEFT JOIN level l ON l.division_id = left(p.code, 6)
    LEFT JOIN measures_standing s ON s."window" = p.code AND s.from_day <= %(day)s
         AND (s.until_day IS NULL OR s.until_day > %(day)s)
    GROUP BY 1 ORDER BY array_position(ARRAY['high', 'medium', 'low', ''], coalesce(l.level, ''))"""
WORK = f"""
    , done AS (
        SELECT e.id, e.application_id, e.verb, e.at
        FROM place p JOIN applications_event e ON e.window_id = p.code
        WHERE e.day = %(day)s AND e.verb IN ('{"', '".join(DECIDED)}', '{Verb.ASKED}', '{Verb.OUT_OF_ORDER}')
    ), decided AS (
        SELECT extract(epoch FROM done.at - a.submitted_at)::float8 / 86400 AS days, done.at > a.due_at AS late
        FROM done JOIN applications_application a ON a.id = done.application_id
        WHERE done.verb IN ('{"', '".join(DECIDED)}')
    )
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY days) AS most,
           count(*) FILTER (WHERE late) AS decided_late,
           (SELECT count(*) FROM done WHERE verb = '{Verb.OUT_OF_ORDER}') AS out_of_order,
           (SELECT count(*) FROM done WHERE verb = '{Verb.ASKED}' AND EXISTS (
               SELECT FROM applications_event before WHERE before.application_id = done.application_id
               AND before.verb = '{Verb.ASKED}' AND before.id < done.id)) AS asked_again
    FROM decided"""
LINE = f"""
    SELECT p.part, a.state, a.audience, CASE WHEN a.asserted <> '' THEN '{TO_VERIFY}' ELSE a.ground END AS lane,
           count(*) AS n, count(*) FILTER (WHERE a.due_at < %(now)s) AS late,
           count(*) FILTER (WHERE a.due_at >= %(now)s AND a.due_at < %(soon)s) AS soon
    FROM place p JOIN applications_application a ON a.window_id = p.code
    WHERE a.origin = '{Origin.PORTAL}' AND a.state IN ('{"', '".join(UNDECIDED)}')
    GROUP BY 1, 2, 3, 4"""
