"""The routes of an applicant's pages and of the staff site, by what they are about."""

from dataclasses import dataclass

from django.contrib import admin
from django.urls import URLResolver, reverse

from applications.models import DocumentKind, RefusalReason, Requirement, Term
from measures.models import AskedInVain, Bulletin, Campaign, Measure, Target, Threshold, Topic, Version
from windows.models import Calendar, Checklist, ClockOffset, ProvinceToken, Reason, Service

LANGUAGES = ("zh-hans", "en")

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

# Models whose rows belong to no place: whoever may see one may see all.
FOR_ALL = {Service, Reason, Calendar, Measure, Campaign, ClockOffset, Term, DocumentKind, Requirement, RefusalReason}
FOR_ALL |= {Topic, Version, AskedInVain, Checklist}
# What supervisors set for their own divisions.
STEERING = {Target, Threshold}
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
