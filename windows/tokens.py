"""Tokens of provincial systems: issued and shown once, found by a keyed digest, revoked. Real time throughout."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from windows.lifecycle import NotAllowed
from windows.models import Division, Level, Officer, ProvinceToken, TokenScope

PREFIX = "eew_"  # so that scanners for lost secrets know one
RANDOM_BYTES = 32
LONGEST = 100  # characters that are looked at
LONGEST_LIFE = timedelta(days=366)


@transaction.atomic
def issue(
    province: Division,
    label: str,
    scopes: Iterable[str],
    expires_at: datetime,
    *,
    by: Officer,
    at: datetime | None = None,
) -> tuple[ProvinceToken, str]:
    """A new token, and its text, which cannot be had again; NotAllowed while the province has two live ones."""
    at, wanted = at or timezone.now(), sorted(set(scopes))
    _refuse_odd(province, label, wanted, expires_at - at)
    Division.objects.select_for_update(of=("self",)).get(pk=province.pk)
    live = ProvinceToken.objects.filter(province=province, revoked_at=None)
    live.filter(expires_at__lte=at).update(revoked_at=at)
    taken = {token.slot: token.label for token in live.all()}
    free = [slot for slot in ProvinceToken.SLOTS if slot not in taken]
    if not free:
        raise NotAllowed(_("This province has two live tokens already. Revoke one of them first."))
    if label in taken.values():
        raise NotAllowed(_("A live token of this province has this label already."))
    text = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    values = {"label": label, "scopes": wanted, "slot": free[0], "made_at": at, "by": by, "expires_at": expires_at}
    return ProvinceToken.objects.create(province=province, digest=_digest(text), **values), text


def _refuse_odd(province: Division, label: str, scopes: list[str], life: timedelta) -> None:
    if province.level != Level.PROVINCE:
        raise NotAllowed(_("Tokens are issued to provinces."))
    if not label or not scopes or not set(scopes) <= set(TokenScope.values):
        raise NotAllowed(_("A token has a label and at least one scope."))
    if not timedelta(0) < life <= LONGEST_LIFE:
        raise NotAllowed(_("A token is valid for a year at most."))


@transaction.atomic
def revoke(token: ProvinceToken, *, by: Officer, at: datetime | None = None) -> ProvinceToken:
    """End a token at once; NotAllowed when it has ended already."""
    fresh = ProvinceToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if fresh.revoked_at:
        raise NotAllowed(_("This token has ended already."))
    fresh.revoked_at, fresh.revoked_by = at or timezone.now(), by
    fresh.save(update_fields=["revoked_at", "revoked_by"])
    return fresh


def by_text(text: str) -> ProvinceToken | None:
    """The live token that says this; None alike for one that is unknown, expired or revoked.

    Only the digest is looked for, so that the time it takes tells nothing about the text of another token.
    """
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        return None
    return ProvinceToken.objects.filter(digest=_digest(text), revoked_at=None, expires_at__gt=Now()).first()


def _digest(text: str) -> bytes:
    if not settings.PORTAL_INDEX_KEY:
        raise ImproperlyConfigured("Set PORTAL_INDEX_KEY: without it no token can be issued or known.")
    message = b"province token " + text.encode(errors="surrogatepass")
    return hmac.digest(settings.PORTAL_INDEX_KEY.encode(), message, hashlib.sha256)
