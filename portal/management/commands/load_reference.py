"""Divisions, services, ports and measures: what a new deployment needs before its first window."""

from django.core.management.base import BaseCommand

from measures import reference


class Command(BaseCommand):
    help = "Loads or refreshes the reference data. Running it again changes nothing."

    def handle(self, **options) -> None:
        reference.load()
