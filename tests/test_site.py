"""Every route x role x own or other object x language, generated from the site map and the admin's registry.

A route that nobody has classified here fails. Public pages are read without an account; an applicant's pages show what
the cookie of this browser stands for; of the staff site everybody sees what his role and his reach allow, and the rest
does not exist.
"""

import logging
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from applications import drafts, papers, sealing
from applications import lifecycle as cases
from applications.models import Application, DocumentKind, Draft, Event, RefusalReason, Requirement, Term, Upload
from applications.views import applicant, tracking
from measures import bulletin, reporting, returns, signoffs
from measures.models import (
    Alert,
    AskedInVain,
    Bulletin,
    Campaign,
    Measure,
    Port,
    PortCheck,
    Return,
    RiskLevel,
    RiskProposal,
    SignOff,
    Target,
    Threshold,
    Topic,
    Version,
)
from portal import roles
from tests import make
from tests.applications import journeys
from tests.make import NOON
from windows import clock, codes, intake, lifecycle, tokens
from windows.models import (
    Calendar,
    Check,
    Checklist,
    ClockOffset,
    Confirmation,
    Division,
    ImportFile,
    Offering,
    Officer,
    ProvinceToken,
    Reason,
    Service,
    StatusChange,
    Window,
)

LANGUAGES = ("zh-hans", "en")
NUL = "%00"

# --- what there is -----------------------------------------------------------------------------------------------

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

# Routes of an applicant's form and case, with where each leads a browser that holds no cookie of ours. Those that act
# are asked by POST; "OWN" stands for the key of a file.
OWN = "OWN"
OPEN = ("applications:start", "applications:resume", "applications:track")
OF_A_DRAFT: dict[str, dict] = {
    "applications:list": {},
    "applications:saved": {},
    "applications:step": {"name": "person"},
    "applications:papers": {},
    "applications:thumbnail": {"key": OWN},
    "applications:check": {},
    "applications:declare": {},
    "applications:done": {},
    "applications:done_code": {},
}
OF_A_CASE: dict[str, dict] = {
    "applications:case": {},
    "applications:answer": {},
    "applications:withdraw": {},
    "applications:receipt": {},
    "applications:receipt_code": {},
    "applications:paper": {"key": OWN},
}
ACT = {"applications:answer"}  # by POST only
FORGET = {
    "applications:leave": "applications:start",
    "applications:leave_case": "applications:track",
    "applications:switch": "applications:list",
}
# Routes of the API for provincial systems, with arguments, and how each is called.
BY_TOKEN: dict[str, tuple[str, dict]] = {
    "api-status-changes": ("post", {}),
    "api-returns": ("post", {}),
    "api-applications": ("post", {}),
    "api-application": ("get", {"reference": "7KQ2M8ZD4XA"}),
    "api-documents": ("post", {"reference": "7KQ2M8ZD4XA"}),
    "api-answer": ("post", {"reference": "7KQ2M8ZD4XA"}),
}

# Routes of the staff site that belong to no model.
SITE = {
    *("index", "login", "logout", "password_change", "password_change_done"),
    *("autocomplete", "jsi18n", "view_on_site", "app_list", "language"),
}
# Routes of each model in the admin, and our own: about the list, or about one object named by which argument.
LIST = {"changelist", "add", "moved", "change_status", "confirm", "export", "import", "template", "day", "calendar"}
LIST |= {"days", "sign"}
OBJECT = {
    **dict.fromkeys(("change", "history", "delete", "password_change"), "object_id"),
    **dict.fromkeys(("correct", "retract", "report", "revoke", "approve", "withdraw"), "pk"),
    "batch": "batch",
    "publish": "code",
}
# Pages of the officers' line: how each is called, what it is about, and the permission that it wants.
DESK: dict[str, tuple[str, str, str]] = {
    "desk": ("get", "window", "work_line"),
    "claim": ("post", "window", "work_line"),
    "counter": ("post", "window", "work_line"),
    "balance": ("get", "window", "steer_line"),
    "case": ("get", "case", "view_application"),
    "unmask": ("post", "case", "unmask_person"),
    "paper": ("get", "file", "work_line"),
    "do": ("post", "deed", "work_line"),
    "lines": ("get", "", "steer_line"),
    "moved_cases": ("get", "", "steer_line"),
}
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
# Models whose rows belong to no place: whoever may see one may see all.
FOR_ALL = {Service, Reason, Calendar, Measure, Campaign, ClockOffset, Term, DocumentKind, Requirement, RefusalReason}
OF_DIVISIONS = {Port, Return, SignOff, PortCheck, RiskLevel, RiskProposal, Alert}
# What supervisors set for their own divisions.
STEERING = {Target, Threshold}
FOR_ALL |= {Topic, Version, AskedInVain, Checklist}
# Models that are kept by those alone who reach the nation.
NATIONS = {Bulletin, ProvinceToken}


