"""The numbers that documents carry: what is well formed, what its check character says, and what it tells.

Each takes what was typed and returns what is stored (narrow, upper case, no blanks), or raises ValidationError with a
code. No message repeats what was typed.
"""

import re
from collections.abc import Callable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

from applications import person, writing
from applications.person import Sex

# GB/T 2260, first two digits. The counties are not checked: numbers keep the code of the county where they were given,
# python-stdnum's list dates each county by the year of birth, and so refuses whoever is older than the county.
PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]")
# 《港澳台居民居住证申领发放办法》(国办发〔2018〕81号) 第三条: Hong Kong, Macao, Taiwan.
RESIDENCE_PERMITS = frozenset(("810000", "820000", "830000"))
PASSPORT_LENGTH = (5, 9)  # nine have room in the machine-readable zone, ICAO Doc 9303-4
CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")


class Document(models.TextChoices):
    """What an applicant proves an identity with. Apart from nationality: three of them are of compatriots."""

    RESIDENT_ID = "resident_id", _("resident identity card")
    RESIDENCE_PERMIT = "residence_permit", _("residence permit of a Hong Kong, Macao or Taiwan resident")
    HK_MACAO_PERMIT = "hk_macao_permit", _("mainland travel permit of a Hong Kong or Macao resident")
    TAIWAN_PERMIT = "taiwan_permit", _("mainland travel permit of a Taiwan resident")
    PASSPORT = "passport", _("passport")


def document_number(kind: str, text: str) -> str:
    """The number of a kind of document by that kind's own rule."""
    return NUMBERS[Document(kind)](text)


def holders_number(kind: str, number: str) -> str:
    """The part that stays with the holder for life, for finding one person twice.

    Older permits of Hong Kong and Macao residents end with two digits that count the issues (公安部出入境管理局,
    10 March 2010); newer ones print the same number without them.
    """
    return number[:9] if kind == Document.HK_MACAO_PERMIT else number


# --- 18 digits: GB 11643 ------------------------------------------------------------------------------------------


def resident_id(text: str, *, today: date | None = None) -> str:
    """An identity number of a mainland resident; its date of birth must have come on the portal's clock."""
    number = _citizen_number(text, today)
    if number[:6] in RESIDENCE_PERMITS:
        raise ValidationError(
            _("This is the number of a residence permit of a Hong Kong, Macao or Taiwan resident."), code="kind"
        )
    if not PROVINCE.match(number):
        raise ValidationError(_("The first two digits name no province."), code="region")
    return number


def residence_permit(text: str, *, today: date | None = None) -> str:
    """The number of a residence permit of a Hong Kong, Macao or Taiwan resident; as for a resident otherwise."""
    number = _citizen_number(text, today)
    if number[:6] not in RESIDENCE_PERMITS:
        raise ValidationError(_("The number of a residence permit begins with 810000, 820000 or 830000."), code="kind")
    return number


def birth_and_sex_of(number: str) -> tuple[date, Sex]:
    """What an 18-digit number that has passed tells: digits 7 to 14, and whether digit 17 is odd (male)."""
    return ric.get_birth_date(number), Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def agrees(number: str, birth: date, sex: str) -> None:
    """Raises for what an 18-digit number contradicts: errors with the codes `birth` and `sex`, both where both do."""
    birth_in_number, sex_in_number = birth_and_sex_of(number)
    findings = []
    if birth != birth_in_number:
        findings.append(ValidationError(_("The identity number gives another date of birth."), code="birth"))
    if sex != sex_in_number:
        findings.append(ValidationError(_("The identity number gives another sex."), code="sex"))
    if findings:
        raise ValidationError(findings)


def _citizen_number(text: str, today: date | None) -> str:
    number = _compact(text)
    if len(number) == 15 and re.fullmatch(r"[0-9]{15}", number):
        raise ValidationError(_("Numbers of 15 digits ended in 2013; enter the one of 18 characters."), code="old")
    if len(number) != 18:
        raise ValidationError(_("An identity number has 18 characters."), code="length")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise ValidationError(_("An identity number has 17 digits, and at the end a digit or X."), code="format")
    if number[-1] != ric.calc_check_digit(number):
        raise ValidationError(_("The last character does not fit: a digit is wrong, or two are swapped."), code="check")
    try:
        birth = ric.get_birth_date(number)
    except InvalidComponent:
        raise ValidationError(_("Digits 7 to 14 are no date of birth."), code="birth") from None
    person.birth_date(birth, today=today)
    return number


# --- numbers without a check character ----------------------------------------------------------------------------


def hk_macao_permit(text: str) -> str:
    """A mainland travel permit of a Hong Kong (H) or Macao (M) resident: 8 digits, on cards before 2013 ten."""
    number = _compact(text)
    if not re.fullmatch(r"[HM][0-9]{8}(?:[0-9]{2})?", number):
        raise ValidationError(_("This number is H or M and 8 digits, on older cards 10."), code="format")
    return number


def taiwan_permit(text: str) -> str:
    """A mainland travel permit of a Taiwan resident: 8 digits."""
    number = _compact(text)
    if not re.fullmatch(r"[0-9]{8}", number):
        raise ValidationError(_("This number has 8 digits."), code="format")
    return number


def passport_number(text: str) -> str:
    """A passport of any state: 5 to 9 letters and digits, one digit at least; hyphens are left out, as in the zone."""
    number = _compact(text).replace("-", "")
    if not re.fullmatch(r"[0-9A-Z]+", number):
        raise ValidationError(_("A passport number has only letters A to Z and digits."), code="format")
    least, most = PASSPORT_LENGTH
    if not least <= len(number) <= most:
        limits = {"least": least, "most": most}
        raise ValidationError(
            _("A passport number has %(least)s to %(most)s characters."), code="length", params=limits
        )
    if number.isalpha():
        raise ValidationError(_("A passport number has at least one digit."), code="format")
    return number


NUMBERS: dict[Document, Callable[[str], str]] = {
    Document.RESIDENT_ID: resident_id,
    Document.RESIDENCE_PERMIT: residence_permit,
    Document.HK_MACAO_PERMIT: hk_macao_permit,
    Document.TAIWAN_PERMIT: taiwan_permit,
    Document.PASSPORT: passport_number,
}


# --- of an employer -----------------------------------------------------------------------------------------------


def credit_code(text: str) -> str:
    """The unified social credit code of an employer (GB 32100): 18 characters, the last one a check character.

    The form is our own: python-stdnum refuses the letters A, N and Y of registering authorities (army, farming
    collectives, others).
    """
    code = _compact(text).replace("-", "")
    if len(code) != 18:
        raise ValidationError(_("A unified social credit code has 18 characters."), code="length")
    if re.search(r"[IOSVZ]", code):
        raise ValidationError(
            _("A unified social credit code has no I, O, S, V or Z; look for 1, 0, 5 or 2."), code="letter"
        )
    if not CREDIT_CODE.fullmatch(code):
        raise ValidationError(_("This is no unified social credit code: characters 3 to 8 are digits."), code="format")
    if code[-1] != uscc.calc_check_digit(code):
        raise ValidationError(
            _("The last character does not fit: a character is wrong, or two are swapped."), code="check"
        )
    return code


def _compact(text: str) -> str:
    number = writing.compact(text)
    if not number:
        raise writing.required()
    return number
