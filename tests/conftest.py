"""Servers of the tests' own, started before Django's settings are read; Chromium; the clock.

pyproject.toml names no DJANGO_SETTINGS_MODULE: pytest-django would read the settings before
this file can start a server.
"""

import os
import shutil
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import django
import pytest

from portal import children, embedded

VAR = Path(__file__).resolve().parent.parent / "var"
POSTGRES_OPTIONS = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "jit=off", "-c", "autovacuum=off")
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
LOCAL_HOSTS = {"127.0.0.1", "localhost"}
SERVERS = pytest.StashKey[list[embedded.Server]]()
LOCK = pytest.StashKey[object]()


def free_folder():
    """`var/test`, or the next number where another run of the tests uses that, and the lock that keeps it ours."""
    number = 1
    while True:
        folder = VAR / ("test" if number == 1 else f"test-{number}")
        if lock := children.lock_at_once(folder / "tests.lock"):
            return folder, lock
        number += 1


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if config.getoption("numprocesses", None):
        return  # the tests run in processes of their own, each with servers of its own
    folder, config.stash[LOCK] = free_folder()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # playwright's synchronous API runs a loop of its own
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_ROLE": "test",
    } | {variable: embedded.secret_key(folder, name) for variable, name in embedded.SECRETS.items()}
    available = {"postgres": embedded.Postgres(folder, POSTGRES_OPTIONS), "redis": embedded.Redis(folder)}
    config.stash[SERVERS] = [available[name] for name in embedded.missing_urls()]
    for server in config.stash[SERVERS]:
        server.start()
        os.environ[embedded.VARIABLES[server.name]] = server.url
    django.setup()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # how to hash is not our matter


def pytest_unconfigure(config):
    for server in reversed(config.stash.get(SERVERS, [])):
        server.stop()


@pytest.fixture(autouse=True)
def _read_afresh(monkeypatch):
    """What a process remembers (the clock's offset, reference data, pages) no test may see of another.

    Within a test the offset is read once: on a slow machine a second passes, and one query more would be counted.
    """
    from portal import editions  # Django is not set up yet when this file is read
    from windows import clock, memo

    monkeypatch.setattr(clock, "MEMO_SECONDS", 3600.0)
    monkeypatch.setattr(memo, "SECONDS", 3600.0)
    clock.forget()
    memo.forget()
    editions.shelf.forget()


@pytest.fixture
def nothing_kept(monkeypatch):
    """For tests of what a page says after each change, folded or not: pages are rendered anew each time."""
    from portal import editions

    monkeypatch.setattr(editions, "ROOM", 0)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's Chromium, else the one that playwright may have installed itself."""
    flags = [*CHROMIUM_FLAGS, "--no-sandbox"] if os.geteuid() == 0 else CHROMIUM_FLAGS
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return browser_type_launch_args | {"args": flags} | ({"executable_path": found} if found else {})


@pytest.fixture
def left_the_host():
    """Addresses that the browser asked of other hosts; the launch flags keep them from being reached."""
    return []


@pytest.fixture
def new_context(new_context, left_the_host):
    def record(request):
        where = urlsplit(request.url)
        if where.scheme in ("http", "https", "ws", "wss") and where.hostname not in LOCAL_HOSTS:
            left_the_host.append(request.url)

    def make(**options):
        context = new_context(**options)
        context.on("request", record)
        return context

    return make


SCENARIO = Path(__file__).resolve().parent.parent / "portal/data/restoration-2020"


@pytest.fixture(scope="module")
def for_the_module(django_db_setup, django_db_blocker):
    """Call it to store what all tests of the module find there; rolled back after them, as each of theirs is.

    A module that uses it has no tests with transactions of their own: they would wait for it for ever.
    """
    from django.db import connection, transaction  # needs Django's settings, as below

    def store(lay_out):
        laid_out = lay_out()
        connection.check_constraints()  # now, once: else every test's end checks all these rows again
        return laid_out

    with django_db_blocker.unblock(), transaction.atomic():
        yield store
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The tests' database, and a copy of it, still empty, for the scenario."""
    from django.db import connection

    with django_db_blocker.unblock():
        connection.creation.clone_test_db("scenario", verbosity=0)
        yield
        connection.creation.destroy_test_db(suffix="scenario", keepdb=False, verbosity=0)


@contextmanager
def database_of_the_scenario():
    """Connections lead to the copy; new threads' as well."""
    from django.db import connection

    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = connection.creation.get_test_db_clone_settings("scenario")["NAME"]
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


@pytest.fixture(scope="session")
def scenario_imported(django_db_setup, django_db_blocker):
    from django.core.management import call_command

    with django_db_blocker.unblock(), database_of_the_scenario():
        call_command("import_scenario", SCENARIO, stdout=StringIO())


@pytest.fixture(scope="module")
def in_the_scenario(scenario_imported, django_db_blocker):
    with django_db_blocker.unblock(), database_of_the_scenario():
        yield


@pytest.fixture(scope="module")
def scenario(in_the_scenario, for_the_module):
    """The scenario of 2020 imported; its folder."""
    return SCENARIO
