"""The lifecycle's rules under any order of moves: after each one the database itself is asked whether they hold.

A hypothesis state machine: it proposes any move of any application, legal or not.
"""

import os
from datetime import timedelta

import pytest
from django.db import InternalError, connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from applications import lifecycle
from applications.models import MOVES, STATE_AFTER, State, Verb
from tests import make
from tests.make import NOON
from windows.lifecycle import NotAllowed

LONG = os.environ.get("DRILL") == "1"  # `make drill`: the figures of the promises
RUNS, STEPS = (2_000, 50) if LONG else (100, 30)
pytestmark = [pytest.mark.drill] if LONG else []
FEW = 2  # applications at once, so that each goes far
ITEM = {"document": "", "text": "The second page is missing."}

# What must never be found, each as a query for what breaks the rule.
BROKEN = {
    "a state is that of the last event": """
        SELECT a.id FROM applications_application a WHERE a.state IS DISTINCT FROM
            (SELECT to_state FROM applications_event e WHERE e.application_id = a.id ORDER BY id DESC LIMIT 1)""",
    "an event begins where the one before it ended": """
        SELECT id FROM (SELECT id, from_state,
                               lag(to_state, 1, '') OVER (PARTITION BY application_id ORDER BY id) AS before
                        FROM applications_event) e WHERE from_state <> before""",
    "a move is legal": """
        SELECT id FROM applications_event
        WHERE (from_state, to_state) NOT IN (SELECT * FROM unnest(%(before)s, %(after)s)) AND verb <> 'submitted'""",
    "an event says what was done": """
        SELECT id FROM applications_event WHERE (verb, to_state) NOT IN (SELECT * FROM unnest(%(verbs)s, %(ends)s))""",
    "each event has its touch": """
        SELECT e.window_id FROM (SELECT window_id, day, count(*) AS n FROM applications_event GROUP BY 1, 2) e
        LEFT JOIN (SELECT window_id, day, count(*) AS n FROM windows_touch WHERE kind = 'work' GROUP BY 1, 2) t
            USING (window_id, day) WHERE t.n IS DISTINCT FROM e.n""",
    "each event is told by mail": """
        SELECT application_id FROM (SELECT application_id, count(*) AS n FROM applications_event GROUP BY 1) e
        LEFT JOIN (SELECT application_id, count(*) AS n FROM applications_message GROUP BY 1) m
            USING (application_id) WHERE m.n IS DISTINCT FROM e.n""",
    "it is decided or withdrawn once": """
        SELECT application_id FROM applications_event WHERE verb IN ('approved', 'refused', 'withdrawn')
        GROUP BY 1 HAVING count(*) > 1""",
    "the clock stands still exactly while the applicant is asked": """
        SELECT a.id FROM applications_application a WHERE (a.state = 'supplement') IS DISTINCT FROM EXISTS (
            SELECT FROM applications_supplement s WHERE s.application_id = a.id AND s.answered_at IS NULL)
            AND a.state NOT IN ('refused', 'withdrawn')""",
    "nothing is due while the clock stands still, or once it was withdrawn": """
        SELECT id FROM applications_application WHERE state IN ('supplement', 'withdrawn') AND due_at IS NOT NULL""",
    "who waits has a due instant and a place in line, and nobody else has a place": """
        SELECT id FROM applications_application
        WHERE (state = 'waiting') <> (order_at IS NOT NULL) OR (state = 'waiting' AND due_at IS NULL)""",
    "a second request has a reason": """
        SELECT id FROM (SELECT id, reason, row_number() OVER (PARTITION BY application_id ORDER BY id) AS n
                        FROM applications_supplement) s WHERE (n > 1) <> (reason <> '')""",
    "who is refused is told why": """
        SELECT a.id FROM applications_application a LEFT JOIN applications_refusal r ON r.application_id = a.id
        WHERE (a.state = 'refused') <> (r.application_id IS NOT NULL)""",
}
PAIRS = [(before.value, after.value) for before, afters in MOVES.items() for after in afters]
KNOWN = {
    "before": [before for before, _after in PAIRS],
    "after": [after for _before, after in PAIRS],
    "verbs": [verb.value for verb in STATE_AFTER],
    "ends": [state.value for state in STATE_AFTER.values()],
}


