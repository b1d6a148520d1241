"""What an officer does with a case besides deciding it: take it, verify its ground, put it aside or back, hand it over.

Every verb that acts on a case in hand wants it to be in the hand of who acts, and is told the version that was seen.
"""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import due
from applications.lifecycle import Overtaken, move
from applications.line import LEASE
from applications.models import Application, State, Unmasking, Verb
from windows import clock, scope
from windows.lifecycle import NotAllowed
from windows.models import Offering, Officer, Window

FREE = {"claimed_by": None, "lease_until": None}
LONGEST_PARKING = timedelta(days=60)


def in_hand(application: Application, by: Officer, seen: int | None = None) -> Application:
    """The case, if it is in this officer's hand; NotAllowed says who has it instead.

    Overtaken where it is not at the version `seen` any more: what was done meanwhile tells more than whose it is.
    """
    fresh = Application.objects.select_related("claimed_by").get(pk=application.pk)
    if seen is not None and seen != fresh.version:
        raise Overtaken(fresh)
    if fresh.state != State.CLAIMED:
        raise NotAllowed(
            _("This case is not in your hand any more: it is %(state)s.") % {"state": fresh.get_state_display()}
        )
    if fresh.claimed_by_id != by.pk:
        raise NotAllowed(_("This case is in the hand of %(who)s.") % {"who": fresh.claimed_by})
    return fresh


def take(
    application: Application, *, by: Officer, reason: str, seen: int | None = None, at: datetime | None = None
) -> Application:
    """Take a case out of order: needs a reason, and shows to the supervisor."""
    if not reason.strip():
        raise NotAllowed(_("Taking a case out of order needs a reason."))
    lease = timezone.now() + LEASE
    try:
        return move(
            application, Verb.OUT_OF_ORDER, by=by, at=at, reason=reason, seen=seen, claimed_by=by, lease_until=lease,
            parked_until=None,
        )  # fmt: skip
    except IntegrityError:
        raise NotAllowed(_("You have a case in hand already; put it back or decide it first.")) from None


def renew(application: Application, *, by: Officer) -> None:
    """Working on a case keeps it in hand: the lease begins anew. Real time; no event."""
    Application.objects.in_hand_of(by).filter(pk=application.pk).update(lease_until=timezone.now() + LEASE)


def put_back(
    application: Application, *, by: Officer, reason: str = "", seen: int | None = None, at: datetime | None = None
) -> Application:
    """Back to its place in line."""
    in_hand(application, by, seen)
    return move(application, Verb.PUT_BACK, by=by, at=at, reason=reason, seen=seen, **FREE)


def park(
    application: Application,
    *,
    by: Officer,
    until: date,
    reason: str,
    seen: int | None = None,
    at: datetime | None = None,
) -> Application:
    """Put aside until a day; the statutory clock runs on."""
    in_hand(application, by, seen)
    today = clock.local_day(at or clock.now())
    if not reason.strip():
        raise NotAllowed(_("Parking a case needs a reason."))
    if not today < until <= today + LONGEST_PARKING:
        raise NotAllowed(_("A case is parked until a day from tomorrow on, for 60 days at most."))
    return move(application, Verb.PARKED, by=by, at=at, reason=reason, seen=seen, parked_until=until, **FREE)


def hand_over(
    application: Application, *, by: Officer, to: Officer, seen: int | None = None, at: datetime | None = None
) -> Application:
    """Give the case to a colleague who reaches the window and has none in hand."""
    in_hand(application, by, seen)
    if not scope.windows_of(to).filter(pk=application.window_id).exists() or not to.has_perm("applications.work_line"):
        raise NotAllowed(_("%(who)s does not work at this window.") % {"who": to})
    fields = {"claimed_by": to, "lease_until": timezone.now() + LEASE}
    try:
        return move(application, Verb.HANDED_OVER, by=by, at=at, reason=str(to), seen=seen, **fields)
    except IntegrityError:
        raise NotAllowed(_("%(who)s has a case in hand already.") % {"who": to}) from None


