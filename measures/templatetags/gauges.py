"""How the gauges of a dashboard are written, and its addresses with one thing changed."""

from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django import template
from django.utils.translation import gettext as _

from applications.models import Ground
from measures import dashboard, gauges
from measures.gauges import GAUGES, Gauge
from measures.models import Risk, Threshold
from windows.models import SHANGHAI, Audience
from windows.templatetags.badges import per_cent

register = template.Library()


@register.filter
def in_unit(value: int | Decimal | None, gauge: Gauge) -> str:
    if value is None:
        return "–"
    if gauge.unit == gauges.SHARE:
        return per_cent(Decimal(value))
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


@register.filter
def in_unit_of(value: Decimal, gauge: str) -> str:
    """A stored value, which has four decimals whatever it counts."""
    unit = GAUGES[gauge].unit
    return in_unit(int(value) if unit == gauges.COUNT and value == int(value) else value, GAUGES[gauge])


@register.filter
def gauge(values: dict, shown: Gauge) -> str:
    return in_unit(values.get(shown.id), shown)


@register.filter
def gauge_name(threshold: Threshold) -> str:
    return GAUGES[threshold.gauge].name


@register.simple_tag
def all_gauges() -> list[Gauge]:
    return list(GAUGES.values())


@register.filter
def lane_name(lane: str) -> str:
    return _("ground to be verified") if lane == dashboard.TO_VERIFY else Ground(lane).label


@register.filter
def risk_name(level: str) -> str:
    return Risk(level).label if level else _("no level set")


@register.filter
def audience_name(audience: str) -> str:
    return Audience(audience).label


@register.filter
def bar_width(rate: Decimal | None) -> str:
    return f"{rate * 100:.1f}" if rate else "0"


@register.filter
def clock_second(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%H:%M:%S}"


@register.simple_tag
def near_day(name: str) -> str:
    return {
        "before": _("day before"),
        "after": _("day after"),
        "today": _("today"),
        "baseline": _("before the measures"),
        "measures": _("day of the measures"),
        "report": _("report day"),
    }[name]


@register.simple_tag(takes_context=True)
def query_also(context, key: str, value: str) -> str:
    """The page's own query with this key set; an empty value drops it."""
    query = context["asked"].query | {key: value}
    return "?" + urlencode({name: text for name, text in query.items() if text})
