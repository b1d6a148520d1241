"""Short links lead to their pages, and the pictures of them are read by an independent reader."""

import io
import re

import pytest
import zxingcpp
from django.urls import resolve, reverse
from django.utils.translation import override
from PIL import Image

from tests import make
from windows import codes

pytestmark = pytest.mark.django_db
HOST = "http://testserver"
# A page of each kind, by its code.
PAGES = {
    "h": "",
    "l": "windows/",
    "w42010201": "windows/42010201/",
    "s": "statistics/",
    "d2020-03-11": "statistics/2020-03-11/",
    "p2020-03-11.420000": "statistics/2020-03-11/420000/",
    "t": "measures/",
    "m5": "measures/5/",
    "a": "figures/",
    "frestoration_rate": "figures/restoration_rate/",
    "o": "ports/",
    "e2020-03-11": "ports/2020-03-11/",
    "kair": "ports/air/",
    "jair.2020-03-11": "ports/air/2020-03-11/",
    "gPEK": "ports/PEK/",
    "cPEK.2020-03-11": "ports/PEK/2020-03-11/",
    "q": "policy/",
    "rstay-extension": "policy/stay-extension/",
    "vstay-extension.1": "policy/stay-extension/1/",
    "n": "bulletins/",
    "b2020-03-11": "bulletins/2020-03-11/",
    "i": "api/",
}
LINKS = {"zh-hans": "/s/{}/", "en": "/s/{}/en/"}


def read(picture: bytes, width: int = 200) -> list[str]:
    """What an independent reader finds in a picture shown at this width."""
    shown = Image.open(io.BytesIO(picture)).convert("L").resize((width, width))
    return [found.text for found in zxingcpp.read_barcodes(shown)]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("code", PAGES)
def test_a_short_link_leads_to_its_page_and_is_the_same_for_everybody(client, code, language):
    answer = client.get(LINKS[language].format(code), headers={"accept-language": "fr", "cookie": "a=b"})

    assert (answer.status_code, answer["Location"]) == (302, f"/{language}/{PAGES[code]}")
    assert (answer["Cache-Control"], answer.cookies) == ("public, max-age=86400", {})


@pytest.mark.parametrize("code", PAGES)
def test_a_page_knows_its_short_link(code):
    match = resolve(f"/zh-hans/{PAGES[code]}")

    assert codes.short(match.view_name, match.kwargs) == code
    assert codes.link(code, "en") == f"/s/{code}/en/"


def test_every_kind_of_page_has_a_letter_of_its_own():
    assert {code[0] for code in PAGES} == set(codes.ROUTES)
    assert len(set(codes.ROUTES.values())) == len(codes.ROUTES)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("code", PAGES)
def test_every_code_is_read_at_200_pixels_as_its_link(client, code, language):
    link = LINKS[language].format(code)

    answer = client.get(link + "code.png")

    assert (answer["Content-Type"], answer.cookies) == ("image/png", {})
    assert read(answer.content) == [HOST + link]


def test_a_picture_has_four_blank_modules_around_it(client):
    picture = Image.open(io.BytesIO(client.get("/s/w42010201/code.png").content)).convert("L")
    wide, high = picture.size

    edges = [(0, 0, wide, 32), (0, high - 32, wide, high), (0, 0, 32, high), (wide - 32, 0, wide, high)]

    assert {picture.crop(edge).getextrema() for edge in edges} == {(255, 255)}
    assert picture.crop((32, 32, 40, 40)).getextrema() == (0, 0)


def test_a_picture_for_print_is_an_image_of_its_own_and_without_scripts(client):
    answer = client.get("/s/w42010201/code.svg")

    assert answer["Content-Type"] == "image/svg+xml"
    assert re.findall(r"<(\w+)", answer.content.decode()) == ["svg", "g", "path", "path"]


