"""Numbers of documents. Every number here is made up and given the check character that fits."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from applications import documents
from applications.documents import Document
from applications.person import Sex
from tests.applications.test_person import TODAY, outcome, refusal


def citizen(area="110101", birth="19900101", order="003") -> str:
    """An 18-digit number with its check character."""
    number = f"{area}{birth}{order}"
    return number + ric.calc_check_digit(number + "0")


def employer(head="91", area="110000", body="MA01TEST0") -> str:
    code = f"{head}{area}{body.replace('S', '5')}"
    return code + uscc.calc_check_digit(code)


ENDS_WITH_X = next(number for order in range(100, 200) if (number := citizen(order=str(order)))[-1] == "X")


# --- 18 digits ---


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (citizen(), citizen()),
        (ENDS_WITH_X, ENDS_WITH_X),
        (ENDS_WITH_X.lower(), ENDS_WITH_X),
        (f" {ENDS_WITH_X[:6]} {ENDS_WITH_X[6:14]}\u3000{ENDS_WITH_X[14:]}\n", ENDS_WITH_X),
        ("".join(chr(ord(c) + 0xFEE0) for c in ENDS_WITH_X), ENDS_WITH_X),
        (f"\u200e{citizen()}\u200b", citizen()),
        (citizen(birth="20000229"), citizen(birth="20000229")),
        (citizen(birth="20200311"), citizen(birth="20200311")),
        # A county that is younger than the person: Futian in Shenzhen, made in 1990.
        (citizen(area="440304", birth="19600101"), citizen(area="440304", birth="19600101")),
    ],
)
def test_an_identity_number_is_stored_narrow_and_upper_case(typed, stored):
    assert documents.resident_id(typed, today=TODAY) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        ("\u3000", "required"),
        ("110101900101003", "old"),
        (citizen()[:17], "length"),
        (citizen() + "0", "length"),
        ("A" + citizen()[1:], "format"),
        ("X" + citizen()[1:], "format"),
        (citizen()[:-1] + "Y", "format"),
        ("١" * 18, "format"),
        (citizen()[:9] + "\x00" + citizen()[10:], "format"),
        (citizen()[:-1] + str((int(citizen()[-1]) + 1) % 10), "check"),
        (citizen(birth="19900230"), "birth"),
        (citizen(birth="19901301"), "birth"),
        (citizen(birth="19000229"), "birth"),
        (citizen(birth="00000101"), "birth"),
        (citizen(birth="20200312"), "future"),
        (citizen(birth="18890311"), "past"),
        (citizen(area="100101"), "region"),
        (citizen(area="710101"), "region"),
        (citizen(area="810101"), "region"),
        (citizen(area="810000"), "kind"),
        (citizen(area="830000"), "kind"),
    ],
)
def test_an_identity_number_is_refused_by_what_is_wrong(typed, code):
    assert refusal(documents.resident_id, typed, today=TODAY) == code


@pytest.mark.parametrize("area", ["810000", "820000", "830000"])
def test_a_residence_permit_follows_the_same_rule(area):
    number = citizen(area=area, birth="19600101")  # before there was such a region

    assert documents.residence_permit(number, today=TODAY) == number
    assert refusal(documents.residence_permit, citizen(area=area, birth="20200312"), today=TODAY) == "future"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "required"), (citizen(), "kind"), (citizen(area="810001"), "kind"), ("H12345678", "length")],
)
def test_another_number_is_no_residence_permit(typed, code):
    assert refusal(documents.residence_permit, typed, today=TODAY) == code


@given(st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_wrong_character_of_an_identity_number_is_caught(order, place, wrong):
    number = citizen(order=f"{order:03}")
    mistyped = number[:place] + wrong + number[place + 1 :]

    if mistyped != number:
        refusal(documents.resident_id, mistyped, today=TODAY)


def test_the_number_tells_birth_and_sex():
    assert documents.birth_and_sex_of(citizen(order="003")) == (date(1990, 1, 1), Sex.MALE)
    assert documents.birth_and_sex_of(citizen(order="002")) == (date(1990, 1, 1), Sex.FEMALE)


@pytest.mark.parametrize(
    ("birth", "sex", "codes"),
    [
        (date(1990, 1, 2), Sex.MALE, ["birth"]),
        (date(1990, 1, 1), Sex.FEMALE, ["sex"]),
        (date(1990, 1, 1), "X", ["sex"]),
        (date(1991, 1, 1), "F", ["birth", "sex"]),
    ],
)
def test_what_disagrees_with_the_number_is_told_apart(birth, sex, codes):
    with pytest.raises(ValidationError) as refused:
        documents.agrees(citizen(), birth, sex)

    assert [error.code for error in refused.value.error_list] == codes


def test_what_agrees_passes():
    assert documents.agrees(citizen(), date(1990, 1, 1), "M") is None


# --- without a check character ---


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (Document.HK_MACAO_PERMIT, "h12345678", "H12345678"),
        (Document.HK_MACAO_PERMIT, "Ｍ 1234 5678 01", "M1234567801"),
        (Document.TAIWAN_PERMIT, " 1234 5678 ", "12345678"),
        (Document.PASSPORT, "l898902c3", "L898902C3"),
        (Document.PASSPORT, "E1234-5678", "E12345678"),
        (Document.PASSPORT, "ＥＡ１２３４５６７", "EA1234567"),
    ],
)
def test_a_number_of_each_kind_is_stored_in_one_form(kind, typed, stored):
    assert documents.document_number(kind, typed) == stored
    assert documents.document_number(kind, stored) == stored


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (Document.HK_MACAO_PERMIT, "", "required"),
        (Document.HK_MACAO_PERMIT, "K12345678", "format"),
        (Document.HK_MACAO_PERMIT, "H1234567", "format"),
        (Document.HK_MACAO_PERMIT, "H123456789", "format"),
        (Document.HK_MACAO_PERMIT, "H123456789012", "format"),
        (Document.TAIWAN_PERMIT, "", "required"),
        (Document.TAIWAN_PERMIT, "1234567", "format"),
        (Document.TAIWAN_PERMIT, "123456789", "format"),
        (Document.TAIWAN_PERMIT, "T1234567", "format"),
        (Document.PASSPORT, "", "required"),
        (Document.PASSPORT, "A123", "length"),
        (Document.PASSPORT, "A123456789", "length"),
        (Document.PASSPORT, "ABCDEFG", "format"),
        (Document.PASSPORT, "Е1234567", "format"),  # a Cyrillic letter
        (Document.PASSPORT, "A12345<7", "format"),
        (Document.PASSPORT, "A1234\x007", "format"),
    ],
)
def test_a_number_of_each_kind_is_refused_by_what_is_wrong(kind, typed, code):
    assert refusal(documents.document_number, kind, typed) == code


def test_every_kind_has_its_rule():
    assert set(documents.NUMBERS) == set(Document)


def test_an_older_permit_is_found_as_the_same_persons():
    older = documents.hk_macao_permit("H1234567801")

    assert documents.holders_number(Document.HK_MACAO_PERMIT, older) == "H12345678"
    assert documents.holders_number(Document.PASSPORT, "L898902C34") == "L898902C34"


# --- of an employer ---


@pytest.mark.parametrize("head", ["91", "12", "N2", "A1", "Y1"])
def test_a_credit_code_is_stored_narrow_and_upper_case(head):
    code = employer(head)

    assert documents.credit_code(f" {code[:8].lower()}-{code[8:]}\u3000") == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        (employer()[:17], "length"),
        (employer() + "1", "length"),
        (employer()[:8] + "O" + employer()[9:], "letter"),
        (employer()[:8] + "!" + employer()[9:], "format"),
        ("91A10000MA01TEXT05", "format"),
        (employer()[:9] + ("B" if employer()[9] != "B" else "C") + employer()[10:], "check"),
        (employer()[:8] + employer()[9] + employer()[8] + employer()[10:], "check"),
    ],
)
def test_a_credit_code_is_refused_by_what_is_wrong(typed, code):
    assert refusal(documents.credit_code, typed) == code


@given(st.text())
def test_any_text_is_a_number_or_is_refused_and_not_repeated(text):
    for rule in (*documents.NUMBERS.values(), documents.credit_code):
        options = {"today": TODAY} if rule in (documents.resident_id, documents.residence_permit) else {}
        number, refused = outcome(rule, text, **options)

        assert number.isascii() if number else refused.code
        assert len(text) < 8 or text not in " ".join(refused.messages if refused else [])
