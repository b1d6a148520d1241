"""The officers' pages in the staff site: the desk of a window, a case, and the lines that a supervisor steers.

Every page is a question to `line` or `case_file`; every button is one deed of `lifecycle` or `casework`. Cases out of
reach answer 404; a deed on a case that is not in the officer's hand is refused by the rule itself.
"""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.admin import site
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from applications import casework, drafts, lifecycle, line, officer_forms, papers, steps
from applications.models import Application, Event, Origin, State, Verb
from applications.views import case_file
from applications.views.applicant import remember
from windows import clock, scope
from windows.lifecycle import NotAllowed
from windows.pages import page_number

WORK = permission_required("applications.work_line", raise_exception=True)
SEE = permission_required("applications.view_application", raise_exception=True)
STEER = permission_required("applications.steer_line", raise_exception=True)
ROWS = 100  # windows on a page of lines
SHOWN = 50


def page(request, template: str, status: int = 200, **context) -> TemplateResponse:
    context = {**site.each_context(request), "opts": Application._meta, **context}
    return TemplateResponse(request, f"admin/applications/{template}", context, status=status)


def window_of(request, code: str):
    return get_object_or_404(scope.windows_of(request.user).with_status(), pk=code)


def case_of(request, number: str) -> Application:
    reach = scope.at_windows(request.user, "window")
    mine = Application.objects.filter(reach, origin=Origin.PORTAL).prefetch_related("supplements__by")
    found = get_object_or_404(mine.select_related("service", "window__division", "claimed_by"), number=number)
    found.reach = reach
    found.asked_for = case_file.checklist(found)
    return found


# --- the desk of a window -----------------------------------------------------------------------------------------


@require_safe
@WORK
def desk(request, code):
    """The line by lane, the case in hand, what waits for the officer: late ones, answers, finished documents."""
    window, by = window_of(request, code), request.user
    here = Application.objects.filter(window=window, origin=Origin.PORTAL).select_related("service")
    context = {
        "title": _("Desk"),
        "window": window,
        "lanes": line.lanes(window),
        "in_hand": Application.objects.in_hand_of(by).select_related("service", "window").first(),
        "parked": here.filter(state=State.PARKED).order_by("parked_until")[:SHOWN],
        "others": here.filter(state=State.CLAIMED).exclude(claimed_by=by).select_related("claimed_by")[:SHOWN],
        "production": here.filter(state=State.PRODUCTION).order_by("pk")[:SHOWN],
        "ready": here.filter(state=State.READY).order_by("pk")[:SHOWN],
        "late": here.late(clock.now()).order_by("due_at")[:SHOWN],
    }
    return page(request, "desk.html", **context)


@require_POST
@WORK
def claim(request, code):
    window = window_of(request, code)
    case = line.claim_next(window, by=request.user)
    if case is None:
        messages.info(request, _("Nobody is waiting."))
        return redirect("admin:applications_application_desk", code)
    return redirect("admin:applications_application_case", case.number)


@require_POST
@WORK
def counter(request, code):
    """Begin an application for the person at the window: the same form and rules, in the officer's browser."""
    window = window_of(request, code)
    typed = {"window": {"place": window.division_id, "window": window.pk}}
    _draft, secret = drafts.begin(typed, by=request.user)
    return remember(redirect("applications:step", name=steps.STEPS[0].name), secret)


# --- a case -------------------------------------------------------------------------------------------------------


@require_safe
@never_cache
@SEE
def case(request, number):
    found = case_of(request, number)
    if request.user.has_perm("applications.work_line"):
        casework.renew(found, by=request.user)
    return show(request, found)


def show(request, found: Application, *, masked: bool = True, wrong=None, typed=(), status: int = 200):
    """The page of a case; `wrong` is the form that was refused, shown again as it was sent.

    `typed` is what was sent with a deed that another one overtook: its form may have no place any more.
    """
    forms = {name.replace("-", "_"): form(found) for name, (form, _deed) in DEEDS.items()}
    forms |= {wrong[0].replace("-", "_"): wrong[1]} if wrong else {}
    context = case_file.of(found, request.user, masked=masked) | {"forms": forms, "typed": typed}
    context |= {"wrong": wrong[0], "refusals": wrong[1].non_field_errors()} if wrong else {}
    return page(request, "case.html", status, title=context["reference"], **context)


