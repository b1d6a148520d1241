"""The system of a province as the API sees it: where it stands, what it sends, and how it calls."""

import json
import threading
from copy import deepcopy
from datetime import timedelta
from uuid import uuid4

from django.db import connections
from django.test import Client

from applications import reference
from tests import make
from tests.make import EVENING
from windows import clock
from windows.models import Service

API = "/api/v1/"
BODY = {
    "who": {"audience": "foreign"},
    "service": {"service": "visa-extension"},
    "window": {"window": "42010201"},
    "person": {
        "surname": "Ólafsdóttir",
        "given_names": "Anna-Maria",
        "nationality": "IS",
        "sex": "F",
        "birth": "1985-03-27",
    },
    "document": {"number": "A1234567", "expiry": "2027-05-01"},
    "contact": {"phone": "+354 411 1111", "email": "anna@example.org", "address": "12 Zhongshan Road, Wuhan"},
    "ground": {"ground": "ordinary"},
    "collection": {"collection": "window"},
}
CHANGE = {
    "window": "42010201",
    "status": "limited",
    "effective_at": "2020-03-11T09:00:00+08:00",
    "reason": "orderly_restoration",
}
RETURN = {"port": "WUH", "kind": "flight_paper_exemption", "day": "2020-03-11", "quantity": 42}


def world() -> None:
    clock.set_now(EVENING)
    reference.load()
    window = make.window("420102")
    for service in Service.objects.all():
        make.offering(window, service)
    make.change(window, "full", at=EVENING - timedelta(days=1))
    elsewhere = make.window("110101")
    make.offering(elsewhere, make.service("visa-extension"))
    make.port("WUH", "420102")
    make.port("PEK", "110101")


class System:
    """A province's system, with its token."""

    def __init__(self, token: str) -> None:
        self.token, self.client = token, Client()

    def get(self, path: str):
        return self.client.get(API + path, headers=self._headers())

    def post(self, path: str, body, **headers: str):
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(
            API + path, text, content_type="application/json", headers=self._headers() | {**headers}
        )

    def apply(self, body=None, key: str = ""):
        return self.post("applications/", BODY if body is None else body, **{"Idempotency-Key": key or str(uuid4())})

    def bring(self, reference: str, **parts):
        return self.client.post(f"{API}applications/{reference}/documents/", parts, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def but(path: str, value) -> dict:
    """The body with one value changed, or taken out where it is ...."""
    body = deepcopy(BODY)
    page, _dot, field = path.partition(".")
    inside, name = (body.setdefault(page, {}), field) if field else (body, page)
    if value is ...:
        del inside[name]
    else:
        inside[name] = value
    return body


def at_once(n: int, call) -> list:
    """What so many calls return that begin together, each over a connection of its own."""
    start, answers = threading.Barrier(n), []

    def run(number: int) -> None:
        start.wait()
        try:
            answers.append(call(number))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def errors_of(answer) -> dict[str, str]:
    told = answer.json()
    assert set(told) == {"type", "title", "errors"}
    return {error["field"]: error["message"] for error in told["errors"]}
