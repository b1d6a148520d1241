"""The shape of what is entered: ports' returns, bulletins. What is allowed is decided by `returns` and `bulletin`."""

from django import forms
from django.utils.translation import gettext_lazy as _

from measures.models import Facilitation, Goods, Port
from windows import clock, scope
from windows.forms import DayInput, InstantInput


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


class BulletinForm(forms.Form):
    """Of which day, and when the public may read it."""

    day = forms.DateField(label=_("Day"), widget=DayInput, initial=clock.today)
    publish_at = forms.DateTimeField(
        label=_("To be published at"),
        widget=InstantInput,
        initial=clock.now,
        help_text=_("Beijing time. If it is approved later, it is published then."),
    )
