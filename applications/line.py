"""Who is next, and why: priority and ageing stand in one stored instant, so that nobody starves.

Claiming is one data-modifying statement, which is a transaction of its own: the case, its event and its touch, or the
case that is in hand already. Rows that another officer is opening are stepped over, so that nobody waits and nobody
collides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import UNDECIDED, Application, Ground, Origin, State, Verb
from windows import clock, doorbell
from windows.models import SHANGHAI, Officer, Touch, Window
from windows.prepared import Prepared, maker

LEASE = timedelta(minutes=30)  # real time
SOON = timedelta(days=1)

TOLD = ("id", "number", "window_id", "version")  # of the case; what else it holds is read when it is asked for
ROW, GIVEN = (", ".join(f"a.{name}" for name in names) for names in (TOLD, (*TOLD, "ground", "audience", "channel")))
CLAIM = Prepared(
    "claim",
    f"""
    WITH in_hand AS (
        SELECT {ROW} FROM applications_application a WHERE claimed_by_id = %(by)s AND state = '{State.CLAIMED}'
    ), next AS (
        SELECT id FROM applications_application
        WHERE window_id = %(window)s AND state = '{State.WAITING}' AND origin = '{Origin.PORTAL}'
              AND NOT EXISTS (SELECT FROM in_hand)
        ORDER BY order_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE applications_application a
        SET state = '{State.CLAIMED}', claimed_by_id = %(by)s, version = version + 1,
            lease_until = clock_timestamp() + interval '{LEASE.total_seconds()} seconds'
        FROM next WHERE a.id = next.id
        RETURNING {GIVEN}
    ), noted AS (
        INSERT INTO applications_event (application_id, verb, from_state, to_state, at, recorded_at, by_id, reason,
                                        window_id, ground, audience, channel)
        SELECT id, '{Verb.CLAIMED}', '{State.WAITING}', '{State.CLAIMED}', %(at)s, %(at)s, %(by)s, '',
               window_id, ground, audience, channel FROM claimed
    ), touched AS (
        INSERT INTO windows_touch (window_id, day, kind)
        SELECT window_id, (%(at)s AT TIME ZONE 'Asia/Shanghai')::date, '{Touch.Kind.WORK}' FROM claimed
    )
    SELECT true, {ROW} FROM claimed a UNION ALL SELECT false, * FROM in_hand""",
    window="text",
    by="bigint",
    at="timestamptz",
)
made = maker(Application, TOLD)


def claim_next(window: Window, *, by: Officer, at: datetime | None = None) -> Application | None:
    """Give the officer whoever is first in line; None when nobody waits.

    Pressing twice gives back the case already in hand, from whatever window.
    """
    at = at or clock.now()
    try:
        found = CLAIM.rows(window=window.pk, by=by.pk, at=at)
    except IntegrityError as error:  # pressed twice in the same moment
        if "one_case_in_hand_per_officer" not in str(error):
            raise
        return Application.objects.in_hand_of(by).first()
    if not found:
        return None
    claimed = found[0][0]
    if claimed:
        doorbell.ring()
    return made(found[0][1:])


# --- why it is next -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Why:
    """The reason of a place in line, as told to officers: each part can be reckoned anew from the row."""

    ground: str
    asserted: bool
    due_at: datetime
    behind: int

    @property
    def text(self) -> str:
        label = Ground(self.ground).label
        words = _("%(ground)s, asserted and to be verified") if self.asserted else _("%(ground)s, granted")
        ground = label if self.ground == Ground.ORDINARY else words % {"ground": label}
        behind = ngettext("%(n)s waits behind", "%(n)s wait behind", self.behind) % {"n": self.behind}
        return _("%(ground)s; due %(due)s; %(behind)s") % {
            "ground": ground,
            "due": _moment(self.due_at),
            "behind": behind,
        }


def why(application: Application) -> Why:
    """Why this case comes before the others that wait at its window."""
    asserted = bool(application.asserted)
    return Why(
        ground=application.asserted or application.ground,
        asserted=asserted,
        due_at=application.order_at,  # type: ignore[arg-type]  # who waits has a place
        behind=Application.objects.behind(application).count(),
    )


def _moment(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    if local.date() == clock.today():
        return _("today %(time)s") % {"time": f"{local:%H:%M}"}
    return f"{local:%Y-%m-%d %H:%M}"


def lanes(window: Window, *, at: datetime | None = None) -> dict[str, int]:
    """How many wait at a window: to verify, then by ground granted; how many of all are late, or due within a day."""
    at = at or clock.now()
    counts = {"to_verify": Count("pk", filter=~Q(asserted=""))}
    counts |= {ground.value: Count("pk", filter=Q(asserted="", ground=ground)) for ground in Ground}
    counts["late"] = Count("pk", filter=Q(due_at__lt=at))
    counts["soon"] = Count("pk", filter=Q(due_at__gte=at, due_at__lt=at + SOON))
    return Application.objects.waiting_at(window).aggregate(**counts)


@dataclass(frozen=True)
class Row:
    """A window's line for a supervisor."""

    window: Window
    waiting: int
    in_hand: int
    parked: int
    asked: int
    late: int


def of_windows(
    applications: QuerySet[Application], *, first: int = 0, most: int, at: datetime | None = None
) -> list[Row]:
    """The lines of windows among these applications where anything is undecided; most late ones first.

    So many (`most`) of them, without those before `first`.
    """
    at = at or clock.now()
    counts = {  # not of the key: an index alone answers
        "waiting": Count("window", filter=Q(state=State.WAITING)),
        "in_hand": Count("window", filter=Q(state=State.CLAIMED)),
        "parked": Count("window", filter=Q(state=State.PARKED)),
        "asked": Count("window", filter=Q(state=State.SUPPLEMENT)),
        "late": Count("window", filter=Q(due_at__lt=at)),
    }
    undecided = applications.filter(origin=Origin.PORTAL, state__in=UNDECIDED).order_by()
    counted: Any = undecided.values("window").annotate(**counts)
    found = list(counted.order_by("-late", "-waiting", "window").values_list("window", *counts)[first : first + most])
    windows = Window.objects.select_related("division").in_bulk([code for code, *_numbers in found])
    return [Row(windows[code], *numbers) for code, *numbers in found]