def _verify(granted: bool) -> Callable:
    return lambda case, by, told: casework.verify(
        case, by=by, granted=granted, reason=told["reason"], seen=told["seen"]
    )


def _of_mine(deed: Callable) -> Callable:
    """Decisions want the case in the hand of who decides."""
    return lambda case, by, told: deed(casework.in_hand(case, by, told["seen"]), by, told)


def _with_reason(deed: Callable) -> Callable:
    return lambda case, by, told: deed(case, by=by, reason=told["reason"], seen=told["seen"])


# Every button of the page: its form, and what it does with the case, the officer and what the form told.
DEEDS: dict[str, tuple[type[officer_forms.CaseForm], Callable]] = {
    "grant": (officer_forms.Verify, _verify(True)),
    "deny": (officer_forms.Verify, _verify(False)),
    "approve": (
        officer_forms.Decide,
        _of_mine(lambda case, by, told: lifecycle.approve(case, by=by, seen=told["seen"])),
    ),
    "refuse": (
        officer_forms.Refuse,
        _of_mine(
            lambda case, by, told: lifecycle.refuse(
                case, by=by, reason=told["because"], note=told["note"], seen=told["seen"]
            )
        ),
    ),
    "ask": (
        officer_forms.Ask,
        _of_mine(
            lambda case, by, told: lifecycle.supplement(
                case, told["items"], by=by, reason=told.get("reason", ""), seen=told["seen"]
            )
        ),
    ),
    "park": (
        officer_forms.Park,
        lambda case, by, told: casework.park(
            case, by=by, until=told["until"], reason=told["reason"], seen=told["seen"]
        ),
    ),
    "put-back": (officer_forms.PutBack, _with_reason(casework.put_back)),
    "hand-over": (
        officer_forms.HandOver,
        lambda case, by, told: casework.hand_over(case, by=by, to=told["to"], seen=told["seen"]),
    ),
    "take": (officer_forms.WithReason, _with_reason(casework.take)),
    "ready": (officer_forms.Decide, lambda case, by, told: lifecycle.ready(case, by=by)),
    "collect": (officer_forms.Decide, lambda case, by, told: lifecycle.collect(case, by=by)),
    "release": (officer_forms.WithReason, _with_reason(casework.release)),
}
STEERED = {"release"}
KEEP_THE_CASE = {"grant", "deny", "take"}  # after these the officer goes on with it


@require_POST
@never_cache
@WORK
def do(request, number, deed):
    """One deed; refused ones come back with what was typed, the loser of two decisions is told the other one."""
    if deed not in DEEDS:
        raise Http404
    if deed in STEERED and not request.user.has_perm("applications.steer_line"):
        raise PermissionDenied
    found = case_of(request, number)
    form_class, act = DEEDS[deed]
    form = form_class(found, request.POST)
    if form.is_valid():
        told = form.cleaned_data | ({"items": form.items()} if deed == "ask" else {})
        try:
            done = act(found, request.user, told)
        except lifecycle.Overtaken as overtaken:
            messages.error(request, str(overtaken))
            return show(request, case_of(request, number), typed=form.typed(), status=409)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            return _after(request, done, deed)
    return show(request, found, wrong=(deed, form), status=400)


def _after(request, done: Application, deed: str):
    last = done.events.last()
    messages.success(request, f"{done.number}: {Verb(last.verb).label}")
    if deed in KEEP_THE_CASE:
        return redirect("admin:applications_application_case", done.number)
    return redirect("admin:applications_application_desk", done.window_id)


@require_POST
@never_cache
@permission_required("applications.unmask_person", raise_exception=True)
def unmask(request, number):
    """Who it is, once, on this page: noted with the reason."""
    found = case_of(request, number)
    try:
        casework.unmask(found, by=request.user, reason=request.POST.get("reason", ""))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return show(request, found, status=400)
    return show(request, found, masked=False)


