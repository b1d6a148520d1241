"""The only writers of an application's state: a move is a new state, an event, a touch and mail, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from applications import due, receiving, sealing
from applications.models import (
    BY_APPLICANTS,
    MOVES,
    STATE_AFTER,
    STAYS,
    Application,
    Draft,
    Event,
    Ground,
    Message,
    Origin,
    Refusal,
    RefusalReason,
    State,
    Supplement,
    Verb,
)
from windows import clock, doorbell, taking
from windows.lifecycle import NotAllowed
from windows.models import SHANGHAI, Channel, Officer, Service, Touch, Window

# What an applicant is told by mail; how officers pass a case among themselves is their own matter.
TOLD = {
    *(Verb.SUBMITTED, Verb.ASKED, Verb.ANSWERED, Verb.GRANTED, Verb.NOT_GRANTED, Verb.TRANSFERRED, Verb.RECKONED),
    *(Verb.APPROVED, Verb.REFUSED, Verb.WITHDRAWN, Verb.READY, Verb.COLLECTED),
}


class KeyReused(NotAllowed):
    """The same key came with something else than before."""


class Overtaken(NotAllowed):
    """Somebody else moved the case since it was looked at; the text tells what was done."""

    def __init__(self, application: Application) -> None:
        last = application.events.select_related("by").latest("at", "pk")
        told = {
            "what": last.get_verb_display(),
            "who": last.by or (_("the applicant") if last.verb in BY_APPLICANTS else _("the portal")),
            "at": f"{last.at.astimezone(SHANGHAI):%H:%M}",
        }
        super().__init__(_("Somebody was quicker: %(what)s by %(who)s at %(at)s.") % told)


@dataclass(frozen=True)
class Submission:
    """A request as it was checked. `answers` is sealed; `person` is a blind index; `key` makes retries one.

    `caller` is "" for this portal's pages, else the code of the province whose system asks. `sent` is the digest of
    what a retry must repeat, where that is not the answers as they were checked: what was sent stays the same, while
    a check may end otherwise on another day.
    """

    service: Service
    window: Window
    answers: dict
    person: bytes
    email: str
    key: UUID
    asserted: str = ""
    channel: str = Channel.ONLINE
    caller: str = ""
    sent: bytes = b""

    @property
    def digest(self) -> bytes:
        if self.sent:
            return self.sent
        told = [self.service.pk, self.window.pk, self.asserted, self.channel, self.answers]
        return sealing.digest(told)


@dataclass(frozen=True)
class Submitted:
    """What the applicant is told: the application and its secret, the same for every retry."""

    application: Application
    secret: str
    again: bool = False


def submit(
    wanted: Submission,
    *,
    draft: Draft | None = None,
    documents: Iterable[str] = (),
    by: Officer | None = None,
    at: datetime | None = None,
) -> Submitted:
    """Receive an application, and of its draft the papers of these documents; NotAllowed says what forbids it.

    A retry with the same key gives back the first one, whatever has become of the window since.
    """
    at = at or clock.now()
    try:
        _refuse_unable(wanted)
        application, secret = _unstored(wanted, at)
        if not receiving.receive(application, mail_to=wanted.email, draft=draft, documents=documents, by=by):
            raise NotAllowed(
                _("An application for this service and this person is on its way already. Look it up, or withdraw it.")
            )
    except NotAllowed:
        if before := made_before(wanted.caller, wanted.key, wanted.digest):
            return before
        raise
    doorbell.ring()
    return Submitted(application, secret)


def made_before(caller: str, key: UUID, digest: bytes) -> Submitted | None:
    """What a key of this caller made before; KeyReused where it came with something else."""
    found = Application.objects.filter(caller=caller, key=key).select_related("service").first()
    if found is None:
        return None
    if bytes(found.digest or b"") != digest:
        raise KeyReused(_("This key was used for another application."))
    return Submitted(found, sealing.derived_secret(found.number, str(found.key)), again=True)


def _unstored(wanted: Submission, at: datetime) -> tuple[Application, str]:
    """The application as it is to be stored, and its secret."""
    terms, number = due.terms(), sealing.new_reference()
    secret = sealing.derived_secret(number, str(wanted.key))
    owed = terms.on_ground(Ground.ORDINARY, wanted.service, at).at
    application = Application(
        number=number,
        window=wanted.window,
        service=wanted.service,
        audience=wanted.service.audience,
        channel=wanted.channel,
        asserted=wanted.asserted,
        origin=Origin.PORTAL,
        state=State.WAITING,
        submitted_at=at,
        due_at=owed,
        order_at=terms.on_ground(wanted.asserted, wanted.service, at).at if wanted.asserted else owed,
        answers=sealing.seal(wanted.answers),
        person=wanted.person,
        secret=sealing.secret_hash(secret),
        caller=wanted.caller,
        key=wanted.key,
        digest=wanted.digest,
        version=0,
        told_late=False,
    )
    return application, secret


def _refuse_unable(wanted: Submission) -> None:
    """The service is offered there, and nothing keeps it from being applied for in this way."""
    offered = taking.offering(wanted.window.pk, wanted.service.pk)
    if offered is None:
        raise NotAllowed(_("This window does not offer this service."))
    if wanted.channel == Channel.ONLINE:
        if not wanted.service.online:
            raise NotAllowed(_("This service cannot be applied for online."))
        if offered.online_stop:
            raise NotAllowed(_("This window does not take online applications for this service at present."))


# --- the moves after that -----------------------------------------------------------------------------------------


def withdraw(application: Application, *, at: datetime | None = None) -> Application:
    """The applicant takes the request back, as long as nothing is decided."""
    return move(application, Verb.WITHDRAWN, at=at, due_at=None, order_at=None)


@transaction.atomic
def supplement(
    application: Application,
    items: list[dict],
    *,
    by: Officer,
    reason: str = "",
    seen: int | None = None,
    at: datetime | None = None,
) -> Application:
    """Ask once for all that is missing; a second time needs a reason and counts as a fault of the window."""
    at = at or clock.now()
    if not items:
        raise NotAllowed(_("Say what is missing."))
    asked_before = Supplement.objects.filter(application=application).exists()
    if asked_before and not reason.strip():
        raise NotAllowed(_("All that is missing is asked for at once. A second request needs a reason."))
    moved = move(application, Verb.ASKED, by=by, at=at, reason=reason, seen=seen, due_at=None, order_at=None)
    Supplement.objects.create(application=moved, items=items, by=by, asked_at=at, reason=reason if asked_before else "")
    return moved


@transaction.atomic
def answer(application: Application, text: dict, *, at: datetime | None = None) -> Application:
    """The applicant brings what was asked for: the clock runs again, by the rule of `windows.deadlines`."""
    at = at or clock.now()
    open_request = Supplement.objects.select_for_update(of=("self",)).filter(application=application, answered_at=None)
    asked = open_request.first()
    if asked is None:
        raise NotAllowed(_("Nothing is asked for at present."))
    asked.answered_at, asked.answer, asked.typed = at, sealing.seal(text), None
    asked.save(update_fields=["answered_at", "answer", "typed"])
    owed, place = _due_and_place(application)
    return move(application, Verb.ANSWERED, at=at, due_at=owed, order_at=place)


def approve(
    application: Application, *, by: Officer, seen: int | None = None, at: datetime | None = None
) -> Application:
    """`seen` is the version that was decided upon: Overtaken where somebody moved the case since."""
    return move(application, Verb.APPROVED, by=by, at=at, seen=seen, order_at=None)


@transaction.atomic
def refuse(
    application: Application,
    *,
    by: Officer,
    reason: RefusalReason,
    note: str = "",
    seen: int | None = None,
    at: datetime | None = None,
) -> Application:
    moved = move(application, Verb.REFUSED, by=by, at=at, reason=reason.pk, seen=seen, order_at=None)
    Refusal.objects.create(application=moved, reason=reason, note=note)
    return moved


def ready(application: Application, *, by: Officer, at: datetime | None = None) -> Application:
    return move(application, Verb.READY, by=by, at=at)


def collect(application: Application, *, by: Officer, at: datetime | None = None) -> Application:
    """Handed over at the window, or posted."""
    return move(application, Verb.COLLECTED, by=by, at=at)


@transaction.atomic
def reckon_again(calendar: str, *, by: Officer, at: datetime | None = None) -> int:
    """Move the due instants that a version of the calendar moves; returns how many. The event names the version."""
    moved = due.moved_by(calendar)
    keys: list[Any] = [one.key for one in moved]
    found = Application.objects.select_for_update(of=("self",)).filter(pk__in=keys, due_at__isnull=False)
    for application in found.select_related("service"):
        application.due_at, application.order_at = _due_and_place(application)
        application.save(update_fields=["due_at", "order_at"])
        _record(application, Verb.RECKONED, application.state, by=by, at=at or clock.now(), reason=calendar)
    return len(moved)


def _due_and_place(application: Application) -> tuple[datetime | None, datetime | None]:
    """The due instant by the ground granted, and by the one asserted, if any: the place in line."""
    terms, pauses = due.terms(), due.pauses_of(application)
    by_ground = {
        ground: terms.on_ground(ground, application.service, application.submitted_at, pauses).at
        for ground in (application.ground, application.asserted)
        if ground
    }
    return by_ground[application.ground], by_ground.get(application.asserted, by_ground[application.ground])


@transaction.atomic
def move(
    application: Application,
    verb: str,
    *,
    by: Officer | None = None,
    at: datetime | None = None,
    reason: str = "",
    seen: int | None = None,
    **fields: object,
) -> Application:
    """Lock the row, check that the move is legal, write state, event, touch and mail; returns the fresh row.

    `seen` is the version that was looked at: Overtaken where somebody moved the case since.
    """
    fresh = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if seen is not None and seen != fresh.version:
        raise Overtaken(fresh)
    before, after = fresh.state, STATE_AFTER.get(Verb(verb), fresh.state)
    legal = before == STAYS[Verb(verb)] if verb in STAYS else after in MOVES.get(State(before), ())
    if fresh.origin != Origin.PORTAL or not legal:
        wanted = {"state": fresh.get_state_display(), "move": Verb(verb).label}
        raise NotAllowed(_("The application is %(state)s: it cannot be %(move)s.") % wanted)
    fields |= {"state": after, "version": fresh.version + 1}
    if before == State.CLAIMED != after:
        fields |= {"claimed_by": None, "lease_until": None}
    for name, value in fields.items():
        setattr(fresh, name, value)
    fresh.save(update_fields=list(fields))
    _record(fresh, verb, before, by=by, at=at or clock.now(), reason=reason)
    return fresh


def _record(
    application: Application,
    verb: str,
    before: str,
    *,
    by: Officer | None,
    at: datetime,
    reason: str = "",
) -> None:
    Event.objects.create(
        application=application,
        verb=verb,
        from_state=before,
        to_state=application.state,
        at=at,
        recorded_at=at,
        by=by,
        reason=reason,
        window_id=application.window_id,
        ground=application.ground,
        audience=application.audience,
        channel=application.channel,
    )
    Touch.objects.create(window_id=application.window_id, day=clock.local_day(at), kind=Touch.Kind.WORK)
    if verb in TOLD and (address := email_of(application)):
        Message.objects.create(application=application, verb=verb, to=sealing.seal({"to": address}), made_at=at)
    doorbell.ring()


def email_of(application: Application) -> str:
    return sealing.unseal(application.answers).get("contact", {}).get("email", "")
