"""Two places that have the same of everything, the officers of one of them, and the arguments of routes about each."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from applications.models import Application, DocumentKind, Event, RefusalReason, Requirement, Term
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
from tests.access.routes import OBJECT, Route
from tests.make import NOON
from windows import clock, intake, lifecycle, tokens
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

ROLES = [*roles.ROLES, "superuser"]
KINDS = {
    "windows.statuschange": ImportFile.Kind.STATUS_CHANGES,
    "measures.return": ImportFile.Kind.RETURNS,
    "measures.risklevel": ImportFile.Kind.RISK_LEVELS,
}


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
    clerk = make.staff(is_superuser=True) if role == "superuser" else make.staff(role)
    if role == "window_officer":
        clerk.windows.set([here.window])
    else:
        clerk.divisions.set([here.division])
    here.files = {kind: intake.keep(kind, "x.csv", b"a,b\n", by=clerk) for kind in ImportFile.Kind.values}
    here.rows[ImportFile] = here.files[ImportFile.Kind.STATUS_CHANGES]
    return clerk


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
