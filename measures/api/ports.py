"""API: what ports counted up to the end of a day, the returns it is counted from, and how provinces report them."""

from django.http import Http404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from measures import returns, totals
from measures.api.figures import AS_OF, KNOWN_AT
from measures.models import Facilitation, Goods, Port, Return
from windows import bodies, clock, questions
from windows.api import (
    DIVISION,
    MOST_ROWS,
    RECORDED_AT,
    REFUSALS,
    CountsSerializer,
    ProblemSerializer,
    page_of,
    text,
)
from windows.bearer import by_token
from windows.models import TokenScope, significant


class LanesSerializer(serializers.Serializer):
    anti_epidemic = serializers.IntegerField()
    trade_goods = serializers.IntegerField()
    fresh_produce = serializers.IntegerField()


class CountedSerializer(serializers.Serializer):
    flights = serializers.IntegerField(help_text=_("flights spared paper declarations, up to the day"))
    vessels = serializers.IntegerField(help_text=_("vessels working on arrival, up to the day"))
    lanes = serializers.IntegerField(help_text=_("dedicated lanes open at the end of the day"))
    lanes_by_goods = LanesSerializer(source="by_goods")


class PortTotalSerializer(CountedSerializer):
    code = serializers.CharField(source="port.pk")
    kind = serializers.ChoiceField(Port.Kind.choices, source="port.kind")
    name_zh = serializers.CharField(source="port.name_zh")
    name_en = serializers.CharField(source="port.name_en")
    division = serializers.CharField(source="port.division_id")
    last_day = serializers.DateField(allow_null=True, help_text=_("last day with a return; null: none"))

    def get_fields(self):
        return named_first(super().get_fields(), ("code", "kind", "name_zh", "name_en", "division"))


class TotalSerializer(CountedSerializer):
    ports = serializers.IntegerField()
    land_ports = serializers.IntegerField()
    land_ports_with_lanes = serializers.IntegerField()


class ProvinceTotalSerializer(TotalSerializer):
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()

    def get_fields(self):
        return named_first(super().get_fields(), ("code", "name_zh", "name_en"))


class PortsSerializer(serializers.Serializer):
    as_of = serializers.DateField()
    known_at = serializers.DateTimeField(allow_null=True)
    totals = TotalSerializer(help_text=_("all that is listed"))
    provinces = ProvinceTotalSerializer(many=True)
    results = PortTotalSerializer(many=True)


def named_first(fields: dict, first: tuple[str, ...]) -> dict:
    return {name: fields[name] for name in (*first, *(name for name in fields if name not in first))}


@extend_schema(
    summary=_("What ports counted up to the end of a day"),
    description=_(
        "Each port with its flights, vessels and open lanes, added up by province and in all. Every return in force "
        "counts, signed off or not. As CSV: the ports."
    ),
    parameters=[
        text("kind", _("kind of port; every kind when left out"), "land", enum=Port.Kind.values),
        DIVISION,
        AS_OF,
        KNOWN_AT,
    ],
    responses={200: PortsSerializer, 400: ProblemSerializer},
)
@api_view(["GET"])
def ports(request):
    parsers = {"kind": questions.one_of(*Port.Kind.values), "division": questions.division_code}
    asked = questions.read(request, parsers | {"as_of": clock.read_past_day, "known_at": clock.read_moment})
    found = Port.objects.filter(division__code__startswith=significant(asked["division"] or ""))
    found = found.filter(kind=asked["kind"]) if asked["kind"] else found
    as_of = asked["as_of"] or clock.today()
    rows = totals.of_ports(found, as_of, known_at=asked["known_at"])
    answer = {"as_of": as_of, "known_at": asked["known_at"], "totals": totals.added(rows), "results": rows}
    answer["provinces"] = [province_row(*row) for row in totals.by_province(rows)]
    return Response(PortsSerializer(answer).data)


