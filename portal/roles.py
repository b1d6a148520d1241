"""Who may do what: the roles as groups with their permissions, and the demo's accounts.

Which rows a role reaches is another question: `windows.scope` answers it.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import transaction

READ_LEDGER = (
    "windows.view_window windows.view_division windows.view_service windows.view_reason windows.view_offering "
    "windows.view_statuschange windows.view_confirmation windows.view_calendar windows.view_calendarday "
    "windows.view_check windows.view_checklist windows.view_checklistitem "
    "measures.view_measure measures.view_campaign "
    "measures.view_topic measures.view_version measures.view_stillcurrent"
)
READ_WORK = (
    "applications.view_application applications.view_event applications.view_term applications.view_documentkind "
    "applications.view_requirement applications.view_refusalreason"
)
READ_PORTS = (
    "measures.view_port measures.view_return measures.view_signoff measures.view_portcheck windows.view_division"
)
READ_RISK = "measures.view_risklevel measures.view_riskproposal"
WORK_LINE = "applications.work_line applications.unmask_person"
STEER = (
    "measures.see_dashboard measures.view_target measures.add_target measures.change_target measures.delete_target "
    "measures.view_threshold measures.add_threshold measures.change_threshold measures.delete_threshold "
    "measures.view_alert"
)
WRITE_LEDGER = "windows.add_statuschange windows.add_confirmation windows.add_check windows.view_importfile"
SET_RISK = "measures.add_risklevel measures.add_riskproposal"
# These need the nation as reach too: see windows.admin.scoped.Reference.
KEEP_REFERENCE = (
    "windows.change_window windows.add_window windows.change_division windows.add_division windows.change_service "
    "windows.add_service windows.change_reason windows.add_reason windows.change_offering windows.add_offering "
    "windows.delete_offering windows.add_calendar windows.add_calendarday "
    "windows.add_checklist windows.add_checklistitem "
    "measures.change_campaign measures.add_campaign measures.change_port measures.add_port "
    "applications.change_term applications.add_term applications.change_documentkind applications.add_documentkind "
    "applications.change_requirement applications.add_requirement applications.change_refusalreason "
    "applications.add_refusalreason"
)
# So do these: see windows.admin.tokens.
KEEP_TOKENS = "windows.view_provincetoken windows.add_provincetoken"
# And these: see measures.admin.bulletin.
WRITE_BULLETINS = "measures.view_bulletin measures.add_bulletin measures.approve_bulletin"

ROLES = {
    "window_officer": (READ_LEDGER, READ_WORK, WRITE_LEDGER, WORK_LINE),
    "supervisor": (
        *(READ_LEDGER, READ_WORK, READ_PORTS, READ_RISK, WRITE_LEDGER, SET_RISK, KEEP_REFERENCE, KEEP_TOKENS),
        *(WORK_LINE, WRITE_BULLETINS, "applications.steer_line", STEER),
    ),
    "border_officer": (
        READ_PORTS,
        "measures.add_return measures.add_signoff measures.add_portcheck windows.view_importfile measures.view_measure",
    ),
    "policy_editor": (
        "measures.view_measure measures.view_campaign measures.view_topic measures.add_topic measures.change_topic",
        "measures.view_version measures.add_version measures.view_stillcurrent measures.add_stillcurrent",
        "measures.view_askedinvain",
        WRITE_BULLETINS,
    ),
    "auditor": (
        *(READ_LEDGER, READ_WORK, READ_PORTS, READ_RISK),
        "windows.view_importfile windows.view_clockoffset windows.view_provincetoken measures.view_askedinvain",
        "measures.see_dashboard measures.view_target measures.view_threshold measures.view_alert "
        "measures.view_bulletin",
    ),
}


def permissions_of(role: str) -> set[str]:
    return set(" ".join(ROLES[role]).split())


@transaction.atomic
def create_groups(**_signal) -> None:
    """Each role as a group with exactly its permissions. After every migrate and flush; changes nothing twice."""
    group_model, permission_model = apps.get_model("auth.Group"), apps.get_model("auth.Permission")
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in permission_model.objects.select_related("content_type")
    }
    for role in ROLES:
        group, _made = group_model.objects.get_or_create(name=role)
        group.permissions.set(known[name] for name in permissions_of(role))


@dataclass(frozen=True)
class Account:
    """One account of the demo; `divisions` and `windows` are codes."""

    username: str
    role: str
    title: str
    reach: str
    divisions: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    nationwide: bool = False


DEMO = (
    Account("window", "window_officer", "窗口民警 Window officer", "42010201 江岸区 Jiang'an", windows=("42010201",)),
    Account("county", "supervisor", "县级主管 County supervisor", "420102 江岸区 Jiang'an", divisions=("420102",)),
    Account("city", "supervisor", "市级主管 Prefecture supervisor", "420100 武汉市 Wuhan", divisions=("420100",)),
    Account("province", "supervisor", "省级主管 Province supervisor", "420000 湖北省 Hubei", divisions=("420000",)),
    Account("nation", "supervisor", "全国主管 National supervisor", "全国 nationwide", nationwide=True),
    Account("border", "border_officer", "口岸民警 Border officer", "440000 广东省 Guangdong", divisions=("440000",)),
    Account("editor", "policy_editor", "政策编辑 Policy editor", "全国 nationwide", nationwide=True),
    Account("auditor", "auditor", "审计 Auditor", "全国 nationwide，只读 read only", nationwide=True),
)


def create_demo_accounts() -> list[tuple[str, str, str, str]]:
    """One account for each role: (role in both languages, name, password, reach). Those already there stay as they are.

    The passwords follow from the installation's own SECRET_KEY, so that they can be told again and are no defaults.
    """
    return [(account.title, account.username, _password(account), account.reach) for account in map(_created, DEMO)]


def _created(account: Account) -> Account:
    officers = apps.get_model(settings.AUTH_USER_MODEL).objects
    if not officers.filter(username=account.username).exists():
        with transaction.atomic():
            officer = officers.create_user(
                account.username, password=_derived(account), is_staff=True, nationwide=account.nationwide
            )
            officer.groups.set(apps.get_model("auth.Group").objects.filter(name=account.role))
            officer.divisions.set(account.divisions)
            officer.windows.set(account.windows)
    return account


def _password(account: Account) -> str:
    """As derived, unless the officer chose another one."""
    officer = apps.get_model(settings.AUTH_USER_MODEL).objects.get(username=account.username)
    return _derived(account) if officer.check_password(_derived(account)) else "（已更改 changed）"


def _derived(account: Account) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), f"demo account {account.username}".encode(), hashlib.sha256)
    text = base64.b32encode(digest.digest()).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 12, 4))
