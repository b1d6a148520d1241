"""What workers do for applications when the timetable says so."""

from datetime import timedelta

from celery import shared_task

from applications import casework, drafts, mail, uploads
from applications.models import Upload
from windows import limits


@shared_task(ignore_result=True)
def send_mail():
    mail.send_due()


@shared_task(ignore_result=True)
def bring_back():
    """Cases whose lease is over or whose day has come go back in line; late ones are told to supervisors, once."""
    casework.expire_leases()
    casework.unpark()
    casework.tell_again(mail.tell_supervisors(casework.tell_late()))


@shared_task(ignore_result=True)
def age_out():
    """Old drafts go, then the files that belong to nothing any more, and counts of tries that nobody asks for."""
    drafts.age_out()
    uploads.sweep(set(Upload.objects.values_list("pk", flat=True)), older_than=timedelta(hours=1))
    limits.sweep()
