"""Applications and their events in the staff site: to read, within the officer's windows."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from applications.models import Application, DocumentKind, Event, RefusalReason, Requirement, Term
from windows.admin.scoped import AtWindows, History, ReadOnly, Reference


class Events(History):
    model = Event
    fields = readonly_fields = ("at", "verb", "from_state", "to_state", "recorded_at", "by", "reason")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")


@admin.register(Application)
class ApplicationAdmin(ReadOnly, AtWindows):
    list_display = ("number", "window", "service", "audience", "channel", "ground", "state", "submitted_at")
    list_filter = ("state", "ground", "channel", "audience")
    date_hierarchy = "submitted_at"
    list_select_related = ("window", "service")
    search_fields = ("number__startswith", "window__code__startswith")
    search_help_text = _("First characters of the number or of the code of a window")
    fields = ("number", "window", "service", "audience", "channel", "ground", "state", "origin", "submitted_at")
    inlines = (Events,)


@admin.register(Event)
class EventAdmin(ReadOnly, AtWindows):
    list_display = ("at", "application", "verb", "window", "ground", "channel", "recorded_at", "by")
    list_filter = ("verb", "ground", "channel")
    date_hierarchy = "at"
    list_select_related = ("application", "window", "by")
    search_fields = ("application__number__startswith", "window__code__startswith")
    search_help_text = _("First characters of the number or of the code of a window")


@admin.register(Term)
class TermAdmin(Reference):
    list_display = ("ground", "working_days", "hours")


@admin.register(DocumentKind)
class DocumentKindAdmin(Reference):
    list_display = ("code", "name_zh", "name_en", "position")
    search_fields = ("code", "name_zh", "name_en")


@admin.register(Requirement)
class RequirementAdmin(Reference):
    list_display = ("service", "document", "case", "optional")
    list_filter = ("case", "service")
    list_select_related = ("service", "document")


@admin.register(RefusalReason)
class RefusalReasonAdmin(Reference):
    list_display = ("code", "name_zh", "name_en")
    search_fields = ("code", "name_zh", "name_en")
