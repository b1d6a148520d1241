"""Finding a window, and the page of one: for the public."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext as _

from windows import clock, codes, nearest, openness, schema_org
from windows.feeds import Changes
from windows.filters import WindowFilter
from windows.models import RESTORED, Audience, Offering, Status, StatusChange, Window
from windows.pages import LONGEST_VALUE, NotHere, is_number, page_number, public

PAGE = 50


@public("division", "status", "service", "open", "q", "page")
def finder(request):
    """Every window is found, shut ones too. A wrong value of a field is told beside it (400), a page too far is 404."""
    found = WindowFilter(request.asked, Window.objects.with_status())
    keys = found.qs.order_by("pk").values_list("pk", flat=True) if found.is_valid() else []
    pages = Paginator(keys, PAGE)
    number = page_number(request.asked.get("page", "1"))
    too_far = number not in pages.page_range
    page = pages.get_page(number)
    context = {"section": "windows", "form": style(found.form), "pages": pages, "page": page, "too_far": too_far}
    context["windows"] = [] if too_far else shown(page.object_list)
    context["numbers"] = pages.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    context["filtered"] = bool(set(request.asked) - {"page"})
    return render(request, "windows/finder.html", context, status=400 if found.errors else 404 if too_far else 200)


def shown(keys) -> list[Window]:
    """These windows with status, places and telling entries: asked for one page's keys, not for all windows."""
    windows = Window.objects.filter(pk__in=list(keys)).with_status().select_related("division__parent__parent")
    return mark(list(windows.order_by("pk")))


def style(form):
    """Give the fields the look of the other forms, and tie each to its errors."""
    for field in form:
        kind = "govuk-select" if hasattr(field.field, "choices") else "govuk-input"
        field.field.widget.attrs |= {"class": kind + (f" {kind}--error" if field.errors else ""), "autocomplete": "off"}
        if field.errors:
            field.field.widget.attrs["aria-describedby"] = f"{field.id_for_label}-error"
    return form


def mark(windows: list[Window]) -> list[Window]:
    """Give each window its telling entry and how current it is."""
    now = clock.now()
    entries = StatusChange.objects.select_related("reason").in_bulk([window.change_id for window in windows])
    for window in windows:
        window.entry = entries.get(window.change_id)
        window.open = window.status in RESTORED
        window.stale = window.status is not None and openness.is_stale(window.confirmed_at, now)
        # Stale, and confirmed last on the day it began: one day tells both.
        window.silent = window.stale and clock.local_day(window.confirmed_at) == clock.local_day(
            window.entry.effective_at
        )
    return windows


def one(code: str) -> Window:
    """The window of an address, with status and telling entry; NotHere when there is none."""
    windows = Window.objects.with_status().select_related("division__parent__parent")
    found = is_number(code) and windows.filter(pk=code).first()
    if not found:
        raise NotHere(_("No window has the code “%(code)s”. It has eight digits.") % {"code": code[:LONGEST_VALUE]})
    mark([found])
    return found


@public()
def window(request, code):
    found = one(code)
    history = list(found.status_changes.select_related("reason", "service", "superseded_by", "supersedes"))
    context = {
        "section": "windows",
        "window": found,
        "places": found.division.chain(),
        "history": history,
        "limits": openness.limits(history),
        "offered": by_audience(found, openness.limits(history)),
        "open": found.open,
        "instead": instead_of(found),
        "linked": schema_org.office(request, found),
        "check": found.checks.first(),
    }
    return render(request, "windows/window.html", context)


def instead_of(found: Window) -> list[Window]:
    return [] if found.status == Status.FULL else nearest.nearest_open(found)


@public()
def poster(request, code):
    """For the door of a window: what holds when it is printed, and the way to what holds when it is read."""
    found = one(code)
    context = {"section": "windows", "window": found, "instead": instead_of(found), "now": clock.now()}
    context["code"] = codes.short("windows:window", {"code": found.pk})
    return render(request, "windows/poster.html", context)


@public("division")
def changes(request):
    """The ledger's latest entries as an Atom feed."""
    return Changes()(request)


def by_audience(window: Window, limits) -> list[tuple[str, list]]:
    """What the window offers, for whom; each service with the entry that narrows it, if any."""
    offered = list(Offering.objects.filter(window=window).select_related("service").order_by("service"))
    for offering in offered:
        offering.limit = next((entry for entry in limits if entry.service_id == offering.service_id), None)
    told = [(label, [o for o in offered if o.service.audience == audience]) for audience, label in Audience.choices]
    return [(label, services) for label, services in told if services]
