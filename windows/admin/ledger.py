"""Windows with their status, and the ledger that says so. Buttons and actions lead to `windows.admin.changing`."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from windows import clock, imports, scope
from windows.admin import changing, exports, filters
from windows.admin.files import TakesFiles
from windows.admin.scoped import AtWindows, History, ReadOnly, Reference
from windows.models import SHANGHAI, Confirmation, ImportFile, Offering, StatusChange, Window
from windows.openness import is_stale
from windows.templatetags import badges

ENTRY = "admin:windows_statuschange_change"


class StatusHistory(History):
    model = StatusChange
    verbose_name_plural = _("status changes, latest first; those no longer in force are struck through")
    fields = readonly_fields = ("effective", "says", "about", "why", "review", "recorded", "who", "became")

    def get_queryset(self, request):
        related = ("reason", "service", "by", "token", "superseded_by__reason", "superseded_by__by")
        return super().get_queryset(request).select_related(*related)

    @admin.display(description=_("effective"))
    def effective(self, entry):
        link = format_html('<a href="{}">{}</a>', reverse(ENTRY, args=[entry.pk]), badges.instant(entry.effective_at))
        return badges.struck(link, entry)

    @admin.display(description=_("status"))
    def says(self, entry):
        return badges.struck(badges.status(entry.status), entry)

    @admin.display(description=_("applies to"))
    def about(self, entry):
        return badges.narrower(entry)

    @admin.display(description=_("reason"))
    def why(self, entry):
        return " – ".join(filter(None, (entry.reason.name, entry.note)))

    @admin.display(description=_("next review"))
    def review(self, entry):
        return badges.day(entry.next_review)

    @admin.display(description=_("recorded"))
    def recorded(self, entry):
        return badges.instant(entry.recorded_at)

    @admin.display(description=_("by"))
    def who(self, entry):
        return entry.by or entry.token or entry.get_source_display()

    @admin.display(description=_("in force"))
    def became(self, entry):
        return badges.fate(entry)


class ConfirmationHistory(History):
    model = Confirmation
    fields = readonly_fields = ("at", "by")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")


class ServicesOffered(History):
    model = Offering
    fields = readonly_fields = ("service",)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("service")


@admin.register(Window)
class WindowAdmin(Reference):
    list_display = ("code", "called", "place", "badge", "since", "review", "confirmed")
    list_display_links = ("code", "called")
    list_filter = (filters.StatusFilter, filters.AttentionFilter, filters.DivisionFilter, filters.ServiceFilter)
    search_fields = ("code__startswith", "name_zh", "name_en", "division__name_zh", "division__name_en")
    search_help_text = _("Code, or part of the name of the window or its place, in Chinese or English")
    list_select_related = ("division",)
    autocomplete_fields = ("division",)
    fields = ("code", "name_zh", "name_en", "division", "counters")
    actions = ("change_status_of_selected", "confirm_selected")
    inlines = (StatusHistory, ConfirmationHistory, ServicesOffered)
    change_list_template = "admin/windows/windows.html"
    change_form_template = "admin/windows/window.html"

    def reach(self, user):
        return scope.at_windows(user, "")

    def get_queryset(self, request):
        return super().get_queryset(request).with_status()

    @property
    def media(self):
        return super().media + AutocompleteMixin(Window._meta.get_field("division"), self.admin_site).media

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()

    def get_urls(self):
        staff = self.admin_site.admin_view
        return [
            path("change-status/", staff(changing.change_status), name="windows_window_change_status"),
            path("batches/<uuid:batch>/", staff(changing.batch), name="windows_window_batch"),
            path("confirm/", staff(changing.confirm), name="windows_window_confirm"),
            path("export.<str:kind>", staff(self.export), name="windows_window_export"),
            *super().get_urls(),
        ]

    # --- columns ---

    @admin.display(description=_("name"), ordering="name_zh")
    def called(self, window):
        return window.name

    @admin.display(description=_("division"), ordering="division")
    def place(self, window):
        return window.division.name

    @admin.display(description=_("status"), ordering="status")
    def badge(self, window):
        return badges.status(window.status)

    @admin.display(description=_("since"), ordering="since")
    def since(self, window):
        return badges.instant(window.since)

    @admin.display(description=_("next review"), ordering="next_review")
    def review(self, window):
        overdue = window.next_review and window.next_review < clock.today()
        words = badges.day(window.next_review)
        return format_html('<span class="overdue">{}</span>', words) if overdue else words

    @admin.display(description=_("last confirmed"), ordering="confirmed_at")
    def confirmed(self, window):
        words = badges.instant(window.confirmed_at)
        return (
            format_html('<span class="stale">{}</span>', words) if is_stale(window.confirmed_at, clock.now()) else words
        )

    # --- actions ---

    def has_change_status_permission(self, request):
        return request.user.has_perm(changing.MAY_CHANGE)

    def has_confirm_permission(self, request):
        return request.user.has_perm(changing.MAY_CONFIRM)

    @admin.action(description=_("Change the status of the selected windows"), permissions=["change_status"])
    def change_status_of_selected(self, request, windows):
        return changing.begin(request, windows.values_list("pk", flat=True))

    @admin.action(description=_("Confirm the status of the selected windows"), permissions=["confirm"])
    def confirm_selected(self, request, windows):
        changing.confirm_all(request, windows)

    def export(self, request, kind: str):
        """The list as filtered, all pages of it."""
        if kind not in exports.TYPES:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            windows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect("admin:windows_window_changelist")
        return exports.download("windows", EXPORTED, map(_exported, windows), kind)


EXPORTED = (
    *("code", "division", "name_zh", "name_en", "status"),
    *("since", "next_review", "last_confirmed", "counters"),
)


def _exported(window: Window) -> tuple:
    return (
        window.pk,
        window.division_id,
        window.name_zh,
        window.name_en,
        window.status,
        window.since and window.since.astimezone(SHANGHAI).isoformat(),
        window.next_review and window.next_review.isoformat(),
        window.confirmed_at and window.confirmed_at.astimezone(SHANGHAI).isoformat(),
        window.counters,
    )


@admin.register(StatusChange)
class StatusChangeAdmin(TakesFiles, ReadOnly, AtWindows):
    list_display = ("effective_at", "window", "badge", "about", "reason", "recorded_at", "source", "by")
    list_filter = ("status", "source", "reason", ("effective_at", admin.DateFieldListFilter))
    date_hierarchy = "effective_at"
    list_select_related = ("window", "service", "reason", "by")
    search_fields = ("window__code__startswith", "window__name_zh", "window__name_en")
    search_help_text = _("Code or part of the name of a window")
    fields = (
        *("window", "badge", "about", "effective_at", "recorded_at", "reason", "note_zh", "note_en"),
        *("measure", "next_review", "source", "by", "token", "batch", "supersedes", "became"),
    )
    readonly_fields = fields
    change_list_template = "admin/windows/taking_files.html"
    change_form_template = "admin/windows/entry.html"

    files_of = ImportFile.Kind.STATUS_CHANGES
    take_in = staticmethod(imports.import_status_changes)
    columns = ("window", "status", "effective_at", "recorded_at", "reason", "measure")
    example = ("42010201", "limited", "2020-03-11T09:00+08:00", "2020-03-11T09:05+08:00", "orderly_restoration", "1")
    counted_column = "window"
    may_import = changing.MAY_CHANGE

    def get_urls(self):
        staff = self.admin_site.admin_view
        return [
            path("<int:pk>/correct/", staff(changing.correct), name="windows_statuschange_correct"),
            path("<int:pk>/retract/", staff(changing.retract), name="windows_statuschange_retract"),
            *super().get_urls(),
        ]

    @admin.display(description=_("status"), ordering="status")
    def badge(self, entry):
        return badges.status(entry.status)

    @admin.display(description=_("applies to"))
    def about(self, entry):
        return badges.narrower(entry)

    @admin.display(description=_("in force"))
    def became(self, entry):
        return badges.fate(entry)


@admin.register(Confirmation)
class ConfirmationAdmin(ReadOnly, AtWindows):
    list_display = ("at", "window", "by")
    date_hierarchy = "at"
    list_select_related = ("window", "by")
    search_fields = ("window__code__startswith", "window__name_zh", "window__name_en")
