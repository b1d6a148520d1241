"""Tokens by which provincial systems call the API. What a token says is not kept, only a keyed digest of it."""

import pgtrigger
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Right
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from windows.models.reference import Division, Officer


class TokenScope(models.TextChoices):
    """What a token may be used for."""

    APPLICATIONS = "applications", _("applications")
    STATUS_CHANGES = "status_changes", _("status changes")
    RETURNS = "returns", _("port returns")


class ProvinceToken(models.Model):
    """A province's system may act for its province, in these scopes, until the token expires or is revoked.

    A province has two slots, so that a new token can be put to work before the old one goes. An expired token holds
    its slot until the next one is issued. Nothing is altered but the one note that it was revoked. Real time.
    """

    SLOTS = (1, 2)

    province = models.ForeignKey(Division, models.PROTECT, related_name="tokens", verbose_name=_("province"))
    label = models.CharField(_("label"), max_length=80)
    digest = models.BinaryField(unique=True)
    scopes = models.JSONField(_("scopes"))
    slot = models.PositiveSmallIntegerField(_("slot"))
    made_at = models.DateTimeField(_("issued"))
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("issued by"))
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("revoked by")
    )

    class Meta:
        ordering = ["province", "-made_at", "-pk"]
        verbose_name = _("token of a provincial system")
        verbose_name_plural = _("tokens of provincial systems")
        triggers = [
            pgtrigger.Protect(name="kept_for_good", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_the_end_is_noted",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    *("province", "label", "digest", "scopes", "slot", "made_at", "by", "expires_at")
                ),
            ),
            pgtrigger.Protect(
                name="ended_once", operation=pgtrigger.Update, condition=pgtrigger.Q(old__revoked_at__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["province", "slot"], condition=Q(revoked_at=None), name="a_province_has_two_live_tokens_at_most"
            ),
            models.UniqueConstraint(
                fields=["province", "label"], condition=Q(revoked_at=None), name="live_tokens_are_told_apart_by_label"
            ),
            models.CheckConstraint(condition=Q(slot__in=(1, 2)), name="slot_of_a_token_is_one_of_two"),
            models.CheckConstraint(
                condition=Exact(Right("province", 4), Value("0000")), name="a_token_speaks_for_a_province"
            ),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=TokenScope.values) & ~Q(scopes=[]), name="scopes_of_a_token_are_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="a_token_expires_after_it_was_issued"
            ),
            models.CheckConstraint(
                condition=Q(revoked_by=None) | Q(revoked_at__isnull=False),
                name="who_revoked_a_token_did_so_at_an_instant",
            ),
        ]

    def __str__(self):
        return f"{self.province_id} {self.label}"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def state(self) -> str:
        """In words; one whose slot was given away after it had expired was revoked by nobody."""
        if self.is_live:
            return gettext("in use")
        return gettext("revoked") if self.revoked_by_id else gettext("expired")
