"""The shape of what officers enter about ports and bulletins, and ask of dashboards.

What is allowed is decided by `returns`, `signoffs` and `bulletin`.
"""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from measures.gauges import GAUGES
from measures.models import Facilitation, Goods, Port
from measures.reporting import ASKING, PortDay
from windows import clock, scope
from windows.forms import DayInput, InstantInput

FIRST_DAY = date(2000, 1, 1)


class DayForm(forms.Form):
    """Which day to look at; today when nothing else is asked."""

    day = forms.DateField(label=_("Day"), required=False, widget=DayInput)

    def asked(self):
        return (self.is_valid() and self.cleaned_data["day"]) or clock.today()


class ReturnForm(forms.Form):
    """A port's count of a day."""

    port = forms.ModelChoiceField(label=_("Port"), queryset=Port.objects.none())
    day = forms.DateField(label=_("Day"), widget=DayInput)
    kind = forms.ChoiceField(label=_("What is counted"), choices=Facilitation)
    goods = forms.ChoiceField(
        label=_("Goods"),
        choices=[("", "---------"), *Goods.choices],
        required=False,
        help_text=_("For dedicated lanes only."),
    )
    quantity = forms.IntegerField(
        label=_("Quantity"), help_text=_("For lanes: those opened that day, or with a minus sign those closed.")
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, user, *args, **options):
        super().__init__(*args, **options)
        self.fields["port"].queryset = Port.objects.filter(scope.within(user, "division"))


class CorrectionForm(forms.Form):
    quantity = forms.IntegerField(label=_("Right quantity"))
    note = forms.CharField(label=_("Why it was wrong"), max_length=500)


class BoardForm(forms.Form):
    """Which day a board is of, and what stands beside it: another day or a sibling of its division."""

    day = forms.DateField(label=_("Day"), required=False, widget=DayInput)
    other_day = forms.DateField(label=_("Compare with the day"), required=False, widget=DayInput)
    other = forms.ChoiceField(label=_("or with"), required=False)

    def __init__(self, siblings, query):
        super().__init__(query)
        self.fields["other"].choices = [("", "---------"), *((one.pk, one.name) for one in siblings)]
        if not siblings:
            del self.fields["other"]
        for field in self.fields.values():
            field.widget.attrs["max"] = clock.today().isoformat()

    def clean(self):
        days = {name: self.cleaned_data.get(name) for name in ("day", "other_day")}
        for name, day in days.items():
            if day and day > clock.today():
                self.add_error(name, _("This day is still to come."))
            elif day and day < FIRST_DAY:
                self.add_error(name, _("There are no figures of a day so long ago."))
        return self.cleaned_data

    def said(self, name: str):
        """What was said about it and is right, else None."""
        self.is_valid()
        return self.cleaned_data.get(name) or None


class ThresholdForm(forms.ModelForm):
    gauge = forms.ChoiceField(label=_("Gauge"), choices=[(one.id, one.name) for one in GAUGES.values()])


class SignForm(forms.Form):
    """Which ports' days to sign off, each with the digest of what was looked at."""

    day = forms.DateField(label=_("Day"))
    port = forms.MultipleChoiceField(
        label=_("Port"), error_messages={"required": _("Choose at least one port to sign off.")}
    )

    def __init__(self, user, *args, **options):
        super().__init__(*args, **options)
        self.ports = {port.pk: port for port in Port.objects.filter(scope.within(user, "division"))}
        self.fields["port"].choices = [(code, code) for code in self.ports]

    def chosen(self) -> list[tuple[Port, str]]:
        return [(self.ports[code], self.data.get(f"seen-{code}", "")) for code in self.cleaned_data["port"]]


LATE = "late"
LONGEST, USUAL = timedelta(days=30), timedelta(days=13)  # between the first day of a list and the last


class DaysForm(forms.Form):
    """Which days of ports to list: two weeks up to today, all late and unsigned ones, unless `asked` says otherwise."""

    first = forms.DateField(label=_("First day"), widget=DayInput)
    last = forms.DateField(label=_("Last day"), widget=DayInput)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("all late and unsigned days")),
            (LATE, _("late: after the day itself")),
            *((stage.value, stage.label) for stage in ASKING),
        ],
    )

    def __init__(self, asked: dict[str, str]):
        self.usual = {"first": clock.today() - USUAL, "last": clock.today()}
        super().__init__(self.usual | asked)

    def clean(self):
        told = super().clean()
        if "first" in told and "last" in told:
            first, last = told["first"], told["last"]
            if not first <= last <= clock.today() or last - first > LONGEST:
                raise ValidationError(_("Choose up to 31 days, the first before the last, none of them to come."))
        return told

    def span(self) -> tuple[date, date]:
        told = self.cleaned_data if self.is_valid() else self.usual
        return told["first"], told["last"]

    def wants(self, row: PortDay) -> bool:
        show = self.cleaned_data["show"] if self.is_valid() else ""
        if show == LATE:
            return row.late
        return row.stage == show if show else row.asks or row.late


class BulletinForm(forms.Form):
    """Of which day, and when the public may read it."""

    day = forms.DateField(label=_("Day"), widget=DayInput, initial=clock.today)
    publish_at = forms.DateTimeField(
        label=_("To be published at"),
        widget=InstantInput,
        initial=clock.now,
        help_text=_("Beijing time. If it is approved later, it is published then."),
    )
