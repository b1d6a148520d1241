"""Statistics, measures and figures for the public: pure functions of address, language and the figures."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures import charts, figures, policy, reporting, restoration
from measures.models import Campaign, Measure, Topic
from measures.restoration import Restoration
from windows import clock, pages
from windows.models import Division, Level, Status
from windows.pages import NotHere, public

CURVE_BEFORE = timedelta(weeks=8)  # how far before the baseline day a curve begins
LONGEST_CURVE = timedelta(days=200)
ORDERS = {
    "name": lambda row: row.division.code,
    "windows": lambda row: row.windows,
    "restored": lambda row: row.restored,
    "rate": lambda row: (row.rate is not None, row.rate),
}
# Which figures tell how a measure went.
FIGURES_OF_MEASURE = {
    1: ("restored", "restoration_rate"),
    2: ("epidemic_response_decided",),
    3: ("online_applications",),
    4: ("priority_decided",),
    5: ("flight_paper_exemption", "vessel_work_on_arrival", "dedicated_lane"),
}
# Which ports a figure is counted at.
KIND_OF_PORT = {counted.value: kind.value for kind, counted in reporting.KIND_OF.items()}
# Where a measure is put to use.
WORKS_AT = {
    1: (
        ("windows:finder", gettext_lazy("Find a window and its status")),
        ("measures:statistics", gettext_lazy("Statistics")),
    ),
    2: (("applications:start", gettext_lazy("Apply with this reason for priority")),),
    3: (("applications:start", gettext_lazy("Apply online")), ("applications:track", gettext_lazy("My application"))),
    4: (("applications:start", gettext_lazy("Apply with this reason for priority")),),
    5: (("measures:ports", gettext_lazy("Port by port, and day by day")),),
    6: (("measures:policy", gettext_lazy("Policy query")),),
    7: (("windows:finder", gettext_lazy("Find a window and its status")),),
    9: (("applications:start", gettext_lazy("Apply online")),),
}


def figures_as_of() -> datetime | None:
    """The portal's time that the figures stand for, once they are more than a minute behind; else None."""
    age = restoration.age()
    return clock.now() - age if age > restoration.FRESH else None


def curve_until(day: date, campaign: Campaign, division: str = "") -> dict:
    """The curve up to the later of this day and the report day, and the days it is drawn from."""
    first = min(campaign.baseline_day, day) - CURVE_BEFORE
    last = min(max(day, campaign.report_day or day), clock.today(), first + LONGEST_CURVE)
    days = restoration.series(first, last, division=division)
    return {"curve": charts.curve([_shares(row) for row in days], marked=campaign.measures_day), "days": days}


def _shares(row: Restoration) -> tuple[date, Decimal | None, Decimal | None]:
    """The day with its restored share and, within it, that of all services; None before anything was reported."""
    if not row.windows or row.by_status.get(restoration.UNREPORTED) == row.windows:
        return row.as_of, None, None
    return row.as_of, row.rate, restoration.rate(row.by_status[Status.FULL], row.windows)


@public("day", "division")
def statistics(request):
    """The report day's statistics, or today's until then; a day or division in the query leads to its own address."""
    day = pages.past_day(request.asked["day"]) if "day" in request.asked else figures.report_day()
    if code := request.asked.get("division"):
        return redirect(statistics_address(day, pages.division(code).pk))
    if "day" in request.asked:
        return redirect(statistics_address(day))
    return statistics_on(request, day=day.isoformat())


@public("sort")
def statistics_on(request, day):
    asked_day, campaign = pages.past_day(day), figures.campaign()
    return render(request, "measures/statistics.html", _statistics(request, asked_day, campaign, None))


@public("sort")
def statistics_of(request, day, code):
    asked_day, campaign, division = pages.past_day(day), figures.campaign(), pages.division(code)
    return render(request, "measures/statistics.html", _statistics(request, asked_day, campaign, division))


def _statistics(request, day: date, campaign: Campaign, division: Division | None) -> dict:
    code = division.pk if division else ""
    rows = restoration.by_division(day, under=code)
    found = restoration.on(day, division=code)
    return {
        "section": "statistics",
        "day": day,
        "days_near": days_near(day, campaign, lambda near: statistics_address(near, code)),
        "columns": columns(request.asked.get("sort", "name")),
        "campaign": campaign,
        "division": division,
        "above": division.chain()[:-1] if division else [],
        "found": found,
        "unreported": found.by_status.get(restoration.UNREPORTED, 0),
        "parts": charts.parts(found.by_status),
        "rows": sort_rows([row for row in rows if not row.own or len(rows) > 1], request.asked.get("sort", "")),
        "windows": _windows_at(day, division) if len(rows) < 2 else [],
        "level_below": _level_below(rows),
        "today": clock.today(),
        "figures_as_of": figures_as_of(),
        **curve_until(day, campaign, code),
    }


