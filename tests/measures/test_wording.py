"""Which Chinese text an English one translates, and how two wordings differ."""

from measures.wording import Part, difference, digest


def test_the_digest_is_of_the_words_and_not_of_the_blanks_around_them():
    assert digest("甲 \r\n\r\n乙", "丙") == digest("甲\n乙", "丙")
    assert digest("甲乙", "丙") != digest("甲", "乙丙")


def test_a_difference_marks_words_and_single_characters_of_han():
    words, han = difference("x", "two months", "three months"), difference("x", "顺延两个月", "顺延三个月")

    assert words.old == [Part("two", "del"), Part(" months")]
    assert words.new == [Part("three", "ins"), Part(" months")]
    assert han.new == [Part("顺延"), Part("三", "ins"), Part("个月")]
    assert not difference("x", "same", "same").changed
