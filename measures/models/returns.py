"""Ports' returns: what a port counts for a day under the fifth measure, and who signed the day off."""

from django.db import models
from django.db.models import OuterRef, Q
from django.utils.translation import gettext_lazy as _

from measures.models.reference import Port
from windows.models import APPEND_ONLY, SHANGHAI, Officer, Source


class Facilitation(models.TextChoices):
    """What a port counts for a day under the fifth measure."""

    FLIGHT_PAPER_EXEMPTION = "flight_paper_exemption", _("flights spared paper declarations")
    VESSEL_WORK_ON_ARRIVAL = "vessel_work_on_arrival", _("vessels working on arrival")
    DEDICATED_LANE = "dedicated_lane", _("dedicated lanes opened or closed")


class Goods(models.TextChoices):
    ANTI_EPIDEMIC = "anti_epidemic", _("anti-epidemic supplies")
    TRADE_GOODS = "trade_goods", _("trade goods")
    FRESH_PRODUCE = "fresh_produce", _("fresh produce")


class ReturnQuerySet(models.QuerySet):
    def known(self, at=None):
        """Returns recorded by `at` (None: all) and not superseded by one recorded by then."""
        later, returns = Return.objects.filter(supersedes=OuterRef("pk")), self
        if at is not None:
            later, returns = later.filter(recorded_at__lte=at), returns.filter(recorded_at__lte=at)
        return returns.filter(~models.Exists(later))

    def recorded_by(self, at=None):
        """Returns recorded by `at` (None: all), corrected ones too: `replaced` where another took its place by then."""
        known = Return.objects.known(at).filter(pk=OuterRef("pk"))
        returns = self if at is None else self.filter(recorded_at__lte=at)
        return returns.annotate(replaced=~models.Exists(known))


class Return(models.Model):
    """A port's count for a day. Lanes count opened (+) or closed (-) that day. A correction supersedes."""

    port = models.ForeignKey(Port, models.PROTECT, related_name="returns", verbose_name=_("port"))
    kind = models.CharField(_("kind"), max_length=24, choices=Facilitation)
    goods = models.CharField(_("goods"), max_length=16, choices=Goods, blank=True)
    day = models.DateField(_("day"))
    quantity = models.IntegerField(_("quantity"))
    recorded_at = models.DateTimeField(_("recorded"))
    by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    source = models.CharField(_("source"), max_length=8, choices=Source)
    note = models.CharField(_("note"), max_length=500, blank=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("supersedes")
    )

    objects = ReturnQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "port", "kind", "goods", "-pk"]
        verbose_name = _("port return")
        verbose_name_plural = _("port returns")
        triggers = [APPEND_ONLY]
        indexes = [
            models.Index(fields=["kind", "day"], name="returns_by_kind_and_day"),
            models.Index(fields=["port", "day"], name="returns_by_port_and_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["port", "kind", "goods", "day"], condition=Q(supersedes=None), name="a_port_reports_a_day_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=Facilitation.values), name="kind_of_return_is_known"),
            models.CheckConstraint(
                condition=Q(kind=Facilitation.DEDICATED_LANE, goods__in=Goods.values)
                | (~Q(kind=Facilitation.DEDICATED_LANE) & Q(goods="")),
                name="only_lanes_name_their_goods",
            ),
            models.CheckConstraint(
                condition=Q(kind=Facilitation.DEDICATED_LANE) | Q(quantity__gte=0), name="only_lanes_count_downwards"
            ),
        ]

    def __str__(self):
        return f"{self.port_id} {self.kind} {self.day} {self.quantity}"

    @property
    def is_late(self) -> bool:
        """Recorded after the day itself."""
        return self.recorded_at.astimezone(SHANGHAI).date() > self.day

    @property
    def closed(self) -> int:
        """How many lanes were closed, where the count is below zero."""
        return -self.quantity


class SignOff(models.Model):
    """An officer states that a port's day is complete as it stood then: these returns, or nothing to report.

    `digest` is of the returns that were in force. Once others are, the day asks for another sign-off.
    """

    port = models.ForeignKey(Port, models.PROTECT, related_name="signoffs", verbose_name=_("port"))
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("signed"))
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("by"))
    digest = models.CharField(_("digest of the returns"), max_length=64)

    class Meta:
        ordering = ["-day", "port", "-pk"]
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        triggers = [APPEND_ONLY]
        constraints = [
            models.UniqueConstraint(fields=["port", "day", "digest"], name="a_day_is_signed_once_as_it_stands")
        ]

    def __str__(self):
        return f"{self.port_id} {self.day}"
