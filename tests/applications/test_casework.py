"""What an officer does with a case in hand; what supervisors do with it, and what the timetable brings back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from applications import casework, lifecycle, line
from applications.models import Application, Event, Ground, State
from tests import make
from tests.applications.clerks import at, clerk
from windows.lifecycle import NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("terms")]
DAY = timedelta(days=1)


@pytest.fixture
def window():
    return make.window()


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
