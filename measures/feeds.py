"""The bulletins as an Atom feed."""

from django.urls import reverse
from django.utils.html import linebreaks
from django.utils.translation import gettext as _

from measures.models import Bulletin
from windows import clock
from windows.feeds import LATEST, Following


class Bulletins(Following):
    kind = "bulletin"

    def title(self, _about):
        return _("Bulletins on entry-exit windows")

    def link(self, _about):
        return reverse("measures:bulletins")

    def items(self):
        return Bulletin.objects.out(clock.now()).order_by("-day")[:LATEST]

    def item_title(self, bulletin):
        return bulletin.title

    def item_description(self, bulletin):
        return linebreaks(bulletin.text, autoescape=True)

    def item_link(self, bulletin):
        return reverse("measures:bulletin", args=[bulletin.day.isoformat()])

    def item_pubdate(self, bulletin):
        return bulletin.issued_at

    def item_updateddate(self, bulletin):
        """A note beside a bulletin is news too."""
        return max([bulletin.issued_at, *(note.noted_at for note in bulletin.corrections.all())])