def verify(
    application: Application,
    *,
    by: Officer,
    granted: bool,
    reason: str = "",
    seen: int | None = None,
    at: datetime | None = None,
) -> Application:
    """Grant the asserted ground, and the due instant follows it; or not, and the case keeps its ordinary place."""
    fresh = in_hand(application, by, seen)
    if not fresh.asserted:
        raise NotAllowed(_("No ground is asserted that is not verified yet."))
    if not granted and not reason.strip():
        raise NotAllowed(_("Say why the ground is not granted."))
    if not granted:
        return move(fresh, Verb.NOT_GRANTED, by=by, at=at, reason=reason, seen=seen, asserted="", order_at=fresh.due_at)
    owed = due.terms().on_ground(fresh.asserted, fresh.service, fresh.submitted_at, due.pauses_of(fresh)).at
    fields = {"ground": fresh.asserted, "asserted": "", "due_at": owed, "order_at": owed}
    return move(fresh, Verb.GRANTED, by=by, at=at, reason=reason, seen=seen, **fields)


def unmask(application: Application, *, by: Officer, reason: str, at: datetime | None = None) -> Unmasking:
    """Note who looks at the person, and why; NotAllowed without a reason."""
    if not reason.strip():
        raise NotAllowed(_("Say why you need to see the person."))
    return Unmasking.objects.create(application=application, by=by, at=at or clock.now(), reason=reason[:200])


# --- supervisors --------------------------------------------------------------------------------------------------


def release(
    application: Application, *, by: Officer, reason: str, seen: int | None = None, at: datetime | None = None
) -> Application:
    """Take a case out of an officer's hand, back to its place."""
    if not reason.strip():
        raise NotAllowed(_("Releasing a case needs a reason."))
    return move(application, Verb.RELEASED, by=by, at=at, reason=reason, seen=seen, **FREE)


@transaction.atomic
def transfer(
    applications: list[Application], *, to: Window, by: Officer, reason: str, at: datetime | None = None
) -> list[tuple[Application, str]]:
    """Move waiting cases to another able window; each with "" or why it stays. Their place by time stays the same."""
    if not reason.strip():
        raise NotAllowed(_("Moving cases needs a reason."))
    told = []
    offered = set(Offering.objects.filter(window=to).values_list("service", flat=True))
    for application in applications:
        if application.service_id not in offered:
            told.append((application, _("The window does not offer this service.")))
            continue
        try:
            moved = move(application, Verb.TRANSFERRED, by=by, at=at, reason=reason, window=to)
        except NotAllowed as refusal:
            told.append((application, str(refusal)))
        else:
            told.append((moved, ""))
    return told


# --- the timetable ------------------------------------------------------------------------------------------------


def expire_leases() -> int:
    """Cases whose lease is over go back to their place; returns how many. Real time decides."""
    over = Application.objects.filter(state=State.CLAIMED, lease_until__lt=timezone.now())
    return sum(_returned(one, Verb.EXPIRED, FREE) for one in over)


def unpark(today: date | None = None) -> int:
    """Parked cases whose day has come go back to their place; returns how many."""
    come = Application.objects.filter(state=State.PARKED, parked_until__lte=today or clock.today())
    return sum(_returned(one, Verb.UNPARKED, {"parked_until": None}) for one in come)


def _returned(application: Application, verb: str, fields: dict) -> bool:
    """False where somebody was quicker."""
    try:
        move(application, verb, seen=application.version, **fields)
    except NotAllowed:
        return False
    return True


def tell_late(at: datetime | None = None) -> list[Application]:
    """Late cases that no supervisor was told of yet; each is told once."""
    late = Application.objects.late(at or clock.now()).filter(told_late=False)
    with transaction.atomic():
        found = list(late.select_for_update(of=("self",), skip_locked=True).select_related("window"))
        Application.objects.filter(pk__in=[one.pk for one in found]).update(told_late=True)
    return found


def tell_again(untold: list[Application]) -> None:
    """These late cases reached nobody: they are told anew next time."""
    Application.objects.filter(pk__in=[one.pk for one in untold]).update(told_late=False)
