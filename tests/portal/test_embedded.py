"""The embedded servers: started, shared, stopped, and gone when their owner is killed."""

import secrets
import sys
from pathlib import Path

import psycopg2
import pytest
import redis
from django.conf import settings
from django.db import connection

from portal import children, embedded, sharing
from tests.portal.processes import kill, manage, named, processes_of, start_manage, wait_until

pytestmark = [pytest.mark.drill, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]
FAST = ("-c", "fsync=off")
STAY = "import time; time.sleep(60)"
SHOW_START_AND_STAY = """
import time
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_postmaster_start_time()::text")
    print(cursor.fetchone()[0])
time.sleep(2)
"""


@pytest.fixture
def folder(tmp_path):
    """A data folder whose processes are all gone at the end, whatever the test did."""
    yield tmp_path / "data"
    for pid in named(tmp_path, "bin/postgres") + named(tmp_path, "redis-server"):
        kill(pid)


@pytest.fixture
def postgres(folder):
    server = embedded.Postgres(folder, FAST)
    server.start()
    yield server
    server.stop()


def ask(url, query):
    with psycopg2.connect(url) as db, db.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


@pytest.mark.django_db
def test_tests_run_on_postgresql_18():
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])

    assert version // 10_000 == 18


def test_the_embedded_postgresql_keeps_its_data_and_leaves_no_process(folder, postgres):
    with psycopg2.connect(postgres.url) as db, db.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 1 AS one")
    postgres.stop()
    left = processes_of(folder)
    postgres.start()

    assert left == {}
    assert ask(postgres.url, "SELECT one FROM kept") == (1,)


def test_it_sorts_by_code_point_and_checks_its_pages(postgres):
    collation = "SELECT datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"

    assert ask(postgres.url, collation) == ("C.UTF-8", "UTF8")
    assert ask(postgres.url, "SHOW data_checksums") == ("on",)


def test_it_starts_again_after_a_kill(postgres):
    kill(postgres.process.pid)
    postgres.process.wait()
    postgres.start()

    assert ask(postgres.url, "SELECT 1") == (1,)


def test_a_start_that_fails_says_why_in_one_line(folder):
    with pytest.raises(embedded.CannotStart, match='did not start: .*"no_such_setting"') as problem:
        embedded.Postgres(folder, ("-c", "no_such_setting=1")).start()

    assert "\n" not in str(problem.value)
    assert processes_of(folder) == {}


