"""First floor: applications and what happened to them.

The form, the line and the desk come with their own issues; these are the rows that figures are counted from.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from windows.models import APPEND_ONLY, Audience, Channel, LocalDay, Officer, Service, Window


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    WAITING = "waiting", _("received")
    CLAIMED = "claimed", _("in review")
    PARKED = "parked", _("in review (parked)")
    SUPPLEMENT = "supplement", _("waiting for the applicant")
    PRODUCTION = "production", _("in production")
    READY = "ready", _("ready")
    COLLECTED = "collected", _("collected")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Ground(models.TextChoices):
    ORDINARY = "ordinary", _("ordinary")
    URGENT = "urgent", _("urgent")
    WORK_RESUMPTION = "work_resumption", _("resuming work and production")
    EPIDEMIC_RESPONSE = "epidemic_response", _("epidemic response")


class Origin(models.TextChoices):
    PORTAL = "portal", _("this portal")
    PROVINCE = "province", _("provincial system")


class Verb(models.TextChoices):
    """What an event says was done."""

    SUBMITTED = "submitted", _("submitted")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


DECIDED = (Verb.APPROVED, Verb.REFUSED)

# The state after each verb. Provincial systems report an outcome only, so that the way in between is not known.
STATE_AFTER = {
    Verb.SUBMITTED: State.WAITING,
    Verb.APPROVED: State.PRODUCTION,
    Verb.REFUSED: State.REFUSED,
    Verb.WITHDRAWN: State.WITHDRAWN,
}

# Legal moves of a state, kept by the database too.
MOVES = {
    State.WAITING: {State.PRODUCTION, State.REFUSED, State.WITHDRAWN},
}


class Application(models.Model):
    """A request for a service. One from a provincial system counts in figures and never enters the line."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    window = models.ForeignKey(Window, models.PROTECT, related_name="+", verbose_name=_("window"))
    service = models.ForeignKey(Service, models.PROTECT, related_name="+", verbose_name=_("service offered"))
    audience = models.CharField(_("applicant"), max_length=20, choices=Audience)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    ground = models.CharField(_("ground granted"), max_length=20, choices=Ground, default=Ground.ORDINARY)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin)
    state = models.CharField(_("state"), max_length=12, choices=State)
    submitted_at = models.DateTimeField(_("submitted"))

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        triggers = [
            pgtrigger.FSM(
                name="legal_moves",
                field="state",
                transitions=[(a.value, b.value) for a, after in MOVES.items() for b in sorted(after)],
            )
        ]
        indexes = [models.Index(fields=["window", "-submitted_at"], name="applications_of_a_window")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="state_is_known"),
            models.CheckConstraint(condition=Q(ground__in=Ground.values), name="ground_is_known"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="applicant_audience_is_known"),
            models.CheckConstraint(
                condition=Q(channel__in=["online", "counter"]), name="applied_online_or_at_a_counter"
            ),
        ]

    def __str__(self):
        return self.number


class Event(models.Model):
    """What happened to an application: never altered, referenced by nothing.

    It carries what it is counted by (window, ground as then granted, audience, channel, local day), so that the
    day of a window is recomputed from this table alone.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="events", verbose_name=_("application"))
    verb = models.CharField(_("event"), max_length=12, choices=Verb)
    from_state = models.CharField(_("from"), max_length=12, choices=State, blank=True)
    to_state = models.CharField(_("to"), max_length=12, choices=State)
    at = models.DateTimeField(_("at"))
    recorded_at = models.DateTimeField(_("recorded"))
    by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    window = models.ForeignKey(Window, models.PROTECT, related_name="+", db_index=False, verbose_name=_("window"))
    ground = models.CharField(_("ground granted"), max_length=20, choices=Ground)
    audience = models.CharField(_("applicant"), max_length=20, choices=Audience)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    day = models.GeneratedField(expression=LocalDay("at"), output_field=models.DateField(), db_persist=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        triggers = [APPEND_ONLY]
        indexes = [
            # With what is counted beside the key: the fold reads the index alone.
            models.Index(
                fields=["window", "day"], name="events_of_a_window_and_day", include=["verb", "channel", "ground"]
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(verb__in=Verb.values), name="verb_is_known"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(verb=Verb.SUBMITTED), name="an_application_is_submitted_once"
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(verb__in=[Verb.APPROVED, Verb.REFUSED, Verb.WITHDRAWN]),
                name="an_application_ends_once",
            ),
        ]

    def __str__(self):
        return f"{self.application_id} {self.verb}"
