"""Rings after commits: joined, never lost, and nobody waits for a broker."""

import threading
import time

import pytest
from django.db import transaction

from windows import doorbell
from windows.doorbell import Bell

AT_ONCE = 0.5  # seconds, on a busy machine too: a broker that hangs would take for ever


@pytest.fixture
def sent():
    """What was committed when each send began."""
    return []


def test_rings_of_a_burst_are_few_sends(sent):
    bell = Bell(lambda: sent.append(time.monotonic()))

    for _ in range(300):
        bell.ring()
        time.sleep(0.001)

    assert bell.settle(5)
    assert len(sent) <= 2 + (sent[-1] - sent[0]) / doorbell.TOGETHER_SECONDS


def test_whatever_is_committed_before_a_ring_is_followed_by_a_send(sent, monkeypatch):
    monkeypatch.setattr(doorbell, "TOGETHER_SECONDS", 0.001)
    committed = [0]

    def send():
        sent.append(committed[0])
        time.sleep(0.002)

    bell = Bell(send)
    for number in range(1, 301):
        committed[0] = number
        bell.ring()
        if number % 3 == 0:
            time.sleep(0.001)
        if number % 50 == 0:
            assert bell.settle(5)
            assert sent[-1] == number


def test_a_ring_during_a_send_leads_to_a_send_of_its_own(sent):
    sending, go_on = threading.Event(), threading.Event()

    def send():
        sent.append(1)
        sending.set()
        go_on.wait(5)

    bell = Bell(send)
    bell.ring()
    assert sending.wait(5)
    bell.ring()
    go_on.set()

    assert bell.settle(5)
    assert len(sent) == 2


def test_a_broker_that_hangs_delays_nobody():
    hanging = threading.Event()
    bell = Bell(lambda: hanging.wait(30))

    begin = time.monotonic()
    for _ in range(100):
        bell.ring()
    took = time.monotonic() - begin
    settled = bell.settle(0.1)
    hanging.set()

    assert took < AT_ONCE
    assert not settled


def test_after_a_failure_the_bell_is_silent_for_a_while_and_then_rings_for_all(sent, monkeypatch):
    monkeypatch.setattr(doorbell, "SILENT_SECONDS", 0.6)

    def send():
        sent.append(time.monotonic())
        if len(sent) == 1:
            raise ConnectionError

    bell = Bell(send)
    bell.ring()
    assert bell.settle(5)
    for _ in range(20):
        bell.ring()

    assert bell.settle(5)
    assert len(sent) == 2
    assert sent[1] - sent[0] >= 0.6


@pytest.mark.django_db(transaction=True)
def test_nothing_rings_before_its_transaction_has_committed_nor_after_a_rollback(sent, monkeypatch):
    bell = Bell(lambda: sent.append(1))
    monkeypatch.setattr(doorbell, "_bell", bell)

    with transaction.atomic():
        doorbell.ring()
        before = bell.settle(0.2), list(sent)
        transaction.set_rollback(True)
    undone = bell.settle(0.2), list(sent)
    with transaction.atomic():
        doorbell.ring()

    assert before == undone == (True, [])
    assert bell.settle(5)
    assert sent == [1]
