"""Roles as groups, and the demo's accounts."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from portal import roles
from tests import make
from windows import scope
from windows.models import Officer

WRITING = ("add_", "change_", "delete_")


def held(role: str) -> set[str]:
    permissions = Group.objects.get(name=role).permissions.select_related("content_type")
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions}


@pytest.mark.django_db
@pytest.mark.parametrize("role", roles.ROLES)
def test_each_role_is_a_group_with_exactly_its_permissions(role):
    assert held(role) == roles.permissions_of(role)


@pytest.mark.django_db
def test_the_auditor_only_reads():
    assert [name for name in held("auditor") if name.split(".")[1].startswith(WRITING)] == []


@pytest.mark.django_db
def test_no_role_may_touch_officers_or_alter_what_happened():
    everything = set().union(*(held(role) for role in roles.ROLES))

    forbidden = {"windows.change_statuschange", "windows.delete_statuschange", "applications.change_event"}
    assert everything & forbidden == set()
    assert [name for name in everything if name.endswith("_officer")] == []


@pytest.mark.django_db
def test_a_permission_given_by_hand_goes_and_one_taken_comes_back():
    group = Group.objects.get(name="auditor")
    group.permissions.clear()

    roles.create_groups()

    assert held("auditor") == roles.permissions_of("auditor")


@pytest.mark.django_db(transaction=True)
def test_the_roles_survive_a_flush():
    call_command("flush", interactive=False, verbosity=0)

    assert set(Group.objects.values_list("name", flat=True)) == set(roles.ROLES)
    assert held("window_officer") == roles.permissions_of("window_officer")


@pytest.fixture
def places(db):
    for code in ("420102", "440000"):
        make.division(code)
    make.window("420102")


def test_there_is_one_account_for_each_role_and_level_that_can_sign_in(places, client):
    accounts = roles.create_demo_accounts()

    names = [name for _title, name, _password, _reach in accounts]
    assert names == ["window", "county", "city", "province", "nation", "border", "editor", "auditor"]
    assert all(client.login(username=name, password=password) for _title, name, password, _reach in accounts)
    assert {
        role for name in names for role in Officer.objects.get(username=name).groups.values_list("name", flat=True)
    } == set(roles.ROLES)


def test_the_accounts_are_made_once_and_told_again(places):
    first = roles.create_demo_accounts()

    assert roles.create_demo_accounts() == first
    assert Officer.objects.count() == len(first)


def test_a_password_that_was_changed_is_not_told(places):
    roles.create_demo_accounts()
    officer = Officer.objects.get(username="window")
    officer.set_password("something else entirely")
    officer.save()

    told = {name: password for _title, name, password, _reach in roles.create_demo_accounts()}

    assert "changed" in told["window"]


def test_passwords_follow_from_the_installations_own_secret(places, settings):
    here = roles.create_demo_accounts()
    Officer.objects.all().delete()
    settings.SECRET_KEY = "another installation's secret, long enough"

    there = roles.create_demo_accounts()

    assert {row[2] for row in here} & {row[2] for row in there} == set()
    assert len({row[2] for row in here}) == len(here)


def test_the_accounts_reach_what_they_are_told_to(places):
    roles.create_demo_accounts()

    reach = {
        name: scope.windows_of(Officer.objects.get(username=name)).count() for name in ("window", "county", "nation")
    }

    assert reach == {"window": 1, "county": 1, "nation": 1}
    assert not scope.windows_of(Officer.objects.get(username="border")).exists()
