"""Calls of provincial systems that come at the same time, each over a connection of its own."""

from datetime import timedelta
from uuid import uuid4

import pytest

from applications.models import Application, Event
from tests import make
from tests.provinces import BODY, CHANGE, System, at_once, but, world
from windows import limits
from windows.models import StatusChange


@pytest.mark.django_db(transaction=True)
def test_all_at_once_a_token_is_admitted_no_more_often(monkeypatch):
    monkeypatch.setattr(limits, "CALLS_PER_TOKEN", limits.Rule("calls", 5, timedelta(minutes=1)))
    token = make.token()

    answers = at_once(8, lambda _number: System(token).get("applications/7KQ2M8ZD4XA/"))

    assert sorted(answer.status_code for answer in answers) == [404] * 5 + [429] * 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("others", [False, True])
def test_the_same_key_at_the_same_time_makes_one_application(settings, tmp_path, others):
    """Real connections, all at once; with `others`, half of them are about another person."""
    settings.MEDIA_ROOT = tmp_path
    world()
    token, key = make.token(), str(uuid4())

    def call(number: int):
        body = but("document.number", "B7654321") if others and number % 2 else BODY
        return System(token).apply(body, key=key)

    answers = at_once(8, call)

    codes = sorted(answer.status_code for answer in answers)
    assert codes == ([200] * 3 + [201] + [422] * 4 if others else [200] * 7 + [201])
    assert len({answer.content for answer in answers if answer.status_code < 400}) == 1
    assert Application.objects.count() == Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_different_reports_at_the_same_time_are_not_both_taken_for_the_same():
    world()
    token = make.token()

    answers = at_once(4, lambda number: System(token).post("status-changes/", [CHANGE | {"measure": number + 1}]))

    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    assert StatusChange.objects.filter(source="api").count() == 1
