"""The latest entries of the ledger as an Atom feed: of the nation, or of one division."""

from uuid import NAMESPACE_URL, uuid5

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from windows import clock, pages
from windows.models import Channel, Status, StatusChange, significant

LATEST = 100


class Following(Feed):
    """What our feeds have in common: Atom, names that hold whatever the address, the query kept.

    A description is HTML to those who read it.
    """

    feed_type = Atom1Feed
    kind = ""

    def author_name(self, _about):
        return _("Entry-exit windows")

    def feed_url(self, _about):
        return self.address

    def __call__(self, request, *args, **kwargs):
        self.address = request.get_full_path() if request.asked else request.path
        return super().__call__(request, *args, **kwargs)

    def item_guid(self, item):
        return uuid5(NAMESPACE_URL, f"{self.kind}/{item.pk}").urn


class Changes(Following):
    kind = "status-change"

    def get_object(self, request):
        code = request.asked.get("division")
        return pages.division(code) if code else None

    def title(self, division):
        place = division.name if division else _("the nation")
        return _("Status changes of entry-exit windows: %(place)s") % {"place": place}

    def link(self, division):
        return reverse("windows:finder") + (f"?division={division.pk}" if division else "")

    def items(self, division):
        known = StatusChange.objects.filter(recorded_at__lte=clock.now())
        if division:
            known = known.filter(window__division__code__startswith=significant(division.pk))
        return known.select_related("window", "reason", "service").order_by("-recorded_at", "-pk")[:LATEST]

    def item_title(self, entry):
        told = Status(entry.status).label if entry.status else _("entry taken back")
        return _("%(window)s: %(status)s") % {"window": entry.window.name, "status": told}

    def item_description(self, entry):
        narrower = [entry.service and entry.service.name, entry.channel and Channel(entry.channel).label]
        parts = [*filter(None, narrower), entry.reason.name, entry.note]
        return escape(" · ".join(str(part) for part in parts if part))

    def item_link(self, entry):
        return reverse("windows:window", args=[entry.window_id])

    def item_pubdate(self, entry):
        return entry.effective_at

    def item_updateddate(self, entry):
        return entry.recorded_at
