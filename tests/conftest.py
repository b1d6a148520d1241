"""Servers of the tests' own, started before Django's settings are read; Chromium; the clock.

pyproject.toml names no DJANGO_SETTINGS_MODULE: pytest-django would read the settings before
this file can start a server.
"""

import gc
import hashlib
import os
import re
import shutil
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import django
import pytest

from portal import children, embedded

HOME = Path(__file__).resolve().parent.parent
VAR = HOME / "var"
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


def pytest_addoption(parser):
    slow = "seconds that each page takes longer: what a browser test reads too early is then wrong each time"
    parser.addoption("--slow-pages", type=float, default=0.0, help=slow)


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
    if config.getoption("slow_pages"):
        settings.MIDDLEWARE = ["tests.browser.slow.slowly", *settings.MIDDLEWARE]
        settings.SLOW_PAGES = config.getoption("slow_pages")


def pytest_collection_modifyitems(items):
    """The largest files first, so that the processes that share them out end together."""
    items.sort(key=lambda item: -item.path.stat().st_size)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A file goes to one process, and all that want the scenario go to the same, which imports it once."""
    from xdist.scheduler import LoadFileScheduling  # only here: the tests also run without it

    class Scheduler(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return "scenario" if re.search(r"def \w+\(.*\bscenario\b", (HOME / file).read_text()) else file

    config.option.loadscopereorder = False  # as they were sorted above
    return Scheduler(config, log)


def pytest_collection_finish():
    # What is imported by now stays, and tests leave little behind: looking through all of it takes five seconds.
    gc.freeze()
    gc.set_threshold(50_000)


def pytest_sessionfinish():
    gc.freeze()  # pytest looks five times through all that is left for what complains when it goes: three seconds


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


SCENARIO = HOME / "portal/data/restoration-2020"


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


def migrated() -> str:
    """The name of a database as these migrations make it: kept from run to run on a server of the tests' own."""
    sources = [HOME / "requirements.txt", *sorted(HOME.glob("*/migrations/*.py"))]
    return "migrated_" + hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]


@pytest.fixture(scope="session")
def kept(django_db_modify_db_settings_parallel_suffix, django_db_blocker) -> set[str]:
    """The databases that earlier runs migrated and kept."""
    from django.db import connection

    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, 'migrated_')")
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(kept):
    """Migrating takes four seconds: a database that was migrated before is copied, and migrated from there."""
    from django.db import connection

    if migrated() in kept:
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, kept, pytestconfig):
    """The tests' database, and a copy of it, still empty, for the scenario."""
    from django.db import connection

    ours = "postgres" in {server.name for server in pytestconfig.stash[SERVERS]}
    with django_db_blocker.unblock():
        connection.creation.clone_test_db("scenario", verbosity=0)  # closes the connection: what is in use has no copy
        if ours and migrated() not in kept:
            with connection._nodb_cursor() as cursor:
                for outdated in kept:
                    cursor.execute(f"DROP DATABASE {outdated}")
                cursor.execute(f"CREATE DATABASE {migrated()} TEMPLATE {connection.settings_dict['NAME']}")
        yield
        connection.creation.destroy_test_db(suffix="scenario", keepdb=False, verbosity=0)


# What migrations leave: no test with transactions of its own alters it.
LEFT = {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_deleting():
    """After a test with transactions of its own: to truncate fifty tables, most of them empty, takes half a second."""
    from django.db import connection
    from django.test import TransactionTestCase

    def fixture_teardown(_self):
        tables = sorted(set(connection.introspection.table_names()) - LEFT)
        deletions = "; ".join(f'DELETE FROM "{table}"' for table in tables)
        large = "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_relation_size(oid) > 500000"
        with connection.cursor() as cursor:
            cursor.execute(f"SET session_replication_role = replica; {deletions}; RESET session_replication_role")
            cursor.execute(large, [tables])
            if grown := [table for (table,) in cursor.fetchall()]:
                cursor.execute(f"VACUUM {', '.join(grown)}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", fixture_teardown)
        yield


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
