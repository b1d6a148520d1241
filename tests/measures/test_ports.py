"""Ports for the public: totals that add up to the figures, the pages, and the routes of the API."""

import csv
import io
import re
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measures import figures, returns, signoffs, totals
from measures import reporting as days_of_ports
from measures.models import Facilitation, Goods, Measure, Port, Return
from portal import editions
from tests import make
from tests.make import NOON
from windows import clock
from windows.models import SHANGHAI

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]
DAY = date(2020, 3, 11)


def record(port, quantity=5, day=DAY, at=NOON, kind="flight_paper_exemption", **fields) -> Return:
    return returns.record(port, kind, day, quantity, by=make.officer(), at=at, **fields)


def lanes(port, quantity=1, goods="trade_goods", **fields) -> Return:
    return record(port, quantity, kind="dedicated_lane", goods=goods, **fields)


def correct(wrong, quantity, at=NOON) -> Return:
    return returns.correct(wrong, quantity, by=make.officer(), note="x", at=at)


@pytest.fixture(autouse=True, scope="module")
def _campaign(for_the_module):
    for_the_module(make.campaign)


@pytest.fixture(autouse=True)
def _evening(_campaign, db):
    clock.set_now(NOON + timedelta(hours=8))


def counted(total) -> dict[str, int]:
    return {
        "flight_paper_exemption": total.flights,
        "vessel_work_on_arrival": total.vessels,
        "dedicated_lane": total.lanes,
    }


def figures_of(day, known_at=None, division="") -> dict[str, int]:
    found = figures.compute(day, known_at=known_at, division=division)
    return {value.figure.id: value.value for value in found if value.figure.id in Facilitation.values}


# --- totals ------------------------------------------------------------------------------------------------------


PORTS = [("WUH", "420102", "air"), ("PEK", "110101", "air"), ("SHA", "310101", "sea"), ("MZL", "150701", "land")]
KINDS = {"air": "flight_paper_exemption", "sea": "vessel_work_on_arrival", "land": "dedicated_lane"}
HOURS = st.integers(0, 24 * 9)
DEED = st.tuples(st.integers(0, 3), st.integers(0, 4), st.sampled_from(Goods.values), st.integers(-9, 99), HOURS)


