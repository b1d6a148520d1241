"""What supervisors steer by: the targets they set themselves, and the thresholds that raise an alert."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from windows.models import Division, Officer


class Target(models.Model):
    """From `day` on, this share of a division's windows is to be restored; no division stands for the nation."""

    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("division")
    )
    day = models.DateField(_("from day"))
    rate = models.DecimalField(_("share to be restored"), max_digits=5, decimal_places=4, help_text=_("0.85 for 85%"))
    by = models.ForeignKey(Officer, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("by"))

    class Meta:
        ordering = ["-day", "division"]
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        permissions = [("see_dashboard", "May see the dashboard of the own divisions")]
        constraints = [
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lte=1), name="a_target_is_a_share"),
            models.UniqueConstraint(
                fields=["division", "day"], nulls_distinct=False, name="a_division_has_one_target_a_day"
            ),
        ]

    def __str__(self):
        return f"{self.division_id or '–'} {self.day} {self.rate}"


class Threshold(models.Model):
    """Somebody is to be told when a gauge of a division goes beyond `bound` (see `dashboard.GAUGES`)."""

    class Side(models.TextChoices):
        ABOVE = "above", _("above")
        BELOW = "below", _("below")

    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("division")
    )
    gauge = models.CharField(_("gauge"), max_length=40)
    side = models.CharField(_("alert when"), max_length=5, choices=Side)
    bound = models.DecimalField(_("bound"), max_digits=12, decimal_places=4, help_text=_("A share is 0 to 1."))
    by = models.ForeignKey(Officer, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("by"))

    class Meta:
        ordering = ["division", "gauge"]
        verbose_name = _("threshold")
        verbose_name_plural = _("thresholds")
        constraints = [
            models.CheckConstraint(condition=Q(side__in=["above", "below"]), name="a_threshold_has_a_known_side"),
            models.UniqueConstraint(
                fields=["division", "gauge", "side"], nulls_distinct=False, name="a_gauge_has_one_threshold_a_side"
            ),
        ]

    def __str__(self):
        return f"{self.division_id or '–'} {self.gauge} {self.side} {self.bound}"

    def is_crossed_by(self, value) -> bool:
        """Whether the gauge's value calls for an alert."""
        return value > self.bound if self.side == self.Side.ABOVE else value < self.bound


class Alert(models.Model):
    """A gauge went beyond its threshold at `raised_at`, with this value, and came back at `ended_at`."""

    threshold = models.ForeignKey(Threshold, models.CASCADE, related_name="alerts", verbose_name=_("threshold"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    raised_at = models.DateTimeField(_("raised"))
    mailed_at = models.DateTimeField(_("told by mail"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering = ["-raised_at", "-pk"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["threshold"], condition=Q(ended_at=None), name="a_threshold_has_one_open_alert"
            )
        ]

    def __str__(self):
        return f"{self.threshold_id} {self.raised_at}"
