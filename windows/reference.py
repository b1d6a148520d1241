"""Loads the reference data that ships with the product: divisions, services, reasons. Edits made since are kept."""

import csv
from pathlib import Path

from windows.models import Division, Level, Reason, Service

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
