"""/health/ tells what ails, and pages without a database say so: 503, and when to try again."""

import json
import logging
import sys
from datetime import timedelta
from logging.config import dictConfigClass

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from measures import restoration
from measures.models import FoldState
from tests import make
from windows.models import Touch


@pytest.mark.django_db
def test_all_is_well_while_a_worker_looks_in(client):
    restoration.fold()

    answer = client.get("/health/")

    told = answer.json()
    assert (answer.status_code, told["status"]) == (200, "ok")
    assert told["worker"]["seen_seconds_ago"] < 60
    assert told["figures"]["age_seconds"] == 0.0
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ailing", "part"),
    [
        (lambda: FoldState.objects.update(beat_at=timezone.now() - timedelta(seconds=61)), "worker"),
        (lambda: FoldState.objects.update(differing_cells=1), "figures"),
        (lambda: make.change(make.window(), "full") and Touch.objects.update(at="2020-01-01T00:00Z"), "figures"),
    ],
)
def test_what_ails_is_named_and_the_portal_goes_on(client, ailing, part):
    restoration.fold()
    ailing()

    answer = client.get("/health/")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert [name for name, told in answer.json().items() if name != "status" and not told["ok"]] == [part]


@pytest.mark.django_db
def test_no_worker_was_ever_seen(client):
    assert client.get("/health/").json()["worker"] == {"ok": False, "seen_seconds_ago": None}


@pytest.mark.django_db
def test_without_redis_the_portal_goes_on(client, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nothing.sock"
    restoration.fold()

    answer = client.get("/health/")

    assert (answer.status_code, answer.json()["redis"]) == (200, {"ok": False})


@pytest.fixture
def no_database(db, settings):
    """The database refuses every connection, as when its server is away."""
    connection.close()
    held = connection.settings_dict
    connection.settings_dict = held | {"HOST": "/nowhere", "OPTIONS": {}}
    yield
    connection.settings_dict = held


@pytest.mark.parametrize("path", ["/", "/en/", "/zh-hans/windows/", "/staff/", "/api/v1/figures/", "/en/nothing/"])
def test_without_a_database_the_answer_is_503_with_a_time_to_try_again(client, no_database, path):
    client.raise_request_exception = False
    client.cookies["sessionid"] = "x" * 32

    answer = client.get(path)

    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")
    told = answer.content.decode()
    assert [word for word in ("Traceback", "nowhere", "OperationalError", "psycopg") if word in told] == []
    if path.startswith("/api/"):
        assert answer.json() == {"type": "unavailable", "title": "Try again later.", "errors": []}
    else:
        assert "系统繁忙" in told
        assert "Busy just now" in told


def test_health_without_a_database_is_503(client, no_database):
    answer = client.get("/health/")

    assert (answer.status_code, answer.json()["status"]) == (503, "down")


def test_a_statement_that_takes_too_long_is_503_and_a_fault_of_ours_500(client, rf, monkeypatch):
    from portal import views

    def raising(error):
        try:
            raise error
        except Exception:
            return views.server_error(rf.get("/en/"))

    assert raising(OperationalError("canceling statement due to statement timeout")).status_code == 503
    assert raising(ZeroDivisionError()).status_code == 500


def test_a_log_of_a_fault_names_it_and_no_value():
    formatter = dictConfigClass(settings.LOGGING).configure_formatter(dict(settings.LOGGING["formatters"]["json"]))
    canary = "".join(["E", "1234", "5678"])

    try:
        raise ZeroDivisionError(len(canary) / 0)
    except ZeroDivisionError:
        line = formatter.format(logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), sys.exc_info()))

    assert json.loads(line)["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert canary not in line
