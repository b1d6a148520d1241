"""The machine-readable zone, by the specimens of ICAO Doc 9303 (parts 4 and 5; nobody's documents)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from applications.mrz import Zone, check_digit, mrz
from applications.person import Sex
from tests.applications.test_person import TODAY

NAMES = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
ROW = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
CARD = ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"]


def changed(row: str, *changes: tuple[int, str]) -> str:
    """The row with other text at these positions, counted from 1 as in Doc 9303."""
    for place, text in changes:
        row = row[: place - 1] + text + row[place - 1 + len(text) :]
    return row


def resealed(row: str) -> str:
    """A passport's second line with check digits that fit."""
    row = changed(row, (10, check_digit(row[:9])), (20, check_digit(row[13:19])), (28, check_digit(row[21:27])))
    row = changed(row, (43, check_digit(row[28:42])))
    return changed(row, (44, check_digit(row[:10] + row[13:20] + row[21:43])))


def codes(lines) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        mrz(lines, today=TODAY)
    return [error.code for error in refused.value.error_list]


@pytest.mark.parametrize(
    ("text", "digit"), [("520727", "3"), ("AB2134<<<", "5"), ("L898902C3", "6"), ("ZE184226B<<<<<", "1"), ("", "0")]
)
def test_check_digits_are_those_of_the_standard(text, digit):
    assert check_digit(text) == digit


def test_the_specimen_of_a_passport_is_read():
    assert mrz([NAMES, ROW], today=TODAY) == Zone(
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        issuing_state="UTO",
        nationality="UTO",
        number="L898902C3",
        birth=date(1974, 8, 12),
        sex=Sex.FEMALE,
        expiry=date(2012, 4, 15),
    )


def test_the_specimen_of_a_card_is_read():
    zone = mrz(CARD, today=TODAY)

    assert (zone.surname, zone.given_names, zone.number) == ("ERIKSSON", "ANNA MARIA", "D23145890")
    assert (zone.birth, zone.sex, zone.expiry) == (date(1974, 8, 12), Sex.FEMALE, date(2012, 4, 15))
    assert (zone.issuing_state, zone.nationality) == ("UTO", "UTO")


def test_a_long_number_of_a_card_runs_on_into_the_optional_data():
    first = "I<UTO" + "D23145890<123" + check_digit("D23145890123")
    first = first.ljust(30, "<")
    row = CARD[1][:-1] + check_digit(first[5:] + CARD[1][:7] + CARD[1][8:15] + CARD[1][18:29])

    assert mrz([first, row, CARD[2]], today=TODAY).number == "D23145890123"
    assert codes([changed(first, (17, "9")), row, CARD[2]]) == ["number", "composite"]
    assert "number" in codes(["I<UTOD23145890<".ljust(30, "<"), row, CARD[2]])


@pytest.mark.parametrize(
    "typed",
    [
        f"{NAMES}\n{ROW}",
        f"\r\n {NAMES.lower()} \r\n\r\n{ROW}\n",
        [NAMES.replace("<", "＜"), " ".join(ROW)],
    ],
)
def test_it_may_be_typed_in_other_ways(typed):
    assert mrz(typed, today=TODAY) == mrz([NAMES, ROW], today=TODAY)


@pytest.mark.parametrize(
    ("place", "wrong", "named"),
    [
        (10, "7", ["number", "composite"]),
        (1, "M", ["number", "composite"]),
        (20, "3", ["birth", "composite"]),
        (14, "75", ["birth", "composite"]),
        (28, "0", ["expiry", "composite"]),
        (22, "13", ["expiry", "composite"]),
        (43, "2", ["optional", "composite"]),
        (30, "F", ["optional", "composite"]),
        (44, "1", ["composite"]),
        (43, "<", ["optional", "composite"]),
        (14, "7508123F1304150", ["birth", "expiry", "composite"]),
    ],
)
def test_each_wrong_check_digit_of_a_passport_is_named(place, wrong, named):
    assert codes([NAMES, changed(ROW, (place, wrong))]) == named


