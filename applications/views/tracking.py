"""The status page: by reference and secret, without an account; what is asked for, answered; withdrawing."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import drafts, due, forms, lifecycle, outlook, papers, receipts, sealing, writing
from applications.models import UNDECIDED, Application, DocumentKind, State, Supplement
from applications.views.applicant import carried_over, in_language, page, too_often
from windows import limits
from windows.lifecycle import NotAllowed

COOKIE, SECONDS = "case", 30 * 60
NOBODYS = bytes(32)  # compared with where there is no such reference, so that both take the same time


def with_case(view: Callable) -> Callable:
    """The view gets the application that this browser told reference and secret of, within half an hour."""

    @wraps(view)
    def shown(request, **address):
        pk = request.get_signed_cookie(COOKIE, default=None, max_age=SECONDS)
        found = pk and Application.objects.select_related("service", "window__division").filter(pk=pk).first()
        if not found:
            return redirect("applications:track")
        request.case = found
        return view(request, **address)

    return shown


@page("GET", "HEAD", "POST")
def track(request):
    """Reference and secret come in the body of a POST. An unknown reference and a wrong secret are answered alike."""
    typed = {name: request.POST.get(name, "") for name in ("reference", "secret")}
    context = {"section": "track", "form_id": "track", "reference": typed["reference"]}
    if request.method != "POST":
        return render(request, "applications/track.html", context)
    if "language" in request.POST:
        return carried_over(request, "applications:track") or render(
            request, "applications/track.html", context | typed
        )
    if not _may_try(request, context["reference"]):
        return too_often(request)
    found = _by_secret(**typed)
    if found is None:
        context["error"] = _("This reference and this secret do not belong together. Check both.")
        return render(request, "applications/track.html", context, status=400)
    response = redirect("applications:case")
    secure = settings.SESSION_COOKIE_SECURE
    response.set_signed_cookie(COOKIE, str(found.pk), max_age=SECONDS, httponly=True, samesite="Lax", secure=secure)
    return response


def _may_try(request, reference: str) -> bool:
    """Both limits count every try, so that one is not seen to stop before the other."""
    by_network = limits.allows(limits.LOOKUPS_PER_NETWORK, limits.network_of(request))
    return limits.allows(limits.LOOKUPS_PER_REFERENCE, _number(reference) or reference) and by_network


def _number(text: str) -> str:
    try:
        return sealing.reference(text)
    except ValidationError:
        return ""


def _by_secret(reference: str, secret: str) -> Application | None:
    found = Application.objects.filter(number=_number(reference)).exclude(secret=None).first()
    matches = sealing.secret_matches(secret[:100], found.secret if found else NOBODYS)
    return found if found and matches else None


@page("GET", "HEAD")
@with_case
def case(request):
    return _show(request)


def _show(request, errors: dict | None = None, status: int = 200):
    application: Application = request.case
    asked = Supplement.objects.filter(application=application, answered_at=None).first()
    context = {
        "section": "track",
        "application": application,
        "reference": sealing.spelled(application.number),
        "events": application.events.all(),
        "due": due.of(application) if application.state in UNDECIDED else None,
        "outlook": outlook.of(application),
        "asked": asked,
        "items": _items(asked, errors or {}) if asked else [],
        "errors": errors or {},
        "text": drafts.answer_so_far(asked) if asked else "",
        "form_id": "answer" if asked else "",
        "refusal": getattr(application, "refusal", None),
        "may_withdraw": application.state in UNDECIDED,
    }
    return render(request, "applications/case.html", context, status=status)


def _items(asked: Supplement, errors: dict) -> list[dict]:
    """What is asked for, each with the files brought so far and what is wrong with it."""
    kinds = DocumentKind.objects.in_bulk([item["document"] for item in asked.items if item["document"]])
    files = [(file, papers.name_of(file)) for file in asked.uploads.all()]
    return [
        {
            "text": item["text"],
            "document": kinds.get(item["document"]),
            "files": [(file, name) for file, name in files if file.document_id == item["document"]],
            "error": errors.get(item["document"], ""),
        }
        for item in asked.items
    ]


@page("POST")
@with_case
def answer(request):
    """Text and files are kept with every button until the answer is sent; then the clock runs again."""
    asked = Supplement.objects.filter(application=request.case, answered_at=None).first()
    if asked is None:
        return redirect("applications:case")
    drafts.keep_answer(asked, request.POST.get("text", ""))
    if key := request.POST.get("remove"):
        papers.one(asked.uploads, key).delete()
        return redirect("applications:case")
    wanted = DocumentKind.objects.filter(pk__in=[item["document"] for item in asked.items])
    errors = papers.take(request.FILES, list(wanted), application=request.case, supplement=asked)
    if errors:
        return _show(request, errors, status=400)
    if "send" in request.POST:
        return _send(request, asked, needs_text=not wanted)
    return redirect(in_language(request.POST.get("language", ""), "applications:case") + "#missing")


def _send(request, asked: Supplement, *, needs_text: bool):
    errors = {kind.pk: _("This document is still missing.") for kind in papers.still_missing(asked)}
    text = request.POST.get("text", "").strip()
    try:
        text = text and writing.lines(text, longest=forms.LONGEST)
    except ValidationError as error:
        errors["text"] = " ".join(error.messages)
    if needs_text and not text:
        errors["text"] = _("Write your answer.")
    try:
        if not errors:
            lifecycle.answer(request.case, {"text": text})
    except NotAllowed as refusal:
        errors["text"] = str(refusal)
    return _show(request, errors, status=400) if errors else redirect("applications:case")


@page("GET", "HEAD", "POST")
@with_case
def withdraw(request):
    """Asked twice: it cannot be undone."""
    told = ""
    if request.method == "POST":
        try:
            lifecycle.withdraw(request.case)
        except NotAllowed as refusal:
            told = str(refusal)
        else:
            return redirect("applications:case")
    context = {"section": "track", "application": request.case, "told": told}
    context["reference"] = sealing.spelled(request.case.number)
    context["gone"] = request.case.state not in UNDECIDED and request.case.state != State.WITHDRAWN
    return render(request, "applications/withdraw.html", context, status=400 if told else 200)


@page("GET", "HEAD")
@with_case
def receipt(request):
    return render(request, "applications/receipt.html", receipts.context(request.case))


@page("GET", "HEAD")
@with_case
def receipt_code(request):
    """The code on the receipt, for whoever is shown it."""
    return receipts.proof(request, request.case)


@page("GET", "HEAD")
@with_case
def paper(request, key):
    """A file that this application's applicant brought."""
    found = papers.one(request.case.uploads, key)
    if not found.exists():
        raise Http404
    return papers.download(found)


@page("POST")
def leave(request):
    """Forget the case in this browser."""
    response = redirect("applications:track")
    response.delete_cookie(COOKIE, samesite="Lax")
    return response
