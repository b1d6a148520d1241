"""The form, page by page: what is typed is saved at once, right or wrong, and shown again where it needs mending."""

from collections.abc import Callable
from functools import partial, wraps

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import drafts, forms, papers, receipts, sealing, steps
from applications.models import Draft
from applications.steps import BY_NAME, Filled, Step
from windows import limits
from windows.lifecycle import NotAllowed
from windows.models import Window

COOKIE = "draft"  # holds the code of the draft, out of reach for scripts, until the browser is closed


def page(*methods: str) -> Callable:
    """A page of an applicant: never kept by anybody, and only asked for in these ways."""

    def decorate(view: Callable) -> Callable:
        return never_cache(require_http_methods(methods)(view))

    return decorate


def with_draft(view: Callable, *, submitted: bool = False) -> Callable:
    """The view gets the draft that this browser holds the code of; without one it leads to where codes are typed.

    A submitted draft has one page only, and an unsubmitted one does not have it.
    """

    @wraps(view)
    def shown(request, **address):
        request.code = request.COOKIES.get(COOKIE, "")
        request.draft = drafts.by_code(request.code)
        if request.draft is None:
            return redirect("applications:resume")
        if bool(request.draft.application_id) != submitted:
            return redirect("applications:list" if submitted else "applications:done")
        return view(request, **address)

    return shown


with_submitted = partial(with_draft, submitted=True)


def remember(response: HttpResponse, code: str) -> HttpResponse:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(COOKIE, code, httponly=True, samesite="Lax", secure=secure)
    return response


@page("GET", "HEAD", "POST")
def start(request):
    """What is needed and how long it takes; begins a draft, with the window whose page the applicant came from."""
    window = Window.objects.filter(pk=request.POST.get("window") or request.GET.get("window") or "").first()
    if request.method == "POST":
        if not limits.allows(limits.DRAFTS_PER_NETWORK, limits.network_of(request)):
            return too_often(request)
        typed = {"window": {"place": window.division_id, "window": window.pk}} if window else {}
        _draft, code = drafts.begin(typed)
        return remember(redirect("applications:step", name=steps.STEPS[0].name), code)
    begun = drafts.by_code(request.COOKIES.get(COOKIE, ""))
    context = {"section": "apply", "services": steps.services_online(), "window": window}
    context["begun"] = begun is not None and begun.application_id is None
    return render(request, "applications/start.html", context)


@page("GET", "HEAD", "POST")
def resume(request):
    """With its code a draft goes on in any browser. A wrong, an old and somebody else's code look alike."""
    code, error = request.POST.get("code", ""), ""
    if "language" in request.POST:
        if moved := carried_over(request, "applications:resume"):
            return moved
    elif request.method == "POST":
        if not limits.allows(limits.CODES_PER_NETWORK, limits.network_of(request)):
            return too_often(request)
        if drafts.by_code(code):
            return remember(redirect("applications:list"), code)
        error = _("No saved form has this code. Codes are kept for 30 days after the last change.")
    context = {"section": "apply", "form_id": "resume", "code": code, "error": error}
    return render(request, "applications/resume.html", context, status=400 if error else 200)


@page("GET", "HEAD")
@with_draft
def task_list(request):
    filled = Filled(request.draft)
    rows = [(step, filled.done[step.name], filled.can_be_asked(step)) for step in filled.steps]
    context = _context(request, filled) | {"rows": rows, "all_done": filled.first_missing is None}
    return render(request, "applications/list.html", context)


@page("GET", "HEAD", "POST")
@with_draft
def step(request, name):
    """One page. Every button saves; only “continue” also checks."""
    wanted, filled = BY_NAME.get(name), Filled(request.draft)
    if wanted is None or wanted.form is None:
        raise Http404
    if not filled.can_be_asked(wanted):
        return redirect("applications:list")
    if request.method != "POST":
        return _show(request, filled, wanted, filled.forms[name], telling=False)
    form = wanted.form(request.POST, answers=filled.answers, counter=filled.counter)
    drafts.save(request.draft, name, {field: request.POST.get(field, "") for field in form.names()})
    if "language" in request.POST:
        return redirect(in_language(request.POST["language"], "applications:step", name=name))
    if "save" in request.POST:
        return redirect("applications:saved")
    if "find" in request.POST:
        return redirect(reverse("applications:step", kwargs={"name": name}) + "#found")
    if not form.is_valid():
        return _show(request, filled, wanted, form, telling=True)
    return redirect(_next(Filled(drafts.fresh(request.draft))))


def _show(request, filled: Filled, wanted: Step, form: forms.Page, *, telling: bool):
    form.offer()
    context = _context(request, filled) | {"step": wanted, "form": form, "telling": telling}
    template = "window" if wanted.name == "window" else "step"
    context["on_enter"] = "find" if wanted.name == "window" else ""
    return render(request, f"applications/{template}.html", context, status=400 if telling else 200)


def _context(request, filled: Filled) -> dict:
    """What every page of the form shows: how far one has come, when it was saved, the languages as buttons."""
    return {
        "section": "apply",
        "form_id": "page",
        "filled": filled,
        "saved_at": filled.draft.saved_at,
        "place": sum(filled.done.values()),
        "places": len(filled.done),
    }


def _next(filled: Filled) -> str:
    """The next page that is missing, or the check of all answers."""
    missing = filled.first_missing
    if missing is None:
        return reverse("applications:check")
    if missing.form is None:
        return reverse("applications:papers")
    return reverse("applications:step", kwargs={"name": missing.name})


