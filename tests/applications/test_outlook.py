"""When it may be decided: how many come before, and how fast the window has been."""

from datetime import date, datetime, timedelta

import pytest

from applications import lifecycle, outlook
from tests import make
from windows import clock
from windows.models import SHANGHAI

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2020, 3, 11, 12, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _wednesday():
    clock.set_now(WEDNESDAY)


def days_ago(days: int) -> datetime:
    return WEDNESDAY - timedelta(days=days)


def test_it_rests_on_the_last_ten_working_days():
    window = make.window()
    for days, decisions in ((1, 3), (2, 1), (14, 2), (15, 5), (4, 7)):  # the last two: too long ago, and a Saturday
        for _n in range(decisions):
            make.decided(window, at=days_ago(days))
    mine = make.waiting(window, at=WEDNESDAY)

    found = outlook.of(mine)

    assert (found.before, found.decisions) == (0, 6)


def test_a_steady_window_gives_a_day_and_those_before_push_it_back():
    window = make.window()
    for days in (1, 2, 5, 6, 7, 8, 9, 12, 13, 14):
        for _n in range(2):
            make.decided(window, at=days_ago(days))
    waiting = [make.waiting(window, at=WEDNESDAY + timedelta(minutes=n)) for n in range(5)]

    first, last = outlook.of(waiting[0]), outlook.of(waiting[4])

    assert (first.before, first.earliest, first.latest) == (0, date(2020, 3, 12), date(2020, 3, 12))
    assert (last.before, last.earliest, last.latest) == (4, date(2020, 3, 16), date(2020, 3, 16))


def test_an_unsteady_window_gives_a_range():
    window = make.window()
    for _n in range(20):
        make.decided(window, at=days_ago(1))
    waiting = [make.waiting(window, at=WEDNESDAY + timedelta(minutes=n)) for n in range(6)]

    found = outlook.of(waiting[5])

    assert found.earliest < found.latest
    assert found.latest <= date(2020, 3, 19)


def test_a_window_that_decided_nothing_gives_no_estimate():
    found = outlook.of(make.waiting(make.window(), at=WEDNESDAY))

    assert (found.earliest, found.latest, found.decisions) == (None, None, 0)


def test_whoever_does_not_wait_has_none():
    window = make.window()
    clerk = make.officer(windows=[window])

    assert outlook.of(lifecycle.approve(make.waiting(window), by=clerk)) is None


def test_it_costs_the_same_queries_however_many_wait(django_assert_num_queries):
    window = make.window()
    waiting = [make.waiting(window, at=WEDNESDAY + timedelta(minutes=n)) for n in range(3)]

    for application in (waiting[0], waiting[2]):
        with django_assert_num_queries(3):  # calendar, decisions, those before
            outlook.of(application)
