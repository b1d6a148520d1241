"""A worker that could not tell Redis that a task is done connects anew. Read by workers only.

Celery would log the failure and count the task as in hand for ever: where each process takes one task, the worker then
asks Redis for no other, and never notices that its connection is gone. Raised into the worker's loop, the failure is a
lost connection like any other.
"""

from celery.worker import request


class Request(request.Request):
    def __init__(self, *args, connection_errors=None, **options) -> None:
        super().__init__(*args, connection_errors=(), **options)  # the errors that Celery would swallow
