"""Tokens of provincial systems: for those alone who reach the nation. A token's text is shown once, when it is made."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from windows import scope, tokens
from windows.admin.scoped import ReadOnly, Scoped
from windows.forms import TokenForm
from windows.lifecycle import NotAllowed
from windows.models import ProvinceToken, TokenScope

MAY_KEEP = "windows.add_provincetoken"
LIST = "admin:windows_provincetoken_changelist"


@admin.register(ProvinceToken)
class ProvinceTokenAdmin(ReadOnly, Scoped):
    list_display = ("province", "label", "covers", "became", "made_at", "by", "expires_at", "revoked_at", "revoked_by")
    list_display_links = ("label",)
    list_select_related = ("province", "by", "revoked_by")
    list_filter = ("revoked_at",)
    search_fields = ("province__code__startswith", "province__name_zh", "province__name_en", "label")
    fields = readonly_fields = list_display
    change_form_template = "admin/windows/token.html"

    def get_urls(self):
        staff = self.admin_site.admin_view
        return [
            path("<int:pk>/revoke/", staff(self.revoke), name="windows_provincetoken_revoke"),
            *super().get_urls(),
        ]

    def has_view_permission(self, request, obj=None):
        return scope.reaches_everywhere(request.user) and admin.ModelAdmin.has_view_permission(self, request, obj)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_add_permission(self, request, obj=None):
        return scope.reaches_everywhere(request.user) and request.user.has_perm(MAY_KEEP)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {"may_revoke": self.has_add_permission(request)} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def add_view(self, request, form_url="", extra_context=None):
        """GET asks; the page that answers the POST is the only one that ever shows the token."""
        self._guard(request)
        form = TokenForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                token, text = tokens.issue(**form.wanted(), by=request.user)
            except NotAllowed as refusal:
                form.add_error(None, str(refusal))
            else:
                return self.page(request, "windows/token_issued.html", title=_("Token issued"), token=token, text=text)
        return self.page(request, "windows/issue_token.html", title=_("Issue a token"), form=form)

    def revoke(self, request, pk):
        """Asked first; then the province's system is refused from the next call on."""
        self._guard(request)
        token = self.get_queryset(request).filter(pk=pk).first()
        if token is None:
            raise Http404
        if request.method != "POST":
            return self.page(request, "windows/revoke_token.html", title=_("Revoke a token"), token=token)
        try:
            tokens.revoke(token, by=request.user)
        except NotAllowed as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("The token was revoked. It is refused from now on."))
        return redirect(LIST)

    def _guard(self, request):
        if not self.has_add_permission(request):
            raise PermissionDenied

    @admin.display(description=gettext_lazy("scopes"))
    def covers(self, token):
        return ", ".join(str(TokenScope(name).label) for name in token.scopes)

    @admin.display(description=gettext_lazy("state"))
    def became(self, token):
        return token.state
