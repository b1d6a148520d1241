"""Prevention at ports: the day's check of a passage hall, against the same checklist as the windows'."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from measures.models.reference import Port
from windows.models import DayCheck


class PortCheck(DayCheck):
    PLACE = "port"

    port = models.ForeignKey(Port, models.PROTECT, related_name="checks", verbose_name=_("port"))

    class Meta(DayCheck.Meta):
        verbose_name = _("prevention check of a port")
        verbose_name_plural = _("prevention checks of ports")
        indexes = [models.Index(fields=["port", "-at"], name="checks_of_a_port")]
