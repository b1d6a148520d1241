"""Who is next, and why: the order of the line, a claim as the database keeps it, and the reason that is printed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications import casework, line
from applications.models import Application, Event, Ground, State
from tests import make
from tests.applications.clerks import at, clerk
from tests.make import NOON
from windows.models import Touch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("terms")]


@pytest.fixture
def window():
    return make.window()


# --- claiming -----------------------------------------------------------------------------------------------------


def test_claim_next_takes_the_earliest_place_and_then_nobody(window):
    service = make.service(working_days=7)
    ordinary = make.waiting(window, service, at=at(10))
    epidemic = make.waiting(window, service, at=at(11), asserted=Ground.EPIDEMIC_RESPONSE)

    taken = [line.claim_next(window, by=clerk(window)) for _n in range(3)]

    assert taken == [epidemic, ordinary, None]


def test_a_claim_is_state_event_touch_and_lease_in_one_statement(window, django_assert_num_queries):
    assert line.claim_next(window, by=clerk(window)) is None  # the connection has the statement from now on
    application, by = make.waiting(window), clerk(window)
    touches = Touch.objects.count()

    with django_assert_num_queries(1):
        taken = line.claim_next(window, by=by, at=NOON)

    event = Event.objects.latest("pk")
    assert (taken.state, taken.claimed_by, taken.version) == (State.CLAIMED, by, application.version + 1)
    assert taken.lease_until > timezone.now() + line.LEASE - timedelta(minutes=1)
    assert (event.verb, event.from_state, event.to_state, event.by, event.at) == (
        "claimed",
        "waiting",
        "claimed",
        by,
        NOON,
    )
    assert Touch.objects.count() == touches + 1


def test_what_a_claim_gives_is_the_case_as_it_is_stored(window):
    make.waiting(window, asserted=Ground.URGENT)

    taken = line.claim_next(window, by=clerk(window))

    stored = Application.objects.get()
    assert (
        set(line.TOLD) == {field.attname for field in Application._meta.concrete_fields} - taken.get_deferred_fields()
    )
    names = [field.attname for field in Application._meta.concrete_fields]
    assert [getattr(taken, name) for name in names] == [getattr(stored, name) for name in names]
    assert (taken._state.adding, taken._state.db) == (False, stored._state.db)


def test_pressing_twice_gives_back_the_case_in_hand(window, django_assert_num_queries):
    by, elsewhere = clerk(window), make.window()
    first, _second, _third = make.waiting(window), make.waiting(window), make.waiting(elsewhere)
    taken = line.claim_next(window, by=by)
    events, touches = Event.objects.count(), Touch.objects.count()

    with django_assert_num_queries(2):
        again = [line.claim_next(window, by=by), line.claim_next(elsewhere, by=by)]

    assert [taken, *again] == [first] * 3
    assert [one.version for one in again] == [taken.version] * 2
    assert (Event.objects.count(), Touch.objects.count()) == (events, touches)


def test_a_claim_works_on_a_new_connection_and_in_a_transaction_that_was_rolled_back(window):
    """A server forgets what a connection prepared only with the connection itself."""
    by = clerk(window)
    case = make.waiting(window)
    with transaction.atomic():
        line.claim_next(window, by=by)
        transaction.set_rollback(True)

    def elsewhere():
        try:
            return line.claim_next(window, by=by)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        unseen = pool.submit(elsewhere).result()  # nothing of this test is committed

    assert unseen is None
    assert line.claim_next(window, by=by) == case


def test_the_database_keeps_one_case_in_hand_per_officer(window):
    by = clerk(window)
    line.claim_next(make.waiting(window).window, by=by)
    other = make.waiting(window)

    with pytest.raises(IntegrityError, match="one_case_in_hand_per_officer"), transaction.atomic():
        Application.objects.filter(pk=other.pk).update(state=State.CLAIMED, claimed_by=by, lease_until=timezone.now())


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ("state = 'claimed'", "a_case_in_hand_has_an_officer_and_a_lease"),
        ("lease_until = now()", "a_case_in_hand_has_an_officer_and_a_lease"),
        ("parked_until = current_date", "a_parked_case_has_a_day_to_come_back"),
    ],
)
def test_the_database_refuses_half_a_claim(window, fields, constraint):
    application = make.waiting(window)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE applications_application SET {fields} WHERE id = %s", [application.pk])


def test_imported_and_other_windows_cases_are_never_claimed(window):
    make.decided(window, verb="")
    make.waiting(make.window())

    assert line.claim_next(window, by=clerk(window)) is None


# --- why ----------------------------------------------------------------------------------------------------------


def test_the_printed_reason_is_true(window):
    service = make.service(working_days=7)
    make.waiting(window, service, at=at(10))
    make.waiting(window, service, at=at(11))
    work = make.waiting(window, service, at=at(11), asserted=Ground.WORK_RESUMPTION)
    by = clerk(window)
    assert line.claim_next(window, by=by) == work

    asserted = line.why(work).text
    granted = casework.verify(work, by=by, granted=True, at=at(11))

    assert asserted == "resuming work and production, asserted and to be verified; due 2020-03-16 17:00; 2 wait behind"
    assert line.why(granted).text == "resuming work and production, granted; due 2020-03-16 17:00; 2 wait behind"


def test_lanes_count_each_case_once(window):
    service = make.service(working_days=7)
    for ground in ("", "", Ground.URGENT, Ground.EPIDEMIC_RESPONSE):
        make.waiting(window, service, at=at(2), asserted=ground)

    found = line.lanes(window, at=at(10, 18))

    assert found == {
        "to_verify": 2,
        "ordinary": 2,
        "urgent": 0,
        "work_resumption": 0,
        "epidemic_response": 0,
        "late": 0,
        "soon": 4,
    }
    assert line.lanes(window, at=at(11, 18))["late"] == 4


# --- the order ----------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_nobody_overtakes_in_the_order_of_places(data):
    """Over random arrivals and claims: whoever is taken has the earliest place of all that wait then."""
    with transaction.atomic():
        window, by = make.window(), None
        service = make.service(working_days=7)
        for step in range(12):
            if data.draw(st.booleans(), label="arrives"):
                ground = data.draw(st.sampled_from(["", *Ground.values[1:]]))
                make.waiting(window, service, at=at(2) + step * timedelta(hours=7), asserted=ground)
            else:
                expected = Application.objects.waiting_at(window).in_line_order().first()
                by = clerk(window)
                assert line.claim_next(window, by=by) == expected
        transaction.set_rollback(True)
