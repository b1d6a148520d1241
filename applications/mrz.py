"""The machine-readable zone of a travel document: ICAO Doc 9303, passports (TD3) and cards (TD1)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications import writing
from applications.person import Sex
from windows import clock

FILLER = "<"
VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {FILLER: 0}
WEIGHTS = (7, 3, 1)
SEXES = {"F": Sex.FEMALE, "M": Sex.MALE, FILLER: Sex.UNSPECIFIED, "X": Sex.UNSPECIFIED}
WRONG = {
    "number": _("The check digit of the document number does not fit."),
    "birth": _("The check digit of the date of birth does not fit."),
    "expiry": _("The check digit of the date of expiry does not fit."),
    "optional": _("The check digit of the optional data does not fit."),
    "composite": _("The last check digit, that of the whole zone, does not fit."),
}


@dataclass(frozen=True)
class Zone:
    """What a zone says. Codes of states are the zone's own (D, UTO, GBD); `birth` is None where parts are unknown."""

    surname: str
    given_names: str
    issuing_state: str
    nationality: str
    number: str
    birth: date | None
    sex: Sex
    expiry: date


def mrz(lines: str | Iterable[str], *, today: date | None = None) -> Zone:
    """Read two lines of 44 characters or three of 30.

    Raises ValidationError: `lines` for another shape, `date`, `sex`, and one error for each check digit that does not
    fit, coded by its part (number, birth, expiry, optional, composite). `today` tells the century of a birth.
    """
    typed = lines.splitlines() if isinstance(lines, str) else lines
    rows = [row for row in map(writing.compact, typed) if row]
    lengths = [len(row) for row in rows]
    if lengths not in ([44, 44], [30, 30, 30]) or not all(set(row) <= VALUES.keys() for row in rows):
        raise ValidationError(
            _("Enter two lines of 44 characters, or three of 30: letters A to Z, digits and <."), code="lines"
        )
    return (_passport if len(rows) == 2 else _card)(rows, today or clock.today())


def check_digit(text: str) -> str:
    """Weights 7, 3, 1 over the values of the characters, modulo 10 (Doc 9303-3, 4.9)."""
    return str(sum(VALUES[character] * WEIGHTS[place % 3] for place, character in enumerate(text)) % 10)


def _passport(rows: list[str], today: date) -> Zone:
    names, row = rows
    optional = row[28:42]
    _check(
        number=(row[:9], row[9]),
        birth=(row[13:19], row[19]),
        expiry=(row[21:27], row[27]),
        # Where there is no optional data, its check digit may be a filler.
        optional=(optional, "0" if row[42] == FILLER and not optional.strip(FILLER) else row[42]),
        composite=(row[:10] + row[13:20] + row[21:43], row[43]),
    )
    return _zone(names[2:5], names[5:], row[:9], row[10:13], row[13:19], row[20], row[21:27], today)


def _card(rows: list[str], today: date) -> Zone:
    first, row, names = rows
    number, digit = first[5:14], first[14]
    if digit == FILLER:  # a long number runs on into the optional data and ends with its check digit
        number, digit = number + first[15:].split(FILLER)[0][:-1], (first[15:].split(FILLER)[0] or FILLER)[-1]
    _check(
        number=(number, digit),
        birth=(row[:6], row[6]),
        expiry=(row[8:14], row[14]),
        composite=(first[5:] + row[:7] + row[8:15] + row[18:29], row[29]),
    )
    return _zone(first[2:5], names, number, row[15:18], row[:6], row[7], row[8:14], today)


def _check(**parts: tuple[str, str]) -> None:
    wrong = [name for name, (text, digit) in parts.items() if check_digit(text) != digit]
    if wrong:
        raise ValidationError([ValidationError(WRONG[name], code=name) for name in wrong])


def _zone(
    state: str, names: str, number: str, nationality: str, birth: str, sex: str, expiry: str, today: date
) -> Zone:
    surname, _fillers, given = names.strip(FILLER).partition(FILLER * 2)
    if sex not in SEXES:
        raise ValidationError(_("The zone gives the sex as M, F or <."), code="sex")
    return Zone(
        surname=_words(surname),
        given_names=_words(given),
        issuing_state=state.strip(FILLER),
        nationality=nationality.strip(FILLER),
        number=number.strip(FILLER),
        birth=_birth(birth, today),
        sex=SEXES[sex],
        expiry=_day(2000 + int(expiry[:2]), expiry) if expiry.isdecimal() else _no_day(),
    )


def _words(text: str) -> str:
    return " ".join(re.split(f"{FILLER}+", text.strip(FILLER)))


def _birth(text: str, today: date) -> date | None:
    """The latest such day that has come: two digits do not tell a child from somebody of a hundred."""
    if FILLER in text:
        return None
    if not text.isdecimal():
        return _no_day()
    year = today.year - (today.year - int(text[:2])) % 100
    return day if (day := _day(year, text)) <= today else _day(year - 100, text)


def _day(year: int, text: str) -> date:
    try:
        return date(year, int(text[2:4]), int(text[4:]))
    except ValueError:
        return _no_day()


def _no_day() -> NoReturn:
    raise ValidationError(_("The zone holds a date that is not in the calendar."), code="date")
