"""The ten measures, the campaign they belong to, and the ports."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from windows.models import Division, Named, in_language


class Measure(models.Model):
    """One of the ten adjustment measures. Title and summary are ours, not the official text."""

    number = models.PositiveSmallIntegerField(_("number"), primary_key=True)
    in_notice = models.BooleanField(_("named in the notice"))
    title_zh = models.CharField(_("title in Chinese"), max_length=100)
    title_en = models.CharField(_("title in English"), max_length=200)
    summary_zh = models.TextField(_("summary in Chinese"), max_length=1000)
    summary_en = models.TextField(_("summary in English"), max_length=2000)

    class Meta:
        ordering = ["number"]
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints = [models.CheckConstraint(condition=Q(number__range=(1, 10)), name="measures_are_ten")]

    def __str__(self):
        return f"{self.number} {self.title}"

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def summary(self) -> str:
        return in_language(self, "summary")


class Campaign(Named):
    """One restoration effort: "before" is its baseline day, "after" its report day, or today until that."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    baseline_day = models.DateField(_("baseline day"))
    measures_day = models.DateField(_("day of the measures"))
    report_day = models.DateField(_("report day"), null=True, blank=True)

    class Meta:
        ordering = ["-measures_day"]
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.CheckConstraint(
                condition=Q(baseline_day__lt=F("measures_day"))
                & (Q(report_day=None) | Q(report_day__gte=F("measures_day"))),
                name="baseline_before_measures_before_report",
            )
        ]


class Port(Named):
    class Kind(models.TextChoices):
        AIR = "air", _("airport")
        SEA = "sea", _("seaport")
        LAND = "land", _("land port")

    code = models.CharField(_("code"), max_length=10, primary_key=True)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("division"))

    class Meta:
        ordering = ["code"]
        verbose_name = _("port")
        verbose_name_plural = _("ports")
        constraints = [models.CheckConstraint(condition=Q(kind__in=["air", "sea", "land"]), name="port_kind_is_known")]
