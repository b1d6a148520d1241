"""Sign-offs of ports' days in the staff site, and the days that ask for one."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from measures import reporting, signoffs
from measures.forms import DaysForm, SignForm
from measures.models import Port, SignOff
from windows import scope
from windows.admin.scoped import ReadOnly, Scoped
from windows.lifecycle import NotAllowed

MAY_SIGN = "measures.add_signoff"


@admin.register(SignOff)
class SignOffAdmin(ReadOnly, Scoped):
    list_display = ("day", "port", "at", "by")
    date_hierarchy = "day"
    list_select_related = ("port", "by")
    search_fields = ("port__code", "port__name_zh", "port__name_en")
    search_help_text = _("Code or part of the name of a port")
    fields = ("port", "day", "at", "by", "digest")
    readonly_fields = fields
    change_list_template = "admin/measures/signoffs.html"

    def reach(self, user):
        return scope.within(user, "port__division")

    def get_urls(self):
        staff = self.admin_site.admin_view
        return [
            path("days/", staff(self.days), name="measures_signoff_days"),
            path("sign/", staff(self.sign), name="measures_signoff_sign"),
            *super().get_urls(),
        ]

    def days(self, request):
        """The days of the ports in reach that are late, missing, not signed off or changed since."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = DaysForm(request.GET.dict())
        ports = Port.objects.filter(scope.within(request.user, "division")).order_by("pk")
        rows = [row for row in reporting.of_days(ports, *form.span()) if form.wants(row)]
        pages = Paginator(rows, self.list_per_page)
        context = {"form": form, "pages": pages, "page": pages.get_page(request.GET.get("page"))}
        return self.page(request, "measures/days.html", title=_("Late and unsigned days of ports"), **context)

    def sign(self, request):
        """Sign the chosen ports' days off, and go back to the day; each refusal is told."""
        if not request.user.has_perm(MAY_SIGN):
            raise PermissionDenied
        form = SignForm(request.user, request.POST)
        if form.is_valid():
            self._sign(request, form)
            return redirect(f"{reverse('admin:measures_return_day')}?day={form.cleaned_data['day'].isoformat()}")
        if form.has_error("port", "invalid_choice"):
            raise Http404
        if request.method == "POST":
            for told in form.errors.values():
                messages.error(request, told[0])
        return redirect("admin:measures_return_day")

    def _sign(self, request, form):
        signed = 0
        for port, seen in form.chosen():
            try:
                signoffs.sign(port, form.cleaned_data["day"], by=request.user, seen=seen)
                signed += 1
            except NotAllowed as refusal:
                messages.warning(request, f"{port.name}: {refusal}")
        if signed:
            text = ngettext("%(n)s day was signed off.", "%(n)s days were signed off.", signed)
            messages.success(request, text % {"n": signed})
