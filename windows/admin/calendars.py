"""The holiday calendars: read by many, added to by the nation, altered by nobody."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from windows.admin.scoped import History, Reference
from windows.models import Calendar, CalendarDay

LONGEST_HOLIDAY = 31


class SpanForm(forms.ModelForm):
    """Days in a row, as the notice names them: from the first to the last."""

    last = forms.DateField(label=_("last day"), required=False, widget=AdminDateWidget)

    class Meta:
        model = CalendarDay
        fields = ("kind", "day", "last", "name_zh", "name_en")

    def clean(self):
        super().clean()
        if not self.errors:
            self._check_span()

    def _check_span(self) -> None:
        first, last = self.cleaned_data["day"], self.cleaned_data["last"]
        if last and not 0 <= (last - first).days < LONGEST_HOLIDAY:
            raise ValidationError({"last": _("The last day comes after the first, within a month.")})
        for day in self.days()[1:]:  # the first is checked as the form's own
            day.full_clean(exclude=["calendar"])

    def days(self) -> list[CalendarDay]:
        """One row for each day of the span."""
        first, last = self.cleaned_data["day"], self.cleaned_data["last"]
        values = {name: self.cleaned_data[name] for name in ("calendar", "kind", "name_zh", "name_en")}
        count = (last - first).days + 1 if last else 1
        return [CalendarDay(day=first + timedelta(days=number), **values) for number in range(count)]


class SpanFormSet(forms.BaseInlineFormSet):
    def clean(self):
        super().clean()
        if any(self.errors):
            return
        days = [row.day for form in self.forms if form.has_changed() for row in form.days()]
        if len(days) != len(set(days)):
            raise ValidationError(_("A day is named twice."))
        if not days:
            raise ValidationError(_("A calendar names its days at once; none can be added later."))

    def save_new(self, form, commit=True):
        return CalendarDay.objects.bulk_create(form.days())[0]


class Days(History):
    """The days come with their calendar: the database takes none later."""

    model = CalendarDay
    form, formset = SpanForm, SpanFormSet
    extra = 14

    def get_fields(self, request, obj=None):
        return ("day", "kind", "name_zh", "name_en") if obj else SpanForm.Meta.fields

    def has_add_permission(self, request, obj=None):
        return obj is None and admin.TabularInline.has_add_permission(self, request, obj)


@admin.register(Calendar)
class CalendarAdmin(Reference):
    list_display = ("code", "year", "announced_at", "source", "note_zh")
    list_filter = ("year",)
    search_fields = ("code", "source")
    fields = ("code", "year", "announced_at", "source", "note_zh", "note_en")
    inlines = (Days,)

    def has_change_permission(self, request, obj=None):
        """Due instants rest on versions. A wrong one is put right by a newer one."""
        return False
