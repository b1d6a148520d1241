"""Finding windows by place, status, service and name: the same for the public finder, the staff site and the API."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from windows.memo import remembered
from windows.models import Division, Service, Status, Window, significant

LONGEST_TEXT = 100


class PlaceField(forms.CharField):
    """A place as people write it: a division's code, its leading digits, or part of its name in either language.

    Cleans to a condition on windows, or None when left empty.
    """

    default_error_messages = {"unknown": _("No division has the code or name “%(text)s”.")}

    def __init__(self, **options):
        super().__init__(max_length=LONGEST_TEXT, **options)

    def clean(self, value) -> Q | None:
        text = super().clean(value)
        if not text:
            return None
        condition = self._by_code(text) if text.isdecimal() else self._by_name(text)
        if condition is None:
            raise forms.ValidationError(self.error_messages["unknown"], "unknown", {"text": text})
        return condition

    def _by_code(self, text: str) -> Q | None:
        known = significant(text).ljust(6, "0") in division_codes()
        return Q(division__code__startswith=significant(text)) if known else None

    def _by_name(self, text: str) -> Q | None:
        places = Division.objects.filter(Q(name_zh__icontains=text) | Q(name_en__icontains=text)).order_by()
        if not places.exists():
            return None
        return Q(division__in=places) | Q(division__parent__in=places) | Q(division__parent__parent__in=places)


def is_in(place: str, window: Window) -> bool:
    """Whether a window is of a place that somebody wrote, and that a PlaceField takes."""
    if place.isdecimal():
        return window.division_id.startswith(significant(place))
    return Window.objects.filter(PlaceField().clean(place), pk=window.pk).exists()


@remembered
def division_codes() -> frozenset[str]:
    return frozenset(Division.objects.values_list("pk", flat=True))


class PlaceFilter(django_filters.Filter):
    field_class = PlaceField

    def filter(self, windows, condition: Q | None):
        return windows if condition is None else windows.filter(condition)


class WindowFilter(django_filters.FilterSet):
    """Over windows with their status (`Window.objects.with_status()`)."""

    division = PlaceFilter(label=_("Place"))
    status = django_filters.ChoiceFilter(choices=Status, label=_("Status"), empty_label=_("any status"))
    service = django_filters.ModelChoiceFilter(
        field_name="services", queryset=Service.objects.all(), label=_("Service"), empty_label=_("any service")
    )
    open = django_filters.ChoiceFilter(
        method="opened",
        label=_("Open now"),
        choices=[("1", _("open for this service"))],
        empty_label=_("open or not"),
    )
    q = django_filters.CharFilter(method="named", label=_("Name or code"), max_length=LONGEST_TEXT)

    class Meta:
        model = Window
        fields: list[str] = []

    def opened(self, windows, name, value):
        """Restored and, where a service is chosen, serving it just now."""
        return windows.open_for(self.form.cleaned_data["service"])

    def named(self, windows, name, text):
        return windows.filter(Q(name_zh__icontains=text) | Q(name_en__icontains=text) | Q(code__startswith=text))
