"""Files that officers brought for import, kept so that what was checked is what is imported."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from windows.models.reference import Officer


class ImportFile(models.Model):
    """A file as it was brought. Never altered, but for the one note that it was imported, and with what result."""

    class Kind(models.TextChoices):
        STATUS_CHANGES = "status_changes", _("status changes")
        RETURNS = "returns", _("port returns")
        RISK_LEVELS = "risk_levels", _("risk levels")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    name = models.CharField(_("file name"), max_length=120)
    content = models.BinaryField()
    digest = models.CharField(_("digest (SHA-256)"), max_length=64)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("by"))
    uploaded_at = models.DateTimeField(_("uploaded"))
    applied_at = models.DateTimeField(_("imported"), null=True, blank=True)
    rows = models.PositiveIntegerField(_("rows"), null=True, blank=True)
    stored = models.PositiveIntegerField(_("newly stored"), null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        triggers = [
            pgtrigger.Protect(name="kept_for_good", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_the_import_is_noted",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("kind", "name", "content", "digest", "by", "uploaded_at"),
            ),
            pgtrigger.Protect(
                name="noted_once", operation=pgtrigger.Update, condition=pgtrigger.Q(old__applied_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at=None, rows=None, stored=None)
                | Q(applied_at__gte=F("uploaded_at"), rows__isnull=False, stored__isnull=False),
                name="an_import_is_noted_as_a_whole",
            ),
        ]

    def __str__(self):
        return self.name
