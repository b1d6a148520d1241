"""What can be looked up: topics, the versions of what is said about them, and what was asked in vain."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from measures.models.reference import Measure
from windows.models import APPEND_ONLY, Audience, Officer, Service, in_language


class Topic(models.Model):
    """Something that people ask about, under an address that stays. What is said about it comes in versions."""

    class Kind(models.TextChoices):
        MEASURE = "measure", _("measure")
        QUESTION = "question", _("question")
        STATUS = "status", _("status of a window")
        SERVICE = "service", _("service")

    class Calculator(models.TextChoices):
        STAY = "stay", _("until when may I stay")
        WINDOW = "window", _("which window serves this")
        GROUND = "ground", _("which reason for priority")

    code = models.SlugField(_("code"), max_length=40, primary_key=True, help_text=_("Part of the address; stays."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    measure = models.ForeignKey(
        Measure, models.PROTECT, null=True, blank=True, related_name="topics", verbose_name=_("rests on measure")
    )
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    calculator = models.CharField(_("reckons"), max_length=10, choices=Calculator, blank=True)
    guided = models.BooleanField(_("offered on the first page"), default=False)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("topic of the policy query")
        verbose_name_plural = _("topics of the policy query")
        constraints = [
            models.UniqueConstraint(fields=["measure"], condition=Q(kind="measure"), name="a_measure_is_one_topic"),
            models.CheckConstraint(
                condition=~Q(kind="measure") | Q(measure__isnull=False), name="a_topic_of_a_measure_names_it"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["measure", "question", "status", "service"]), name="kind_of_topic_is_known"
            ),
        ]

    def __str__(self):
        return self.code


class Version(models.Model):
    """What is said about a topic from a day on, in both languages, with the rule that is reckoned by. Never altered.

    `english_of` is the digest of the Chinese text that the English one translates; see measures/wording.py.
    Shown to the public from `published_on`; holds from `effective_from` to `effective_until`, both included.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="versions", verbose_name=_("topic"))
    number = models.PositiveSmallIntegerField(_("version"))
    title_zh = models.CharField(_("title in Chinese"), max_length=100)
    title_en = models.CharField(_("title in English"), max_length=200)
    text_zh = models.TextField(_("text in Chinese"), max_length=4000)
    text_en = models.TextField(_("text in English"), max_length=8000)
    todo_zh = models.TextField(_("what to do now, in Chinese"), max_length=2000, help_text=_("One step a line"))
    todo_en = models.TextField(_("what to do now, in English"), max_length=4000, help_text=_("One step a line"))
    words_zh = models.CharField(_("search words in Chinese"), max_length=300, blank=True)
    words_en = models.CharField(_("search words in English"), max_length=300, blank=True)
    english_of = models.CharField(_("digest of the Chinese text that was translated"), max_length=64, editable=False)
    effective_from = models.DateField(_("holds from"))
    effective_until = models.DateField(_("holds until"), null=True, blank=True)
    published_on = models.DateField(_("shown from"))
    divisions = ArrayField(
        models.CharField(max_length=6), null=True, blank=True, verbose_name=_("divisions; none: the whole country")
    )
    audience = models.CharField(_("for"), max_length=20, choices=Audience, blank=True)
    months = models.PositiveSmallIntegerField(_("months of extension"), null=True, blank=True)
    first_day = models.DateField(_("first day of expiry that it covers"), null=True, blank=True)
    last_day = models.DateField(_("last day of expiry that it covers"), null=True, blank=True)
    change_note = models.CharField(_("what changed and why"), max_length=500)
    by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["topic", "-number"]
        verbose_name = _("version of a topic")
        verbose_name_plural = _("versions of topics")
        triggers = [APPEND_ONLY]
        constraints = [
            models.UniqueConstraint(fields=["topic", "number"], name="versions_of_a_topic_are_numbered"),
            models.CheckConstraint(
                condition=Q(effective_until=None) | Q(effective_until__gte=F("effective_from")),
                name="a_version_ends_after_it_began",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(condition=Q(english_of__regex=r"^[0-9a-f]{64}$"), name="english_names_its_chinese"),
            models.CheckConstraint(
                condition=Q(months=None, first_day=None, last_day=None)
                | Q(months__isnull=False, months__range=(1, 24), first_day__isnull=False)
                & (Q(last_day=None) | Q(last_day__gte=F("first_day"))),
                name="an_extension_is_whole",
                violation_error_message=_(
                    "An extension needs its months (1 to 24) and the first day that it covers; its last day is not "
                    "before that one. Leave all three empty for a text without a rule."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.topic_id} {self.number}"

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def paragraphs(self) -> list[str]:
        return lines(in_language(self, "text"))

    @property
    def steps(self) -> list[str]:
        return lines(in_language(self, "todo"))

    @property
    def chinese_paragraphs(self) -> list[str]:
        return lines(self.text_zh)

    @property
    def chinese_steps(self) -> list[str]:
        return lines(self.todo_zh)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class StillCurrent(models.Model):
    """An editor looked at a version on a day and found that it still says what holds. Never altered."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="confirmations", verbose_name=_("version"))
    day = models.DateField(_("day"))
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        ordering = ["-day"]
        verbose_name = _("confirmation of a version")
        verbose_name_plural = _("confirmations of versions")
        triggers = [APPEND_ONLY]
        constraints = [models.UniqueConstraint(fields=["version", "day"], name="a_version_is_confirmed_once_a_day")]

    def __str__(self):
        return f"{self.version_id} {self.day}"


class AskedInVain(models.Model):
    """A search that found nothing, how often on a day. Real words of nobody in particular: see policy.count_in_vain."""

    text = models.CharField(_("words"), max_length=60)
    language = models.CharField(_("language of the page"), max_length=10)
    day = models.DateField(_("day"))
    n = models.PositiveIntegerField(_("times"), default=1)

    class Meta:
        ordering = ["-day", "-n", "text"]
        verbose_name = _("question asked in vain")
        verbose_name_plural = _("questions asked in vain")
        constraints = [
            models.UniqueConstraint(fields=["text", "language", "day"], name="words_in_vain_are_counted_by_day")
        ]

    def __str__(self):
        return self.text
