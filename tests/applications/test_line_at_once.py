"""The line where an officer presses several times in the same moment, each over a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from applications import line
from applications.models import Application, Event
from tests import make
from tests.make import NOON
from windows import clock


@pytest.mark.django_db(transaction=True)
def test_pressing_twice_in_the_same_moment_gives_the_same_case():
    clock.set_now(NOON)
    window, together = make.window(), Barrier(8)
    by = make.officer(windows=[window])
    for n in range(8):
        make.waiting(window, at=NOON - timedelta(hours=n))

    def press(_n):
        together.wait()
        try:
            return line.claim_next(window, by=by).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = set(pool.map(press, range(8)))

    assert taken == set(Application.objects.in_hand_of(by).values_list("pk", flat=True))
    assert (len(taken), Event.objects.filter(verb="claimed").count()) == (1, 1)
