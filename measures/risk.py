"""Risk and restoration, the first measure: low risk opens windows in full, medium in part, high for emergencies.

A level proposes what the windows of a division become; a supervisor sees a dry run and applies it in one step,
two people for a whole province. Everything is undone exactly, by superseding. A window of a county follows its
county; one of a prefecture or a province serves all counties inside and follows the highest level among them. It
changes only by a proposal over its own division or a wider one.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from measures import restoration
from measures.models import AS_RECORDED, STATUS_OF, ProposalState, Risk, RiskLevel, RiskProposal
from windows import clock, lifecycle
from windows.lifecycle import Change, NotAllowed, Outcome
from windows.models import (
    RESTORED,
    Division,
    Level,
    Offering,
    Officer,
    Reason,
    Source,
    Status,
    Window,
    significant,
)

REASON, MEASURE = "risk_changed", 1
HEIGHT: list[str] = [Risk.LOW, Risk.MEDIUM, Risk.HIGH]


class Stale(NotAllowed):
    """What would happen is no longer what the officer saw."""


# --- the dry run -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A window that would change: its level, the status it has and would get, and why it would be refused ("")."""

    window: Window
    level: str
    present: str | None
    status: str
    refusal: str

    @property
    def level_name(self) -> str:
        return str(Risk(self.level).label)


@dataclass(frozen=True)
class Share:
    """Of a place's windows, how many are restored now and would be after."""

    place: Division
    windows: int
    before: int
    after: int

    @property
    def rate_before(self) -> Decimal | None:
        return restoration.rate(self.before, self.windows)

    @property
    def rate_after(self) -> Decimal | None:
        return restoration.rate(self.after, self.windows)


@dataclass(frozen=True)
class DryRun:
    """What a proposal would do if it were applied now.

    `levels` are the counties' levels after it, `unknown` counts the windows that no level tells anything about.
    `services` counts the services offered at the windows that change, `waiting` the cases in line there.
    """

    levels: dict[str, str]
    rows: list[Row]
    unchanged: int
    unknown: int
    services: int
    waiting: int
    shares: list[Share]

    @property
    def going(self) -> list[Row]:
        return [row for row in self.rows if not row.refusal]

    @property
    def refused(self) -> list[Row]:
        return [row for row in self.rows if row.refusal]

    @property
    def token(self) -> str:
        """Differs when anything that would be done differs. How many wait is not part of it: that moves by itself."""
        told: list = [sorted(self.levels.items())]
        told += [[row.window.pk, row.present, row.status, bool(row.refusal)] for row in self.rows]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def dry_run(proposal: RiskProposal, *, at: datetime | None = None) -> DryRun:
    """What applying the proposal would do now; nothing is written."""
    at = at or clock.now()
    levels = _levels(proposal)
    windows = list(windows_of(proposal).with_status(at).order_by("pk"))
    level_of = {window.pk: _level_of(window, levels) for window in windows}
    rows = sorted(_rows(proposal, windows, level_of, at), key=lambda row: row.window.pk)
    changing = [row.window.pk for row in rows if not row.refusal]
    return DryRun(
        levels=levels,
        rows=rows,
        unchanged=sum(bool(level) for level in level_of.values()) - len(rows),
        unknown=sum(not level for level in level_of.values()),
        services=Offering.objects.filter(window__in=changing).values("service").distinct().count(),
        waiting=Application.objects.waiting().filter(window__in=changing).count(),
        shares=_shares(proposal.division, windows, rows, at),
    )


def _levels(proposal: RiskProposal) -> dict[str, str]:
    """The level of each county of the division once the proposal is applied."""
    if proposal.wanted != AS_RECORDED:
        return dict.fromkeys(counties(proposal.division).values_list("pk", flat=True), proposal.wanted)
    inside = RiskLevel.objects.filter(division__in=counties(proposal.division))
    return dict(inside.in_force(proposal.day).values_list("division", "level"))


def windows_of(proposal: RiskProposal):
    """The windows that a proposal is about."""
    return Window.objects.in_division(proposal.division_id)


def counties(division: Division):
    """The division itself where it is a county, else all counties inside it."""
    return Division.objects.under(division.pk).filter(level=Level.COUNTY)


def _level_of(window: Window, levels: dict[str, str]) -> str:
    """The window's county's level, or the highest inside its division; "" where none is known."""
    place = significant(window.division_id)
    inside = {level for code, level in levels.items() if code.startswith(place)}
    return max(inside, key=HEIGHT.index, default="")


def _rows(proposal: RiskProposal, windows: list[Window], level_of: dict[str, str], at: datetime) -> list[Row]:
    rows = []
    for level, status in STATUS_OF.items():
        changing = [window for window in windows if level_of[window.pk] == level and window.status != status]
        told = lifecycle.preview(changing, _change(proposal, status), at=at) if changing else []
        rows += [Row(window, level, window.status, status, refusal) for window, refusal in told]
    return rows


def _change(proposal: RiskProposal, status: Status) -> Change:
    return Change(
        status=status,
        reason=Reason.objects.get(pk=REASON),
        note_zh=proposal.reason_zh,
        note_en=proposal.reason_en,
        measure=MEASURE,
    )