@pytest.mark.parametrize(
    "path",
    ["z1", "w", "w1.2", "m", "mfive", "h1", "w42010201/fr", "%00", "w42010201/code.gif", "zz/code.png", "é", "w" * 300],
)
def test_what_is_no_short_link_is_not_found(client, path):
    address = f"/s/{path}" + ("" if "code." in path else "/")

    answer = client.get(address, follow=True)

    assert answer.status_code == 404
    assert not answer.cookies


def test_a_link_to_a_window_that_is_not_there_ends_at_a_page_that_says_so(client):
    assert client.get("/s/w99999999/", follow=True).status_code == 404


# --- what a page shows of it ---


def test_a_page_shows_its_link_to_copy_to_scan_and_for_paper(client):
    make.window("420102")

    page = client.get("/en/windows/42010201/").content.decode()

    assert f'value="{HOST}/s/w42010201/en/" readonly' in page
    assert re.findall(r'<img src="([^"]*)"', page) == [
        f"{HOST}/s/w42010201/en/code.png",
        f"{HOST}/s/w42010201/en/code.svg",
    ]
    assert f"<span>{HOST}/s/w42010201/en/</span>" in page


def test_the_home_at_the_root_has_the_link_of_the_home(client, scenario_of_one):
    assert f'value="{HOST}/s/h/" readonly' in client.get("/").content.decode()


@pytest.fixture
def scenario_of_one():
    make.campaign()
    make.change(make.window("420102"), "full")


def test_a_list_narrowed_by_a_query_has_no_short_link(client):
    assert "short-link" in client.get("/en/windows/").content.decode()
    assert "short-link" not in client.get("/en/windows/?status=full").content.decode()


def test_forms_of_applicants_are_not_passed_on(client):
    page = client.get("/en/track/").content.decode()

    assert "short-link" not in page
    assert "og:url" not in page


def tags(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta property="og:([\w:]+)" content="([^"]*)">', page))


def test_a_page_tells_what_stands_in_a_shared_link(client):
    make.window("420102", name_zh="江岸<区>", name_en="Jiang'an & <more>")

    told = {language: tags(client.get(f"/{language}/windows/42010201/").content.decode()) for language in LINKS}

    assert told["en"]["title"] == "Jiang&#x27;an &amp; &lt;more&gt;"
    assert told["zh-hans"]["title"] == "江岸&lt;区&gt;"
    assert [told[language]["locale"] for language in LINKS] == ["zh_CN", "en_GB"]
    assert [told[language]["url"] for language in LINKS] == [f"{HOST}/{code}/windows/42010201/" for code in LINKS]
    assert told["en"]["image"] == f"{HOST}/en/card.png"
    assert all(told["en"].values())


def test_the_picture_of_a_shared_link_is_a_png_of_the_size_it_says(client, scenario_of_one):
    answer = client.get("/en/card.png")

    assert (answer["Content-Type"], answer.cookies) == ("image/png", {})
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)


# --- the poster ---


def test_a_poster_says_in_both_languages_what_holds_and_its_code_leads_to_the_live_page(client):
    shut, opened = (
        make.window("420102", name_zh="甲窗口", name_en="Window A"),
        make.window("420102", name_en="Window B"),
    )
    make.change(shut, "suspended")
    make.change(opened, "full")

    page = client.get(f"/en/windows/{shut.pk}/poster/").content.decode()

    assert [word in page for word in ("甲窗口", "Window A", "暂停", "Suspended", "Window B")] == [True] * 5
    pictures = re.findall(rf'<img src="{HOST}(/s/w\d+/en/code.svg)" width="220"', page)
    assert pictures == [f"/s/w{shut.pk}/en/code.svg"]
    assert codes.page(f"w{shut.pk}", "en") == f"/en/windows/{shut.pk}/"


def test_there_is_no_poster_of_a_window_that_is_not_there(client):
    with override("en"):
        address = reverse("windows:poster", args=["99999999"])

    assert client.get(address).status_code == 404
