"""What several files about the form and about the line begin with."""

import pytest
from django.utils import translation


@pytest.fixture(scope="module")
def _windows_to_choose(for_the_module):
    from tests.applications import half_filled  # Django is not set up yet when this file is read

    for_the_module(half_filled.lay_out)


@pytest.fixture
def windows_to_choose(_windows_to_choose, db, settings, tmp_path):
    """Windows with every service, open and shut, as `half_filled` lays them out; files lie in the test's folder."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def _terms(for_the_module):
    from tests.applications import clerks

    for_the_module(clerks.lay_out)


@pytest.fixture
def terms(_terms):
    """The terms of the grounds at noon, as `clerks` lays them out; words are English."""
    with translation.override("en"):
        yield
