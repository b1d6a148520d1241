"""Loads the second floor's reference data that ships with the product: measures, ports, campaigns."""

from pathlib import Path

from applications import reference as applications_reference
from measures.models import Campaign, Measure, Port
from windows import reference
from windows.models import Division

DATA = Path(__file__).parent / "data"


def load() -> None:
    """Add what is missing on this floor and those below; what is there stays, since staff may have edited it."""
    applications_reference.load()
    Measure.objects.bulk_create(
        (Measure(**{**row, "in_notice": row["in_notice"] == "1"}) for row in reference.rows(DATA / "measures.csv")),
        ignore_conflicts=True,
    )
    divisions = Division.objects.in_bulk()
    Port.objects.bulk_create(
        (Port(**{**row, "division": divisions[row["division"]]}) for row in reference.rows(DATA / "ports.csv")),
        ignore_conflicts=True,
    )
    Campaign.objects.bulk_create(
        (
            Campaign(**{**row, "report_day": row["report_day"] or None})
            for row in reference.rows(DATA / "campaigns.csv")
        ),
        ignore_conflicts=True,
    )
