"""Targets, thresholds and alerts in the staff site: each supervisor's own, for the divisions he reaches."""

from django.contrib import admin
from django.db.models import Q

from measures.forms import ThresholdForm
from measures.models import Alert, Target, Threshold
from windows import lifecycle, scope
from windows.admin.scoped import ReadOnly, Scoped
from windows.models import Division


class OfDivisions(Scoped):
    """Rows about a division; those about the nation are for whoever reaches it."""

    division = "division"
    autocomplete_fields = ("division",)

    def reach(self, user) -> Q:
        if scope.reaches_everywhere(user):
            return Q()
        return scope.within(user, self.division)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "division":
            kwargs["queryset"] = Division.objects.filter(scope.within(request.user, ""))
            kwargs["required"] = not scope.reaches_everywhere(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        obj.by = request.user
        super().save_model(request, obj, form, change)
        lifecycle.touch_pages()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        lifecycle.touch_pages()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        lifecycle.touch_pages()


@admin.register(Target)
class TargetAdmin(OfDivisions):
    list_display = ("day", "division", "rate", "by")
    list_select_related = ("division", "by")
    date_hierarchy = "day"
    fields = ("division", "day", "rate")


@admin.register(Threshold)
class ThresholdAdmin(OfDivisions):
    form = ThresholdForm
    list_display = ("division", "gauge", "side", "bound", "by")
    list_select_related = ("division", "by")
    fields = ("division", "gauge", "side", "bound")

    def get_deleted_objects(self, objs, request):
        """Its alerts, which nobody deletes one by one, go with it."""
        deleted, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected


@admin.register(Alert)
class AlertAdmin(ReadOnly, OfDivisions):
    division = "threshold__division"
    autocomplete_fields = ()
    list_display = ("raised_at", "threshold", "value", "mailed_at", "ended_at")
    list_select_related = ("threshold",)
    date_hierarchy = "raised_at"
