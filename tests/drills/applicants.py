"""What drills and benchmarks of submissions run inside their site: drafts that only want their declaration, and whether
what was acknowledged is there.

Pages are typed as in tests/applications/journeys.py, by a person of each draft's own unless told otherwise.
"""

import hashlib
import io
import json
import os
import random
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Barrier
from uuid import uuid4

from django.db import connection
from PIL import Image

from applications import lifecycle, reference, sealing, uploads
from applications.lifecycle import Submission
from applications.models import Application, Draft, Event, Message, Upload
from tests import make
from tests.applications import journeys
from windows import clock
from windows.models import Offering, Service, StatusChange, Window

PAPERS = ("passport-page", "current-visa")
BATCH = 1000
THREADS = 4


def tell(answer) -> None:
    print(json.dumps(answer, default=str))


def place() -> Window:
    """A window that takes these applications; made, with the reference data, where there is none."""
    offered = Offering.objects.filter(service="visa-extension", window__in=StatusChange.objects.values("window"))
    if first := offered.order_by("window").select_related("window").first():
        return first.window
    reference.load()
    window = make.window()
    make.offering(window, Service.objects.get(pk="visa-extension"))
    make.change(window, "full", at=clock.now())
    return window


def prepare(number: int, told: str, *, one_person: bool = False, files: bool = True) -> None:
    """Store so many drafts with every page typed and two papers brought; their codes and keys go to the file `told`.

    Without `files` the papers are rows alone: what is submitted is the row.
    """
    window, first = place(), Draft.objects.count()
    with Path(told).open("w") as lines, ThreadPoolExecutor(THREADS) as pool:
        for begun in range(first, first + number, BATCH):
            persons = range(begun, min(begun + BATCH, first + number))
            made = [_draft(window, first if one_person else person) for person in persons]
            Draft.objects.bulk_create(draft for draft, _code in made)
            owned = [(draft, kind) for draft, _code in made for kind in PAPERS]
            Upload.objects.bulk_create(pool.map(_paper if files else _row_of_a_paper, owned))
            lines.writelines(f"{code} {draft.key}\n" for draft, code in made)
    tell(number)


def _draft(window: Window, person: int) -> tuple[Draft, str]:
    code, now = sealing.new_secret(), clock.now()
    changes = {
        "window": {"place": window.division_id, "window": window.pk},
        "document": journeys.FOREIGNER["document"] | {"number": f"E{person:08}", "expiry_y": "2099"},
    }
    typed = sealing.seal(journeys.FOREIGNER | changes)
    return Draft(code=sealing.secret_hash(code), typed=typed, made_at=now, saved_at=now), code


def _paper(owned: tuple[Draft, str]) -> Upload:
    """A picture that was checked, stored as the portal does; no two are alike."""
    content = _picture() + os.urandom(16)
    return _upload(owned, uploads.store(content), content)


@cache
def _picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (200, 200)).save(content, "PNG")
    return uploads.check("scan.png", content.getvalue()).content


def _row_of_a_paper(owned: tuple[Draft, str]) -> Upload:
    return _upload(owned, secrets.token_hex(16), random.randbytes(768))


def _upload(owned: tuple[Draft, str], key: str, content: bytes) -> Upload:
    draft, kind = owned
    name, digest = sealing.seal({"name": "scan.png"}), hashlib.sha256(content).digest()
    facts = {"name": name, "media_type": "image/png", "size": len(content), "digest": digest, "at": draft.made_at}
    return Upload(key=key, draft=draft, document_id=kind, **facts)


def submit_at_once(callers: int, *, rounds: int) -> None:
    """So many connections submit the same request in the same moment, by the rule itself, without a draft to lock."""
    window, together, told = place(), Barrier(callers), []
    service = Service.objects.get(pk="visa-extension")

    def submit(wanted: Submission) -> tuple[int, str]:
        together.wait()
        made = lifecycle.submit(wanted)
        return made.application.pk, made.secret

    def hang_up(_number: int) -> None:
        together.wait()
        connection.close()

    with ThreadPoolExecutor(callers) as pool:
        for _ in range(rounds):
            key = uuid4()
            person = sealing.blind_index("passport", key.hex)
            wanted = Submission(service=service, window=window, answers={}, person=person, email="", key=key)
            told.append(set(pool.map(submit, [wanted] * callers)))
        list(pool.map(hang_up, range(callers)))
    tell({"rounds": rounds, "applications": sum(map(len, told))})


# --- afterwards ---------------------------------------------------------------------------------------------------


def reconcile(notes: str, *, files: bool = True) -> None:
    """Of all that NOTES says was acknowledged: how much, what is lost of it, and what of the rest is not whole."""
    told = [line.split() for line in Path(notes).read_text().splitlines()]
    acknowledged = {key for outcome, key, _reference in told if outcome == "accepted"}
    receipts = {key: number for outcome, key, number in told if outcome == "receipt" and number != "-"}
    found = {str(key): (pk, number) for pk, key, number in Application.objects.values_list("pk", "key", "number")}
    there = {key: found[key] for key in acknowledged & found.keys()}
    ids = {pk for pk, _number in there.values()}
    tell(
        {
            "acknowledged": len(acknowledged),
            "unknown": sum(outcome == "unknown" for outcome, *_rest in told),
            "refused": sum(outcome == "refused" for outcome, *_rest in told),
            "receipts": len(receipts),
            "lost": sorted(acknowledged - found.keys()),
            "other_reference": [key for key, number in receipts.items() if key in there and there[key][1] != number],
            "without_event": sorted(ids - _ids_of(Event.objects.filter(verb="submitted"))),
            "without_message": sorted(ids - _ids_of(Message.objects.filter(verb="submitted"))),
            "spoilt_papers": _spoilt(ids) if files else [],
        }
    )


def _ids_of(rows) -> set[int]:
    return set(rows.values_list("application_id", flat=True))


def _spoilt(ids: set[int]) -> list[str]:
    """Applications without their two papers, and papers whose file is not what its row says."""
    kept = Upload.objects.filter(application__in=ids).values_list("application_id", "document_id", "key", "digest")
    missing = {(pk, kind) for pk in ids for kind in PAPERS} - {(pk, kind) for pk, kind, *_file in kept}
    differing = [key for *_owner, key, digest in kept if hashlib.sha256(uploads.read(key)).digest() != bytes(digest)]
    return sorted(f"{pk} {kind}" for pk, kind in missing) + differing
