"""Who reaches what: divisions with all inside them, single windows, everything, nothing."""

import pytest
from django.contrib.auth.models import AnonymousUser

from measures.models import Port
from tests import make
from windows import scope

pytestmark = pytest.mark.django_db


def test_windows_of_a_division_include_all_inside_it_and_none_beside_it():
    inside, deeper, beside = make.window("420100"), make.window("420102"), make.window("421002")
    officer = make.officer(divisions=[make.division("420100")])

    assert list(scope.windows_of(officer)) == [inside, deeper]
    assert beside.pk.startswith("42")


def test_windows_given_one_by_one_reach_neither_their_division_nor_its_other_windows():
    own, _other = make.window("420102"), make.window("420102")
    officer = make.officer(windows=[own])

    assert list(scope.windows_of(officer)) == [own]


def test_divisions_of_an_officer_of_one_window_is_that_windows_division():
    own = make.window("420102")

    assert list(scope.divisions_of(make.officer(windows=[own]))) == [own.division]


def test_a_nationwide_officer_and_a_superuser_reach_everything():
    windows = [make.window("420102"), make.window("110000")]

    reached = [
        list(scope.windows_of(make.officer(nationwide=True)).order_by("-pk")),
        list(scope.windows_of(make.officer(is_superuser=True)).order_by("-pk")),
    ]

    assert reached == [windows, windows]


@pytest.mark.parametrize("nationwide", [True, False])
def test_an_officer_who_left_reaches_nothing(nationwide):
    own = make.window("420102")
    left = make.officer(windows=[own], divisions=[own.division], nationwide=nationwide, is_active=False)

    assert (list(scope.windows_of(left)), list(scope.divisions_of(left))) == ([], [])


def test_nobody_reaches_nothing():
    make.window("420102")
    nobody = AnonymousUser()

    assert (list(scope.windows_of(nobody)), list(scope.divisions_of(nobody))) == ([], [])


def test_an_officer_without_reach_reaches_nothing():
    make.window("420102")

    assert list(scope.windows_of(make.officer())) == []


def test_within_follows_the_path_to_a_division():
    inside, _beside = make.port("WUH", "420116"), make.port("CAN", "440111")
    officer = make.officer(divisions=[make.division("420000")])

    assert list(Port.objects.filter(scope.within(officer, "division"))) == [inside]
