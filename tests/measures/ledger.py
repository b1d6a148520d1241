"""All that is told of windows, and the dashboards' gauges of a day counted from it by another way than theirs."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from applications.models import Event
from measures.models import Port, Return
from tests.make import EVENING
from windows import clock
from windows.models import SHANGHAI, Check, Confirmation, StatusChange, Window


def digits_of(code: str) -> str:
    """By which the codes of all inside begin."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def windows_in(code: str) -> list[Window]:
    return list(Window.objects.filter(pk__startswith=digits_of(code)))


def all_told() -> dict[str, list]:
    """All that is told of windows, in the order in which it holds; read once for all places and days."""
    entries = list(StatusChange.objects.order_by("effective_at", "recorded_at", "pk"))
    superseded = {entry.supersedes_id for entry in entries}
    return {
        "entries": [entry for entry in entries if entry.status and entry.pk not in superseded],
        "confirmations": list(Confirmation.objects.all()),
        "checks": list(Check.objects.order_by("at", "pk")),
        "events": list(Event.objects.select_related("application").order_by("pk")),
    }


def counted(ledger: dict[str, list], code: str, day: date) -> dict:
    """The gauges of a day, counted one window and one event at a time."""
    windows = windows_in(code)
    keys = {window.pk for window in windows}
    end = min(clock.end_of(day), EVENING)
    entries = [e for e in ledger["entries"] if e.window_id in keys]
    status, heard = {}, {}
    for entry in entries:
        if entry.effective_at > clock.end_of(day) or entry.service_id or entry.channel:
            continue
        status[entry.window_id] = entry.status
        if entry.effective_at <= end:
            heard[entry.window_id] = max(heard.get(entry.window_id, entry.recorded_at), entry.recorded_at)
    for said in ledger["confirmations"]:
        if said.window_id in keys and said.at <= end:
            heard[said.window_id] = max(heard.get(said.window_id, said.at), said.at)
    restored = sum(one in ("full", "limited") for one in status.values())
    rate = (Decimal(restored) / len(windows)).quantize(Decimal("0.0001"), "ROUND_HALF_UP")
    return {
        "windows": len(windows),
        "restored": restored,
        "rate": rate,
        "target": None,
        "stale": sum(end - heard.get(key, datetime.min.replace(tzinfo=SHANGHAI)) > timedelta(days=7) for key in keys),
        "changes": sum(clock.local_day(entry.effective_at) == day for entry in entries),
        **checked(ledger, {key for key, one in status.items() if one in ("full", "limited")}, day),
        **worked(ledger, keys, day),
        **returned(code, day),
    }


def checked(ledger: dict[str, list], restored: set[str], day: date) -> dict:
    last = {check.window_id: check for check in ledger["checks"] if clock.local_day(check.at) == day}
    passed = sum(key in restored and last[key].failing == [] for key in last)
    share = (Decimal(passed) / len(restored)).quantize(Decimal("0.0001"), "ROUND_HALF_UP") if restored else None
    return {"checked": passed, "compliance": share}


def worked(ledger: dict[str, list], keys: set[str], day: date) -> dict:
    events = [e for e in ledger["events"] if e.window_id in keys]
    today = [e for e in events if clock.local_day(e.at) == day]
    until = [e for e in events if clock.local_day(e.at) <= day]
    decisions = [e for e in today if e.verb in ("approved", "refused")]
    waits = sorted((e.at - e.application.submitted_at) / timedelta(days=1) for e in decisions)
    asks = [(e.application_id, e.pk) for e in events if e.verb == "asked"]
    again = [e for e in today if e.verb == "asked" and min(pk for of, pk in asks if of == e.application_id) < e.pk]
    ends = sum(e.verb in ("approved", "refused", "withdrawn") for e in until)
    return {
        "submitted": sum(e.verb == "submitted" for e in today),
        "decided": len(decisions),
        "withdrawn": sum(e.verb == "withdrawn" for e in today),
        "undecided": sum(e.verb == "submitted" for e in until) - ends,
        "throughput": Decimal(str(len(decisions) / len(keys))).quantize(Decimal("0.1")),
        "wait_median": between(waits, 0.5),
        "wait_most": between(waits, 0.9),
        "decided_late": sum(bool(e.application.due_at and e.at > e.application.due_at) for e in decisions),
        "asked_again": len(again),
        "out_of_order": sum(e.verb == "out_of_order" for e in today),
    }


def between(ordered: list[float], share: float) -> Decimal | None:
    """The value below which the share lies, between two neighbours where it falls between."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low, high = ordered[int(place)], ordered[min(int(place) + 1, len(ordered) - 1)]
    return Decimal(str(low + (high - low) * (place - int(place)))).quantize(Decimal("0.1"))


def returned(code: str, day: date) -> dict:
    ports = [port for port in Port.objects.all() if port.division_id.startswith(digits_of(code))]
    corrected = set(Return.objects.exclude(supersedes=None).values_list("supersedes", flat=True))
    found = [r for r in Return.objects.filter(day=day) if r.pk not in corrected and r.port_id in {p.pk for p in ports}]
    told = {r.port_id for r in found}
    return {
        "returns_missing": sum(port.kind in ("air", "sea") and port.pk not in told for port in ports),
        "returns_late": sum(clock.local_day(r.recorded_at) > day for r in found),
    }
