"""Two places with the same things, and quiet while hundreds of pages are asked for."""

import logging
from dataclasses import replace

import pytest
from django.utils import translation


@pytest.fixture(scope="module")
def laid_out(for_the_module):
    from tests.access.places import two_places  # Django is not set up yet when this file is read

    return for_the_module(two_places)


@pytest.fixture
def world(db, laid_out):
    """Each test has lists of its own: `actor` puts what is his into them."""
    return tuple(replace(place, rows=dict(place.rows), files=dict(place.files)) for place in laid_out)


@pytest.fixture(autouse=True)
def _quiet(settings):
    """Refusals by the hundred are not news; where a session is kept is not our matter."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    translation.deactivate()