def ask(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def broken() -> dict[str, list]:
    """Every rule that does not hold, with the rows that break it."""
    return {name: rows for name, rows in ask("EXECUTE broken") if rows}


def prepare() -> None:
    """All rules in one statement, planned once: planning takes longer than asking."""
    parts = [f"SELECT '{name}', array_agg(x::text) FROM ({query}) found(x)" for name, query in BROKEN.items()]
    with connection.cursor() as cursor:
        cursor.execute("PREPARE broken AS " + " UNION ALL ".join(parts), KNOWN)
        cursor.execute("SET plan_cache_mode = force_generic_plan")


class Lifecycle(RuleBasedStateMachine):
    """Any move of any application, by an officer or the applicant, at times that go on."""

    applications = Bundle("applications")
    window, clerk, reason = None, None, None  # made once for all runs: a password takes its time

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.at, self.events, self.submitted = NOON, [], 0

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def tried(self, verb, move, application, *arguments, may=True, **options):
        """A legal move is made. What is refused has changed nothing: the rules are asked after it, too."""
        self.at += timedelta(hours=5)
        legal = STATE_AFTER[verb] in MOVES.get(State(self.state_of(application)), ())
        try:
            move(application, *arguments, at=self.at, **options)
        except NotAllowed:
            assert not (legal and may), f"{verb} was refused"

    def state_of(self, application) -> str:
        """By its events, as they were read after the last move; that the row says the same is one of the rules."""
        return [to for _id, of, _verb, _from, to, _at in self.events if of == application.pk][-1]

    @precondition(lambda self: self.submitted < FEW)
    @rule(target=applications, asserted=st.sampled_from(["", "urgent"]))
    def submit(self, asserted):
        self.at, self.submitted = self.at + timedelta(hours=5), self.submitted + 1
        return make.waiting(self.window, at=self.at, asserted=asserted)

    @rule(application=applications, reason=st.sampled_from(["", "It was hidden."]))
    def supplement(self, application, reason):
        may = bool(reason) or not application.supplements.exists()
        self.tried(Verb.ASKED, lifecycle.supplement, application, [ITEM], may=may, by=self.clerk, reason=reason)

    @rule(application=applications)
    def answer(self, application):
        self.tried(Verb.ANSWERED, lifecycle.answer, application, {"text": "Here it is."})

    @rule(application=applications)
    def approve(self, application):
        self.tried(Verb.APPROVED, lifecycle.approve, application, by=self.clerk)

    @rule(application=applications)
    def refuse(self, application):
        self.tried(Verb.REFUSED, lifecycle.refuse, application, by=self.clerk, reason=self.reason)

    @rule(application=applications)
    def withdraw(self, application):
        self.tried(Verb.WITHDRAWN, lifecycle.withdraw, application)

    @rule(application=applications)
    def ready(self, application):
        self.tried(Verb.READY, lifecycle.ready, application, by=self.clerk)

    @rule(application=applications)
    def collect(self, application):
        self.tried(Verb.COLLECTED, lifecycle.collect, application, by=self.clerk)

    @invariant()
    def every_rule_holds(self):
        assert broken() == {}

    @invariant()
    def events_only_grow(self):
        events = ask("SELECT id, application_id, verb, from_state, to_state, at FROM applications_event ORDER BY id")
        assert events[: len(self.events)] == self.events
        self.events = events


def run(machine, runs=RUNS, steps=STEPS, **more):
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    options = {"max_examples": runs, "stateful_step_count": steps, "deadline": None, "suppress_health_check": checks}
    options |= {"database": None, "derandomize": not LONG, "report_multiple_bugs": False}
    run_state_machine_as_test(machine, settings=settings(**options, **more))


@pytest.fixture(autouse=True)
def _place(db, monkeypatch):
    made = {"window": make.window(), "clerk": make.officer(), "reason": make.refusal_reason()}
    for name, row in made.items():
        monkeypatch.setattr(Lifecycle, name, row)
    prepare()
    yield
    connection.close()  # and forget the statement


def test_the_rules_hold_after_any_moves_in_any_order():
    run(Lifecycle)


# --- controls: a guard taken out is noticed -----------------------------------------------------------------------


@pytest.fixture
def unguarded(monkeypatch):
    """Every move to another state is legal to the lifecycle."""
    monkeypatch.setattr(lifecycle, "MOVES", {state: set(State) - {state} for state in State})


@pytest.mark.usefixtures("unguarded")
def test_control_without_its_guard_the_database_refuses():
    with pytest.raises(InternalError, match="Invalid transition"):
        run(Lifecycle, phases=[Phase.generate])


@pytest.mark.usefixtures("unguarded")
def test_control_without_guard_and_trigger_a_rule_is_broken():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE applications_application DISABLE TRIGGER USER")

    with pytest.raises(Exception, match="a move is legal|once|an_application_ends_once"):
        run(Lifecycle, phases=[Phase.generate])


def test_control_an_event_left_out_is_noticed(monkeypatch):
    monkeypatch.setattr(lifecycle.Event.objects, "create", lambda **fields: None)

    with pytest.raises(AssertionError, match="a state is that of the last event"):
        run(Lifecycle, phases=[Phase.generate])
