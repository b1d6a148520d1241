"""The imported scenario adds up to what was published, every day and as known every day, also imported twice."""

import json
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from measures import restoration

pytestmark = pytest.mark.django_db


def asked(*arguments: str) -> dict:
    out = StringIO()
    call_command("figures", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def expected(folder) -> dict:
    return json.loads((folder / "expected.json").read_text())


def rows_stored() -> dict[str, tuple[int, int]]:
    """Of each table, how many rows it has and the sum of their hashes: any row altered is told."""
    told = {}
    with connection.cursor() as cursor:
        for app in ("windows", "applications", "measures"):
            for model in apps.get_app_config(app).get_models():
                table = model._meta.db_table
                cursor.execute(f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t")
                told[table] = cursor.fetchone()
    return told


@pytest.fixture(scope="module")
def imported(scenario):
    return expected(scenario)


def test_every_day_has_the_expected_figures(imported):
    assert len(imported["days"]) == 15
    for day, wanted in imported["days"].items():
        answer = asked("--as-of", day)
        restored = {code: found["restored"] for code, found in answer["provinces"].items() if found["restored"]}
        values = {figure["id"]: figure["value"] for figure in answer["figures"]}

        assert answer["restoration"]["windows"] == imported["windows"] == values["windows"]
        assert answer["restoration"]["restored"] == wanted["restored"] == values["restored"]
        assert restored == wanted["provinces"]
        assert {name: values[name] for name in wanted["figures"]} == wanted["figures"]


def test_every_day_as_known_on_that_day(imported):
    known = {day: asked("--as-of", day, "--known-at", day)["restoration"]["restored"] for day in imported["known"]}

    assert known == imported["known"]


def test_the_notice_is_published_as_it_was(imported):
    answer = asked("--as-of", "2020-03-11")
    before = asked("--as-of", "2020-02-26")

    published = {
        figure["id"]: (figure["published"], figure["qualifier"], figure["unit"]) for figure in answer["figures"]
    }

    assert published == {
        "windows": (3250, "exact", "windows"),
        "restored": (2836, "exact", "windows"),
        "restoration_rate": (87, "rounded", "%"),
        "online_applications": (11000, "more than", "person-times"),
        "priority_decided": (5100, "more than", "person-times"),
        "epidemic_response_decided": (330, "more than", "person-times"),
        "flight_paper_exemption": (4600, "more than", "flights"),
        "vessel_work_on_arrival": (7800, "more than", "vessel-times"),
        "dedicated_lane": (62, "exact", "lanes"),
    }
    assert next(figure["published"] for figure in before["figures"] if figure["id"] == "restoration_rate") == 56


def test_imported_again_every_row_stays_as_it_is(scenario):
    """So that every figure stays too."""
    before = rows_stored()

    call_command("import_scenario", scenario, stdout=StringIO())

    after = rows_stored()
    assert {table for table, rows in after.items() if rows != before[table]} == {"measures_foldstate"}
    assert sum(n for n, _hashes in after.values()) > 50_000


def test_figures_known_today_are_the_same_from_events_as_from_the_fold(scenario):
    for day in ("2020-02-26", "2020-03-03", "2020-03-11"):
        from_fold, from_events = asked("--as-of", day), asked("--as-of", day, "--known-at", "2020-12-31")

        assert from_events["figures"] == from_fold["figures"]
        assert from_events["provinces"] == from_fold["provinces"]


def test_parts_add_up_to_their_division_at_every_level(scenario):
    day = date(2020, 3, 5)
    for code in ("", "110000", "410000", "420000", "460000", "440300", "419001"):
        whole = restoration.on(day, division=code)
        parts = restoration.by_division(day, under=code)

        assert (sum(row.windows for row in parts), sum(row.restored for row in parts)) == (
            whole.windows,
            whole.restored,
        )


def test_levels_hold_the_windows_inside_them(scenario):
    day = date(2020, 3, 11)

    for code in ("320000", "110000"):
        (row,) = restoration.at_level(day, "province", under=code)
        assert (row.windows, row.restored) == (
            restoration.on(day, division=code).windows,
            restoration.on(day, division=code).restored,
        )
    prefecture = next(
        row for row in restoration.at_level(day, "prefecture", under="320000") if row.division.pk == "320500"
    )
    assert prefecture.windows == restoration.on(day, division="320500").windows


def test_the_series_says_what_each_day_says(scenario):
    for code in ("", "420000", "320500"):
        days = restoration.series(date(2020, 2, 20), date(2020, 3, 11), division=code)

        assert days == [restoration.on(row.as_of, division=code) for row in days]
        assert len(days) == 21


def test_a_figure_of_a_division_is_part_of_the_nations(scenario):
    nation = {figure["id"]: figure["value"] for figure in asked("--as-of", "2020-03-11")["figures"]}
    codes = asked("--as-of", "2020-03-11")["provinces"]

    parts = [asked("--as-of", "2020-03-11", "--division", code) for code in codes]

    for name in ("windows", "restored", "online_applications", "priority_decided", "dedicated_lane"):
        values = [figure["value"] for part in parts for figure in part["figures"] if figure["id"] == name]
        assert sum(values) == nation[name]


def test_before_anything_was_known_nothing_was_restored(scenario):
    answer = asked("--as-of", "2020-03-11", "--known-at", "2019-06-01")

    assert answer["restoration"] == {
        "windows": 3250,
        "restored": 0,
        "rate": 0.0,
        "by_status": {"full": 0, "limited": 0, "emergency": 0, "suspended": 0, "unreported": 3250},
    }


def test_the_independent_recount_agrees(scenario):
    assert restoration.verify() == []
    assert restoration.rebuild() == 0


@pytest.mark.parametrize("division", ["", "42", "420100", "420102", "710000"])
def test_several_days_are_told_as_each_alone(scenario, division):
    days = [date(2020, 1, 1), date(2020, 2, 26), date(2020, 3, 11), date(2021, 1, 1)]

    assert restoration.on_days(days, division=division) == {day: restoration.on(day, division=division) for day in days}
