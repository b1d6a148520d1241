"""No acknowledged submission is lost, whatever is killed; however often one is repeated, it is one application.

The applicants are processes outside of the system (submitting.py). What they know at the end is compared with what the
database and the store of papers hold (applicants.py).
"""

import random
import sys
from collections import Counter
from contextlib import contextmanager

import pytest

from portal import embedded
from tests.drills.site import LONG, Site, strike
from tests.drills.submitting import ACCEPTED, REFUSED, Draft, pressed_at_once
from tests.portal.processes import HOME, wait_until

pytestmark = pytest.mark.drill

SUBMISSIONS, KILLS = (100_000, 50) if LONG else (2_000, 5)
APPLICANTS, CONNECTIONS = 2, 4  # processes, and connections of each
DOUBLE, PRESSES = (1_000, 8) if LONG else (40, 8)  # drafts, and connections that declare each in the same moment
ALIKE = 64  # drafts of one person
DURABLE = ("-c", "recovery_init_sync_method=syncfs")  # no fsync=off here: it must survive being killed
FORGETFUL = ("-c", "synchronous_commit=off", "-c", "wal_writer_delay=10s", "-c", "wal_writer_flush_after=1GB")
UNSCATHED = {"lost": [], "other_reference": [], "without_event": [], "without_message": [], "spoilt_papers": []}


class Portal(Site):
    """A site with a PostgreSQL of its own, and applicants."""

    def applicants(self, call):
        """What a call of `applicants.py` tells, in a process of this site."""
        self.log_of("applicants").unlink(missing_ok=True)
        code = f"from tests.drills import applicants; applicants.{call}"
        process = self.start("applicants", HOME / "manage.py", "shell", "--no-imports", "-c", code)
        return self.answer_of(process, "applicants", within=3600)

    def prepare(self, number, name="drafts", **options):
        """Drafts that only want their declaration, in a file for the applicants."""
        told = "".join(f", {option}={value}" for option, value in options.items())
        assert self.applicants(f"prepare({number}, {str(self.folder / name)!r}{told})") == number
        return self.folder / name

    def applications(self):
        return self.ask("SELECT count(*) FROM applications_application")[0]

    # --- what is done to it ---

    def kill_web(self):
        strike(self.web)
        self.start_web()

    def kill_and_restart_redis(self):
        self.kill_redis()
        self.redis.start()

    def kill_and_restart_postgres(self):
        self.kill_postgres()
        self.postgres.start()

    def execute(self, *statements, database=""):
        connection = self.connect(database)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()


@contextmanager
def server(folder, options):
    """A PostgreSQL with the product's tables in two databases, and one portal that serves on each asked for."""
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    postgres = embedded.Postgres(folder, options)
    postgres.start()
    portal = Portal(folder / "site", postgres)
    try:
        portal.manage("migrate", "migrate", "-v0")
        portal.manage("collect", "collectstatic", "--noinput", "-v0")
        yield portal
    finally:
        portal.close()
        postgres.stop()


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with server(tmp_path_factory.mktemp("durable"), DURABLE) as portal:
        portal.execute(f"CREATE DATABASE unguarded TEMPLATE {portal.database}", database="postgres")
        portal.start_web()
        yield portal


@pytest.fixture
def forgetful(tmp_path):
    """A portal whose PostgreSQL acknowledges what is not on the disk."""
    with server(tmp_path, (*DURABLE, *FORGETFUL)) as portal:
        portal.start_web()
        yield portal


@pytest.fixture(scope="module")
def unguarded(portal):
    """A portal whose database lets one key and one person have several applications."""
    unguarded = Portal(portal.folder.parent / "unguarded", portal.postgres, "unguarded")
    unguarded.execute(
        "ALTER TABLE applications_application DROP CONSTRAINT an_application_is_made_once_per_key",
        "DROP INDEX one_live_application_per_person_and_service",
    )
    unguarded.manage("collect", "collectstatic", "--noinput", "-v0")
    unguarded.start_web()
    yield unguarded
    unguarded.close()


# --- R1: what was acknowledged is there ---------------------------------------------------------------------------


