"""Bulletins in the staff site: choose a day, look at what it would say, draft it; somebody else approves it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures import bulletin
from measures.forms import BulletinForm
from measures.models import Bulletin, BulletinState
from windows import clock, scope
from windows.admin.scoped import ReadOnly, Scoped
from windows.lifecycle import NotAllowed

MAY_DRAFT, MAY_APPROVE = "measures.add_bulletin", "measures.approve_bulletin"
CHANGE = "admin:measures_bulletin_change"


@admin.register(Bulletin)
class BulletinAdmin(ReadOnly, Scoped):
    """For those alone who reach the nation: a bulletin speaks for it."""

    list_display = ("day", "state", "publish_at", "made_by", "approved_by", "withdrawn_by")
    list_filter = ("state",)
    list_select_related = ("made_by", "approved_by", "withdrawn_by")
    fields = readonly_fields = (
        *("day", "state", "in_chinese", "in_english", "known_at", "publish_at", "digest"),
        *("made_by", "made_at", "approved_by", "approved_at", "withdrawn_by", "withdrawn_at"),
    )
    change_form_template = "admin/measures/bulletin.html"

    def get_urls(self):
        staff = self.admin_site.admin_view
        return [
            path("<int:pk>/approve/", staff(self.approve), name="measures_bulletin_approve"),
            path("<int:pk>/withdraw/", staff(self.withdraw), name="measures_bulletin_withdraw"),
            *super().get_urls(),
        ]

    def has_view_permission(self, request, obj=None):
        return scope.reaches_everywhere(request.user) and admin.ModelAdmin.has_view_permission(self, request, obj)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_add_permission(self, request, obj=None):
        return scope.reaches_everywhere(request.user) and request.user.has_perm(MAY_DRAFT)

    # --- columns ---

    @admin.display(description=gettext_lazy("In Chinese"))
    def in_chinese(self, found):
        return in_words(found.told["title_zh"], found.told["text_zh"], "zh-Hans")

    @admin.display(description=gettext_lazy("In English"))
    def in_english(self, found):
        return in_words(found.told["title_en"], found.told["text_en"], "en")

    # --- pages ---

    def change_view(self, request, object_id, form_url="", extra_context=None):
        found = self.get_object(request, object_id)
        ahead = found.state == BulletinState.DRAFT or (
            found.state == BulletinState.APPROVED and found.issued_at > clock.now()
        )
        context = {
            "may_approve": request.user.has_perm(MAY_APPROVE) and found.state == BulletinState.DRAFT,
            "may_withdraw": request.user.has_perm(MAY_DRAFT) and ahead,
            "is_out": Bulletin.objects.out(clock.now()).filter(pk=found.pk).exists(),
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def add_view(self, request, form_url="", extra_context=None):
        """Looked at as often as one likes; drafted by the other button."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = BulletinForm(request.POST if request.method == "POST" else None)
        context = {"form": form, "today": clock.today()}
        if request.method == "POST" and form.is_valid():
            try:
                if "draft" in request.POST:
                    return self._drafted(request, form)
                context["composed"] = bulletin.compose(form.cleaned_data["day"])
            except NotAllowed as refusal:
                form.add_error("day", str(refusal))
        return self.page(request, "measures/draft_bulletin.html", title=_("Draft a bulletin"), **context)

    def _drafted(self, request, form):
        drafted = bulletin.draft(**form.cleaned_data, by=request.user)
        messages.success(request, _("The bulletin was drafted. Somebody else has to approve it."))
        return redirect(CHANGE, drafted.pk)

    def approve(self, request, pk):
        """Read once more; then it is out at its time."""
        words = _("Approve the bulletin"), _("The bulletin was approved.")
        return self._decide(request, pk, MAY_APPROVE, bulletin.approve, *words)

    def withdraw(self, request, pk):
        words = _("Withdraw the bulletin"), _("The bulletin was withdrawn.")
        return self._decide(request, pk, MAY_DRAFT, bulletin.withdraw, *words)

    def _decide(self, request, pk, permission, decide, title, done):
        """Asked first; a refusal is told where the bulletin stands."""
        if not (scope.reaches_everywhere(request.user) and request.user.has_perm(permission)):
            raise PermissionDenied
        found = self.get_queryset(request).select_related("made_by").filter(pk=pk).first()
        if found is None:
            raise Http404
        if request.method != "POST":
            return self.page(request, "measures/decide_bulletin.html", title=title, bulletin=found)
        try:
            decide(found, by=request.user)
        except NotAllowed as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect(CHANGE, pk)


def in_words(title: str, text: str, language: str) -> str:
    return format_html('<div class="told" lang="{}"><strong>{}</strong><p>{}</p></div>', language, title, text)