@dataclass(frozen=True)
class Route:
    label: str  # "windows.window", or "" for the site itself
    name: str

    @property
    def model(self):
        return next(model for model in admin.site._registry if model._meta.label_lower == self.label)

    def url(self, **kwargs) -> str:
        prefix = self.label.replace(".", "_") + "_" if self.label else ""
        full = "auth_user" + "_" if (self.label, self.name) == ("windows.officer", "password_change") else prefix
        return reverse(f"admin:{full}{self.name}", kwargs=kwargs) if kwargs else reverse(f"admin:{full}{self.name}")


def walk(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


def staff_names(patterns) -> set[str]:
    names = set()
    for pattern in patterns:
        names |= staff_names(pattern.url_patterns) if isinstance(pattern, URLResolver) else {pattern.name}
    return names - {None}  # a redirect to the change page of an object, and the last one: not found


def classified() -> tuple[list[Route], set[str]]:
    """The staff site's routes by model, and the names that fit nowhere."""
    by_prefix = {f"{m._meta.app_label}_{m._meta.model_name}_": m._meta.label_lower for m in admin.site._registry}
    found, unknown = [], set()
    for name in sorted(staff_names(admin.site.get_urls())):
        prefix = next((prefix for prefix in by_prefix if name.startswith(prefix)), "")
        rest = name.removeprefix(prefix)
        if rest in DESK and prefix == "applications_application_":
            continue
        if name == "auth_user_password_change":
            found.append(Route("windows.officer", "password_change"))
        elif prefix and (rest in LIST or rest in OBJECT):
            found.append(Route(by_prefix[prefix], rest))
        elif not prefix and name in SITE:
            found.append(Route("", name))
        else:
            unknown.add(name)
    return found, unknown


ROUTES, UNKNOWN = classified()
OBJECT_ROUTES = [route for route in ROUTES if route.label and route.name in OBJECT]
LIST_ROUTES = [route for route in ROUTES if route.label and route.name in LIST]


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


# --- the world: the same things here and there -------------------------------------------------------------------


@dataclass
class Place:
    """What one place has of everything."""

    division: Division
    window: Window
    port: Port
    rows: dict  # model -> object
    files: dict  # kind -> file

    @property
    def batch(self) -> UUID:
        return self.rows[StatusChange].batch


def place(code: str, port: str) -> Place:
    window = make.window(code)
    clerk = make.officer(windows=[window])
    change = make.change(window, "limited", by=clerk)
    lifecycle.confirm([window], by=clerk, at=NOON)
    gate = make.port(port, code)
    returned = returns.record(gate, "flight_paper_exemption", NOON.date(), 7, by=clerk, at=NOON)
    application = Application.objects.get(number=make.decided(window))
    proposal = make.risk_applied(window.division, "medium", by=clerk)
    files = {kind: intake.keep(kind, "x.csv", b"a,b\n", by=clerk) for kind in ImportFile.Kind.values}
    rows = {
        Window: window,
        StatusChange: change,
        Confirmation: Confirmation.objects.get(window=window),
        Offering: make.offering(window, make.service()),
        Division: window.division,
        Application: application,
        Event: application.events.first(),
        Port: gate,
        Return: returned,
        SignOff: signed_off(gate, clerk),
        Check: make.check(window, by=clerk),
        PortCheck: make.check(gate, by=clerk),
        RiskProposal: proposal,
        RiskLevel: proposal.recorded.get(),
        ImportFile: files[ImportFile.Kind.STATUS_CHANGES],
        Target: Target.objects.create(division=window.division, day=NOON.date(), rate="0.5"),
        Threshold: (
            threshold := Threshold.objects.create(division=window.division, gauge="late", side="above", bound=3)
        ),
        Alert: Alert.objects.create(threshold=threshold, value=4, raised_at=NOON),
        Officer: clerk,
        ProvinceToken: tokens.by_text(make.token(window.division.province_code)),
    }
    return Place(window.division, window, gate, rows, files)


def signed_off(port: Port, clerk: Officer) -> SignOff:
    (row,) = reporting.of_day([port], NOON.date())
    return signoffs.sign(port, row.day, by=clerk, seen=row.digest, at=NOON)


def published(day: date) -> Bulletin:
    return bulletin.approve(bulletin.draft(day, publish_at=NOON, by=make.officer()), by=make.officer())


@pytest.fixture(scope="module")
def laid_out(for_the_module):
    return for_the_module(two_places)


@pytest.fixture
def world(db, laid_out):
    """Each test has lists of its own: `actor` puts what is his into them."""
    return tuple(replace(place, rows=dict(place.rows), files=dict(place.files)) for place in laid_out)


def two_places() -> tuple[Place, Place]:
    clock.set_now(NOON + timedelta(hours=8))
    make.campaign()
    Measure.objects.create(number=1, in_notice=True, title_zh="一", title_en="One", summary_zh="一", summary_en="One")
    here, there = place("420102", "WUH"), place("110101", "PEK")
    for at, day in ((here, date(2020, 3, 10)), (there, date(2020, 3, 11))):
        at.rows[Bulletin] = published(day)
    shared = {Service: make.service(), Reason: make.reason(), ClockOffset: ClockOffset.objects.get()}
    shared |= {Measure: Measure.objects.get(), Campaign: Campaign.objects.get(), Calendar: make.calendar()}
    shared[Checklist] = make.checklist()
    shared |= {Term: Term.objects.create(ground="work_resumption", working_days=3), DocumentKind: document()}
    shared[Requirement] = Requirement.objects.create(document=document())
    shared |= {
        Topic: make.topic(),
        Version: make.version(),
        AskedInVain: AskedInVain.objects.create(text="x", day=NOON.date()),
    }
    shared[RefusalReason] = RefusalReason.objects.create(code="not_eligible", name_zh="不符合", name_en="Not met")
    here.rows |= shared
    return here, there


def document() -> DocumentKind:
    return DocumentKind.objects.get_or_create(code="photo", defaults={"name_zh": "照片", "name_en": "Photograph"})[0]


def actor(role: str, here: Place) -> Officer:
    """An officer of this role, whose reach is `here`; what he brought himself are here's files."""
    clerk = make.staff(role, is_superuser=role == "superuser")
    if role == "window_officer":
        clerk.windows.set([here.window])
    else:
        clerk.divisions.set([here.division])
    here.files = {kind: intake.keep(kind, "x.csv", b"a,b\n", by=clerk) for kind in ImportFile.Kind.values}
    here.rows[ImportFile] = here.files[ImportFile.Kind.STATUS_CHANGES]
    return clerk


@pytest.fixture(autouse=True)
def _quiet(settings):
    """Refusals by the hundred are not news; where a session is kept is not our matter."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    translation.deactivate()


KINDS = {
    "windows.statuschange": ImportFile.Kind.STATUS_CHANGES,
    "measures.return": ImportFile.Kind.RETURNS,
    "measures.risklevel": ImportFile.Kind.RISK_LEVELS,
}


def argument(route: Route, at: Place) -> dict:
    if route.name == "batch":
        return {"batch": at.batch}
    if route.name == "report":
        return {"pk": at.files[KINDS[route.label]].pk}
    if (route.label, route.name) == ("windows.officer", "password_change"):
        return {"id": at.rows[Officer].pk}
    return {OBJECT[route.name]: at.rows[route.model].pk}


def list_argument(route: Route) -> dict:
    return {"kind": "csv"} if route.name in ("export", "template") else {}


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


ROLES = [*roles.ROLES, "superuser"]

# --- the tests ---------------------------------------------------------------------------------------------------


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


def test_every_page_of_the_line_is_classified():
    own = {name for name in staff_names(admin.site.get_urls()) if name.startswith("applications_application_")}
    known = {route.name for route in ROUTES if route.label == "applications.application"}

    assert {name.removeprefix("applications_application_") for name in own} == known | set(DESK)


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


@pytest.mark.parametrize("role", ROLES)
def test_a_forged_post_about_another_place_changes_nothing(world, role):
    here, there = world
    officer = actor(role, here)
    if role == "superuser":
        officer = actor("supervisor", here)
        officer.groups.set(Group.objects.all())  # every permission, and still only this place
    client = make.signed_in(officer)
    before = counted()
    change = {"status": "full", "reason": make.reason().pk, "batch": str(UUID(int=1)), "windows": there.window.pk}
    entry, returned = there.rows[StatusChange].pk, there.rows[Return].pk
    proposed = there.rows[RiskProposal].pk

    answers = [
        client.post(reverse("admin:windows_window_change_status"), change | {"apply": "1"}),
        client.post(reverse("admin:windows_window_change_status"), change),
        client.post(reverse("admin:windows_window_confirm"), {"windows": there.window.pk}),
        client.post(reverse("admin:windows_window_batch", args=[there.batch]), {"reason": make.reason().pk}),
        client.post(reverse("admin:windows_statuschange_correct", args=[entry]), change),
        client.post(reverse("admin:windows_statuschange_retract", args=[entry]), {"reason": make.reason().pk}),
        client.post(reverse("admin:measures_return_correct", args=[returned]), {"quantity": 1, "note": "x"}),
        client.post(reverse("admin:windows_window_change", args=[there.window.pk]), {"name_zh": "x"}),
        client.post(reverse("admin:measures_port_change", args=[there.port.pk]), {"name_zh": "x"}),
        client.post(reverse("admin:windows_check_add") + f"?window={there.window.pk}", {"checklist": "2020-02"}),
        client.post(reverse("admin:windows_check_change", args=[there.rows[Check].pk])),
        client.post(reverse("admin:measures_portcheck_add") + f"?port={there.port.pk}", {"checklist": "2020-02"}),
        client.post(reverse("admin:measures_riskproposal_change", args=[proposed]), {"undo": "1", "note": "x"}),
        client.post(reverse("admin:measures_riskproposal_change", args=[proposed]), {"apply": "1"}),
        *(client.post(route.url(**argument(route, there))) for route in OBJECT_ROUTES if route.name == "report"),
    ]
    action = {"action": "change_status_of_selected", "_selected_action": [there.window.pk]}
    client.post(reverse("admin:windows_window_changelist"), action)
    client.post(reverse("admin:windows_window_changelist"), action | {"action": "confirm_selected"})
    port = {"port": there.port.pk, "day": "2020-03-10", "kind": "flight_paper_exemption", "quantity": "5"}
    client.post(reverse("admin:measures_return_add"), port)
    seen = reporting.of_day([there.port], NOON.date() - timedelta(days=1))[0].digest
    answers.append(
        client.post(
            reverse("admin:measures_signoff_sign"),
            {"day": "2020-03-10", "port": there.port.pk, f"seen-{there.port.pk}": seen},
        )
    )
    level = {"wanted": "high", "day": "2020-03-11", "reason_zh": "x", "reason_en": "x"}
    client.post(reverse("admin:measures_riskproposal_add"), level | {"division": there.division.pk})

    assert [answer.status_code for answer in answers if answer.status_code not in (403, 404)] == []
    assert counted() == before


def counted() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in WRITTEN)


WRITTEN = (StatusChange, Confirmation, Return, SignOff, Check, PortCheck, RiskLevel, RiskProposal)


@pytest.mark.parametrize("role", ["supervisor", "border_officer", "supervisor of risk"])
def test_an_import_refuses_rows_about_another_place(world, role):
    here, there = world
    client = make.signed_in(actor(role.removesuffix(" of risk"), here))
    files = {
        "supervisor": (
            "windows_statuschange",
            "window,status,effective_at,recorded_at,reason,measure\n"
            f"{there.window.pk},full,2020-03-11T09:00,2020-03-11T09:00,{make.reason().pk},\n",
        ),
        "border_officer": (
            "measures_return",
            "port,kind,goods,day,quantity,recorded_at\n"
            f"{there.port.pk},flight_paper_exemption,,2020-03-10,3,2020-03-10T20:00\n",
        ),
        "supervisor of risk": (
            "measures_risklevel",
            f"division,level,day,reason_zh,reason_en\n{there.division.pk},high,2020-03-10,x,x\n",
        ),
    }
    model, text = files[role]
    before = counted()

    upload = SimpleUploadedFile("rows.csv", text.encode())
    brought = client.post(reverse(f"admin:{model}_import"), {"file": upload}, follow=True)
    client.post(brought.redirect_chain[-1][0])

    assert len(brought.context["report"].problems) == 1
    assert counted() == before


def test_without_an_account_every_staff_route_leads_to_the_sign_in_page(world):
    here, _there = world
    client = Client()
    urls = [route.url(**argument(route, here)) for route in OBJECT_ROUTES]
    urls += [route.url(**list_argument(route)) for route in LIST_ROUTES]
    urls += [reverse(f"admin:{name}") for name in ("index", "password_change", "autocomplete", "jsi18n")]
    urls += [reverse("admin:app_list", args=["windows"]), "/staff/no-such-page/"]
    sign_in = reverse("admin:login")

    answers = {url: client.get(url) for url in urls}

    astray = {
        url: answer.status_code for url, answer in answers.items() if not answer.get("Location", "").startswith(sign_in)
    }
    assert astray == {}
    for language in LANGUAGES:
        assert client.get(sign_in, headers={"accept-language": language}).status_code == 200


def test_an_account_that_is_no_staff_gets_no_further_than_the_sign_in_page(world):
    client = make.signed_in(make.officer(nationwide=True))

    assert [client.get(route.url(**list_argument(route))).status_code for route in LIST_ROUTES] == [302] * len(
        LIST_ROUTES
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_are_read_without_an_account_and_have_a_short_link(world, name, language):
    with translation.override(language):
        url = reverse(name, kwargs=PUBLIC[name])

    answer = Client().get(url)

    assert (answer.status_code, answer.cookies) == (200, {})
    if answer["Content-Type"].startswith("text/html"):  # a poster's code is the window's
        assert bool(codes.short(name, PUBLIC[name])) == (name != "windows:poster"), "no short link of its own"


# --- an applicant's pages ----------------------------------------------------------------------------------------


@dataclass
class Applicant:
    """Somebody's browser, with what it stands for: words that only he may read, and files that only he may see."""

    client: Client
    surname: str
    reference: str
    drafted: Upload
    submitted: Upload


def applicant_of(surname: str, name: str) -> Applicant:
    """A form half filled in, and an application on its way, both with a file; cookies as the pages set them."""
    window, service = Window.objects.get(pk="42010201"), make.service("visa-extension", audience="foreign")
    make.offering(window, service)
    application = make.submitted(window, service, answers={"person": {"surname": surname}})
    cases.supplement(application, [{"document": "photo", "text": "A photograph."}], by=make.officer())
    draft, code = drafts.begin()
    person = journeys.FOREIGNER["person"] | {"surname": surname}
    for page, typed in (journeys.FOREIGNER | {"person": person}).items():
        drafts.save(draft, page, typed)
    asked = application.supplements.get()
    for owner in ({"draft": draft}, {"application": application, "supplement": asked}):
        assert papers.take(MultiValueDict({"photo": [journeys.picture(name=name)]}), [document()], **owner) == {}
    client = Client(raise_request_exception=False)
    client.cookies[applicant.COOKIE] = code
    client.cookies[tracking.COOKIE] = signing.get_cookie_signer(salt=tracking.COOKIE).sign(application.pk)
    reference = sealing.spelled(application.number)
    return Applicant(client, surname, reference, draft.uploads.get(), application.uploads.get())


def addresses_of(somebody: Applicant) -> dict[str, str]:
    """Every page of a form and of a case, about this one's files."""
    found = {}
    for routes, file in ((OF_A_DRAFT, somebody.drafted), (OF_A_CASE, somebody.submitted)):
        for name, arguments in routes.items():
            filled = {key: file.key if value == OWN else value for key, value in arguments.items()}
            found[name] = reverse(name, kwargs=filled)
    return found


def ask(client: Client, name: str, address: str):
    return client.post(address) if name in ACT else client.get(address)


@pytest.fixture
def applicants(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    Requirement.objects.all().delete()
    return applicant_of("Lindqvist", "lindqvist.jpg"), applicant_of("Okonkwo", "okonkwo.jpg")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_cookie_the_pages_of_an_applicant_lead_to_where_codes_and_secrets_are_typed(applicants, language):
    with translation.override(language):
        addresses = addresses_of(applicants[0])
        ways = dict.fromkeys(OF_A_DRAFT, reverse("applications:resume"))
        ways |= dict.fromkeys(OF_A_CASE, reverse("applications:track"))
        open_pages = [Client().get(reverse(name)) for name in OPEN]
        answers = {name: ask(Client(), name, address) for name, address in addresses.items()}

    assert [page.status_code for page in open_pages] == [200, 200, 200]
    assert {name: answer.get("Location") for name, answer in answers.items()} == ways
    assert {name: answer.cookies for name, answer in answers.items() if answer.cookies} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_applicants_pages_show_what_this_browser_stands_for_and_nobody_elses(applicants, language):
    me, other = applicants
    with translation.override(language):
        mine, others = addresses_of(me), addresses_of(other)
    leading_on = {"applications:done", "applications:done_code", *ACT}  # the first two are there after submission

    answers = {name: ask(me.client, name, address) for name, address in mine.items()}
    reached = {
        name: ask(me.client, name, address).status_code for name, address in others.items() if OWN in given(name)
    }

    shown = "".join(answer.content.decode(errors="replace") for answer in answers.values())
    assert me.surname in shown
    assert me.reference in shown
    assert [word for word in (other.surname, other.reference, other.drafted.key, "okonkwo") if word in shown] == []
    assert {name for name, answer in answers.items() if answer.status_code != 200} == leading_on
    assert reached == {"applications:thumbnail": 404, "applications:paper": 404}


def given(name: str) -> list[str]:
    return list((OF_A_DRAFT | OF_A_CASE)[name].values())


def test_a_forged_post_takes_nothing_of_somebody_elses(applicants):
    me, other = applicants
    keys = [other.drafted.key, other.submitted.key, "\x00", "%00", "'"]

    answers = [
        me.client.post(reverse(name), {"remove": key})
        for name in ("applications:papers", "applications:answer")
        for key in keys
    ]

    read = [me.client.get(f"/en/{way}/papers/{key}/") for way in ("apply", "track/case") for key in (NUL, "%27", "x")]

    assert {answer.status_code for answer in answers} == {302}
    assert {answer.status_code for answer in read} == {404}
    assert Upload.objects.count() == 4
    assert Draft.objects.filter(application=None).count() == 2


@pytest.mark.parametrize("name", FORGET)
def test_leaving_forgets_in_this_browser_alone(applicants, name):
    me, _other = applicants
    arguments = {"name": "list"} if name == "applications:switch" else {}

    refused, answer = me.client.get(reverse(name, kwargs=arguments)), me.client.post(reverse(name, kwargs=arguments))

    gone = {key for key, cookie in answer.cookies.items() if cookie["max-age"] == 0}
    forgotten = {"applications:leave": {applicant.COOKIE}, "applications:leave_case": {tracking.COOKIE}}
    assert (refused.status_code, answer["Location"]) == (405, reverse(FORGET[name]))
    assert gone == forgotten.get(name, set())
    assert Draft.objects.count() == 2


@pytest.mark.parametrize("name", BY_TOKEN)
def test_a_route_for_provincial_systems_wants_a_token_and_takes_no_session(world, name):
    method, kwargs = BY_TOKEN[name]
    url = reverse(name, kwargs=kwargs)
    officer = make.signed_in(make.officer(is_superuser=True, is_staff=True))

    answers = [getattr(client, method)(url, content_type="application/json") for client in (Client(), officer)]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert {answer["WWW-Authenticate"] for answer in answers} == {'Bearer realm="api"'}


def test_odd_input_is_answered_and_never_a_server_error(world):
    here, _there = world
    client = make.signed_in(make.officer(is_superuser=True, is_staff=True))
    client.raise_request_exception = False
    lists = [route.url() for route in LIST_ROUTES if route.name == "changelist"]
    days = [route.url() for route in LIST_ROUTES if route.name in ("day", "days")]
    both = [f"?q={NUL}", "?nothing=1", f"?in={NUL}", "?in=x", "?status=x", "?day=2020-02-31", f"?status={NUL}"]
    both += [f"?first={NUL}", f"?show={NUL}", "?last=9999-12-31", "?first=0001-01-01", "?page=99999", f"?service={NUL}"]
    both += [f"?status__exact={NUL}", f"?kind__exact={NUL}"]
    # What a list takes is asked for together, where neither keeps it from looking at the other.
    of_lists = ["?p=99999&o=99.1", "?p=x&_facets=True", "?all=", "?id=x"]
    of_lists += ["?effective_at__year=99999", "?day__year=0", "?effective_at__gte=x"]
    urls = [url + query for url in lists for query in both + of_lists]
    # Pages of our own know none of these words: all at once.
    urls += [url + query for url in days for query in [*both, "?" + "&".join(word[1:] for word in of_lists)]]
    urls += [
        route.url(object_id=odd) for route in OBJECT_ROUTES if route.name == "change" for odd in ("\x00", "9" * 30, "é")
    ]
    urls += [reverse("admin:autocomplete") + f"?app_label=windows&model_name=window&field_name=division&term={NUL}"]
    urls += [reverse("admin:windows_window_change_status") + f"?windows={odd}" for odd in (NUL, ",", "x", "1,2")]
    urls += [reverse("admin:measures_return_add") + f"?port={NUL}&day=x&kind=x"]
    urls += [reverse("admin:windows_check_add") + f"?window={odd}" for odd in (NUL, "x", "9" * 40)]
    urls += [reverse("admin:measures_portcheck_add") + f"?port={odd}" for odd in (NUL, "x", "9" * 40)]
    urls += [reverse("admin:measures_riskproposal_add") + f"?division={odd}&wanted=x" for odd in (NUL, "x")]
    urls += [reverse("admin:windows_check_day") + f"?division={odd}" for odd in (NUL, "x", "0", "00", "9" * 9)]
    urls += [reverse("admin:windows_statuschange_correct", args=[10**18])]

    broken = {url: code for url in urls if (code := client.get(url).status_code) >= 500}

    assert broken == {}
