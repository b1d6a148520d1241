"""The policy query: one box, guided questions, answers with basis, version and date at addresses that stay."""

from itertools import groupby
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications import proofs
from applications.models import Requirement
from measures import policy
from measures.models import Topic, Version
from measures.views import asking
from windows.models import Audience, Division
from windows.pages import LONGEST_VALUE, NotHere, public


@public("q")
def ask(request):
    """What is found for a question, or what is often asked. What finds nothing is counted for the editor."""
    question = request.asked.get("q", "")
    found = policy.find(question) if question else []
    if question and not found:
        policy.count_in_vain(question, get_language())
    everything = policy.all_standings()
    context = {"section": "policy", "question": question, "found": found}
    context["guided"] = [(topic, stands) for topic, stands in everything if topic.guided]
    context["kinds"] = [
        (Topic.Kind(kind), list(topics)) for kind, topics in groupby(everything, lambda pair: pair[0].kind)
    ]
    return render(request, "measures/policy.html", context)


@public(*asking.KEYS)
def answer(request, code):
    """What holds today; of what holds no more or not yet, the page says so."""
    topic = topic_of(code)
    stands = policy.of(topic)
    if stands.shown is None:
        raise NotHere(_("Nothing is published about this yet."))
    return told(request, topic, stands.shown)


@public(*asking.KEYS)
def version(request, code, number):
    """One version, for good."""
    topic = topic_of(code)
    asked = policy.published(topic, number)
    if asked is None:
        raise NotHere(_("There is no version %(number)s of this answer.") % {"number": number})
    return told(request, topic, asked, permanent=True)


def topic_of(code: str) -> Topic:
    topic = Topic.objects.select_related("measure", "service").filter(pk=code).first()
    if topic is None:
        raise NotHere(_("No answer has the address “%(code)s”.") % {"code": code[:LONGEST_VALUE]})
    return topic


def told(request, topic: Topic, version: Version, *, permanent: bool = False):
    """The page of a version; 400 when its form cannot be read, told beside the field."""
    form = asking.form_of(topic, request.asked)
    result = form.answer(version) if form and form.is_valid() else None
    context = {"section": "policy", "topic": topic, "version": version, "form": form, "result": result}
    context |= {"stands": policy.of(topic), "permanent": permanent, "address": address_of(request, version)}
    context |= {"basis": basis(topic, version, result), "english_is_current": policy.english_is_current(version)}
    context |= {"confirmed": policy.last_confirmed(version), "places": places(version)}
    context["audience"] = Audience(version.audience).label if version.audience else ""
    context["documents"] = proofs.asked(topic.service_id, {Requirement.Case.ALWAYS}) if topic.service_id else []
    return render(request, "measures/answer.html", context, status=400 if form and form.errors else 200)


def address_of(request, version: Version) -> str:
    """The address that will show this version and this answer for good."""
    path = reverse("measures:version", args=[version.topic_id, version.number])
    query = f"?{urlencode(request.asked)}" if request.asked else ""
    return request.build_absolute_uri(path) + query


def basis(topic: Topic, version: Version, result) -> Version | None:
    """The version of the measure that the answer rests on; a ground's term names its own measure."""
    term = getattr(result, "term", None)
    number = term.measure if term else topic.measure_id
    if topic.kind == Topic.Kind.MEASURE:
        return version
    measure = Topic.objects.select_related("measure").filter(kind=Topic.Kind.MEASURE, measure=number).first()
    return policy.of(measure).shown if measure else None


def places(version: Version) -> list[Division]:
    return list(Division.objects.filter(pk__in=version.divisions or []))
