"""The limits of the status page (S1), where many look up at the same time, each over a connection of its own."""

import threading

import pytest
import redis
from django.db import connection

from applications import sealing
from tests import make
from tests.applications.test_tracking import look_up, secret_of
from windows import limits


@pytest.fixture
def no_redis(monkeypatch):
    """Redis is away; what asked for it all the same, beside the doorbell, which nobody waits for."""
    asked = []

    def refuse(self):
        if threading.current_thread().name != "doorbell":
            asked.append(self)
        raise redis.ConnectionError("away")

    monkeypatch.setattr(redis.connection.AbstractConnection, "connect", refuse)
    return asked


def at_once(tries: list, threads: int = 20) -> None:
    """Run all from real threads with connections of their own, begun together."""
    gate, waiting = threading.Barrier(threads), list(tries)

    def work():
        gate.wait(20)
        while True:
            try:
                waiting.pop()()
            except IndexError:
                break
        connection.close()

    running = [threading.Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_of_200_at_once_the_limit_of_a_reference_admits_exactly_as_many_as_it_says(no_redis):
    application, answers = make.submitted(), []
    network = iter(range(200))
    addresses = [f"10.1.{n}.1" for n in network]

    def guess(address):
        return lambda: answers.append(look_up(application.number, sealing.new_secret(), address=address))

    at_once([guess(address) for address in addresses])

    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(400), statuses.count(429)) == (limits.LOOKUPS_PER_REFERENCE.most, 190)
    assert {answer["Retry-After"] for answer in answers if answer.status_code == 429} == {"600"}
    assert look_up(application.number, secret_of(application), address="10.2.0.1").status_code == 429
    assert no_redis == []


@pytest.mark.django_db(transaction=True)
def test_of_200_at_once_the_limit_of_a_network_admits_exactly_as_many_as_it_says(no_redis):
    answers = []

    at_once([lambda: answers.append(look_up(sealing.new_reference(), "x").status_code) for _ in range(200)])

    assert (answers.count(400), answers.count(429)) == (limits.LOOKUPS_PER_NETWORK.most, 140)
    assert no_redis == []
