"""A bulletin where no window was entered yet."""

from datetime import date

import pytest

from measures import bulletin
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def test_a_share_of_no_windows_is_stated_as_none():
    make.campaign()

    text = bulletin.compose(date(2020, 3, 11), at=NOON).text["en"]

    assert "from – (0) on 26 February 2020, before the measures, to – (0)" in text
