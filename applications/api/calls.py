"""What a province's system may do: submit, look up, bring documents, answer. It sees only what it submitted itself."""

from uuid import UUID

from django.core.exceptions import ValidationError as Refused
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from applications import due, lifecycle, papers, sealing, steps
from applications.api import sent, shapes
from applications.forms import LONGEST
from applications.models import (
    UNDECIDED,
    Application,
    DocumentKind,
    Ground,
    Origin,
    Refusal,
    State,
    Supplement,
)
from windows import bodies, questions
from windows.api import REFUSALS, ProblemSerializer
from windows.bearer import by_token
from windows.lifecycle import NotAllowed
from windows.models import TokenScope

KEY = "Idempotency-Key"
NOT_POSSIBLE = {404: ProblemSerializer, 409: ProblemSerializer}


@extend_schema(
    summary=_("Submit an application"),
    description=_(
        "The answers of the online form, checked as there. The system answers for it that the applicant declared them "
        "to be true. Documents are not part of this body: send each to the application's documents after this. Sent "
        "again with the same key and body, it is answered the same and makes nothing new."
    ),
    parameters=[shapes.KEY],
    request=shapes.SentSerializer,
    responses={
        **dict.fromkeys((200, 201), shapes.SubmittedSerializer),
        **dict.fromkeys((409, 422), ProblemSerializer),
        **REFUSALS,
    },
    examples=[shapes.EXAMPLE],
)
@by_token("POST", TokenScope.APPLICATIONS, bodies.Json)
def applications(request):
    questions.read(request, {})
    key, body, token = _key(request), sent.read(request.data), request.auth
    try:
        before = lifecycle.made_before(token.province_id, key, body.digest)
        made = before or lifecycle.submit(body.submission(key, token))
    except lifecycle.KeyReused as reused:
        raise bodies.OtherBody from reused
    except NotAllowed as refusal:
        raise bodies.NotPossible(str(refusal)) from refusal
    return Response(_receipt(made), status=200 if made.again else 201)


def _key(request) -> UUID:
    """One way of writing it, so that a key is not another one for its form."""
    text = request.headers.get(KEY, "")
    try:
        key = UUID(text)
    except ValueError:
        key = None
    if key is None or str(key) != text.strip().lower():
        raise ValidationError({KEY: ["Send a UUID of your own, like 0b8f3a52-6d0e-4e0c-9a53-7f0f5b6d2c11."]})
    return key


def _receipt(made: lifecycle.Submitted) -> dict:
    """As it was received, so that a retry is answered the same; how it stands now is told by its own address."""
    application = made.application
    owed = due.terms().on_ground(Ground.ORDINARY, application.service, application.submitted_at)
    told = {
        "reference": sealing.spelled(application.number),
        "secret": made.secret,
        "state": State.WAITING,
        "submitted_at": application.submitted_at,
        "due": owed.as_dict(),
    }
    return shapes.SubmittedSerializer(told).data


# --- one application ----------------------------------------------------------------------------------------------


def _mine(request, reference: str) -> Application:
    """An application that this province's system submitted; the rest does not exist."""
    try:
        number = sealing.reference(reference)
    except Refused:
        raise NotFound from None
    mine = Application.objects.filter(caller=request.auth.province_id, origin=Origin.PORTAL, number=number)
    if found := mine.select_related("service", "window").first():
        return found
    raise NotFound


def _asked(application: Application) -> Supplement | None:
    return Supplement.objects.filter(application=application, answered_at=None).first()


@extend_schema(
    summary=_("How an application stands"),
    description=_("Of applications that this province's system submitted."),
    parameters=[shapes.REFERENCE],
    responses={200: shapes.CaseSerializer, 404: ProblemSerializer, **REFUSALS},
)
@by_token("GET", TokenScope.APPLICATIONS)
def application(request, reference):
    questions.read(request, {})
    return Response(_case(_mine(request, reference)))


def _case(application: Application) -> dict:
    told = {
        "reference": sealing.spelled(application.number),
        "window": application.window_id,
        "service": application.service_id,
        "audience": application.audience,
        "state": application.state,
        "submitted_at": application.submitted_at,
        "due": due.of(application).as_dict() if application.state in UNDECIDED else None,
        "events": application.events.all(),
        "supplement": _asked(application),
        "refusal": Refusal.objects.filter(application=application).select_related("reason").first(),
        "documents": _documents(application),
    }
    return shapes.CaseSerializer(told).data


