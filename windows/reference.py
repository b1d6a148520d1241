"""Loads the reference data that ships with the product: divisions, services, reasons, holiday calendars, checklists.

Edits made since are kept.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

from django.contrib.postgres.functions import TransactionNow
from django.db import transaction

from windows.models import Calendar, CalendarDay, Checklist, ChecklistItem, Division, Level, Reason, Service

DATA = Path(__file__).parent / "data"
LEVEL = {"zone": Level.COUNTY}  # a development zone counts as a county in every list


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def parent_of(code: str, known: set[str]) -> str | None:
    """110101 -> 110100 where there is such a prefecture, else 110000; None for a province."""
    if code.endswith("0000"):
        return None
    prefecture = code[:4] + "00"
    return prefecture if prefecture in known and prefecture != code else code[:2] + "0000"


def load() -> None:
    """Add what is missing; rows that are there already stay as they are, since staff may have edited them."""
    divisions = [{**row, "level": LEVEL.get(row["level"], row["level"])} for row in rows(DATA / "divisions.csv")]
    known = {row["code"] for row in divisions}
    by_height = sorted(divisions, key=lambda row: Level.values.index(row["level"]))
    Division.objects.bulk_create(
        (Division(**row, parent_id=parent_of(row["code"], known)) for row in by_height), ignore_conflicts=True
    )
    Service.objects.bulk_create(
        (
            Service(**{**row, "online": row["online"] == "1"}, position=position)
            for position, row in enumerate(rows(DATA / "services.csv"), start=1)
        ),
        ignore_conflicts=True,
    )
    Reason.objects.bulk_create(
        (Reason(code=row["code"], name_zh=row["zh"], name_en=row["en"]) for row in rows(DATA / "reasons.csv")),
        ignore_conflicts=True,
    )
    load_calendars()
    load_checklists()


@transaction.atomic
def load_calendars() -> None:
    """Add the versions of the holiday calendar that are missing, each with its days: a version comes as a whole.

    A notice that staff entered before, under whatever code, keeps its days.
    """
    Calendar.objects.bulk_create((Calendar(**row) for row in rows(DATA / "calendars.csv")), ignore_conflicts=True)
    added = set(Calendar.objects.filter(recorded_at=TransactionNow()).values_list("code", flat=True))
    spans = (span for span in rows(DATA / "calendar_days.csv") if span["calendar"] in added)
    CalendarDay.objects.bulk_create(chain.from_iterable(map(days_of, spans)), ignore_conflicts=True)


@transaction.atomic
def load_checklists() -> None:
    """Add the prevention checklists that are missing, each with its items: a checklist comes as a whole."""
    items = rows(DATA / "checklist_items.csv")
    from_day = {item["checklist"]: item["effective_from"] for item in items}
    Checklist.objects.bulk_create(
        (Checklist(code=code, effective_from=day) for code, day in from_day.items()), ignore_conflicts=True
    )
    added = set(Checklist.objects.filter(recorded_at=TransactionNow()).values_list("code", flat=True))
    told = ("code", "name_zh", "name_en")
    ChecklistItem.objects.bulk_create(
        (
            ChecklistItem(checklist_id=item["checklist"], position=position, **{name: item[name] for name in told})
            for position, item in enumerate(items, start=1)
            if item["checklist"] in added
        ),
        ignore_conflicts=True,
    )


def days_of(span: dict[str, str]) -> Iterator[CalendarDay]:
    """The days from the span's first to its last."""
    first, last = date.fromisoformat(span["first"]), date.fromisoformat(span["last"])
    for number in range((last - first).days + 1):
        yield CalendarDay(
            calendar_id=span["calendar"],
            day=first + timedelta(days=number),
            kind=span["kind"],
            name_zh=span["name_zh"],
            name_en=span["name_en"],
        )
