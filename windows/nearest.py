"""Where to go instead: nearest means the same county, then prefecture, then province. There are no coordinates."""

from itertools import groupby

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from windows.models import RESTORED, Channel, Division, Level, Service, Status, StatusChange, Window, significant
from windows.openness import limits

ENOUGH = 5
MOST_PLACES = 9


def nearest_open(window: Window, *, at=None) -> QuerySet[Window]:
    """Windows of the same province that are restored, with their `status`, the nearest first."""
    place = window.division_id
    near = Case(
        When(division=place, then=Value(0)),
        When(division__code__startswith=place[:4], then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = Window.objects.in_division(place[:2]).exclude(pk=window.pk).with_status(at).filter(status__in=RESTORED)
    return found.annotate(near=near).select_related("division").order_by("near", "pk")[:ENOUGH]


def places(text: str) -> list[Division]:
    """Places as people write them, by code, its leading digits or a name, the likeliest first: named exactly so, then
    the higher ones whose name begins so. Empty when nothing is called so.
    """
    if text.isdecimal():
        return list(Division.objects.select_related("parent__parent").filter(pk=significant(text).ljust(6, "0")))
    named = Division.objects.filter(Q(name_zh__icontains=text) | Q(name_en__icontains=text))
    likely = Case(
        When(Q(name_zh=text) | Q(name_en__iexact=text), then=Value(0)),
        When(Q(name_zh__startswith=text) | Q(name_en__istartswith=text), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    height = Case(
        *(When(level=level, then=Value(place)) for place, level in enumerate(Level.values)),
        output_field=IntegerField(),
    )
    found = named.annotate(likely=likely, height=height).select_related("parent__parent")
    return list(found.order_by("likely", "height", "pk")[:MOST_PLACES])


def serving(service: Service, place: Division, *, at=None) -> list[Window]:
    """The nearest windows of the place's province that serve this at their counters now, with their `status`.

    Left out are those whose counters an entry narrower than the whole window keeps shut for it.
    """
    code = place.pk
    near = Case(
        When(division__code__startswith=significant(code), then=Value(0)),
        When(division__code__startswith=code[:4], then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    offering = Window.objects.in_division(code[:2]).filter(services=service).with_status(at).filter(status__in=RESTORED)
    found = offering.annotate(near=near).select_related("division").order_by("near", "pk")
    stopped = _stopped(service, [window.pk for window in found])
    return [window for window in found if window.pk not in stopped][:ENOUGH]


def _stopped(service: Service, windows: list[str]) -> set[str]:
    """Of these windows, those whose counters are suspended for this service, or as a channel."""
    narrower = Q(service=service) | Q(service=None, channel=Channel.COUNTER)
    entries = StatusChange.objects.filter(narrower, window__in=windows).select_related("superseded_by").latest_first()
    by_window = groupby(sorted(entries, key=lambda entry: entry.window_id), key=lambda entry: entry.window_id)
    return {
        window
        for window, own in by_window
        if any(entry.status == Status.SUSPENDED and entry.channel in ("", Channel.COUNTER) for entry in limits(own))
    }
