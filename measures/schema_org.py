"""Bulletins in the words of schema.org, for search engines."""

from django.http import HttpRequest
from django.urls import reverse

from measures.models import Bulletin
from windows.schema_org import CONTEXT


def announcement(request: HttpRequest, bulletin: Bulletin) -> dict:
    address = request.build_absolute_uri(reverse("measures:bulletin", args=[bulletin.day.isoformat()]))
    return {
        "@context": CONTEXT,
        "@type": "SpecialAnnouncement",
        "@id": address,
        "url": address,
        "name": bulletin.title,
        "text": bulletin.text,
        "datePosted": bulletin.issued_at.isoformat(),
        "category": "https://www.wikidata.org/wiki/Q81068910",  # the pandemic, as schema.org's own example has it
        "spatialCoverage": {"@type": "Country", "name": "China"},
    }
