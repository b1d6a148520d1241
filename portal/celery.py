"""The Celery application and the whole timetable. Floors use `@shared_task` and never import this."""

import os
from pathlib import Path

from celery import Celery, bootsteps
from celery.schedules import crontab
from celery.signals import worker_process_init

from portal.children import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.Task.Request = "portal.acknowledging:Request"
app.conf.beat_schedule = {
    "fold what was touched": {"task": "measures.tasks.fold", "schedule": 5.0, "options": {"expires": 5}},
    "send mail": {"task": "applications.tasks.send_mail", "schedule": 5.0, "options": {"expires": 5}},
    "bring cases back": {"task": "applications.tasks.bring_back", "schedule": 15.0, "options": {"expires": 15}},
    "watch the thresholds": {"task": "measures.tasks.watch", "schedule": 30.0, "options": {"expires": 30}},
    "age out drafts and files": {
        "task": "applications.tasks.age_out",
        "schedule": crontab(minute=43),
        "options": {"expires": 1800},
    },
    "verify the figures": {
        "task": "measures.tasks.verify",
        "schedule": crontab(minute=17),
        "options": {"expires": 1800},
    },
    "publish bulletins": {"task": "measures.tasks.publish_bulletins", "schedule": 30.0, "options": {"expires": 30}},
    "compare bulletins with the figures": {
        "task": "measures.tasks.compare_bulletins",
        "schedule": crontab(minute=27),
        "options": {"expires": 1800},
    },
    "forget what was asked in vain": {
        "task": "measures.tasks.forget_in_vain",
        "schedule": crontab(minute=47),
        "options": {"expires": 1800},
    },
}


class SignOfLife(bootsteps.StartStopStep):
    """Touches the file PORTAL_ALIVE_FILE from the worker's own loop: a container's health check looks at its age."""

    requires = {"celery.worker.components:Timer"}
    every = 10.0  # seconds

    def start(self, worker) -> None:
        if path := os.environ.get("PORTAL_ALIVE_FILE"):
            worker.timer.call_repeatedly(self.every, Path(path).touch)


app.steps["worker"].add(SignOfLife)


@worker_process_init.connect
def end_with_the_worker(**_kwargs) -> None:
    """The pool's processes must not outlive a worker that was killed."""
    if os.environ.get("PORTAL_SUPERVISED"):
        die_with_parent()
