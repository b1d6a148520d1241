"""Signing in to the staff site is tried so often and no more."""

import pytest
from django.test import Client

from tests import make
from windows import limits
from windows.models import Limit

pytestmark = pytest.mark.django_db
LOGIN = "/staff/login/"


def tried(client, name: str, password: str = "wrong") -> int:
    return client.post(LOGIN, {"username": name, "password": password}).status_code


def test_a_name_is_tried_ten_times_whatever_its_case(client):
    make.officer(name="clerk", is_staff=True)

    answers = [tried(client, name) for name in ["clerk", "CLERK"] * 6]

    assert answers == [200] * 10 + [429] * 2
    assert client.post(LOGIN, {"username": "clerk", "password": "only for tests"})["Retry-After"] == "600"


def test_a_network_is_stopped_whatever_names_it_tries(client):
    answers = [tried(client, f"name{n}") for n in range(62)]

    assert answers == [200] * 60 + [429] * 2
    assert tried(Client(REMOTE_ADDR="203.0.113.9"), "name1") == 200


def test_the_table_of_tries_names_nobody(client):
    tried(client, "clerk")

    assert [key for key in Limit.objects.values_list("key", flat=True) if "clerk" in key or "127.0.0.1" in key] == []
    assert Limit.objects.count() == 2


def test_old_counts_are_swept_and_fresh_ones_kept(client):
    tried(client, "clerk")
    Limit.objects.filter(pk=Limit.objects.first().pk).update(since="2020-01-01T00:00Z")

    assert (limits.sweep(), Limit.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("remote", "forwarded", "behind_proxy", "network"),
    [
        ("192.0.2.7", "", False, "192.0.2.7/32"),
        ("2001:db8:1:2:3::4", "", False, "2001:db8:1:2::/64"),
        ("10.0.0.1", "203.0.113.5", False, "10.0.0.1/32"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.5", True, "203.0.113.5/32"),
        ("", "", False, "unknown"),
        ("10.0.0.1", "nonsense", True, "unknown"),
    ],
)
def test_who_asks_is_a_network(rf, settings, remote, forwarded, behind_proxy, network):
    settings.PORTAL_PROXY = behind_proxy
    request = rf.get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)

    assert limits.network_of(request) == network
