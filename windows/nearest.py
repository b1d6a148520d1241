"""Where to go instead: nearest means the same county, then prefecture, then province. There are no coordinates."""

from django.db.models import Case, IntegerField, QuerySet, Value, When

from windows.models import RESTORED, Window

ENOUGH = 5


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