def _shares(division: Division, windows: list[Window], rows: list[Row], at: datetime) -> list[Share]:
    """Of the division, whose windows these are, and, where it is not one, of its province."""
    gained = sum((row.status in RESTORED) - (row.present in RESTORED) for row in rows if not row.refusal)
    shares = [_share(division, [window.status for window in windows], gained)]
    if division.level != Level.PROVINCE:
        province = division.chain()[0]
        inside = Window.objects.in_division(province.pk).with_status(at)
        shares.append(_share(province, list(inside.values_list("status", flat=True)), gained))
    return shares


def _share(place: Division, statuses: list[str | None], gained: int) -> Share:
    before = sum(status in RESTORED for status in statuses)
    return Share(place, len(statuses), before, before + gained)


# --- the life of a proposal --------------------------------------------------------------------------------------


def propose(
    division: Division,
    wanted: str,
    *,
    reason_zh: str,
    reason_en: str,
    by: Officer,
    day: date | None = None,
    at: datetime | None = None,
) -> RiskProposal:
    """Note what is wanted; nothing changes before it is applied. NotAllowed for a day that is to come."""
    at = at or clock.now()
    day = day or clock.local_day(at)
    if day > clock.local_day(at):
        raise NotAllowed(_("This day is still to come: set the level on the day."))
    return RiskProposal.objects.create(
        division=division,
        wanted=wanted,
        day=day,
        reason_zh=reason_zh,
        reason_en=reason_en,
        for_two=division.level == Level.PROVINCE,
        proposed_by=by,
        proposed_at=at,
    )


@transaction.atomic
def apply(proposal: RiskProposal, *, token: str, by: Officer, at: datetime | None = None) -> list[Outcome]:
    """Do what the dry run with this token showed, in one step; each window that changed, and each refused.

    Stale when it would be something else by now; NotAllowed where a second person is needed or it is over.
    """
    at = at or clock.now()
    proposal = _held(proposal, ProposalState.PROPOSED)
    if proposal.for_two and proposal.proposed_by_id == by.pk:
        raise NotAllowed(_("A whole province takes two people: somebody else has to approve what you proposed."))
    lifecycle.lock(windows_of(proposal))
    planned = dry_run(proposal, at=at)
    if planned.token != token:
        raise Stale(_("Things have changed since you looked. See what would happen now, and decide again."))
    _record_levels(proposal, planned.levels, by, at)
    outcomes = []
    for status in STATUS_OF.values():
        windows = [row.window for row in planned.rows if row.status == status]
        change, batch = _change(proposal, status), proposal.batch_of(status)
        outcomes += lifecycle.change_statuses(windows, change, by=by, at=at, batch=batch) if windows else []
    _move(proposal, ProposalState.APPLIED, applied_by=by, applied_at=at)
    return outcomes


@transaction.atomic
def undo(proposal: RiskProposal, *, by: Officer, note: str = "", at: datetime | None = None) -> list[Outcome]:
    """Take back the levels and what is left of the windows' changes; those corrected since are told apart."""
    at = at or clock.now()
    proposal = _held(proposal, ProposalState.APPLIED)
    windows, reason = windows_of(proposal), Reason.objects.get(pk=REASON)
    outcomes = []
    for status in STATUS_OF.values():
        batch = proposal.batch_of(status)
        outcomes += lifecycle.undo(batch, by=by, reason=reason, windows=windows, note=note, at=at)
    RiskLevel.objects.bulk_create(
        _retraction(level, note, by, at) for level in proposal.recorded.filter(superseded_by=None).exclude(level="")
    )
    _move(proposal, ProposalState.UNDONE, closed_by=by, closed_at=at)
    return outcomes


@transaction.atomic
def withdraw(proposal: RiskProposal, *, by: Officer, at: datetime | None = None) -> None:
    """Close a proposal that was not applied."""
    proposal = _held(proposal, ProposalState.PROPOSED)
    _move(proposal, ProposalState.WITHDRAWN, closed_by=by, closed_at=at or clock.now())


def _held(proposal: RiskProposal, state: ProposalState) -> RiskProposal:
    """The proposal, locked; NotAllowed when it is not in this state any more."""
    found = RiskProposal.objects.select_related("division").select_for_update(of=("self",)).get(pk=proposal.pk)
    if found.state != state:
        raise NotAllowed(_("This proposal is %(state)s.") % {"state": found.get_state_display()})
    return found


def _move(proposal: RiskProposal, state: ProposalState, **noted) -> None:
    for name, value in noted.items():
        setattr(proposal, name, value)
    proposal.state = state
    proposal.save(update_fields=["state", *noted])
    lifecycle.touch_pages()


def _record_levels(proposal: RiskProposal, levels: dict[str, str], by: Officer, at: datetime) -> None:
    """One row for each county whose level this is not already."""
    told = dict(RiskLevel.objects.filter(division__in=levels).in_force(proposal.day).values_list("division", "level"))
    RiskLevel.objects.bulk_create(
        RiskLevel(
            division_id=code,
            day=proposal.day,
            level=level,
            reason_zh=proposal.reason_zh,
            reason_en=proposal.reason_en,
            recorded_at=at,
            source=Source.STAFF,
            by=by,
            proposal=proposal,
        )
        for code, level in levels.items()
        if told.get(code) != level
    )


def _retraction(wrong: RiskLevel, note: str, by: Officer, at: datetime) -> RiskLevel:
    same = {name: getattr(wrong, name) for name in ("division_id", "day", "reason_en", "proposal_id")}
    reason = note or wrong.reason_zh
    return RiskLevel(**same, level="", reason_zh=reason, recorded_at=at, source=Source.STAFF, by=by, supersedes=wrong)
