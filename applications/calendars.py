"""Due days as a calendar file (RFC 5545): what is owed and when, nothing of the applicant."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from applications import sealing
from applications.models import UNDECIDED, Application
from windows import clock
from windows.models import SHANGHAI

MOST = 5000  # entries of one file: calendars choke on more
PRODUCER = "-//Entry-exit windows//Due days//EN"


def due_days(applications: QuerySet[Application], *, at: datetime | None = None) -> bytes:
    """Those of the applications that this portal owes a decision on (no other has a due instant), the earliest first.

    An entry has the same UID in every file, and a SEQUENCE that grows with each change of the application.
    """
    owed = applications.filter(state__in=UNDECIDED, due_at__isnull=False)
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Decisions due"))
    for application in owed.select_related("window", "service").order_by("due_at", "pk")[:MOST]:
        calendar.add_component(_entry(application, at or clock.now()))
    return calendar.to_ical()


def _entry(application: Application, at: datetime) -> Event:
    entry = Event()
    entry.add("uid", uuid5(NAMESPACE_URL, f"application/{application.number}").urn)
    entry.add("sequence", application.version)
    entry.add("dtstamp", at)
    day = clock.local_day(application.due_at)  # type: ignore[arg-type]  # who asks for one has a due instant
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    entry.add("summary", f"{sealing.spelled(application.number)} {application.service.name}")
    entry.add("location", application.window.name)
    entry.add("description", _("Due %(at)s") % {"at": f"{application.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"})
    return entry
