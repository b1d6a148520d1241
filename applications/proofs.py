"""Which documents a service asks for: one rule for the form, for the officer's page and for the policy query."""

from collections.abc import Collection

from applications.models import Requirement
from windows.memo import remembered


def asked(service: str | None, cases: Collection[str]) -> list[Requirement]:
    """What is asked in these cases by a service, and by all of them; needed ones first, one a document."""
    found = [one for one in _all() if one.service_id in (service, None) and one.case in cases]
    once = {one.document_id: one for one in reversed(found)}
    return sorted(once.values(), key=lambda one: (one.optional, one.document.position))


@remembered
def _all() -> list[Requirement]:
    return list(Requirement.objects.select_related("document"))