@require_safe
@never_cache
@SEE
def paper(request, number, key):
    """A file of the case: pictures in the page, the rest to save. In the staff site it carries the person's data."""
    if not request.user.has_perm("applications.work_line"):
        raise PermissionDenied
    return papers.shown_or_saved(case_of(request, number).uploads.filter(pk=key))


# --- supervisors --------------------------------------------------------------------------------------------------


@require_safe
@STEER
def lines(request):
    """The line of every window in reach where somebody waits, with what went out of order and what came back late."""
    mine = scope.at_windows(request.user, "window")
    number = min(page_number(request.GET.get("page", "1")) or 1, 10_000)
    rows = line.of_windows(Application.objects.filter(mine), first=(number - 1) * ROWS, most=ROWS + 1)
    unusual = Event.objects.filter(mine, verb__in=[Verb.OUT_OF_ORDER, Verb.RELEASED, Verb.TRANSFERRED])
    context = {
        "title": _("Lines"),
        "rows": rows[:ROWS],
        "number": number,
        "more": len(rows) > ROWS,
        "in_hand": Application.objects.filter(mine, state=State.CLAIMED)
        .select_related("claimed_by", "window", "service")
        .order_by("lease_until")[:SHOWN],
        "late": Application.objects.filter(mine)
        .late(clock.now())
        .select_related("window", "service")
        .order_by("due_at")[:SHOWN],
        "unusual": unusual.select_related("application", "window", "by").order_by("-pk")[:SHOWN],
    }
    return page(request, "lines.html", **context)


@STEER
def balance(request, code):
    """Move cases from the end of a line to another able window of the prefecture: preview, deed, and the way back."""
    window = window_of(request, code)
    form = officer_forms.Transfer(window, scope.windows_of(request.user), request.POST or None)
    context = {"title": _("Move cases to another window"), "window": window, "form": form, "lanes": line.lanes(window)}
    if request.method != "POST" or not form.is_valid():
        return page(request, "balance.html", 400 if form.errors else 200, **context)
    told = form.cleaned_data
    waiting = list(Application.objects.waiting_at(window).select_related("service").order_by("-order_at", "-pk"))
    chosen = waiting[: told["count"]]
    if "apply" not in request.POST:
        able = set(told["to"].services.values_list("pk", flat=True))
        context["preview"] = [(case, case.service_id in able) for case in chosen]
        return page(request, "balance.html", **context)
    result = casework.transfer(chosen, to=told["to"], by=request.user, reason=told["reason"])
    moved = [case.pk for case, refusal in result if not refusal]
    request.session["moved"] = {"cases": moved, "from": window.pk, "to": told["to"].pk}
    _tell_moved(request, len(moved), told["to"])
    return redirect("admin:applications_application_moved_cases")


def _tell_moved(request, number: int, to) -> None:
    if not number:
        messages.info(request, _("No case was moved."))
        return
    told = ngettext("%(n)s case was moved to %(window)s.", "%(n)s cases were moved to %(window)s.", number)
    messages.success(request, told % {"n": number, "window": to})


@STEER
def moved_cases(request):
    """The result of the last move of this officer, with the way back for what still waits there."""
    last = request.session.get("moved") or {"cases": [], "from": "", "to": ""}
    mine = Application.objects.filter(scope.at_windows(request.user, "window"), pk__in=last["cases"])
    cases = list(mine.select_related("window", "service"))
    if request.method == "POST":
        window = window_of(request, last["from"])
        still = [case for case in cases if case.window_id == last["to"] and case.state == State.WAITING]
        result = casework.transfer(still, to=window, by=request.user, reason=_("undone"))
        _tell_moved(request, sum(not refusal for _case, refusal in result), window)
        request.session.pop("moved", None)
        return redirect("admin:applications_application_lines")
    return page(request, "moved_cases.html", title=_("Cases moved"), cases=cases, last=last)
