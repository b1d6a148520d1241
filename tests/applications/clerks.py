"""Clerks of a window, the days of March 2020 and the terms of the grounds, for tests of the line and of casework."""

from datetime import datetime

from applications.models import Ground, Term
from tests import make
from tests.make import NOON
from windows import clock
from windows.models import SHANGHAI


def lay_out() -> None:
    clock.set_now(NOON)
    Term.objects.create(ground=Ground.EPIDEMIC_RESPONSE, hours=24)
    Term.objects.create(ground=Ground.WORK_RESUMPTION, working_days=3)


def clerk(window):
    return make.staff("window_officer", windows=[window])


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2020, 3, day, hour, tzinfo=SHANGHAI)
