"""Files brought for import: kept first, checked as often as one likes, imported once."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from windows import clock
from windows.lifecycle import NotAllowed
from windows.models import ImportFile, Officer
from windows.sheets import Report

LARGEST = 5 * 1024 * 1024  # bytes
LONGEST_NAME = 120


def keep(kind: str, name: str, content: bytes, *, by: Officer, at: datetime | None = None) -> ImportFile:
    """Store a file as it was brought; NotAllowed when it is too large."""
    if len(content) > LARGEST:
        raise NotAllowed(_("The file is larger than 5 MB; split it."))
    digest = hashlib.sha256(content).hexdigest()
    return ImportFile.objects.create(
        kind=kind, name=name[-LONGEST_NAME:], content=content, digest=digest, by=by, uploaded_at=at or clock.now()
    )


@transaction.atomic
def apply(file: ImportFile, take_in: Callable[..., Report], *, at: datetime | None = None) -> Report:
    """Import a kept file as the officer who brought it, and note it; NotAllowed when that was done already."""
    file = ImportFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.applied_at:
        raise NotAllowed(_("This file is imported already."))
    report = take_in(file.name, bytes(file.content), by=file.by)
    if report.ok:
        file.applied_at, file.rows, file.stored = at or clock.now(), report.rows, report.stored
        file.save(update_fields=["applied_at", "rows", "stored"])
    return report
