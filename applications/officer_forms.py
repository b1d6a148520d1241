"""What an officer fills in about a case: each form is one deed of lifecycle or casework."""

from datetime import timedelta

from django import forms
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications import casework
from applications.models import Application, RefusalReason
from windows import clock
from windows.models import Officer, Window, significant

LONGEST = 500


def reason(label, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, required=required, widget=forms.Textarea({"rows": 2}))


class CaseForm(forms.Form):
    """About a case at the version that the officer saw."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, case: Application, data=None) -> None:
        super().__init__(data, prefix=None, initial={"seen": case.version}, auto_id=f"{type(self).__name__.lower()}-%s")
        self.case = case
        self.arrange()

    def arrange(self) -> None:
        """What the case changes about the form."""

    def typed(self) -> list[tuple[str, str]]:
        """What the officer filled in, with the labels: shown where the form itself is not any more."""
        visible = [(field.label, self.cleaned_data.get(field.name)) for field in self.visible_fields()]
        return [(label, str(value)) for label, value in visible if value]


class Decide(CaseForm):
    """Approving asks nothing more."""


class Verify(CaseForm):
    reason = reason(_("Why it is not granted"), required=False)


class Ask(CaseForm):
    """One complete request: a line for each document asked for, and a text for all else."""

    def arrange(self) -> None:
        for paper in self.case.asked_for:
            document = paper.requirement.document
            # Several lines: Enter must not send the one request that may be sent.
            self.fields[f"document_{document.pk}"] = reason(document.name, required=False)
        self.fields["text"] = reason(_("Anything else that is missing"), required=False)
        if self.case.supplements.all():  # prefetched
            self.fields["reason"] = reason(_("Why a second request (it counts as a fault of the window)"))

    def items(self) -> list[dict]:
        told = self.cleaned_data
        asked = [
            {"document": name.removeprefix("document_"), "text": text.strip()}
            for name, text in told.items()
            if name.startswith("document_") and text.strip()
        ]
        return asked + ([{"document": "", "text": told["text"].strip()}] if told.get("text", "").strip() else [])

    def clean(self) -> dict:
        told = super().clean()
        if not self.errors and not self.items():
            raise ValidationError(_("Say what is missing."))
        return told


class Refuse(CaseForm):
    because = forms.ModelChoiceField(RefusalReason.objects.all(), label=_("Reason"))
    note = reason(_("Explanation for the applicant"))


class Park(CaseForm):
    until = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}))
    reason = reason(_("Reason"))

    def arrange(self) -> None:
        tomorrow = clock.today() + timedelta(days=1)
        last = clock.today() + casework.LONGEST_PARKING
        self.fields["until"].widget.attrs |= {"min": tomorrow.isoformat(), "max": last.isoformat()}


class HandOver(CaseForm):
    to = forms.ModelChoiceField(Officer.objects.none(), label=_("To"))

    def arrange(self) -> None:
        """Colleagues of the window who may work on its line."""
        working = Permission.objects.filter(codename="work_line", content_type__app_label="applications")
        code = self.case.window.division_id
        places = [code, code[:4] + "00", code[:2] + "0000"]
        here = Q(windows=self.case.window) | Q(divisions__in=places)
        colleagues = Officer.objects.filter(here, groups__permissions__in=working, is_active=True)
        self.fields["to"].queryset = colleagues.exclude(pk=self.case.claimed_by_id).distinct().order_by("username")


class WithReason(CaseForm):
    reason = reason(_("Reason"))


class PutBack(CaseForm):
    reason = reason(_("Reason, if there is one"), required=False)


class Transfer(forms.Form):
    """Move the cases that wait longest at one window to another able one of the prefecture."""

    to = forms.ModelChoiceField(Window.objects.none(), label=_("To the window"))
    count = forms.IntegerField(label=_("How many, from the end of the line"), min_value=1, max_value=500)
    reason = reason(_("Reason"))

    def __init__(self, window: Window, reachable, data=None) -> None:
        super().__init__(data)
        near = reachable.filter(division__code__startswith=significant(window.division_id[:4] + "00"))
        self.fields["to"].queryset = near.exclude(pk=window.pk).select_related("division")
