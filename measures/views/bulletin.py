"""Bulletins for the public: the list, each at the address of its day, and exactly what its digest was taken of."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from measures import bulletin as bulletins_rules
from measures import figures, schema_org
from measures.feeds import Bulletins
from measures.models import Bulletin, Correction
from measures.views.public import figures_as_of
from windows import clock, pages
from windows.pages import NotHere, public


@public()
def bulletins(request):
    context = {"section": "bulletins", "bulletins": Bulletin.objects.out(clock.now())}
    return render(request, "measures/bulletins.html", context)


@public()
def bulletin(request, day):
    found = of_day(day)
    context = {"section": "bulletins", "bulletin": found, "stated": bulletins_rules.stated(found)}
    context["notes"] = [(note, changed(note)) for note in bulletins_rules.notes_of(found)]
    context |= {"figures_as_of": figures_as_of(), "linked": schema_org.announcement(request, found)}
    return render(request, "measures/bulletin.html", context)


@public()
def frozen(request, day):
    """The bytes that the digest was taken of."""
    return HttpResponse(of_day(day).frozen, content_type="application/json; charset=utf-8")


@public()
def feed(request):
    return Bulletins()(request)


def of_day(text: str) -> Bulletin:
    day = pages.past_day(text)
    found = Bulletin.objects.out(clock.now()).filter(day=day).first()
    if found is None:
        raise NotHere(_("No bulletin was published about %(day)s.") % {"day": day.isoformat()})
    return found


def changed(note: Correction) -> list[dict]:
    """What a note tells of each figure: as published and as it is then, in full."""
    return [
        {
            "figure": figures.REGISTRY[entry["id"]],
            "as_of": clock.read_day(entry["as_of"]),
            "was": bulletins_rules.exactly(entry["was"]),
            "now": bulletins_rules.exactly(entry["now"]),
        }
        for entry in note.figures
        if entry["id"] in figures.REGISTRY
    ]
