"""What stands around an application: the half-filled form, the files brought, the mail to be sent."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from applications.models.case import Application, Supplement, Verb
from applications.models.reference import DocumentKind
from windows.models import APPEND_ONLY, Officer


class Draft(models.Model):
    """A form as far as it is filled in. Its key is the form's token: submitted twice, it makes one application.

    `typed` is sealed: what was typed on each step, right or wrong. `code` is the keyed hash of the code that brings
    the applicant back.
    """

    key = models.UUIDField(primary_key=True, default=uuid4)
    code = models.BinaryField(unique=True)
    typed = models.BinaryField()
    made_at = models.DateTimeField(_("made"))
    saved_at = models.DateTimeField(_("saved"), db_index=True)
    application = models.OneToOneField(Application, models.PROTECT, null=True, blank=True, related_name="draft")
    by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))

    def __str__(self):
        return str(self.key)


class Upload(models.Model):
    """A checked file in private storage, of a draft or of an application (then perhaps with an answer)."""

    key = models.CharField(max_length=64, primary_key=True)
    draft = models.ForeignKey(Draft, models.CASCADE, null=True, blank=True, related_name="uploads")
    application = models.ForeignKey(Application, models.PROTECT, null=True, blank=True, related_name="uploads")
    supplement = models.ForeignKey(Supplement, models.PROTECT, null=True, blank=True, related_name="uploads")
    document = models.ForeignKey(
        DocumentKind, models.PROTECT, related_name="+", db_index=False, verbose_name=_("document")
    )
    name = models.BinaryField()
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(_("bytes"))
    digest = models.BinaryField()
    at = models.DateTimeField(_("uploaded"))

    class Meta:
        ordering = ["document__position", "at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(draft=None, application__isnull=False) | Q(draft__isnull=False, application=None),
                name="a_file_belongs_to_a_draft_or_an_application",
            ),
        ]

    def __str__(self):
        return self.key


class Unmasking(models.Model):
    """An officer looked at who an applicant is, and said why. Never altered."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="unmaskings")
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("unmasking")
        verbose_name_plural = _("unmaskings")
        triggers = [APPEND_ONLY]

    def __str__(self):
        return f"{self.application_id} {self.by_id}"


class Message(models.Model):
    """Mail to the applicant about a change, written with it in one transaction and sent by a worker after."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="messages")
    verb = models.CharField(_("event"), max_length=12, choices=Verb)
    to = models.BinaryField()
    made_at = models.DateTimeField(_("made"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), db_default=Now())
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(sent_at=None), name="messages_to_send")]

    def __str__(self):
        return f"{self.application_id} {self.verb}"
