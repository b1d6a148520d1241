"""One form for what people write in many ways: width, case, blanks, and characters that nobody can see."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}  # the full-width copies of ASCII
TURNS_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters and marks by their category, blank to the eye: fillers, the joiner of graphemes, selectors of variants.
BLANK_TO_THE_EYE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | frozenset(
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)
HIDDEN = {
    "control": _("This holds a control character (%(code)s). Clear the field and type it again."),
    "direction": _(
        "This holds a character that turns the direction of writing (%(code)s). Clear the field and type it again."
    ),
    "invisible": _("This holds an invisible character (%(code)s). Clear the field and type it again."),
    "private": _(
        "This holds a character that only some machines can show (%(code)s). Use the character of the standard."
    ),
}


def compact(text: str) -> str:
    """A number or code as it is stored and compared: narrow, upper case, without blanks and formatting characters.

    Formatting characters are dropped silently: contacts copied from a telephone bring them, and nobody sees them.
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in folded if not (c.isspace() or unicodedata.category(c) == "Cf"))


def narrow(text: str) -> str:
    """Full-width letters, digits and signs as ASCII; all else as it is."""
    return text.translate(NARROW)


def clear(text: str, *, longest: int) -> str:
    """Words as they are stored: NFC, trimmed, inner blanks single.

    Raises ValidationError for nothing at all, for more than `longest` characters, and for the first character that
    cannot be seen, named by its code point.
    """
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise required()
    for character in text:
        if kind := _hidden(character):
            raise ValidationError(HIDDEN[kind], code=kind, params={"code": code_point(character)})
    return _measured(" ".join(text.split()), longest)


def lines(text: str, *, longest: int) -> str:
    """As `clear`, for a text of several lines: their breaks stay."""
    rows = text.replace("\r\n", "\n").strip().split("\n")
    return _measured("\n".join(clear(row, longest=longest) if row.strip() else "" for row in rows), longest)


def _measured(text: str, longest: int) -> str:
    if not text:
        raise required()
    if len(text) > longest:
        raise ValidationError(
            _("This is longer than %(longest)s characters."), code="long", params={"longest": longest}
        )
    return text


def required() -> ValidationError:
    return ValidationError(_("This must be filled in."), code="required")


def code_point(character: str) -> str:
    """U+202E and the like."""
    return f"U+{ord(character):04X}"


def _hidden(character: str) -> str | None:
    category = unicodedata.category(character)
    if character in TURNS_DIRECTION:
        return "direction"
    if category == "Cf" or character in BLANK_TO_THE_EYE:
        return "invisible"
    if category in ("Cc", "Cs", "Zl", "Zp"):
        return "control"
    return "private" if category == "Co" else None
