"""An application's way: legal moves alone, each with its event, touch and mail; the clock that stands still."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import translation

from applications import due, lifecycle, sealing
from applications.models import MOVES, Application, Event, Ground, Message, State, Supplement, Term, Verb
from measures import restoration
from measures.models import Tally
from tests import make
from tests.applications.clerks import at
from tests.make import NOON
from windows import clock
from windows import lifecycle as windows_lifecycle
from windows.lifecycle import NotAllowed
from windows.models import Touch

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon_in_english():
    clock.set_now(NOON)
    with translation.override("en"):
        yield


@pytest.fixture
def window():
    return make.window()


@pytest.fixture
def clerk(window):
    return make.officer(windows=[window])


def in_state(state: str, window, clerk) -> Application:
    application = make.waiting(window)
    ways = {
        State.WAITING: [],
        State.SUPPLEMENT: [lambda a: lifecycle.supplement(a, [ITEM], by=clerk)],
        State.PRODUCTION: [lambda a: lifecycle.approve(a, by=clerk)],
        State.READY: [lambda a: lifecycle.approve(a, by=clerk), lambda a: lifecycle.ready(a, by=clerk)],
        State.REFUSED: [lambda a: lifecycle.refuse(a, by=clerk, reason=make.refusal_reason())],
        State.WITHDRAWN: [lambda a: lifecycle.withdraw(a)],
    }
    ways[State.COLLECTED] = [*ways[State.READY], lambda a: lifecycle.collect(a, by=clerk)]
    for move in ways[state]:
        application = move(application)
    return application


ITEM = {"document": "", "text": "The second page is missing."}

# --- receiving ----------------------------------------------------------------------------------------------------


def test_a_submission_is_a_state_an_event_a_touch_and_mail_in_one(window):
    made = lifecycle.submit(make.submission(window), at=NOON)

    application = Application.objects.get()
    event = Event.objects.get()
    assert made.application == application
    assert (application.state, application.submitted_at, application.ground) == (State.WAITING, NOON, Ground.ORDINARY)
    assert (event.verb, event.from_state, event.to_state, event.at) == (Verb.SUBMITTED, "", State.WAITING, NOON)
    assert Touch.objects.filter(window_id=window.pk, day=NOON.date(), kind=Touch.Kind.WORK).count() == 1
    assert sealing.unseal(bytes(Message.objects.get().to)) == {"to": made.application and mail_of(application)}
    assert sealing.secret_matches(made.secret, application.secret)


def mail_of(application) -> str:
    return sealing.unseal(bytes(application.answers))["contact"]["email"]


def test_a_submission_that_fails_halfway_leaves_nothing(window):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE windows_touch ADD CONSTRAINT no_touch CHECK (false) NOT VALID")

    with pytest.raises(IntegrityError), transaction.atomic():
        lifecycle.submit(make.submission(window), at=NOON)

    assert (Application.objects.count(), Event.objects.count(), Message.objects.count()) == (0, 0, 0)


def test_a_retry_with_the_same_key_is_the_same_application_and_secret(window):
    wanted = make.submission(window)

    first, again = lifecycle.submit(wanted, at=NOON), lifecycle.submit(wanted, at=NOON + DAY)

    assert (again.application, again.secret, again.again) == (first.application, first.secret, True)
    assert Event.objects.count() == 1


def test_the_same_key_with_something_else_is_refused(window):
    wanted = make.submission(window)
    lifecycle.submit(wanted, at=NOON)

    with pytest.raises(lifecycle.KeyReused):
        lifecycle.submit(make.submission(window, key=wanted.key, person=wanted.person, asserted="urgent"), at=NOON)


def test_somebody_elses_key_is_another_application(window):
    key = uuid4()

    ours = lifecycle.submit(make.submission(window, key=key), at=NOON)
    theirs = lifecycle.submit(make.submission(window, key=key, caller="420000"), at=NOON)

    assert ours.application != theirs.application
    assert ours.secret != theirs.secret


def test_a_person_has_one_live_application_for_a_service(window, clerk):
    wanted = make.submission(window)
    first = lifecycle.submit(wanted, at=NOON).application
    again = make.submission(window, person=wanted.person)
    other = make.submission(window, make.service("hk-macao-permit"), person=wanted.person)

    with pytest.raises(NotAllowed, match="on its way already"):
        lifecycle.submit(again, at=NOON)
    lifecycle.submit(other, at=NOON)
    lifecycle.withdraw(first)

    assert lifecycle.submit(again, at=NOON).application.state == State.WAITING


def test_a_service_that_is_not_offered_or_not_online_is_refused(window):
    wanted = make.submission(window, make.service("exit-entry-permit", audience="foreign", online=False))
    elsewhere = make.submission(make.window(), make.service())
    elsewhere = lifecycle.Submission(**{**vars(elsewhere), "window": window})

    with pytest.raises(NotAllowed, match="cannot be applied for online"):
        lifecycle.submit(wanted, at=NOON)
    with pytest.raises(NotAllowed, match="does not offer"):
        lifecycle.submit(elsewhere, at=NOON)


@pytest.mark.parametrize(
    ("narrower", "goes_on"),
    [
        ({}, True),  # the whole window: its counters are shut, online cases go on
        ({"channel": "counter"}, True),
        ({"channel": "online"}, False),
        ({"service": "passport"}, False),
        ({"service": "passport", "channel": "online"}, False),
        ({"service": "passport", "channel": "counter"}, True),
        ({"service": "hk-macao-permit"}, True),
    ],
)
def test_what_is_suspended_stops_online_applications_only_where_it_says_so(window, narrower, goes_on):
    service = make.service()
    fields = narrower | ({"service": make.service(narrower["service"])} if "service" in narrower else {})
    make.change(window, "suspended", at=NOON, **fields)

    if goes_on:
        assert lifecycle.submit(make.submission(window, service), at=NOON).application.pk
    else:
        with pytest.raises(NotAllowed, match="does not take online applications"):
            lifecycle.submit(make.submission(window, service), at=NOON)


def test_a_stop_that_was_taken_back_or_lifted_stops_nothing(window, clerk):
    service = make.service()
    wrong = make.change(window, "suspended", at=NOON - DAY, channel="online")
    windows_lifecycle.retract(wrong, by=clerk, reason=wrong.reason, at=NOON)
    make.change(window, "suspended", at=NOON - DAY, service=service)
    make.change(window, "full", at=NOON, service=service)

    assert lifecycle.submit(make.submission(window, service), at=NOON).application.pk


# --- moving -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in State if state not in (State.CLAIMED, State.PARKED)])
def test_only_legal_moves_are_made(state, window, clerk):
    application = in_state(state, window, clerk)
    verbs = {
        State.SUPPLEMENT: lambda: lifecycle.supplement(application, [ITEM], by=clerk, reason="again"),
        State.PRODUCTION: lambda: lifecycle.approve(application, by=clerk),
        State.REFUSED: lambda: lifecycle.refuse(application, by=clerk, reason=make.refusal_reason()),
        State.WITHDRAWN: lambda: lifecycle.withdraw(application),
        State.READY: lambda: lifecycle.ready(application, by=clerk),
        State.COLLECTED: lambda: lifecycle.collect(application, by=clerk),
    }
    events = Event.objects.count()

    for after, move in verbs.items():
        if after not in MOVES.get(state, ()):
            with pytest.raises(NotAllowed):
                move()

    application.refresh_from_db()
    assert (application.state, Event.objects.count()) == (state, events)


def test_the_database_refuses_an_illegal_move_too(window):
    application = make.waiting(window)

    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE applications_application SET state = 'collected' WHERE id = %s", [application.pk])

    application.refresh_from_db()
    assert application.state == State.WAITING


def test_the_database_gives_a_number_once(window):
    first, second = make.waiting(window), make.waiting(window)

    with pytest.raises(IntegrityError, match="a_number_is_given_once"), transaction.atomic():
        Application.objects.filter(pk=second.pk).update(number=first.number)


@pytest.mark.parametrize("verb", ["", "claim", "claimed ", "ready,asked", "{claimed}", "Claimed"])
def test_the_database_refuses_a_verb_that_is_not_known(window, verb):
    event = make.waiting(window).events.get()

    event.pk, event.verb = None, verb
    with pytest.raises(IntegrityError, match="verb_is_known"), transaction.atomic():
        event.save()

    event.verb = Verb.PARKED
    event.save()


def test_an_imported_application_is_not_moved(window, clerk):
    imported = Application.objects.get(number=make.decided(window, verb="refused"))

    with pytest.raises(NotAllowed):
        lifecycle.withdraw(imported)


def test_a_case_to_its_end_and_what_the_figures_say(window, clerk):
    application = make.waiting(window, at=at(11))
    application = lifecycle.approve(application, by=clerk, at=at(12))
    application = lifecycle.ready(application, by=clerk, at=at(13))
    lifecycle.collect(application, by=clerk, at=at(16))

    restoration.fold()

    assert [event.verb for event in application.events.all()] == ["submitted", "approved", "ready", "collected"]
    assert [message.verb for message in Message.objects.all()] == ["submitted", "approved", "ready", "collected"]
    assert Tally.objects.get(window=window.pk, day=at(11).date()).submitted_online == 1
    assert Tally.objects.get(window=window.pk, day=at(12).date()).approved == 1
    assert restoration.verify() == []


def test_a_refusal_has_its_reason(window, clerk):
    refused = lifecycle.refuse(
        make.waiting(window), by=clerk, reason=make.refusal_reason(), note="The visa is expired."
    )

    assert (refused.refusal.reason.pk, refused.refusal.note) == ("not_eligible", "The visa is expired.")
    assert (refused.order_at, refused.state) == (None, State.REFUSED)


# --- supplementing ------------------------------------------------------------------------------------------------


def test_all_that_is_missing_is_asked_for_once_and_a_second_request_is_a_fault(window, clerk):
    application = lifecycle.supplement(make.waiting(window), [ITEM], by=clerk, at=at(12))
    application = lifecycle.answer(application, {"text": "Here."}, at=at(13))

    with pytest.raises(NotAllowed, match="needs a reason"):
        lifecycle.supplement(application, [ITEM], by=clerk, at=at(16))
    application.refresh_from_db()
    lifecycle.supplement(application, [ITEM], by=clerk, reason="The page is unreadable.", at=at(16))

    assert [asked.is_fault for asked in Supplement.objects.all()] == [False, True]


def test_nothing_cannot_be_asked_for_and_nothing_not_answered(window, clerk):
    application = make.waiting(window)

    with pytest.raises(NotAllowed, match="what is missing"):
        lifecycle.supplement(application, [], by=clerk)
    with pytest.raises(NotAllowed, match="Nothing is asked for"):
        lifecycle.answer(application, {"text": "?"})


def test_the_clock_stands_still_until_the_answer_and_goes_on_by_the_rule(window, clerk):
    service = make.service(working_days=5)
    application = make.waiting(window, service, at=at(11))  # a Wednesday: due on the 18th
    before = application.due_at

    asked = lifecycle.supplement(application, [ITEM], by=clerk, at=at(12))
    stopped = (asked.due_at, asked.order_at, due.of(asked).at)
    answered = lifecycle.answer(asked, {"text": "Here."}, at=at(17))

    assert before == at(18, 17)
    assert stopped == (None, None, None)
    assert answered.due_at == answered.order_at == due.of(answered).at == at(24, 17)
    assert sealing.unseal(bytes(Supplement.objects.get().answer)) == {"text": "Here."}


# --- the place in line --------------------------------------------------------------------------------------------


def test_an_asserted_ground_brings_verification_forward_and_moves_no_due_instant(window):
    Term.objects.create(ground=Ground.EPIDEMIC_RESPONSE, hours=24)
    Term.objects.create(ground=Ground.WORK_RESUMPTION, working_days=3)
    service = make.service(working_days=7, urgent_days=5)

    ordinary, urgent, work, epidemic = (
        make.waiting(window, service, at=at(11), asserted=ground)
        for ground in ("", Ground.URGENT, Ground.WORK_RESUMPTION, Ground.EPIDEMIC_RESPONSE)
    )

    assert {application.due_at for application in (ordinary, urgent, work, epidemic)} == {at(20, 17)}
    assert [application.order_at for application in (ordinary, urgent, work, epidemic)] == [
        at(20, 17),
        at(18, 17),
        at(16, 17),
        at(12),
    ]
    assert list(Application.objects.waiting_at(window).in_line_order()) == [epidemic, work, urgent, ordinary]
    assert Application.objects.before(urgent).count() == 2


def test_imported_applications_never_enter_the_line(window):
    import_number = make.decided(window, verb="")

    assert Application.objects.get(number=import_number).state == State.WAITING
    assert not Application.objects.waiting_at(window).exists()


def test_a_new_calendar_moves_due_instants_once_and_says_so(window, clerk):
    make.calendar("2020", announced_at=at(1))
    service = make.service(working_days=3)
    ordinary = make.waiting(window, service, at=at(11))
    decided = lifecycle.approve(make.waiting(window, service, at=at(11)), by=clerk, at=at(11))
    Term.objects.create(ground=Ground.EPIDEMIC_RESPONSE, hours=24)
    asserted = make.waiting(window, service, at=at(11), asserted=Ground.EPIDEMIC_RESPONSE)
    make.calendar("2020-extension", announced_at=at(11, 13), holiday=("0313",))
    clock.set_now(at(11, 14))

    listed = due.moved_by("2020-extension")
    moved = lifecycle.reckon_again("2020-extension", by=clerk)
    again = lifecycle.reckon_again("2020-extension", by=clerk)

    ordinary.refresh_from_db()
    asserted.refresh_from_db()
    decided.refresh_from_db()
    assert {row.key for row in listed} == {ordinary.pk, asserted.pk}
    assert (moved, again) == (2, 0)
    assert (ordinary.due_at, ordinary.order_at) == (at(17, 17), at(17, 17))
    assert (asserted.due_at, asserted.order_at) == (at(17, 17), at(12))
    assert decided.due_at == at(16, 17)
    assert ordinary.events.last().reason == "2020-extension"
    assert ordinary.messages.last().verb == Verb.RECKONED
    assert due.of(ordinary).at == ordinary.due_at
