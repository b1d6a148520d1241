"""Figures derived from events: recomputed by restoration.fold(), never edited.

A window stands here by its code: checking a foreign key for each row would cost more than recomputing it.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from windows.models import Status


class StandingQuerySet(models.QuerySet):
    def on(self, day):
        """The standings that hold at the end of `day` (Asia/Shanghai): at most one a window."""
        return self.filter(from_day__lte=day).filter(Q(until_day=None) | Q(until_day__gt=day))


class Standing(models.Model):
    """A window ended each day from `from_day` to the day before `until_day` (None: still) with this status."""

    pk = models.CompositePrimaryKey("window", "from_day")
    window = models.CharField(max_length=8)
    status = models.CharField(max_length=10, choices=Status)
    from_day = models.DateField()
    until_day = models.DateField(null=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_day=None) | Q(until_day__gt=F("from_day")), name="a_standing_ends_after_it_began"
            )
        ]

    def __str__(self):
        return f"{self.window} {self.status} {self.from_day}"


class Tally(models.Model):
    """What happened in a window on a day. The last two count decisions (approved or refused) on that ground."""

    pk = models.CompositePrimaryKey("window", "day")
    window = models.CharField(max_length=8)
    day = models.DateField()
    submitted = models.IntegerField()
    submitted_online = models.IntegerField()
    approved = models.IntegerField()
    refused = models.IntegerField()
    withdrawn = models.IntegerField()
    work_resumption = models.IntegerField()
    epidemic_response = models.IntegerField()

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self):
        return f"{self.window} {self.day}"


class FoldState(models.Model):
    """The one row that says which version of the figures is published and when the worker last looked."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.PositiveBigIntegerField(default=0)
    folded_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(null=True)
    differing_cells = models.PositiveIntegerField(null=True)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="there_is_one_fold_state")]

    def __str__(self):
        return str(self.version)
