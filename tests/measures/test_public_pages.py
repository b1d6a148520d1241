"""Statistics, measures and figures as pages, on the scenario of 2020."""

import json
import re
from datetime import date, datetime

import pytest

from measures import restoration, totals
from measures.models import Port
from measures.views import public
from tests.conftest import SCENARIO
from windows import clock
from windows.models import SHANGHAI

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]
EXPECTED = json.loads((SCENARIO / "expected.json").read_text())


@pytest.fixture(autouse=True)
def _evening_of_the_report_day(scenario):
    clock.set_now(datetime(2020, 3, 11, 20, tzinfo=SHANGHAI))


def cells(response, row: str) -> list[str]:
    """The cells of the first table row whose head holds this text."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", response.content.decode(), re.S)
    found = next(found for found in rows if row in found)
    return re.findall(r'<td class="n">(.*?)</td>', found)


@pytest.mark.parametrize("code", ["", "420000/", "420100/"])
def test_children_add_up_to_their_parent(client, code):
    page = client.get(f"/en/statistics/2020-03-05/{code}").content.decode()
    body, foot = page.split("<tfoot>")[0].rsplit("<tbody>", 1)[1], page.split("<tfoot>")[1].split("</tfoot>")[0]
    numbers = r'<td class="n">([\d,]+)</td>'
    rows = [[int(n.replace(",", "")) for n in re.findall(numbers, row)] for row in body.split("</tr>") if "<td" in row]

    total = [int(n.replace(",", "")) for n in re.findall(numbers, foot)]

    assert [sum(column) for column in zip(*rows, strict=True)] == total
    assert total[0] > 0


def test_a_division_with_windows_of_its_own_shows_them_at_this_level(client):
    assert cells(client.get("/en/statistics/2020-03-11/420000/"), "at this level")[0] == "1"


def test_a_county_lists_its_windows_with_the_status_of_that_day(client):
    page = client.get("/en/statistics/2020-01-10/420102/").content.decode()

    assert 'href="/en/windows/42010201/"' in page
    assert "status--full" in page
    assert "<tfoot>" not in page


def test_a_day_in_the_query_leads_to_its_permanent_address(client):
    response = client.get("/zh-hans/statistics/?day=2020-03-01&division=420000&x=1")

    assert (response.status_code, response.headers["Location"]) == (302, "/zh-hans/statistics/2020-03-01/420000/")


def test_statistics_without_a_day_are_of_the_report_day(client):
    assert "At the end of 11 March 2020" in client.get("/en/statistics/").content.decode()


def test_the_table_sorts_by_a_link_and_keeps_the_own_level_first(client):
    page = client.get("/en/statistics/2020-03-11/130000/?sort=-windows").content.decode()
    body = page.split("<tfoot>")[0].rsplit("<tbody>", 1)[1]
    windows = [int(row) for row in re.findall(r'</th>\s*<td class="n">(\d+)</td>', body)]

    assert "at this level" in body.split("</tr>")[0]
    assert windows[1:] == sorted(windows[1:], reverse=True)
    assert 'aria-sort="descending"' in page


def test_sorting_of_nothing_known_is_by_code():
    rows = restoration.by_division(date(2020, 3, 11))

    assert [row.division.pk for row in public.sort_rows(rows[::-1], "pk")] == [row.division.pk for row in rows]


def test_a_day_before_anything_says_so_and_has_no_rate(client):
    page = client.get("/en/statistics/2019-12-31/").content.decode()

    assert "No window had reported a status by the end of this day" in page
    assert "sum__rate" not in page


def test_a_day_long_ago_does_not_draw_an_endless_curve(client):
    assert len(client.get("/en/statistics/1990-01-01/").content) < 200_000


def test_the_rows_are_linked_as_csv(client):
    page = client.get("/en/statistics/2020-03-11/420000/").content.decode()

    asked = "as_of=2020-03-11&amp;level=prefecture&amp;under=420000&amp;format=csv"
    assert f'href="/api/v1/restoration/divisions/?{asked}"' in page


def test_measures_are_labelled_a_summary_and_say_which_are_in_the_notice(client):
    page = client.get("/en/measures/").content.decode()

    assert "not the official text" in page
    assert page.count("Named in the notice") == 7
    assert page.count("Not in the notice") == 3


def test_a_measure_shows_the_figures_that_tell_of_it(client):
    page = client.get("/en/measures/5/").content.decode()

    assert [name in page for name in ("4,600", "7,800", "62", "11,000")] == [True, True, True, False]


def test_every_figure_has_a_definition_page_with_its_parts(client):
    page = client.get("/en/figures/restoration_rate/").content.decode()

    assert [part in page for part in (">87<", "2,836", "3,250", "Numerator", "rounded to whole per cent")] == [True] * 5


def test_number_of_queries_of_statistics_does_not_grow_with_rows(client, django_assert_max_num_queries):
    client.get("/en/statistics/2020-03-11/")
    with django_assert_max_num_queries(11):
        client.get("/en/statistics/2020-03-11/420000/")
    with django_assert_max_num_queries(11):
        client.get("/en/statistics/2020-03-11/")


@pytest.mark.parametrize("day", EXPECTED["days"])
def test_ports_add_up_to_what_is_expected_of_each_day(day):
    total = totals.added(totals.of_ports(Port.objects.all(), date.fromisoformat(day)))

    wanted = EXPECTED["days"][day]["figures"]
    told = {"flight_paper_exemption": total.flights, "vessel_work_on_arrival": total.vessels}
    told["dedicated_lane"] = total.lanes
    assert told == {name: wanted[name] for name in told}


@pytest.mark.parametrize(("language", "total"), [("en", "Total"), ("zh-hans", "合计")])
def test_the_lanes_are_told_against_all_land_ports(client, language, total):
    page = client.get(f"/{language}/ports/")

    lanes = [row.lanes for row in page.context["rows"] if row.port.kind == "land"]
    (land,) = [told for told in page.context["kinds"] if told["kind"] == "land"]
    assert (land["n"], land["at"], land["ports"]) == (62, sum(n > 0 for n in lanes), 40)
    assert cells(page, total) == ["117", "4,637", "7,842", "62"]
