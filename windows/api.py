"""API of the ground floor: the windows with their status, and what provincial systems report of it."""

from django.core.paginator import EmptyPage, Paginator
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from windows import bodies, clock, imports, openness, questions
from windows.bearer import by_token
from windows.filters import WindowFilter
from windows.models import Channel, Status, StatusChange, TokenScope, Window

MOST_ROWS, USUAL_ROWS = 500, 100


class ErrorSerializer(serializers.Serializer):
    field = serializers.CharField(
        help_text=_("the parameter or the place in the body (person.birth, [3].window); empty when it is none")
    )
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    type = serializers.CharField()
    title = serializers.CharField()
    errors = ErrorSerializer(many=True)


# What every route with a token may answer beside its own.
REFUSALS = dict.fromkeys((400, 401, 403, 413, 415, 429), ProblemSerializer)


class ReasonSerializer(serializers.Serializer):
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()


class WindowSerializer(serializers.Serializer):
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    division = serializers.CharField(source="division_id")
    counters = serializers.IntegerField()
    status = serializers.ChoiceField(Status.choices, allow_null=True, help_text=_("null: nothing reported yet"))
    effective_at = serializers.DateTimeField(source="entry.effective_at", default=None, allow_null=True)
    reason = ReasonSerializer(source="entry.reason", default=None, allow_null=True)
    next_review = serializers.DateField(source="entry.next_review", default=None, allow_null=True)
    confirmed_at = serializers.DateTimeField(
        allow_null=True, help_text=_("when somebody last reported or confirmed the status")
    )
    stale = serializers.SerializerMethodField(help_text=_("nobody has for seven days"))
    services = serializers.SerializerMethodField()

    def get_stale(self, window) -> bool:
        return openness.is_stale(window.confirmed_at, self.context["now"])

    def get_services(self, window) -> list[str]:
        return [offering.service_id for offering in window.offerings.all()]


class WindowPageSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    results = WindowSerializer(many=True)


def text(name: str, description, example: str = "", **options) -> OpenApiParameter:
    examples = [OpenApiExample("a value", example)] if example else None
    return OpenApiParameter(name, str, description=description, examples=examples, **options)


DIVISION = text("division", _("six-digit code of a division, or its leading digits"), "420000")
PARSERS = {
    "division": questions.division_code,
    "status": questions.one_of(*Status.values),
    "service": str,
    "open": questions.one_of("1"),
    "q": str,
    "page": questions.whole_number(1, 1_000_000),
    "page_size": questions.whole_number(1, MOST_ROWS),
}


@extend_schema(
    summary=_("Windows with their present status"),
    parameters=[
        DIVISION,
        text("status", _("status now"), "suspended", enum=Status.values),
        text("service", _("code of a service that the window offers")),
        text("open", _("1: restored and, with a service, serving it at the counter now"), enum=["1"]),
        text("q", _("part of the name in either language, or the first digits of the code")),
        OpenApiParameter("page", int, description=_("number of the page, from 1")),
        OpenApiParameter("page_size", int, description=_("windows on a page, up to 500")),
    ],
    responses={200: WindowPageSerializer, 400: ProblemSerializer},
)
@api_view(["GET"])
def windows(request):
    asked = questions.read(request, PARSERS)
    found = WindowFilter(
        {name: asked[name] for name in ("division", "status", "service", "open", "q")}, Window.objects.with_status()
    )
    if not found.is_valid():
        raise ValidationError(found.errors)
    page = page_of(found.qs.order_by("pk").prefetch_related("offerings"), asked["page"], asked["page_size"])
    add_entries(page.object_list)
    answer = {"count": page.paginator.count, "page": page.number, "pages": page.paginator.num_pages}
    rows = WindowSerializer(page.object_list, many=True, context={"now": clock.now()}).data
    return Response(answer | {"results": rows})


def page_of(rows, number: int | None, size: int | None):
    pages = Paginator(rows, size or USUAL_ROWS)
    try:
        return pages.page(number or 1)
    except EmptyPage:
        raise ValidationError({"page": [f"There are only {pages.num_pages} pages."]}) from None


def add_entries(windows: list[Window]) -> None:
    """Give each window under `entry` the entry of the ledger that tells its status."""
    entries = StatusChange.objects.select_related("reason").in_bulk([window.change_id for window in windows])
    for window in windows:
        window.entry = entries.get(window.change_id)


# --- what provincial systems report ------------------------------------------------------------------------------


class CountsSerializer(serializers.Serializer):
    rows = serializers.IntegerField(help_text=_("rows that were sent"))
    stored = serializers.IntegerField(help_text=_("of these newly stored"))
    unchanged = serializers.IntegerField(help_text=_("of these stored before with the same content"))


RECORDED_AT = _("when it became known; now when left out")


class ReportedChangeSerializer(serializers.Serializer):
    """One entry of the ledger of statuses, of a window in the token's province."""

    window = serializers.CharField(help_text=_("eight-digit code of a window in your province"))
    status = serializers.ChoiceField(Status.choices)
    effective_at = serializers.DateTimeField(help_text=_("when it became true; Beijing time without an offset"))
    recorded_at = serializers.DateTimeField(required=False, allow_null=True, help_text=RECORDED_AT)
    reason = serializers.CharField(help_text=_("code of a reason"))
    note_zh = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text=_("for the public, up to 500 characters"),
    )
    note_en = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, help_text=_("for the public, only beside the Chinese")
    )
    next_review = serializers.DateField(required=False, allow_null=True)
    measure = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=10)
    service = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, help_text=_("where the change is about one service only")
    )
    channel = serializers.ChoiceField(
        Channel.choices,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text=_("where the change is about one channel only"),
    )


@extend_schema(
    summary=_("Report status changes of windows"),
    description=_(
        "Up to 500 changes as they happened, all or nothing. Sent again they count as unchanged; something else about "
        "the same window, time, service and channel is refused. What was reported wrongly is corrected in the staff "
        "site."
    ),
    request=ReportedChangeSerializer(many=True),
    responses={200: CountsSerializer, **REFUSALS},
    examples=[
        OpenApiExample(
            "one change",
            {
                "window": "42010201",
                "status": "limited",
                "effective_at": "2020-03-11T09:00:00+08:00",
                "reason": "orderly_restoration",
                "note_zh": "每日限号50个。",
                "note_en": "Fifty places a day.",
                "next_review": "2020-03-18",
                "measure": 1,
            },
            request_only=True,
        )
    ],
)
@by_token("POST", TokenScope.STATUS_CHANGES, bodies.Json)
def status_changes(request):
    questions.read(request, {})
    rows = bodies.rows(request.data, ReportedChangeSerializer())
    return Response(bodies.counts(imports.report_status_changes(rows, token=request.auth)))


routes = [
    path("windows/", windows, name="api-windows"),
    path("status-changes/", status_changes, name="api-status-changes"),
]
