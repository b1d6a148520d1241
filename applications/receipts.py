"""What an applicant is handed: the reference, the secret while it may be shown, and a code that leads back."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from applications import due, sealing
from applications.models import Application
from windows import codes


def context(application: Application, secret: str = "") -> dict:
    """For the receipt's page. Without the secret, which is told once, the rest can be had again and again."""
    return {
        "section": "apply",
        "application": application,
        "reference": sealing.spelled(application.number),
        "secret": secret,
        "due": due.of(application),
        "term": due.terms().of_grounds.get(application.ground),
        "post": sealing.unseal(application.answers).get("collection", {}).get("collection") == "post",
    }


def way_in(request: HttpRequest, application: Application, secret: str) -> HttpResponse:
    """A code for the applicant alone, of the status page. What stands behind "#" no server and no log ever sees."""
    address = reverse("applications:track") + f"#{application.number}.{secret}"
    return _picture(request, address)


def proof(request: HttpRequest, application: Application) -> HttpResponse:
    """A code for whoever is shown the receipt, of the page that tells whether it is ours: nothing of the applicant."""
    arguments = [application.number, sealing.proof(application.number)]
    return _picture(request, reverse("applications:verify", args=arguments))


def _picture(request: HttpRequest, address: str) -> HttpResponse:
    return HttpResponse(codes.picture(request.build_absolute_uri(address), "png"), content_type="image/png")
