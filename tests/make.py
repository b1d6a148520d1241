"""Plain functions that build valid rows, by the rules that staff and imports go by."""

from datetime import date, datetime, timedelta
from itertools import count
from uuid import uuid4

from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.utils import timezone

from applications import lifecycle as lifecycle_of_applications
from applications import sealing
from applications.imports import import_applications
from applications.models import Application, RefusalReason
from measures import policy, risk
from measures.models import Campaign, Port, PortCheck, RiskProposal, Topic, Version
from windows import lifecycle, openness, prevention, tokens
from windows.models import (
    RESTORED,
    SHANGHAI,
    Calendar,
    CalendarDay,
    Check,
    Checklist,
    ChecklistItem,
    DayCheck,
    Division,
    Level,
    Offering,
    Officer,
    Reason,
    Service,
    Status,
    StatusChange,
    TokenScope,
    Window,
)

NOON, EVENING = (datetime(2020, 3, 11, hour, tzinfo=SHANGHAI) for hour in (12, 20))
_numbers = count(1)


def division(code: str = "420102") -> Division:
    """The division with all above it; the level is told by the zeros of the code."""
    if there := Division.objects.filter(code=code).first():
        return there
    level = Level.PROVINCE if code.endswith("0000") else Level.PREFECTURE if code.endswith("00") else Level.COUNTY
    above = {Level.PROVINCE: None, Level.PREFECTURE: code[:2] + "0000", Level.COUNTY: code[:4] + "00"}[level]
    names = {"name_zh": f"区划{code}", "name_en": f"Division {code}"}
    return Division.objects.create(code=code, level=level, parent=above and division(above), **names)


def window(place: str = "420102", *, checked: bool = False, **fields) -> Window:
    """A window; `checked` at noon, so that it may be restored."""
    code = f"{place}{Window.objects.filter(division=place).count() + 1:02}"
    fields = {"name_zh": f"窗口{code}", "name_en": f"Window {code}", "counters": 3} | fields
    made = Window.objects.create(code=code, division=division(place), **fields)
    if checked:
        check(made)
    return made


def service(code: str = "passport", **fields) -> Service:
    defaults = {"name_zh": "普通护照", "name_en": "Ordinary passport", "audience": "chinese"}
    defaults |= {"working_days": 7, "urgent_days": 5, "online": True, "fee_cny": 120} | fields
    return Service.objects.get_or_create(code=code, defaults=defaults)[0]


def offering(at: Window, what: Service) -> Offering:
    return Offering.objects.get_or_create(window=at, service=what)[0]


def reason(code: str = "orderly_restoration") -> Reason:
    return Reason.objects.get_or_create(code=code, defaults={"name_zh": "有序恢复", "name_en": "Orderly restoration"})[
        0
    ]


def calendar(code: str = "2020-test", *, announced_at: datetime = NOON, **kinds: tuple[str, ...]) -> Calendar:
    """A version of a year's calendar; `holiday` and `workday` name its days by month and day ("0501")."""
    year = int(code[:4])
    made = Calendar.objects.create(code=code, year=year, announced_at=announced_at, source="国办发明电")
    days = ((kind, date(year, int(day[:2]), int(day[2:]))) for kind, days in kinds.items() for day in days)
    names = {"name_zh": "节日", "name_en": "Festival"}
    CalendarDay.objects.bulk_create(CalendarDay(calendar=made, day=day, kind=kind, **names) for kind, day in days)
    return made


def officer(*, windows=(), divisions=(), name: str = "", **fields) -> Officer:
    made = Officer.objects.create_user(name or f"officer{next(_numbers)}", password="only for tests", **fields)
    made.windows.add(*windows)
    made.divisions.add(*divisions)
    return made


def staff(*roles: str, **fields) -> Officer:
    """An officer who may enter the staff site, with the rights of these roles."""
    groups = Group.objects.filter(name__in=roles)
    assert len(groups) == len(roles), f"{roles}: one is no role"
    made = officer(is_staff=True, **fields)
    made.groups.set(groups)
    return made


