"""The home page on the scenario of 2020: the notice's figures, in both languages, without a cookie."""

import re
from datetime import datetime

import pytest
from django.test import Client

from portal import editions
from tests.make import EVENING
from windows import clock
from windows.models import SHANGHAI

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _evening_of_the_report_day(scenario):
    clock.set_now(EVENING)


@pytest.fixture(scope="module")
def homes(scenario):
    """The home at each of its addresses, on that evening; asked for once."""
    editions.shelf.forget()
    clock.set_now(EVENING)
    return {path: Client(headers={"accept-language": "en"}).get(path) for path in ("/", "/zh-hans/", "/en/")}


def text_of(response) -> str:
    """What a reader reads, on one line."""
    page = re.sub(r"<(script|style|title|desc)\b.*?</\1>", "", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_home_shows_the_figures_of_the_notice(homes):
    text = text_of(homes["/en/"])

    told = ["2,836 of 3,250", "56%", "87%", "1,820 windows", "more than 11,000 person-times", "62 lanes"]
    told += ["more than 5,100 person-times", "more than 4,600 flights", "more than 7,800 vessel-times"]
    assert [figure for figure in told if figure not in text] == []


def test_home_shows_them_in_chinese(homes):
    text = text_of(homes["/zh-hans/"])

    told = ["3,250 个出入境窗口", "56%", "87%", "62 条"]
    told += ["11,000 余人次", "5,100 余人次", "4,600 余架次", "7,800 余艘次"]
    assert [figure for figure in told if figure.replace(" ", "") not in text.replace(" ", "")] == []


def test_each_figure_has_its_day_and_leads_to_its_definition(homes):
    page = homes["/en/"].content.decode()

    assert page.count('<span>as of 11 March 2020</span> <a href="/en/figures/') == 6


def test_root_is_the_chinese_home_whatever_the_browser_asks_for(homes):
    asked = homes["/"]

    assert asked.status_code == 200
    assert 'lang="zh-Hans"' in asked.content.decode()
    assert '<link rel="canonical" href="/zh-hans/">' in asked.content.decode()
    assert asked.content == homes["/zh-hans/"].content


def test_the_diagram_has_a_tile_for_each_of_34_and_links_31(homes):
    page = homes["/en/"].content.decode()

    assert len(re.findall(r'<a class="tile tile--\d" href="/en/statistics/2020-03-11/\d{6}/">', page)) == 31
    assert page.count('<g class="tile tile--none">') == 3


def test_the_curve_marks_the_day_of_the_measures_and_has_a_table(homes):
    page = homes["/en/"].content.decode()

    assert "27 Feb: ten measures" in page
    assert '<tr class="is-marked"><th scope="row">27 February 2020' in page
    assert page.count("</tr>") >= 71 + 31


def test_home_shows_today_so_far_until_the_report_day(client):
    clock.set_now(datetime(2020, 3, 3, 12, tzinfo=SHANGHAI))
    text = text_of(client.get("/en/"))

    told = [
        "The nation on 3 March 2020, so far",
        "2,405 of 3,250",
        "Before the measures, 26 Feb 56% 1,820 windows",
        "So far, 3 Mar 74% 2,405 windows",
    ]
    told += ["What was done, 27 Feb to 3 Mar"]
    assert [words for words in told if words not in text] == []
    assert "11 March" not in text


def test_home_before_the_measures_tells_of_no_after(client):
    clock.set_now(datetime(2020, 2, 26, 12, tzinfo=SHANGHAI))
    text = text_of(client.get("/en/"))

    assert "Before the measures, 26 Feb 56% 1,820 windows Not yet restored" in text
    assert [words for words in ("So far,", "After,", "What was done", "day of the ten measures") if words in text] == []


def test_home_after_the_report_day_still_shows_it(client):
    clock.set_now(datetime(2020, 3, 20, 12, tzinfo=SHANGHAI))

    assert "The nation at the end of 11 March 2020" in text_of(client.get("/en/"))


def test_statistics_lead_to_no_report_day_that_is_to_come(client):
    clock.set_now(datetime(2020, 3, 3, 12, tzinfo=SHANGHAI))
    text = text_of(client.get("/en/statistics/"))

    assert "At the end of 3 March 2020" in text
    assert "Day of the measures" in text
    assert "Report day" not in text


@pytest.mark.parametrize("path", ["/", "/zh-hans/", "/en/"])
def test_home_sets_no_cookie_and_reads_none(homes, path):
    assert not homes[path].cookies
    assert "Cookie" not in homes[path].headers.get("Vary", "")


def test_language_switch_keeps_page_and_query_and_drops_unknown_keys(client):
    page = client.get("/en/windows/?division=Wuhan&status=suspended&utm=x").content.decode()

    assert 'href="/zh-hans/windows/?division=Wuhan&amp;status=suspended"' in page
    assert "utm" not in page


def test_the_pages_say_what_is_authoritative_and_that_the_data_is_synthetic(homes):
    assert "The Chinese text is authoritative" in text_of(homes["/en/"])
    assert "以中文为准" in text_of(homes["/zh-hans/"])
    assert "合成" in text_of(homes["/zh-hans/"])


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/en/nothing/", 404, "There is no such page"),
        ("/zh-hans/nothing/", 404, "没有这个页面"),
        ("/en/statistics/2020-02-31/", 404, "“2020-02-31” is not a day of the calendar"),
        ("/zh-hans/statistics/2020-02-31/", 404, "“2020-02-31”不是有效日期"),
        ("/en/statistics/2020-03-12/", 404, "2020-03-12 is still to come"),
        ("/en/statistics/?day=2020-02-31", 404, "is not a day of the calendar"),
        ("/en/statistics/2020-03-11/999999/", 404, "No division has the code “999999”"),
        ("/en/statistics/2020-03-11/%00/", 404, "No division has the code"),
        ("/en/statistics/%00/", 404, "is not a day of the calendar"),
        ("/en/windows/99999999/", 404, "No window has the code “99999999”"),
        ("/en/measures/11/", 404, "There are ten measures"),
        ("/en/figures/nothing/", 404, "No figure has the id “nothing”"),
        ("/en/windows/?division=Nowhere", 400, "No division has the code or name “Nowhere”"),
        ("/zh-hans/windows/?status=foo", 400, "输入有误"),
        ("/en/windows/?page=999", 404, "the list has 65 pages"),
        ("/en/windows/?page=x", 404, "the list has 65 pages"),
        ("/en/windows/?unknown=1&page=2", 200, "51 to 100"),
        ("/en/statistics/?sort=nonsense", 200, "Restoration in the nation"),
    ],
)
def test_bad_input_gets_a_clear_answer_in_the_language_of_the_page(client, path, status, said):
    response = client.get(path)

    assert response.status_code == status
    assert said in text_of(response)
    assert not response.cookies


def test_pages_only_read(client):
    assert client.post("/en/").status_code == 405
