"""Receiving an application is one statement: the row, its event, its touch, its mail, and what becomes of the draft.

Whoever presses twice waits for the first, then changes nothing. What the database refuses to have twice (a key, a live
application of one person) is not received either, without an error: the caller asks what was there before.
"""

from collections.abc import Iterable

from applications import sealing
from applications.models import Application, Draft, State, Verb
from windows import clock
from windows.models import Officer, Touch
from windows.prepared import Prepared

TYPES = {
    **dict.fromkeys(("number", "window_id", "service_id", "audience", "channel", "ground", "asserted"), "text"),
    **dict.fromkeys(("origin", "state", "caller"), "text"),
    **dict.fromkeys(("submitted_at", "due_at", "order_at"), "timestamptz"),
    **dict.fromkeys(("answers", "person", "secret", "digest"), "bytea"),
    **{"key": "uuid", "version": "int", "told_late": "boolean"},
}
RECEIVE = Prepared(
    "receive",
    f"""
    WITH form AS (
        SELECT key FROM applications_draft WHERE key = %(draft)s AND application_id IS NULL FOR UPDATE
    ), received AS (
        INSERT INTO applications_application ({", ".join(TYPES)})
        SELECT {", ".join(f"%({name})s" for name in TYPES)}
        WHERE %(draft)s IS NULL OR EXISTS (SELECT FROM form)
        ON CONFLICT DO NOTHING
        RETURNING id
    ), noted AS (
        INSERT INTO applications_event (application_id, verb, from_state, to_state, at, recorded_at, by_id, reason,
                                        window_id, ground, audience, channel)
        SELECT id, '{Verb.SUBMITTED}', '', '{State.WAITING}', %(submitted_at)s, %(submitted_at)s, %(by)s, '',
               %(window_id)s, %(ground)s, %(audience)s, %(channel)s FROM received
    ), touched AS (
        INSERT INTO windows_touch (window_id, day, kind)
        SELECT %(window_id)s, %(day)s, '{Touch.Kind.WORK}' FROM received
    ), told AS (
        INSERT INTO applications_message (application_id, verb, "to", made_at, tries)
        SELECT id, '{Verb.SUBMITTED}', %(to)s, %(submitted_at)s, 0 FROM received WHERE %(to)s IS NOT NULL
    ), spare AS (
        DELETE FROM applications_upload USING received WHERE draft_id = %(draft)s AND document_id <> ALL(%(documents)s)
    ), brought AS (
        UPDATE applications_upload SET draft_id = NULL, application_id = received.id
        FROM received WHERE draft_id = %(draft)s AND document_id = ANY(%(documents)s)
    ), emptied AS (
        UPDATE applications_draft SET application_id = received.id, typed = %(nothing)s, saved_at = %(submitted_at)s
        FROM received WHERE key = %(draft)s
    )
    SELECT id FROM received""",
    **TYPES,
    **{"draft": "uuid", "documents": "text[]", "nothing": "bytea", "to": "bytea", "day": "date", "by": "bigint"},
)


def receive(
    application: Application,
    *,
    mail_to: str,
    draft: Draft | None = None,
    documents: Iterable[str] = (),
    by: Officer | None = None,
) -> bool:
    """Store an application that is not there yet; False where it may not be, or its draft was submitted before.

    Of the draft only papers of these documents go along: what an earlier answer asked for, and a later one does not,
    is seen on no page any more. What was typed is kept in the application alone.
    """
    values = {name: getattr(application, name) for name in TYPES} | {
        "day": clock.local_day(application.submitted_at),
        "to": sealing.seal({"to": mail_to}) if mail_to else None,
        "draft": draft and draft.key,
        "documents": list(documents),
        "nothing": sealing.seal({}),
        "by": by and by.pk,
    }
    for (key,) in RECEIVE.rows(**values):
        application.pk, application._state.adding = key, False
    return not application._state.adding
