"""Short links to public pages and the pictures that carry them: computed from a page's route, kept nowhere.

A short link is a letter for the route and the route's own arguments, with dots between: /s/w42010201/ is a window,
/s/p2020-03-11.420000/ the statistics of a province on a day. It leads to the Chinese page; with en/ to the English.
"""

import io
from collections.abc import Mapping
from types import MappingProxyType

import segno
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

# Routes by name, as templates name them: the ground imports no floor above it. A letter is never given anew: links
# stand on paper.
ROUTES = MappingProxyType(
    {
        "h": "home",
        "l": "windows:finder",
        "w": "windows:window",
        "s": "measures:statistics",
        "d": "measures:statistics_on",
        "p": "measures:statistics_of",
        "t": "measures:measures",
        "m": "measures:measure",
        "a": "measures:figures",
        "f": "measures:figure",
        "o": "measures:ports",
        "e": "measures:ports_on",
        "k": "measures:ports_of_kind",
        "j": "measures:ports_of_kind_on",
        "g": "measures:port",
        "c": "measures:port_on",
        "q": "measures:policy",
        "r": "measures:answer",
        "v": "measures:version",
        "n": "measures:bulletins",
        "b": "measures:bulletin",
        "i": "api",
    }
)
LETTERS = {route: letter for letter, route in ROUTES.items()} | {"front": "h"}
PICTURES = {"png": "image/png", "svg": "image/svg+xml"}
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def short(route: str, arguments: Mapping[str, object]) -> str:
    """The code of a page; "" for a page that has none."""
    letter = LETTERS.get(route, "")
    return letter and letter + ".".join(str(value) for value in arguments.values())


def page(code: str, language: str) -> str | None:
    """The address that a code stands for; None for what is no code. The page itself knows whether it is there."""
    route, arguments = ROUTES.get(code[:1]), code[1:].split(".") if code[1:] else []
    if route is None or language not in LANGUAGES:
        return None
    try:
        with override(language):
            return reverse(route, args=arguments)
    except NoReverseMatch:
        return None


def link(code: str, language: str) -> str:
    """The short link as a path."""
    return reverse("short", args=[code] if language == settings.LANGUAGE_CODE else [code, language])


def picture_link(code: str, language: str, kind: str) -> str:
    return link(code, language) + f"code.{kind}"


def picture(address: str, kind: str) -> bytes:
    """A square of modules with the four blank ones around it that the standard asks for."""
    file = io.BytesIO()
    segno.make(address, error="m", micro=False).save(file, kind=kind, scale=8, border=4, light="white")
    return file.getvalue()
