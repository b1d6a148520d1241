"""How pages write numbers, days and addresses, in both languages."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.utils.dateformat import format as date_format
from django.utils.translation import get_language, pgettext

from windows.models import SHANGHAI
from windows.pages import address_in

register = template.Library()


@register.filter
def count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


@register.filter
def share(rate: Decimal | None, places: int = 0) -> str:
    """A fraction as per cent."""
    if rate is None:
        return "–"
    return f"{(rate * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)}%"


@register.filter
def day(value: date | None) -> str:
    return date_format(value, pgettext("format of a day", "j F Y")) if value else "–"


@register.filter
def short_day(value: date) -> str:
    return date_format(value, pgettext("format of a day without its year", "j M"))


@register.filter
def moment(value: datetime | None) -> str:
    """Day and time in Shanghai."""
    if value is None:
        return "–"
    return date_format(value.astimezone(SHANGHAI), pgettext("format of a day with time", "j F Y, H:i"))


@register.filter
def clock_time(value: datetime) -> str:
    return f"{value.astimezone(SHANGHAI):%H:%M}"


@register.simple_tag(takes_context=True)
def languages(context) -> list[dict]:
    """This page in each language: code, name, address, whether it is the one shown."""
    request, shown = context["request"], get_language()
    query = getattr(request, "asked", {})
    return [
        {"code": code, "name": name, "address": address_in(code, request.path, query), "shown": code == shown}
        for code, name in settings.LANGUAGES
    ]


@register.simple_tag(takes_context=True)
def query_with(context, **changes) -> str:
    """The page's own query with these keys set; an empty value drops its key."""
    query = context["request"].asked | changes
    return "?" + urlencode({key: value for key, value in query.items() if value not in ("", None)})
