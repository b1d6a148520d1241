"""The ledger of status changes where two officers write at once, each over a connection of their own."""

import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from tests import make
from tests.make import NOON
from tests.windows.wanted_changes import wanted
from windows import lifecycle
from windows.models import Status, StatusChange, Window

HOUR = timedelta(hours=1)


def overlapping(act) -> list:
    """Run `act(0)`, hold its transaction open while another connection runs `act(1)`; what each returned or raised."""
    results, acted = [None, None], threading.Event()

    def first():
        with transaction.atomic():
            results[0] = act(0)
            acted.set()
            time.sleep(0.3)  # time for the other to come as far as the lock

    def second():
        acted.wait(timeout=10)
        results[1] = act(1)

    def go(run, number):
        try:
            run()
        except Exception as error:  # told to the test
            results[number] = error
        finally:
            acted.set()
            connection.close()

    threads = [threading.Thread(target=go, args=(run, number)) for number, run in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_record_the_same_change_record_it_once():
    window, officers, change = make.window(checked=True), [make.officer(), make.officer()], wanted()

    results = overlapping(lambda n: lifecycle.change_status(window, change, by=officers[n], at=NOON))

    assert sorted(type(result).__name__ for result in results) == ["NotAllowed", "StatusChange"]
    assert StatusChange.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_batch_sent_by_two_requests_at_once_is_recorded_once():
    windows, officer, batch = [make.window() for _ in range(20)], make.officer(), uuid4()
    change = wanted(service=make.service())

    results = overlapping(lambda n: lifecycle.change_statuses(windows, change, by=officer, at=NOON, batch=batch))

    assert [len(result) for result in results] == [20, 20]
    assert StatusChange.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_correct_the_same_entry_leave_one_correction():
    wrong, officer = make.change(make.window(), Status.FULL), make.officer()
    statuses = [Status.LIMITED, Status.EMERGENCY]
    changes = [wanted(status) for status in statuses]

    results = overlapping(lambda n: lifecycle.correct(wrong, changes[n], by=officer, at=NOON + HOUR))

    assert sorted(type(result).__name__ for result in results) == ["NotAllowed", "StatusChange"]


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_undo_the_same_batch_take_it_back_once():
    window, officer = make.window(), make.officer()
    batch = make.change(window, Status.FULL).batch
    why = {"by": officer, "reason": make.reason(), "at": NOON + HOUR}

    results = overlapping(lambda n: lifecycle.undo(batch, windows=Window.objects.all(), **why))

    assert sorted(bool(outcome.entry) for result in results for outcome in result) == [False, True]
    assert StatusChange.objects.count() == 2
