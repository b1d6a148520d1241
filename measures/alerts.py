"""Alerts: a gauge beyond its threshold is shown on the staff site's first page and told by mail, once."""

from decimal import Decimal

import structlog
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from measures import dashboard, gauges
from measures.dashboard import Place
from measures.models import Alert, Threshold
from windows import clock, scope
from windows.models import Officer

log = structlog.get_logger()


def check() -> tuple[int, int]:
    """Raise what has gone beyond its threshold, end what has come back; returns how many of each."""
    raised = ended = 0
    for threshold in Threshold.objects.select_related("division"):
        value = dashboard.of(Place(threshold.division), clock.today()).values.get(threshold.gauge)
        if value is not None and threshold.is_crossed_by(value):
            raised += _raise(threshold, Decimal(value))
        else:
            ended += Alert.objects.filter(threshold=threshold, ended_at=None).update(ended_at=clock.now())
    return raised, ended


def _raise(threshold: Threshold, value: Decimal) -> bool:
    """One open alert for each threshold, however many workers look at once."""
    alert = Alert(threshold=threshold, value=value, raised_at=clock.now())
    return bool(Alert.objects.bulk_create([alert], ignore_conflicts=True) and _is_new(threshold, alert))


def _is_new(threshold: Threshold, alert: Alert) -> bool:
    return Alert.objects.filter(threshold=threshold, ended_at=None, raised_at=alert.raised_at).exists()


def tell() -> int:
    """Mail each open alert that nobody was told of to the supervisors who reach its division; returns how many."""
    told = 0
    for pk in Alert.objects.filter(ended_at=None, mailed_at=None).values_list("pk", flat=True):
        with transaction.atomic():
            alert = (
                Alert.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk, mailed_at=None).first()
            )
            told += alert is not None and _send(alert)
    return told


def _send(alert: Alert) -> bool:
    to = [officer.email for officer in _supervisors() if open_for(officer).filter(pk=alert.pk).exists()]
    gauge = gauges.GAUGES[alert.threshold.gauge]
    place = alert.threshold.division or "–"
    text = f"{place}\n{gauge.name}: {alert.value.normalize():f}\n\n{settings.PORTAL_URL}{reverse('dashboard')}\n"
    try:
        for address in to:
            EmailMessage(f"警报 Alert: {gauge.name}", text, to=[address]).send()
    except Exception as problem:  # whatever the mail server's client may raise: it is tried again
        log.warning("an alert was not mailed", alert=alert.pk, problem=type(problem).__name__)
        return False
    Alert.objects.filter(pk=alert.pk).update(mailed_at=clock.now())
    return True


def _supervisors() -> QuerySet[Officer]:
    seeing = Permission.objects.filter(codename="see_dashboard", content_type__app_label="measures")
    return Officer.objects.filter(groups__permissions__in=seeing, is_active=True).exclude(email="").distinct()


def open_for(user: Officer) -> QuerySet[Alert]:
    """The open alerts about the divisions that an officer reaches; of the nation, for whoever reaches it."""
    found = Alert.objects.filter(ended_at=None).select_related("threshold__division")
    nation = Q(threshold__division=None) if scope.reaches_everywhere(user) else Q(pk=None)
    return found.filter(nation | scope.within(user, "threshold__division"))
