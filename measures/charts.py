"""Pure arithmetic of charts: figures in, places on a drawing out, in per cent of its width and height."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

TILES = Path(__file__).parent / "data" / "province_tiles.csv"
TILE = 100  # units a tile is wide and high
SHADES = (Decimal("0.25"), Decimal("0.5"), Decimal("0.75"), Decimal("0.85"), Decimal("0.9"))  # lower bounds


# --- the curve ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tick:
    """A day on the axis; `anchor` keeps its label inside the drawing."""

    day: date
    x: float
    anchor: str


@dataclass(frozen=True)
class Point:
    day: date
    rate: Decimal
    x: float
    y: float


@dataclass(frozen=True)
class Curve:
    """Shares of 0 to 1 over days. Lines and areas are for a drawing of 100 by 100; 100 per cent is at the top.

    `inner` is the area of a part of the share, which lies below the line.
    """

    line: str
    area: str
    inner: str
    ticks: list[Tick]
    last: Point | None
    lowest: Point | None
    marked: Point | None


def curve(days: Sequence[tuple[date, Decimal | None, Decimal | None]], *, marked: date | None = None) -> Curve:
    """A curve over consecutive days, each (day, share, part of the share); days without a share are left out."""
    points = _points([(day, rate) for day, rate, _part in days])
    inner = _points([(day, part) for day, _rate, part in days])
    return Curve(
        line=_path(points),
        area=_area(points),
        inner=_area(inner),
        ticks=_ticks([day for day, _rate, _part in days]),
        last=points[-1] if points else None,
        lowest=min(points, key=lambda point: point.rate, default=None),
        marked=next((point for point in points if point.day == marked), None),
    )


def _points(days: Sequence[tuple[date, Decimal | None]]) -> list[Point]:
    width = max(len(days) - 1, 1)
    return [
        Point(day, rate, round(100 * n / width, 2), round(float(100 - 100 * rate), 2))
        for n, (day, rate) in enumerate(days)
        if rate is not None
    ]


def _path(points: Sequence[Point]) -> str:
    return " ".join(f"{point.x},{point.y}" for point in points)


def _area(points: Sequence[Point]) -> str:
    return f"{points[0].x},100 {_path(points)} {points[-1].x},100" if points else ""


def _ticks(days: Sequence[date], most: int = 5) -> list[Tick]:
    """The first day and the last with evenly spaced ones between them."""
    if not days:
        return []
    width = max(len(days) - 1, 1)
    places = sorted({round(n * (len(days) - 1) / (most - 1)) for n in range(most)})
    anchors = {0: "start", len(days) - 1: "end"}
    return [Tick(days[n], round(100 * n / width, 2), anchors.get(n, "middle")) for n in places]


# --- columns ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    day: date
    n: int
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True)
class Columns:
    """Counts of days side by side in a drawing of 100 by 100, the greatest as high as the drawing."""

    columns: list[Column]
    ticks: list[Tick]
    most: Column | None


def columns(days: Sequence[tuple[date, int]]) -> Columns:
    """Counts of consecutive days; a count below zero has no height."""
    top, step = max((n for _day, n in days), default=0), 100 / max(len(days), 1)
    found = []
    for place, (day, n) in enumerate(days):
        height = 100 * max(n, 0) / top if top > 0 else 0.0
        x, y = round(step * (place + 0.15), 3), round(100 - height, 2)
        found.append(Column(day, n, x, round(step * 0.7, 3), y, round(height, 2)))
    most = max(found, key=lambda column: column.n, default=None)
    drawn = {column.day: column for column in found}
    ticks = [_below(drawn[tick.day], tick) for tick in _ticks(list(drawn))]
    return Columns(found, ticks, most if top > 0 else None)


def _below(column: Column, tick: Tick) -> Tick:
    """The tick under the middle of its column; the outermost keep to the column's own edge."""
    places = {"start": column.x, "middle": column.x + column.width / 2, "end": column.x + column.width}
    return Tick(tick.day, round(places[tick.anchor], 2), tick.anchor)


# --- a hundred panes: before and after ----------------------------------------------------------------------------


def panes(before: Decimal | None, after: Decimal | None) -> list[tuple[int, str]]:
    """A hundred panes, one per cent each: (place, kind), kind one of before, since, lost, shut."""
    first, last = _per_cent(before), _per_cent(after)
    kinds = ["before"] * min(first, last) + ["since"] * max(last - first, 0) + ["lost"] * max(first - last, 0)
    return list(enumerate(kinds + ["shut"] * (100 - len(kinds))))


def _per_cent(rate: Decimal | None) -> int:
    return int(((rate or Decimal(0)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


# --- parts of a whole ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A stretch of a bar: where it begins, how wide it is, and what it stands for."""

    key: str
    n: int
    share: Decimal
    x: float
    width: float


def parts(counts: Mapping[str, int]) -> list[Part]:
    """The counts side by side in their order, together 100 wide; empty ones have no width."""
    whole, found, x = sum(counts.values()), [], 0.0
    for key, n in counts.items():
        share = Decimal(n) / whole if whole else Decimal(0)
        width = float(100 * share)
        found.append(Part(key, n, share, round(x, 3), round(width, 3)))
        x += width
    return found


# --- the diagram of provinces -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tile:
    """A place of the diagram; `rate` None where nothing applies. `shade` goes from 0 (lowest) to 5."""

    code: str
    short_zh: str
    letters: str
    name: str
    name_en: str
    x: int
    y: int
    rate: Decimal | None
    shade: int | None


def tiles(rates: Mapping[str, Decimal | None], names: Mapping[str, str]) -> list[Tile]:
    """Every place of the diagram with the name and the share of its province."""
    return [
        Tile(
            code=place["code"],
            short_zh=place["zh"],
            letters=place["letters"],
            name=names.get(place["code"], ""),
            name_en=place["en"],
            x=int(place["column"]) * TILE,
            y=int(place["row"]) * TILE,
            rate=rates.get(place["code"]),
            shade=shade(rates.get(place["code"])),
        )
        for place in _places()
    ]


def size(drawn: Iterable[Tile]) -> tuple[int, int]:
    """Width and height that hold the tiles."""
    drawn = list(drawn)
    return max(tile.x for tile in drawn) + TILE, max(tile.y for tile in drawn) + TILE


def shade(rate: Decimal | None) -> int | None:
    return None if rate is None else sum(rate >= bound for bound in SHADES)


@cache
def _places() -> tuple[dict[str, str], ...]:
    with TILES.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
