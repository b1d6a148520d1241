"""The only writers of a status: every change is an entry in the ledger plus a touch, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from windows import clock, doorbell, openness
from windows.models import (
    Check,
    Confirmation,
    Officer,
    Reason,
    Service,
    Source,
    Status,
    StatusChange,
    Touch,
    Window,
)


class NotAllowed(Exception):
    """A rule forbids the action; the text is for the person who tried."""


@dataclass(frozen=True)
class Change:
    """What is to become true of windows: the same for one and for many.

    `effective_at` None stands for now. A narrower change names a service and/or a channel.
    """

    status: str
    reason: Reason
    note_zh: str = ""
    note_en: str = ""
    next_review: date | None = None
    effective_at: datetime | None = None
    measure: int | None = None
    service: Service | None = None
    channel: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of one window of a bulk action: the entry written, or why there is none."""

    window: Window
    entry: StatusChange | None = None
    refusal: str = ""


def change_status(window: Window, change: Change, *, by: Officer, at: datetime | None = None) -> StatusChange:
    """Record one change; NotAllowed says which rule forbids it."""
    (outcome,) = change_statuses([window], change, by=by, at=at)
    if outcome.entry is None:
        raise NotAllowed(outcome.refusal)
    return outcome.entry


@transaction.atomic
def change_statuses(
    windows: Iterable[Window], change: Change, *, by: Officer, at: datetime | None = None, batch: UUID | None = None
) -> list[Outcome]:
    """Record the same change for many windows in one step; those that a rule forbids are told apart.

    The caller may name the batch: sent twice, it is recorded once, and the entries are handed back again.
    """
    at = at or clock.now()
    lock(windows)
    if batch and (recorded := list(StatusChange.objects.filter(batch=batch).select_related("window"))):
        return [Outcome(entry.window, entry) for entry in recorded]
    batch = batch or uuid4()
    outcomes = [
        Outcome(window, refusal=refusal) if refusal else Outcome(window, _entry(window, change, by, at, batch))
        for window, refusal in preview(windows, change, at=at)
    ]
    _write([outcome.entry for outcome in outcomes if outcome.entry])
    return outcomes