def test_an_interrupted_first_start_leaves_no_half_cluster(folder, monkeypatch):
    server = embedded.Postgres(folder, FAST)
    with monkeypatch.context() as context:
        context.setattr(server, "_create_database", lambda _building: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            server.start()
    left = [path.name for path in folder.iterdir() if path.is_dir() and path.name.startswith("postgres")]
    server.start()
    answer = ask(server.url, "SELECT 1")
    server.stop()

    assert (left, answer) == ([], (1,))


def test_a_folder_too_deep_for_sockets_gets_them_elsewhere(tmp_path):
    deep = tmp_path / ("deep" * 20) / ("er" * 20)
    server = embedded.Postgres(deep, FAST)
    server.start()
    answer = ask(server.url, "SELECT 1")
    server.stop()

    assert answer == (1,)
    assert len(str(server.sockets)) < 60
    assert not server.sockets.is_relative_to(deep)


def test_two_instances_stand_side_by_side(tmp_path):
    servers = [embedded.Redis(tmp_path / name) for name in ("one", "two")]
    for server in servers:
        server.start()
        redis.Redis.from_url(server.url).set("who", server.folder.name)
    answers = [redis.Redis.from_url(server.url).get("who") for server in servers]
    for server in servers:
        server.stop()

    assert answers == [b"one", b"two"]


@pytest.mark.parametrize("name", embedded.SECRETS.values())
def test_a_secret_is_made_once_and_is_private(folder, name):
    first, second = embedded.secret_key(folder, name), embedded.secret_key(folder, name)

    assert first == second
    assert len(first) >= 32
    assert (folder / name).stat().st_mode & 0o077 == 0


def test_secrets_are_different_and_those_of_the_environment_go_first(folder, monkeypatch):
    for variable in embedded.SECRETS:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("SECRET_KEY", "set by the operator")

    made = embedded.missing_secrets(folder)

    assert list(made) == ["PORTAL_DATA_KEYS", "PORTAL_INDEX_KEY"]
    assert len(set(made.values())) == 2


def test_a_command_on_somebody_elses_database_makes_no_keys_of_personal_data(folder):
    manage(folder, "showmigrations", DATABASE_URL="postgresql://x@127.0.0.1:1/x", REDIS_URL="redis://127.0.0.1:1/0")
    on_another = {path.name for path in folder.iterdir()} & set(embedded.SECRETS.values())
    embedded.secret_key(folder, "data_keys")

    assert on_another == {"secret_key"}
    assert set(embedded.missing_secrets(folder, make_keys=False)) <= {"SECRET_KEY", "PORTAL_DATA_KEYS"}


def test_a_command_without_a_server_makes_no_keys_of_personal_data(folder):
    code, _, err = manage(folder, "check")  # as collectstatic in the build of the image

    assert code == 0, err
    assert {path.name for path in folder.iterdir()} == {"secret_key"}


def test_commands_share_servers_and_the_last_one_stops_them(folder):
    first, second = (start_manage(folder, "shell", "--no-imports", "-c", SHOW_START_AND_STAY) for _ in range(2))
    started = [process.communicate(timeout=60)[0].strip() for process in (first, second)]

    assert started[0] == started[1] != ""
    assert wait_until(lambda: processes_of(folder) == {}, within=2)


def test_a_killed_command_leaves_nothing(folder):
    command = start_manage(folder, "shell", "--no-imports", "-c", STAY)
    came_up = wait_until(lambda: named(folder, "postgres: checkpointer") and named(folder, "redis-server"), within=20)
    command.kill()
    command.communicate()

    assert came_up
    assert wait_until(lambda: processes_of(folder) == {}, within=3)


def test_servers_die_with_a_killed_keeper(folder):
    command = start_manage(folder, "shell", "--no-imports", "-c", STAY)
    keeper = wait_until(lambda: named(folder, "postgres: checkpointer") and named(folder, "portal.sharing"), within=60)
    kill(keeper[0])
    gone = wait_until(lambda: set(processes_of(folder)) <= {command.pid}, within=15)
    command.kill()
    command.communicate()

    assert gone


def test_servers_have_one_owner(folder):
    names = ["postgres", "redis"]
    with sharing.own(folder, names):
        refused = sharing.own(folder, names)
    free_again = sharing.is_free(folder, names)

    assert (refused, free_again) == (None, True)


def test_a_program_of_the_wrong_release_is_refused(folder):
    with pytest.raises(embedded.CannotStart, match="PostgreSQL 18"):
        embedded.Postgres(folder).program("postgres16")


def test_a_database_that_is_not_there_is_one_clear_line(folder):
    url = "postgresql://clerk:confidential@127.0.0.1:1/portal"
    code, out, err = manage(folder, "showmigrations", DATABASE_URL=url, REDIS_URL="redis://127.0.0.1:1/0")

    assert code != 0
    assert err.startswith("The database does not answer:")
    assert len(err.strip().splitlines()) == 1
    assert "confidential" not in out + err


def test_serving_without_a_secret_key_is_refused(folder):
    code, _, err = manage(folder, "check", PORTAL_ROLE="web", SECRET_KEY="change-me")

    assert code != 0
    assert "SECRET_KEY" in err


@pytest.mark.parametrize(
    "wrong",
    [
        {"PORTAL_DATA_KEYS": ""},
        {"PORTAL_DATA_KEYS": "short"},
        {"PORTAL_DATA_KEYS": f"{'d' * 32},short"},
        {"PORTAL_INDEX_KEY": ""},
        {"PORTAL_INDEX_KEY": "s" * 48},
    ],
    ids=["none", "short", "an old one short", "no index key", "the secret key again"],
)
def test_serving_without_keys_of_their_own_for_personal_data_is_refused(folder, wrong):
    keys = {"SECRET_KEY": "s" * 48, "PORTAL_DATA_KEYS": "d" * 48, "PORTAL_INDEX_KEY": "i" * 48}
    code, _, err = manage(folder, "check", PORTAL_ROLE="worker", **keys | wrong)

    assert code != 0
    assert "PORTAL_DATA_KEYS" in err


def test_deployment_checks_are_clean_on_https(folder):
    keys = {variable: secrets.token_urlsafe(48) for variable in embedded.SECRETS}
    changes = {"PORTAL_ROLE": "web", "PORTAL_HTTPS": "1"} | keys
    urls = {"DATABASE_URL": "postgresql:///x", "REDIS_URL": "redis://127.0.0.1:1/0"}
    code, out, err = manage(folder, "check", "--deploy", "--fail-level", "WARNING", **changes, **urls)

    assert (code, "no issues" in out) == (0, True), err


def test_waiting_ends():
    assert children.wait_until(lambda: False, within=0.05) is False


def test_the_data_folder_is_the_tests_own():
    assert Path(settings.DATA_DIR).name.startswith("test")
