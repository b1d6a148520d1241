"""docker-compose.yml: what it promises, and its very commands run against servers started apart from it."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from portal import embedded
from tests.portal.processes import HOME, environment, free_port, kill, named, wait_until

COMPOSE = yaml.safe_load((HOME / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("web", "worker", "beat")
HOST = "portal.example"


def text_of(node):
    return yaml.safe_dump(node, allow_unicode=True, width=10_000)


def test_it_holds_the_services_of_the_product():
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


def test_no_secret_has_a_default():
    variables = set(re.findall(r"\$\{(\w+)(:.)?", text_of(COMPOSE)))
    secret = {variable for variable in variables if re.search("KEY|PASSWORD|HOSTS", variable[0])}
    secret -= {("EMAIL_HOST_PASSWORD", ":-")}  # empty by default: not every mail server asks for one

    keys = {"SECRET_KEY", "PORTAL_DATA_KEYS", "PORTAL_INDEX_KEY"}
    assert {name for name, _ in secret} == keys | {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "ALLOWED_HOSTS"}
    assert {rule for _, rule in secret} == {":?"}


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_every_lasting_service_has_a_health_check_and_comes_back(name):
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert {"test", "interval", "timeout", "retries"} <= set(SERVICES[name]["healthcheck"])


@pytest.mark.parametrize("name", OURS)
def test_our_services_wait_for_the_tables(name):
    assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES[name]["environment"]["PORTAL_ROLE"] == name


def test_data_lives_in_named_volumes_and_is_mounted_where_the_images_keep_it():
    assert set(COMPOSE["volumes"]) == {"postgres", "redis", "data"}
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]  # since 18: one level higher


def test_the_image_runs_as_nobody_special_with_locked_packages():
    dockerfile = (HOME / "Dockerfile").read_text()

    assert "\nUSER portal\n" in dockerfile
    assert "--require-hashes" in dockerfile
    assert "npm ci" in dockerfile
    assert "PORTAL_COMPRESS_STATIC=1" in dockerfile


def test_what_the_image_copies_is_let_through():
    let_through = set(re.findall(r"^!(\S+)$", (HOME / ".dockerignore").read_text(), re.MULTILINE))
    product = {"applications", "measures", "portal", "static", "templates", "windows", "manage.py"}

    assert product | {"requirements.txt", "package.json", "package-lock.json", ".npmrc"} == let_through


# --- the commands, by hand ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compose")
    started = [embedded.Postgres(folder, ("-c", "fsync=off")), embedded.Redis(folder)]
    for server in started:
        server.start()
    yield folder, {embedded.VARIABLES[server.name]: server.url for server in started}
    for server in reversed(started):
        server.stop()


def in_place(text, folder, port):
    """A line of the compose file, for this machine: its programs, its port, its folder."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
    return text.replace("0.0.0.0", "127.0.0.1").replace("8000", str(port)).replace("/tmp/", f"{folder}/")


def command_of(name, folder, port):
    program, *arguments = [in_place(part, folder, port) for part in SERVICES[name]["command"]]
    return [sys.executable, "-m", program, *arguments] if program != "sh" else [program, *arguments]


def environment_of(name, folder, urls):
    chosen = SERVICES[name]["environment"]
    fixed = {key: in_place(str(value), folder, 0) for key, value in chosen.items() if ":?" not in str(value)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    keys = {variable: f"only-this-test-knows-this-{variable.lower()}" for variable in embedded.SECRETS}
    secrets = {**keys, "ALLOWED_HOSTS": HOST, "PATH": path}
    return environment(folder, **fixed | secrets | urls, STATIC_ROOT=str(folder / "static"))


def health(name, folder, port, settings):
    test = [in_place(part, folder, port) for part in SERVICES[name]["healthcheck"]["test"]][1:]
    return subprocess.run(test, env=settings, cwd=HOME, capture_output=True, text=True, timeout=20, check=False)


@pytest.mark.drill
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_its_commands_run_and_its_health_checks_pass(servers):
    folder, urls = servers
    port = free_port()
    options = {"cwd": HOME, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    settings = {name: environment_of(name, folder, urls) for name in (*OURS, "migrate")}
    migrated = subprocess.run(command_of("migrate", folder, port), env=settings["migrate"], timeout=60, **options)
    running = {
        name: subprocess.Popen(command_of(name, folder, port), env=settings[name], **options, start_new_session=True)
        for name in OURS
    }
    try:
        healthy = {
            name: wait_until(lambda name=name: health(name, folder, port, settings[name]).returncode == 0, within=40)
            for name in OURS
        }
    finally:
        for process in running.values():
            process.terminate()
        deadline = time.monotonic() + 10
        for process in running.values():
            process.wait(max(0.1, deadline - time.monotonic()))
        for pid in named(folder, "portal.wsgi") + named(folder, "portal.celery"):
            kill(pid)

    assert migrated.returncode == 0
    assert healthy == dict.fromkeys(OURS, True)
