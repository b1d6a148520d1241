"""The ten measures, the campaign and the ports in the staff site."""

from django.contrib import admin

from measures.models import Campaign, Measure, Port
from windows import scope
from windows.admin.scoped import Reference


@admin.register(Measure)
class MeasureAdmin(Reference):
    list_display = ("number", "title_zh", "title_en", "in_notice")
    search_fields = ("title_zh", "title_en")

    def has_add_permission(self, request):
        return False  # they are ten

    def has_change_permission(self, request, obj=None):
        """The policy editor's, whatever place he belongs to: measures hold for the whole country."""
        return admin.ModelAdmin.has_change_permission(self, request, obj)


@admin.register(Campaign)
class CampaignAdmin(Reference):
    list_display = ("code", "name_zh", "name_en", "baseline_day", "measures_day", "report_day")


@admin.register(Port)
class PortAdmin(Reference):
    list_display = ("code", "name_zh", "name_en", "kind", "division")
    list_filter = ("kind",)
    list_select_related = ("division",)
    autocomplete_fields = ("division",)
    search_fields = ("code", "name_zh", "name_en")

    def reach(self, user):
        return scope.within(user, "division")
