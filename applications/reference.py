"""Loads the first floor's reference data that ships with the product: terms, documents, reasons of refusal."""

from pathlib import Path

from applications.models import DocumentKind, RefusalReason, Requirement, Term
from windows import reference

DATA = Path(__file__).parent / "data"


def load() -> None:
    """Add what is missing on this floor and the ground; what is there stays, since staff may have edited it."""
    reference.load()
    Term.objects.bulk_create(
        (Term(**{name: value or None for name, value in row.items()}) for row in reference.rows(DATA / "terms.csv")),
        ignore_conflicts=True,
    )
    DocumentKind.objects.bulk_create(
        (
            DocumentKind(**row, position=position)
            for position, row in enumerate(reference.rows(DATA / "documents.csv"), start=1)
        ),
        ignore_conflicts=True,
    )
    Requirement.objects.bulk_create(
        (
            Requirement(
                service_id=row["service"] or None,
                document_id=row["document"],
                case=row["case"],
                optional=row["optional"] == "1",
            )
            for row in reference.rows(DATA / "requirements.csv")
        ),
        ignore_conflicts=True,
    )
    RefusalReason.objects.bulk_create(
        (RefusalReason(**row) for row in reference.rows(DATA / "refusal_reasons.csv")), ignore_conflicts=True
    )