def province_row(province, total: totals.Total) -> dict:
    return vars(total) | {"code": province.pk, "name_zh": province.name_zh, "name_en": province.name_en}


class ReturnSerializer(serializers.ModelSerializer):
    late = serializers.BooleanField(source="is_late", help_text=_("recorded after the day itself"))
    in_force = serializers.SerializerMethodField(help_text=_("false where another return took its place by then"))

    class Meta:
        model = Return
        fields = ("id", "day", "kind", "goods", "quantity", "recorded_at", "late", "in_force", "supersedes")

    def get_in_force(self, entry) -> bool:
        return not entry.replaced


class ReturnPageSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    results = ReturnSerializer(many=True)


@extend_schema(
    summary=_("The returns of a port"),
    description=_("The last day first. Corrected returns stay in the list; `supersedes` names the one corrected."),
    parameters=[
        OpenApiParameter(
            "code",
            str,
            OpenApiParameter.PATH,
            description=_("code of the port"),
            examples=[OpenApiExample("a port", "CAN")],
        ),
        AS_OF,
        KNOWN_AT,
        OpenApiParameter("page", int, description=_("number of the page, from 1")),
        OpenApiParameter("page_size", int, description=_("returns on a page, up to 500")),
    ],
    responses={200: ReturnPageSerializer, 400: ProblemSerializer, 404: ProblemSerializer},
)
@api_view(["GET"])
def returns_of_port(request, code):
    sizes = {"page": questions.whole_number(1, 1_000_000), "page_size": questions.whole_number(1, MOST_ROWS)}
    asked = questions.read(request, {"as_of": clock.read_past_day, "known_at": clock.read_moment} | sizes)
    if not code.isprintable() or not Port.objects.filter(pk=code).exists():
        raise Http404
    found = Return.objects.recorded_by(asked["known_at"]).filter(port=code, day__lte=asked["as_of"] or clock.today())
    page = page_of(found.order_by("-day", "-pk"), asked["page"], asked["page_size"])
    answer = {"count": page.paginator.count, "page": page.number, "pages": page.paginator.num_pages}
    return Response(ReturnPageSerializer(answer | {"results": page.object_list}).data)


# --- what provincial systems report ------------------------------------------------------------------------------


class ReportedReturnSerializer(serializers.Serializer):
    """A count of a port in the token's province for a day."""

    port = serializers.CharField(help_text=_("code of a port in your province"))
    kind = serializers.ChoiceField(Facilitation.choices)
    goods = serializers.ChoiceField(
        Goods.choices, required=False, allow_null=True, allow_blank=True, help_text=_("of dedicated lanes only")
    )
    day = serializers.DateField()
    quantity = serializers.IntegerField(help_text=_("lanes: opened that day, below zero where closed"))
    recorded_at = serializers.DateTimeField(required=False, allow_null=True, help_text=RECORDED_AT)


@extend_schema(
    summary=_("Report the returns of ports"),
    description=_(
        "Up to 500 counts, one for each port, kind, goods and day, all or nothing. Sent again they count as unchanged; "
        "another count for the same is refused. What was reported wrongly is corrected in the staff site."
    ),
    request=ReportedReturnSerializer(many=True),
    responses={200: CountsSerializer, **REFUSALS},
    examples=[
        OpenApiExample(
            "one return",
            {"port": "WUH", "kind": "flight_paper_exemption", "day": "2020-03-11", "quantity": 42},
            request_only=True,
        )
    ],
)
@by_token("POST", TokenScope.RETURNS, bodies.Json)
def reported_returns(request):
    questions.read(request, {})
    rows = bodies.rows(request.data, ReportedReturnSerializer())
    return Response(bodies.counts(returns.report_returns(rows, token=request.auth)))


routes = [
    path("ports/", ports, name="api-ports"),
    path("ports/<str:code>/returns/", returns_of_port, name="api-port-returns"),
    path("returns/", reported_returns, name="api-returns"),
]
