"""The systems of two provinces with their tokens, in a world of two windows and two ports."""

import pytest


@pytest.fixture(scope="module")
def laid_out(for_the_module) -> str:
    """The token of a system of Hubei."""
    from tests import make, provinces  # Django is not set up yet when this file is read

    def world_with_a_system() -> str:
        provinces.world()
        return make.token()

    return for_the_module(world_with_a_system)


@pytest.fixture
def place(laid_out, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def hubei(place, laid_out):
    from tests.provinces import System

    return System(laid_out)


@pytest.fixture
def beijing(place):
    from tests import make
    from tests.provinces import System

    return System(make.token("110000"))
