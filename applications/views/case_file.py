"""What an officer sees of a case: every answer with its question, the person behind a mask until asked for."""

from dataclasses import dataclass

from applications import due, line, papers, sealing, steps
from applications.models import Application, Event, Requirement, State, Supplement, Upload
from applications.person import mask
from windows import clock
from windows.models import Officer

# How an answer is masked: by a rule of `person.mask`, or wholly.
MASKED = {
    **dict.fromkeys(("name_zh", "surname", "given_names", "name"), "name"),
    **dict.fromkeys(("number", "permit"), "number"),
    "phone": "phone",
    "email": "email",
    **dict.fromkeys(("zone", "address", "post_to", "birth"), "all"),
}
NOTHING_SHOWN = "••••"
LEFT_OUT = {"who", "service", "window"}  # told in the head of the page


@dataclass(frozen=True)
class Section:
    title: object
    rows: list[tuple[object, str]]


@dataclass(frozen=True)
class Paper:
    """A document that was asked for, with the files brought for it."""

    requirement: Requirement
    files: list[tuple[Upload, str]]


def sections(application: Application, *, masked: bool = True) -> list[Section]:
    answers = sealing.unseal(application.answers)
    found = []
    for step in steps.STEPS:
        if step.form and step.name in answers and step.name not in LEFT_OUT:
            form = step.form(None, answers=answers)
            rows = [
                _row(form, name, value, masked) for name, value in answers[step.name].items() if name in form.fields
            ]
            found.append(Section(step.title, rows))
    return found


def _row(form, name: str, value: str, masked: bool) -> tuple[object, str]:
    field = form.fields[name]
    text = str(dict(getattr(field, "choices", ())).get(value, value))
    if masked and (how := MASKED.get(name)):
        text = NOTHING_SHOWN if how == "all" else mask(value, how)
    return field.label, text


def checklist(application: Application) -> list[Paper]:
    answers = sealing.unseal(application.answers)
    files = [(file, papers.name_of(file)) for file in application.uploads.select_related("document")]
    return [
        Paper(needed, [(file, name) for file, name in files if file.document_id == needed.document_id])
        for needed in steps.requirements(answers)
    ]


def of(application: Application, officer: Officer, *, masked: bool = True) -> dict:
    """All that the page shows of a case as `desk.case_of` finds it: with its checklist and the officer's reach."""
    mine = application.state == State.CLAIMED and application.claimed_by_id == officer.pk
    supplements = list(application.supplements.all())
    pauses = [(asked.asked_at, asked.answered_at) for asked in supplements]
    owed = due.terms().on_ground(application.ground, application.service, application.submitted_at, pauses)
    return {
        "case": application,
        "reference": sealing.spelled(application.number),
        "mine": mine,
        "masked": masked,
        "sections": sections(application, masked=masked),
        "papers": application.asked_for,
        "due": owed,
        "why": line.why(application) if application.order_at else None,
        "events": list(Event.objects.filter(application=application).select_related("by")),
        "supplements": [(asked, _answer(asked)) for asked in supplements],
        "earlier": list(_earlier(application)),
        "unmaskings": list(application.unmaskings.select_related("by")[:5]),
        "late": bool(application.due_at and application.due_at < clock.now()),
    }


def _answer(asked: Supplement) -> str:
    return sealing.unseal(asked.answer).get("text", "") if asked.answer else ""


def _earlier(application: Application):
    """Other applications of the same person, at windows the officer reaches."""
    same = Application.objects.filter(application.reach, person=application.person)
    return same.exclude(pk=application.pk).select_related("service", "window").order_by("-submitted_at")[:10]
