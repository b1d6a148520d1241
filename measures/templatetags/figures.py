"""A figure as it is printed: its digits apart from the words around them, so that they can be set large."""

from dataclasses import dataclass

from django import template
from django.utils.translation import get_language, gettext

from measures.figures import MORE_THAN, ROUNDED, Figure, Value

register = template.Library()


@dataclass(frozen=True)
class Printed:
    before: str
    digits: str
    after: str


@register.simple_tag
def printed(value: Value) -> Printed:
    if value.published is None:
        return Printed("", "–", "")
    digits = f"{value.published:,}"
    wording = gettext("more than %(number)s") if value.qualifier == MORE_THAN else "%(number)s"
    before, after = wording.split("%(number)s")
    return Printed(before.strip(), digits, after + _unit(value))


def _unit(value: Value) -> str:
    return "%" if value.qualifier == ROUNDED else unit_after(value.figure)


@register.filter
def unit_after(figure: Figure) -> str:
    """The figure's unit as it follows a number."""
    return figure.unit if (get_language() or "").startswith("zh") else f" {figure.unit}"


@register.filter
def qualifier_name(qualifier: str) -> str:
    """What exact, more than and rounded mean."""
    return {
        "exact": gettext("exact count"),
        MORE_THAN: gettext("“more than”: the count floored to two significant digits"),
        ROUNDED: gettext("rounded to whole per cent"),
    }[qualifier]
