"""Rules about a person: name, birth and age, how to be reached, and what of it is shown.

Each takes what was typed and returns what is stored, or raises ValidationError with a code; form fields and
serializers use them as they are. No message repeats more of what was typed than one character.
"""

import calendar
import re
import unicodedata
from collections.abc import Callable
from datetime import date

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications import writing
from windows import clock


class Sex(models.TextChoices):
    """As ICAO Doc 9303 writes it, but X where a machine-readable zone has a filler."""

    FEMALE = "F", _("female")
    MALE = "M", _("male")
    UNSPECIFIED = "X", _("not specified")


# --- names --------------------------------------------------------------------------------------------------------
# Unified ideographs of all extensions, and 〇. By block and not by category: the tables of Python 3.11 end with
# extension G, and those of H, I and J would pass for unassigned.
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\ufa0e-\ufa29\U00020000-\U0002a6df\U0002a700-\U0002ee5f\U00030000-\U0003347f"
RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}  # look like characters
DOT = re.compile(rf"(?<=[{HAN}]) ?[·•‧・･∙⋅.﹒] ?(?=[{HAN}])")
BLANK = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")
CHINESE_NAME = re.compile(rf"[{HAN}]+(?:·[{HAN}]+)*")
APOSTROPHES = dict.fromkeys(map(ord, "‘’ʻʼʹ`´"), "'") | dict.fromkeys(map(ord, "‐‑‒–−"), "-")
WRITE_IN = {
    "chinese": _("Write this name in Chinese characters, as on the document."),
    "latin": _("Write this name in Latin letters, as on the document."),
}
MARKS_IN_A_ROW = 2  # on one letter, beyond what NFC composes; more is no name


def chinese_name(text: str) -> str:
    """A name in Chinese characters, 2 to 50 of them; the names of some peoples have a middle dot (阿依古丽·买买提).

    Blanks between characters are left out: they are typed for alignment and stand on no document.
    """
    name = writing.narrow(writing.clear(text, longest=100)).translate(RADICALS)
    name = BLANK.sub("", DOT.sub("·", name))
    for character in name:
        if character != "·" and not re.match(f"[{HAN}]", character):
            raise _misplaced(character, "chinese")
    if not CHINESE_NAME.fullmatch(name):
        raise ValidationError(_("A middle dot stands between two Chinese characters."), code="dot")
    if not 2 <= len(name) <= 50:
        raise ValidationError(_("A Chinese name has 2 to 50 characters."), code="length")
    return name


def latin_name(text: str) -> str:
    """A name in Latin letters, at most 100 characters, with diacritics, apostrophes, hyphens, blanks, full stops."""
    name = writing.narrow(writing.clear(text, longest=100)).translate(APOSTROPHES)
    marks = 0
    for before, character in zip(f" {name}", name, strict=False):
        mark = "\u0300" <= character <= "\u036f" and (marks > 0 or _is_latin(before))
        marks = marks + 1 if mark else 0
        if marks > MARKS_IN_A_ROW or not (mark or character in " '-." or _is_latin(character)):
            raise _misplaced(character, "latin")
    if not (name[0] == "'" or _is_latin(name[0])) or name[-1] == "-" or re.search(r"([-'.])\1", name):
        raise ValidationError(
            _("Hyphens, apostrophes and full stops stand beside letters, one at a time."), code="punctuation"
        )
    if not any(map(_is_latin, name)):
        raise ValidationError(_("A name has letters."), code="script")
    return name


def _is_latin(character: str) -> bool:
    cased = unicodedata.category(character) in ("Lu", "Ll", "Lt")
    return cased and unicodedata.name(character, "").startswith("LATIN ")


def _misplaced(character: str, wanted: str) -> ValidationError:
    """Why a character that can be seen does not belong in the name."""
    category = unicodedata.category(character)
    if category.startswith("N"):
        return ValidationError(_("A name holds no digits."), code="digit")
    if category.startswith("L"):
        return ValidationError(WRITE_IN[wanted], code="script")
    shown = {"character": character, "code": writing.code_point(character)}
    return ValidationError(_("“%(character)s” (%(code)s) does not belong in a name."), code="character", params=shown)


