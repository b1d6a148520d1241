"""Changes of a status as an officer wants them, for tests of what becomes of them."""

from tests import make
from windows.lifecycle import Change
from windows.models import Status


def wanted(status=Status.LIMITED, **fields) -> Change:
    return Change(status=status, reason=make.reason(), **fields)
