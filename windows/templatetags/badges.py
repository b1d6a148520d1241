"""How a status and a time look in the staff site."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from windows.models import Channel, Status, StatusChange

register = template.Library()


@register.filter("status_badge")
def status(code: str | None) -> str:
    """The badge of a status: a shape and words beside the colour. "" stands for a retraction."""
    label = Status(code).label if code else (_("never reported") if code is None else _("taken back"))
    return format_html('<span class="status status--{}">{}</span>', code or "none", label)


def check(at: datetime | None, failing: list[str] | None) -> str:
    """What the last prevention check said, and when."""
    if at is None:
        return format_html('<span class="stale">{}</span>', _("not checked"))
    if failing:
        return format_html('<span class="overdue">{}</span> {}', _("not passed"), instant(at))
    return format_html("{} {}", _("passed"), instant(at))


@register.filter("check_badge")
def check_of(place) -> str:
    """The same, of a window or port with its check."""
    return check(place.check_at, place.check_failing)


def instant(at: datetime | None) -> str:
    return formats.date_format(localtime(at), "Y-m-d H:i") if at else "–"


def day(value: date | None) -> str:
    return formats.date_format(value, "Y-m-d") if value else "–"


def struck(text, entry) -> str:
    """The text, struck through where the entry or return is no longer in force."""
    return format_html("<s>{}</s>", text) if hasattr(entry, "superseded_by") else text


@register.filter
def narrower(entry: StatusChange) -> str:
    """What of the window an entry is about."""
    parts = [entry.service and entry.service.name, entry.channel and Channel(entry.channel).label]
    return " · ".join(str(part) for part in parts if part) or _("whole window")


@register.filter
def fate(entry: StatusChange) -> str:
    """What became of an entry: in force, corrected or taken back, when, by whom, why."""
    later = getattr(entry, "superseded_by", None)
    if later is None:
        return _("taken back by this entry") if not entry.status else _("in force")
    words = (
        _("corrected %(at)s by %(by)s: %(reason)s") if later.status else _("taken back %(at)s by %(by)s: %(reason)s")
    )
    return words % {"at": instant(later.recorded_at), "by": later.by or _("import"), "reason": later.reason}


@register.filter
def per_cent(share: Decimal | None) -> str:
    """A fraction in per cent with one decimal, as staff compare it; pages for the public round to whole ones."""
    return f"{share * 100:.1f} %" if share is not None else "–"
