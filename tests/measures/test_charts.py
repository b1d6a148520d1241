from datetime import date, timedelta
from decimal import Decimal

import pytest

from measures import charts

FIRST = date(2020, 2, 1)


def days(*rates):
    return [(FIRST + timedelta(days=n), rate and Decimal(rate), Decimal("0")) for n, rate in enumerate(rates)]


def test_a_curve_puts_the_whole_at_the_top_and_the_first_day_at_the_left():
    drawn = charts.curve(days("1", "0.5", "0.25"))

    assert drawn.line == "0.0,0.0 50.0,50.0 100.0,75.0"
    assert drawn.area == "0.0,100 0.0,0.0 50.0,50.0 100.0,75.0 100.0,100"


def test_a_curve_names_its_last_its_lowest_and_its_marked_day():
    drawn = charts.curve(days("1", "0.25", "0.5"), marked=FIRST + timedelta(days=1))

    assert (drawn.last.day, drawn.last.rate) == (FIRST + timedelta(days=2), Decimal("0.5"))
    assert drawn.lowest == drawn.marked
    assert drawn.marked.x == 50.0


def test_days_without_a_share_are_left_out_and_keep_their_place():
    drawn = charts.curve(days(None, "0.5", None, "1"))

    assert drawn.line == "33.33,50.0 100.0,0.0"


@pytest.mark.parametrize("rates", [(), (None,), (None, None)])
def test_a_curve_of_nothing_is_empty(rates):
    drawn = charts.curve(days(*rates))

    assert (drawn.line, drawn.area, drawn.last, drawn.marked) == ("", "", None, None)


def test_ticks_are_few_and_keep_inside():
    drawn = charts.curve(days(*["1"] * 71))

    assert [(tick.x, tick.anchor) for tick in drawn.ticks] == [
        (0.0, "start"),
        (25.71, "middle"),
        (50.0, "middle"),
        (74.29, "middle"),
        (100.0, "end"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("0.56", "0.8726", {"before": 56, "since": 31, "shut": 13}),
        ("0.9", "0.4", {"before": 40, "lost": 50, "shut": 10}),
        ("1", "1", {"before": 100}),
        (None, "0.005", {"since": 1, "shut": 99}),
    ],
)
def test_a_hundred_panes_stand_for_a_hundred_per_cent(before, after, kinds):
    drawn = charts.panes(before and Decimal(before), Decimal(after))

    found = {kind: sum(1 for _, other in drawn if other == kind) for _, kind in drawn}
    assert found == kinds
    assert [place for place, _ in drawn] == list(range(100))


def test_parts_lie_side_by_side_and_fill_the_bar():
    drawn = charts.parts({"full": 1, "limited": 2, "emergency": 0, "suspended": 1})

    assert [(part.x, part.width) for part in drawn] == [(0.0, 25.0), (25.0, 50.0), (75.0, 0.0), (75.0, 25.0)]


def test_parts_of_nothing_have_no_width():
    assert [part.width for part in charts.parts({"full": 0, "limited": 0})] == [0.0, 0.0]


def test_the_diagram_has_34_places_of_their_own_and_three_without_a_share():
    drawn = charts.tiles({"420000": Decimal("0.9")}, {"420000": "Hubei"})

    assert len({(tile.x, tile.y) for tile in drawn}) == 34
    assert [(tile.code, tile.name, tile.shade) for tile in drawn if tile.rate is not None] == [("420000", "Hubei", 5)]
    assert {tile.code for tile in drawn} >= {"710000", "810000", "820000"}
    assert len({tile.letters for tile in drawn}) == 34
    assert charts.size(drawn) == (800, 800)


@pytest.mark.parametrize(
    ("rate", "expected"), [(None, None), ("0", 0), ("0.2499", 0), ("0.25", 1), ("0.8999", 4), ("0.9", 5), ("1", 5)]
)
def test_shades_change_at_their_lower_bounds(rate, expected):
    assert charts.shade(rate and Decimal(rate)) == expected


# --- columns ---


def test_columns_stand_side_by_side_and_the_greatest_is_as_high_as_the_drawing():
    days = [(date(2020, 3, 9), 4), (date(2020, 3, 10), -2), (date(2020, 3, 11), 2)]

    drawn = charts.columns(days)

    assert [(column.n, column.y, column.height) for column in drawn.columns] == [
        (4, 0.0, 100.0),
        (-2, 100.0, 0.0),
        (2, 50.0, 50.0),
    ]
    assert all(a.x + a.width < b.x for a, b in zip(drawn.columns, drawn.columns[1:], strict=False))
    assert (drawn.most.n, [tick.day.day for tick in drawn.ticks]) == (4, [9, 10, 11])
    assert drawn.ticks[1].x == 50.0


@pytest.mark.parametrize("days", [[], [(date(2020, 3, 9), 0)], [(date(2020, 3, 9), -1)]])
def test_where_nothing_counts_there_is_no_greatest_column(days):
    assert charts.columns(days).most is None
