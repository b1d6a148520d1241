"""What an officer needs to see first: his windows that ask for attention, today's changes, figures, ports."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q

from applications import line
from applications.models import Application
from measures import alerts, reporting, restoration
from measures.models import Campaign, Port, PortCheck
from measures.restoration import Restoration
from windows import clock, scope
from windows.models import NOT_PASSED, RESTORED, Check, Division, Officer, StatusChange, Window, unconfirmed_since
from windows.openness import STALE_AFTER, is_stale

SHOWN = 12
LOOK_BACK = timedelta(days=13)  # as far as days of ports that ask for something are looked for


@dataclass(frozen=True)
class Figures:
    """The restoration of a place: today, and before and after the measures. `place` None is the nation."""

    place: Division | None
    today: Restoration
    before: Restoration | None
    after: Restoration | None

    @property
    def by_status(self) -> list[tuple[str | None, int]]:
        names = {restoration.UNREPORTED: None}
        return [(names.get(name, name), count) for name, count in self.today.by_status.items()]


def of(officer: Officer) -> dict:
    """The context of the first page; each part is empty for a role that has nothing to do with it."""
    day: dict[str, Any] = {"today": clock.today(), "now": clock.now()}
    if officer.has_perm("windows.view_window"):
        day |= windows_of(officer) | {"figures": figures_of(officer)}
    if officer.has_perm("applications.work_line"):
        day |= line_of(officer, day.get("windows", []) if day.get("windows_total", 0) <= SHOWN else [])
    if officer.has_perm("measures.add_return"):
        day |= ports_of(officer)
    if officer.has_perm("measures.see_dashboard"):
        day |= {"alerts": alerts.open_for(officer)}
    return day


def line_of(officer: Officer, windows: list[Window]) -> dict:
    """The case in hand, and the lines of his windows; those where nobody waits only where he has few (`windows`)."""
    undecided = Application.objects.filter(scope.at_windows(officer, "window"))
    rows = line.of_windows(undecided, most=SHOWN)
    busy = {row.window.pk for row in rows}
    quiet = sorted((window for window in windows if window.pk not in busy), key=lambda window: window.pk)
    in_hand = Application.objects.in_hand_of(officer).select_related("service").first()
    return {"in_hand": in_hand, "line_rows": rows, "quiet_windows": quiet}


def windows_of(officer: Officer) -> dict:
    now = clock.now()
    mine = Check.objects.beside(scope.windows_of(officer).with_status(), clock.start_of(clock.local_day(now)), now)
    overdue = Q(next_review__lt=clock.local_day(now))
    totals = mine.aggregate(
        windows_total=Count("pk"),
        stale_total=Count("pk", filter=unconfirmed_since(now - STALE_AFTER)),
        overdue_total=Count("pk", filter=overdue),
        unchecked_total=Count("pk", filter=Q(status__in=RESTORED) & NOT_PASSED),
    )
    reviews = mine.filter(overdue).select_related("division").order_by("next_review", "pk")
    first = mine.select_related("division").order_by(F("confirmed_at").asc(nulls_first=True), "pk")
    shown = list(first[:SHOWN])
    for window in shown:
        window.stale = is_stale(window.confirmed_at, now)
        window.open = window.status in RESTORED
        window.overdue = bool(window.next_review and window.next_review < clock.local_day(now))
    today = StatusChange.objects.filter(scope.at_windows(officer, "window"), day=clock.local_day(now))
    told = list(today.select_related("window__division", "reason", "by", "service", "superseded_by")[: SHOWN + 1])
    return totals | {
        "windows": shown,
        "overdue": list(reviews[:SHOWN]) if totals["overdue_total"] else [],
        "changes": told[:SHOWN],
        "changes_total": len(told) if len(told) <= SHOWN else today.count(),
    }


def figures_of(officer: Officer) -> list[Figures]:
    """For the nation, or for each of the officer's divisions (those of his windows, where he has no other)."""
    campaign = Campaign.objects.order_by("-measures_day").first()
    if scope.reaches_everywhere(officer):
        return [_figures(None, campaign)]
    places = scope.own_divisions(officer) or Division.objects.filter(pk__in=officer.windows.values("division"))
    return [_figures(place, campaign) for place in places[:3]]


def _figures(place: Division | None, campaign: Campaign | None) -> Figures:
    today = clock.today()
    before = campaign.baseline_day if campaign else None
    after = campaign.report_day if campaign and campaign.report_day and campaign.report_day <= today else None
    days = [day for day in (today, before, after) if day]
    found = restoration.on_days(days, division=place.pk if place else "")
    return Figures(place, found[today], *(found[day] if day else None for day in (before, after)))


def ports_of(officer: Officer) -> dict:
    """Today of each of his ports, and the earlier days on which something is still due, each with how many ports."""
    today = clock.today()
    mine = Port.objects.filter(scope.within(officer, "division")).order_by("pk")
    ports = PortCheck.objects.beside(mine, clock.start_of(today), clock.now())
    rows = reporting.of_days(ports, today - LOOK_BACK, today)
    present = reporting.in_order(row for row in rows if row.day == today)
    earlier = Counter(row.day for row in rows if row.asks and row.day < today)
    return {
        "ports": present,
        "ports_missing": sum(row.missing for row in present),
        "earlier_days": sorted(earlier.items(), reverse=True),
    }