@pytest.mark.parametrize(
    ("line", "place", "wrong", "named"),
    [
        (0, 15, "8", ["number", "composite"]),
        (1, 7, "3", ["birth", "composite"]),
        (1, 15, "0", ["expiry", "composite"]),
        (1, 30, "7", ["composite"]),
        (0, 16, "1", ["composite"]),
        (1, 19, "1", ["composite"]),
    ],
)
def test_each_wrong_check_digit_of_a_card_is_named(line, place, wrong, named):
    rows = [changed(row, (place, wrong)) if number == line else row for number, row in enumerate(CARD)]

    assert codes(rows) == named


@pytest.mark.parametrize("digit", ["0", "<"])
def test_without_optional_data_its_check_digit_may_be_a_filler(digit):
    row = changed(ROW, (29, "<" * 14), (43, digit))
    row = changed(row, (44, check_digit(row[:10] + row[13:20] + row[21:43])))

    assert mrz([NAMES, row], today=TODAY).number == "L898902C3"


def test_with_optional_data_its_check_digit_may_not_be_a_filler():
    row = changed(ROW, (29, "A".ljust(14, "<")), (43, "0"))  # 7 times 10
    right = changed(row, (44, check_digit(row[:10] + row[13:20] + row[21:43])))

    assert mrz([NAMES, right], today=TODAY).number == "L898902C3"
    assert codes([NAMES, changed(right, (43, "<"))]) == ["optional"]


@pytest.mark.parametrize(
    ("birth", "read"),
    [
        ("200311", date(2020, 3, 11)),
        ("200312", date(1920, 3, 12)),
        ("000229", date(2000, 2, 29)),
        ("210101", date(1921, 1, 1)),
        ("7408<<", None),
        ("<<<<<<", None),
    ],
)
def test_the_century_of_a_birth_is_the_latest_that_has_come(birth, read):
    assert mrz([NAMES, resealed(changed(ROW, (14, birth)))], today=TODAY).birth == read


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([(14, "740230")], "date"),
        ([(14, "74AB12")], "date"),
        ([(22, "121301")], "date"),
        ([(22, "<<<<<<")], "date"),
        ([(21, "A")], "sex"),
    ],
)
def test_what_is_well_checked_and_yet_nonsense_is_refused(changes, code):
    assert codes([NAMES, resealed(changed(ROW, *changes))]) == [code]


@pytest.mark.parametrize(("mark", "sex"), [("F", Sex.FEMALE), ("M", Sex.MALE), ("<", Sex.UNSPECIFIED)])
def test_the_sex_may_be_left_open(mark, sex):
    assert mrz([NAMES, changed(ROW, (21, mark))], today=TODAY).sex == sex


@pytest.mark.parametrize(
    ("names", "surname", "given"),
    [
        ("P<D<<MUSTERMANN<<ERIKA".ljust(44, "<"), "MUSTERMANN", "ERIKA"),
        ("P<UTOVAN<DER<MUELLEN<<HILBERT".ljust(44, "<"), "VAN DER MUELLEN", "HILBERT"),
        ("P<UTOARKFREITH".ljust(44, "<"), "ARKFREITH", ""),
    ],
)
def test_names_are_told_apart_by_two_fillers(names, surname, given):
    zone = mrz([names, ROW], today=TODAY)

    assert (zone.surname, zone.given_names) == (surname, given)


@pytest.mark.parametrize(
    "lines",
    [
        "",
        [],
        [NAMES],
        [NAMES, ROW[:-1]],
        [NAMES, ROW + "<"],
        [NAMES, ROW, ROW],
        CARD[:2],
        [NAMES, ROW.replace("Z", "É")],
        [NAMES, ROW.replace("Z", "\x00")],
        [NAMES, ROW.replace("Z", "١")],
    ],
)
def test_another_shape_is_refused(lines):
    assert codes(lines) == ["lines"]
