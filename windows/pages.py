"""What every public page goes by: the query keys it reads, its addresses in both languages, its refusals."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from windows import clock
from windows.models import Division

LONGEST_VALUE = 100
_query_keys: dict[str, None] = {}  # of all public pages, in the order of their making


class NotHere(Http404):
    """There is no such page; the text is for the reader, in the language of the page."""


def public(*query_keys: str) -> Callable:
    """A view that reads nothing of the request but its path (hence its language) and these keys of its query.

    The view finds them in `request.asked`, the first value of each, trimmed; empty ones are left out.
    """

    _query_keys.update(dict.fromkeys(query_keys))

    def decorate(view: Callable) -> Callable:
        @require_safe
        @wraps(view)
        def shown(request, **address):
            request.asked = asked(request.GET, query_keys)
            return view(request, **address)

        return shown

    return decorate


def query_keys() -> tuple[str, ...]:
    """Every key that some public page reads; no other can change a page."""
    return tuple(_query_keys)


def asked(query, keys: tuple[str, ...]) -> dict[str, str]:
    """The first value of each of these keys, in their order; what cannot be printed is left out."""
    texts = {key: "".join(query.getlist(key)[:1]).strip()[:LONGEST_VALUE] for key in keys}
    return {key: text for key, text in texts.items() if text and text.isprintable()}


def address_in(language: str, path: str, query: dict[str, str] | None = None) -> str:
    """The same page in another language; `/` is the Chinese home."""
    with override(language):
        home = reverse("home")
    rest = path.lstrip("/")
    for code, _name in settings.LANGUAGES:
        rest = rest.removeprefix(f"{code}/")
    return home + rest + (f"?{urlencode(query)}" if query else "")


def past_day(text: str) -> date:
    """The day that an address names; NotHere says what is wrong with it."""
    try:
        day = clock.read_day(text)
    except ValueError:
        message = _("“%(text)s” is not a day of the calendar. Write it like 2020-03-11.")
        raise NotHere(message % {"text": text[:LONGEST_VALUE]}) from None
    if day > clock.today():
        message = _("%(day)s is still to come: there are no figures of a day in the future.")
        raise NotHere(message % {"day": day.isoformat()})
    return day


def division(code: str) -> Division:
    """The division of an address, with all above it loaded; NotHere when there is none."""
    found = is_number(code) and Division.objects.select_related("parent__parent").filter(pk=code).first()
    if not found:
        raise NotHere(_("No division has the code “%(code)s”.") % {"code": code[:LONGEST_VALUE]})
    return found


def is_number(code: str) -> bool:
    return code.isascii() and code.isdecimal()


def page_number(text: str) -> int:
    """The number of a page, 0 for what is none."""
    return int(text[:6]) if text.isdecimal() else 0
