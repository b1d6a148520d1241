"""Due days as a calendar file, read by an independent reader."""

import re
from datetime import date, timedelta

import pytest
import vobject
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from applications import calendars, lifecycle, line, sealing
from applications.models import Application
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def entries(content: bytes) -> list:
    return list(vobject.readOne(content.decode()).contents.get("vevent", []))


def of_all(at=NOON) -> bytes:
    with override("zh-hans"):
        return calendars.due_days(Application.objects.all(), at=at)


def test_an_entry_stands_on_the_due_day_and_names_case_service_and_window():
    application = make.waiting(make.window(name_zh="甲窗口"))

    (entry,) = entries(of_all())

    assert (entry.dtstart.value, entry.dtend.value) == (date(2020, 3, 20), date(2020, 3, 21))
    assert entry.summary.value == f"{sealing.spelled(application.number)} 普通护照"
    assert entry.location.value == "甲窗口"
    assert entry.dtstamp.value == NOON
    assert re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", entry.description.value) == ["2020-03-20 17:00"]


def test_the_file_holds_nothing_of_the_applicant():
    make.submitted(answers={"person": {"surname": "Lindqvist"}})

    text = of_all().decode()

    assert [told for told in ("Lindqvist", "anna@example.org") if told in text] == []


def test_an_entry_keeps_its_uid_and_its_sequence_grows_with_each_change():
    window, clerk = make.window(), make.officer()
    make.waiting(window)

    (before,) = entries(of_all())
    line.claim_next(window, by=clerk, at=NOON)
    (after,) = entries(of_all(NOON + timedelta(hours=1)))

    assert before.uid.value == after.uid.value
    assert int(after.sequence.value) == int(before.sequence.value) + 1


def test_what_is_decided_withdrawn_or_of_a_provincial_system_is_not_in_it():
    window = make.window()
    lifecycle.withdraw(make.waiting(window), at=NOON)
    make.decided(window, verb="")

    assert entries(of_all()) == []


def test_the_earliest_due_comes_first():
    late, soon = make.waiting(make.window(), at=NOON + timedelta(days=2)), make.waiting(make.window())

    assert [entry.summary.value[:13] for entry in entries(of_all())] == [
        sealing.spelled(one.number) for one in (soon, late)
    ]


def test_an_officers_file_holds_his_windows_only():
    here, there = make.window("420102"), make.window("110101")
    mine, _other = make.waiting(here), make.waiting(there)
    clerk = make.staff("window_officer", windows=[here])
    client = Client()
    client.force_login(clerk)

    answer = client.get(reverse("admin:applications_application_calendar"))

    assert [entry.summary.value[:13] for entry in entries(answer.content)] == [sealing.spelled(mine.number)]
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