def lock(windows: Iterable[Window]) -> None:
    """One writer at a time for each window. A statement of its own: what is read next sees the other's entries."""
    keys = [window.pk for window in windows]
    list(Window.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def preview(windows: Iterable[Window], change: Change, *, at: datetime | None = None) -> list[tuple[Window, str]]:
    """Each window with its present `status`, and why the change would be refused there ("" when it would not)."""
    at = at or clock.now()
    effective_at = change.effective_at or at
    found = _as_they_stand(windows, effective_at, at).select_related("division").order_by("pk")
    present = StatusChange.objects.in_bulk([window.change_id for window in found if window.change_id])
    return [(window, _refusal(window, present.get(window.change_id), change, effective_at, at)) for window in found]


def _as_they_stand(windows: Iterable[Window], effective_at: datetime, at: datetime, but: StatusChange | None = None):
    """The windows with their status at an instant, the check of the last 24 hours, and whether an entry comes `later`.

    `but` names an entry that is about to be superseded.
    """
    later = StatusChange.objects.telling(at).filter(window=OuterRef("pk"), effective_at__gt=effective_at)
    if but is not None:
        later = later.exclude(pk=but.pk)
    found = Window.objects.filter(pk__in=[window.pk for window in windows]).with_status(effective_at)
    return Check.objects.beside(found.annotate(later=Exists(later)), at - openness.CHECK_HOLDS, at)


def _unchecked(window: Window, change: Change) -> str:
    """Why the window may not be restored as of now; an entry that a later one overtakes only tells history."""
    restoring = openness.restores(window.status, change.status) and not window.later
    window.unchecked = restoring and not openness.check_passed(window)
    if not window.unchecked:
        return ""
    return _("Restoring needs a passed prevention check of the last 24 hours. Enter the check first.")


def _refusal(window: Window, present: StatusChange | None, change: Change, effective_at: datetime, at: datetime) -> str:
    if effective_at > at:
        return _("A change cannot take effect in the future; enter it on the day, or set the next review.")
    if change.status == Status.SUSPENDED and change.next_review is None:
        return _("A suspended window needs the day of its next review.")
    if change.next_review and change.next_review < clock.local_day(at):
        return _("The next review cannot be in the past.")
    narrower = change.service or change.channel
    if present and not narrower and _says_the_same(present, change):
        return _("This status is already recorded; confirm it instead.")
    return "" if narrower else _unchecked(window, change)


def _says_the_same(present: StatusChange, change: Change) -> bool:
    fields = ("status", "next_review", "note_zh", "note_en")
    return present.reason_id == change.reason.pk and all(getattr(present, f) == getattr(change, f) for f in fields)


def _entry(window: Window, change: Change, by: Officer, at: datetime, batch: UUID) -> StatusChange:
    return StatusChange(
        window=window,
        status=change.status,
        reason=change.reason,
        note_zh=change.note_zh,
        note_en=change.note_en,
        next_review=change.next_review,
        measure=change.measure,
        service=change.service,
        channel=change.channel,
        effective_at=change.effective_at or at,
        recorded_at=at,
        source=Source.STAFF,
        by=by,
        batch=batch,
    )


@transaction.atomic
def correct(wrong: StatusChange, change: Change, *, by: Officer, at: datetime | None = None) -> StatusChange:
    """Put a right entry in the place of a wrong one, which stays readable; NotAllowed when that was done already."""
    at = at or clock.now()
    _lock_uncorrected(wrong)
    effective_at = change.effective_at or wrong.effective_at
    if effective_at > at:
        raise NotAllowed(_("A change cannot take effect in the future; enter it on the day, or set the next review."))
    if change.status == Status.SUSPENDED and change.next_review is None:
        raise NotAllowed(_("A suspended window needs the day of its next review."))
    if effective_at == wrong.effective_at and change.measure == wrong.measure and _says_the_same(wrong, change):
        raise NotAllowed(_("This is what the entry says already."))
    if not (wrong.service_id or wrong.channel) and (refusal := _unchecked_correction(wrong, change, effective_at, at)):
        raise NotAllowed(refusal)
    entry = _entry(wrong.window, change, by, at, uuid4())
    entry.effective_at, entry.supersedes = effective_at, wrong
    entry.service_id, entry.channel = wrong.service_id, wrong.channel
    _write([entry])
    return entry


def _unchecked_correction(wrong: StatusChange, change: Change, effective_at: datetime, at: datetime) -> str:
    """A correction is bound by the check when it opens, as of now, a window that the ledger says is not restored."""
    (window,) = _as_they_stand([wrong.window], effective_at, at, but=wrong)
    (now,) = Window.objects.filter(pk=wrong.window_id).with_status(at)
    window.status = now.status
    return _unchecked(window, change)


@transaction.atomic
def retract(wrong: StatusChange, *, by: Officer, reason: Reason, note: str = "", at: datetime | None = None):
    """Take an entry back as if it had never been made; it stays readable. NotAllowed when superseded already."""
    at = at or clock.now()
    _lock_uncorrected(wrong)
    if not wrong.status:
        raise NotAllowed(_("A retraction cannot be retracted; correct it by a right entry instead."))
    entry = _retraction(wrong, by, reason, note, at, uuid4())
    _write([entry])
    return entry


@transaction.atomic
def undo(
    batch: UUID, *, by: Officer, reason: Reason, windows, note: str = "", at: datetime | None = None
) -> list[Outcome]:
    """Take back, in one step, what is left of a bulk change in these windows; superseded entries are told apart."""
    at = at or clock.now()
    entries = StatusChange.objects.filter(batch=batch, window__in=windows).exclude(status="").order_by("window")
    lock([entry.window for entry in entries.select_related("window")])
    entries = entries.all().select_related("window", "superseded_by")
    undone, new_batch = [], uuid4()
    for entry in entries:
        if hasattr(entry, "superseded_by"):
            undone.append(Outcome(entry.window, refusal=_("This entry has been corrected since.")))
        else:
            undone.append(Outcome(entry.window, _retraction(entry, by, reason, note, at, new_batch)))
    _write([outcome.entry for outcome in undone if outcome.entry])
    return undone


def _retraction(wrong, by, reason, note, at, batch) -> StatusChange:
    return StatusChange(
        window=wrong.window,
        service_id=wrong.service_id,
        channel=wrong.channel,
        status="",
        reason=reason,
        note_zh=note,
        effective_at=wrong.effective_at,
        recorded_at=at,
        source=Source.STAFF,
        by=by,
        batch=batch,
        supersedes=wrong,
    )


def _lock_uncorrected(entry: StatusChange) -> None:
    lock([entry.window])
    if StatusChange.objects.filter(supersedes=entry).exists():
        raise NotAllowed(_("This entry has been corrected since."))


def _write(entries: list[StatusChange]) -> None:
    if not entries:
        return
    StatusChange.objects.bulk_create(entries)
    Touch.objects.bulk_create(
        Touch(window_id=entry.window_id, day=clock.local_day(entry.effective_at), kind=Touch.Kind.STATUS)
        for entry in entries
    )
    doorbell.ring()


@transaction.atomic
def confirm(windows: Iterable[Window], *, by: Officer, at: datetime | None = None) -> int:
    """Say that the status of these windows is still right; returns how many were confirmed.

    A window that never reported a status has nothing to confirm.
    """
    at = at or clock.now()
    reported = Window.objects.filter(pk__in=[window.pk for window in windows]).with_status().exclude(status=None)
    made = Confirmation.objects.bulk_create(Confirmation(window=window, at=at, by=by) for window in reported)
    if made:
        touch_pages()
    return len(made)


def touch_pages() -> None:
    """Something that public pages show has changed without moving a figure: have them rendered anew."""
    Touch.objects.create(day=clock.today(), kind=Touch.Kind.PAGES)
    doorbell.ring()
