"""The State Council's holiday calendar, version by version: which days are holidays, which are worked to make up.

A version is never altered: due instants name the versions they rest on, and must stay explainable. What turns out
wrong, or is changed by a later notice, is put right by a newer version.
"""

import pgtrigger
from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from windows.models.ledger import APPEND_ONLY
from windows.models.reference import Named, in_language


class Calendar(models.Model):
    """The whole calendar of one year as announced by one notice.

    It may name days of the December before: New Year's holiday of 2019 began on 30 December 2018.
    """

    code = models.CharField(
        _("code"), max_length=40, primary_key=True, help_text=_("The year; later versions add words: 2020-extension")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    announced_at = models.DateTimeField(_("announced"))
    source = models.CharField(_("notice"), max_length=100, help_text=_("Number or address of the notice"))
    note_zh = models.CharField(_("note in Chinese"), max_length=500, blank=True)
    note_en = models.CharField(_("note in English"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), db_default=TransactionNow(), editable=False)

    class Meta:
        ordering = ["-announced_at", "code"]
        verbose_name = _("holiday calendar")
        verbose_name_plural = _("holiday calendars")
        triggers = [APPEND_ONLY]
        constraints = [
            models.CheckConstraint(condition=Q(year__range=(1000, 9999)), name="calendar_year_has_four_digits"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{4}(-[a-z0-9]+)*$")
                & Q(code__startswith=Cast("year", models.CharField())),
                name="calendar_code_is_its_year_and_words",
                violation_error_message=_("The code is the year, and after a hyphen words that tell versions apart."),
            ),
            models.UniqueConstraint(fields=["year", "announced_at"], name="versions_of_a_year_have_an_order"),
        ]

    def __str__(self):
        return self.code

    @property
    def note(self) -> str:
        return in_language(self, "note")


class CalendarDay(Named):
    """A day that is not what its weekday says, named after the holiday it belongs to."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("holiday")
        WORKDAY = "workday", _("make-up workday")

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="days", verbose_name=_("holiday calendar"))
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)

    class Meta:
        ordering = ["calendar", "day"]
        verbose_name = _("day of a calendar")
        verbose_name_plural = _("days of a calendar")
        triggers = [
            APPEND_ONLY,
            # Else a version could be altered by adding to it. Both stand in one transaction, so both times are equal.
            pgtrigger.Trigger(
                name="days_come_with_their_calendar",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("its", "windows_calendar%ROWTYPE")],
                func="""
                    SELECT * INTO its FROM windows_calendar WHERE code = NEW.calendar_id;
                    IF its.recorded_at <> CURRENT_TIMESTAMP THEN
                        RAISE EXCEPTION 'days_come_with_their_calendar: % is complete', its.code;
                    ELSIF NEW.day NOT BETWEEN make_date(its.year - 1, 12, 1) AND make_date(its.year, 12, 31) THEN
                        RAISE EXCEPTION 'days_come_with_their_calendar: % is no day of %', NEW.day, its.code;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="a_calendar_names_a_day_once"),
            models.CheckConstraint(
                condition=Q(kind="holiday") | Q(kind="workday", day__iso_week_day__gte=6),
                name="a_make_up_workday_is_a_weekend_day",
                violation_error_message=_("Only a Saturday or Sunday can be worked to make up."),
            ),
        ]

    def clean(self):
        """The day lies in the calendar's year, or in the December before."""
        year = self.calendar.year
        if self.day and year and self.day.year != year and (self.day.year, self.day.month) != (year - 1, 12):
            raise ValidationError({"day": _("The day lies outside the year of the calendar.")})
