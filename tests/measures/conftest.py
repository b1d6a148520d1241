"""What the files about the policy and those about risk begin with."""

import pytest
from django.utils import translation


@pytest.fixture(scope="module")
def _topics(for_the_module):
    from measures import reference  # Django is not set up yet when this file is read

    for_the_module(reference.load)


@pytest.fixture
def topics(_topics, db):
    """The reference data that ships with the product, and the campaign of 2020 on the evening of its report."""
    from tests import make
    from windows import clock

    clock.set_now(make.EVENING)
    make.campaign()


@pytest.fixture(scope="module")
def _places_at_risk(for_the_module):
    from tests.measures import proposing

    for_the_module(proposing.reference_data)


@pytest.fixture
def places_at_risk(_places_at_risk, db):
    """What `proposing` lays out, at noon; words are English."""
    from tests.make import NOON
    from windows import clock

    clock.set_now(NOON)
    with translation.override("en"):
        yield
