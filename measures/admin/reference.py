"""The ten measures, the campaign and the ports in the staff site."""

from django.contrib import admin

from measures.models import Campaign, Measure, Port
from windows import scope
from windows.admin.scoped import ReadOnly, Reference, Scoped


@admin.register(Measure)
class MeasureAdmin(ReadOnly, Scoped):
    """The names by which the ten are known. What they say comes in versions: see measures/admin/policy.py."""

    list_display = ("number", "title_zh", "title_en", "in_notice")
    search_fields = ("title_zh", "title_en")
    change_form_template = "admin/measures/measure.html"


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
