"""Changing a status: the form, its preview, the result with undo; confirming; correcting and retracting an entry.

Every page is a question to lifecycle or one call of it. Windows out of reach answer 404.
"""

from django.contrib import messages
from django.contrib.admin import site
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from windows import lifecycle, scope
from windows.forms import ChangeForm, CorrectionForm, TakeBackForm, WindowsField
from windows.models import StatusChange, Window

MAY_CHANGE = "windows.add_statuschange"
MAY_CONFIRM = "windows.add_confirmation"
LIST = "admin:windows_window_changelist"


def page(request, template: str, **context) -> TemplateResponse:
    context = {**site.each_context(request), "opts": Window._meta, **context}
    return TemplateResponse(request, f"admin/windows/{template}", context)


# --- one change for many windows: form, preview, apply ---


@permission_required(MAY_CHANGE, raise_exception=True)
def change_status(request):
    """GET begins with the windows named in the address; POST previews, goes back to the form, or applies."""
    if request.method != "POST":
        return begin(request, request.GET.get("windows", "").split(","))
    if not request.POST.get("windows"):
        return begin(request, ())
    form = ChangeForm(request.user, request.POST)
    if not form.is_valid() or "back" in request.POST:
        return form_page(request, form, form.cleaned_data.get("windows", ()))
    if "apply" in request.POST:
        return _apply(request, form)
    return _preview_page(request, form)


def begin(request, codes):
    """The empty form for these windows; without any, back to the list with a word why."""
    text = ",".join(filter(None, codes))
    if not text:
        messages.warning(request, _("No window was chosen. Tick the windows that change, then press the button."))
        return redirect(LIST)
    windows = WindowsField(request.user).clean(text)
    return form_page(request, ChangeForm(request.user, initial={"windows": text}), windows)


def form_page(request, form, windows):
    return page(request, "change_status.html", form=form, windows=windows, title=_("Change the status"))


def _preview_page(request, form):
    change = form.change()
    rows = [
        {"window": window, "refusal": refusal, "present": window.status}
        for window, refusal in lifecycle.preview(form.cleaned_data["windows"], change)
    ]
    refused = [row for row in rows if row["refusal"]]
    counts = {"refused": len(refused), "going": len(rows) - len(refused)}
    rows = refused + [row for row in rows if not row["refusal"]]
    return page(request, "preview.html", form=form, change=change, rows=rows, title=_("Preview"), **counts)


def _apply(request, form):
    batch, windows = form.cleaned_data["batch"], form.cleaned_data["windows"]
    outcomes = lifecycle.change_statuses(windows, form.change(), by=request.user, batch=batch)
    refused = {outcome.window.pk: outcome.refusal for outcome in outcomes if outcome.refusal}
    request.session[f"refused {batch}"] = refused
    return redirect("admin:windows_window_batch", batch)


# --- what became of it, and undo ---


@permission_required(MAY_CHANGE, raise_exception=True)
def batch(request, batch):
    """The result of a bulk change, window by window; POST takes back what is left of it."""
    mine = scope.windows_of(request.user)
    entries = StatusChange.objects.filter(batch=batch, window__in=mine).order_by("window")
    related = ("window__division", "reason", "service", "superseded_by__reason", "superseded_by__by", "by")
    entries = list(entries.select_related(*related))
    refused = _refused(mine, request.session.get(f"refused {batch}", {}))
    if not entries and not refused:
        raise Http404
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _undo(request, batch, form, mine)
    left = sum(not hasattr(entry, "superseded_by") and bool(entry.status) for entry in entries)
    rows = {"entries": entries, "refused": refused, "left": left}
    return page(request, "batch.html", title=_("Result of the change"), form=form, **rows)


def _refused(mine, told: dict[str, str]) -> list[tuple[Window, str]]:
    return [(window, told[window.pk]) for window in mine.filter(pk__in=told).select_related("division")]


def _undo(request, batch, form, mine):
    why = {"reason": form.cleaned_data["reason"], "note": form.cleaned_data["note"]}
    outcomes = lifecycle.undo(batch, by=request.user, windows=mine, **why)
    undone = sum(outcome.entry is not None for outcome in outcomes)
    text = ngettext("%(n)s change was taken back.", "%(n)s changes were taken back.", undone)
    messages.success(request, text % {"n": undone})
    return redirect("admin:windows_window_batch", batch)


# --- confirming ---


@require_POST
@permission_required(MAY_CONFIRM, raise_exception=True)
def confirm(request):
    """Confirm the windows named in the form, and go back to where the button was."""
    text, back = request.POST.get("windows", ""), request.POST.get("next", "")
    if not text:
        return begin(request, ())
    confirm_all(request, WindowsField(request.user).clean(text))
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe else LIST)


def confirm_all(request, windows) -> None:
    confirmed = lifecycle.confirm(windows, by=request.user)
    text = ngettext(
        "The status of %(n)s window was confirmed.", "The status of %(n)s windows was confirmed.", confirmed
    )
    messages.success(request, text % {"n": confirmed})


# --- one wrong entry ---


@permission_required(MAY_CHANGE, raise_exception=True)
def correct(request, pk):
    """Put a right entry in the place of a wrong one."""
    wrong = _entry_or_404(request, pk)
    form = CorrectionForm(wrong, request.POST if request.method == "POST" else None)
    act = lambda: lifecycle.correct(wrong, form.change(), by=request.user)  # noqa: E731
    return _mend(request, wrong, form, act, _("Correct an entry"))


@permission_required(MAY_CHANGE, raise_exception=True)
def retract(request, pk):
    """Take an entry back as if it had never been made."""
    wrong = _entry_or_404(request, pk)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    act = lambda: lifecycle.retract(wrong, by=request.user, **form.cleaned_data)  # noqa: E731
    return _mend(request, wrong, form, act, _("Retract an entry"))


def _entry_or_404(request, pk) -> StatusChange:
    entries = StatusChange.objects.filter(scope.at_windows(request.user, "window"))
    return get_object_or_404(entries.select_related("window", "reason", "service", "superseded_by"), pk=pk)


def _mend(request, wrong, form, act, title):
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except lifecycle.NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The ledger has been put right. The earlier entry stays readable."))
            return redirect("admin:windows_window_change", wrong.window_id)
    return page(request, "mend.html", form=form, wrong=wrong, title=title)
