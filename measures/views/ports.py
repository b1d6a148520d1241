"""Ports for the public: what they counted under the fifth measure, in all, by kind, and each day by day."""

from collections.abc import Callable
from datetime import date, timedelta

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from measures import charts, figures, reporting, totals
from measures.models import Facilitation, Goods, Port
from measures.views.public import days_near, figures_as_of
from windows import clock, pages
from windows.models import Division
from windows.pages import NotHere, public

PAGE = 50  # ports, or days of a port
DRAWN = 60  # days in a chart
TITLES = {Port.Kind.AIR: _("Airports"), Port.Kind.SEA: _("Seaports"), Port.Kind.LAND: _("Land ports")}


# --- all ports ---------------------------------------------------------------------------------------------------


@public("day", "division")
def ports(request):
    """The report day's ports; a day in the query leads to its permanent address, as on the pages below."""
    return at_its_day(request, "measures:ports_on") or ports_on(request, day=figures.report_day().isoformat())


@public("division")
def ports_on(request, day):
    asked_day, division = pages.past_day(day), asked_division(request)
    rows = totals.of_ports(inside(Port.objects.all(), division), asked_day)
    context = about(request, asked_day, "measures:ports_on") | {"division": division, "rows": rows}
    total = totals.added(rows)
    context |= {"total": total, "provinces": totals.by_province(rows), "kinds": by_kind(rows, total)}
    return render(request, "measures/ports.html", context)


def by_kind(rows: list[totals.PortTotal], total: totals.Total) -> list[dict]:
    """What the ports of each kind counted, and at how many of them there is something to count."""
    counted = {Port.Kind.AIR: total.flights, Port.Kind.SEA: total.vessels, Port.Kind.LAND: total.lanes}
    found = []
    for kind, n in counted.items():
        counts = [row.count for row in rows if row.port.kind == kind]
        at = {"ports": len(counts), "at": sum(count > 0 for count in counts)}
        found.append({"kind": kind, "title": TITLES[kind], "figure": figure_of(kind), "n": n, **at})
    return found


def figure_of(kind: str) -> figures.Figure:
    return figures.REGISTRY[reporting.KIND_OF[Port.Kind(kind)]]


# --- ports of a kind ---------------------------------------------------------------------------------------------


@public("day", "division")
def ports_of_kind(request, kind):
    found = at_its_day(request, "measures:ports_of_kind_on", kind)
    return found or ports_of_kind_on(request, kind=kind, day=figures.report_day().isoformat())


@public("division", "page")
def ports_of_kind_on(request, kind, day):
    """The ports of a kind, those that counted most first. A page too far is 404."""
    asked_day, division = pages.past_day(day), asked_division(request)
    rows = totals.of_ports(inside(Port.objects.filter(kind=kind), division), asked_day)
    rows.sort(key=lambda row: (-row.count, row.port.pk))
    context = about(request, asked_day, "measures:ports_of_kind_on", kind) | {"division": division, "kind": kind}
    (context["told"],) = [told for told in by_kind(rows, totals.added(rows)) if told["kind"] == kind]
    context |= {"total": totals.added(rows), "most": max((row.count for row in rows), default=0)}
    return render(request, "measures/ports_of_kind.html", context | paged(request, rows))


# --- one port ----------------------------------------------------------------------------------------------------


@public("day")
def port(request, code):
    return at_its_day(request, "measures:port_on", code) or port_on(
        request, code=code, day=figures.report_day().isoformat()
    )


@public("page")
def port_on(request, code, day):
    """What a port reported, day by day, the last one first."""
    asked_day, known = pages.past_day(day), Port.objects.filter(pk=code) if code.isprintable() else Port.objects.none()
    found = totals.of_ports(known, asked_day)
    if not found:
        raise NotHere(gettext("No port has the code “%(code)s”.") % {"code": code[: pages.LONGEST_VALUE]})
    total, days = found[0], reporting.of_port(found[0].port, asked_day)
    open_after, kind = lanes_after(days), total.port.kind
    context = about(request, asked_day, "measures:port_on", code) | paged(request, days)
    context |= {"port": total.port, "total": total, "figure": figure_of(kind), "title": TITLES[kind]}
    context["goods_open"] = [(Goods(goods).label, n) for goods, n in total.by_goods.items() if n]
    context["rows"] = [(row, open_after[row.day]) for row in context["page"]]
    return render(request, "measures/port.html", context | {"columns": drawn(days, asked_day)})


def lanes_after(days: list[reporting.PortDay]) -> dict[date, int]:
    """How many lanes were open at the end of each of these days, the last day first."""
    found, open_now = {}, 0
    for row in reversed(days):
        open_now += sum(entry.quantity for entry in row.returns if entry.kind == Facilitation.DEDICATED_LANE)
        found[row.day] = open_now
    return found


def drawn(days: list[reporting.PortDay], until: date) -> charts.Columns:
    """Up to 60 days as columns: the count of each day; of a land port the lanes open at its end."""
    if not days:
        return charts.columns([])
    first = max(days[-1].day, until - timedelta(days=DRAWN - 1))
    span = [first + timedelta(days=n) for n in range((until - first).days + 1)]
    if days[0].port.kind == Port.Kind.LAND:
        return charts.columns(carried(lanes_after(days), span))
    counts = {row.day: sum(entry.quantity for entry in row.returns if entry.kind == row.kind) for row in days}
    return charts.columns([(day, counts.get(day, 0)) for day in span])


def carried(known: dict[date, int], span: list[date]) -> list[tuple[date, int]]:
    """A number for each day of the span: the last one known by then. `known` has the last day last."""
    before = [n for day, n in known.items() if day < span[0]]
    found, value = [], before[-1] if before else 0
    for day in span:
        value = known.get(day, value)
        found.append((day, value))
    return found


# --- what they have in common ------------------------------------------------------------------------------------


def at_its_day(request, name: str, *where: str):
    """A redirect to the permanent address of the day in the query; None when it names no day."""
    if "day" not in request.asked:
        return None
    address = address_of(name, *where)(pages.past_day(request.asked["day"]))
    division = asked_division(request)
    return redirect(address + (f"?division={division.pk}" if division else ""))


def about(request, day: date, name: str, *where: str) -> dict:
    """The day of a page, the days to go to from it, and how current the figures are."""
    division, address = request.asked.get("division", ""), address_of(name, *where)
    query = f"?division={division}" if division else ""
    near = days_near(day, figures.campaign(), lambda other: address(other) + query)
    known = {"section": "statistics", "day": day, "days_near": near, "today": clock.today()}
    return known | {"figures_as_of": figures_as_of(), "chooser": reverse(name.removesuffix("_on"), args=where)}


def address_of(name: str, *where: str) -> Callable[[date], str]:
    return lambda day: reverse(name, args=[*where, day.isoformat()])


def asked_division(request) -> Division | None:
    return pages.division(request.asked["division"]) if "division" in request.asked else None


def inside(ports, division: Division | None):
    return ports.filter(division__in=Division.objects.under(division.pk)) if division else ports


def paged(request, rows: list) -> dict:
    """One page of the rows; NotHere when there is no such page."""
    paginator, number = Paginator(rows, PAGE), pages.page_number(request.asked.get("page", "1"))
    if number not in paginator.page_range:
        raise NotHere(gettext("There is no such page: the list has %(pages)s pages.") % {"pages": paginator.num_pages})
    numbers = paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)
    return {"pages": paginator, "page": paginator.page(number), "numbers": numbers}
