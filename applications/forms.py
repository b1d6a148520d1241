"""The form's pages as Django forms: what each asks, and what of it may be. Earlier answers decide what later ones ask.

A clean form's `told()` is what the application will keep: texts only, so that it can be sealed as JSON.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications import documents, mrz, nationalities, person, writing
from applications.documents import Document
from applications.fields import NOT_TO_BE_CHOSEN, Checked, Choice, Day, Page, Words
from applications.models import Ground
from applications.person import Sex
from windows import clock, openness, taking
from windows.filters import LONGEST_TEXT, PlaceField, is_in
from windows.memo import remembered
from windows.models import Audience, Service, StatusChange, Window
from windows.pages import is_number

LONGEST = 500  # characters of a free text
MOST_WINDOWS = 30  # offered at once
PLACE = PlaceField(required=False)
FIND = _("Find a window by its place, then choose it.")
BY_POST, AT_WINDOW = "post", "window"
RESIDENTS_CARDS = (Document.HK_MACAO_PERMIT, Document.TAIWAN_PERMIT, Document.RESIDENCE_PERMIT)
NEEDS_A_PERMIT = ("hk-macao-endorsement", "taiwan-endorsement")


class Who(Page):
    audience = Choice(choices=Audience.choices, label=_("Who is applying?"))


class WhichService(Page):
    service = Choice(label=_("What do you apply for?"))

    def arrange(self) -> None:
        services = services_for(self.audience)
        self.services = {service.pk: service for service in services}
        field = self.fields["service"]
        field.choices = [(service.pk, service.name) for service in services]
        field.hints = {service.pk: self.hint(service) for service in services}
        field.barred = {service.pk for service in services if not (service.online or self.counter)}

    @property
    def chosen(self) -> Service:
        return self.services[self.cleaned_data["service"]]

    @staticmethod
    def hint(service: Service) -> str:
        if not service.online:
            return _("Only at a window: this cannot be applied for online.")
        told = {"days": service.working_days, "fee": service.fee_cny}
        return _("%(days)s working days, %(fee)s yuan") % told


@remembered
def services_for(audience: str) -> list[Service]:
    return list(Service.objects.filter(audience=audience))


class WhichWindow(Page):
    """Found by place; only windows with the offering. One that takes no online case is shown with its reason."""

    unread = ("place",)

    place = forms.CharField(
        label=_("Place: name or code"),
        help_text=_("For example 武汉, Haidian or 420100. Then choose “Find windows”."),
        widget=forms.TextInput({"maxlength": LONGEST_TEXT}),
        required=False,
    )
    window = Choice(label=_("Which window shall handle it?"))

    def arrange(self) -> None:
        self.service = self.answers.get("service", {}).get("service", "")
        self.sought, chosen = str(self.data.get("place", "")).strip(), str(self.data.get("window", ""))
        self.place_error, self.there = None, None
        try:
            self.there = PLACE.clean(self.sought)
        except ValidationError as error:
            self.place_error = error
        self._choose_from(self._one(chosen) if self.there and is_number(chosen) else [])

    def _one(self, chosen: str) -> list[Window]:
        """The window that is chosen, where it is of the place and offers the service."""
        window = taking.offering(chosen, self.service)
        return [window] if window and is_in(self.sought, window) else []

    def offer(self) -> None:
        """The windows of the place, each with what is known of it; none without a place, or in an unknown one."""
        self.searched, windows = bool(self.sought), Window.objects.none()
        if self.there:
            windows = Window.objects.filter(self.there, services=self.service).order_by("pk").with_status()
        found = list(windows.select_related("division__parent__parent")[: MOST_WINDOWS + 1])
        self.too_many = len(found) > MOST_WINDOWS
        self._choose_from(with_entries(with_stops(found[:MOST_WINDOWS], self.service)))

    def _choose_from(self, windows: list[Window]) -> None:
        field = self.fields["window"]
        field.choices = [(window.pk, window.name) for window in windows]
        field.hints = {window.pk: window for window in windows}
        field.barred = {window.pk for window in windows if window.online_stop and not self.counter}
        if not windows:
            field.error_messages |= dict.fromkeys(("required", "invalid_choice"), FIND)

    def clean_place(self) -> str:
        if self.place_error:
            raise self.place_error
        return self.cleaned_data["place"]

    @property
    def chosen(self) -> Window:
        return self.fields["window"].hints[self.cleaned_data["window"]]


def with_stops(windows: list[Window], service: str) -> list[Window]:
    """Give each window the entry that keeps the service from being applied for online there; None without one."""
    narrower: dict[str, list[StatusChange]] = {}
    for entry in StatusChange.objects.narrower().filter(window__in=windows):
        narrower.setdefault(entry.window_id, []).append(entry)
    for window in windows:
        window.online_stop = openness.online_stop(openness.limits(narrower.get(window.pk, ())), service)
    return windows


def with_entries(windows: list[Window]) -> list[Window]:
    """Give each window, taken with its status, the entry that tells it."""
    entries = StatusChange.objects.select_related("reason").in_bulk([window.change_id for window in windows])
    for window in windows:
        window.entry = entries.get(window.change_id)
    return windows


class Nationality(forms.ChoiceField):
    """One of many: they are listed where they are shown, and looked up where one is checked."""

    def __init__(self, **options) -> None:
        super().__init__(choices=lambda: [("", _("choose")), *nationalities.choices()], **options)

    def valid_value(self, value) -> bool:
        return value in nationalities.FOREIGN


class WhichPerson(Page):
    name_zh = Checked(person.chinese_name, label=_("Name in Chinese"), required=False)
    surname = Checked(person.latin_name, label=_("Surname, as in the passport"), required=False)
    given_names = Checked(
        person.latin_name,
        label=_("Given names, as in the passport"),
        required=False,
        help_text=_("Leave this empty if the passport shows one name only."),
    )
    nationality = Nationality(
        label=_("Nationality"), required=False, error_messages={"invalid_choice": NOT_TO_BE_CHOSEN}
    )
    sex = Choice(choices=Sex.choices, label=_("Sex"))
    birth = Day(person.birth_date, label=_("Date of birth"), help_text=_("For example 1985 3 27"))

    def arrange(self) -> None:
        wanted = {"sex", "birth"}
        if self.audience == Audience.FOREIGN:
            wanted |= {"surname", "given_names", "nationality"}
            self._require("surname", "nationality")
        else:
            wanted |= {"name_zh"}
            self._require("name_zh")
            self.fields["sex"].choices = [choice for choice in Sex.choices if choice[0] != Sex.UNSPECIFIED]
        for name in set(self.fields) - wanted:
            del self.fields[name]

    def _require(self, *names: str) -> None:
        for name in names:
            self.fields[name].required = True


class Guardian(Page):
    """Asked of a minor only."""

    name = forms.CharField(label=_("Name of the guardian"), max_length=100)
    relation = Choice(
        label=_("The guardian is the applicant's"),
        choices=[("mother", _("mother")), ("father", _("father")), ("other", _("other guardian by law"))],
    )
    number = forms.CharField(label=_("Number of the guardian's identity document"), max_length=40)

    def clean_name(self) -> str:
        """Each in its own script; who mistypes one is not sent to the other."""
        name = self.cleaned_data["name"]
        return person.chinese_name(name) if re.search(f"[{person.HAN}]", name) else person.latin_name(name)

    def clean_number(self) -> str:
        number = writing.compact(self.cleaned_data["number"])
        return documents.resident_id(number) if len(number) == 18 else documents.passport_number(number)


class WhichDocument(Page):
    """Who the applicant is by number. What the number itself tells must agree with the page before."""

    kind = Choice(label=_("Which document do you hold?"), required=False)
    number = forms.CharField(label=_("Number"), max_length=40)
    expiry = Day(label=_("Valid until"), required=False)
    zone = forms.CharField(
        label=_("The two lines at the bottom of the data page"),
        help_text=_("You may leave this out. If you type them, they are checked against your answers."),
        widget=forms.Textarea({"rows": 2, "spellcheck": "false", "autocapitalize": "characters"}),
        max_length=120,
        required=False,
    )
    permit = forms.CharField(label=_("Number of your present travel permit"), max_length=20, required=False)

    def arrange(self) -> None:
        service = self.answers.get("service", {}).get("service", "")
        wanted = {"number"}
        if self.audience == Audience.FOREIGN:
            wanted |= {"expiry", "zone"}
            self.fields["number"].label, self.fields["expiry"].required = _("Passport number"), True
        elif self.audience == Audience.HK_MACAO_TAIWAN:
            wanted |= {"kind"}
            self.fields["kind"].choices = [(kind.value, kind.label) for kind in RESIDENTS_CARDS]
            self.fields["kind"].required = True
        else:
            self.fields["number"].label = _("Number of the resident identity card")
            if service in NEEDS_A_PERMIT:
                wanted |= {"permit"}
                self.fields["permit"].required = True
        for name in set(self.fields) - wanted:
            del self.fields[name]

    def holds(self) -> str:
        """The kind of document whose number identifies the applicant."""
        whose = {Audience.FOREIGN: Document.PASSPORT, Audience.CHINESE: Document.RESIDENT_ID}
        return whose.get(self.audience) or self.cleaned_data.get("kind", "")

    def clean_expiry(self) -> date:
        day = self.cleaned_data["expiry"]
        if day and day < clock.today():
            raise ValidationError(_("This passport is no longer valid."), "expired")
        return day

    def clean_permit(self) -> str:
        return documents.passport_number(self.cleaned_data["permit"])

    def clean(self) -> dict:
        told, kind = super().clean(), self.holds()
        if "number" in told and kind:
            self._check("number", lambda: documents.document_number(kind, told["number"]))
        about = self.answers.get("person", {})
        if "number" in self.cleaned_data and kind in (Document.RESIDENT_ID, Document.RESIDENCE_PERMIT) and about:
            birth, sex = date.fromisoformat(about["birth"]), about["sex"]
            self._check("number", lambda: documents.agrees(told["number"], birth, sex) or told["number"])
        if told.get("zone"):
            self._check("zone", lambda: self._agreeing_zone(told, about))
        return self.cleaned_data

    def _check(self, field: str, rule: Callable[[], str]) -> None:
        try:
            self.cleaned_data[field] = rule()
        except ValidationError as error:
            self.add_error(field, error)

    def _agreeing_zone(self, told: dict, about: dict) -> str:
        read = mrz.mrz(told["zone"])
        pairs = {
            _("the number"): (read.number, self.cleaned_data.get("number", read.number)),
            _("the date of birth"): (read.birth and read.birth.isoformat(), about.get("birth")),
            _("the expiry"): (read.expiry, told.get("expiry", read.expiry)),
            _("the nationality"): (nationalities.nationality_in_zone(read.nationality), about.get("nationality")),
        }
        differing = [str(name) for name, (here, there) in pairs.items() if here and there and here != there]
        if differing:
            raise ValidationError(
                _("These lines differ from your answers in: %(what)s."), "differs", {"what": ", ".join(differing)}
            )
        return " ".join(told["zone"].split())


class Contact(Page):
    phone = Checked(
        person.phone,
        label=_("Telephone"),
        help_text=_("For a number outside mainland China begin with + and the country code."),
    )
    email = Checked(
        person.email, label=_("E-mail"), help_text=_("We write at every change. No personal data is in the mail.")
    )
    address = Words(label=_("Where you live in China"), longest=LONGEST)


class WhichGround(Page):
    """Asserted here, granted or not by an officer."""

    conditional = ("why",)

    ground = Choice(
        label=_("Is there a reason for priority?"),
        choices=Ground.choices,
        hints={
            Ground.ORDINARY: _("No particular reason: the days of the service hold."),
            Ground.URGENT: _("For example illness or death in the family, the start of a term, urgent business."),
            Ground.WORK_RESUMPTION: _(
                "You travel because your employer resumes work and production. We ask for the employer and a letter."
            ),
            Ground.EPIDEMIC_RESPONSE: _("You take part in fighting the epidemic. Decided around the clock."),
        },
    )
    why = Words(
        label=_("What is the reason?"),
        help_text=_("Only if you give a reason for priority. You will be asked for proof."),
        longest=LONGEST,
        required=False,
    )

    def clean(self) -> dict:
        told = super().clean()
        if told.get("ground", Ground.ORDINARY) != Ground.ORDINARY and told.get("why") == "":
            self.add_error("why", ValidationError(_("Say what the reason is."), "required"))
        return told


class Employer(Page):
    """Work resumption is the employer's."""

    employer = Checked(partial(writing.clear, longest=100), label=_("Name of the employer"), max_length=100)
    credit_code = Checked(
        documents.credit_code,
        label=_("Unified social credit code"),
        help_text=_("18 digits and letters, on the business licence."),
    )


class Collection(Page):
    conditional = ("post_to",)

    collection = Choice(
        label=_("How do you want to get the document?"),
        choices=[(AT_WINDOW, _("I collect it at the window")), (BY_POST, _("By post"))],
    )
    post_to = Words(
        label=_("Send it to"),
        help_text=_("Name, telephone and address in China. Only for post."),
        longest=LONGEST,
        required=False,
    )

    def clean(self) -> dict:
        told = super().clean()
        if told.get("collection") == BY_POST and told.get("post_to") == "":
            self.add_error("post_to", ValidationError(_("Say where to send it."), "required"))
        return told


class Declaration(forms.Form):
    true = forms.BooleanField(
        label=_("Everything I have told you is true, and the documents are mine."),
        error_messages={"required": _("Confirm that it is true; otherwise it cannot be submitted.")},
    )
