"""Who may call the API for provincial systems and how often, and that no call leaves anything personal in a log."""

import io
import json
import logging
from datetime import timedelta

import pytest
import structlog
from django.test import Client
from django.utils import timezone

from applications.api import shapes
from applications.models import Application
from tests import make
from tests.applications import journeys
from tests.provinces import API, BODY, System, but
from windows import limits, tokens

pytestmark = pytest.mark.django_db


# --- who may call ------------------------------------------------------------------------------------------------


def test_every_token_that_is_not_valid_is_answered_alike(hubei):
    revoked, expired = make.token("330000"), make.token("320000", at=timezone.now() - timedelta(days=9), days=3)
    tokens.revoke(tokens.by_text(revoked), by=make.officer())
    wrong = ["", "Bearer", "Bearer ", "Bearer eew_unknown", "Bearer x", f"Basic {hubei.token}", hubei.token]
    wrong += [f"Bearer {revoked}", f"Bearer {expired}", f"Bearer {hubei.token}x", "Bearer é", "Bearer " + "x" * 5000]

    answers = [Client().get(f"{API}applications/7KQ2M8ZD4XA/", headers={"Authorization": told}) for told in wrong]
    answers.append(Client().get(f"{API}applications/7KQ2M8ZD4XA/"))

    assert {(a.status_code, a.content, a["WWW-Authenticate"]) for a in answers} == {
        (401, answers[0].content, 'Bearer realm="api"')
    }
    assert answers[0].json()["type"] == "not_authenticated"


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [("applications", "applications/"), ("status_changes", "status-changes/"), ("returns", "returns/")],
)
def test_a_token_is_good_for_its_scopes_alone(place, scope, allowed):
    system = System(make.token(scopes=[scope]))
    paths = ("applications/", "status-changes/", "returns/", "applications/7KQ2M8ZD4XA/answer/")

    answers = {path: system.post(path, {}) for path in paths}

    refused = {path for path, answer in answers.items() if answer.status_code == 403}
    assert refused == {path for path in paths if not path.startswith(allowed)}
    assert {answers[path].json()["type"] for path in refused} == {"out_of_scope"}


def test_a_token_may_call_so_often_and_another_still_may(hubei, beijing, monkeypatch):
    monkeypatch.setattr(limits, "CALLS_PER_TOKEN", limits.Rule("calls", 5, timedelta(minutes=1)))

    answers = [hubei.get("applications/7KQ2M8ZD4XA/") for _ in range(8)]

    assert [answer.status_code for answer in answers] == [404] * 5 + [429] * 3
    assert answers[-1]["Retry-After"] == "60"
    assert answers[-1].json()["type"] == "throttled"
    assert beijing.get("applications/7KQ2M8ZD4XA/").status_code == 404


def test_reading_stays_open_without_a_token(place):
    assert Client().get(f"{API}windows/").status_code == 200
    assert Client().get(f"{API}windows/", headers={"Authorization": "Bearer x"}).status_code == 200


# --- nothing personal where it does not belong -------------------------------------------------------------------


def test_no_error_message_and_no_log_line_holds_a_secret_or_personal_data(hubei, caplog):
    """Canaries in every value, and in the wrong places; what is logged is read as a whole."""
    caplog.set_level(logging.DEBUG)
    canary = "Canarybird7"
    with structlog.testing.capture_logs() as logged:
        made = hubei.apply()
        refused = [
            hubei.apply(but(path, f"{canary} {path}"))
            for page, fields in shapes.SentSerializer().fields.items()
            for path in [f"{page}.{name}" for name in fields.fields]
        ]
        refused += [hubei.apply(json.dumps(BODY)[:-5] + canary), hubei.apply({"who": canary})]
        refused += [hubei.apply(but("contact.email", f"{canary}@example.org"), key=str(Application.objects.get().key))]
        refused += [hubei.bring(made.json()["reference"], document=canary, file=journeys.picture(name=f"{canary}.jpg"))]
        file = io.BytesIO(b"x")
        file.name = f"{canary}.jpg"
        refused += [hubei.bring(made.json()["reference"], document="passport-page", file=file)]
        hubei.apply()

    told = "".join(answer.content.decode() for answer in refused)
    assert {answer.status_code for answer in refused} == {400, 409, 422}
    assert canary not in told
    lines = caplog.text + json.dumps(logged, default=repr)
    assert lines
    personal = [canary, made.json()["secret"], hubei.token, "Ólafsdóttir", "A1234567", "anna@example.org", "4111111"]
    assert [text for text in personal if text in lines or text in told] == []
