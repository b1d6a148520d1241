"""What the worker does when the doorbell rings or the timetable says so."""

from celery import shared_task

from measures import policy, restoration


@shared_task(ignore_result=True)
def fold():
    """Beat rings every few seconds; a commit rings at once. Either alone is enough."""
    restoration.fold()


@shared_task(ignore_result=True)
def verify():
    restoration.verify()


@shared_task(ignore_result=True)
def forget_in_vain():
    policy.forget_in_vain()
