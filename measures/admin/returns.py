"""Ports' returns in the staff site."""

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from measures import reporting, returns
from measures.forms import CorrectionForm, DayForm, ReturnForm
from measures.models import Port, PortCheck, Return
from windows import clock, scope
from windows.admin import exports
from windows.admin.files import TakesFiles
from windows.admin.scoped import ReadOnly, Scoped
from windows.lifecycle import NotAllowed
from windows.models import SHANGHAI, ImportFile
from windows.templatetags import badges

MAY_REPORT = "measures.add_return"


class LateFilter(admin.SimpleListFilter):
    title = _("recorded")
    parameter_name = "late"

    def lookups(self, request, model_admin):
        return [("1", _("late: after the day itself"))]

    def queryset(self, request, queryset):
        return queryset.filter(reporting.recorded_late()) if self.value() else queryset


@admin.register(Return)
class ReturnAdmin(TakesFiles, ReadOnly, Scoped):
    list_display = ("day", "port", "kind", "goods", "count", "recorded", "source", "by", "became")
    list_filter = ("kind", "goods", LateFilter, "source")
    date_hierarchy = "day"
    list_select_related = ("port", "by", "superseded_by")
    search_fields = ("port__code", "port__name_zh", "port__name_en")
    search_help_text = _("Code or part of the name of a port")
    fields = ("port", "kind", "goods", "day", "quantity", "note", "recorded_at", "source", "by", "supersedes", "became")
    readonly_fields = fields
    change_list_template = "admin/measures/returns.html"
    change_form_template = "admin/measures/return.html"

    files_of = ImportFile.Kind.RETURNS
    take_in = staticmethod(returns.import_returns)
    columns = ("port", "kind", "goods", "day", "quantity", "recorded_at")
    example = ("CAN", "flight_paper_exemption", "", "2020-03-11", "12", "2020-03-11T20:00+08:00")
    counted_column = "port"
    may_import = MAY_REPORT

    def reach(self, user):
        return scope.within(user, "port__division")

    def get_queryset(self, request):
        return reporting.with_recorded_day(super().get_queryset(request))

    def get_urls(self):
        staff = self.admin_site.admin_view
        return [
            path("day/", staff(self.day), name="measures_return_day"),
            path("<int:pk>/correct/", staff(self.correct), name="measures_return_correct"),
            path("export.<str:kind>", staff(self.export), name="measures_return_export"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request):
        return request.user.has_perm(MAY_REPORT)

    # --- columns ---

    @admin.display(description=_("quantity"), ordering="quantity")
    def count(self, entry):
        return badges.struck(entry.quantity, entry)

    @admin.display(description=_("recorded"), ordering="recorded_at")
    def recorded(self, entry):
        words = badges.instant(entry.recorded_at)
        return format_html('<span class="overdue">{}</span>', words) if entry.recorded_day > entry.day else words

    @admin.display(description=_("in force"))
    def became(self, entry):
        later = getattr(entry, "superseded_by", None)
        if later is None:
            return _("in force")
        return _("corrected %(at)s: %(quantity)s") % {
            "at": badges.instant(later.recorded_at),
            "quantity": later.quantity,
        }

    # --- pages ---

    def day(self, request):
        """The ports in reach with what they reported for a day, the missing ones first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = DayForm(request.GET if "day" in request.GET else None)
        day = form.asked()
        mine = Port.objects.filter(scope.within(request.user, "division"))
        ports = reporting.of_day(PortCheck.objects.beside(mine, clock.start_of(day), clock.end_of(day)), day)
        missing = sum(row.missing for row in ports)
        past = day <= clock.today()
        context = {"form": form, "day": day, "ports": ports, "missing": missing}
        context["may_add"] = past and self.has_add_permission(request)
        context["may_sign"] = past and request.user.has_perm("measures.add_signoff")
        context["may_check"] = day == clock.today()
        return self.page(request, "measures/day.html", title=_("Returns of the day"), **context)

    def add_view(self, request, form_url="", extra_context=None):
        """Enter a port's count of a day."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = {"day": clock.today()} | {
            name: request.GET[name] for name in ("port", "day", "kind") if name in request.GET
        }
        form = ReturnForm(request.user, request.POST if request.method == "POST" else None, initial=asked)
        if request.method == "POST" and form.is_valid() and (entry := self._record(request, form)):
            messages.success(request, _("The return was recorded."))
            return redirect(self._day_of(entry))
        return self.page(request, "measures/enter.html", title=_("Enter a return"), form=form)

    def correct(self, request, pk):
        """Put another count in the place of a wrong one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        wrong = get_object_or_404(self.get_queryset(request).select_related("port"), pk=pk)
        form = CorrectionForm(request.POST if request.method == "POST" else None, initial={"quantity": wrong.quantity})
        if request.method == "POST" and form.is_valid() and self._replace(request, form, wrong):
            messages.success(request, _("The return was corrected. The earlier one stays readable."))
            return redirect(self._day_of(wrong))
        return self.page(request, "measures/correct.html", title=_("Correct a return"), form=form, wrong=wrong)

    def export(self, request, kind: str):
        """The list as filtered, all pages of it."""
        if kind not in exports.TYPES:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            found = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect("admin:measures_return_changelist")
        return exports.download("returns", (*self.columns, "note", "superseded"), map(_exported, found), kind)

    def _record(self, request, form):
        entered = dict(form.cleaned_data)
        try:
            return returns.record(by=request.user, **entered)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))

    def _replace(self, request, form, wrong):
        try:
            return returns.correct(wrong, by=request.user, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))

    def _day_of(self, entry) -> str:
        return f"{reverse('admin:measures_return_day')}?day={entry.day.isoformat()}"


def _exported(entry: Return) -> tuple:
    recorded = entry.recorded_at.astimezone(SHANGHAI).isoformat()
    superseded = "1" if hasattr(entry, "superseded_by") else ""
    return (
        *(entry.port_id, entry.kind, entry.goods, entry.day.isoformat(), entry.quantity, recorded),
        *(entry.note, superseded),
    )
