"""The demo from outside: one command, real processes, a fresh data folder, a free port."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from django.core.management.base import CommandError

from portal.management.commands.demo import reset, wanted_port
from tests.portal.processes import (
    HOME,
    environment,
    free_port,
    kill,
    manage,
    named,
    processes_of,
    start_manage,
    wait_until,
)

pytestmark = [pytest.mark.drill, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]


class Demo:
    """One data folder and port; started, killed and started again by the tests of this file, in their order."""

    def __init__(self, folder):
        self.folder = folder
        self.log = folder.with_suffix(".out")
        self.port = free_port()
        self.process = None

    def start(self):
        self.log.unlink(missing_ok=True)
        command = [sys.executable, str(HOME / "manage.py"), "demo"]
        with self.log.open("w") as log:
            settings = environment(self.folder, PORT=str(self.port))
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=settings)
        assert wait_until(lambda: self.get("/")[0] == 200 or self.process.poll() is not None, within=60)
        assert self.process.poll() is None, self.said()
        assert wait_until(lambda: self.named("celery", " beat "), within=10), self.said()

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as problem:
            return problem.code, ""
        except OSError:
            return None, ""

    def named(self, *parts):
        return [pid for pid, line in sorted(processes_of(self.folder).items()) if all(part in line for part in parts)]

    def said(self):
        return self.log.read_text()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    demo = Demo(tmp_path_factory.mktemp("demo") / "data")
    demo.start()
    yield demo
    if demo.process.poll() is None:
        demo.process.terminate()
        demo.process.wait(10)


def test_the_first_page_shows_the_figures_of_the_notice_in_both_languages(demo):
    chinese, english = demo.get("/")[1], demo.get("/en/")[1]

    for figure in ("3,250", "2,836", "11,000", "5,100", "4,600", "7,800", "62"):
        assert figure in chinese, figure
        assert figure in english, figure


def test_the_addresses_and_an_account_per_role_are_printed(demo):
    said = demo.said()

    assert f"http://127.0.0.1:{demo.port}/staff/" in said
    assert "演示账号 Demo accounts" in said
    assert "Traceback" not in said


def test_worker_and_beat_are_at_work(demo):
    def healthy():
        status, body = demo.get("/health/")
        return status == 200 and body and json.loads(body)

    assert wait_until(healthy, within=20)


def test_commands_use_the_running_servers(demo):
    before = demo.named("bin/postgres")
    code, out, err = manage(demo.folder, "figures", "--as-of", "2020-03-11", "--json")

    assert code == 0, err
    assert json.loads(out)["restoration"]["restored"] == 2836
    assert demo.named("bin/postgres") == before


@pytest.mark.parametrize("part", ["granian", " worker ", "redis-server", "bin/postgres"])
def test_a_killed_child_comes_back(demo, part):
    killed = demo.named(part)[0]
    kill(killed)

    assert wait_until(lambda: (now := demo.named(part)) and killed not in now, within=10), demo.said()
    assert wait_until(lambda: demo.get("/")[0] == 200, within=15), demo.said()


def test_a_port_in_use_is_one_clear_line(demo, tmp_path):
    code, out, err = manage(tmp_path / "other", "demo", PORT=str(demo.port))

    assert (code != 0, out) == (True, "")
    assert err.strip().splitlines() == [
        f"CommandError: Port {demo.port} cannot be used: address already in use. "
        f"Choose another: make demo PORT={demo.port + 1}"
    ]


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "８０００"])
def test_a_port_that_is_none_is_one_clear_line(monkeypatch, port):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(CommandError, match="^PORT must be a number from 1 to 65535"):
        wanted_port()


def test_a_reset_removes_what_a_run_left_but_no_key_and_nothing_of_the_tests_or_a_replay(tmp_path):
    for name in ("postgres", "run", "test", "test-2", "replay", "staticfiles"):
        (tmp_path / name).mkdir()
    keys = {"secret_key", "data_keys", "index_key"}
    for name in (*keys, "users.lock", "owner-postgres-redis.lock", "web.log", "beat-schedule"):
        (tmp_path / name).touch()

    reset(tmp_path, ["postgres", "redis"])

    kept = {"test", "test-2", "replay", *keys, "users.lock", "owner-postgres-redis.lock"}
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_a_reset_never_empties_a_database_of_somebody_elses(tmp_path):
    (tmp_path / "media").mkdir()

    with pytest.raises(CommandError, match="DATABASE_URL"):
        reset(tmp_path, ["redis"])
    assert (tmp_path / "media").exists()


def test_a_second_demo_in_the_same_folder_is_refused(demo):
    code, _, err = manage(demo.folder, "demo", PORT=str(free_port()))

    assert code != 0
    assert f"Another portal runs in {demo.folder}" in err


@pytest.mark.parametrize(
    ("urls", "line"),
    [
        ({"DATABASE_URL": "postgresql://u:confidential@127.0.0.1:1/none"}, "The database does not answer:"),
        ({"REDIS_URL": "redis://:confidential@127.0.0.1:1/0"}, "CommandError: Redis does not answer:"),
    ],
)
def test_a_server_that_is_not_there_is_one_clear_line(tmp_path, urls, line):
    code, _, err = manage(tmp_path / "other", "demo", PORT=str(free_port()), **urls)

    assert code != 0
    assert err.startswith(line)
    assert len(err.strip().splitlines()) == 1
    assert "confidential" not in err
    assert wait_until(lambda: processes_of(tmp_path / "other") == {}, within=2)


def test_a_signal_ends_everything_soon(demo):
    demo.process.send_signal(signal.SIGINT)

    assert demo.process.wait(10) == 0, demo.said()
    assert processes_of(demo.folder) == {}


def test_a_second_run_keeps_the_data_and_the_clock(demo):
    demo.start()
    code, out, err = manage(
        demo.folder, "shell", "--no-imports", "-c", "from windows import clock; print(clock.today())"
    )

    assert "Loading" not in demo.said()
    assert (code, out.strip()) == (0, "2020-03-11"), err


def test_nothing_survives_a_killed_supervisor(demo):
    demo.process.kill()
    demo.process.wait()

    assert wait_until(lambda: processes_of(demo.folder) == {}, within=5), processes_of(demo.folder)


def test_a_signal_during_the_first_load_ends_everything(tmp_path):
    command = start_manage(tmp_path / "data", "demo", PORT=str(free_port()))
    came_up = wait_until(lambda: named(tmp_path, "postgres: checkpointer"), within=20)
    time.sleep(1)
    os.kill(command.pid, signal.SIGTERM)
    out, err = command.communicate(timeout=10)

    assert came_up
    assert (command.returncode, "Traceback" in out + err) == (0, False), out + err
    assert processes_of(tmp_path) == {}
