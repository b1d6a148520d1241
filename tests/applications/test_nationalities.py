"""Foreign nationalities: which there are, what they are called, and in which order."""

import re

import pytest
from django.utils import translation

from applications import nationalities
from tests.applications.test_person import refusal


@pytest.mark.parametrize("typed", ["FR", "fr", " ｆｒ "])
def test_a_nationality_is_its_two_letters(typed):
    assert nationalities.nationality(typed) == "FR"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        ("CN", "home"),
        ("hk", "home"),
        ("MO", "home"),
        ("TW", "home"),
        ("AQ", "unknown"),
        ("XX", "unknown"),
        ("FRA", "unknown"),
        ("法国", "unknown"),
    ],
)
def test_another_one_is_refused(typed, code):
    assert refusal(nationalities.nationality, typed) == code


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_nobody_at_home_is_among_the_foreigners(language):
    with translation.override(language):
        choices = nationalities.choices()

    assert {code for code, _name in choices} == nationalities.FOREIGN
    assert len(choices) == 238
    assert not {"CN", "HK", "MO", "TW"} & nationalities.FOREIGN
    assert len({name for _code, name in choices}) == len(choices)


def test_every_chinese_name_is_chinese():
    with translation.override("zh-hans"):
        names = [name for _code, name in nationalities.choices()]

    assert [name for name in names if not re.fullmatch(r"[\u4e00-\u9fff、（）]+", name)] == []


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("FR", "法国", "France"),
        ("WS", "萨摩亚", "Samoa"),
        ("AS", "美属萨摩亚", "American Samoa"),
        ("NP", "尼泊尔", "Nepal"),
        ("DM", "多米尼克", "Dominica"),
        ("DO", "多米尼加共和国", "Dominican Republic"),
        ("CG", "刚果（布）", "Republic of the Congo"),
        ("CD", "刚果（金）", "Democratic Republic of the Congo"),
        ("KR", "韩国", "Republic of Korea"),
        ("KP", "朝鲜", "Democratic People’s Republic of Korea"),
        ("MN", "蒙古国", "Mongolia"),
        ("CN", "中国", "China"),
        ("HK", "中国香港", "Hong Kong, China"),
        ("MO", "中国澳门", "Macao, China"),
        ("TW", "中国台湾", "Taiwan, China"),
        ("XX", "", ""),
    ],
)
def test_names_read_naturally_in_both_languages(code, zh, en):
    with translation.override("zh-hans"):
        chinese = nationalities.name_of(code)
    with translation.override("en"):
        english = nationalities.name_of(code)

    assert (chinese, english) == (zh, en)


def test_english_is_ordered_by_letter_whatever_its_diacritics():
    with translation.override("en"):
        names = [name for _code, name in nationalities.choices()]

    assert names[:3] == ["Afghanistan", "Åland Islands", "Albania"]
    assert names[-2:] == ["Zambia", "Zimbabwe"]


def test_chinese_is_ordered_by_sound():
    with translation.override("zh-hans"):
        names = [name for _code, name in nationalities.choices()]
    some = ["阿富汗", "澳大利亚", "秘鲁", "冰岛", "法国", "梵蒂冈", "菲律宾", "芬兰", "南非", "瑙鲁", "尼泊尔", "智利"]

    assert sorted(some, key=names.index) == some


@pytest.mark.parametrize(
    ("zone", "code"),
    [("FRA", "FR"), ("D", "DE"), ("GBD", "GB"), ("CHN", "CN"), ("UTO", None), ("", None), ("XXA", None)],
)
def test_the_states_of_a_zone_become_two_letters(zone, code):
    assert nationalities.nationality_in_zone(zone) == code
