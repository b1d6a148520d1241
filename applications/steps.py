"""The form as data: its pages in their order, and how far somebody has come.

What was typed is kept as it is, page by page; whether a page is done is asked of its form each time, so that a change
of an early answer asks the later pages anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from applications import documents, drafts, forms, lifecycle, person, proofs, sealing
from applications.forms import Page, WhichDocument, WhichService, WhichWindow
from applications.models import Draft, Ground, Requirement, Upload
from windows import clock
from windows.models import Channel, Service
from windows.prepared import selected


@dataclass(frozen=True)
class Step:
    """A page of the form. `applies` says of whom it is asked, by the answers before it."""

    name: str
    title: object
    form: type[Page] | None
    applies: Callable[[dict], bool] = lambda answers: True


def is_minor(answers: dict) -> bool:
    birth = answers.get("person", {}).get("birth")
    return bool(birth) and person.is_minor(date.fromisoformat(birth), clock.today())


def resumes_work(answers: dict) -> bool:
    return answers.get("ground", {}).get("ground") == Ground.WORK_RESUMPTION


STEPS = (
    Step("who", _("Who is applying"), forms.Who),
    Step("service", _("What you apply for"), forms.WhichService),
    Step("window", _("The window that handles it"), forms.WhichWindow),
    Step("person", _("The person"), forms.WhichPerson),
    Step("guardian", _("The guardian"), forms.Guardian, is_minor),
    Step("document", _("Identity document"), forms.WhichDocument),
    Step("contact", _("How to reach you"), forms.Contact),
    Step("ground", _("Reason for priority"), forms.WhichGround),
    Step("employer", _("The employer"), forms.Employer, resumes_work),
    Step("collection", _("How you get the document"), forms.Collection),
    Step("papers", _("Documents"), None),
)
BY_NAME = {step.name: step for step in STEPS}

FILES = selected(Upload, "files_of_a_draft", "draft_id = %(draft)s ORDER BY at, key", draft="uuid")


@dataclass(frozen=True)
class Asked:
    """A document that is asked for, and the files brought for it."""

    requirement: Requirement
    files: list[Upload]

    @property
    def missing(self) -> bool:
        return not self.files and not self.requirement.optional


class Told:
    """What was typed on each page, read by the pages that apply: what it tells, and which pages are done."""

    def __init__(self, typed: dict[str, dict[str, str]], *, counter: bool = False) -> None:
        self.typed, self.counter = typed, counter
        self.answers: dict[str, dict] = {}
        self.forms: dict[str, Page] = {}
        self.done: dict[str, bool] = {}
        for step in STEPS:
            if step.applies(self.answers):
                self.done[step.name] = self._fill(step)

    def _fill(self, step: Step) -> bool:
        if step.form is None:
            return True
        form = self.forms[step.name] = step.form(self.typed.get(step.name), answers=self.answers, counter=self.counter)
        if not form.is_valid():
            return False
        self.answers[step.name] = form.told()
        return True

    @property
    def steps(self) -> list[Step]:
        return [BY_NAME[name] for name in self.done]

    def can_be_asked(self, step: Step) -> bool:
        """Everything depends on who applies for what; the other pages may be filled in any order."""
        return step.name in self.done and all(self.done[name] for name in _before(step.name))

    @property
    def first_missing(self) -> Step | None:
        return next((BY_NAME[name] for name, done in self.done.items() if not done), None)

    def submission(self, key: UUID, **about: Any) -> lifecycle.Submission:
        """Everything checked, as the rules want it. Only of a form without missing pages."""
        form, service, window = (self.forms[name] for name in ("document", "service", "window"))
        assert isinstance(form, WhichDocument)
        assert isinstance(service, WhichService)
        assert isinstance(window, WhichWindow)
        kind, number = form.holds(), self.answers["document"]["number"]
        asserted = self.answers["ground"]["ground"]
        return lifecycle.Submission(
            service=service.chosen,
            window=window.chosen,
            answers=self.answers,
            person=sealing.blind_index(kind, documents.holders_number(kind, number)),
            email=self.answers["contact"]["email"],
            key=key,
            asserted="" if asserted == Ground.ORDINARY else asserted,
            channel=Channel.COUNTER if self.counter else Channel.ONLINE,
            **about,
        )


class Filled(Told):
    """How far a draft has come, its files included."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__(drafts.typed_of(draft), counter=draft.by_id is not None)

    def _fill(self, step: Step) -> bool:
        if step.form is None:
            return "service" in self.answers and not any(asked.missing for asked in self.papers)
        return super()._fill(step)

    @property
    def papers(self) -> list[Asked]:
        if not hasattr(self, "_papers"):
            uploads = FILES(draft=self.draft.key)
            self._papers = [
                Asked(needed, [file for file in uploads if file.document_id == needed.document_id])
                for needed in requirements(self.answers)
            ]
        return self._papers


def _before(name: str) -> tuple[str, ...]:
    """The pages that decide what this one asks."""
    needs = {"who": (), "service": ("who",), "document": ("who", "service", "person"), "guardian": ("person",)}
    return needs.get(name, ("who", "service"))


def requirements(answers: dict) -> list[Requirement]:
    """What documents these answers ask for."""
    cases = {Requirement.Case.ALWAYS.value, answers.get("ground", {}).get("ground", "")}
    if is_minor(answers):
        cases.add(Requirement.Case.MINOR.value)
    return proofs.asked(answers.get("service", {}).get("service"), cases)


def services_online() -> list[Service]:
    return list(Service.objects.filter(online=True))


def told(filled: Filled) -> list[tuple[Step, list[tuple[str, str]]]]:
    """Each page with its questions and answers as the applicant reads them."""
    return [(BY_NAME[name], list(form.shown())) for name, form in filled.forms.items()]