def _documents(application: Application) -> list[dict]:
    brought = list(application.uploads.values_list("document", flat=True))
    return [
        {
            "document": needed.document_id,
            "name_zh": needed.document.name_zh,
            "name_en": needed.document.name_en,
            "optional": needed.optional,
            "files": brought.count(needed.document_id),
        }
        for needed in steps.requirements(sealing.unseal(application.answers))
    ]


@extend_schema(
    summary=_("Bring a document of an application"),
    description=_(
        "One file for a document that the application, or an open request for more, asks for. Brought again, it is "
        "the one that is kept already."
    ),
    parameters=[shapes.REFERENCE],
    request={"multipart/form-data": shapes.FileSerializer},
    responses={201: shapes.KeptSerializer, **NOT_POSSIBLE, **REFUSALS},
)
@by_token("POST", TokenScope.APPLICATIONS, MultiPartParser)
def documents(request, reference):
    questions.read(request, {})
    application = _mine(request, reference)
    kind, asked = _kind(request, application, _asked(application))
    if application.state not in UNDECIDED:
        raise bodies.NotPossible("The application is decided: no document can be added.")
    try:
        kept = papers.keep(_file(request), kind, application=application, supplement=asked)
    except Refused as refused:
        raise ValidationError({"file": refused.messages}) from None
    return Response(shapes.KeptSerializer(kept).data, status=201)


def _kind(request, application: Application, asked: Supplement | None) -> tuple[DocumentKind, Supplement | None]:
    """The document that is named, and the request that it answers, if one asks for it."""
    if unknown := request.data.keys() - {"document", "file"}:
        raise ValidationError({bodies.shown(name): [bodies.UNKNOWN] for name in unknown})
    code = request.data.get("document")
    wanted = steps.requirements(sealing.unseal(application.answers))
    kinds = {needed.document_id: needed.document for needed in wanted}
    more = DocumentKind.objects.in_bulk([item["document"] for item in asked.items]) if asked else {}
    if code in more:
        return more[code], asked
    if code in kinds:
        return kinds[code], None
    named = ", ".join(sorted(kinds.keys() | more.keys()))
    raise ValidationError({"document": [f"Name a document that is asked for: {named}."]})


def _file(request):
    files = request.FILES.getlist("file")
    if len(files) != 1:
        raise ValidationError({"file": ["Send one file."]})
    return files[0]


@extend_schema(
    summary=_("Answer a request for what is missing"),
    description=_("Bring the documents that are asked for first. Then the time for the decision runs again."),
    parameters=[shapes.REFERENCE],
    request=shapes.AnswerSerializer,
    responses={200: shapes.CaseSerializer, **NOT_POSSIBLE, **REFUSALS},
    examples=[OpenApiExample("an answer", {"text": "材料已补齐。"}, request_only=True)],
)
@by_token("POST", TokenScope.APPLICATIONS, bodies.Json)
def answer(request, reference):
    """Sent again after it was answered, the same text is answered with how it stands."""
    questions.read(request, {})
    application, text = _mine(request, reference), _text(request.data)
    asked = _asked(application)
    if asked is None and _answered(application) == text:
        return Response(_case(application))
    if asked:
        _refuse_incomplete(asked, text)
    try:
        return Response(_case(lifecycle.answer(application, {"text": text})))
    except NotAllowed as refusal:
        raise bodies.NotPossible(str(refusal)) from refusal


def _text(body: object) -> str:
    told = bodies.record(body)
    if unknown := told.keys() - {"text"}:
        raise ValidationError({bodies.shown(name): [bodies.UNKNOWN] for name in unknown})
    text = told.get("text")
    if text is not None and (problem := bodies.text_problem(text)):
        raise ValidationError({"text": [problem]})
    if len(text := (text or "").strip()) > LONGEST:
        raise ValidationError({"text": [f"This is longer than {LONGEST} characters."]})
    return text


def _answered(application: Application) -> str | None:
    """What the last request was answered with."""
    last = Supplement.objects.filter(application=application).last()
    return sealing.unseal(last.answer)["text"] if last and last.answer else None


def _refuse_incomplete(asked: Supplement, text: str) -> None:
    if missing := papers.still_missing(asked):
        raise ValidationError({"documents": [f"Still missing: {', '.join(kind.pk for kind in missing)}."]})
    if not text and not any(item["document"] for item in asked.items):
        raise ValidationError({"text": ["Write an answer."]})


routes = [
    path("applications/", applications, name="api-applications"),
    path("applications/<str:reference>/", application, name="api-application"),
    path("applications/<str:reference>/documents/", documents, name="api-documents"),
    path("applications/<str:reference>/answer/", answer, name="api-answer"),
]
