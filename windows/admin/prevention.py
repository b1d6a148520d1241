"""Prevention in the staff site: checklists, the day's checks of windows, and who has not checked yet."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseInlineFormSet, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from windows import clock, openness, prevention, scope
from windows.admin.scoped import AtWindows, History, ReadOnly, Reference, Scoped
from windows.forms import CheckForm, DayOfDivisionForm
from windows.lifecycle import NotAllowed
from windows.models import Check, Checklist, ChecklistItem, Status, Window
from windows.templatetags import badges

SHOWN = 100  # windows named on the page of the day


class ItemFormSet(BaseInlineFormSet):
    def clean(self):
        super().clean()
        if not any(form.has_changed() for form in self.forms):
            raise ValidationError(_("A checklist names its items at once; none can be added later."))


class Items(History):
    """The items come with their checklist: the database takes none later."""

    model = ChecklistItem
    formset = ItemFormSet
    fields = ("position", "code", "name_zh", "name_en")
    extra = 8

    def has_add_permission(self, request, obj=None):
        return obj is None and admin.TabularInline.has_add_permission(self, request, obj)


@admin.register(Checklist)
class ChecklistAdmin(Reference):
    list_display = ("code", "effective_from")
    fields = ("code", "effective_from")
    inlines = (Items,)

    def has_change_permission(self, request, obj=None):
        """Checks rest on checklists. A wrong one is put right by a newer one."""
        return False


class ChecksOfPlaces(ReadOnly, Scoped):
    """Checks of windows here, of ports on the floor above: the list, one check, and the page to enter one."""

    list_filter = ("day",)
    date_hierarchy = "at"
    readonly_fields = ("result",)

    def places(self, user):
        """The places that the officer may check."""
        raise NotImplementedError

    def has_add_permission(self, request):
        return request.user.has_perm(f"{self.opts.app_label}.add_{self.opts.model_name}")

    @admin.display(description=gettext_lazy("result"))
    def result(self, check):
        return badges.check(check.at, check.failing)

    def add_view(self, request, form_url="", extra_context=None):
        """Enter a check of the place that the address names; without one, on to the page of the day."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        name = self.model.PLACE
        if not request.GET.get(name):
            return redirect(self.day_page())
        place = get_object_or_404(self.places(request.user), pk=request.GET[name])
        holds = prevention.checklist()
        if holds is None:
            messages.error(request, _("No prevention checklist holds on this day."))
            return redirect(self.day_page())
        return self._enter(request, place, CheckForm(holds, request.POST if request.method == "POST" else None))

    def _enter(self, request, place, form):
        if request.method == "POST" and form.is_valid() and (check := self._record(request, place, form)):
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", check.pk)
        return self.page(request, "windows/enter_check.html", title=_("Prevention check"), form=form, place=place)

    def _record(self, request, place, form):
        what = {"against": form.holds, "note": form.cleaned_data["note"]}
        try:
            return prevention.record(self.model, place, form.failing(), by=request.user, **what)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))

    def day_page(self) -> str:
        raise NotImplementedError

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One check, item by item."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        check = self.get_object(request, object_id)
        items = [(item, item.code not in check.failing) for item in check.checklist.items.all()]
        more = {"check": check, "items": items, "day_page": self.day_page()} | (extra_context or {})
        return self.page(request, "windows/check.html", title=_("Prevention check"), **more)


@admin.register(Check)
class CheckAdmin(ChecksOfPlaces, AtWindows):
    list_display = ("at", "window", "result", "checklist", "by", "note")
    list_select_related = ("window", "by", "checklist")
    search_fields = ("window__code__startswith", "window__name_zh", "window__name_en")
    search_help_text = gettext_lazy("Code or part of the name of a window")

    def places(self, user):
        return scope.windows_of(user)

    def day_page(self) -> str:
        return reverse("admin:windows_check_day")

    def get_urls(self):
        return [path("day/", self.admin_site.admin_view(self.day), name="windows_check_day"), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """As for all places; POST does what the failing check proposes."""
        may_suspend = request.user.has_perm("windows.add_statuschange")
        if request.method == "POST":
            return self._suspend(request, object_id, may_suspend)
        check = self.get_object(request, object_id)
        context = self._what_follows(check) if may_suspend else {}
        return super().change_view(request, object_id, form_url, context)

    def _what_follows(self, check) -> dict:
        """The suspension that a failing check proposes, or that a passed one lets the window be restored."""
        (window,) = Window.objects.filter(pk=check.window_id).with_status()
        change = prevention.proposal(check) if prevention.proposes(check) else None
        holds = check.passed and clock.now() - check.at <= openness.CHECK_HOLDS
        restorable = holds and openness.restores(window.status, Status.FULL)
        return {"proposed": change, "window": window, "restorable": restorable}

    def _suspend(self, request, object_id, may_suspend: bool):
        if not may_suspend:
            raise PermissionDenied
        check = self.get_object(request, object_id)
        try:
            entry = prevention.suspend(check, by=request.user)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:windows_check_change", check.pk)
        return redirect("admin:windows_window_batch", entry.batch)

    def day(self, request):
        """The open windows in reach on a day: how many have checked, by place, and which have not."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = DayOfDivisionForm(request.user, {"day": clock.today(), **request.GET.dict()})
        day, windows = form.asked()
        windows = prevention.of_day(windows, day)
        lacking = prevention.without_pass(windows)
        context = {"form": form, "day": day, "total": len(windows), "lacking": lacking[:SHOWN], "left": len(lacking)}
        context |= {"rows": prevention.compliance(windows), "may_add": day == clock.today()}
        return self.page(request, "windows/checks_of_day.html", title=_("Prevention checks of the day"), **context)
