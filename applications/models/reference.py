"""Reference of the first floor: what documents are asked for, how long a ground may take, why one is refused."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from windows.models import Named, Service, in_language


class Ground(models.TextChoices):
    """Why a case should come early. Asserted by the applicant, granted or not by an officer."""

    ORDINARY = "ordinary", _("ordinary")
    URGENT = "urgent", _("urgent")
    WORK_RESUMPTION = "work_resumption", _("resuming work and production")
    EPIDEMIC_RESPONSE = "epidemic_response", _("epidemic response")


class Term(models.Model):
    """How long a decision may take on a ground, where that does not follow from the service's own days.

    Which measure it comes from, and which version of it this is since when: printed where the term is told, on the
    policy page and on the receipt alike.
    """

    ground = models.CharField(_("ground"), max_length=20, choices=Ground, primary_key=True)
    working_days = models.PositiveSmallIntegerField(_("working days"), null=True, blank=True)
    hours = models.PositiveSmallIntegerField(_("hours, around the clock"), null=True, blank=True)
    measure = models.PositiveSmallIntegerField(_("under measure number"), null=True, blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    since = models.DateField(_("holds since"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["ground"]
        verbose_name = _("term of decision")
        verbose_name_plural = _("terms of decision")
        constraints = [
            models.CheckConstraint(condition=Q(ground__in=Ground.values), name="ground_of_a_term_is_known"),
            models.CheckConstraint(
                condition=Q(working_days__gte=1, hours=None) | Q(working_days=None, hours__gte=1),
                name="a_term_is_in_days_or_in_hours",
            ),
            models.CheckConstraint(
                condition=Q(measure=None) | Q(measure__range=(1, 10)), name="measure_of_a_term_is_known"
            ),
        ]

    def __str__(self):
        return self.get_ground_display()

    def amend(self, day) -> None:
        """The next version, which holds since this day; to be called with the new term set, before it is stored."""
        self.version, self.since = self.version + 1, day


class DocumentKind(Named):
    """A document that an applicant may be asked for."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    hint_zh = models.CharField(_("hint in Chinese"), max_length=200, blank=True)
    hint_en = models.CharField(_("hint in English"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("kind of document")
        verbose_name_plural = _("kinds of documents")

    @property
    def hint(self) -> str:
        return in_language(self, "hint")


class Requirement(models.Model):
    """A service asks for a document: always, of a minor, or on a ground. Without a service: every service does."""

    class Case(models.TextChoices):
        ALWAYS = "always", _("always")
        MINOR = "minor", _("of a minor")
        URGENT = "urgent", _("on the ground: urgent")
        WORK_RESUMPTION = "work_resumption", _("on the ground: resuming work and production")
        EPIDEMIC_RESPONSE = "epidemic_response", _("on the ground: epidemic response")

    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service offered")
    )
    document = models.ForeignKey(DocumentKind, models.PROTECT, related_name="+", verbose_name=_("document"))
    case = models.CharField(_("when"), max_length=20, choices=Case, default=Case.ALWAYS)
    optional = models.BooleanField(_("may be left out"), default=False)

    class Meta:
        ordering = ["optional", "document__position", "pk"]
        verbose_name = _("required document")
        verbose_name_plural = _("required documents")
        constraints = [
            models.UniqueConstraint(
                fields=["service", "document", "case"], nulls_distinct=False, name="a_document_is_required_once"
            ),
            models.CheckConstraint(
                condition=Q(case__in=["always", "minor", "urgent", "work_resumption", "epidemic_response"]),
                name="case_of_a_requirement_is_known",
            ),
        ]

    def __str__(self):
        return f"{self.service_id or '*'} {self.document_id}"


class RefusalReason(Named):
    """Why an application is refused: the list that officers choose from."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("reason of refusal")
        verbose_name_plural = _("reasons of refusal")
