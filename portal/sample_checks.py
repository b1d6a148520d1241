"""Synthetic prevention checks for the demo, of the day it starts: open windows and ports of two provinces."""

from datetime import timedelta

from django.db.models import Q

from measures.models import Port, PortCheck
from windows import clock, prevention
from windows.models import RESTORED, Check, Officer, Window

HUBEI, GUANGDONG = "42", "44"
SILENT, FAILING = 9, 23  # of so many windows one has not checked yet, or finds something not in order
FOUND = ["masks"]


def fill(by: Officer) -> int:
    """Make the checks once; returns how many were made."""
    if Check.objects.exists():
        return 0
    there = Q(pk__startswith=HUBEI) | Q(pk__startswith=GUANGDONG)
    open_windows = Window.objects.filter(there).with_status().filter(status__in=RESTORED).order_by("pk")
    ports = Port.objects.filter(division__code__startswith=GUANGDONG).order_by("pk")
    return _check(Check, open_windows, by) + _check(PortCheck, ports, by)


def _check(kind, places, by: Officer) -> int:
    evening, made = clock.now(), 0
    for number, place in enumerate(places, start=1):
        if number % SILENT:
            failing = () if number % FAILING else FOUND
            at = evening - timedelta(hours=12, minutes=-number % 90)
            prevention.record(kind, place, failing, by=by, at=at)
            made += 1
    return made
