"""Foreign nationalities as ISO 3166-1 alpha-2, and what countries are called in both languages.

People from Hong Kong, Macao and Taiwan are not foreigners, so nationality says nothing about the document.
"""

import unicodedata
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import Countries

from applications import writing

AT_HOME = frozenset(("CN", "HK", "MO", "TW"))
NOBODYS = frozenset(("AQ", "BV", "GS", "HM", "IO", "TF", "UM"))  # in ISO 3166-1, but nobody is a national of ice
# GB 2312 orders frequent characters by sound, the others by radical: here are those that would stand in a wrong place.
SOUNDS_LIKE = str.maketrans("斐梵瑙秘", "匪饭闹毕")


class Names(Countries):
    """The names of django-countries, but those that its Chinese catalogue has wrong, and the official English ones."""

    override = {
        "AS": _("American Samoa"),
        "AW": _("Aruba"),
        "BA": _("Bosnia and Herzegovina"),
        "BL": _("Saint Barthélemy"),
        "BQ": _("Bonaire, Sint Eustatius and Saba"),
        "BS": _("Bahamas"),
        "BW": _("Botswana"),
        "CC": _("Cocos (Keeling) Islands"),
        "CD": _("Democratic Republic of the Congo"),
        "CG": _("Republic of the Congo"),
        "DM": _("Dominica"),
        "FK": _("Falkland Islands (Malvinas)"),
        "GF": _("French Guiana"),
        "GG": _("Guernsey"),
        "GP": _("Guadeloupe"),
        "HK": _("Hong Kong, China"),
        "KG": _("Kyrgyzstan"),
        "KM": _("Comoros"),
        "KP": _("Democratic People’s Republic of Korea"),
        "KR": _("Republic of Korea"),
        "LR": _("Liberia"),
        "MK": _("North Macedonia"),
        "ML": _("Mali"),
        "MN": _("Mongolia"),
        "MO": _("Macao, China"),
        "MP": _("Northern Mariana Islands"),
        "NP": _("Nepal"),
        "PM": _("Saint Pierre and Miquelon"),
        "PN": _("Pitcairn"),
        "RE": _("Réunion"),
        "SJ": _("Svalbard and Jan Mayen"),
        "SR": _("Suriname"),
        "TJ": _("Tajikistan"),
        "TK": _("Tokelau"),
        "TT": _("Trinidad and Tobago"),
        "TW": _("Taiwan, China"),
        "WF": _("Wallis and Futuna"),
        "WS": _("Samoa"),
    }


NAMES = Names()
FOREIGN = frozenset(NAMES.countries) - AT_HOME - NOBODYS
ZONES_OWN = {"D": "DE", "GBD": "GB", "GBN": "GB", "GBO": "GB", "GBP": "GB", "GBS": "GB"}  # Doc 9303-3, section 5


def nationality(text: str) -> str:
    """A foreign nationality by its two letters. Raises ValidationError: `home` for China's, `unknown`."""
    code = writing.compact(text)
    if not code:
        raise writing.required()
    if code in AT_HOME:
        raise ValidationError(
            _("People from the mainland, Hong Kong, Macao and Taiwan are not foreign nationals."), code="home"
        )
    if code not in FOREIGN:
        raise ValidationError(_("This nationality is not known."), code="unknown")
    return code


def nationality_in_zone(code: str) -> str | None:
    """The two letters of a state as a machine-readable zone writes it; None for one that ISO 3166-1 does not know."""
    return ZONES_OWN.get(code) or NAMES.alpha2(code) or None


def name_of(code: str) -> str:
    """The name of a country or region in the active language; empty for an unknown code."""
    return NAMES.name(code)


def choices() -> list[tuple[str, str]]:
    """Foreign nationalities as (code, name) in the order of the active language: by letter, or by sound."""
    return list(_choices(get_language()))


@cache
def _choices(language: str | None) -> tuple[tuple[str, str], ...]:
    chinese = (language or "").startswith("zh")
    named_codes = ((code, name_of(code)) for code in FOREIGN)
    return tuple(sorted(named_codes, key=lambda pair: _by_sound(pair[1]) if chinese else _by_letter(pair[1])))


def _by_sound(name: str) -> bytes:
    return name.translate(SOUNDS_LIKE).encode("gb18030")


def _by_letter(name: str) -> bytes:
    """Without diacritics: Åland comes before Albania."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).encode()
