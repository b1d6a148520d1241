"""Mail about every change, from the rows that were written with it: both languages in one message, no personal data."""

from copy import copy
from datetime import timedelta

import structlog
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import console
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from applications import sealing
from applications.models import Application, Message, Verb
from applications.person import mask
from windows import scope
from windows.models import SHANGHAI, Officer

BATCH = 50
TRIES = 8
FIRST_PAUSE = timedelta(minutes=1)  # doubled after each try
log = structlog.get_logger()


class Console(console.EmailBackend):
    """Prints mail in place of sending it; whom it is for is masked, as in every log."""

    def write_message(self, message: EmailMessage) -> None:
        shown = copy(message)
        shown.to = [mask(address, "email") for address in message.to]
        super().write_message(shown)


def send_due() -> int:
    """Send what is due, each in a transaction of its own; returns how many went out.

    Sent at least once: a worker killed between the sending and the note of it sends again.
    """
    sent = 0
    for pk in _due().values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            message = _due().select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            sent += bool(message) and _send(message)
    return sent


def _due():
    waiting = Message.objects.filter(sent_at=None, tries__lt=TRIES, next_try_at__lte=timezone.now())
    return waiting.select_related("application").order_by("next_try_at", "pk")


def _send(message: Message) -> bool:
    try:
        letter(message).send()
    except Exception as problem:  # whatever the mail server's client may raise: it is tried again
        log.warning("mail was not sent", message=message.pk, tries=message.tries + 1, problem=type(problem).__name__)
        pause = FIRST_PAUSE * 2**message.tries
        Message.objects.filter(pk=message.pk).update(tries=F("tries") + 1, next_try_at=timezone.now() + pause)
        return False
    Message.objects.filter(pk=message.pk).update(tries=F("tries") + 1, sent_at=timezone.now())
    return True


def letter(message: Message) -> EmailMessage:
    """The mail of a message, in both languages, Chinese first."""
    to = sealing.unseal(message.to)["to"]
    reference = sealing.spelled(message.application.number)
    parts = []
    for language in ("zh-hans", "en"):
        with override(language):
            address = f"{settings.PORTAL_URL}{reverse('applications:track')}#{message.application.number}"
            context = {"reference": reference, "event": Verb(message.verb).label, "verb": message.verb}
            parts.append(render_to_string("applications/mail.txt", context | {"address": address}).strip())
    subject = f"出入境申请 Application {reference}"
    connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
    return EmailMessage(subject, "\n\n————\n\n".join(parts) + "\n", to=[to], connection=connection)


def tell_supervisors(late: list[Application]) -> list[Application]:
    """One mail to each supervisor whose reach holds a case that has just become late.

    Returns the cases that should have reached somebody and reached nobody. Where one of several mails fails, the log
    says so: those who got theirs are not to get it again and again.
    """
    reached: set[int] = set()
    failed: set[int] = set()
    for officer in _supervisors():
        if cases := _within(officer, late):
            ended = reached if _told_of(officer, cases) else failed
            ended.update(case.pk for case in cases)
    return [case for case in late if case.pk in failed - reached]


def _told_of(officer: Officer, cases: list[Application]) -> bool:
    lines = [f"{case.number} {case.window} {case.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for case in cases]
    text = "\n".join([*lines, "", f"{settings.PORTAL_URL}{reverse('admin:index')}", ""])
    subject = f"逾期申请 Late applications: {len(cases)}"
    connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
    try:
        EmailMessage(subject, text, to=[officer.email], connection=connection).send()
    except Exception as problem:  # whatever the mail server's client may raise
        log.warning("late cases were not told", officer=officer.pk, cases=len(cases), problem=type(problem).__name__)
        return False
    return True


def _supervisors():
    steering = Permission.objects.filter(codename="steer_line", content_type__app_label="applications")
    found = Officer.objects.filter(groups__permissions__in=steering, is_active=True)
    return found.exclude(email="").distinct()


def _within(officer: Officer, cases: list[Application]) -> list[Application]:
    mine = scope.windows_of(officer).filter(pk__in=[case.window_id for case in cases])
    codes = set(mine.values_list("pk", flat=True))
    return [case for case in cases if case.window_id in codes]
