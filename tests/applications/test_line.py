"""Who is next, and why; what an officer does with a case; what the timetable brings back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications import casework, lifecycle, line
from applications.models import Application, Event, Ground, State, Term
from portal import roles
from tests import make
from tests.make import NOON
from windows import clock
from windows.lifecycle import NotAllowed
from windows.models import SHANGHAI, Touch

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def lay_out() -> None:
    clock.set_now(NOON)
    roles.create_groups()
    Term.objects.create(ground=Ground.EPIDEMIC_RESPONSE, hours=24)
    Term.objects.create(ground=Ground.WORK_RESUMPTION, working_days=3)


@pytest.fixture(scope="module")
def _reference(for_the_module):
    for_the_module(lay_out)


@pytest.fixture(autouse=True)
def _in_english(_reference):
    with translation.override("en"):
        yield


@pytest.fixture
def window():
    return make.window()


def clerk(window):
    return make.staff("window_officer", windows=[window])


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2020, 3, day, hour, tzinfo=SHANGHAI)


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


# --- with the case in hand ----------------------------------------------------------------------------------------


def test_a_granted_ground_moves_the_due_instant_and_one_not_granted_keeps_its_place(window):
    service, by = make.service(working_days=7), clerk(window)
    first = make.waiting(window, service, at=at(11), asserted=Ground.EPIDEMIC_RESPONSE)
    second = make.waiting(window, service, at=at(11, 13), asserted=Ground.EPIDEMIC_RESPONSE)
    ordinary = second.due_at

    granted = casework.verify(line.claim_next(window, by=by), by=by, granted=True)
    lifecycle.approve(granted, by=by)
    kept = casework.verify(line.claim_next(window, by=by), by=by, granted=False, reason="It is somebody else's proof.")

    assert (granted.pk, granted.ground, granted.asserted) == (first.pk, "epidemic_response", "")
    assert granted.due_at == granted.order_at == at(12)
    assert (kept.pk, kept.ground, kept.asserted) == (second.pk, "ordinary", "")
    assert kept.due_at == kept.order_at == ordinary
    assert [granted.messages.order_by("pk").last().verb, kept.messages.order_by("pk").last().verb] == [
        "approved",
        "not_granted",
    ]


def test_a_ground_is_refused_with_a_reason_only_and_verified_once(window):
    by = clerk(window)
    make.waiting(window, asserted=Ground.URGENT)
    case = line.claim_next(window, by=by)

    with pytest.raises(NotAllowed, match="why the ground"):
        casework.verify(case, by=by, granted=False)
    casework.verify(case, by=by, granted=True)
    with pytest.raises(NotAllowed, match="not verified yet"):
        casework.verify(case, by=by, granted=True)


def test_put_back_returns_to_the_same_place(window):
    by = clerk(window)
    first, second = make.waiting(window, at=at(10)), make.waiting(window, at=at(11))

    casework.put_back(line.claim_next(window, by=by), by=by)

    assert line.claim_next(window, by=by) == first != second


def test_a_parked_case_comes_back_on_its_day(window):
    by = clerk(window)
    make.waiting(window)
    case = casework.park(line.claim_next(window, by=by), by=by, until=at(13).date(), reason="An opinion is awaited.")

    early, none = casework.unpark(at(12).date()), line.claim_next(window, by=by)
    back = casework.unpark(at(13).date())

    assert (case.state, case.claimed_by, early, none, back) == (State.PARKED, None, 0, None, 1)
    assert line.claim_next(window, by=by).pk == case.pk


@pytest.mark.parametrize(
    ("until", "reason", "said"),
    [(at(11), "why", "from tomorrow"), (at(11) + 61 * DAY, "why", "60 days"), (at(13), " ", "needs a reason")],
)
def test_parking_needs_a_day_to_come_and_a_reason(window, until, reason, said):
    by = clerk(window)
    make.waiting(window)
    case = line.claim_next(window, by=by)

    with pytest.raises(NotAllowed, match=said):
        casework.park(case, by=by, until=until.date(), reason=reason)


def test_nobody_acts_on_a_case_in_anothers_hand(window):
    mine, theirs = clerk(window), clerk(window)
    make.waiting(window, asserted=Ground.URGENT)
    case = line.claim_next(window, by=mine)

    for act in (
        lambda: casework.put_back(case, by=theirs),
        lambda: casework.park(case, by=theirs, until=at(13).date(), reason="x"),
        lambda: casework.verify(case, by=theirs, granted=True),
        lambda: casework.hand_over(case, by=theirs, to=mine),
    ):
        with pytest.raises(NotAllowed, match="in the hand of"):
            act()


def test_a_case_is_handed_to_a_colleague_who_works_there_and_is_free(window):
    mine, theirs, stranger = clerk(window), clerk(window), clerk(make.window())
    make.waiting(window)
    make.waiting(window)
    case = line.claim_next(window, by=mine)

    with pytest.raises(NotAllowed, match="does not work at this window"):
        casework.hand_over(case, by=mine, to=stranger)
    line.claim_next(window, by=theirs)
    with pytest.raises(NotAllowed, match="has a case in hand already"):
        casework.hand_over(case, by=mine, to=theirs)
    casework.put_back(Application.objects.in_hand_of(theirs).get(), by=theirs)
    handed = casework.hand_over(case, by=mine, to=theirs)

    assert handed.claimed_by == theirs


def test_out_of_order_needs_a_reason_and_a_free_hand(window):
    by = clerk(window)
    first, friend = make.waiting(window, at=at(10)), make.waiting(window, at=at(11))

    with pytest.raises(NotAllowed, match="needs a reason"):
        casework.take(friend, by=by, reason=" ")
    taken = casework.take(friend, by=by, reason="The flight is tonight.")
    with pytest.raises(NotAllowed, match="in hand already"):
        casework.take(first, by=by, reason="x")

    assert taken.claimed_by == by
    assert Event.objects.get(verb="out_of_order").reason == "The flight is tonight."


def test_of_two_decisions_the_second_is_shown_the_first(window):
    by = clerk(window)
    make.waiting(window)
    seen = line.claim_next(window, by=by)
    lifecycle.approve(seen, by=by, seen=seen.version)

    with pytest.raises(lifecycle.Overtaken, match=f"approved by {by}"):
        lifecycle.refuse(seen, by=by, reason=make.refusal_reason(), seen=seen.version)


@pytest.mark.parametrize(
    "act",
    [
        lambda case, by, seen: casework.put_back(case, by=by, seen=seen),
        lambda case, by, seen: casework.park(case, by=by, until=at(13).date(), reason="x", seen=seen),
        lambda case, by, seen: casework.hand_over(case, by=by, to=clerk(case.window), seen=seen),
        lambda case, by, seen: casework.verify(case, by=by, granted=True, seen=seen),
        lambda case, by, seen: casework.verify(case, by=by, granted=False, reason="x", seen=seen),
        lambda case, by, seen: casework.release(case, by=by, reason="x", seen=seen),
    ],
    ids=["put back", "park", "hand over", "grant", "do not grant", "release"],
)
def test_no_deed_is_done_upon_an_older_version(window, act):
    """Put back and taken again meanwhile, so that nothing but the version tells."""
    by = clerk(window)
    make.waiting(window, asserted=Ground.URGENT)
    seen = line.claim_next(window, by=by).version
    casework.put_back(Application.objects.get(), by=by)
    case = line.claim_next(window, by=by)
    events = Event.objects.count()

    with pytest.raises(lifecycle.Overtaken, match="taken in hand by"):
        act(case, by, seen)

    assert (Application.objects.get().version, Event.objects.count()) == (case.version, events)
    act(case, by, case.version)
    assert Event.objects.count() == events + 1


def test_a_case_that_moved_since_it_was_seen_is_not_taken_out_of_order(window):
    by, colleague = clerk(window), clerk(window)
    case = make.waiting(window)
    casework.put_back(line.claim_next(window, by=colleague), by=colleague)

    with pytest.raises(lifecycle.Overtaken, match="put back in line by"):
        casework.take(case, by=by, reason="x", seen=case.version)


# --- supervisors and the timetable --------------------------------------------------------------------------------


def test_a_lease_that_is_over_brings_the_case_back(window):
    by = clerk(window)
    make.waiting(window)
    case = line.claim_next(window, by=by)

    kept = casework.expire_leases()
    Application.objects.filter(pk=case.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    expired = casework.expire_leases()

    case.refresh_from_db()
    assert (kept, expired, case.state, case.claimed_by) == (0, 1, State.WAITING, None)
    assert Event.objects.latest("pk").verb == "expired"


def test_working_on_a_case_renews_its_lease(window):
    by = clerk(window)
    make.waiting(window)
    case = line.claim_next(window, by=by)
    Application.objects.filter(pk=case.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    casework.renew(case, by=by)

    assert casework.expire_leases() == 0


def test_a_supervisor_releases_a_case_with_a_reason(window):
    by, chief = clerk(window), make.officer(divisions=[window.division])
    make.waiting(window)
    case = line.claim_next(window, by=by)

    with pytest.raises(NotAllowed, match="needs a reason"):
        casework.release(case, by=chief, reason="")
    released = casework.release(case, by=chief, reason="The officer is ill.")

    assert (released.state, released.claimed_by) == (State.WAITING, None)


def test_waiting_cases_move_to_an_able_window_and_keep_their_time(window):
    able, chief, by = make.window(), make.officer(divisions=[window.division]), clerk(window)
    passport, permit = make.service(), make.service("taiwan-permit")
    make.offering(able, passport)
    goes, stays, taken = (
        make.waiting(window, passport, at=at(10)),
        make.waiting(window, permit),
        make.waiting(window, passport, at=at(2)),
    )
    line.claim_next(window, by=by)

    told = casework.transfer([goes, stays, taken], to=able, by=chief, reason="Backlog.")

    assert [bool(refusal) for _case, refusal in told] == [False, True, True]
    assert told[0][0].window == able
    assert told[0][0].order_at == goes.order_at
    assert Event.objects.latest("pk").window == able


def test_late_cases_are_told_once(window):
    late = make.waiting(window, at=at(2))
    make.waiting(window, at=at(11))

    first, second = casework.tell_late(at(12)), casework.tell_late(at(12))

    assert (first, second) == ([late], [])


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
