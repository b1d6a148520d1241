"""Which rows an officer may see and act on: the one place that decides. The rest answers 404."""

from django.db.models import Q

from windows.models import Division, Officer, Window, significant

NOTHING = Q(pk__in=[])


def within(user: Officer, division: str) -> Q:
    """A condition on rows whose `division` (the path to it; "" for a division itself) lies in the officer's divisions."""
    if reaches_everywhere(user):
        return Q()
    condition, code_of = NOTHING, f"{division}__code" if division else "code"
    for code in _own_divisions(user):
        condition |= Q(**{f"{code_of}__startswith": significant(code)})
    return condition


def windows_of(user: Officer):
    """The windows in the officer's divisions and those given one by one."""
    if reaches_everywhere(user):
        return Window.objects.all()
    own = user.windows.values("pk") if user.is_authenticated else []
    return Window.objects.filter(within(user, "division") | Q(pk__in=own))


def divisions_of(user: Officer):
    """The divisions the officer answers for: his own, all inside them, and those of his windows."""
    if reaches_everywhere(user):
        return Division.objects.all()
    own = user.windows.values("division") if user.is_authenticated else []
    return Division.objects.filter(within(user, "") | Q(pk__in=own))


def reaches_everywhere(user: Officer) -> bool:
    return user.is_active and (user.is_superuser or getattr(user, "nationwide", False))


def _own_divisions(user: Officer) -> list[str]:
    if not (user.is_authenticated and user.is_active):
        return []
    return list(user.divisions.values_list("pk", flat=True))
