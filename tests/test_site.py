"""Every route is classified, here or among tests/access/routes.py: one that nobody has classified fails.

Public pages are read without an account, and a route for provincial systems wants a token.
"""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from applications.models import Application, Event
from measures.models import Alert, Port, PortCheck, Return, RiskLevel, RiskProposal, SignOff
from tests import make
from tests.access.places import two_places
from tests.access.routes import (
    DESK,
    FOR_ALL,
    FORGET,
    LANGUAGES,
    NATIONS,
    OF_A_CASE,
    OF_A_DRAFT,
    OPEN,
    ROUTES,
    STEERING,
    UNKNOWN,
    staff_names,
)
from windows import codes
from windows.models import Check, Confirmation, Division, ImportFile, Offering, Officer, StatusChange, Window

# Public routes, with arguments that exist.
PUBLIC: dict[str, dict] = {
    "front": {},
    "home": {},
    "health": {},
    "api": {},
    "api-schema": {},
    "api-windows": {},
    "api-restoration": {},
    "api-series": {},
    "api-divisions": {},
    "api-figures": {},
    "windows:finder": {},
    "windows:window": {"code": "42010201"},
    "api-ports": {},
    "api-port-returns": {"code": "WUH"},
    "measures:ports": {},
    "measures:ports_on": {"day": "2020-03-11"},
    "measures:ports_of_kind": {"kind": "air"},
    "measures:ports_of_kind_on": {"kind": "air", "day": "2020-03-11"},
    "measures:port": {"code": "WUH"},
    "measures:port_on": {"code": "WUH", "day": "2020-03-11"},
    "windows:poster": {"code": "42010201"},
    "windows:changes": {},
    "short-picture": {"code": "w42010201", "kind": "png"},
    "sitemap-index": {},
    "sitemap": {"section": "windows"},
    "robots": {},
    "measures:statistics": {},
    "measures:statistics_on": {"day": "2020-03-11"},
    "measures:statistics_of": {"day": "2020-03-11", "code": "420102"},
    "measures:measures": {},
    "measures:measure": {"number": 1},
    "measures:policy": {},
    "measures:answer": {"code": "stay-extension"},
    "measures:version": {"code": "stay-extension", "number": 1},
    "measures:figures": {},
    "measures:figure": {"name": "windows"},
    "measures:bulletins": {},
    "measures:bulletin": {"day": "2020-03-10"},
    "measures:bulletin_frozen": {"day": "2020-03-10"},
    "measures:bulletin_feed": {},
    "measures:card": {},
}

REDIRECTS = {"api-root", "short"}
BOARDS = {"dashboard", "dashboard-export"}  # of the staff site; tests/measures/test_dashboard.py drives them
# By the proof that a receipt's code carries; without it there is nothing.
BY_PROOF = {"applications:verify"}
# Routes of the API for provincial systems, with arguments, and how each is called.
BY_TOKEN: dict[str, tuple[str, dict]] = {
    "api-status-changes": ("post", {}),
    "api-returns": ("post", {}),
    "api-applications": ("post", {}),
    "api-application": ("get", {"reference": "7KQ2M8ZD4XA"}),
    "api-documents": ("post", {"reference": "7KQ2M8ZD4XA"}),
    "api-answer": ("post", {"reference": "7KQ2M8ZD4XA"}),
}


# --- every route is classified ----------------------------------------------------------------------------------------


def walk(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


def test_every_public_route_is_classified():
    of_a_browser = {*OPEN, *OF_A_DRAFT, *OF_A_CASE, *FORGET}

    of_all = set(PUBLIC) | set(BY_TOKEN) | REDIRECTS | BOARDS | BY_PROOF | of_a_browser
    assert set(walk(get_resolver().url_patterns)) == of_all


def test_every_staff_route_is_classified():
    assert set() == UNKNOWN
    assert {route.label for route in ROUTES} - {""} == {model._meta.label_lower for model in admin.site._registry}


def test_every_model_belongs_to_a_place_or_to_all():
    places = {Window, StatusChange, Confirmation, Offering, Division, Application, Event, Port, Return, SignOff}
    places |= {*STEERING, Alert, Check, PortCheck, RiskLevel, RiskProposal}
    persons = {ImportFile, Officer}

    assert set(admin.site._registry) == places | persons | FOR_ALL | NATIONS


def test_every_page_of_the_line_is_classified():
    own = {name for name in staff_names(admin.site.get_urls()) if name.startswith("applications_application_")}
    known = {route.name for route in ROUTES if route.label == "applications.application"}

    assert {name.removeprefix("applications_application_") for name in own} == known | set(DESK)


# --- who is answered without an account -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def laid_out(for_the_module):
    return for_the_module(two_places)


@pytest.fixture
def world(db, laid_out):
    """All that the arguments above name is there."""
    yield
    translation.deactivate()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_are_read_without_an_account_and_have_a_short_link(world, name, language):
    with translation.override(language):
        url = reverse(name, kwargs=PUBLIC[name])

    answer = Client().get(url)

    assert (answer.status_code, answer.cookies) == (200, {})
    if answer["Content-Type"].startswith("text/html"):  # a poster's code is the window's
        assert bool(codes.short(name, PUBLIC[name])) == (name != "windows:poster"), "no short link of its own"


@pytest.mark.parametrize("name", BY_TOKEN)
def test_a_route_for_provincial_systems_wants_a_token_and_takes_no_session(world, name):
    method, kwargs = BY_TOKEN[name]
    url = reverse(name, kwargs=kwargs)
    officer = make.signed_in(make.officer(is_superuser=True, is_staff=True))

    answers = [getattr(client, method)(url, content_type="application/json") for client in (Client(), officer)]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert {answer["WWW-Authenticate"] for answer in answers} == {'Bearer realm="api"'}
