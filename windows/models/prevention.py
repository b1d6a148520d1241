"""Prevention, the seventh measure: dated checklists, and the day's checks of a place against one of them.

A checklist is never altered, since checks name it; a newer one takes its place from its day on. Checks only ever
grow: what was entered wrong is put right by another check.
"""

import pgtrigger
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from windows.models.ledger import APPEND_ONLY, SHANGHAI, LocalDay, Window
from windows.models.reference import Named, Officer


class Checklist(models.Model):
    """What a window's hall, or a port's passage hall, is checked for from a day on."""

    code = models.SlugField(_("code"), max_length=40, primary_key=True)
    effective_from = models.DateField(_("effective from"), unique=True)
    recorded_at = models.DateTimeField(_("recorded"), db_default=TransactionNow(), editable=False)

    class Meta:
        ordering = ["-effective_from"]
        verbose_name = _("prevention checklist")
        verbose_name_plural = _("prevention checklists")
        triggers = [APPEND_ONLY]

    def __str__(self):
        return self.code


class ChecklistItem(Named):
    """One thing that must be in order."""

    checklist = models.ForeignKey(
        Checklist, models.PROTECT, related_name="items", verbose_name=_("prevention checklist")
    )
    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)

    class Meta:
        ordering = ["checklist", "position", "pk"]
        verbose_name = _("item of a checklist")
        verbose_name_plural = _("items of a checklist")
        triggers = [
            APPEND_ONLY,
            # Else a checklist could be altered by adding to it. Both stand in one transaction, so the times are equal.
            pgtrigger.Trigger(
                name="items_come_with_their_checklist",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("its", "windows_checklist%ROWTYPE")],
                func="""
                    SELECT * INTO its FROM windows_checklist WHERE code = NEW.checklist_id;
                    IF its.recorded_at <> CURRENT_TIMESTAMP THEN
                        RAISE EXCEPTION 'items_come_with_their_checklist: % is complete', its.code;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["checklist", "code"], name="a_checklist_names_an_item_once")]


NOT_PASSED = Q(check_at=None) | ~Q(check_failing=[])  # of places with their check: see `CheckQuerySet.beside`


class CheckQuerySet(models.QuerySet):
    def beside(self, places, since, until):
        """Annotate places with the last of these checks made between two instants; None without one.

        Adds `check_id`, `check_at`, and `check_failing`: the codes of the items that were not in order.
        """
        last = self.filter(**{self.model.PLACE: OuterRef("pk")}, at__range=(since, until)).order_by("-at", "-pk")
        return places.annotate(
            check_id=Subquery(last.values("pk")[:1]),
            check_at=Subquery(last.values("at")[:1]),
            check_failing=Subquery(last.values("failing")[:1]),
        )


class DayCheck(models.Model):
    """Somebody went through the checklist at a place. It is passed when every item was in order."""

    PLACE: str  # the key that names the place

    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="+", verbose_name=_("prevention checklist"))
    failing = models.JSONField(_("not in order"), default=list, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    at = models.DateTimeField(_("checked"))
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("by"))
    day = models.GeneratedField(expression=LocalDay("at"), output_field=models.DateField(), db_persist=True)

    objects = CheckQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]
        triggers = [APPEND_ONLY]

    def __str__(self):
        return f"{getattr(self, self.PLACE + '_id')} {self.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"

    @property
    def place(self):
        return getattr(self, self.PLACE)

    @property
    def passed(self) -> bool:
        return not self.failing

    def failing_items(self):
        return self.checklist.items.filter(code__in=self.failing)


class Check(DayCheck):
    """A check of a window's hall."""

    PLACE = "window"

    window = models.ForeignKey(Window, models.PROTECT, related_name="checks", verbose_name=_("window"))

    class Meta(DayCheck.Meta):
        verbose_name = _("prevention check")
        verbose_name_plural = _("prevention checks")
        indexes = [models.Index(fields=["window", "-at"], name="checks_of_a_window")]
