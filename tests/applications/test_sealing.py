"""Secrets at rest, indexes, references: nothing readable is stored, and what is typed is found again."""

import string

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import assume, given
from hypothesis import strategies as st

from applications import sealing
from applications.sealing import ALPHABET
from tests.applications.test_person import outcome, refusal

OLD, NEW, OTHER = "o" * 48, "n" * 48, "x" * 48
PERSON = {"name": "王小明", "number": "L898902C3", "phone": "+8613812345678", "children": [{"age": 3}], "none": None}

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=8,
)


# --- sealing ---


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_a_document_comes_back_as_it_was_sealed(document):
    assert sealing.unseal(sealing.seal(document)) == document


@given(st.binary(max_size=2000))
def test_a_file_comes_back_as_it_was_sealed(content):
    assert sealing.unseal_bytes(memoryview(sealing.seal_bytes(content))) == content


def test_sealed_bytes_hold_no_plain_text_and_never_look_the_same():
    first, second = sealing.seal(PERSON), sealing.seal(PERSON)

    for word in ("王小明", "L898902C3", "13812345678", "name", "children"):
        assert word.encode() not in first
        assert word.encode("unicode_escape") not in first
    assert first != second


@pytest.mark.parametrize("value", [object(), float("nan"), b"bytes"])
def test_what_is_not_json_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        sealing.seal({"value": value})


def test_old_keys_still_unseal_and_resealing_takes_them_out_of_use(settings):
    settings.PORTAL_DATA_KEYS = [OLD]
    sealed = sealing.seal(PERSON)

    settings.PORTAL_DATA_KEYS = [NEW, OLD]
    read, fresh, moved = sealing.unseal(sealed), sealing.seal(PERSON), sealing.reseal(sealed)

    settings.PORTAL_DATA_KEYS = [NEW]
    assert read == sealing.unseal(fresh) == sealing.unseal(moved) == PERSON
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(sealed)


@pytest.mark.parametrize("act", [sealing.unseal, sealing.unseal_bytes, sealing.reseal])
def test_a_wrong_key_is_a_clear_error(settings, act):
    settings.PORTAL_DATA_KEYS = [OLD]
    sealed = sealing.seal(PERSON)
    settings.PORTAL_DATA_KEYS = [OTHER]

    with pytest.raises(sealing.CannotUnseal, match="No key of PORTAL_DATA_KEYS opens this"):
        act(sealed)


@pytest.mark.parametrize("place", [0, 20, -1])
def test_an_altered_byte_is_noticed(place):
    sealed = bytearray(sealing.seal(PERSON))
    sealed[place] = ord("A") if sealed[place] != ord("A") else ord("B")

    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(bytes(sealed))


@pytest.mark.parametrize("nonsense", [b"", b"{}", b"\x00\xff", "王".encode()])
def test_what_was_never_sealed_is_a_clear_error(nonsense):
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(nonsense)


def test_without_keys_nothing_is_sealed_or_indexed(settings):
    settings.PORTAL_DATA_KEYS, settings.PORTAL_INDEX_KEY = [], ""

    with pytest.raises(ImproperlyConfigured, match="PORTAL_DATA_KEYS"):
        sealing.seal(PERSON)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_INDEX_KEY"):
        sealing.blind_index("passport", "L898902C3")


# --- indexes ---


