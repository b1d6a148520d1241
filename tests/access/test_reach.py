"""Every route of the staff site x role x own or other object x language, generated from the admin's registry.

Everybody sees what his role and his reach allow, and the rest does not exist.
"""

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import reverse

from applications.models import Application, DocumentKind, Event, RefusalReason, Requirement, Term
from measures.models import Alert, Campaign, Port, PortCheck, Return, RiskLevel, RiskProposal, SignOff
from tests import make
from tests.access.places import ROLES, Place, actor, argument, list_argument
from tests.access.routes import DESK, FOR_ALL, LANGUAGES, LIST_ROUTES, NATIONS, OBJECT_ROUTES, STEERING, Route
from windows.models import Calendar, Checklist, Division, Offering, Officer, Reason, Service, Window

# Whoever may not do the deed behind these routes does not see their form either.
NEEDS = {
    ("windows.window", "change_status"): "windows.add_statuschange",
    ("windows.window", "confirm"): "windows.add_confirmation",
    ("windows.window", "batch"): "windows.add_statuschange",
    ("windows.statuschange", "correct"): "windows.add_statuschange",
    ("windows.statuschange", "retract"): "windows.add_statuschange",
    ("windows.statuschange", "import"): "windows.add_statuschange",
    ("windows.statuschange", "report"): "windows.add_statuschange",
    ("windows.statuschange", "template"): "windows.add_statuschange",
    ("measures.return", "correct"): "measures.add_return",
    ("measures.return", "import"): "measures.add_return",
    ("measures.return", "report"): "measures.add_return",
    ("measures.return", "template"): "measures.add_return",
    ("measures.signoff", "sign"): "measures.add_signoff",
    ("measures.topic", "add"): "measures.add_topic",
    ("measures.topic", "publish"): "measures.add_version",
    ("measures.risklevel", "import"): "measures.add_risklevel",
    ("measures.risklevel", "report"): "measures.add_risklevel",
    ("measures.risklevel", "template"): "measures.add_risklevel",
    ("windows.check", "add"): "windows.add_check",
    ("measures.portcheck", "add"): "measures.add_portcheck",
    ("measures.riskproposal", "add"): "measures.add_riskproposal",
    ("windows.officer", "password_change"): "windows.change_officer",
    ("windows.provincetoken", "add"): "windows.add_provincetoken",
    ("windows.provincetoken", "revoke"): "windows.add_provincetoken",
    ("measures.bulletin", "add"): "measures.add_bulletin",
    ("measures.bulletin", "withdraw"): "measures.add_bulletin",
    ("measures.bulletin", "approve"): "measures.approve_bulletin",
}
OF_DIVISIONS = {Port, Return, SignOff, PortCheck, RiskLevel, RiskProposal, Alert}


def may(officer: Officer, route: Route) -> bool:
    """Told apart from the admin's own checks: by the permission that the route needs."""
    model = route.model
    name = lambda verb: f"{model._meta.app_label}.{verb}_{model._meta.model_name}"  # noqa: E731
    if model in NATIONS and not officer.is_superuser:
        return False  # nobody in these tests reaches the nation but the superuser
    if needed := NEEDS.get((route.label, route.name)):
        return officer.has_perm(needed)
    if route.name == "moved":
        return officer.is_superuser  # needs the nation as reach
    if model in STEERING and route.name in ("add", "delete"):
        return officer.has_perm(name(route.name))
    if route.name == "add":
        if model is Return:
            return officer.has_perm("measures.add_return")
        writable = {Window, Division, Service, Reason, Calendar, Checklist, Offering, Campaign, Port, Officer}
        writable |= {Term, DocumentKind, Requirement, RefusalReason}
        return model in writable and officer.is_superuser
    if route.name == "delete":
        return model is Offering and officer.is_superuser
    return officer.has_perm(name("view")) or officer.has_perm(name("change"))


def expected_of_own(officer: Officer, role: str, route: Route) -> set[int]:
    if role == "window_officer" and route.model in OF_DIVISIONS | STEERING:
        return {403, 404}  # who has a window has no port, and no division to steer
    return {200} if may(officer, route) else {403}


@pytest.fixture(scope="module")
def read_so_far() -> set[tuple]:
    """Which pages were read in the second language, by what they are made of."""
    return set()


