"""The home page, the page about the API, and what is said where there is no page."""

import sys
from datetime import date

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from measures import charts, figures, restoration, schema_org
from measures.models import Bulletin
from measures.views.public import curve_until, figures_as_of
from portal import api_reference
from portal import health as state_of_health
from portal.language import API
from windows import clock
from windows.pages import NotHere, public
from windows.questions import problem

# What the head of the page says already is not repeated among its figures.
IN_THE_HEAD = {"windows", "restored", "restoration_rate"}
RETRY_AFTER = 5  # seconds
OWN = ("apply", "track", "verify")  # what is somebody's own, and nothing for search engines


@public()
def home(request):
    try:
        campaign, asked = figures.campaign(), figures.ask(figures.report_day())
    except figures.NoFigures as none:
        return render(request, "nothing_yet.html", {"section": "home", "told": str(none)})
    now, before = asked.restoration, restoration.on(min(campaign.baseline_day, asked.as_of))
    context = {"section": "home", "campaign": campaign, "day": asked.as_of, "now": now, "before": before}
    context["so_far"] = asked.as_of != campaign.report_day
    context |= {"panes": charts.panes(before.rate, now.rate), "not_yet": now.windows - now.restored}
    context |= {"parts": charts.parts(now.by_status), **provinces(asked.as_of)}
    context["values"] = [value for value in figures.values_of(asked) if value.figure.id not in IN_THE_HEAD]
    context |= {"figures_as_of": figures_as_of(), **curve_until(asked.as_of, campaign)}
    context["bulletin"] = Bulletin.objects.out(clock.now()).first()
    context["linked"] = context["bulletin"] and schema_org.announcement(request, context["bulletin"])
    return render(request, "home.html", context)


def provinces(day: date) -> dict:
    """The provinces at the end of a day, as rows and as tiles."""
    rows = restoration.by_division(day)
    names = {row.division.pk: row.division.name for row in rows}
    tiles = charts.tiles({row.division.pk: row.rate for row in rows}, names)
    return {"rows": rows, "tiles": tiles, "size": charts.size(tiles)}


@require_safe
def front(request):
    """`/` is the Chinese home itself; its canonical address is /zh-hans/."""
    with override("zh-hans"):
        return home(request)


@public()
def api(request):
    """The routes of the API as the OpenAPI description has them, in the language of the page."""
    return render(request, "api.html", {"section": "api", "routes": api_reference.routes()})


@require_safe
def robots(request):
    """What search engines need not look at, and where the rest is listed."""
    closed = [f"Disallow: /{language}/{part}/" for language, _name in settings.LANGUAGES for part in OWN]
    listed = f"Sitemap: {request.build_absolute_uri(reverse('sitemap-index'))}"
    lines = ["User-agent: *", "Disallow: /staff/", *closed, "", listed, ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def health(request):
    report = state_of_health.report()
    return JsonResponse(report, status=503 if report["status"] == "down" else 200)


# --- where there is no page ---------------------------------------------------------------------------------------


def bad_request(request, exception):
    if request.path_info.startswith(API):
        return JsonResponse(problem("bad_request", "The request cannot be read."), status=400)
    return render(request, "400.html", status=400)


def not_found(request, exception):
    """Our own refusals are told to the reader; Django's are technical."""
    if request.path_info.startswith(API):
        return JsonResponse(problem("not_found", "There is no such route."), status=404)
    reason = str(exception) if isinstance(exception, NotHere) else ""
    return render(request, "404.html", {"reason": reason}, status=404)


def server_error(request):
    """Our own fault: 500. A database that is away, busy or too slow: 503, and when to try again."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status, name, title = (503, "unavailable", "Try again later.") if away else (500, "error", "Something went wrong.")
    if request.path_info.startswith(API):
        response = JsonResponse(problem(name, title), status=status)
    else:
        response = HttpResponse(loader.get_template(f"{status}.html").render(), status=status)
    response["Cache-Control"] = "no-store"
    if away:
        response["Retry-After"] = str(RETRY_AFTER)
    return response
