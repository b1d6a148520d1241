"""The questions whose answers are reckoned, as forms asked by GET: what is typed stands in the address."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from applications.models import Ground
from measures import policy
from measures.models import Topic, Version
from measures.stay import Stay
from windows import clock, nearest
from windows.filters import LONGEST_TEXT
from windows.forms import DayInput
from windows.models import Division, Service, Window
from windows.views.public import style

YEARS = date(2000, 1, 1), date(2099, 12, 31)


class Expiry(forms.Form):
    expires = forms.DateField(
        label=_("Last day on your visa or permit"),
        help_text=_("For example 2020-03-15"),
        widget=DayInput,
        input_formats=["%Y-%m-%d"],
        validators=[
            MinValueValidator(YEARS[0], _("Give a day of the years 2000 to 2099.")),
            MaxValueValidator(YEARS[1], _("Give a day of the years 2000 to 2099.")),
        ],
        error_messages={"invalid": _("This is not a day of the calendar. Write it like 2020-03-15.")},
    )

    def answer(self, version: Version) -> "StayAnswer | None":
        rule = policy.extension(version)
        return rule and StayAnswer(rule.of(self.cleaned_data["expires"]), clock.today(), version)


@dataclass(frozen=True)
class StayAnswer:
    stay: Stay
    today: date
    version: Version

    @property
    def over(self) -> bool:
        """The last day of lawful stay has passed."""
        return self.stay.until < self.today


class Near(forms.Form):
    division = forms.CharField(
        label=_("Place: name or code"), help_text=_("For example 武汉, Haidian or 420100"), max_length=LONGEST_TEXT
    )
    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.all(), empty_label=_("choose one"))

    def clean_division(self) -> list[Division]:
        found = nearest.places(self.cleaned_data["division"])
        if not found:
            raise forms.ValidationError(_("No place has this name or code. Try the county, city or province."))
        return found

    def answer(self, version: Version) -> "NearAnswer":
        place, *others = self.cleaned_data["division"]
        service = self.cleaned_data["service"]
        return NearAnswer(service, place, others, nearest.serving(service, place))


@dataclass(frozen=True)
class NearAnswer:
    """`others` are further places of that name."""

    service: Service
    place: Division
    others: list[Division]
    windows: list[Window]


class WhichGround(forms.Form):
    ground = forms.ChoiceField(
        label=_("Why it should come early"),
        choices=[
            ("", _("choose one")),
            (Ground.EPIDEMIC_RESPONSE, _("I work against the epidemic")),
            (Ground.WORK_RESUMPTION, _("My employer resumes work or production")),
            (Ground.URGENT, _("Another urgent case, such as illness, a death or the start of a term")),
            (Ground.ORDINARY, _("None of these")),
        ],
    )
    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.all(), empty_label=_("choose one"))

    def answer(self, version: Version) -> policy.OnGround:
        return policy.on_ground(self.cleaned_data["ground"], self.cleaned_data["service"])


FORMS = {
    Topic.Calculator.STAY: Expiry,
    Topic.Calculator.WINDOW: Near,
    Topic.Calculator.GROUND: WhichGround,
}
KEYS = tuple(dict.fromkeys(key for form in FORMS.values() for key in form.base_fields))


def form_of(topic: Topic, asked: dict[str, str]) -> forms.Form | None:
    """The topic's form, filled in with what the address asks; None for a topic that reckons nothing."""
    if topic.calculator not in FORMS:
        return None
    form = FORMS[topic.calculator]
    told = {key: text for key, text in asked.items() if key in form.base_fields}
    return style(form(told or None))
