"""API: restoration and figures, as computed from events."""

from datetime import timedelta

from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from measures import figures, restoration
from windows import clock, questions
from windows.api import DIVISION, ProblemSerializer, text
from windows.models import Level

LONGEST_SERIES = timedelta(days=400)


class RateSerializer(serializers.Serializer):
    windows = serializers.IntegerField()
    restored = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True, help_text=_("restored / windows, 4 places; null without windows"))
    by_status = serializers.DictField(
        child=serializers.IntegerField(),
        help_text=_("windows by status; “unreported” where some windows had reported nothing"),
    )


class RestorationSerializer(RateSerializer):
    as_of = serializers.DateField()
    known_at = serializers.DateTimeField(allow_null=True)
    division = serializers.SerializerMethodField(help_text=_("null: the nation"))

    class Meta:
        fields = ("as_of", "known_at", "division", "windows", "restored", "rate", "by_status")

    def get_division(self, found) -> str | None:
        return found.division or None

    def get_fields(self):
        fields = super().get_fields()
        return {name: fields[name] for name in self.Meta.fields}


class DivisionRowSerializer(RateSerializer):
    code = serializers.CharField(source="division.code")
    name_zh = serializers.CharField(source="division.name_zh")
    name_en = serializers.CharField(source="division.name_en")
    level = serializers.CharField(source="division.level")

    def get_fields(self):
        fields = super().get_fields()
        first = ("code", "name_zh", "name_en", "level")
        return {name: fields[name] for name in (*first, *(name for name in fields if name not in first))}


class FigureSerializer(serializers.Serializer):
    id = serializers.CharField(source="figure.id")
    name_zh = serializers.CharField(source="figure.name_zh")
    name_en = serializers.CharField(source="figure.name_en")
    definition_zh = serializers.CharField(source="figure.definition_zh")
    definition_en = serializers.CharField(source="figure.definition_en")
    value = serializers.SerializerMethodField(help_text=_("as counted; a fraction for a share"))
    published = serializers.IntegerField(allow_null=True, help_text=_("as the notice prints it; per cent for a share"))
    qualifier = serializers.ChoiceField([figures.EXACT, figures.MORE_THAN, figures.ROUNDED])
    unit = serializers.CharField(source="figure.unit_en")
    unit_zh = serializers.CharField(source="figure.unit_zh")
    as_of = serializers.DateField()
    numerator = serializers.IntegerField(allow_null=True)
    denominator = serializers.IntegerField(allow_null=True)

    def get_value(self, found) -> float | None:
        return figures.number(found.value)


class FiguresSerializer(serializers.Serializer):
    as_of = serializers.DateField()
    known_at = serializers.DateTimeField(allow_null=True)
    figures = FigureSerializer(many=True)


def day(name: str, description, example: str = "2020-03-11") -> OpenApiParameter:
    examples = [OpenApiExample("a day", example)]
    return OpenApiParameter(name, OpenApiTypes.DATE, description=description, examples=examples)


AS_OF = day("as_of", _("end of this day, Asia/Shanghai; today when left out"))
KNOWN_AT = text("known_at", _("as known at this ISO 8601 time; a day alone means its end; now when left out"))


@extend_schema(
    summary=_("Windows restored at the end of a day"),
    parameters=[AS_OF, DIVISION, KNOWN_AT],
    responses={200: RestorationSerializer, 400: ProblemSerializer},
)
@api_view(["GET"])
def restoration_on(request):
    asked = questions.read(
        request,
        {"as_of": clock.read_past_day, "division": questions.division_code, "known_at": clock.read_moment},
    )
    found = restoration.on(
        asked["as_of"] or clock.today(), division=asked["division"] or "", known_at=asked["known_at"]
    )
    return Response(RestorationSerializer(found).data)


@extend_schema(
    summary=_("Windows restored, day by day"),
    parameters=[
        day("from", _("first day; the campaign's baseline day when left out"), "2020-02-26"),
        day("until", _("last day; the campaign's report day, or today, when left out")),
        DIVISION,
    ],
    responses={200: RestorationSerializer(many=True), 400: ProblemSerializer, 404: ProblemSerializer},
)
@api_view(["GET"])
def series(request):
    asked = questions.read(
        request,
        {"from": clock.read_past_day, "until": clock.read_past_day, "division": questions.division_code},
    )
    first, last = asked["from"] or figures.campaign().baseline_day, asked["until"] or figures.report_day()
    if not timedelta(0) <= last - first <= LONGEST_SERIES:
        raise ValidationError({"from": [f"From must lie 0 to {LONGEST_SERIES.days} days before until."]})
    found = restoration.series(first, last, division=asked["division"] or "")
    return Response(RestorationSerializer(found, many=True).data)


@extend_schema(
    summary=_("Windows restored at the end of a day, by division"),
    parameters=[
        AS_OF,
        text("level", _("level of the rows; province when left out"), "prefecture", enum=Level.values),
        text("under", _("only inside this division: six-digit code, or its leading digits"), "420000"),
    ],
    responses={200: DivisionRowSerializer(many=True), 400: ProblemSerializer},
)
@api_view(["GET"])
def divisions(request):
    parsers = {
        "as_of": clock.read_past_day,
        "level": questions.one_of(*Level.values),
        "under": questions.division_code,
    }
    asked = questions.read(request, parsers)
    rows = restoration.at_level(
        asked["as_of"] or clock.today(), asked["level"] or Level.PROVINCE, under=asked["under"] or ""
    )
    return Response(DivisionRowSerializer(rows, many=True).data)


@extend_schema(
    summary=_("Every figure at the end of a day, for the nation"),
    parameters=[AS_OF, KNOWN_AT],
    responses={200: FiguresSerializer, 400: ProblemSerializer, 404: ProblemSerializer},
)
@api_view(["GET"])
def all_figures(request):
    asked = questions.read(request, {"as_of": clock.read_past_day, "known_at": clock.read_moment})
    as_of = asked["as_of"] or clock.today()
    values = figures.compute(as_of, known_at=asked["known_at"])
    return Response(FiguresSerializer({"as_of": as_of, "known_at": asked["known_at"], "figures": values}).data)


routes = [
    path("restoration/", restoration_on, name="api-restoration"),
    path("restoration/series/", series, name="api-series"),
    path("restoration/divisions/", divisions, name="api-divisions"),
    path("figures/", all_figures, name="api-figures"),
]