def widened(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


numbers = st.text(alphabet=string.ascii_uppercase + string.digits, min_size=1, max_size=18)


@given(numbers)
def test_equivalent_writings_have_one_index(number):
    index = sealing.blind_index("passport", number)

    for typed in (number.lower(), widened(number), widened(number.lower()), " ".join(number), f"\u200b{number}\u3000"):
        assert sealing.blind_index("passport", typed) == index
    assert len(index) == 32
    assert number.encode() not in index or len(number) < 3


@given(numbers, numbers)
def test_other_numbers_and_other_kinds_have_other_indexes(one, other):
    assume(one != other)

    assert sealing.blind_index("passport", one) != sealing.blind_index("passport", other)
    assert sealing.blind_index("passport", one) != sealing.blind_index("resident_id", one)


def test_kind_and_number_do_not_run_together():
    assert sealing.blind_index("a", "B1") != sealing.blind_index("ab", "1")


def test_another_key_gives_other_indexes_and_hashes(settings):
    settings.PORTAL_INDEX_KEY = OLD
    before = sealing.blind_index("passport", "L898902C3"), sealing.secret_hash("A"), sealing.derived_secret(1, "k")
    settings.PORTAL_INDEX_KEY = NEW
    after = sealing.blind_index("passport", "L898902C3"), sealing.secret_hash("A"), sealing.derived_secret(1, "k")

    assert [old == new for old, new in zip(before, after, strict=True)] == [False] * 3


# --- secrets ---


def test_a_secret_has_125_bits_in_groups_without_look_alikes():
    secret = sealing.new_secret()

    assert [len(group) for group in secret.split("-")] == [5] * 5
    assert set(secret) <= set(ALPHABET) | {"-"}
    assert not set("ILOU") & set(ALPHABET)
    assert len({sealing.new_secret() for _ in range(1000)}) == 1000


def test_all_bits_of_a_secret_are_random():
    columns = zip(*(sealing.new_secret().replace("-", "") for _ in range(600)), strict=True)

    assert [len(set(column)) for column in columns] == [32] * 25


def test_a_secret_matches_however_it_is_typed():
    secret = "00011-ABCDE-23456-789FG-HJKMN"
    kept = sealing.secret_hash(secret)

    for typed in (secret, secret.lower(), widened(secret), "oOo iL abcde 23456 789fg hjkmn", secret.replace("-", "–")):
        assert sealing.secret_matches(typed, memoryview(kept))
    assert not sealing.secret_matches(secret[:-1] + "P", kept)
    assert not sealing.secret_matches("", kept)
    assert secret.encode() not in kept


def test_a_retry_derives_the_same_secret_and_another_request_another():
    secret = sealing.derived_secret(7, "3f2c")

    assert sealing.derived_secret(7, "3f2c") == secret
    assert len({secret, sealing.derived_secret(8, "3f2c"), sealing.derived_secret(7, "3f2d")}) == 3
    assert sealing.derived_secret(1, "23") != sealing.derived_secret(12, "3")
    assert [len(group) for group in secret.split("-")] == [5] * 5


# --- references ---

references = st.builds(sealing.new_reference)


def test_references_are_random_and_read_back():
    many = {sealing.new_reference() for _ in range(2000)}

    assert len(many) == 2000
    assert all(len(text) == 11 and set(text) <= set(ALPHABET) and sealing.reference(text) == text for text in many)
    assert [len({text[place] for text in many}) for place in range(11)] == [32] * 11


@given(references)
def test_a_reference_is_read_however_it_is_typed(stored):
    spelled = sealing.spelled(stored)
    look_alike = stored.replace("0", "O").replace("1", "l")

    for typed in (stored.lower(), spelled, spelled.replace("-", " "), widened(stored), look_alike, f" {stored}\n"):
        assert sealing.reference(typed) == stored
    assert [len(group) for group in spelled.split("-")] == [4, 4, 3]


@given(references)
def test_every_single_wrong_character_is_caught(stored):
    for place, right in enumerate(stored):
        for wrong in set(ALPHABET) - {right}:
            assert refusal(sealing.reference, stored[:place] + wrong + stored[place + 1 :]) == "check"


@given(references)
def test_every_swap_of_two_characters_is_caught(stored):
    for first in range(len(stored)):
        for second in range(first + 1, len(stored)):
            swapped = list(stored)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            if stored[first] != stored[second]:
                assert refusal(sealing.reference, "".join(swapped)) == "check"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        (" - ", "required"),
        ("0000000000", "form"),
        ("000000000000", "form"),
        ("0000000000U", "form"),
        ("0000000000王", "form"),
        ("0000000000\x00", "form"),
        ("00000000001", "check"),
    ],
)
def test_what_is_no_reference_is_refused(typed, code):
    assert refusal(sealing.reference, typed) == code


@given(st.text())
def test_any_text_is_a_reference_or_is_refused(text):
    stored, refused = outcome(sealing.reference, text)

    assert stored or refused.code in ("required", "form", "check")
