"""Loads the second floor's reference data that ships with the product: measures, ports, campaigns, policy topics."""

from datetime import date
from pathlib import Path

from applications import reference as applications_reference
from measures import policy
from measures.models import Campaign, Measure, Port, Topic, Version
from windows import reference
from windows.models import Division

DATA = Path(__file__).parent / "data"
FIRST_DAY = date(2020, 2, 27)  # since when the first versions hold and are shown: the day of the measures
OF_A_TOPIC = ("code", "kind", "calculator")
OF_A_VERSION = ("title", "text", "todo", "words")  # in both languages


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
    load_topics()


def load_topics() -> None:
    """Add the topics that are missing, and the first version of each that has none."""
    found = reference.rows(DATA / "topics.csv")
    Topic.objects.bulk_create((_topic(row, place) for place, row in enumerate(found, start=1)), ignore_conflicts=True)
    Version.objects.bulk_create(map(_first_version, found), ignore_conflicts=True)


def _topic(row: dict[str, str], position: int) -> Topic:
    keys = {"measure_id": row["measure"] or None, "service_id": row["service"] or None}
    told = {name: row[name] for name in OF_A_TOPIC}
    return Topic(**told, **keys, guided=row["guided"] == "1", position=position)


def _first_version(row: dict[str, str]) -> Version:
    told = {f"{name}_{language}": row[f"{name}_{language}"] for name in OF_A_VERSION for language in ("zh", "en")}
    rule = {name: row[name] or None for name in ("months", "first_day", "last_day")}
    made = Version(topic_id=row["code"], number=1, audience=row["audience"], **told, **rule)
    made.effective_from = made.published_on = FIRST_DAY
    made.change_note = "随门户发布 As shipped with the portal"
    made.english_of = policy.chinese_digest(made)
    return made