def signed_in(officer: Officer, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(officer)
    return client


def change(at_window: Window, status: str, *, at: datetime = NOON, by: Officer | None = None, **fields) -> StatusChange:
    """A change recorded at `at`, and effective then unless `effective_at` says otherwise; restoring after a check."""
    last = StatusChange.objects.telling(at).filter(window=at_window).latest_first()
    if status in RESTORED and openness.restores(last.values_list("status", flat=True).first(), status):
        check(at_window, at=at, by=by)
    if status == Status.SUSPENDED:
        fields = {"next_review": (at + timedelta(days=7)).date()} | fields
    wanted = lifecycle.Change(status=status, reason=fields.pop("reason", None) or reason(), **fields)
    return lifecycle.change_status(at_window, wanted, by=by or officer(), at=at)


def checklist(code: str = "2020-02", effective_from: str = "2020-02-01", items=("masks", "ventilation")) -> Checklist:
    if there := Checklist.objects.filter(code=code).first():
        return there
    names = [{"code": item, "name_zh": f"项{item}", "name_en": item.capitalize()} for item in items]
    with transaction.atomic():
        made = Checklist.objects.create(code=code, effective_from=effective_from)
        ChecklistItem.objects.bulk_create(ChecklistItem(checklist=made, **name) for name in names)
    return made


def check(place: Window | Port, *failing: str, at: datetime = NOON, by: Officer | None = None, **fields) -> DayCheck:
    """A prevention check of a window or a port, passed unless it names what is not in order."""
    checklist()
    reason("prevention_failed")
    kind = PortCheck if isinstance(place, Port) else Check
    return prevention.record(kind, place, failing, by=by or officer(), at=at, **fields)


def decided(
    at_window: Window,
    *,
    at: datetime = NOON,
    verb: str = "approved",
    ground: str = "ordinary",
    channel: str = "online",
    audience: str = "chinese",
) -> str:
    """The number of an application reported by a provincial system, submitted and (with a verb) decided at `at`."""
    number = f"T{next(_numbers):07}"
    ended = at.isoformat() if verb else ""
    row = (number, at_window.pk, service().pk, audience, channel, ground, at.isoformat(), ended, verb)
    header = "number,window,service,audience,channel,ground,submitted_at,decided_at,outcome"
    report = import_applications("made.csv", f"{header}\n{','.join(row)}\n".encode())
    assert report.ok, report.problems
    return number


def submission(at_window: Window, what: Service | None = None, **fields) -> lifecycle_of_applications.Submission:
    """A checked request of an invented person, another one each time; the window offers the service."""
    what = what or service()
    offering(at_window, what)
    number = next(_numbers)
    answers = {"contact": {"email": f"a{number}@example.org"}, "collection": {"collection": "window"}}
    fields = {"answers": answers, "email": f"a{number}@example.org", "key": uuid4()} | fields
    fields.setdefault("person", sealing.blind_index("passport", f"A{number:07}"))
    return lifecycle_of_applications.Submission(service=what, window=at_window, **fields)


def waiting(at_window: Window, what: Service | None = None, *, at: datetime = NOON, **fields) -> Application:
    """An application of this portal that waits in line since `at`."""
    return lifecycle_of_applications.submit(submission(at_window, what, **fields), at=at).application


def refusal_reason(code: str = "not_eligible") -> RefusalReason:
    names = {"name_zh": "不符合申请条件", "name_en": "The conditions are not met"}
    return RefusalReason.objects.get_or_create(code=code, defaults=names)[0]


def submitted(
    at_window: Window | None = None, what: Service | None = None, *, answers: dict | None = None, **fields
) -> Application:
    """As `waiting`, with an address and answers of one's own; from a window made for it where none is named."""
    email = fields.pop("email", "anna@example.org")
    told = {"contact": {"email": email}} | (answers or {})
    return waiting(at_window or window(), what, answers=told, email=email, **fields)


def campaign() -> Campaign:
    days = {"baseline_day": "2020-02-26", "measures_day": "2020-02-27", "report_day": "2020-03-11"}
    names = {"name_zh": "恢复行动", "name_en": "Restoration"}
    return Campaign.objects.get_or_create(code="test", defaults=days | names)[0]


def port(code: str = "WUH", place: str = "420102", kind: str = "air") -> Port:
    names = {"name_zh": f"口岸{code}", "name_en": f"Port {code}"}
    return Port.objects.get_or_create(code=code, defaults={"division": division(place), "kind": kind} | names)[0]


def topic(code: str = "stay-extension", **fields) -> Topic:
    return Topic.objects.get_or_create(code=code, defaults={"kind": "question"} | fields)[0]


def version(of: str = "stay-extension", *, number: int = 1, day: date = date(2020, 2, 27), **fields) -> Version:
    """A version as it is stored, whatever the portal's day; of the topic "stay-extension" where none is named."""
    texts = {
        "title_zh": "题",
        "title_en": "Title",
        "text_zh": "文",
        "text_en": "Text",
        "todo_zh": "做",
        "todo_en": "Do",
    }
    days = {"effective_from": day, "published_on": day, "change_note": "x"}
    made = Version(topic=topic(of), number=number, **texts | days | fields)
    made.english_of = made.english_of or policy.chinese_digest(made)
    made.save()
    return made


def risk_proposed(place: Division, level: str, *, by: Officer | None = None, at: datetime = NOON) -> RiskProposal:
    reason("risk_changed")
    return risk.propose(place, level, reason_zh="调整", reason_en="Adjusted", by=by or officer(), at=at)


def risk_applied(place: Division, level: str, *, by: Officer | None = None, at: datetime = NOON) -> RiskProposal:
    """A proposal that was applied; over a whole province by another officer than the one who proposed it."""
    made = risk_proposed(place, level, by=by, at=at)
    risk.apply(made, token=risk.dry_run(made, at=at).token, by=officer() if made.for_two else made.proposed_by, at=at)
    return RiskProposal.objects.get(pk=made.pk)


def token(
    province: str = "420000", *, scopes=tuple(TokenScope.values), label: str = "", days: int = 30, at=None
) -> str:
    """The text of a new token of a provincial system, issued at `at` for so many days. Real time."""
    at, label = at or timezone.now(), label or f"system {next(_numbers)}"
    return tokens.issue(division(province), label, scopes, at + timedelta(days=days), by=officer(), at=at)[1]
