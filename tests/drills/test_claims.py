"""No case is claimed twice, though leases expire under the officers; of two decisions at once, one stands.

The officers work in processes of their own (claiming.py), each over its own connection. What they did is read from the
events: those of one case are numbered in the order of its moves, because each move holds the case's row.
"""

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.db import connection

from applications.models import Application, Event, Refusal, State, Supplement
from tests import make
from tests.drills import claiming
from tests.drills.site import LONG
from tests.portal.processes import HOME

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

CASES, OFFICERS = (100_000, 64) if LONG else (5_000, 16)
PAIRS = 10_000 if LONG else 500
PROCESSES = 2

AUDIT = """
    WITH moves AS (
        SELECT id, application_id, verb, by_id, from_state, lag(to_state, 1, '') OVER of_case AS before,
               lead(id) OVER of_case AS until
        FROM applications_event WINDOW of_case AS (PARTITION BY application_id ORDER BY id)
    ), hands AS (
        SELECT id, lag(until) OVER (PARTITION BY by_id ORDER BY id) AS free_since, until,
               row_number() OVER (PARTITION BY by_id ORDER BY id) AS nth
        FROM moves WHERE verb = 'claimed'
    )
    SELECT (SELECT count(*) FROM moves WHERE verb = 'claimed' AND before NOT IN ('', 'waiting')) AS claimed_twice,
           (SELECT count(*) FROM moves WHERE before NOT IN ('', from_state)) AS out_of_turn,
           (SELECT count(*) FROM hands WHERE nth > 1 AND (free_since IS NULL OR free_since > id)) AS two_in_hand,
           (SELECT count(DISTINCT application_id) FROM moves WHERE verb = 'approved') AS decided,
           (SELECT count(*) FROM moves WHERE verb = 'approved') AS decisions,
           (SELECT count(*) FROM moves WHERE verb = 'expired') AS expired"""


def start(call):
    """A call of `claiming.py` in a process of its own, over the database of this test."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    code = f"from tests.drills import claiming; claiming.{call}"
    command = [sys.executable, str(HOME / "manage.py"), "shell", "--no-imports", "-c", code]
    environment = os.environ | {"DATABASE_URL": url, "PORTAL_ROLE": "command"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def answer_of(process):
    said, complained = process.communicate(timeout=3600)
    assert process.returncode == 0, complained
    return json.loads(said.strip().splitlines()[-1])


def audit():
    with connection.cursor() as cursor:
        cursor.execute(AUDIT)
        return dict(zip((column.name for column in cursor.description), cursor.fetchone(), strict=True))


# --- R5: no case is claimed twice ---------------------------------------------------------------------------------


def everybody_works(cases, claim):
    """What so many officers did until nothing was undecided, while leases expired."""
    claiming.cases(cases, [make.window().pk])
    names = [officer.username for officer in claiming.officers(OFFICERS)]
    sweeping = start("sweep()")
    try:
        working = [start(f"work({names[number::PROCESSES]}, {claim})") for number in range(PROCESSES)]
        for process in working:
            answer_of(process)
    finally:
        sweeping.kill()
        sweeping.communicate()
    return audit()


def test_no_case_is_claimed_twice():
    found = everybody_works(CASES, "claiming.line.claim_next")

    clean = {"claimed_twice": 0, "out_of_turn": 0, "two_in_hand": 0, "decided": CASES, "decisions": CASES}
    assert found | clean == found
    assert found["expired"] > 0
    assert Application.objects.exclude(state=State.PRODUCTION).count() == 0


def test_control_read_then_update_claims_twice():
    found = everybody_works(200, "claiming.read_then_update")

    assert found["claimed_twice"] > 0


# --- R7: no decision is overwritten -------------------------------------------------------------------------------


def decided_in_pairs(pairs, first, second, *, guarded=True):
    """How the two of each pair ended, as they were told."""
    claiming.cases(pairs, [make.window().pk])
    claiming.officers(2)
    return answer_of(start(f"decide_in_pairs(claiming.{first}, claiming.{second}, guarded={guarded})"))


@pytest.mark.parametrize("first", ["approve", "ask"])
def test_of_two_decisions_at_once_one_stands_and_the_other_is_told(first):
    told = decided_in_pairs(PAIRS // 2, first, "refuse")

    assert told == {"decided and overtaken": PAIRS // 2}
    assert Event.objects.count() == Application.objects.filter(version=1).count() == PAIRS // 2
    refused = Application.objects.filter(state=State.REFUSED).count()
    assert Refusal.objects.count() == refused
    assert 0 < refused < PAIRS // 2, "one was always quicker: they never met"
    assert Supplement.objects.count() == (PAIRS // 2 - refused if first == "ask" else 0)


def test_control_without_the_version_a_decision_is_overwritten():
    told = decided_in_pairs(100, "ask", "refuse", guarded=False)

    assert told["decided and decided"] > 0
