"""What an applicant is handed: the reference, the secret while it may be shown, and a code that leads back."""

import io

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from applications import due, sealing
from applications.models import Application


def context(application: Application, secret: str = "") -> dict:
    """For the receipt's page. Without the secret, which is told once, the rest can be had again and again."""
    return {
        "section": "apply",
        "application": application,
        "reference": sealing.spelled(application.number),
        "secret": secret,
        "due": due.of(application),
        "term": due.terms().of_grounds.get(application.ground),
        "post": sealing.unseal(bytes(application.answers)).get("collection", {}).get("collection") == "post",
    }


def picture(request: HttpRequest, application: Application, secret: str = "") -> HttpResponse:
    """A PNG code of the status page. Reference and secret stand behind "#": no server and no log ever sees them."""
    told = f"{application.number}.{secret}" if secret else application.number
    address = request.build_absolute_uri(reverse("applications:track")) + "#" + told
    png = io.BytesIO()
    segno.make(address, error="m").save(png, kind="png", scale=6, border=4)
    return HttpResponse(png.getvalue(), content_type="image/png")
