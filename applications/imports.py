"""Applications reported by provincial systems, without personal data: they count, and never enter the line."""

from django.utils.translation import gettext as _

from applications.models import ENDED, STATE_AFTER, Ground, Origin, State, Verb
from windows import clock, doorbell, sheets
from windows.imports import known_window
from windows.models import Audience, Channel, Officer, Service

EVENT_COLUMNS = (
    "application_id, verb, from_state, to_state, at, recorded_at, by_id, reason, window_id, ground, audience, channel"
)


def import_applications(
    name: str, content: bytes, *, by: Officer | None = None, dry_run: bool = False
) -> sheets.Report:
    """applications.csv. A later file may bring the outcome of an application stored undecided, nothing else."""
    layout = sheets.Layout(
        columns={
            "number": sheets.text(40),
            "window": known_window(by),
            "service": sheets.one_of(Service.objects.values_list("pk", flat=True)),
            "audience": sheets.one_of(Audience.values),
            "channel": sheets.one_of([Channel.ONLINE, Channel.COUNTER]),
            "ground": sheets.one_of(Ground.values),
            "submitted_at": clock.read_instant,
            "decided_at": sheets.optional(clock.read_instant),
            "outcome": sheets.one_of(ENDED, or_empty=True),
        },
        key=("number",),
        check=_check,
    )
    return sheets.take_in(name, content, layout, lambda rows: _store(rows, by), dry_run=dry_run)


def _check(row: dict) -> tuple[str, str] | None:
    if bool(row["outcome"]) != bool(row["decided_at"]):
        return "outcome", _("An outcome and its time go together.")
    if row["decided_at"] and row["decided_at"] < row["submitted_at"]:
        return "decided_at", _("An application cannot be decided before it was submitted.")
    return None


def _store(rows: list[dict], by: Officer | None) -> int:
    """Returns how many rows brought something new."""
    for row in rows:
        row["state"] = STATE_AFTER[row["outcome"] or Verb.SUBMITTED]
    columns = dict.fromkeys(
        ("number", "window", "service", "audience", "channel", "ground", "outcome", "state"), "text"
    )
    columns |= {"row": "int", "submitted_at": "timestamptz", "decided_at": "timestamptz"}
    with sheets.cursor() as cursor:
        sheets.stage(cursor, "staged", columns, rows)
        sheets.contradictions(cursor, CONTRADICTING, "number")
        cursor.execute(OUTCOMES_OF_STORED, [State.WAITING])
        decided = [number for (number,) in cursor.fetchall()]
        cursor.execute(NEW_APPLICATIONS, [Origin.PROVINCE])
        submitted = [number for (number,) in cursor.fetchall()]
        _add_events(cursor, SUBMISSIONS, [Verb.SUBMITTED, State.WAITING, by and by.pk, submitted])
        _add_events(cursor, OUTCOMES, [State.WAITING, by and by.pk, submitted + decided])
    if submitted or decided:
        doorbell.ring()
    return len(submitted) + len(decided)


def _add_events(cursor, selection: str, values: list) -> None:
    """Store the selected events and touch each window and day they fall on."""
    cursor.execute(
        f"""
        WITH stored AS (INSERT INTO applications_event ({EVENT_COLUMNS}) {selection} RETURNING window_id, day)
        INSERT INTO windows_touch (window_id, day, kind) SELECT DISTINCT window_id, day, 'work' FROM stored""",
        values,
    )


# Of a stored application a file may only tell the outcome, and that once.
CONTRADICTING = """
    SELECT staged.row FROM staged JOIN applications_application a ON a.number = staged.number
    LEFT JOIN applications_event ended ON ended.application_id = a.id AND ended.verb <> 'submitted'
    WHERE (a.window_id, a.service_id, a.audience, a.channel, a.ground, a.submitted_at, a.origin) IS DISTINCT FROM
          (staged.window, staged.service, staged.audience, staged.channel, staged.ground, staged.submitted_at,
           'province')
       OR (ended.id IS NOT NULL AND (ended.verb, ended.at) IS DISTINCT FROM (staged.outcome, staged.decided_at))"""
OUTCOMES_OF_STORED = """
    UPDATE applications_application a SET state = staged.state FROM staged
    WHERE a.number = staged.number AND staged.outcome <> '' AND a.state = %s RETURNING a.number"""
NEW_APPLICATIONS = """
    INSERT INTO applications_application
        (number, window_id, service_id, audience, channel, ground, submitted_at, origin, state)
    SELECT number, "window", service, audience, channel, ground, submitted_at, %s, state FROM staged ORDER BY row
    ON CONFLICT (number) DO NOTHING RETURNING number"""
SUBMISSIONS = """
    SELECT a.id, %s, '', %s, a.submitted_at, a.submitted_at, %s::bigint, '',
           a.window_id, a.ground, a.audience, a.channel
    FROM applications_application a WHERE a.number = ANY(%s) ORDER BY a.submitted_at"""
OUTCOMES = """
    SELECT a.id, staged.outcome, %s, staged.state, staged.decided_at, staged.decided_at, %s::bigint, '',
           a.window_id, a.ground, a.audience, a.channel
    FROM staged JOIN applications_application a ON a.number = staged.number
    WHERE staged.outcome <> '' AND a.number = ANY(%s) ORDER BY staged.decided_at"""
