"""Where short links lead, and the pictures that carry them."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from windows import codes
from windows.pages import NotHere, public

DAY = 24 * 3600  # seconds


@public()
def follow(request, code, language=settings.LANGUAGE_CODE):
    """To the page; whoever asks is answered the same, so that proxies may keep it."""
    response = HttpResponseRedirect(known(code, language))
    response["Cache-Control"] = f"public, max-age={DAY}"
    return response


@public()
def picture(request, code, kind, language=settings.LANGUAGE_CODE):
    """The short link as a picture: PNG for screens, SVG for print."""
    known(code, language)
    if kind not in codes.PICTURES:
        raise NotHere(_("There is no such picture."))
    address = request.build_absolute_uri(codes.link(code, language))
    return HttpResponse(codes.picture(address, kind), content_type=codes.PICTURES[kind])


def known(code: str, language: str) -> str:
    address = codes.page(code, language)
    if address is None:
        raise NotHere(_("No page has this short link."))
    return address


routes = [
    path("s/<str:code>/", follow, name="short"),
    path("s/<str:code>/<slug:language>/", follow, name="short"),
    path("s/<str:code>/code.<slug:kind>", picture, name="short-picture"),
    path("s/<str:code>/<slug:language>/code.<slug:kind>", picture, name="short-picture"),
]
