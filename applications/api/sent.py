"""The whole form in one body, as nested JSON: checked by the very pages that applicants fill in."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError as Refused
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from applications import lifecycle, sealing
from applications.fields import Choice, Page
from applications.steps import BY_NAME, STEPS, Told
from windows import bodies, scope
from windows.models import ProvinceToken, Window

PAGES: dict[str, type[Page]] = {step.name: step.form for step in STEPS if step.form}
NOT_SENT = {("window", "place")}  # a window is named by its code
NOT_ASKED = "This is not asked of this applicant."
ELSEWHERE = "There is no such window in your province."
MOST_NAMED = 12  # choices

Pages = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Sent:
    """A body of the right shape."""

    pages: Pages

    @property
    def digest(self) -> bytes:
        return sealing.digest(self.pages)

    def submission(self, key: UUID, token: ProvinceToken) -> lifecycle.Submission:
        """The answers as they were checked; ValidationError names each wrong one: "person.birth"."""
        told = Told({name: page.as_typed(self._with_place(name)) for name, page in PAGES.items()})
        errors = dict(self._wrong(told, token))
        if errors := errors or dict(self._unasked(told)):
            raise ValidationError(errors)
        return told.submission(key, caller=token.province_id, sent=self.digest)

    def _with_place(self, name: str) -> dict[str, str]:
        """On the form a window is chosen among those of a place: here its own division."""
        page = self.pages.get(name, {})
        return page | {"place": page.get("window", "")[:6]} if name == "window" else page

    def _wrong(self, told: Told, token: ProvinceToken) -> Iterator[tuple[str, list[str]]]:
        """Of pages whose questions are known by the answers before them."""
        window = self.pages.get("window", {}).get("window")
        mine = Window.objects.filter(scope.of_province(token, "division"))
        elsewhere = window is not None and not mine.filter(pk=window).exists()
        if elsewhere:
            yield "window.window", [ELSEWHERE]
        for name, form in told.forms.items():
            if told.can_be_asked(BY_NAME[name]) and not (elsewhere and name == "window"):
                for field, errors in form.errors.as_data().items():
                    yield _place(name, field), list(_messages(form, field, errors))

    def _unasked(self, told: Told) -> Iterator[tuple[str, list[str]]]:
        for name, page in self.pages.items():
            if name not in told.forms:
                yield name, [NOT_ASKED]
                continue
            for field in page.keys() - told.forms[name].fields.keys():
                yield _place(name, field), [NOT_ASKED]


def read(body: object) -> Sent:
    """ValidationError for unknown keys and for values that are no texts; a value that is null is left out."""
    errors: dict[str, list[str]] = {}
    told = bodies.record(body)
    for name, page in told.items():
        for field, message in _findings(name, page):
            errors[field] = [message]
    if errors:
        raise ValidationError(errors)
    return Sent(
        {name: {field: text for field, text in page.items() if text is not None} for name, page in told.items()}
    )


def _findings(name: str, page: object) -> Iterator[tuple[str, str]]:
    if name not in PAGES:
        yield bodies.shown(name), bodies.UNKNOWN
    elif not isinstance(page, dict):
        yield name, "This must be an object."
    else:
        for field, value in page.items():
            if field not in PAGES[name].base_fields or (name, field) in NOT_SENT:
                yield _place(name, bodies.shown(field)), bodies.UNKNOWN
            elif value is not None and (problem := bodies.text_problem(value)):
                yield _place(name, field), problem


def _place(page: str, field: str) -> str:
    return page if field == "__all__" else f"{page}.{field}"


def _messages(form: Page, field: str, errors: list[Refused]) -> Iterator[str]:
    """As on the form, but what was sent is never repeated, and codes are named in place of a list to look at."""
    for error in errors:
        if error.code == "invalid_choice":
            yield _not_a_choice(form, field)
        else:
            yield from error.messages


def _not_a_choice(form: Page, name: str) -> str:
    field = form.fields[name]
    if isinstance(field, Choice) and form.data.get(name) in field.barred:
        return BARRED[name]()
    if name == "window":
        return _("This window does not offer this service.")
    codes = [str(code) for code, _label in field.choices if code]
    named = f": {', '.join(codes)}" if len(codes) <= MOST_NAMED else ""
    return f"This is none of the codes that may stand here{named}."


BARRED = {
    "service": lambda: _("This service cannot be applied for online."),
    "window": lambda: _("This window does not take online applications for this service at present."),
}
