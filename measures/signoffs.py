"""Sign-offs of ports' days. The only writer of a SignOff. Figures count every return, signed off or not."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from measures import reporting
from measures.models import Port, SignOff
from windows import clock, lifecycle
from windows.lifecycle import NotAllowed
from windows.models import Officer


@transaction.atomic
def sign(port: Port, day: date, *, by: Officer, seen: str, at: datetime | None = None) -> SignOff:
    """Sign a port's day off as it stands, also where there is nothing to report.

    `seen` is the digest of what the officer looked at: NotAllowed when the day has changed since, or is to come.
    Signed twice as it stands, the first sign-off is handed back.
    """
    at = at or clock.now()
    if day > clock.local_day(at):
        raise NotAllowed(_("A day to come cannot be signed off."))
    Port.objects.select_for_update(of=("self",)).get(pk=port.pk)
    (now,) = reporting.of_day([port], day)
    if now.digest != seen:
        raise NotAllowed(_("The returns of this day have changed since you looked. Look at them again, then sign."))
    if now.signed:
        return now.signoff  # type: ignore[return-value]  # what is signed has one
    signoff = SignOff.objects.create(port=port, day=day, at=at, by=by, digest=seen)
    lifecycle.touch_pages()
    return signoff