@given(deeds=st.lists(DEED, max_size=12), ask=st.integers(0, 6), known=st.none() | HOURS)
@settings(max_examples=30, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ports_and_provinces_add_up_to_the_figures_on_any_day_as_known_at_any_time(deeds, ask, known):
    first = datetime(2020, 3, 1, tzinfo=SHANGHAI)
    clock.set_now(first + timedelta(days=12))
    ports = [make.port(*PORTS[place]) for place in range(4)]
    with transaction.atomic():
        for place, offset, goods, quantity, hour in deeds:
            enter(ports[place], first, offset, goods, quantity, hour)
        day = (first + timedelta(days=ask)).date()
        known_at = None if known is None else first + timedelta(hours=known)

        rows = totals.of_ports(Port.objects.all(), day, known_at=known_at)
        provinces = totals.by_province(rows)

        told = figures_of(day, known_at)
        assert counted(totals.added(rows)) == told
        assert {name: sum(counted(total)[name] for _place, total in provinces) for name in told} == told
        for province, total in provinces:
            assert counted(total) == figures_of(day, known_at, province.pk)
        transaction.set_rollback(True)


def enter(port, first, offset, goods, quantity, hour) -> None:
    """A return of a day, recorded so many hours later; a correction where the day has one."""
    day, kind = (first + timedelta(days=offset)).date(), KINDS[port.kind]
    goods, quantity = (goods, quantity) if kind == "dedicated_lane" else ("", abs(quantity))
    at = first + timedelta(days=offset, hours=hour)
    if there := Return.objects.known().filter(port=port, kind=kind, goods=goods, day=day).first():
        correct(there, quantity, at=max(at, there.recorded_at))
    else:
        record(port, quantity, day, at, kind, goods=goods)


def test_lanes_are_counted_by_goods_and_against_all_land_ports():
    busy, closed, idle = (make.port(code, kind="land") for code in ("AAA", "BBB", "CCC"))
    make.port("WUH")
    lanes(busy, 3)
    lanes(busy, 1, "fresh_produce", day=date(2020, 3, 9))
    lanes(closed, 2, day=date(2020, 3, 9))
    lanes(closed, -2)

    total = totals.added(totals.of_ports(Port.objects.all(), DAY))

    assert (total.ports, total.lanes, total.land_ports, total.land_ports_with_lanes) == (4, 4, 3, 1)
    assert total.by_goods == {"anti_epidemic": 0, "trade_goods": 3, "fresh_produce": 1}
    assert [row.port for row in totals.of_ports(Port.objects.filter(kind="land"), DAY)] == [busy, closed, idle]


# --- pages -------------------------------------------------------------------------------------------------------


def cells(response, row: str) -> list[str]:
    """The numbers of the first table row that holds this text."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", response.content.decode(), re.S)
    return re.findall(r'<td class="n">(.*?)</td>', next(found for found in rows if row in found))


def test_a_province_shows_its_ports_and_the_nation_its_provinces(client):
    record(make.port("WUH"), 7)
    record(make.port("PEK", "110101"), 5)

    nation = client.get("/en/ports/2020-03-11/")
    hubei = client.get("/en/ports/2020-03-11/?division=420000")
    nowhere = client.get("/en/ports/2020-03-11/?division=110000&x=1")

    assert (cells(nation, "Division 420000"), cells(nation, "Total")) == (["1", "7", "0", "0"], ["2", "12", "0", "0"])
    assert [row.port.pk for row in hubei.context["rows"]] == ["WUH"]
    assert 'href="/en/ports/WUH/2020-03-11/"' in hubei.content.decode()
    assert [row.port.pk for row in nowhere.context["rows"]] == ["PEK"]


def test_ports_of_a_kind_stand_in_order_of_their_count(client):
    for code, n in (("AAA", 2), ("BBB", 9), ("CCC", 4)):
        record(make.port(code), n)
    make.port("SHA", kind="sea")

    page = client.get("/en/ports/air/")

    assert [row.port.pk for row in page.context["page"]] == ["BBB", "CCC", "AAA"]
    assert (page.context["told"]["n"], page.context["most"]) == (15, 9)


def test_a_port_tells_its_days_corrections_signatures_and_what_was_late(client):
    port = make.port()
    wrong = record(port, 5, date(2020, 3, 9), NOON - timedelta(days=2))
    correct(wrong, 8)
    record(port, 4, date(2020, 3, 10), NOON)
    (row,) = days_of_ports.of_day([port], date(2020, 3, 9))
    signoffs.sign(port, row.day, by=make.officer(), seen=row.digest, at=NOON)

    page = client.get("/en/ports/WUH/").content.decode()
    today, tenth, ninth = re.findall(r"<tr><th scope=\"row\".*?</tr>", page, re.S)

    assert ("not reported" in today, "not signed off" in today) == (True, False)
    assert ("recorded late" in tenth, "not signed off" in tenth) == (True, True)
    words = ["<s>5", "corrected 11 March 2020, 12:00", "<div>8", "signed off 11 March 2020, 12:00"]
    assert [text for text in words if text in ninth] == words
    assert "<b>12</b>" in page


def test_a_signature_that_is_outdated_is_told(client):
    port = make.port()
    signoffs.sign(port, DAY, by=make.officer(), seen=days_of_ports.of_day([port], DAY)[0].digest)
    signed = client.get("/en/ports/WUH/").content.decode()
    record(port)

    changed = client.get("/en/ports/WUH/").content.decode()

    assert ("changed since it was signed" in signed, "changed since it was signed" in changed) == (False, True)


def test_a_land_port_tells_lanes_opened_closed_and_open(client):
    port = make.port(kind="land")
    lanes(port, 3, day=date(2020, 3, 9))
    lanes(port, -1)

    page = client.get("/en/ports/WUH/")
    text = page.content.decode()

    assert [(row.day.day, n) for row, n in page.context["rows"]] == [(11, 2), (9, 3)]
    assert [(column.day.day, column.n) for column in page.context["columns"].columns] == [(9, 3), (10, 3), (11, 2)]
    assert ("1 closed: trade goods" in text, "3 opened: trade goods" in text) == (True, True)


def test_a_day_shows_what_was_so_by_its_end(client):
    port = make.port()
    record(port, 5, date(2020, 3, 9))
    record(port, 4)

    page = client.get("/en/ports/WUH/2020-03-09/")

    assert (page.context["total"].flights, [row.day.day for row, _n in page.context["rows"]]) == (5, [9])


def test_the_days_of_a_port_are_paged(client):
    port = make.port()
    for n in range(52):
        record(port, 1, DAY - timedelta(days=n))

    first, second = client.get("/en/ports/WUH/"), client.get("/en/ports/WUH/2020-03-11/?page=2")

    assert [len(page.context["rows"]) for page in (first, second)] == [50, 2]
    assert client.get("/en/ports/WUH/2020-03-11/?page=3").status_code == 404
    assert len(first.context["columns"].columns) == 52


def test_where_there_is_nothing_the_page_says_so(client):
    make.port()
    make.port("MZL", kind="land")
    make.division("110000")

    told = {
        "WUH/": "reported nothing",
        "MZL/": "reported no lane",
        "sea/": "There is no port of this kind",
        "air/?division=110000": "No port of this kind lies in this division",
        "?division=110000": "No port lies in this division",
    }
    dated = {path.replace("?", "2020-03-11/?"): words for path, words in told.items()}

    pages = {path: client.get(f"/en/ports/{path}").content.decode() for path in dated}
    assert {path: words for path, words in dated.items() if words not in pages[path]} == {}


@pytest.mark.parametrize("path", ["", "air/", "WUH/"])
def test_a_day_in_the_query_leads_to_its_permanent_address(client, path):
    make.port()

    answer = client.get(f"/en/ports/{path}?day=2020-03-01&x=1")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/en/ports/{path}2020-03-01/")


@pytest.mark.parametrize(
    "path",
    ["2020-02-31/", "2020-03-12/", "air/2020-03-12/", "WUH/2020-03-12/", "XXX/", "%00/", "2020-03-11/?division=99"]
    + ["air/?day=x", "air/2020-03-11/?page=0", "air/2020-03-11/?page=x", "WUH/x/", "XXX/2020-03-11/"],
)
def test_what_is_not_there_is_told(client, path):
    make.port()

    assert client.get(f"/en/ports/{path}").status_code == 404


def test_pages_that_tell_of_ports_lead_to_them(client):
    make.port()
    Measure.objects.create(number=5, in_notice=True, title_zh="五", title_en="Five", summary_zh="五", summary_en="Five")

    links = {"measures/5/": "ports/", "statistics/2020-03-10/": "ports/2020-03-10/"}
    links |= {f"figures/{KINDS[kind]}/": f"ports/{kind}/" for kind in KINDS}

    pages = {path: client.get(f"/en/{path}").content.decode() for path in links}
    assert {path: to for path, to in links.items() if f'href="/en/{to}"' not in pages[path]} == {}
    assert "/en/ports/" not in client.get("/en/figures/windows/").content.decode()


def cost_the_same(queries: dict[str, int], client, django_assert_num_queries) -> None:
    """So many queries an address, with one port that has one return and with thirty that have thirty more."""

    def ask_all():
        for address, n in queries.items():
            with django_assert_num_queries(n):
                client.get(address)

    record(make.port())
    client.get(next(iter(queries)))  # what is remembered is asked for here

    ask_all()
    for n in range(29):
        record(make.port(f"P{n}", f"42{n:02}02"))
        record(make.port(), day=DAY - timedelta(days=n + 1))
    ask_all()


def test_pages_cost_the_same_queries_with_one_and_with_thirty_ports(client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(editions, "MEMO_SECONDS", 3600.0)  # a second may pass here
    queries = {"": 5, "air/": 5, "WUH/": 7, "2020-03-11/?division=420000": 5}

    cost_the_same({f"/en/ports/{path}": n for path, n in queries.items()}, client, django_assert_num_queries)


# --- the API -----------------------------------------------------------------------------------------------------


def test_the_api_tells_ports_provinces_and_totals_as_known_at_a_time(client):
    wrong = record(make.port(), 5, at=NOON)
    correct(wrong, 9, at=NOON + timedelta(hours=2))
    lanes(make.port("MZL", "150701", "land"), 2)

    now = client.get("/api/v1/ports/?as_of=2020-03-11").json()
    then = client.get("/api/v1/ports/?as_of=2020-03-11&known_at=2020-03-11T13:00").json()
    land = client.get("/api/v1/ports/?kind=land&division=15").json()

    goods = {"anti_epidemic": 0, "trade_goods": 2, "fresh_produce": 0}
    assert now["totals"] == {
        **{"flights": 9, "vessels": 0, "lanes": 2, "lanes_by_goods": goods},
        **{"ports": 2, "land_ports": 1, "land_ports_with_lanes": 1},
    }
    assert [(row["code"], row["flights"], row["lanes"]) for row in now["provinces"]] == [
        ("150000", 0, 2),
        ("420000", 9, 0),
    ]
    assert [row["code"] for row in now["results"]] == ["MZL", "WUH"]
    assert then["totals"]["flights"] == 5
    assert ([row["code"] for row in land["results"]], land["totals"]["ports"]) == (["MZL"], 1)


def test_the_ports_are_a_table_too(client):
    make.port()
    lanes(make.port("MZL", "150701", "land"), 2)

    answer = client.get("/api/v1/ports/?format=csv")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["code"], row["lanes"], row["lanes_by_goods.trade_goods"]) for row in rows] == [
        ("MZL", "2", "2"),
        ("WUH", "0", "0"),
    ]


def test_the_api_lists_a_ports_returns_with_those_corrected_as_known_at_a_time(client):
    wrong = record(make.port(), 5, date(2020, 3, 10), NOON)
    right = correct(wrong, 9, at=NOON + timedelta(hours=2))
    record(make.port("PEK", "110101"))
    shape = lambda answer: [  # noqa: E731
        (row["id"], row["quantity"], row["in_force"], row["late"], row["supersedes"]) for row in answer["results"]
    ]

    now = client.get("/api/v1/ports/WUH/returns/").json()
    then = client.get("/api/v1/ports/WUH/returns/?known_at=2020-03-11T13:00").json()
    before = client.get("/api/v1/ports/WUH/returns/?as_of=2020-03-09").json()
    rows = list(csv.DictReader(io.StringIO(client.get("/api/v1/ports/WUH/returns/?format=csv").content.decode())))

    assert shape(now) == [(right.pk, 9, True, True, wrong.pk), (wrong.pk, 5, False, True, None)]
    assert shape(then) == [(wrong.pk, 5, True, True, None)]
    assert (before["count"], before["results"]) == (0, [])
    assert [row["quantity"] for row in rows] == ["9", "5"]


@pytest.mark.parametrize(
    ("question", "status", "field"),
    [
        ("ports/?kind=rail", 400, "kind"),
        ("ports/?division=99", 400, "division"),
        ("ports/?as_of=2020-03-12", 400, "as_of"),
        ("ports/?known_at=x", 400, "known_at"),
        ("ports/?port=WUH", 400, "port"),
        ("ports/WUH/returns/?kind=air", 400, "kind"),
        ("ports/WUH/returns/?page=2", 400, "page"),
        ("ports/WUH/returns/?page_size=501", 400, "page_size"),
        ("ports/XXX/returns/", 404, ""),
        ("ports/%00/returns/", 404, ""),
    ],
)
def test_a_bad_question_about_ports_is_told_what_is_wrong(client, question, status, field):
    make.port()

    answer = client.get(f"/api/v1/{question}")

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (status, [field])


def test_routes_cost_the_same_queries_with_one_and_with_thirty_ports(client, django_assert_num_queries):
    cost_the_same({"/api/v1/ports/": 2, "/api/v1/ports/WUH/returns/": 3}, client, django_assert_num_queries)
