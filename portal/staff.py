"""The staff site: Django's own admin, whose first page is the officer's day."""

from functools import wraps

from django.contrib import admin
from django.core.exceptions import SuspiciousOperation
from django.urls import path
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language

from applications.views.applicant import too_often
from portal import officers_day
from windows import limits

NUL = "\x00"


class StaffSite(admin.AdminSite):
    site_header = site_title = _("Entry-exit windows: staff")
    index_title = _("My day")
    index_template = "admin/day.html"
    enable_nav_sidebar = False  # what the role may do stands in a bar above each page

    def get_urls(self):
        return [path("language/", set_language, name="language"), *super().get_urls()]

    def login(self, request, extra_context=None):
        """As Django's, but a name, and a network, is tried so often and no more."""
        if request.method == "POST":
            name = limits.allows(limits.SIGN_INS_PER_NAME, request.POST.get("username", "")[:150].casefold())
            if not limits.allows(limits.SIGN_INS_PER_NETWORK, limits.network_of(request)) or not name:
                return too_often(request)
        return super().login(request, extra_context)

    def index(self, request, extra_context=None):
        return super().index(request, {**officers_day.of(request.user), **(extra_context or {})})

    def get_app_list(self, request, app_label=None):
        """As Django's, but put together only for a page that shows it: every page is handed it, next to none does."""
        return SimpleLazyObject(lambda: super(StaffSite, self).get_app_list(request, app_label))

    def admin_view(self, view, cacheable=False):
        """As Django's, and no NUL character comes as far as the database, which would refuse it with an error."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def inner(request, *args, **kwargs):
            if any(
                NUL in value
                for sent in (request.GET, request.POST)
                for _name, values in sent.lists()
                for value in values
            ):
                raise SuspiciousOperation("A NUL character was sent")
            return guarded(request, *args, **kwargs)

        return inner
