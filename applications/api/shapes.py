"""What applications look like in the API. The body is described from the form's own pages: both stay the same."""

from django import forms
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiTypes, inline_serializer
from rest_framework import serializers

from applications.api.sent import NOT_SENT, PAGES
from applications.fields import Day
from applications.forms import LONGEST
from applications.models import State, Verb
from applications.steps import BY_NAME
from windows.models import Audience

SOMETIMES = {"guardian", "employer"}  # pages that are not asked of everybody


def _field(field: forms.Field, *, required: bool) -> serializers.Field:
    told = {"help_text": field.label, "required": required, "allow_null": not required}
    if isinstance(field, Day):
        return serializers.DateField(**told)
    if choices := [(code, label) for code, label in getattr(field, "choices", ()) if code]:
        return serializers.ChoiceField(choices, **told)
    return serializers.CharField(max_length=getattr(field, "max_length", None), **told)


def _page(name: str) -> serializers.Serializer:
    fields = {
        key: _field(field, required=field.required)
        for key, field in PAGES[name].base_fields.items()
        if (name, key) not in NOT_SENT
    }
    about = {"help_text": BY_NAME[name].title, "required": name not in SOMETIMES, "allow_null": name in SOMETIMES}
    return inline_serializer(f"Sent{name.capitalize()}", fields, **about)


SentSerializer = type(inline_serializer("SentApplication", {name: _page(name) for name in PAGES}))


class StepSerializer(serializers.Serializer):
    day = serializers.DateField()
    why = serializers.CharField()
    number = serializers.IntegerField(allow_null=True)
    provisional = serializers.BooleanField()
    text_zh = serializers.CharField()
    text_en = serializers.CharField()


class DueSerializer(serializers.Serializer):
    at = serializers.DateTimeField(allow_null=True, help_text=_("null while the applicant is waited for"))
    owed = serializers.IntegerField()
    unit = serializers.CharField(help_text=_("working_days, or hours around the clock"))
    provisional = serializers.BooleanField(help_text=_("some day lies beyond the calendars announced so far"))
    calendars = serializers.ListField(child=serializers.CharField())
    text_zh = serializers.CharField()
    text_en = serializers.CharField()
    trace = StepSerializer(many=True, help_text=_("day by day, how the time was counted"))


REFERENCE_HELP = _("the public reference, with or without dashes")


class SubmittedSerializer(serializers.Serializer):
    reference = serializers.CharField(help_text=REFERENCE_HELP)
    secret = serializers.CharField(help_text=_("with the reference it opens the status page; hand it to the applicant"))
    state = serializers.ChoiceField(State.choices)
    submitted_at = serializers.DateTimeField()
    due = DueSerializer()


class EventSerializer(serializers.Serializer):
    event = serializers.ChoiceField(Verb.choices, source="verb")
    state = serializers.ChoiceField(State.choices, source="to_state", help_text=_("the state after it"))
    at = serializers.DateTimeField()


class ItemSerializer(serializers.Serializer):
    document = serializers.CharField(help_text=_("code of a kind of document, empty where none is asked for"))
    text = serializers.CharField()


class SupplementSerializer(serializers.Serializer):
    asked_at = serializers.DateTimeField()
    items = ItemSerializer(many=True)


class RefusalSerializer(serializers.Serializer):
    reason = serializers.CharField(source="reason_id")
    name_zh = serializers.CharField(source="reason.name_zh")
    name_en = serializers.CharField(source="reason.name_en")
    note = serializers.CharField()


class DocumentSerializer(serializers.Serializer):
    document = serializers.CharField(help_text=_("code of a kind of document"))
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    optional = serializers.BooleanField()
    files = serializers.IntegerField(help_text=_("how many were brought"))


class CaseSerializer(serializers.Serializer):
    reference = serializers.CharField(help_text=REFERENCE_HELP)
    window = serializers.CharField()
    service = serializers.CharField()
    audience = serializers.ChoiceField(Audience.choices)
    state = serializers.ChoiceField(State.choices)
    submitted_at = serializers.DateTimeField()
    due = DueSerializer(allow_null=True, help_text=_("null once it is decided"))
    events = EventSerializer(many=True)
    supplement = SupplementSerializer(allow_null=True, help_text=_("what is asked for now; null where nothing is"))
    refusal = RefusalSerializer(allow_null=True)
    documents = DocumentSerializer(many=True, help_text=_("the documents that this application asks for"))


class AnswerSerializer(serializers.Serializer):
    text = serializers.CharField(
        max_length=LONGEST,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text=_("may be left out where only documents are asked for"),
    )


class FileSerializer(serializers.Serializer):
    document = serializers.CharField(help_text=_("code of a kind of document that the application asks for"))
    file = serializers.FileField(help_text=_("JPEG, PNG or PDF, at most 10 MB"))


class KeptSerializer(serializers.Serializer):
    document = serializers.CharField(source="document_id")
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text=_("bytes, as kept"))


KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    required=True,
    description=_("a UUID of your own for this application; send the same one again when no answer came"),
    examples=[OpenApiExample("a key", "0b8f3a52-6d0e-4e0c-9a53-7f0f5b6d2c11")],
)
REFERENCE = OpenApiParameter(
    "reference",
    str,
    OpenApiParameter.PATH,
    description=REFERENCE_HELP,
    examples=[OpenApiExample("a reference", "7KQ2-M8ZD-4XA")],
)
EXAMPLE = OpenApiExample(
    "a passport for an adult",
    {
        "who": {"audience": "chinese"},
        "service": {"service": "passport"},
        "window": {"window": "42010201"},
        "person": {"name_zh": "李示例", "sex": "F", "birth": "1990-02-28"},
        "document": {"number": "420102199002280024"},
        "contact": {"phone": "13800000000", "email": "li@example.org", "address": "武汉市江岸区中山大道1号"},
        "ground": {"ground": "work_resumption", "why": "公司3月12日复工"},
        "employer": {"employer": "武汉示例有限公司", "credit_code": "91420100MA4KABCD1A"},
        "collection": {"collection": "window"},
    },
    request_only=True,
)
