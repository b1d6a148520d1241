"""Whether a receipt is ours: what its code leads to. Reference, state and day, nothing of the applicant."""

import hmac

from django.shortcuts import render

from applications import sealing
from applications.models import Application
from applications.views.applicant import page, too_often
from windows import clock, limits


@page("GET", "HEAD")
def verify(request, number, proof):
    """An unknown reference and a wrong proof are answered alike, and neither asks the database."""
    by_network = limits.allows(limits.CHECKS_PER_NETWORK, limits.network_of(request))
    if not limits.allows(limits.CHECKS_PER_REFERENCE, number[:100]) or not by_network:
        return too_often(request)
    ours = hmac.compare_digest(sealing.proof(number).encode(), proof.encode(errors="replace"))
    found = Application.objects.filter(number=number).first() if ours else None
    context = {"section": "track", "application": found, "reference": found and sealing.spelled(found.number)}
    context["day"] = found and clock.local_day(found.submitted_at)
    return render(request, "applications/verify.html", context, status=200 if found else 404)
