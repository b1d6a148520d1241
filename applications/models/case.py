"""An application, what happened to it, and what its applicant was asked to bring."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.reference import Ground, RefusalReason
from windows.models import APPEND_ONLY, Audience, Channel, LocalDay, Officer, Service, Window


class State(models.TextChoices):
    WAITING = "waiting", _("received")
    CLAIMED = "claimed", _("in review")
    PARKED = "parked", _("in review (parked)")
    SUPPLEMENT = "supplement", _("waiting for the applicant")
    PRODUCTION = "production", _("in production")
    READY = "ready", _("ready")
    COLLECTED = "collected", _("collected")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


# A person has one application for a service in these states.
UNDECIDED = (State.WAITING, State.CLAIMED, State.PARKED, State.SUPPLEMENT)
LIVE = (*UNDECIDED, State.PRODUCTION, State.READY)


class Origin(models.TextChoices):
    PORTAL = "portal", _("this portal")
    PROVINCE = "province", _("provincial system")


class Verb(models.TextChoices):
    """What an event says was done."""

    SUBMITTED = "submitted", _("submitted")
    CLAIMED = "claimed", _("taken in hand")
    OUT_OF_ORDER = "out_of_order", _("taken out of order")
    PUT_BACK = "put_back", _("put back in line")
    PARKED = "parked", _("parked")
    UNPARKED = "unparked", _("back in line from parking")
    EXPIRED = "expired", _("back in line: lease expired")
    RELEASED = "released", _("released by a supervisor")
    HANDED_OVER = "handed_over", _("handed over")
    GRANTED = "granted", _("priority granted")
    NOT_GRANTED = "not_granted", _("priority not granted")
    TRANSFERRED = "transferred", _("moved to another window")
    ASKED = "asked", _("asked to supplement")
    ANSWERED = "answered", _("supplemented")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    READY = "ready", _("ready for collection")
    COLLECTED = "collected", _("collected")
    RECKONED = "reckoned", _("due instant moved by the calendar")


DECIDED = (Verb.APPROVED, Verb.REFUSED)
ENDED = (*DECIDED, Verb.WITHDRAWN)
BY_APPLICANTS = (Verb.SUBMITTED, Verb.ANSWERED, Verb.WITHDRAWN)  # what is done without an officer else, the portal does

# The state after each verb. Provincial systems report an outcome only, so that the way in between is not known.
STATE_AFTER = {
    Verb.SUBMITTED: State.WAITING,
    Verb.CLAIMED: State.CLAIMED,
    Verb.OUT_OF_ORDER: State.CLAIMED,
    Verb.PUT_BACK: State.WAITING,
    Verb.PARKED: State.PARKED,
    Verb.UNPARKED: State.WAITING,
    Verb.EXPIRED: State.WAITING,
    Verb.RELEASED: State.WAITING,
    Verb.ASKED: State.SUPPLEMENT,
    Verb.ANSWERED: State.WAITING,
    Verb.APPROVED: State.PRODUCTION,
    Verb.REFUSED: State.REFUSED,
    Verb.WITHDRAWN: State.WITHDRAWN,
    Verb.READY: State.READY,
    Verb.COLLECTED: State.COLLECTED,
}

# Verbs that change something else than the state, and the state they are done in.
STAYS = {
    Verb.GRANTED: State.CLAIMED,
    Verb.NOT_GRANTED: State.CLAIMED,
    Verb.HANDED_OVER: State.CLAIMED,
    Verb.TRANSFERRED: State.WAITING,
}

# Legal moves of a state, kept by the database too.
MOVES = {
    State.WAITING: {State.CLAIMED, State.SUPPLEMENT, State.PRODUCTION, State.REFUSED, State.WITHDRAWN},
    State.CLAIMED: {
        *(State.WAITING, State.PARKED, State.SUPPLEMENT),
        *(State.PRODUCTION, State.REFUSED, State.WITHDRAWN),
    },
    State.PARKED: {State.WAITING, State.CLAIMED, State.WITHDRAWN},
    State.SUPPLEMENT: {State.WAITING, State.REFUSED, State.WITHDRAWN},
    State.PRODUCTION: {State.READY},
    State.READY: {State.COLLECTED},
}


class ApplicationQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=State.WAITING, origin=Origin.PORTAL)

    def waiting_at(self, window):
        return self.waiting().filter(window=window)

    def in_line_order(self):
        """The one place that says who is next: priority and ageing in one stored column."""
        return self.order_by("order_at", "pk")

    def in_hand_of(self, officer):
        return self.filter(claimed_by=officer, state=State.CLAIMED)

    def late(self, at):
        """Undecided, and the decision was owed before."""
        return self.filter(origin=Origin.PORTAL, state__in=UNDECIDED, due_at__lt=at)

    def before(self, application):
        """Those that wait at the same window and come first."""
        ahead = Q(order_at__lt=application.order_at) | Q(order_at=application.order_at, pk__lt=application.pk)
        return self.waiting_at(application.window_id).filter(ahead)

    def behind(self, application):
        """Those that wait at the same window and come later; many are due at the same instant."""
        later = Q(order_at__gt=application.order_at) | Q(order_at=application.order_at, pk__gt=application.pk)
        return self.waiting_at(application.window_id).filter(later)


class Application(models.Model):
    """A request for a service. One imported from a provincial system counts in figures and never enters the line.

    What the applicant told is sealed in `answers`; `person` finds the same person again without telling who it is.
    `due_at` follows the ground granted and is None while the clock stands still or has stopped; `order_at` is the
    place in line: the due instant by the granted ground or, while one is asserted, the instant that would give.
    """

    # Each move writes all indexes of the row anew: a key that others begin with, or nobody seeks, has none of its own,
    # and the number, unique by a constraint below, has no second one for its beginnings.
    number = models.CharField(_("number"), max_length=40)
    window = models.ForeignKey(Window, models.PROTECT, related_name="+", db_index=False, verbose_name=_("window"))
    service = models.ForeignKey(
        Service, models.PROTECT, related_name="+", db_index=False, verbose_name=_("service offered")
    )
    audience = models.CharField(_("applicant"), max_length=20, choices=Audience)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    ground = models.CharField(_("ground granted"), max_length=20, choices=Ground, default=Ground.ORDINARY)
    asserted = models.CharField(_("ground asserted"), max_length=20, choices=Ground, blank=True, db_default="")
    origin = models.CharField(_("origin"), max_length=10, choices=Origin)
    state = models.CharField(_("state"), max_length=12, choices=State)
    submitted_at = models.DateTimeField(_("submitted"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    order_at = models.DateTimeField(_("place in line"), null=True, blank=True)
    answers = models.BinaryField(null=True)
    person = models.BinaryField(null=True)
    secret = models.BinaryField(null=True)
    caller = models.CharField(_("submitted by"), max_length=6, blank=True, db_default="")
    key = models.UUIDField(null=True, blank=True)
    digest = models.BinaryField(null=True)
    claimed_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("in hand of")
    )
    lease_until = models.DateTimeField(_("in hand until"), null=True, blank=True)
    parked_until = models.DateField(_("parked until"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), db_default=0)
    told_late = models.BooleanField(_("lateness told"), db_default=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        permissions = [
            ("work_line", "May work on the line of a window"),
            ("unmask_person", "May see who an applicant is, with a reason"),
            ("steer_line", "May release, reassign and move cases"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="legal_moves",
                field="state",
                transitions=[(a.value, b.value) for a, after in MOVES.items() for b in sorted(after)],
            )
        ]
        indexes = [
            models.Index(fields=["window", "-submitted_at"], name="applications_of_a_window"),
            models.Index(
                fields=["window", "order_at", "id"],
                condition=Q(state=State.WAITING, origin=Origin.PORTAL),
                name="line_of_a_window",
            ),
            # What is on its way is little beside what is done: desks and supervisors read these, never the whole table.
            models.Index(
                fields=["window", "state", "due_at"],
                condition=Q(state__in=LIVE, origin=Origin.PORTAL),
                name="live_ones_of_a_window",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=UNDECIDED, origin=Origin.PORTAL),
                name="undecided_by_due_instant",
            ),
            models.Index(fields=["parked_until"], condition=Q(state=State.PARKED), name="parked_until_a_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="state_is_known"),
            models.CheckConstraint(condition=Q(ground__in=Ground.values), name="ground_is_known"),
            models.CheckConstraint(condition=Q(asserted__in=["", *Ground.values]), name="asserted_ground_is_known"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="applicant_audience_is_known"),
            models.CheckConstraint(
                condition=Q(channel__in=["online", "counter"]), name="applied_online_or_at_a_counter"
            ),
            models.CheckConstraint(
                condition=Q(origin=Origin.PROVINCE)
                | Q(
                    answers__isnull=False,
                    person__isnull=False,
                    secret__isnull=False,
                    key__isnull=False,
                    digest__isnull=False,
                ),
                name="an_application_of_ours_tells_who_asks_for_it",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WAITING, origin=Origin.PORTAL)
                | Q(order_at__isnull=False, due_at__isnull=False),
                name="who_waits_has_a_place_and_a_due_instant",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLAIMED, claimed_by__isnull=False, lease_until__isnull=False)
                | (~Q(state=State.CLAIMED) & Q(claimed_by=None, lease_until=None)),
                name="a_case_in_hand_has_an_officer_and_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state=State.PARKED, parked_until__isnull=False)
                | (~Q(state=State.PARKED) & Q(parked_until=None)),
                name="a_parked_case_has_a_day_to_come_back",
            ),
            models.UniqueConstraint(
                fields=["claimed_by"], condition=Q(state=State.CLAIMED), name="one_case_in_hand_per_officer"
            ),
            models.UniqueConstraint(fields=["number"], name="a_number_is_given_once"),
            models.UniqueConstraint(fields=["caller", "key"], name="an_application_is_made_once_per_key"),
            models.UniqueConstraint(
                fields=["person", "service"],
                condition=Q(state__in=LIVE, origin=Origin.PORTAL),
                name="one_live_application_per_person_and_service",
            ),
        ]

    def __str__(self):
        return self.number


class Among(models.Func):
    """Whether a text is one of these plain words, told to PostgreSQL as one constant.

    PostgreSQL reads the checks of a table anew in each statement: a list of twenty costs it more than the row does.
    """

    template = "%(expressions)s = ANY ('{%(values)s}'::text[])"
    output_field = models.BooleanField()
    arity = 1

    def __init__(self, expression, values):
        super().__init__(expression, values=",".join(values))


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
    by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("by")
    )
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
            models.CheckConstraint(condition=Among("verb", Verb.values), name="verb_is_known"),
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


class Supplement(models.Model):
    """One complete request for all that is missing. The statutory clock stands still until it is answered.

    `items` lists what is asked for: {"document": code of a kind or "", "text": what is wrong or wanted}. A second
    request for the same application needs a reason and counts as a fault of the window. `typed` is what the applicant
    has written so far, sealed; it goes when `answer` is there.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="supplements")
    asked_at = models.DateTimeField(_("asked"))
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("by"))
    items = models.JSONField(_("what is missing"))
    reason = models.CharField(_("why again"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answer = models.BinaryField(null=True)
    typed = models.BinaryField(null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(answered_at=None), name="one_open_request_to_supplement"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answered_at__gte=models.F("asked_at")),
                name="a_supplement_is_answered_after_it_was_asked",
            ),
        ]

    def __str__(self):
        return f"{self.application_id} {self.asked_at}"

    @property
    def is_fault(self) -> bool:
        """The window had asked before: everything missing was to be asked for at once."""
        return bool(self.reason)


class Refusal(models.Model):
    """Why an application was refused, as the applicant reads it."""

    application = models.OneToOneField(Application, models.PROTECT, primary_key=True, related_name="refusal")
    reason = models.ForeignKey(RefusalReason, models.PROTECT, related_name="+", verbose_name=_("reason of refusal"))
    note = models.CharField(_("explanation"), max_length=500, blank=True)

    class Meta:
        triggers = [APPEND_ONLY]

    def __str__(self):
        return f"{self.application_id} {self.reason_id}"
