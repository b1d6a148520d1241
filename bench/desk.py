"""The desk's pages among a million applications: the server's time, through middleware, view and template.

Ten of eleven are done, as they would be after some weeks; the others wait at all windows, and many at one of them.
"""

import time
from collections.abc import Callable, Iterator

from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from applications import casework
from applications.models import Application
from bench.claims import HOT_PLACE, code_of, prepared
from bench.events import sql
from bench.run import Line
from portal import roles
from tests import make
from tests.drills import claiming
from windows.models import Officer, Window

APPLICATIONS, HOT = 1_000_000, 10_000
TURNS = 40
GOAL = 150.0  # milliseconds at the 95th percentile
ANSWERS = {
    "who": {"audience": "chinese"},
    "contact": {"phone": "+8613900001111", "email": "anna@example.org", "address": "Street 1"},
    "ground": {"ground": "ordinary", "why": ""},
}
DONE = "UPDATE applications_application SET state = 'collected' WHERE id % 11 <> 0"


def lines() -> Iterator[Line]:
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    filled()
    window = Window.objects.get(pk=code_of(HOT_PLACE))
    officer = member("window_officer", windows=[window])
    chief = member("supervisor", nationwide=True)
    case = case_in_hand(window, officer)
    for what, by, address in (
        ("an officer's day", officer, reverse("admin:index")),
        (f"the desk of a window where {HOT:,} wait", officer, page("desk", window.pk)),
        ("a case", officer, page("case", case.number)),
        ("a supervisor's day, of the nation", chief, reverse("admin:index")),
        ("all lines of the nation", chief, page("lines")),
    ):
        took = slowest(by, address)
        told = f"{took:.0f} ms of {GOAL:.0f} ms, {APPLICATIONS:,} applications, one of eleven undecided"
        yield Line(f"{what}: 95 of 100 pages within", told, took / GOAL, 1.0)


def filled() -> None:
    windows, _first = prepared()
    claiming.cases(APPLICATIONS - HOT, windows)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # nobody walks a million cases through their states
        cursor.execute(DONE)
        cursor.execute("SET session_replication_role = DEFAULT")
    claiming.cases(HOT, [code_of(HOT_PLACE)], first=APPLICATIONS + 1)
    sql("VACUUM ANALYZE")


def member(role: str, **reach) -> Officer:
    roles.create_groups()
    made = make.officer(is_staff=True, **reach)
    made.groups.set(Group.objects.filter(name=role))
    return made


def case_in_hand(window: Window, officer: Officer) -> Application:
    """A case with answers, as a person gave them."""
    case = make.waiting(window, answers=ANSWERS)
    return casework.take(case, by=officer, reason="To be looked at.")


def page(name: str, *arguments: str) -> str:
    return reverse(f"admin:applications_application_{name}", args=arguments)


def slowest(by: Officer, address: str, before: Callable[[], object] = lambda: None) -> float:
    """Milliseconds within which 95 of 100 pages are answered, each after `before`; the first ones warm up."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(by)
    times = []
    for _ in range(TURNS + 3):
        before()
        begin = time.perf_counter()
        answer = client.get(address)
        times.append(1000 * (time.perf_counter() - begin))
        assert answer.status_code == 200, address
    return sorted(times[3:])[int(0.95 * TURNS)]
