"""What the worker does when the doorbell rings or the timetable says so."""

from celery import shared_task

from measures import alerts, bulletin, policy, restoration
from measures.models import Bulletin
from windows import clock


@shared_task(ignore_result=True)
def fold():
    """Beat rings every few seconds; a commit rings at once. Either alone is enough."""
    restoration.fold()


@shared_task(ignore_result=True)
def verify():
    restoration.verify()


@shared_task(ignore_result=True)
def watch():
    """Gauges beyond their thresholds raise alerts; each is mailed once."""
    alerts.check()
    alerts.tell()


@shared_task(ignore_result=True)
def publish_bulletins():
    bulletin.publish_due()


@shared_task(ignore_result=True)
def compare_bulletins():
    """Each bulletin is a task of its own: a year of them would be too long for one."""
    for pk in Bulletin.objects.out(clock.now()).values_list("pk", flat=True):
        note_corrections.delay(pk)


@shared_task(ignore_result=True)
def note_corrections(pk: int):
    bulletin.note_corrections(Bulletin.objects.get(pk=pk))


@shared_task(ignore_result=True)
def forget_in_vain():
    policy.forget_in_vain()
