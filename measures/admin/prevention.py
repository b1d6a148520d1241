"""Prevention checks of ports' passage halls in the staff site; entered from the page of the day's returns."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from measures.models import Port, PortCheck
from windows import scope
from windows.admin.prevention import ChecksOfPlaces


@admin.register(PortCheck)
class PortCheckAdmin(ChecksOfPlaces):
    list_display = ("at", "port", "result", "checklist", "by", "note")
    list_select_related = ("port", "by", "checklist")
    search_fields = ("port__code", "port__name_zh", "port__name_en")
    search_help_text = _("Code or part of the name of a port")

    def reach(self, user):
        return scope.within(user, "port__division")

    def places(self, user):
        return Port.objects.filter(scope.within(user, "division"))

    def day_page(self) -> str:
        return reverse("admin:measures_return_day")
