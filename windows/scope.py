"""Which rows an officer or a province's system may see and act on: the one place that decides. The rest answers 404."""

from django.db.models import Q, prefetch_related_objects

from windows.models import Division, Officer, ProvinceToken, Window, significant

NOTHING = Q(pk__in=[])


def within(user: Officer, division: str) -> Q:
    """A condition on rows whose path `division` ("" for a division itself) leads into the officer's divisions."""
    if reaches_everywhere(user):
        return Q()
    condition, code_of = NOTHING, f"{division}__code" if division else "code"
    for own in own_divisions(user):
        condition |= Q(**{f"{code_of}__startswith": significant(own.pk)})
    return condition


def at_windows(user: Officer, window: str) -> Q:
    """A condition on rows whose path `window` ("" for a window itself) leads to one of the officer's windows."""
    if reaches_everywhere(user):
        return Q()
    path = f"{window}__" if window else ""
    own = user.windows.values("pk") if user.is_authenticated and user.is_active else []
    return within(user, f"{path}division") | Q(**{f"{path}pk__in": own})


def windows_of(user: Officer):
    """The windows in the officer's divisions and those given one by one."""
    return Window.objects.filter(at_windows(user, ""))


def at_divisions(user: Officer) -> Q:
    """A condition on the divisions the officer answers for: his own, all inside them, and those of his windows."""
    if reaches_everywhere(user):
        return Q()
    own = user.windows.values("division") if user.is_authenticated and user.is_active else []
    return within(user, "") | Q(pk__in=own)


def divisions_of(user: Officer):
    return Division.objects.filter(at_divisions(user))


def own_files(user: Officer) -> Q:
    """A condition on files brought for import: everybody sees his own."""
    return Q() if reaches_everywhere(user) else Q(by=user if user.is_authenticated else None)


def of_province(token: ProvinceToken, division: str) -> Q:
    """A condition on rows whose path `division` leads into the province that a token speaks for."""
    return Q(**{f"{division}__code__startswith": significant(token.province_id)})


def reaches_everywhere(user: Officer) -> bool:
    return user.is_active and (user.is_superuser or getattr(user, "nationwide", False))


def own_divisions(user: Officer) -> list[Division]:
    """Those given to the officer one by one; asked for once in each request."""
    if not (user.is_authenticated and user.is_active):
        return []
    prefetch_related_objects([user], "divisions")
    return list(user.divisions.all())