# --- dates --------------------------------------------------------------------------------------------------------
OLDEST = 130  # years; nobody known has lived longer than 122
GUARDIAN_UNTIL = 16  # years of age; see is_minor


def birth_date(day: date, *, today: date | None = None) -> date:
    """A day of birth: not in the future on the portal's clock, and at most 130 years ago."""
    today = today or clock.today()
    if day > today:
        raise ValidationError(_("This date of birth is in the future."), code="future")
    if age_on(day, today) > OLDEST:
        raise ValidationError(
            _("This date of birth is more than %(years)s years ago."), code="past", params={"years": OLDEST}
        )
    return day


def expiry_date(day: date, *, issued: date) -> date:
    """The last day of a document, which must lie after its day of issue. A document may have expired since."""
    if day <= issued:
        raise ValidationError(_("A document expires after the day of its issue."), code="order")
    return day


def age_on(birth: date, day: date) -> int:
    """Completed years. Who was born on 29 February completes one on 28 February of a common year.

    The last day of a month stands in for a missing day: 《民法总则》第二百零二条, since 2021 《民法典》第二百零二条.
    """
    missing = (birth.month, birth.day) == (2, 29) and not calendar.isleap(day.year)
    birthday = (2, 28) if missing else (birth.month, birth.day)
    return day.year - birth.year - ((day.month, day.day) < birthday)


def is_minor(birth: date, day: date) -> bool:
    """Whether a guardian must apply along: for who is under 16 on that day.

    《中华人民共和国护照法》第六条、第七条 (what is submitted; five years, not ten, for who is under sixteen), and
    《普通护照和出入境通行证签发管理办法》(公安部令第96号): 未满十六周岁的公民，应当由其监护人陪同.
    """
    return age_on(birth, day) < GUARDIAN_UNTIL


# --- how to be reached --------------------------------------------------------------------------------------------
LONGEST_PHONE, LONGEST_EMAIL = 40, 254  # characters as typed; the second by RFC 5321


def phone(text: str, region: str = "CN") -> str:
    """A telephone number as E.164 (+8613812345678). Without a country code it is one of the region (ISO alpha-2)."""
    typed = writing.compact(text)
    if not typed:
        raise writing.required()
    wrong = ValidationError(
        _("This is no telephone number; outside China it starts with + and the country code."), code="invalid"
    )
    # The library reads letters as the digits of a keypad, and drops an extension from E.164 without a word.
    if len(typed) > LONGEST_PHONE or any(character.isalpha() for character in typed):
        raise wrong
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        raise wrong from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise wrong
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(text: str) -> str:
    """An e-mail address; its domain in lower case. What stands before the @ is the mail server's own business."""
    typed = writing.narrow(writing.clear(text, longest=LONGEST_EMAIL))
    validate_email(typed)
    local, _sign, domain = typed.rpartition("@")
    return f"{local}@{domain.lower()}"


# --- what is shown by default -------------------------------------------------------------------------------------
MASK = "*"


def mask(value: str, kind: str) -> str:
    """What everybody who may see the row sees of a value without unmasking it; never the whole.

    number  the first character and the last four (1*************0071); of fewer than eight the last two, of fewer
            than five nothing
    name    the first character, of a Latin name the initial of what stands first; the length is not told (张**)
    phone   the last four digits; of fewer than eight nothing
    email   the first letter and the domain (a***@example.org); of a single letter the domain
    """
    return MASKS[kind](value)


def _mask_number(value: str) -> str:
    if len(value) < 8:
        return _tail(value, 2 if len(value) >= 5 else 0)
    return value[0] + _tail(value[1:], 4)


def _mask_email(value: str) -> str:
    local, at, domain = value.rpartition("@")
    return f"{local[:1] if len(local) > 1 else ''}{MASK * 3}{at}{domain if at else ''}"


def _tail(value: str, shown: int) -> str:
    return MASK * (len(value) - shown) + value[len(value) - shown :]


MASKS: dict[str, Callable[[str], str]] = {
    "number": _mask_number,
    "name": lambda value: (value[:1] if len(value) > 1 else "") + MASK * 2,
    "phone": lambda value: _tail(value, 4 if len(value) >= 8 else 0),
    "email": _mask_email,
}