def in_language(language: str, view: str, **address: str) -> str:
    """The address of a page in a language of ours; in the present one where the wish is for another."""
    if language not in dict(settings.LANGUAGES):
        return reverse(view, kwargs=address)
    with override(language):
        return reverse(view, kwargs=address)


def carried_over(request, view: str) -> HttpResponse | None:
    """To a page that keeps nothing, in the language asked for: the browser sends what was typed once more, there.

    None where the page is in that language already, or in no other one: then it shows what was typed.
    """
    address = in_language(request.POST["language"], view)
    return None if address == request.path else redirect(address, preserve_request=True)


@page("POST")
def switch(request, name):
    """The language of a page that has nothing to save; other pages save first, by themselves."""
    if name not in ("list", "saved", "check"):
        raise Http404
    return redirect(in_language(request.POST.get("language", ""), f"applications:{name}"))


@page("GET", "HEAD")
@with_draft
def saved(request):
    """The code that brings one back, to write down."""
    context = _context(request, Filled(request.draft)) | {"code": request.code}
    return render(request, "applications/saved.html", context)


# --- documents ----------------------------------------------------------------------------------------------------


@page("GET", "HEAD", "POST")
@with_draft
def documents(request):
    """Files are kept one by one: a refused one is told, the others stay."""
    filled = Filled(request.draft)
    if "service" not in filled.answers:
        return redirect("applications:list")
    if request.method != "POST":
        return _show_documents(request, filled, {})
    if key := request.POST.get("remove"):
        papers.one(request.draft.uploads, key).delete()  # the file in storage goes by the sweep
        return redirect("applications:papers")
    errors = papers.take(request.FILES, [asked.requirement.document for asked in filled.papers], draft=request.draft)
    drafts.save(request.draft, "papers", {})
    filled = Filled(drafts.fresh(request.draft))
    if "language" in request.POST and not errors:
        return redirect(in_language(request.POST["language"], "applications:papers"))
    if "save" in request.POST and not errors:
        return redirect("applications:saved")
    if "upload" in request.POST and not errors:
        return redirect("applications:papers")
    if not errors:
        missing = [asked.requirement.document for asked in filled.papers if asked.missing]
        errors = {document.pk: _("This document is still missing.") for document in missing}
    return _show_documents(request, filled, errors) if errors else redirect(_next(filled))


def _show_documents(request, filled: Filled, errors: dict[str, str]):
    context = _context(request, filled) | {"papers": papers.shown(filled.papers, errors), "errors": errors}
    return render(request, "applications/papers.html", context, status=400 if errors else 200)


@require_safe
@with_draft
def thumbnail(request, key):
    return papers.thumbnail(papers.one(request.draft.uploads, key))


# --- the end ------------------------------------------------------------------------------------------------------


@page("GET", "HEAD")
@with_draft
def check(request):
    """All answers, each with the way back to its page."""
    filled = Filled(request.draft)
    if missing := filled.first_missing:
        return redirect(_next(filled) if missing.name != "papers" else "applications:papers")
    context = _context(request, filled) | {"told": steps.told(filled), "papers": filled.papers}
    return render(request, "applications/check.html", context)


@page("GET", "HEAD", "POST")
@with_draft
def declare(request):
    """Submits. The hidden token is the draft's key: pressed twice, it makes one application."""
    filled = Filled(request.draft)
    if filled.first_missing:  # or submitted a moment ago over another connection, which took the papers along
        return redirect("applications:done" if drafts.fresh(request.draft).application_id else _next(filled))
    told, speaks = "", "language" in request.POST
    if speaks and (moved := carried_over(request, "applications:declare")):
        return moved
    sent = request.method == "POST" and not speaks
    form = forms.Declaration(request.POST if sent else None, initial={"true": "true" in request.POST})
    if sent and form.is_valid():
        told = _submit(request, filled)
        if not told:
            return redirect("applications:done")
    context = _context(request, filled) | {"form": form, "told": told, "token": request.draft.key}
    return render(request, "applications/declare.html", context, status=400 if told or form.errors else 200)


def _submit(request, filled: Filled) -> str:
    """Why it was not accepted, "" where it was."""
    if request.POST.get("token") != str(request.draft.key):
        return _("This page belongs to another form that was begun in this browser. Check the answers again.")
    try:
        wanted = filled.submission(request.draft.key)
        drafts.submit(request.draft, wanted, [asked.requirement.document_id for asked in filled.papers])
    except NotAllowed as refusal:
        return str(refusal)
    return ""


@page("GET", "HEAD")
@with_submitted
def done(request):
    """Reference and secret, as often as this browser asks while it holds the form's code."""
    return render(
        request, "applications/done.html", receipts.context(request.draft.application, _secret(request.draft))
    )


@page("GET", "HEAD")
@with_submitted
def done_code(request):
    """The code on the receipt, with the secret in it."""
    return receipts.way_in(request, request.draft.application, _secret(request.draft))


def _secret(draft: Draft) -> str:
    return sealing.derived_secret(draft.application.number, str(draft.application.key))


@require_POST
@never_cache
def leave(request):
    """Forget the form in this browser; it stays saved for whoever has its code."""
    response = redirect("applications:start")
    response.delete_cookie(COOKIE, samesite="Lax")
    return response


def too_often(request):
    response = render(request, "429.html", {"section": "apply"}, status=429)
    response["Retry-After"] = str(limits.RETRY_AFTER)
    return response
