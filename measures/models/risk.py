"""Risk levels of counties, dated, and the proposals by which a level changes what windows do.

A level is never altered: a wrong one is superseded by another, or by one without a level, which only takes back.
"""

from uuid import UUID, uuid4, uuid5

import pgtrigger
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from windows.models import APPEND_ONLY, Division, Officer, Source, Status, in_language


class Risk(models.TextChoices):
    LOW = "low", _("low risk")
    MEDIUM = "medium", _("medium risk")
    HIGH = "high", _("high risk")


# What the first measure makes of a level.
STATUS_OF = {Risk.LOW: Status.FULL, Risk.MEDIUM: Status.LIMITED, Risk.HIGH: Status.EMERGENCY}


class RiskLevelQuerySet(models.QuerySet):
    def in_force(self, day):
        """The level of each county on a day: the latest from then or before, retracted and superseded ones left out."""
        later = RiskLevel.objects.filter(supersedes=OuterRef("pk"))
        said = self.filter(~models.Exists(later), day__lte=day).exclude(level="")
        return said.order_by("division_id", "-day", "-recorded_at", "-pk").distinct("division_id")


class RiskLevel(models.Model):
    """From `day` on, this county has this level of risk, until a later row says otherwise."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("division"))
    day = models.DateField(_("valid from"))
    level = models.CharField(_("risk level"), max_length=6, choices=Risk, blank=True)
    reason_zh = models.CharField(_("reason in Chinese"), max_length=500)
    reason_en = models.CharField(_("reason in English"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    source = models.CharField(_("source"), max_length=8, choices=Source)
    by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    proposal = models.ForeignKey(
        "RiskProposal", models.PROTECT, null=True, blank=True, related_name="recorded", verbose_name=_("proposal")
    )
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("supersedes")
    )

    objects = RiskLevelQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "division", "-recorded_at", "-pk"]
        verbose_name = _("risk level")
        verbose_name_plural = _("risk levels")
        triggers = [APPEND_ONLY]
        indexes = [models.Index(fields=["division", "-day", "-recorded_at", "-id"], name="levels_of_a_county")]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=Risk.values) | Q(level="", supersedes__isnull=False),
                name="a_risk_level_is_known_or_taken_back",
            ),
            models.UniqueConstraint(
                fields=["division", "day"],
                condition=Q(source=Source.IMPORT, supersedes=None),
                name="an_imported_level_is_stored_once",
            ),
        ]

    def __str__(self):
        return f"{self.division_id} {self.level or '-'} {self.day}"

    @property
    def reason(self) -> str:
        return in_language(self, "reason")


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    APPLIED = "applied", _("applied")
    UNDONE = "undone", _("reversed")
    WITHDRAWN = "withdrawn", _("withdrawn")


# Legal moves of a proposal, kept by the database too.
MOVES = {
    ProposalState.PROPOSED: (ProposalState.APPLIED, ProposalState.WITHDRAWN),
    ProposalState.APPLIED: (ProposalState.UNDONE,),
}
AS_RECORDED = "recorded"  # instead of a level: the levels that the counties have


class RiskProposal(models.Model):
    """That the counties of a division get a level from a day on, and their windows the status that goes with it.

    `wanted` is the level of all its counties, or "recorded" for the levels they have. Over a whole province two
    people are needed: who applies it is not who proposed it.
    """

    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("division"))
    wanted = models.CharField(
        _("risk level"), max_length=8, choices=[*Risk.choices, (AS_RECORDED, _("as recorded for each county"))]
    )
    day = models.DateField(_("valid from"))
    reason_zh = models.CharField(_("reason in Chinese"), max_length=500)
    reason_en = models.CharField(_("reason in English"), max_length=500)
    batch = models.UUIDField(default=uuid4, unique=True, editable=False)
    for_two = models.BooleanField(_("needs two people"))
    state = models.CharField(_("state"), max_length=9, choices=ProposalState, default=ProposalState.PROPOSED)
    proposed_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed"))
    applied_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("applied by")
    )
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reversed or withdrawn by")
    )
    closed_at = models.DateTimeField(_("reversed or withdrawn"), null=True, blank=True)

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = _("risk proposal")
        verbose_name_plural = _("risk proposals")
        triggers = [
            pgtrigger.FSM(
                name="proposal_moves_legally",
                field="state",
                transitions=[(before.value, after.value) for before, then in MOVES.items() for after in then],
            ),
            pgtrigger.Protect(name="proposals_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="what_was_proposed_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    *("division", "wanted", "day", "reason_zh", "reason_en", "batch", "for_two"),
                    *("proposed_by", "proposed_at"),
                ),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(for_two=False) | Q(applied_by=None) | ~Q(applied_by=F("proposed_by")),
                name="a_whole_province_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ProposalState.PROPOSED, ProposalState.WITHDRAWN], applied_by=None)
                | Q(state__in=[ProposalState.APPLIED, ProposalState.UNDONE], applied_by__isnull=False),
                name="an_applied_proposal_says_by_whom",
            ),
        ]

    def __str__(self):
        return f"{self.division.name} · {self.get_wanted_display()} · {self.day}"

    @property
    def reason(self) -> str:
        return in_language(self, "reason")

    def batch_of(self, status: str) -> UUID:
        """The batch of the ledger under which its windows came to this status."""
        return uuid5(self.batch, status)
