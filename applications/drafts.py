"""Half-filled forms: made with the first page, saved with every one, found again by a code, gone after thirty days."""

from datetime import timedelta

from django.db import transaction

from applications import lifecycle, sealing
from applications.lifecycle import Submission
from applications.models import Application, Draft, Supplement
from windows import clock
from windows.lifecycle import NotAllowed
from windows.models import Officer
from windows.prepared import selected

KEPT_FOR = timedelta(days=30)
LONGEST_VALUE = 1000  # characters of one field

BY_CODE = selected(Draft, "draft_by_code", "code = %(code)s", code="bytea")


def begin(typed: dict[str, dict[str, str]] | None = None, *, by: Officer | None = None) -> tuple[Draft, str]:
    """A new draft and the code that brings its applicant back; only its keyed hash is kept.

    `by` is the officer who fills it in for somebody at the counter.
    """
    code, now = sealing.new_secret(), clock.now()
    return Draft.objects.create(
        code=sealing.secret_hash(code), typed=sealing.seal(typed or {}), made_at=now, saved_at=now, by=by
    ), code


def by_code(code: str) -> Draft | None:
    """The draft that a code belongs to; None for an unknown code and for a draft that is past its time."""
    if not code or len(code) > LONGEST_VALUE:
        return None
    for found in BY_CODE(code=sealing.secret_hash(code)):
        if found.application_id or found.saved_at > clock.now() - KEPT_FOR:
            return found
    return None


def typed_of(draft: Draft) -> dict[str, dict[str, str]]:
    return sealing.unseal(draft.typed)


@transaction.atomic
def save(draft: Draft, page: str, typed: dict[str, str]) -> Draft:
    """Keep what was typed on a page, right or wrong; other pages stay as they are, also where two tabs are open."""
    fresh = Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    kept = typed_of(fresh) | {page: {name: text[:LONGEST_VALUE] for name, text in typed.items()}}
    fresh.typed, fresh.saved_at = sealing.seal(kept), clock.now()
    fresh.save(update_fields=["typed", "saved_at"])
    return fresh


def fresh(draft: Draft) -> Draft:
    """The draft as it is stored now."""
    return Draft.objects.get(pk=draft.pk)


def submit(draft: Draft, wanted: Submission, documents: list[str]) -> Application:
    """Make the application of a draft, once: pressed again, it is the same."""
    try:
        return lifecycle.submit(wanted, draft=draft, documents=documents, by=draft.by).application
    except NotAllowed:
        if made := fresh(draft).application:  # with other answers, over another connection
            return made
        raise


def age_out() -> int:
    """Delete drafts that nobody saved for thirty days and that were never submitted; returns how many."""
    old = Draft.objects.filter(application=None, saved_at__lt=clock.now() - KEPT_FOR)
    return old.delete()[1].get("applications.Draft", 0)


# --- the answer to a request for what is missing ------------------------------------------------------------------


def keep_answer(asked: Supplement, text: str) -> None:
    """Keep what was written of an answer, until it is sent."""
    sealed = sealing.seal({"text": text[:LONGEST_VALUE]})
    Supplement.objects.filter(pk=asked.pk, answered_at=None).update(typed=sealed)


def answer_so_far(asked: Supplement) -> str:
    return sealing.unseal(asked.typed)["text"] if asked.typed else ""
