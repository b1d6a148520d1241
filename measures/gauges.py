"""The gauges of supervisors' dashboards: the one list of their names, definitions and units."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COUNT, SHARE, DAYS = "count", "share", "days"


@dataclass(frozen=True)
class Gauge:
    """One number of a board: its name, what exactly it counts, and its unit. `live`: as it is now, not of a day."""

    id: str
    name: str | Promise
    definition: str | Promise
    unit: str = COUNT
    live: bool = False


GAUGES: dict[str, Gauge] = {
    gauge.id: gauge
    for gauge in (
        Gauge("windows", _("Windows"), _("All windows of the place.")),
        Gauge("restored", _("Restored"), _("Windows whose status at the end of the day is full or limited.")),
        Gauge("rate", _("Restoration rate"), _("Restored windows divided by all windows."), SHARE),
        Gauge(
            "target", _("Target"), _("The share that the division set itself from the latest day up to this."), SHARE
        ),
        Gauge(
            "stale",
            _("Not confirmed for 7 days"),
            _(
                "Windows whose status nobody reported or confirmed in the 7 days "
                "before the end of the day, or before now if the day is not over."
            ),
        ),
        Gauge("changes", _("Status changes"), _("Entries of the ledger that took effect on the day and are in force.")),
        Gauge(
            "checked",
            _("Prevention check passed"),
            _("Windows restored at the end of the day whose last prevention check of the day was passed."),
        ),
        Gauge("compliance", _("Share checked"), _("The same, divided by the windows restored."), SHARE),
        Gauge(
            "submitted", _("Applications submitted"), _("Applications submitted on the day, online and at counters.")
        ),
        Gauge("decided", _("Decided"), _("Applications approved or refused on the day.")),
        Gauge("withdrawn", _("Withdrawn"), _("Applications withdrawn on the day.")),
        Gauge(
            "undecided",
            _("Undecided"),
            _(
                "Applications submitted up to the end of the day and neither decided nor "
                "withdrawn by then, those of provincial systems included."
            ),
        ),
        Gauge(
            "throughput", _("Decided per window"), _("Applications decided on the day, divided by all windows."), DAYS
        ),
        Gauge(
            "wait_median",
            _("Days waiting, median"),
            _(
                "Days of 24 hours from submission to decision, of the "
                "applications decided on the day: half waited no longer."
            ),
            DAYS,
        ),
        Gauge("wait_most", _("Days waiting, nine of ten"), _("The same: nine of ten waited no longer."), DAYS),
        Gauge("decided_late", _("Decided late"), _("Applications decided on the day after their due instant.")),
        Gauge(
            "asked_again",
            _("Second requests to supplement"),
            _("Requests to supplement of the day to applicants who had been asked before: a fault of the window."),
        ),
        Gauge("out_of_order", _("Taken out of order"), _("Cases that officers took out of order on the day.")),
        Gauge(
            "returns_missing",
            _("Port returns missing"),
            _("Airports and seaports of the place without a return for the day."),
        ),
        Gauge("returns_late", _("Port returns late"), _("Returns for the day that were recorded on a later day.")),
        Gauge("waiting", _("Waiting"), _("Applications in line now."), live=True),
        Gauge("in_hand", _("In hand"), _("Cases that officers have in hand now."), live=True),
        Gauge("parked", _("Parked"), _("Cases put aside until a day."), live=True),
        Gauge(
            "asked",
            _("Waiting for applicants"),
            _("Applications whose applicants were asked to supplement."),
            live=True,
        ),
        Gauge("late", _("Late"), _("Undecided applications whose due instant has passed."), live=True),
        Gauge("soon", _("Soon late"), _("Undecided applications due within 24 hours."), live=True),
    )
}
