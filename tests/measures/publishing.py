"""Versions of a topic published with changes, and pages read, for the tests of the policy."""

from datetime import date, timedelta

from django.test import Client

from measures import policy
from measures.models import Topic, Version
from measures.policy import Wanted
from tests import make

TODAY = date(2020, 3, 11)
EXPIRY = "/en/policy/stay-extension/?expires="


def wanted(topic: str = "stay-extension", *, english_fits: bool = False, **changes) -> Wanted:
    """What the last version of the topic says, with changes, from tomorrow on."""
    last = policy.latest(Topic.objects.get(pk=topic))
    names = ["title", "text", "todo", "words"]
    fields = {f"{name}_{tongue}": getattr(last, f"{name}_{tongue}") for name in names for tongue in ("zh", "en")}
    fields |= {name: getattr(last, name) for name in ("months", "first_day", "last_day", "audience")}
    fields |= {"effective_from": TODAY + timedelta(days=1), "published_on": TODAY, "change_note": "x"}
    return Wanted(fields | changes, english_fits, based_on=last.number)


def publish(topic: str = "stay-extension", **changes) -> Version:
    return policy.publish(Topic.objects.get(pk=topic), wanted(topic, **changes), by=make.officer())


def signed_in(role: str) -> Client:
    return make.signed_in(make.staff(role, nationwide=True))


def page(client, path: str) -> str:
    return client.get(path).content.decode()
