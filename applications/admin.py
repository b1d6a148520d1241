"""Applications and their events in the staff site: to read, within the officer's windows."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applications import calendars, due, lifecycle
from applications.models import Application, DocumentKind, Event, RefusalReason, Requirement, Term
from applications.views import desk
from windows import clock, scope
from windows.admin.scoped import AtWindows, History, ReadOnly, Reference
from windows.models import Calendar

SHOWN = 200


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
    fields = ("number", "window", "service", "audience", "channel", "ground", "asserted", "state", "origin")
    fields += ("submitted_at", "due_at")
    inlines = (Events,)

    def get_urls(self):
        pages = {
            "moved": ("moved/", self.moved),
            "calendar": ("due.ics", self.calendar),
            "desk": ("desk/<str:code>/", desk.desk),
            "claim": ("desk/<str:code>/claim/", desk.claim),
            "counter": ("desk/<str:code>/counter/", desk.counter),
            "case": ("case/<str:number>/", desk.case),
            "unmask": ("case/<str:number>/unmask/", desk.unmask),
            "paper": ("case/<str:number>/papers/<str:key>/", desk.paper),
            "do": ("case/<str:number>/<slug:deed>/", desk.do),
            "lines": ("lines/", desk.lines),
            "balance": ("lines/<str:code>/", desk.balance),
            "moved_cases": ("lines/result/moved/", desk.moved_cases),
        }
        own = [
            path(address, self.admin_site.admin_view(view), name=f"applications_application_{name}")
            for name, (address, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def calendar(self, request):
        """The due days of what is undecided within reach, for the calendar of who works there."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        response = HttpResponse(
            calendars.due_days(self.get_queryset(request)), content_type="text/calendar; charset=utf-8"
        )
        response["Content-Disposition"] = 'attachment; filename="due.ics"'
        return response

    def moved(self, request):
        """Whose due instant a version of the holiday calendar moves; moves them, once somebody has looked."""
        if not (request.user.has_perm("windows.add_calendar") and scope.reaches_everywhere(request.user)):
            raise PermissionDenied
        calendars = list(Calendar.objects.filter(announced_at__lte=clock.now()))
        chosen = next((one for one in calendars if one.pk == request.GET.get("calendar")), None)
        if request.method == "POST" and chosen:
            count = lifecycle.reckon_again(chosen.pk, by=request.user)
            done = ngettext("%(n)s due instant was moved.", "%(n)s due instants were moved.", count)
            self.message_user(request, done % {"n": count}, messages.SUCCESS)
            return redirect(request.get_full_path())
        rows = due.moved_by(chosen.pk) if chosen else []
        found = Application.objects.select_related("window", "service").in_bulk([row.key for row in rows[:SHOWN]])
        context = {"calendars": calendars, "chosen": chosen, "count": len(rows), "title": _("Due instants moved")}
        context["rows"] = [(found[row.key], row.old, row.new) for row in rows[:SHOWN]]
        return self.page(request, "applications/moved.html", **context)


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
    list_display = ("ground", "working_days", "hours", "measure", "version", "since")
    readonly_fields = ("version", "since")

    def save_model(self, request, obj, form, change):
        """Another length is another version of the term, and says since when."""
        if change and {"working_days", "hours", "measure"} & set(form.changed_data):
            obj.amend(clock.today())
        super().save_model(request, obj, form, change)


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
