"""Mail about every change: written with the change, sent by a worker, tried again, given up; of nobody's data."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core import mail as post
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as LocMem
from django.db import DataError, connection
from django.utils import timezone
from structlog.testing import capture_logs

from applications import lifecycle, mail, sealing, tasks
from applications.models import Application, Event, Message, RefusalReason, State, Verb
from tests import make
from windows import clock

MINUTE = timedelta(minutes=1)
MISSING = [{"document": "", "text": "A letter of the hospital"}]
PERSONAL = {
    "person": {"surname": "Zyxwel", "given_names": "Quorra", "birth": "1985-03-27"},
    "document": {"number": "QX7654321"},
    "contact": {"phone": "+8613900001111", "email": "quorra@example.org", "address": "77 Vermilion Lane"},
    "ground": {"ground": "urgent", "why": "my mother's illness"},
}


class Broken(BaseEmailBackend):
    """A mail server that is away."""

    def send_messages(self, messages):
        raise OSError("quorra@example.org: connection refused")


class Slow(BaseEmailBackend):
    """A mail server that takes a message and answers when it is let."""

    taken: list[str] = []
    begun, may_end = threading.Event(), threading.Event()

    def send_messages(self, messages):
        self.taken.extend(message.subject for message in messages)
        self.begun.set()
        assert self.may_end.wait(20)
        return len(messages)


@pytest.fixture
def officer(db):
    return make.officer()


def application() -> Application:
    return make.submitted(answers=PERSONAL, email="quorra@example.org", at=clock.now())


def reason() -> RefusalReason:
    names = {"name_zh": "不符合条件", "name_en": "The conditions are not met"}
    return RefusalReason.objects.get_or_create(code="not_eligible", defaults=names)[0]


def told(about: Application) -> list[str]:
    return list(Message.objects.filter(application=about).values_list("verb", flat=True))


# --- what is written ---


# Told of in the tests of the line and of the calendar.
ELSEWHERE = {Verb.RECKONED, Verb.GRANTED, Verb.NOT_GRANTED, Verb.TRANSFERRED}


def test_every_verb_that_an_applicant_waits_for_writes_one_message(officer):
    handed, refused, withdrawn = application(), application(), application()

    lifecycle.supplement(handed, MISSING, by=officer)
    lifecycle.answer(handed, {"text": "here it is"})
    lifecycle.approve(handed, by=officer)
    lifecycle.ready(handed, by=officer)
    lifecycle.collect(handed, by=officer)
    lifecycle.refuse(refused, by=officer, reason=reason())
    lifecycle.withdraw(withdrawn)

    assert told(handed) == ["submitted", "asked", "answered", "approved", "ready", "collected"]
    assert told(refused) == ["submitted", "refused"]
    assert told(withdrawn) == ["submitted", "withdrawn"]
    assert {verb for about in (handed, refused, withdrawn) for verb in told(about)} == lifecycle.TOLD - ELSEWHERE
    assert {sealing.unseal(bytes(message.to))["to"] for message in Message.objects.all()} == {"quorra@example.org"}


def test_a_change_that_fails_on_its_way_leaves_no_message(officer):
    about = application()

    with pytest.raises(DataError):
        lifecycle.refuse(about, by=officer, reason=reason(), note="x" * 501)

    about.refresh_from_db()
    assert (about.state, told(about)) == (State.WAITING, ["submitted"])
    assert list(Event.objects.values_list("verb", flat=True)) == ["submitted"]


# --- what is sent ---


def test_each_message_goes_out_once_in_both_languages_without_personal_data(officer, settings):
    settings.PORTAL_URL = "https://portal.example"
    about, other = application(), application()
    lifecycle.supplement(about, MISSING, by=officer, reason="")
    lifecycle.answer(about, {"text": "my mother's illness"})
    lifecycle.approve(about, by=officer)
    lifecycle.ready(about, by=officer)
    lifecycle.collect(about, by=officer)
    lifecycle.refuse(other, by=officer, reason=reason(), note="the letter of Quorra's employer")

    sent, again = mail.send_due(), mail.send_due()

    secret = sealing.derived_secret(about.number, str(about.key))
    personal = [text for page in PERSONAL.values() for text in page.values()] + [secret, "employer", "hospital"]
    assert (sent, again, len(post.outbox)) == (8, 0, 8)
    for letter in post.outbox:
        chinese, english = letter.body.split("————")
        number = about.number if sealing.spelled(about.number) in letter.subject else other.number
        assert letter.to == ["quorra@example.org"]
        assert f"https://portal.example/zh-hans/track/#{number}\n" in chinese
        assert f"https://portal.example/en/track/#{number}\n" in english
        assert "您" in chinese or "请" in chinese
        assert "Your application" in english
        assert [text for text in personal if text in letter.subject + letter.body] == []


def test_each_verb_says_what_to_do_next():
    texts = {}

    for verb in Verb:
        about = Application(number="7KQ2M8ZD4XA")
        message = Message(application=about, verb=verb, to=sealing.seal({"to": "a@example.org"}))
        texts[verb] = mail.letter(message).body

    assert "Something is missing" in texts["asked"]
    assert "The document is finished." in texts["ready"]
    assert "Look up the reason." in texts["refused"]
    assert len(set(texts.values())) == len(Verb)


# --- what goes wrong ---


def test_a_mail_server_that_is_away_is_asked_again_after_growing_pauses_and_given_up_after_eight(officer, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    application()
    pauses, tries = [], []

    with time_machine.travel(timezone.now(), tick=False) as present:
        for _ in range(12):
            assert mail.send_due() == 0
            message = Message.objects.get()
            tries.append(message.tries)
            pauses.append((message.next_try_at - timezone.now()) / MINUTE)
            present.move_to(message.next_try_at - timedelta(seconds=1))
            assert mail.send_due() == 0
            assert Message.objects.get().tries == tries[-1]
            present.move_to(message.next_try_at)

    assert tries == [1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8]
    assert pauses[:8] == [1, 2, 4, 8, 16, 32, 64, 128]
    assert Message.objects.get().sent_at is None


def test_what_failed_goes_out_when_the_server_is_back_and_the_log_names_nobody(officer, settings, caplog):
    settings.EMAIL_BACKEND, working = f"{__name__}.Broken", settings.EMAIL_BACKEND
    application()
    mail.send_due()
    settings.EMAIL_BACKEND = working

    with time_machine.travel(timezone.now() + MINUTE, tick=False):
        sent = mail.send_due()

    assert (sent, len(post.outbox), Message.objects.get().tries) == (1, 1, 2)
    assert "mail was not sent" in caplog.text
    assert "quorra" not in caplog.text


def test_one_message_that_fails_does_not_hold_up_the_others(officer):
    broken = application()
    application()
    Message.objects.filter(application=broken).update(to=b"altered")

    sent = mail.send_due()

    assert (sent, len(post.outbox)) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_not_send_a_message_twice(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Slow"
    application()
    Slow.taken.clear()
    sent = []

    def work():
        sent.append(mail.send_due())
        connection.close()

    first, second = threading.Thread(target=work), threading.Thread(target=work)
    first.start()
    assert Slow.begun.wait(20)
    second.start()
    second.join(20)  # steps over the message that the first one holds, and does not wait for it
    while_sending = list(sent)
    Slow.may_end.set()
    first.join(20)

    assert while_sending == [0]
    assert sent == [0, 1]
    assert len(Slow.taken) == 1
    assert Message.objects.get().sent_at is not None


def test_mail_that_is_only_printed_masks_whom_it_is_for(officer, settings, capsys):
    settings.EMAIL_BACKEND = "applications.mail.Console"
    application()

    mail.send_due()

    printed = capsys.readouterr().out
    assert "\nTo: q***@example.org\n" in printed
    assert "quorra" not in printed


# --- late cases ---------------------------------------------------------------------------------------------------


def chief(division, email):
    return make.staff("supervisor", divisions=[division], email=email)


class OneMailbox(LocMem):
    """A mail server that does not know gone@example.org."""

    def send_messages(self, messages):
        if messages[0].to == ["gone@example.org"]:
            raise OSError("no such mailbox")
        return super().send_messages(messages)


@pytest.mark.django_db
def test_a_late_case_that_reached_nobody_is_logged_and_told_again(settings):
    case = make.waiting(make.window(), at=make.NOON - timedelta(days=60))
    chief(case.window.division, "chief@example.org")
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Broken"

    with capture_logs() as logs:
        tasks.bring_back()
    settings.EMAIL_BACKEND = working
    tasks.bring_back()
    tasks.bring_back()

    assert [(entry["event"], entry["cases"], entry["problem"]) for entry in logs] == [
        ("late cases were not told", 1, "OSError")
    ]
    assert [(letter.to, case.number in letter.body) for letter in post.outbox] == [(["chief@example.org"], True)]


@pytest.mark.django_db
def test_one_bad_mailbox_does_not_write_to_the_others_again(settings):
    case = make.waiting(make.window(), at=make.NOON - timedelta(days=60))
    for email in ("gone@example.org", "chief@example.org"):
        chief(case.window.division, email)
    settings.EMAIL_BACKEND = f"{__name__}.OneMailbox"

    with capture_logs() as logs:
        tasks.bring_back()
        tasks.bring_back()

    assert [entry["event"] for entry in logs] == ["late cases were not told"]
    assert [letter.to for letter in post.outbox] == [["chief@example.org"]]
