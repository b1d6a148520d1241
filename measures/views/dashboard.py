"""The supervisors' dashboard in the staff site: a board of one's own places, its parts, another board beside it."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from measures import alerts, charts, dashboard, gauges, restoration
from measures.dashboard import Board, Place
from measures.forms import BoardForm
from windows import clock, scope
from windows.admin import exports
from windows.models import Division, Officer, Status, Window

KEYS = ("division", "own", "window", "day", "other_day", "other", "sort")  # of the query: all that a board depends on
COLUMNS = ("windows", "restored", "rate", "target", "stale", "undecided", "decided")
GROUPS = {
    "restoration": ("stale", "changes", "checked", "compliance"),
    "line": ("waiting", "in_hand", "parked", "asked", "late", "soon"),
    "work": (
        *("submitted", "decided", "withdrawn", "undecided", "throughput", "wait_median", "wait_most"),
        *("decided_late", "asked_again", "out_of_order"),
    ),
    "ports": ("returns_missing", "returns_late"),
}
NO_CHANGE = 204
may_see = permission_required("measures.see_dashboard", raise_exception=True)


@dataclass(frozen=True)
class Asked:
    """What the address asks for, as far as it is right; `form` tells what is not."""

    place: Place
    day: date
    form: BoardForm
    query: dict[str, str]
    other: Board | None

    @property
    def address(self) -> str:
        return urlencode(self.query)


@require_safe
@may_see
def board(request):
    """The whole page or, asked for by its own script, what has changed since the version that it shows."""
    places = places_of(request.user)
    if not places:
        return page(request, "nowhere.html", status=200)
    asked = read(request, places)
    version, _age = restoration.published()
    if request.GET.get("seen") == seen(version):
        return HttpResponse(status=NO_CHANGE)
    context = shown(request.user, asked) | {
        "places": places,
        "seen": seen(version),
        "alerts": alerts.open_for(request.user),
    }
    return page(request, "dashboard.html", status=200 if asked.form.is_valid() else 400, **context)


@require_safe
@may_see
def export(request, kind: str):
    """What is seen, as a file: each number with its unit, its definition and the instant it was read."""
    places = places_of(request.user)
    if kind not in exports.TYPES or not places:
        raise Http404
    asked = read(request, places)
    if not asked.form.is_valid():
        return redirect("dashboard")
    header = ("place", "name", "day", "as_of", "gauge", "value", "unit", "gauge_name", "definition")
    return exports.download("dashboard", header, exported(dashboard.of(asked.place, asked.day)), kind)


# --- which places -------------------------------------------------------------------------------------------------


def places_of(user: Officer) -> list[Place]:
    """Where an officer's dashboard begins: the nation, or his divisions, or else his windows."""
    if scope.reaches_everywhere(user):
        return [Place()]
    divisions = [Place(division) for division in user.divisions.order_by("pk")]
    return divisions or [Place(window=window) for window in user.windows.order_by("pk")]


def read(request, places: list[Place]) -> Asked:
    """Http404 for a place that is not there or out of reach."""
    query = {key: request.GET[key] for key in KEYS if request.GET.get(key)}
    place = _place(request.user, query) or places[0]
    form = BoardForm(_siblings(request.user, place), {"day": clock.today().isoformat()} | query)
    day = form.said("day") or clock.today()
    other = None
    if form.said("other"):
        other = dashboard.of(Place(Division.objects.get(pk=form.said("other"))), day)
    elif form.said("other_day"):
        other = dashboard.of(place, form.said("other_day"))
    return Asked(place, day, form, query, other)


def _place(user: Officer, query: dict) -> Place | None:
    if code := query.get("window"):
        return Place(window=_found(scope.windows_of(user).select_related("division__parent__parent"), code, Window))
    if code := query.get("division"):
        within = Division.objects.filter(scope.within(user, "")).select_related("parent__parent")
        return Place(_found(within, code, Division), own=query.get("own") == "1")
    return None


def _found(rows, code: str, model):
    if len(code) > 8 or not (code.isascii() and code.isdecimal()) or not (found := rows.filter(pk=code).first()):
        raise Http404(f"No {model._meta.verbose_name} in reach")
    return found


def _siblings(user: Officer, place: Place) -> list[Division]:
    """Divisions to compare with: those of the same level beside it, in reach."""
    if place.division is None or place.own:
        return []
    beside = Division.objects.filter(scope.within(user, ""), parent=place.division.parent_id)
    return list(beside.filter(level=place.division.level).exclude(pk=place.division.pk))


