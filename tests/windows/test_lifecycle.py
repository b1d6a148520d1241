"""The ledger of status changes: what may be written, how it is confirmed, and how it is put right."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import translation

from tests import make
from tests.make import NOON
from tests.windows.wanted_changes import wanted
from windows import lifecycle
from windows.lifecycle import NotAllowed
from windows.models import Confirmation, Source, Status, StatusChange, Touch, Window

HOUR = timedelta(hours=1)
REVIEW = date(2020, 3, 18)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def now_of(window: Window) -> Window:
    return Window.objects.with_status().get(pk=window.pk)


# --- one change ---


@pytest.mark.django_db
def test_a_change_becomes_the_status_with_its_entry_and_its_touch():
    window, officer = make.window(checked=True), make.officer()

    entry = lifecycle.change_status(window, wanted(note_zh="恢复"), by=officer, at=NOON)

    now = now_of(window)
    assert (now.status, now.change_id, now.since, now.confirmed_at) == (Status.LIMITED, entry.pk, NOON, NOON)
    assert (entry.by, entry.source, entry.recorded_at, entry.note) == (officer, Source.STAFF, NOON, "恢复")
    assert list(Touch.objects.exclude(window_id="").values_list("window_id", "day", "kind")) == [
        (window.pk, date(2020, 3, 11), "status")
    ]


@pytest.mark.django_db
def test_a_late_report_takes_effect_before_it_is_recorded():
    window = make.window()

    entry = make.change(window, Status.FULL, at=NOON, effective_at=NOON - HOUR)

    assert (entry.effective_at, entry.recorded_at) == (NOON - HOUR, NOON)
    assert Window.objects.with_status(NOON - HOUR, NOON - HOUR).get().status is None
    assert Window.objects.with_status(NOON - HOUR, NOON).get().status == Status.FULL


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"effective_at": NOON + HOUR}, "future"),
        ({"status": Status.SUSPENDED}, "next review"),
        ({"next_review": date(2020, 3, 10)}, "past"),
    ],
)
def test_a_change_against_a_rule_is_refused_and_nothing_is_written(fields, told):
    window, officer = make.window(), make.officer()

    with pytest.raises(NotAllowed, match=told):
        lifecycle.change_status(window, wanted(**fields), by=officer, at=NOON)

    assert (StatusChange.objects.count(), Touch.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_the_same_status_again_is_refused_but_another_review_day_is_news():
    window, officer = make.window(), make.officer()
    make.change(window, Status.LIMITED)

    with pytest.raises(NotAllowed, match="already recorded"):
        lifecycle.change_status(window, wanted(), by=officer, at=NOON + HOUR)
    lifecycle.change_status(window, wanted(next_review=REVIEW), by=officer, at=NOON + HOUR)

    assert now_of(window).next_review == REVIEW


@pytest.mark.django_db
def test_a_narrower_change_leaves_the_status_of_the_window():
    window = make.window()
    make.change(window, Status.FULL)

    make.change(window, Status.SUSPENDED, at=NOON + HOUR, service=make.service(), channel="counter")

    assert now_of(window).status == Status.FULL


# --- many ---


@pytest.mark.django_db
def test_a_bulk_change_tells_the_refused_apart_and_shares_one_batch():
    full, other = make.window(), make.window(checked=True)
    make.change(full, Status.LIMITED)

    outcomes = lifecycle.change_statuses([full, other], wanted(), by=make.officer(), at=NOON + HOUR)

    assert [(outcome.window, bool(outcome.entry), bool(outcome.refusal)) for outcome in outcomes] == [
        (full, False, True),
        (other, True, False),
    ]
    assert outcomes[1].entry.batch is not None


@pytest.mark.django_db
def test_a_batch_sent_twice_is_recorded_once_and_handed_back():
    windows, officer, batch = [make.window(), make.window()], make.officer(), uuid4()
    change = wanted(service=make.service())  # narrower: "already recorded" does not save it

    first = lifecycle.change_statuses(windows, change, by=officer, at=NOON, batch=batch)
    second = lifecycle.change_statuses(windows, change, by=officer, at=NOON + HOUR, batch=batch)

    assert {outcome.entry.pk for outcome in first} == {outcome.entry.pk for outcome in second}
    assert StatusChange.objects.count() == 2


@pytest.mark.django_db
def test_a_bulk_change_costs_the_same_queries_for_one_and_for_three(django_assert_num_queries):
    windows, officer, change = [make.window(checked=True) for _ in range(4)], make.officer(), wanted()

    with django_assert_num_queries(6):
        lifecycle.change_statuses(windows[:1], change, by=officer, at=NOON)
    with django_assert_num_queries(6):
        lifecycle.change_statuses(windows[1:], change, by=officer, at=NOON)


@pytest.mark.django_db
def test_a_preview_writes_nothing_and_says_what_the_change_would():
    windows = [make.window(), make.window(checked=True)]
    make.change(windows[0], Status.LIMITED)

    rows = lifecycle.preview(windows, wanted(), at=NOON + HOUR)

    assert [(window.pk, window.status, bool(refusal)) for window, refusal in rows] == [
        (windows[0].pk, Status.LIMITED, True),
        (windows[1].pk, None, False),
    ]
    assert StatusChange.objects.count() == 1


# --- putting right ---


@pytest.mark.django_db
def test_a_correction_stands_in_the_place_of_the_wrong_entry():
    window, officer = make.window(checked=True), make.officer()
    wrong = make.change(window, Status.SUSPENDED)

    right = lifecycle.correct(wrong, wanted(Status.FULL), by=officer, at=NOON + HOUR)

    assert (right.effective_at, right.recorded_at, right.supersedes) == (NOON, NOON + HOUR, wrong)
    assert now_of(window).status == Status.FULL
    assert Window.objects.with_status(NOON, NOON).get().status == Status.SUSPENDED  # as known then


@pytest.mark.django_db
def test_a_correction_keeps_the_service_and_channel_of_the_wrong_entry():
    wrong = make.change(make.window(), Status.SUSPENDED, service=make.service(), channel="counter")

    right = lifecycle.correct(wrong, wanted(Status.FULL), by=make.officer(), at=NOON + HOUR)

    assert (right.service_id, right.channel) == (wrong.service_id, "counter")


@pytest.mark.django_db
def test_an_entry_is_corrected_or_retracted_once():
    wrong, officer = make.change(make.window(), Status.FULL), make.officer()
    lifecycle.correct(wrong, wanted(), by=officer, at=NOON + HOUR)

    with pytest.raises(NotAllowed, match="corrected since"):
        lifecycle.correct(wrong, wanted(Status.EMERGENCY), by=officer, at=NOON + HOUR)
    with pytest.raises(NotAllowed, match="corrected since"):
        lifecycle.retract(wrong, by=officer, reason=make.reason(), at=NOON + HOUR)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"effective_at": NOON + 2 * HOUR}, "future"),
        ({"status": Status.SUSPENDED}, "next review"),
        ({"status": Status.FULL}, "says already"),
    ],
)
def test_a_correction_against_a_rule_is_refused(change, told):
    wrong = make.change(make.window(), Status.FULL)

    with pytest.raises(NotAllowed, match=told):
        lifecycle.correct(wrong, wanted(**change), by=make.officer(), at=NOON + HOUR)


@pytest.mark.django_db
def test_a_retraction_brings_back_what_was_before():
    window, officer = make.window(), make.officer()
    make.change(window, Status.FULL)
    wrong = make.change(window, Status.SUSPENDED, at=NOON + HOUR)

    taken_back = lifecycle.retract(wrong, by=officer, reason=make.reason(), at=NOON + 2 * HOUR)

    assert (now_of(window).status, taken_back.status) == (Status.FULL, "")
    with pytest.raises(NotAllowed, match="cannot be retracted"):
        lifecycle.retract(taken_back, by=officer, reason=make.reason(), at=NOON + 2 * HOUR)


@pytest.mark.django_db
def test_undo_takes_back_what_is_left_of_a_batch_within_reach():
    corrected, left, beyond = make.window(checked=True), make.window(checked=True), make.window(checked=True)
    officer = make.officer()
    outcomes = lifecycle.change_statuses([corrected, left, beyond], wanted(), by=officer, at=NOON)
    lifecycle.correct(outcomes[0].entry, wanted(Status.FULL), by=officer, at=NOON + HOUR)

    undone = lifecycle.undo(
        outcomes[0].entry.batch,
        by=officer,
        reason=make.reason(),
        windows=Window.objects.exclude(pk=beyond.pk),
        at=NOON + HOUR,
    )

    assert [(outcome.window, bool(outcome.entry)) for outcome in undone] == [(corrected, False), (left, True)]
    assert [now_of(window).status for window in (corrected, left, beyond)] == [Status.FULL, None, Status.LIMITED]


@pytest.mark.django_db
def test_undo_twice_takes_back_once():
    window, officer = make.window(), make.officer()
    batch = make.change(window, Status.LIMITED, by=officer).batch
    again = {"by": officer, "reason": make.reason(), "windows": Window.objects.all(), "at": NOON + HOUR}

    first, second = lifecycle.undo(batch, **again), lifecycle.undo(batch, **again)

    assert ([bool(outcome.entry) for outcome in first], [bool(outcome.entry) for outcome in second]) == (
        [True],
        [False],
    )
    assert StatusChange.objects.count() == 2


# --- confirming ---


@pytest.mark.django_db
def test_a_confirmation_moves_the_day_of_confirmation_and_not_the_status():
    window, silent = make.window(), make.window()
    make.change(window, Status.LIMITED)

    confirmed = lifecycle.confirm([window, silent], by=make.officer(), at=NOON + HOUR)

    now = now_of(window)
    assert (confirmed, now.since, now.confirmed_at) == (1, NOON, NOON + HOUR)
    assert Touch.objects.filter(kind=Touch.Kind.PAGES).count() == 2  # the other tells of the check
    assert not Confirmation.objects.filter(window=silent).exists()  # there was nothing to confirm


@pytest.mark.django_db
def test_what_was_confirmed_later_or_not_yet_known_does_not_count():
    window = make.window()
    make.change(window, Status.FULL)
    lifecycle.confirm([window], by=make.officer(), at=NOON + HOUR)

    asked = [(NOON, None), (None, NOON), (NOON + HOUR, NOON), (NOON + HOUR, NOON + HOUR), (None, None)]
    told = [Window.objects.with_status(*moments).get().confirmed_at for moments in asked]

    assert told == [NOON, NOON, NOON, NOON + HOUR, NOON + HOUR]


@pytest.mark.django_db
def test_who_reports_an_earlier_change_late_has_looked_and_the_later_status_stays():
    window = make.window()
    entry = make.change(window, Status.FULL)
    make.change(window, Status.LIMITED, at=NOON + HOUR, effective_at=NOON - HOUR)

    now = now_of(window)

    assert (now.change_id, now.status, now.since, now.confirmed_at) == (entry.pk, Status.FULL, NOON, NOON + HOUR)
    assert Window.objects.with_status(known_at=NOON).get().confirmed_at == NOON