class Crowd:
    """Applicants in processes of their own, each with its share of the drafts; all note in one file."""

    def __init__(self, portal, drafts):
        self.notes = portal.folder / "notes"
        self.notes.unlink(missing_ok=True)
        lines = drafts.read_text().splitlines()
        self.processes = []
        for number in range(APPLICANTS):
            share = portal.folder / f"share{number}"
            share.write_text("\n".join(lines[number::APPLICANTS]))
            arguments = (portal.port, share, self.notes, CONNECTIONS)
            self.processes.append(portal.start(f"crowd{number}", "-m", "tests.drills.submitting", *arguments))

    def acknowledged(self):
        return self.notes.read_text().count("accepted ") if self.notes.exists() else 0

    def reaches(self, number):
        return wait_until(lambda: self.acknowledged() >= number or not self.presses(), within=300)

    def presses(self):
        return any(process.poll() is None for process in self.processes)

    def ends(self, within):
        assert [process.wait(within) for process in self.processes] == [0] * APPLICANTS


def test_what_was_acknowledged_is_there_after_every_kill(portal):
    drafts = portal.prepare(SUBMISSIONS)
    deeds = [portal.kill_and_restart_postgres, portal.kill_web, portal.kill_and_restart_redis]
    chance = random.Random()
    deeds = [*deeds, *chance.choices(deeds[:2], k=2)] if KILLS == 5 else chance.choices(deeds, k=KILLS)
    chance.shuffle(deeds)

    before, amid = portal.applications(), 0
    crowd = Crowd(portal, drafts)
    for number, deed in enumerate(deeds):
        crowd.reaches(int(SUBMISSIONS * (number + chance.uniform(0.2, 0.8)) / KILLS))
        amid += crowd.presses()
        deed()
    crowd.ends(within=SUBMISSIONS)

    found = portal.applicants(f"reconcile({str(crowd.notes)!r})")
    assert found | UNSCATHED == found, found
    assert (found["acknowledged"], portal.applications() - before) == (SUBMISSIONS, SUBMISSIONS)
    assert found["unknown"] > 0, "no kill met a submission under way"
    assert amid == KILLS


def test_control_a_server_that_does_not_wait_for_the_disk_loses_what_was_acknowledged(forgetful):
    drafts = forgetful.prepare(400, files=False)
    forgetful.execute("SET synchronous_commit = on", "CREATE TABLE written ()")  # and all before it: the drafts stay

    crowd = Crowd(forgetful, drafts)
    crowd.reaches(150)
    forgetful.kill_and_restart_postgres()
    crowd.ends(within=120)

    found = forgetful.applicants(f"reconcile({str(crowd.notes)!r}, files=False)")
    assert len(found["lost"]) > 0, found


# --- R2: a retry makes exactly one application --------------------------------------------------------------------


def test_the_last_button_pressed_many_times_at_once_makes_one_application(portal):
    before = portal.applications()

    pressed = [pressed_at_once(portal.port, [draft] * PRESSES) for draft in Draft.read(portal.prepare(DOUBLE))]

    assert [{outcome for outcome, _reference in told} for told in pressed] == [{ACCEPTED}] * DOUBLE
    assert [len({reference for _outcome, reference in told}) for told in pressed] == [1] * DOUBLE
    assert portal.applications() - before == DOUBLE


def test_many_submissions_with_one_key_make_one_application(portal):
    """By the rule itself, without a draft to lock: as the API is called."""
    told = portal.applicants("submit_at_once(8, rounds=20)")

    assert told == {"rounds": 20, "applications": 20}


def test_control_without_the_constraints_one_key_makes_several_applications(unguarded):
    told = unguarded.applicants("submit_at_once(8, rounds=20)")

    assert told["applications"] > 20


def test_of_many_submissions_of_one_person_at_once_one_is_accepted(portal):
    drafts = Draft.read(portal.prepare(ALIKE, one_person=True))

    outcomes = Counter(outcome for outcome, _reference in pressed_at_once(portal.port, drafts))

    assert outcomes == {ACCEPTED: 1, REFUSED: ALIKE - 1}


def test_control_without_the_index_several_of_one_person_are_accepted(unguarded):
    drafts = Draft.read(unguarded.prepare(ALIKE, one_person=True))

    outcomes = Counter(outcome for outcome, _reference in pressed_at_once(unguarded.port, drafts))

    assert outcomes[ACCEPTED] > 1
