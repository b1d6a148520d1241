"""The shape of what officers enter about a status. What is allowed is decided by lifecycle."""

from datetime import timedelta
from uuid import uuid4

from django import forms
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from windows import clock, intake, lifecycle, scope
from windows.models import (
    Channel,
    Checklist,
    Division,
    Level,
    Reason,
    Service,
    Status,
    StatusChange,
    TokenScope,
    Window,
    significant,
)

MEASURES = [("", "---------"), *((number, number) for number in range(1, 11))]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options):
        super().__init__(format="%Y-%m-%d", **options)


class InstantInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, **options):
        super().__init__(format="%Y-%m-%dT%H:%M", **options)


class WindowsField(forms.CharField):
    """Codes of windows in one field, since a selection may be longer than a form may have fields."""

    widget = forms.HiddenInput

    def __init__(self, user, **options):
        super().__init__(**options)
        self.user = user

    def clean(self, value) -> list[Window]:
        codes = {code for code in super().clean(value).split(",") if code}
        found = list(scope.windows_of(self.user).filter(pk__in=codes).select_related("division"))
        if len(found) != len(codes):
            raise Http404
        return found


class StatusForm(forms.Form):
    """What is to become true: the fields that a change and a correction share."""

    status = forms.ChoiceField(label=_("New status"), choices=Status, widget=forms.RadioSelect)
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=Reason.objects.all())
    note_zh = forms.CharField(
        label=_("Note in Chinese"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The public reads it on the page of the window. The Chinese text is authoritative."),
    )
    note_en = forms.CharField(
        label=_("Note in English"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    next_review = forms.DateField(
        label=_("Next review"),
        required=False,
        widget=DayInput,
        help_text=_("The day on which the status is looked at again. A suspended window needs one."),
    )
    effective_at = forms.DateTimeField(
        label=_("Effective from"),
        required=False,
        widget=InstantInput,
        help_text=_("Beijing time. Leave empty for now; an earlier time when you report late."),
    )
    measure = forms.TypedChoiceField(
        label=_("Under measure number"), choices=MEASURES, coerce=int, empty_value=None, required=False
    )

    def clean(self):
        entered = super().clean()
        if entered.get("note_en") and not entered.get("note_zh"):
            self.add_error("note_zh", _("Write the note in Chinese as well: the Chinese text is authoritative."))
        return entered

    def change(self) -> lifecycle.Change:
        names = ("status", "reason", "note_zh", "note_en", "next_review", "effective_at", "measure")
        return lifecycle.Change(**{name: self.cleaned_data[name] for name in names})


class ChangeForm(StatusForm):
    """A change for one window or many, of the whole window or narrower."""

    service = forms.ModelChoiceField(
        label=_("Only this service"), queryset=Service.objects.all(), required=False, empty_label=_("all services")
    )
    channel = forms.ChoiceField(
        label=_("Only this channel"), choices=[("", _("all channels")), *Channel.choices], required=False
    )
    batch = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, user, *args, **options):
        super().__init__(*args, **options)
        self.fields["windows"] = WindowsField(user)

    def change(self) -> lifecycle.Change:
        names = (*lifecycle.Change.__dataclass_fields__,)
        return lifecycle.Change(**{name: self.cleaned_data[name] for name in names})


class CorrectionForm(StatusForm):
    """The right entry in the place of a wrong one, filled with what the wrong one says."""

    def __init__(self, wrong: StatusChange, *args, **options):
        super().__init__(*args, **options)
        names = ("status", "reason", "note_zh", "note_en", "next_review", "effective_at", "measure")
        self.initial = {name: getattr(wrong, name) for name in names}
        self.fields["effective_at"].help_text = _("Beijing time. Leave empty to keep the time of the wrong entry.")


class TakeBackForm(forms.Form):
    """Why an entry, or what is left of a bulk change, is taken back."""

    reason = forms.ModelChoiceField(label=_("Reason"), queryset=Reason.objects.all())
    note = forms.CharField(
        label=_("Note in Chinese"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class DayOfDivisionForm(forms.Form):
    """Which day to look at, and which division of the officer's; today and all of them when nothing else is asked."""

    day = forms.DateField(label=_("Day"), required=False, widget=DayInput)
    division = forms.CharField(
        label=_("Division"), max_length=6, required=False, help_text=_("Its code, or the first digits of it.")
    )

    def __init__(self, user, *args, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day and day > clock.today():
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def clean_division(self) -> str:
        code = self.cleaned_data["division"]
        known = Division.objects.filter(pk=significant(code).ljust(6, "0"))
        if code and not (code.isascii() and code.isdecimal() and known.exists()):
            raise forms.ValidationError(_("No division has this code."))
        return code

    def asked(self):
        """The day, and the windows in reach; of a wrong form today and none of its limits."""
        told = self.cleaned_data if self.is_bound and self.is_valid() else {}
        windows = scope.windows_of(self.user).in_division(told.get("division") or "")
        return told.get("day") or clock.today(), windows


class Ticks(forms.CheckboxSelectMultiple):
    """Boxes of which the first has the focus, so that a check is entered by Tab, space and Enter alone."""

    def create_option(self, name, value, label, selected, index, **options):
        option = super().create_option(name, value, label, selected, index, **options)
        option["attrs"]["autofocus"] = index == 0
        return option


class CheckForm(forms.Form):
    """A prevention check: what is in order is ticked; a box left empty is a finding, so that none passes unseen."""

    passing = forms.MultipleChoiceField(
        label=_("In order"),
        required=False,
        widget=Ticks,
        help_text=_("Tick what is in order. What stays empty counts as not in order."),
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False)
    checklist = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, holds: Checklist, *args, **options):
        super().__init__(*args, initial={"checklist": holds.pk}, **options)
        self.holds = holds
        self.fields["passing"].choices = [(item.code, item.name) for item in holds.items.all()]

    def clean_checklist(self) -> str:
        if self.cleaned_data["checklist"] != self.holds.pk:
            raise forms.ValidationError(_("Another checklist holds since today. Go through this one."))
        return self.cleaned_data["checklist"]

    def failing(self) -> set[str]:
        return {code for code, _name in self.fields["passing"].choices} - set(self.cleaned_data["passing"])


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, at most 5 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith((".csv", ".xlsx")):
            raise forms.ValidationError(_("Bring a file whose name ends in .csv or .xlsx."))
        if file.size > intake.LARGEST:
            raise forms.ValidationError(_("The file is larger than 5 MB; split it."))
        return file


class TokenForm(forms.Form):
    """What a new token of a provincial system is for."""

    province = forms.ModelChoiceField(label=_("Province"), queryset=Division.objects.filter(level=Level.PROVINCE))
    label = forms.CharField(
        label=_("Label"), max_length=80, help_text=_("Which system it is for, or when it was handed over.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("May be used for"), choices=TokenScope, widget=forms.CheckboxSelectMultiple
    )
    until = forms.DateField(
        label=_("Valid until"),
        widget=DayInput,
        help_text=_("The end of this day, by real time and not by the portal's clock; a year ahead at most."),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.initial = {"until": timezone.localdate() + timedelta(days=180), "scopes": TokenScope.values}

    def wanted(self) -> dict:
        told = self.cleaned_data
        same = {name: told[name] for name in ("province", "label", "scopes")}
        return same | {"expires_at": clock.end_of(told["until"])}
