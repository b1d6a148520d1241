"""The API: the same figures as the pages, in one shape, described by OpenAPI; bad questions get clear answers."""

import csv
import io
import json
from io import StringIO

import pytest
from django.core.management import call_command

from tests import make
from tests.conftest import SCENARIO
from tests.make import EVENING
from windows import clock

pytestmark = pytest.mark.django_db
API = "/api/v1/"
EXPECTED = json.loads((SCENARIO / "expected.json").read_text())


@pytest.fixture(autouse=True)
def _evening_of_the_report_day(scenario):
    clock.set_now(EVENING)


def rows_of(answer) -> list[dict]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


# --- what it says ------------------------------------------------------------------------------------------------


def test_restoration_of_a_day_has_the_shape_and_figures_it_promises(client):
    answer = client.get(f"{API}restoration/", {"as_of": "2020-03-11"})

    assert answer.json() == {
        "as_of": "2020-03-11",
        "known_at": None,
        "division": None,
        "windows": 3250,
        "restored": 2836,
        "rate": 0.8726,
        "by_status": {"full": 1382, "limited": 1454, "emergency": 184, "suspended": 230},
    }


@pytest.mark.parametrize("day", ["2020-02-26", "2020-03-04", "2020-03-11"])
def test_restoration_as_known_on_a_day_is_as_expected(client, day):
    answer = client.get(f"{API}restoration/", {"as_of": day, "known_at": day}).json()

    assert answer["restored"] == EXPECTED["known"][day]


def test_an_offset_whose_plus_was_lost_on_the_way_is_understood(client):
    mended = client.get(f"{API}restoration/?as_of=2020-03-10&known_at=2020-03-10T12:00:00+08:00").json()
    written = client.get(f"{API}restoration/?as_of=2020-03-10&known_at=2020-03-10T04:00:00Z").json()

    assert mended["restored"] == written["restored"] < EXPECTED["days"]["2020-03-10"]["restored"]


def test_before_anything_was_known_all_windows_are_unreported(client):
    answer = client.get(f"{API}restoration/", {"as_of": "2020-03-11", "known_at": "1999-01-01"}).json()

    assert (answer["windows"], answer["restored"], answer["rate"]) == (3250, 0, 0.0)
    assert answer["by_status"]["unreported"] == 3250


def test_the_series_has_a_row_a_day(client):
    answer = client.get(f"{API}restoration/series/", {"from": "2020-02-26", "until": "2020-03-11"}).json()

    assert {row["as_of"]: row["restored"] for row in answer} == {
        day: told["restored"] for day, told in EXPECTED["days"].items()
    }


def test_divisions_of_a_level_add_up_to_the_nation(client):
    provinces = client.get(f"{API}restoration/divisions/", {"as_of": "2020-03-11"}).json()
    counties = client.get(f"{API}restoration/divisions/", {"as_of": "2020-03-11", "level": "county", "under": "42"})

    expected = EXPECTED["days"]["2020-03-11"]["provinces"]
    assert {row["code"]: row["restored"] for row in provinces} == {
        row["code"]: expected.get(row["code"], 0) for row in provinces
    }
    assert sum(row["windows"] for row in provinces) == 3250
    assert {row["code"][:2] for row in counties.json()} == {"42"}


def test_figures_carry_their_definition_unit_and_parts(client):
    answer = client.get(f"{API}figures/", {"as_of": "2020-03-11"}).json()
    told = {figure["id"]: figure for figure in answer["figures"]}

    rate, online = told["restoration_rate"], told["online_applications"]
    assert (rate["value"], rate["published"], rate["qualifier"]) == (0.8726, 87, "rounded")
    assert (rate["numerator"], rate["denominator"]) == (2836, 3250)
    assert (online["published"], online["qualifier"], online["unit"]) == (11000, "more than", "person-times")
    assert online["value"] == EXPECTED["days"]["2020-03-11"]["figures"]["online_applications"]
    assert all(figure["definition_zh"] and figure["definition_en"] for figure in told.values())


def test_command_and_api_say_the_same(client):
    out = StringIO()

    call_command("figures", "--as-of", "2020-03-05", "--known-at", "2020-03-06", "--json", stdout=out)

    told = {figure["id"]: figure for figure in json.loads(out.getvalue())["figures"]}
    answer = client.get(f"{API}figures/", {"as_of": "2020-03-05", "known_at": "2020-03-06"}).json()
    same = ("id", "value", "published", "qualifier", "unit", "as_of")
    assert [{key: figure[key] for key in same} for figure in answer["figures"]] == list(told.values())


def test_windows_are_paged_and_carry_status_reason_and_services(client):
    answer = client.get(f"{API}windows/", {"division": "4201", "status": "suspended", "page_size": 5}).json()

    assert (answer["page"], len(answer["results"])) == (1, 5)
    assert answer["count"] > 5
    first = answer["results"][0]
    assert first["status"] == "suspended"
    assert first["reason"]["name_zh"]
    assert "passport" in first["services"]
    assert {row["code"][:4] for row in answer["results"]} == {"4201"}


def test_windows_open_for_a_service_are_those_restored_that_offer_it(client):
    asked = {"division": "440000", "service": "passport", "page_size": 500}

    found, all_ = (client.get(f"{API}windows/", asked | more).json()["results"] for more in ({"open": "1"}, {}))

    restored = [row["code"] for row in all_ if row["status"] in ("full", "limited")]
    assert [row["code"] for row in found] == restored
    assert 0 < len(restored) < len(all_)


