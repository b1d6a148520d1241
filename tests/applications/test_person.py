"""Names, dates, telephone and e-mail: what is accepted, in which form, and why something is refused. All invented."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from applications import person
from windows import clock

TODAY = date(2020, 3, 11)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def refusal(rule, *arguments, **options) -> str:
    """The code with which a rule refuses."""
    with pytest.raises(ValidationError) as refused:
        rule(*arguments, **options)
    return refused.value.code


def outcome(rule, *arguments, **options):
    """What a rule makes of text that nobody has chosen: (value, None), or (None, the refusal)."""
    try:
        return rule(*arguments, **options), None
    except ValidationError as refused:
        return None, refused


# --- names ---


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("王小明", "王小明"),
        ("  王小明\n", "王小明"),
        ("王　明", "王明"),
        ("王 小  明", "王小明"),
        ("𠮷田", "𠮷田"),
        ("㛃明", "㛃明"),
        ("王\U00030000", "王\U00030000"),
        ("王\U00031350", "王\U00031350"),  # extension H, unassigned to Python 3.11
        ("王\U0002ebf0", "王\U0002ebf0"),  # I
        ("王\U000323b0", "王\U000323b0"),  # J
        ("王〇", "王〇"),
        ("王\ufa19", "王神"),  # a compatibility ideograph: NFC
        ("⾦明", "金明"),  # a radical that looks like the character
        ("王﨑", "王﨑"),  # unified in spite of its block
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽‧买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("甲·乙·丙", "甲·乙·丙"),
        ("王" * 50, "王" * 50),
    ],
)
def test_a_chinese_name_is_stored_in_one_form(typed, stored):
    assert person.chinese_name(typed) == stored
    assert person.chinese_name(stored) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        (" \u3000\n", "required"),
        ("王", "length"),
        ("王" * 51, "length"),
        ("王" * 101, "long"),
        ("王1明", "digit"),
        ("王１明", "digit"),
        ("王Ⅱ", "digit"),
        ("Wang", "script"),
        ("王Ming", "script"),
        ("王か", "script"),
        ("王ᄒ", "script"),
        ("·王明", "dot"),
        ("王明·", "dot"),
        ("王··明", "dot"),
        ("王-明", "character"),
        ("王😀", "character"),
        ("王\x00明", "control"),
        ("王\t明", "control"),
        ("王\u2028明", "control"),
        ("王\ud800明", "control"),
        ("王\u202e明", "direction"),
        ("王\u2066明", "direction"),
        ("王\u200b明", "invisible"),
        ("王\u200d明", "invisible"),
        ("\ufeff王明", "invisible"),
        ("王\ufe00明", "invisible"),
        ("王\U000e0100明", "invisible"),
        ("王\ue000", "private"),
    ],
)
def test_a_chinese_name_is_refused_by_what_is_wrong(typed, code):
    assert refusal(person.chinese_name, typed) == code


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Anna Maria", "Anna Maria"),
        (" Anna   Maria ", "Anna Maria"),
        ("Anna\u00a0Maria", "Anna Maria"),
        ("Muller".replace("u", "u\u0308"), "Müller"),
        ("Đặng Thị Hương", "Đặng Thị Hương"),
        ("X\u0302y", "X\u0302y"),  # no composed form
        ("O’Neill", "O'Neill"),
        ("‘t Hooft", "'t Hooft"),
        ("Smith‐Jones", "Smith-Jones"),
        ("J.-P. d'Arc Jr.", "J.-P. d'Arc Jr."),
        ("ＡＮＮＡ", "ANNA"),
        ("Ł", "Ł"),
        ("a" * 100, "a" * 100),
    ],
)
def test_a_latin_name_is_stored_in_one_form(typed, stored):
    assert person.latin_name(typed) == stored
    assert person.latin_name(stored) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        ("   ", "required"),
        ("a" * 101, "long"),
        ("Anna2", "digit"),
        ("Anna²", "digit"),
        ("王明", "script"),
        ("Аnna", "script"),  # a Cyrillic A
        ("Αnna", "script"),  # a Greek one
        ("ǃAnna", "script"),  # a click that looks like an exclamation mark
        ("-Anna", "punctuation"),
        (".Anna", "punctuation"),
        ("Anna-", "punctuation"),
        ("An--na", "punctuation"),
        ("''", "punctuation"),
        ("'", "script"),
        ("Anna, Maria", "character"),
        ("<b>Anna</b>", "character"),
        ("a\u0301\u0302\u0303\u0304", "character"),  # the first composes, three stay
        ("\u0301a", "character"),
        ("=cmd", "character"),
        ("An\x07na", "control"),
        ("An\nna", "control"),
        ("An\u202ena", "direction"),
        ("An\u061cna", "direction"),
        ("An\u200cna", "invisible"),
        ("An\u00adna", "invisible"),
        ("An\u034fna", "invisible"),
    ],
)
def test_a_latin_name_is_refused_by_what_is_wrong(typed, code):
    assert refusal(person.latin_name, typed) == code


def test_a_refusal_names_the_character_that_nobody_sees():
    with pytest.raises(ValidationError, match=r"turns the direction of writing \(U\+202E\)"):
        person.latin_name("An\u202ena")


@given(st.text())
def test_any_text_is_a_name_or_is_refused(text):
    for rule in (person.chinese_name, person.latin_name):
        name, refused = outcome(rule, text)

        assert refused.code and refused.messages if refused else rule(name) == name
        assert (name or "").encode() is not None  # no lone surrogate


# --- dates ---


@pytest.mark.parametrize("day", [TODAY, date(2020, 2, 29), date(1900, 1, 1), date(1889, 3, 12)])
def test_a_date_of_birth_lies_within_130_years(day):
    assert person.birth_date(day, today=TODAY) == day


@pytest.mark.parametrize(
    ("day", "code"), [(date(2020, 3, 12), "future"), (date(1889, 3, 11), "past"), (date(1, 1, 1), "past")]
)
def test_a_date_of_birth_beyond_that_is_refused(day, code):
    assert refusal(person.birth_date, day, today=TODAY) == code


@pytest.mark.django_db
def test_without_a_day_given_the_portals_clock_tells_what_is_the_future():
    clock.set_now(clock.start_of(TODAY))

    assert person.birth_date(TODAY) == TODAY
    assert refusal(person.birth_date, date(2020, 3, 12)) == "future"


def test_a_document_expires_after_its_issue():
    assert person.expiry_date(date(2020, 3, 12), issued=TODAY) == date(2020, 3, 12)
    assert refusal(person.expiry_date, TODAY, issued=TODAY) == "order"


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2004, 3, 11), date(2020, 3, 10), 15),
        (date(2004, 3, 11), date(2020, 3, 11), 16),
        (date(2004, 2, 29), date(2020, 2, 28), 15),
        (date(2004, 2, 29), date(2020, 2, 29), 16),
        (date(2004, 2, 29), date(2021, 2, 27), 16),
        (date(2004, 2, 29), date(2021, 2, 28), 17),
        (TODAY, TODAY, 0),
    ],
)
def test_a_year_of_age_is_completed_on_the_birthday(birth, day, age):
    assert person.age_on(birth, day) == age


def test_who_is_under_sixteen_needs_a_guardian():
    birth = date(2004, 3, 11)

    assert [person.is_minor(birth, day) for day in (date(2020, 3, 10), date(2020, 3, 11))] == [True, False]


# --- how to be reached ---


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("13812345678", "CN", "+8613812345678"),
        ("138 1234 5678", "CN", "+8613812345678"),
        ("１３８１２３４５６７８", "CN", "+8613812345678"),
        ("+86 138-1234-5678", "US", "+8613812345678"),
        ("0086 13812345678", "CN", "+8613812345678"),
        ("\u202d13812345678\u202c", "CN", "+8613812345678"),
        ("010-6526 4567", "CN", "+861065264567"),
        ("(202) 456-1111", "US", "+12024561111"),
        ("+44 20 7946 0958", "CN", "+442079460958"),
        ("+852 2345 6789", "CN", "+85223456789"),
    ],
)
def test_a_telephone_number_is_stored_as_e164(typed, region, stored):
    assert person.phone(typed, region) == stored
    assert person.phone(stored) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        (" \u200b", "required"),
        ("1381234567", "invalid"),
        ("138123456789", "invalid"),
        ("1300 FLOWERS", "invalid"),
        ("010-65264567 ext. 5", "invalid"),
        ("010-65264567#5", "invalid"),
        ("+999 123456", "invalid"),
        ("13812345678" * 30, "invalid"),
        ("13812\x00345678", "invalid"),
        ("电话", "invalid"),
    ],
)
def test_a_telephone_number_that_cannot_be_called_is_refused(typed, code):
    assert refusal(person.phone, typed) == code


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Anna.Maria@Example.ORG ", "Anna.Maria@example.org"),
        ("ａnna＠example.org", "anna@example.org"),
        ("anna+visa@例子.中国", "anna+visa@例子.中国"),
    ],
)
def test_an_email_address_keeps_its_local_part_and_lowers_its_domain(typed, stored):
    assert person.email(typed) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        ("anna", "invalid"),
        ("anna@", "invalid"),
        ("anna@example", "invalid"),
        ("anna@example.org,b@example.org", "invalid"),
        ("anna @example.org", "invalid"),
        ("anna@example.org\nBcc: b@example.org", "control"),
        ("anna\u202e@example.org", "direction"),
        ("anna\u200b@example.org", "invisible"),
        ("a" * 250 + "@example.org", "long"),
    ],
)
def test_an_email_address_that_is_none_is_refused(typed, code):
    assert refusal(person.email, typed) == code


# --- what is shown ---


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("110101199001010031", "number", "1*************0031"),
        ("L898902C3", "number", "L****02C3"),
        ("12345678", "number", "1***5678"),
        ("A123456", "number", "*****56"),
        ("AB123", "number", "***23"),
        ("1234", "number", "****"),
        ("", "number", ""),
        ("王小明", "name", "王**"),
        ("王明", "name", "王**"),
        ("𠮷田", "name", "𠮷**"),
        ("ERIKSSON", "name", "E**"),
        ("O", "name", "**"),
        ("+8613812345678", "phone", "**********5678"),
        ("+861234", "phone", "*******"),
        ("anna@example.org", "email", "a***@example.org"),
        ("a@example.org", "email", "***@example.org"),
        ("not an address", "email", "***"),
    ],
)
def test_a_masked_value_shows_what_the_rule_says(value, kind, shown):
    assert person.mask(value, kind) == shown


@given(st.text(alphabet="0123456789ABCX", min_size=1, max_size=18), st.sampled_from(["number", "phone"]))
def test_a_mask_never_holds_the_whole_number(number, kind):
    shown = person.mask(number, kind)

    assert number not in shown
    assert len(shown) == len(number)
    assert len(shown.replace("*", "")) <= max(0, len(number) - 3)


@given(st.text(st.characters(exclude_characters=person.MASK), min_size=1, max_size=50))
def test_a_mask_never_holds_a_whole_name_or_address(value):
    assert value not in person.mask(value, "name")
    assert f"{value}@" not in person.mask(f"{value}@example.org", "email")
