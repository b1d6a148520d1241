"""How officers narrow down the list of windows."""

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from windows import clock, scope
from windows.models import Offering, Service, Status, Window, significant
from windows.openness import STALE_AFTER


class StatusFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [*Status.choices, ("none", _("never reported"))]

    def queryset(self, request, queryset):
        if self.value() == "none":
            return queryset.filter(status=None)
        return queryset.filter(status=self.value()) if self.value() else queryset


class AttentionFilter(admin.SimpleListFilter):
    title = _("attention")
    parameter_name = "attention"

    def lookups(self, request, model_admin):
        return [("stale", _("not confirmed for 7 days")), ("overdue", _("review overdue"))]

    def queryset(self, request, queryset):
        now = clock.now()
        if self.value() == "stale":
            return queryset.not_confirmed_since(now - STALE_AFTER)
        if self.value() == "overdue":
            return queryset.filter(next_review__lt=clock.local_day(now))
        return queryset


class ServiceFilter(admin.SimpleListFilter):
    title = _("service offered")
    parameter_name = "service"

    def lookups(self, request, model_admin):
        return [(service.pk, service.name) for service in Service.objects.all()]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        return queryset.filter(Exists(Offering.objects.filter(window=OuterRef("pk"), service=self.value())))


class DivisionFilter(admin.ListFilter):
    """A division and all inside it, found by typing a part of its name or code."""

    title = _("division")
    template = "admin/windows/division_filter.html"
    parameter_name = "in"

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        if self.parameter_name in params:
            self.used_parameters[self.parameter_name] = params.pop(self.parameter_name)[-1]
        widget = AutocompleteSelect(
            Window._meta.get_field("division"), model_admin.admin_site, attrs={"id": "division-filter"}
        )
        self.field = forms.ModelChoiceField(scope.divisions_of(request.user), required=False, widget=widget)
        self.others = [
            (name, value) for name, values in request.GET.lists() if name not in ("in", "p", "e") for value in values
        ]

    def has_output(self):
        return True

    def value(self) -> str:
        return self.used_parameters.get(self.parameter_name, "")

    def expected_parameters(self):
        return [self.parameter_name]

    def choices(self, changelist):
        """One choice: the field itself, with the other parameters that the form must carry along."""
        yield {
            "field": self.field.widget.render(self.parameter_name, self.value() or None),
            "others": self.others,
            "clear": changelist.get_query_string(remove=[self.parameter_name]) if self.value() else "",
        }

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        if not (self.value().isascii() and self.value().isdecimal()):
            raise IncorrectLookupParameters
        return queryset.filter(division__code__startswith=significant(self.value()))
