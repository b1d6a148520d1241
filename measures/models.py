"""Second floor: the ten measures, ports and their returns, the campaign, and the figures derived from events."""

from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from windows.models import APPEND_ONLY, Division, Named, Officer, Source, Status, in_language


class Measure(models.Model):
    """One of the ten adjustment measures. Title and summary are ours, not the official text."""

    number = models.PositiveSmallIntegerField(_("number"), primary_key=True)
    in_notice = models.BooleanField(_("named in the notice"))
    title_zh = models.CharField(_("title in Chinese"), max_length=100)
    title_en = models.CharField(_("title in English"), max_length=200)
    summary_zh = models.TextField(_("summary in Chinese"), max_length=1000)
    summary_en = models.TextField(_("summary in English"), max_length=2000)

    class Meta:
        ordering = ["number"]
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints = [models.CheckConstraint(condition=Q(number__range=(1, 10)), name="measures_are_ten")]

    def __str__(self):
        return f"{self.number} {self.title}"

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def summary(self) -> str:
        return in_language(self, "summary")


class Campaign(Named):
    """One restoration effort: "before" is its baseline day, "after" its report day, or today while it is open."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    baseline_day = models.DateField(_("baseline day"))
    measures_day = models.DateField(_("day of the measures"))
    report_day = models.DateField(_("report day"), null=True, blank=True)

    class Meta:
        ordering = ["-measures_day"]
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.CheckConstraint(
                condition=Q(baseline_day__lt=F("measures_day"))
                & (Q(report_day=None) | Q(report_day__gte=F("measures_day"))),
                name="baseline_before_measures_before_report",
            )
        ]


class Port(Named):
    class Kind(models.TextChoices):
        AIR = "air", _("airport")
        SEA = "sea", _("seaport")
        LAND = "land", _("land port")

    code = models.CharField(_("code"), max_length=10, primary_key=True)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("division"))

    class Meta:
        ordering = ["code"]
        verbose_name = _("port")
        verbose_name_plural = _("ports")
        constraints = [models.CheckConstraint(condition=Q(kind__in=["air", "sea", "land"]), name="port_kind_is_known")]


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
        indexes = [models.Index(fields=["kind", "day"], name="returns_by_kind_and_day")]
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


# --- Derived: recomputed from events by restoration.fold(), never edited. A window stands here by its code:
# checking a foreign key for each row would cost more than recomputing it. -----------------------------------


class StandingQuerySet(models.QuerySet):
    def on(self, day):
        """The standings that hold at the end of `day` (Asia/Shanghai): at most one a window."""
        return self.filter(from_day__lte=day).filter(Q(until_day=None) | Q(until_day__gt=day))


class Standing(models.Model):
    """A window ended each day from `from_day` to the day before `until_day` (None: still) with this status."""

    pk = models.CompositePrimaryKey("window", "from_day")
    window = models.CharField(max_length=8)
    status = models.CharField(max_length=10, choices=Status)
    from_day = models.DateField()
    until_day = models.DateField(null=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_day=None) | Q(until_day__gt=F("from_day")), name="a_standing_ends_after_it_began"
            )
        ]

    def __str__(self):
        return f"{self.window} {self.status} {self.from_day}"


class Tally(models.Model):
    """What happened in a window on a day. The last two count decisions (approved or refused) on that ground."""

    pk = models.CompositePrimaryKey("window", "day")
    window = models.CharField(max_length=8)
    day = models.DateField()
    submitted = models.IntegerField()
    submitted_online = models.IntegerField()
    approved = models.IntegerField()
    refused = models.IntegerField()
    withdrawn = models.IntegerField()
    work_resumption = models.IntegerField()
    epidemic_response = models.IntegerField()

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self):
        return f"{self.window} {self.day}"


class FoldState(models.Model):
    """The one row that says which version of the figures is published and when the worker last looked."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.PositiveBigIntegerField(default=0)
    folded_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(null=True)
    differing_cells = models.PositiveIntegerField(null=True)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="there_is_one_fold_state")]

    def __str__(self):
        return str(self.version)
