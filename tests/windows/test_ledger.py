"""What the database refuses to have written into the ledger of status changes, or altered there, whoever asks."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from tests import make
from tests.make import NOON
from windows import lifecycle
from windows.models import Confirmation, Source, Status, StatusChange, Window

HOUR = timedelta(hours=1)


def raw(window: Window, **fields) -> StatusChange:
    values = {"window": window, "status": "full", "effective_at": NOON, "recorded_at": NOON, "source": Source.STAFF}
    return StatusChange.objects.create(**values | {"reason": make.reason()} | fields)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"recorded_at": NOON - HOUR}, "a_change_is_recorded_when_effective_or_later"),
        ({"status": ""}, "a_change_has_a_status_or_retracts"),
        ({"status": "open"}, "a_change_has_a_status_or_retracts"),
        ({"channel": "fax"}, "channel_of_a_change_is_known"),
        ({"measure": 11}, "measure_of_a_change_is_one_of_ten"),
    ],
)
def test_the_database_refuses_an_entry_that_says_nonsense(fields, constraint):
    window = make.window()

    with pytest.raises(IntegrityError, match=constraint):
        raw(window, **fields)


@pytest.mark.django_db
def test_the_database_keeps_an_imported_change_once():
    window = make.window()
    raw(window, source=Source.IMPORT)

    with pytest.raises(IntegrityError, match="an_imported_change_is_stored_once"):
        raw(window, source=Source.IMPORT)


@pytest.mark.django_db
def test_the_database_lets_an_entry_be_superseded_once():
    window = make.window()
    wrong = raw(window)
    raw(window, supersedes=wrong)

    with pytest.raises(IntegrityError, match="supersedes"):
        raw(window, supersedes=wrong)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "tamper",
    [
        lambda entry: StatusChange.objects.filter(pk=entry.pk).update(status="suspended"),
        lambda entry: entry.delete(),
        lambda entry: run("UPDATE windows_statuschange SET status = 'suspended'"),
        lambda entry: run("DELETE FROM windows_statuschange"),
    ],
)
def test_the_database_refuses_to_alter_or_delete_an_entry(tamper):
    entry = make.change(make.window(), Status.FULL)

    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        tamper(entry)

    assert StatusChange.objects.get().status == Status.FULL


@pytest.mark.django_db
def test_the_database_refuses_to_alter_or_delete_a_confirmation():
    window = make.window()
    make.change(window, Status.FULL)
    lifecycle.confirm([window], by=make.officer(), at=NOON)

    with pytest.raises(InternalError, match="append_only"):
        Confirmation.objects.update(at=NOON + HOUR)


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