def _above(user: Officer, place: Place) -> list[Division]:
    """The divisions above a place that the officer reaches, from the top."""
    inner = place.window.division if place.window else place.division
    chain = inner.chain() if inner else []
    chain = chain if place.window or place.own else chain[:-1]
    if scope.reaches_everywhere(user):
        return chain
    reached = set(Division.objects.filter(scope.within(user, ""), pk__in=[one.pk for one in chain]).values_list("pk"))
    return [one for one in chain if (one.pk,) in reached]


# --- what is shown ------------------------------------------------------------------------------------------------


def shown(user: Officer, asked: Asked) -> dict:
    found = dashboard.of(asked.place, asked.day)
    return {
        "asked": asked,
        "board": found,
        "now": clock.now(),
        "today": clock.today(),
        "bar": charts.parts(found.by_status),
        "groups": {name: _lines(found, asked.other, ids) for name, ids in GROUPS.items()},
        "columns": _columns(found, asked.query),
        "above": _above(user, asked.place),
        "rows": _sorted(found.parts, asked.query.get("sort", "")),
        "days_near": _days_near(found),
        "campaign": found.campaign,
        **_curve(found),
        **_tiles(found),
    }


def seen(version: int) -> str:
    """What a page has seen: the figures' version, and the minute, since cases become late by the clock alone."""
    return f"{version}-{clock.now():%H%M}"


def _lines(found: Board, other: Board | None, ids) -> list[dict]:
    """Each gauge that the board can tell, with the other board's value beside it."""
    return [
        {"gauge": gauges.GAUGES[name], "value": found.values[name], "other": other and other.values.get(name)}
        for name in ids
        if found.values.get(name) is not None
    ]


def _columns(found: Board, query: dict) -> list[dict]:
    names = [name for name in (*COLUMNS, "late") if any(name in part.values for part in found.parts)]
    sort = query.get("sort", "")
    return [
        {
            "gauge": gauges.GAUGES[name],
            "order": name if sort == f"-{name}" else f"-{name}",
            "direction": {name: "ascending", f"-{name}": "descending"}.get(sort, ""),
        }
        for name in names
    ]


def _sorted(parts, sort: str) -> list:
    """By the value of a gauge, downwards with a leading minus; by code where there is no such gauge."""
    name = sort.removeprefix("-")
    if name not in gauges.GAUGES:
        return parts
    known = [part for part in parts if part.values.get(name) is not None]
    ordered = sorted(known, key=lambda part: part.values[name], reverse=sort.startswith("-"))
    return ordered + [part for part in parts if part.values.get(name) is None]


def _days_near(found: Board) -> list[tuple[str, date]]:
    day = found.day
    near = {"before": day - timedelta(days=1), "after": day + timedelta(days=1), "today": clock.today()}
    if campaign := found.campaign:
        report = campaign.report_day or clock.today()
        near |= {"baseline": campaign.baseline_day, "measures": campaign.measures_day, "report": report}
    return [(name, one) for name, one in near.items() if one <= clock.today()]


def _curve(found: Board) -> dict:
    if not found.days:
        return {}
    full = [restoration.rate(row.by_status[Status.FULL], row.windows) for row in found.days]
    drawn = [(row.as_of, row.rate, share) for row, share in zip(found.days, full, strict=True)]
    before = next((row for row in found.days if found.campaign and row.as_of == found.campaign.baseline_day), None)
    curve = charts.curve(drawn, marked=found.campaign and found.campaign.measures_day)
    return {"curve": curve, "days": found.days, "before": before}


def _tiles(found: Board) -> dict:
    """The diagram of provinces, each leading to its board."""
    if found.place.code:
        return {}
    rates = {part.code: part.values["rate"] for part in found.parts}
    drawn = charts.tiles(rates, {part.code: part.name for part in found.parts})
    address = f"?day={found.day.isoformat()}&division="
    return {"tiles": drawn, "size": charts.size(drawn), "tile_address": address}


def exported(found: Board):
    """Rows of the file: the place itself, then each of its parts."""
    read_at = clock.now().isoformat(timespec="seconds")
    of = [(found.place.code, found.place.name, found.values), *((p.code, p.name, p.values) for p in found.parts)]
    for code, name, values in of:
        for gauge_id, value in values.items():
            if gauge := gauges.GAUGES.get(gauge_id):
                told = (gauge.id, value, gauge.unit, str(gauge.name), str(gauge.definition))
                yield (code, name, found.day.isoformat(), read_at, *told)


def page(request, template: str, *, status: int, **context) -> TemplateResponse:
    context = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, f"admin/measures/{template}", context, status=status)
