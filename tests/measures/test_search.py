"""Finding answers: Chinese by pairs of characters, English by stems; near misses; nothing."""

import csv
from pathlib import Path

import pytest

from measures import search
from measures.policy import SEARCHED
from measures.reference import DATA
from windows import reference

QUESTIONS = list(csv.DictReader((Path(__file__).parent / "questions.csv").open(encoding="utf-8")))


@pytest.fixture(scope="module")
def index():
    """Of the texts that ship with the product."""
    made = search.Index()
    for row in reference.rows(DATA / "topics.csv"):
        made.add(row["code"], *((row[f"{name}_{tongue}"], much) for name, much in SEARCHED for tongue in ("zh", "en")))
    return made


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row["question"])
def test_a_question_finds_its_answer_first(index, row):
    assert index.find(row["question"])[:1] == [row["expected"]]


def test_the_questions_are_at_least_forty_in_both_languages():
    asked = [row["language"] for row in QUESTIONS]

    assert [asked.count(language) >= 20 for language in ("en", "zh-hans")] == [True, True]
    assert len({row["expected"] for row in QUESTIONS}) >= 20


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("expird visa", "stay-extension"),  # a letter left out
        ("visa expirred", "stay-extension"),  # one too many
        ("lost pasport", "service-passport"),
        ("passprot lost", "service-passport"),  # two exchanged
        ("hong kong endorsemant", "service-hk-macao-endorsement"),  # a wrong one
        ("reentry vissa", "re-entry-visa"),
        ("VISA EXPIRED!!!", "stay-extension"),
        ("ｖｉｓａ　ｅｘｐｉｒｅｄ", "stay-extension"),
        ("签正延期", "service-visa-extension"),  # a wrong character
        ("复公复产", "work-resumption"),
        ("网上申情", "online-applications"),
        ("口岸签正", "port-visa"),
        ("签证 延期", "service-visa-extension"),
        ("visa 顺延", "stay-extension"),  # both languages in one
    ],
)
def test_a_near_miss_is_forgiven(index, question, answer):
    assert index.find(question)[:1] == [answer]


@pytest.mark.parametrize(
    "question",
    [
        "今天天气怎么样",
        "房产证过户",
        "驾驶证换领",
        "社保卡补办",
        "best pizza recipe",
        "dog licence",
        "xyzzy",
        "",
        "???",
        "the",
        "我的",
        "🙂",
        "a",
    ],
)
def test_what_nothing_answers_finds_nothing(index, question):
    assert index.find(question) == []


def test_an_empty_index_finds_nothing():
    assert search.Index().find("visa") == []


def test_a_title_counts_more_than_the_text_and_a_rare_word_more_than_a_common_one():
    index = search.Index()
    index.add("title", ("visa", 3), ("a permit", 1))
    index.add("text", ("permit", 3), ("a visa", 1))
    index.add("rare", ("permit", 3), ("lorry", 1))

    assert index.find("visa") == ["title", "text"]
    assert index.find("lorry permit")[0] == "rare"


def test_equals_stay_in_their_order():
    index = search.Index()
    for key in ("b", "a", "c"):
        index.add(key, ("visa", 1))

    assert index.find("visa") == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("one", "other"), [("permits", "permit"), ("expired", "expire"), ("countries", "country"), ("applying", "apply")]
)
def test_words_of_one_stem_meet(one, other):
    assert search.stem(one) == search.stem(other)


def test_short_words_keep_their_letters():
    assert [search.stem(word) for word in ("bus", "visa", "is", "pass")] == ["bus", "visa", "is", "pass"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Dog   LICENCE ", "dog licence"),
        ("visa 12345", "visa 12345"),
        ("visa 123456", "visa"),
        ("call 138-0013-8000 now", "call now"),
        ("G12345678 lost", "g lost"),
        ("me@example.org asks", "asks"),
        ("龘" * 99, "龘" * 60),
    ],
)
def test_words_are_kept_without_what_could_name_somebody(typed, kept):
    assert search.normalised(typed, 60) == kept