def ask_in_both(client: Client, route: Route, url: str, read_so_far: set[tuple]) -> list:
    """The answer in each language. What is refused or leads elsewhere is asked for once, and so is a page made of the
    same templates, field for field and row for row, as one that another role has read in both languages.
    """
    chinese, english = LANGUAGES
    answers = [client.get(url, headers={"accept-language": chinese})]
    made_of = (route, *(template.name for template in answers[0].templates))
    if answers[0].status_code == 200 and made_of not in read_so_far:
        read_so_far.add(made_of)
        answers.append(client.get(url, headers={"accept-language": english}))
    return answers


@pytest.mark.parametrize("role", ROLES)
def test_every_object_of_the_staff_site_is_seen_by_role_and_reach(world, role, read_so_far):
    here, there = world
    officer = actor(role, here)
    client = make.signed_in(officer)
    wrong = []

    for route in OBJECT_ROUTES:
        answers = ask_in_both(client, route, route.url(**argument(route, here)), read_so_far)
        own = {answer.status_code for answer in answers}
        if not own <= expected_of_own(officer, role, route):
            wrong.append((route, "own", own))
        if route.model in FOR_ALL:
            continue
        # Who reaches it sees the page that was read in both languages above.
        other = client.get(route.url(**argument(route, there))).status_code
        expected = {200} if role == "superuser" and may(officer, route) and route.name != "report" else {403, 404}
        if other not in expected or (other == 403 and may(officer, route)):
            wrong.append((route, "other", other))

    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_every_list_export_and_page_of_the_staff_site_names_only_what_is_in_reach(world, role, read_so_far):
    here, there = world
    officer = actor(role, here)
    client = make.signed_in(officer)
    secrets = [there.window.pk, there.window.name_zh, there.window.name_en, there.port.name_en, there.division.name_en]
    wrong = []

    for route in [Route("", "index"), *(route for route in LIST_ROUTES if route.name != "confirm")]:
        url = route.url(**list_argument(route))
        expected = {200, 302} if route.name == "index" or may(officer, route) else {403}
        for answer in ask_in_both(client, route, url, read_so_far):
            if answer.status_code not in expected:
                wrong.append((url, answer.status_code))
            text = answer.content.decode()
            if role != "superuser" and (leaked := [secret for secret in secrets if secret in text]):
                wrong.append((url, leaked))

    assert wrong == []


def desk_address(name: str, at: Place) -> str:
    case = Application.objects.get(window=at.window, origin="portal")
    about = {
        "window": [at.window.pk],
        "case": [case.number],
        "file": [case.number, "0" * 32],
        "deed": [case.number, "take"],
        "": [],
    }
    return reverse(f"admin:applications_application_{name}", args=about[DESK[name][1]])


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_the_line_is_for_who_may_and_about_what_he_reaches(world, role):
    here, there = world
    for at in world:
        make.waiting(at.window)
    officer = actor(role, here)
    client = make.signed_in(officer)
    events = Event.objects.filter(window=there.window).count()
    wrong = []

    for name, (method, about, permission) in DESK.items():
        with transaction.atomic():  # each page finds the line as it was
            own = getattr(client, method)(desk_address(name, here))
            other = getattr(client, method)(desk_address(name, there))
            written = Event.objects.filter(window=there.window).count() - events
            transaction.set_rollback(True)
        may = officer.has_perm(f"applications.{permission}")
        reached = {404} if about == "file" else {400} if name in ("do", "unmask") else {200, 302}
        if own.status_code not in (reached if may else {403}):
            wrong.append((name, "own", own.status_code))
        if role == "superuser":
            continue
        if other.status_code not in (({404} if about else {200}) if may else {403}):
            wrong.append((name, "other", other.status_code))
        if written or there.window.name_en in other.content.decode():
            wrong.append((name, "written or told about the other place"))

    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_autocomplete_offers_only_what_is_in_reach(world, role):
    here, there = world
    officer = actor(role, here)
    client = make.signed_in(officer)
    fields = [
        (model._meta, field)
        for model, registered in admin.site._registry.items()
        for field in registered.autocomplete_fields
    ]

    for options, field in fields:
        query = {"app_label": options.app_label, "model_name": options.model_name, "field_name": field, "term": ""}
        answer = client.get(reverse("admin:autocomplete"), query)
        offered = {row["id"] for row in answer.json()["results"]} if answer.status_code == 200 else set()

        beyond = {there.window.pk, there.division.pk, there.division.parent_id} & offered
        assert beyond == set() or role == "superuser"

    assert len(fields) >= 5
