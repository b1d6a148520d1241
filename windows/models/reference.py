"""Reference: places, services, reasons, and the officers with their reach.

Rows carry natural keys, so that a code seen in a file, an address or an export is the row's key.
"""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def in_language(row, field: str) -> str:
    """The row's `field` in the language of the page; the Chinese text is authoritative and the fallback."""
    chinese = getattr(row, f"{field}_zh")
    if (get_language() or "zh").startswith("zh"):
        return chinese
    return getattr(row, f"{field}_en") or chinese


class Named(models.Model):
    """A row with a name in both languages."""

    name_zh = models.CharField(_("name in Chinese"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=160)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")


class Level(models.TextChoices):
    PROVINCE = "province", _("province")
    PREFECTURE = "prefecture", _("prefecture")
    COUNTY = "county", _("county")


def significant(code: str) -> str:
    """The digits of a division code that tell the place: "420000" -> "42", "420100" -> "4201"."""
    while code.endswith("00"):
        code = code[:-2]
    return code


class DivisionQuerySet(models.QuerySet):
    def under(self, code: str):
        """The division itself and all inside it; `code` in full or as its significant digits ("42")."""
        return self.filter(code__startswith=significant(code))

    def children_of(self, division):
        """The next level down: the provinces for None, else those whose parent it is."""
        return self.filter(parent=division)


class Division(Named):
    """An administrative division with its six-digit GB/T 2260 code. A development zone counts as a county."""

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent division")
    )

    objects = DivisionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}$"), name="division_code_is_six_digits"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="division_level_is_known"),
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE, parent=None) | (~Q(level=Level.PROVINCE) & Q(parent__isnull=False)),
                name="only_provinces_have_no_parent",
            ),
        ]

    @property
    def province_code(self) -> str:
        return self.code[:2] + "0000"

    def chain(self) -> list["Division"]:
        """From the province down to this division; one query per level above it that is not yet loaded."""
        return [*(self.parent.chain() if self.parent_id else []), self]


class Audience(models.TextChoices):
    CHINESE = "chinese", _("Chinese nationals")
    HK_MACAO_TAIWAN = "hk_macao_taiwan", _("residents of Hong Kong, Macao and Taiwan")
    FOREIGN = "foreign", _("foreign nationals")


class Service(Named):
    """What can be applied for. The days are working days of the statutory clock."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    audience = models.CharField(_("for"), max_length=20, choices=Audience)
    working_days = models.PositiveSmallIntegerField(_("working days, ordinary"))
    urgent_days = models.PositiveSmallIntegerField(_("working days, urgent"))
    online = models.BooleanField(_("may be applied for online"))
    fee_cny = models.PositiveIntegerField(_("fee in yuan"))
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("service offered")
        verbose_name_plural = _("services offered")
        constraints = [models.CheckConstraint(condition=Q(audience__in=Audience.values), name="audience_is_known")]


class Reason(Named):
    """Why a status changed: the list that staff choose from."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")


class Officer(AbstractUser):
    """A member of staff. Roles are groups; the reach is nationwide, or these divisions and windows.

    Who may see what is asked of `scope.py`, never of these fields.
    """

    nationwide = models.BooleanField(_("nationwide"), default=False)
    divisions = models.ManyToManyField(Division, blank=True, related_name="officers", verbose_name=_("divisions"))
    windows = models.ManyToManyField("windows.Window", blank=True, related_name="officers", verbose_name=_("windows"))

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
