"""The home page, and what is said where there is no page."""

from datetime import date

from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_safe

from measures import charts, figures, restoration
from measures.views.public import curve_until, figures_as_of
from windows.pages import NotHere, public

# What the head of the page says already is not repeated among its figures.
IN_THE_HEAD = {"windows", "restored", "restoration_rate"}


@public()
def home(request):
    campaign, asked = figures.campaign(), figures.ask(figures.report_day())
    now, before = asked.restoration, restoration.on(campaign.baseline_day)
    context = {"section": "home", "campaign": campaign, "day": asked.as_of, "now": now, "before": before}
    context |= {"panes": charts.panes(before.rate, now.rate), "not_yet": now.windows - now.restored}
    context |= {"parts": charts.parts(now.by_status), **provinces(asked.as_of)}
    context["values"] = [value for value in figures.values_of(asked) if value.figure.id not in IN_THE_HEAD]
    context |= {"figures_as_of": figures_as_of(), **curve_until(asked.as_of, campaign)}
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


def bad_request(request, exception):
    return render(request, "400.html", status=400)


def not_found(request, exception):
    """Our own refusals are told to the reader; Django's are technical."""
    reason = str(exception) if isinstance(exception, NotHere) else ""
    return render(request, "404.html", {"reason": reason}, status=404)
