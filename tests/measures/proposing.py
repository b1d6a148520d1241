"""Risk levels proposed for places with windows, and what these become, for the tests of both."""

from datetime import date, timedelta

from measures import risk
from measures.models import RiskLevel, RiskProposal
from tests import make
from tests.make import NOON
from windows.models import Division, Window

HOUR, DAY, TODAY = timedelta(hours=1), timedelta(days=1), date(2020, 3, 11)


def reference_data() -> None:
    """What every installation has before its first window."""
    for code in ("risk_changed", "orderly_restoration"):
        make.reason(code)
    for code in ("420102", "420103"):
        make.division(code)
    make.checklist()


def propose(place: str | Division = "420102", wanted="high", **fields) -> RiskProposal:
    where = make.division(place) if isinstance(place, str) else place
    fields = {"by": make.officer(), "reason_zh": "新增病例", "reason_en": "New cases", "at": NOON} | fields
    return risk.propose(where, wanted, **fields)


def statuses() -> dict[str, str | None]:
    return dict(Window.objects.with_status().values_list("pk", "status"))


def told_levels(day=TODAY) -> dict[str, str]:
    return dict(RiskLevel.objects.in_force(day).values_list("division", "level"))


def open_window(place="420102", status="full") -> Window:
    window = make.window(place)
    make.change(window, status, at=NOON - 3 * DAY)
    return window
