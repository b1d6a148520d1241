"""Bulletins: a dated statement of the figures in both languages, frozen when it is drafted; and what moved since."""

import json

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from windows.models import APPEND_ONLY, Officer, in_language


class BulletinState(models.TextChoices):
    DRAFT = "draft", _("draft")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


# Legal moves of a bulletin, kept by the database too. What was published stays published.
MOVES = {
    BulletinState.DRAFT: {BulletinState.APPROVED, BulletinState.WITHDRAWN},
    BulletinState.APPROVED: {BulletinState.PUBLISHED, BulletinState.WITHDRAWN},
}
FROZEN = ("day", "frozen", "digest", "known_at", "publish_at", "made_by", "made_at")


class BulletinQuerySet(models.QuerySet):
    def out(self, at):
        """Those that the public may read at an instant: also one that is due and that no task has seen to yet."""
        return self.filter(Q(state=BulletinState.PUBLISHED) | Q(state=BulletinState.APPROVED, publish_at__lte=at))

    def standing(self):
        """All but the withdrawn ones: at most one a day."""
        return self.exclude(state=BulletinState.WITHDRAWN)


class Bulletin(models.Model):
    """What was said of a day. `frozen` is the JSON text that `digest` (SHA-256, hexadecimal) was taken of."""

    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=9, choices=BulletinState, default=BulletinState.DRAFT)
    frozen = models.TextField(_("text and figures as JSON"))
    digest = models.CharField(_("digest (SHA-256)"), max_length=64)
    known_at = models.DateTimeField(_("figures as known"))
    publish_at = models.DateTimeField(_("to be published"))
    made_at = models.DateTimeField(_("drafted"))
    made_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("drafted by"))
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("withdrawn by")
    )

    objects = BulletinQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name = _("bulletin")
        verbose_name_plural = _("bulletins")
        permissions = [("approve_bulletin", "May approve a bulletin that somebody else drafted")]
        triggers = [
            pgtrigger.Protect(name="kept_for_good", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="stays_as_drafted", operation=pgtrigger.Update, condition=pgtrigger.AnyChange(*FROZEN)
            ),
            pgtrigger.Protect(
                name="approved_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__approved_at__isnull=False)
                & (
                    pgtrigger.Q(old__approved_at__df=pgtrigger.F("new__approved_at"))
                    | pgtrigger.Q(old__approved_by__df=pgtrigger.F("new__approved_by"))
                ),
            ),
            pgtrigger.FSM(
                name="legal_moves_of_a_bulletin",
                field="state",
                transitions=[(a.value, b.value) for a, after in MOVES.items() for b in sorted(after)],
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BulletinState.values), name="state_of_a_bulletin_is_known"),
            models.UniqueConstraint(
                fields=["day"], condition=~Q(state=BulletinState.WITHDRAWN), name="a_day_has_one_bulletin"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="an_approval_has_a_person_and_an_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[BulletinState.APPROVED, BulletinState.PUBLISHED])
                | Q(approved_by__isnull=False),
                name="nothing_is_published_unapproved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")), name="a_second_person_approves_a_bulletin"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None)
                | Q(state=BulletinState.WITHDRAWN, withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="a_withdrawal_has_a_person_and_an_instant",
            ),
        ]

    def __str__(self):
        return f"{self.day} {self.state}"

    @property
    def issued_at(self):
        """When it is out, or was: the set time, or the approval where that came later. None until it is approved."""
        return self.approved_at and max(self.publish_at, self.approved_at)

    @property
    def told(self) -> dict:
        """What was frozen: title and text in both languages, and the figures."""
        return json.loads(self.frozen)

    @property
    def title(self) -> str:
        return in_language(Told(self.told), "title")

    @property
    def text(self) -> str:
        return in_language(Told(self.told), "text")

    @property
    def figures(self) -> list[dict]:
        return self.told["figures"]


class Told:
    """The frozen texts as attributes."""

    def __init__(self, told: dict) -> None:
        self.title_zh, self.title_en = told["title_zh"], told["title_en"]
        self.text_zh, self.text_en = told["text_zh"], told["text_en"]


class Correction(models.Model):
    """That figures of a published bulletin are other ones now, or (empty) as published again; the bulletin stays.

    `figures` holds of each that differs: id, as_of, the value as published (`was`) and as found at `noted_at` (`now`).
    """

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="corrections", verbose_name=_("bulletin"))
    noted_at = models.DateTimeField(_("noted"))
    figures = models.JSONField(_("figures"))

    class Meta:
        ordering = ["noted_at", "pk"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        triggers = [APPEND_ONLY]

    def __str__(self):
        return f"{self.bulletin_id} {self.noted_at:%Y-%m-%d %H:%M}"
