"""One form for equivalent writings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import writing
from tests.applications.test_person import outcome, refusal


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ab 12", "AB12"),
        ("ＡＢ　１２", "AB12"),
        ("\u202aab\u00a012\u202c\ufeff", "AB12"),
        ("①²", "12"),
        ("a-b", "A-B"),
        ("", ""),
    ],
)
def test_a_number_has_one_form(typed, stored):
    assert writing.compact(typed) == stored


@given(st.text(alphabet=st.characters(max_codepoint=0x7F)))
def test_a_number_in_its_form_stays_as_it_is(text):
    assert writing.compact(writing.compact(text)) == writing.compact(text)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("  a \u3000 b\n", "a b"), ("e\u0301", "é"), ("ab", "ab"), ("a" * 5, "a" * 5), (f"  {'a' * 5}  ", "a" * 5)],
)
def test_words_have_one_form(typed, stored):
    assert writing.clear(typed, longest=5) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "required"), ("\n", "required"), ("a" * 6, "long"), ("a\x7f", "control"), ("\u3164", "invisible")],
)
def test_words_are_refused_by_what_is_wrong(typed, code):
    assert refusal(writing.clear, typed, longest=5) == code


@given(st.text())
def test_words_in_their_form_stay_as_they_are(text):
    stored, refused = outcome(writing.clear, text, longest=50)

    assert refused or writing.clear(stored, longest=50) == stored
