"""Risk in the staff site: the counties' levels, and proposals with their dry run, approval and undo."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteMixin, AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures import levels, risk
from measures.models import STATUS_OF, ProposalState, RiskLevel, RiskProposal
from windows import clock, scope
from windows.admin.files import TakesFiles
from windows.admin.scoped import ReadOnly, Scoped
from windows.forms import DayInput
from windows.lifecycle import NotAllowed
from windows.models import Division, ImportFile, StatusChange
from windows.templatetags import badges

MAY_PROPOSE = "measures.add_riskproposal"
CHANGE = "admin:measures_riskproposal_change"


@admin.register(RiskLevel)
class RiskLevelAdmin(TakesFiles, ReadOnly, Scoped):
    list_display = ("day", "division", "said", "reason_shown", "recorded_at", "source", "by", "became")
    list_filter = ("level", "source")
    date_hierarchy = "day"
    list_select_related = ("division", "by", "superseded_by")
    search_fields = ("division__code__startswith", "division__name_zh", "division__name_en")
    search_help_text = gettext_lazy("Code, or part of the name of a county")
    fields = (
        *("division", "day", "said", "reason_zh", "reason_en", "recorded_at"),
        *("source", "by", "proposal", "supersedes", "became"),
    )
    readonly_fields = fields
    change_list_template = "admin/measures/levels.html"

    files_of = ImportFile.Kind.RISK_LEVELS
    take_in = staticmethod(levels.import_levels)
    columns = ("division", "level", "day", "reason_zh", "reason_en")
    example = ("420102", "high", "2020-03-11", "新增本地确诊病例", "New local cases confirmed")
    counted_column = "division"
    may_import = "measures.add_risklevel"

    def reach(self, user):
        return scope.within(user, "division")

    @admin.display(description=gettext_lazy("risk level"), ordering="level")
    def said(self, entry):
        return badges.struck(entry.get_level_display() or _("taken back"), entry)

    @admin.display(description=gettext_lazy("reason"))
    def reason_shown(self, entry):
        return entry.reason

    @admin.display(description=gettext_lazy("in force"))
    def became(self, entry):
        later = getattr(entry, "superseded_by", None)
        if later is None:
            return _("in force") if entry.level else _("taken back by this entry")
        return _("taken back %(at)s") % {"at": badges.instant(later.recorded_at)}


class ProposalForm(forms.Form):
    """Which level for which place, from when and why. What is allowed is decided by `risk`."""

    division = forms.ModelChoiceField(
        label=gettext_lazy("Division"),
        queryset=Division.objects.none(),
        help_text=gettext_lazy("A county, or a prefecture or province with all counties inside."),
    )
    wanted = forms.ChoiceField(
        label=gettext_lazy("Risk level"),
        choices=RiskProposal._meta.get_field("wanted").choices,
        widget=forms.RadioSelect,
    )
    day = forms.DateField(label=gettext_lazy("Valid from"), widget=DayInput)
    reason_zh = forms.CharField(
        label=gettext_lazy("Reason in Chinese"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The public reads it on the page of each window. The Chinese text is authoritative."),
    )
    reason_en = forms.CharField(
        label=gettext_lazy("Reason in English"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, user, *args, **options):
        super().__init__(*args, **options)
        self.fields["division"].queryset = Division.objects.filter(scope.within(user, ""))
        self.fields["division"].widget = AutocompleteSelect(
            RiskProposal._meta.get_field("division"), admin.site, choices=self.fields["division"].choices
        )


class UndoForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Why it is taken back (in Chinese)"), max_length=500)


@admin.register(RiskProposal)
class RiskProposalAdmin(ReadOnly, Scoped):
    list_display = ("proposed_at", "division", "wanted", "day", "state", "proposed_by", "applied_by")
    list_filter = ("state", "wanted", "for_two")
    date_hierarchy = "proposed_at"
    list_select_related = ("division", "proposed_by", "applied_by")
    search_fields = ("division__code__startswith", "division__name_zh", "division__name_en")
    search_help_text = gettext_lazy("Code, or part of the name of a place")
    autocomplete_fields = ("division",)
    change_list_template = "admin/measures/proposals.html"

    def reach(self, user):
        return scope.within(user, "division")

    def has_add_permission(self, request):
        return request.user.has_perm(MAY_PROPOSE)

    def add_view(self, request, form_url="", extra_context=None):
        """Propose a level; what it would do is shown next, and nothing changes before that."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = {"day": clock.today(), "division": request.GET.get("division"), "wanted": request.GET.get("wanted")}
        form = ProposalForm(request.user, request.POST if request.method == "POST" else None, initial=asked)
        if request.method == "POST" and form.is_valid() and (made := self._propose(request, form)):
            return redirect(CHANGE, made.pk)
        media = self.media + AutocompleteMixin(RiskProposal._meta.get_field("division"), self.admin_site).media
        return self.page(request, "measures/propose.html", title=_("Propose a risk level"), form=form, media=media)

    def _propose(self, request, form):
        try:
            return risk.propose(by=request.user, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error("day", str(refusal))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A proposal: what it would do, or did; POST applies it, withdraws it or takes it back."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        proposal = self.get_object(request, object_id)
        form = UndoForm(request.POST if "undo" in request.POST else None)
        if request.method == "POST":
            if not self.has_add_permission(request):
                raise PermissionDenied
            if "undo" not in request.POST or form.is_valid():
                return self._act(request, proposal, form)
        context = {"proposal": proposal, "form": form, "title": str(proposal), "may": self.has_add_permission(request)}
        shown = self._planned if proposal.state == ProposalState.PROPOSED else self._done
        return self.page(request, "measures/proposal.html", **context, **shown(request, proposal))

    def _act(self, request, proposal, form):
        try:
            if "undo" in request.POST:
                outcomes = risk.undo(proposal, by=request.user, note=form.cleaned_data["note"])
            elif "withdraw" in request.POST:
                outcomes = risk.withdraw(proposal, by=request.user) or []
            else:
                outcomes = risk.apply(proposal, token=request.POST.get("token", ""), by=request.user)
            request.session[f"refused {proposal.batch}"] = {o.window.pk: o.refusal for o in outcomes if o.refusal}
        except NotAllowed as refusal:
            messages.warning(request, str(refusal))
        return redirect(CHANGE, proposal.pk)

    def _planned(self, request, proposal) -> dict:
        """The dry run, and whether this officer may say yes to it."""
        own = proposal.for_two and proposal.proposed_by_id == request.user.pk
        return {"run": risk.dry_run(proposal), "needs_another": own}

    def _done(self, request, proposal) -> dict:
        """What became of the windows, one by one, and of those that were refused a moment ago."""
        batches = [proposal.batch_of(status) for status in STATUS_OF.values()]
        related = ("window__division", "reason", "superseded_by__reason", "superseded_by__by")
        entries = StatusChange.objects.filter(batch__in=batches).order_by("window").select_related(*related)
        told = request.session.get(f"refused {proposal.batch}", {})
        windows = risk.windows_of(proposal).filter(pk__in=told).select_related("division")
        refused = [(window, told[window.pk]) for window in windows]
        undoable = proposal.state == ProposalState.APPLIED and self.has_add_permission(request)
        return {"entries": list(entries), "refused": refused, "undoable": undoable}