def _windows_at(day: date, division: Division | None):
    return restoration.statuses(day, division=division.pk) if division else []


def _level_below(rows) -> str:
    return next((row.division.level for row in rows if not row.own), Level.COUNTY)


def sort_rows(rows: list, order: str) -> list:
    """By a column, downwards with a leading minus; by code where the order is not known. The own level stays first."""
    key = ORDERS.get(order.removeprefix("-"), ORDERS["name"])
    ordered = sorted(rows, key=key, reverse=order.startswith("-"))
    return sorted(ordered, key=lambda row: not row.own)


def columns(sorted_by: str) -> list[dict]:
    """The columns that sort: label, the order their link asks for, and in which direction they sort now."""
    labels = {"name": _("Division"), "windows": _("Windows"), "restored": _("Restored"), "rate": _("Rate")}
    directions = {"": "ascending", "-": "descending"}
    found = []
    for key, label in labels.items():
        sign = next((sign for sign in directions if sorted_by == sign + key), None)
        again = "" if key == "name" else "-"  # names upwards first, counts downwards
        order = ("-" if sign == "" else "") + key if sign is not None else again + key
        found.append({"key": key, "label": label, "order": order, "direction": directions.get(sign, "")})
    return found


def days_near(day: date, campaign: Campaign, address: Callable[[date], str]) -> list[dict]:
    """Days to go to: the one before and after, and the campaign's own; with the page's address on each."""
    wanted = [
        (day - timedelta(days=1), _("Day before")),
        (day + timedelta(days=1), _("Day after")),
        (campaign.baseline_day, _("Before the measures")),
        (campaign.measures_day, _("Day of the measures")),
        (campaign.report_day, _("Report day")),
    ]
    days = [(near, label) for near, label in wanted if near and near <= clock.today()]
    return [{"day": near, "label": label, "address": address(near)} for near, label in days]


def statistics_address(day: date, division: str = "") -> str:
    if division:
        return reverse("measures:statistics_of", args=[day.isoformat(), division])
    return reverse("measures:statistics_on", args=[day.isoformat()])


@public()
def measures(request):
    said = {topic.measure_id: stands for topic, stands in policy.all_standings() if topic.kind == Topic.Kind.MEASURE}
    rows = [(measure, said.get(measure.pk)) for measure in Measure.objects.all()]
    context = {"section": "measures", "rows": rows, "campaign": Campaign.objects.first()}
    return render(request, "measures/measures.html", context)


@public()
def measure(request, number):
    found = Measure.objects.filter(pk=number).first()
    if found is None:
        raise NotHere(_("There are ten measures, numbered 1 to 10."))
    campaign = Campaign.objects.first()
    values = {value.figure.id: value for value in figures.compute(figures.report_day())} if campaign else {}
    told_by = [values[name] for name in FIGURES_OF_MEASURE.get(number, ()) if campaign]
    context = {"measure": found, "values": told_by, "campaign": campaign, "figures_as_of": figures_as_of()}
    context["section"], context["others"] = "measures", Measure.objects.exclude(pk=number)
    context["works_at"] = WORKS_AT.get(number, ())
    context["topic"] = topic = Topic.objects.filter(kind=Topic.Kind.MEASURE, measure=number).first()
    if topic:
        stands = policy.of(topic)
        context |= {"stands": stands, "english_is_current": not stands.now or policy.english_is_current(stands.now)}
    return render(request, "measures/measure.html", context)


@public()
def all_figures(request):
    values = figures.compute(figures.report_day())
    context = {"section": "figures", "values": values, "figures_as_of": figures_as_of()}
    return render(request, "measures/figures.html", context)


@public()
def figure(request, name):
    if name not in figures.REGISTRY:
        raise NotHere(_("No figure has the id “%(name)s”.") % {"name": name})
    values = {value.figure.id: value for value in figures.compute(figures.report_day())}
    shown, campaign = values[name], figures.campaign()
    before = {value.figure.id: value for value in figures.compute(campaign.baseline_day)}[name]
    parts = [values[part] for part in (shown.figure.numerator, shown.figure.denominator) if part]
    context = {"section": "figures", "value": shown, "before": before, "parts": parts}
    context |= {"figures_as_of": figures_as_of(), "kind_of_port": KIND_OF_PORT.get(name)}
    return render(request, "measures/figure.html", context)
