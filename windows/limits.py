"""How often something may be tried: one small table, one atomic statement, real time, no Redis.

Who tries is kept as a keyed digest only, so that the table names no person, reference or network.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

RETRY_AFTER = 600  # seconds, told to whom a limit stops


@dataclass(frozen=True)
class Rule:
    """At most `most` times within `per`, counted from the first time."""

    name: str
    most: int
    per: timedelta


DRAFTS_PER_NETWORK = Rule("draft", 60, timedelta(hours=1))
CODES_PER_NETWORK = Rule("code", 30, timedelta(minutes=10))
LOOKUPS_PER_REFERENCE = Rule("lookup", 10, timedelta(minutes=10))
LOOKUPS_PER_NETWORK = Rule("lookups", 60, timedelta(minutes=10))
CHECKS_PER_REFERENCE = Rule("check", 30, timedelta(minutes=10))
CHECKS_PER_NETWORK = Rule("checks", 60, timedelta(minutes=10))
SIGN_INS_PER_NAME = Rule("sign-in", 10, timedelta(minutes=10))
SIGN_INS_PER_NETWORK = Rule("sign-ins", 60, timedelta(minutes=10))
CALLS_PER_TOKEN = Rule("calls", 6000, timedelta(minutes=1))

COUNT = """
    INSERT INTO windows_limit AS kept (key, since, n) VALUES (%(key)s, clock_timestamp(), 1)
    ON CONFLICT (key) DO UPDATE SET
        n = CASE WHEN kept.since <= clock_timestamp() - %(per)s THEN 1 ELSE kept.n + 1 END,
        since = CASE WHEN kept.since <= clock_timestamp() - %(per)s THEN clock_timestamp() ELSE kept.since END
    RETURNING n"""


def allows(rule: Rule, who: str) -> bool:
    """Count one more try, and say whether it is still within the rule. Call it outside of a transaction of the deed."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"key": _key(rule, who), "per": rule.per}
        cursor.execute(COUNT, values)
        (n,) = cursor.fetchone()
    return n <= rule.most


def _key(rule: Rule, who: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{rule.name} {who}".encode(), hashlib.sha256).hexdigest()


def network_of(request: HttpRequest) -> str:
    """Who asks, as a network: an address of IPv4, the first 64 bits of IPv6. The proxy's word holds only behind one."""
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() if settings.PORTAL_PROXY else ""
    try:
        address = ip_address(told or request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return "unknown"
    return str(ip_network((address, 64 if address.version == 6 else 32), strict=False))


def sweep() -> int:
    """Forget counts that no rule looks at any more; returns how many."""
    longest: Any = max(rule.per for rule in globals().values() if isinstance(rule, Rule))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM windows_limit WHERE since < clock_timestamp() - %s", [longest])
        return cursor.rowcount