def test_windows_cost_the_same_queries_for_one_and_for_many(client, django_assert_num_queries):
    client.get(f"{API}windows/", {"page_size": 1})  # the clock's offset is known from here on

    with django_assert_num_queries(4):
        client.get(f"{API}windows/", {"page_size": 1})
    with django_assert_num_queries(4):
        client.get(f"{API}windows/", {"page_size": 100})


# --- as a table --------------------------------------------------------------------------------------------------


def test_every_route_answers_as_csv_with_the_same_rows(client):
    series = rows_of(client.get(f"{API}restoration/series/?from=2020-02-26&until=2020-03-11&format=csv"))
    windows = rows_of(client.get(f"{API}windows/?division=420102&format=csv"))

    assert (len(series), series[-1]["restored"], series[-1]["by_status.full"]) == (15, "2836", "1382")
    assert windows[0]["code"] == "42010201"
    assert "passport;" in windows[0]["services"]


def test_a_table_runs_no_formula(client):
    make.window("420102", name_en="=HYPERLINK(1)", name_zh="@SUM(1)")

    (row,) = rows_of(client.get(f"{API}windows/?q=HYPERLINK&format=csv"))

    assert (row["name_en"], row["name_zh"]) == ("'=HYPERLINK(1)", "'@SUM(1)")


# --- bad questions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "field", "said"),
    [
        ("restoration/?division=999999", "division", "No division has the code"),
        ("restoration/?division=Wuhan", "division", "No division has the code"),
        ("restoration/?as_of=2020-02-31", "as_of", "not a day of the calendar"),
        ("restoration/?as_of=2020-03-12", "as_of", "in the future"),
        ("restoration/?as_of=2020-03-11&as_of=2020-03-10", "as_of", "once"),
        ("restoration/?known_at=yesterday", "known_at", "not a time"),
        ("restoration/?asof=2020-03-11", "asof", "not known here"),
        ("restoration/?as_of=%00", "as_of", "cannot be printed"),
        ("restoration/series/?from=2020-03-11&until=2020-03-01", "from", "0 to 400 days"),
        ("restoration/series/?from=1000-01-01&until=2020-03-01", "from", "0 to 400 days"),
        ("restoration/divisions/?level=village", "level", "not one of"),
        ("restoration/divisions/?under=99", "under", "No division"),
        ("figures/?as_of=%EF%BC%91", "as_of", "not a day"),
        ("figures/?format=xml", "format", "This is not one of json, csv."),
        ("windows/?status=open", "status", "not one of"),
        ("windows/?service=nothing", "service", "not one of the available choices"),
        ("windows/?open=yes", "open", "is not one of"),
        ("windows/?page=0", "page", "whole number"),
        ("windows/?page=99999", "page", "There are only"),
        ("windows/?page_size=501", "page_size", "from 1 to 500"),
        ("windows/?q=" + "x" * 101, "q", "at most 100 characters"),
    ],
)
def test_a_bad_question_is_told_what_is_wrong_in_english(client, question, field, said):
    answer = client.get(API + question, headers={"accept-language": "zh-hans"})

    told = answer.json()
    assert (answer.status_code, set(told)) == (400, {"type", "title", "errors"})
    assert [error["field"] for error in told["errors"]] == [field]
    assert said in told["errors"][0]["message"]


def test_all_that_is_wrong_is_told_together(client):
    answer = client.get(f"{API}restoration/?as_of=x&division=x&known_at=x&nothing=1")

    assert {error["field"] for error in answer.json()["errors"]} == {"as_of", "division", "known_at", "nothing"}


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("get", "nothing/", 404, "not_found"),
        ("post", "figures/", 405, "method_not_allowed"),
    ],
)
def test_refusals_have_one_shape(client, method, path, status, kind):
    answer = getattr(client, method)(API + path)

    assert answer.status_code == status
    assert set(answer.json()) == {"type", "title", "errors"}
    assert answer.json()["type"] == kind


def test_reading_needs_and_sets_no_cookie(client):
    client.cookies["sessionid"] = "x" * 32

    answer = client.get(f"{API}figures/")

    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


# --- the description ---------------------------------------------------------------------------------------------


def test_the_description_is_valid_and_without_warnings(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "openapi.yml"))


def test_the_page_about_the_api_names_every_route_and_its_examples_work(client):
    page = client.get("/en/api/")
    routes = page.context["routes"]

    opened = ("figures/", "restoration/", "restoration/series/", "restoration/divisions/", "windows/")
    opened += ("ports/", "ports/{code}/returns/")
    case = "applications/{reference}/"
    posted = ("applications/", f"{case}answer/", f"{case}documents/", "returns/", "status-changes/")
    assert {(route.method, route.path) for route in routes} == {
        *(("GET", f"{API}{path}") for path in (*opened, case)),
        *(("POST", f"{API}{path}") for path in posted),
    }
    assert {client.get(route.example).status_code for route in routes if route.example} == {200}
    assert {route.path for route in routes if route.example} == {f"{API}{path}" for path in opened}
    assert [route.path for route in routes if not route.fields] == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_about_the_api_shows_what_is_sent(client, language):
    page = client.get(f"/{language}/api/")

    sent = {route.path: route for route in page.context["routes"] if route.method == "POST"}
    assert [path for path, route in sent.items() if not (route.sent and route.needs_token and route.description)] == []
    assert {"person.birth", "employer.credit_code"} <= {field.name for field in sent[f"{API}applications/"].sent}
    bodies = [json.loads(route.body) for path, route in sent.items() if not path.endswith("documents/")]
    assert all(bodies)
    assert "&quot;credit_code&quot;" in page.content.decode()
    assert "POST /api/v1/status-changes/" in page.content.decode()


def test_the_page_about_the_api_still_works_at_its_root(client):
    assert client.get(API).url == "/en/api/"
