"""Print the figures of a day as one JSON object or as lines."""

import json

from django.core.management.base import BaseCommand, CommandError

from measures import figures, restoration
from measures.models import Campaign
from windows import clock
from windows.models import Division


class Command(BaseCommand):
    help = "Prints what was restored at the end of a day, by province, and every figure with its published form."

    def add_arguments(self, parser):
        parser.add_argument("--as-of", required=True, metavar="DAY", help="end of this day (Asia/Shanghai)")
        parser.add_argument("--known-at", metavar="TIME", help="as known then; a day alone means its end")
        parser.add_argument("--division", default="", metavar="CODE", help="six digits; left out: the nation")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *, as_of, known_at, division, **options):
        try:
            as_of = clock.read_past_day(as_of)
            known_at = clock.read_moment(known_at) if known_at else None
        except ValueError as error:
            raise CommandError(str(error)) from error
        if division and not Division.objects.filter(pk=division).exists():
            raise CommandError(f"No division has the code {division!r}.")
        if not Campaign.objects.exists():
            raise CommandError("No scenario is loaded; run import_scenario first.")
        answer = answer_of(as_of, known_at, division)
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            for figure in answer["figures"]:
                self.stdout.write(f"{figure['id']:26} {figure['value']:>10}  {figure['qualifier']} {figure['unit']}")


def answer_of(as_of, known_at, division: str) -> dict:
    asked = figures.ask(as_of, known_at=known_at, division=division)
    provinces = restoration.at_level(as_of, "province", under=division[:2], known_at=known_at)
    return {
        "as_of": str(as_of),
        "known_at": known_at and known_at.isoformat(),
        "division": division or None,
        "restoration": {
            "windows": asked.restoration.windows,
            "restored": asked.restoration.restored,
            "rate": figures.number(asked.restoration.rate),
            "by_status": asked.restoration.by_status,
        },
        "provinces": {row.division.pk: {"windows": row.windows, "restored": row.restored} for row in provinces},
        "figures": [
            {
                "id": value.figure.id,
                "value": figures.number(value.value),
                "published": value.published,
                "qualifier": value.qualifier,
                "unit": value.figure.unit_en,
                "as_of": str(value.as_of),
            }
            for value in figures.values_of(asked)
        ],
    }
