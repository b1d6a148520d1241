"""A window in the words of schema.org, for search engines."""

from django.http import HttpRequest

from windows import clock
from windows.models import RESTORED, Window

CONTEXT = "https://schema.org"


def office(request: HttpRequest, window: Window) -> dict:
    """A window `with_status` and marked: where it belongs to, and what holds there now in words."""
    place = window.division
    facts = {
        "@context": CONTEXT,
        "@type": "GovernmentOffice",
        "@id": request.build_absolute_uri(request.path),
        "url": request.build_absolute_uri(request.path),
        "name": window.name,
        "identifier": window.pk,
        "areaServed": {"@type": "AdministrativeArea", "name": place.name, "identifier": place.pk},
    }
    if window.entry:
        facts["description"] = f"{window.entry.get_status_display()} · {window.entry.reason.name}"
    if window.entry and window.status not in RESTORED:
        facts["specialOpeningHoursSpecification"] = closed(window)
    return facts


def closed(window: Window) -> dict:
    """No hours that anybody may come to without an appointment; until the next review, where one is told."""
    hours = {
        "@type": "OpeningHoursSpecification",
        "opens": "00:00",
        "closes": "00:00",
        "validFrom": clock.local_day(window.since).isoformat(),  # type: ignore[arg-type]  # it has an entry
    }
    return hours | ({"validThrough": window.next_review.isoformat()} if window.next_review else {})
