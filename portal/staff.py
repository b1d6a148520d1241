"""The staff site: Django's own admin, whose first page is the officer's day."""

from django.contrib import admin
from django.core.exceptions import SuspiciousOperation
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language

from portal import officers_day


class StaffSite(admin.AdminSite):
    site_header = site_title = _("Entry-exit windows: staff")
    index_title = _("My day")
    index_template = "admin/day.html"
    enable_nav_sidebar = False  # what the role may do stands in a bar above each page

    def get_urls(self):
        return [path("language/", set_language, name="language"), *super().get_urls()]

    def index(self, request, extra_context=None):
        return super().index(request, {**officers_day.of(request.user), **(extra_context or {})})

    def autocomplete_view(self, request):
        if "\x00" in request.GET.get("term", ""):
            raise SuspiciousOperation("A search term with a NUL character")
        return super().autocomplete_view(request)
