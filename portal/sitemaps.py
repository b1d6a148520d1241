"""The site's pages for search engines, each in both languages; the windows in parts of a thousand."""

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import index, sitemap
from django.urls import path, reverse

from measures import figures
from measures.models import Bulletin, Measure
from windows import clock
from windows.models import Window

LISTS = ("home", "windows:finder", "measures:statistics", "measures:measures", "measures:figures", "measures:bulletins")


class InBothLanguages(Sitemap):
    i18n = alternates = True
    limit = 1000


class Pages(InBothLanguages):
    """Routes with their arguments."""

    def items(self):
        own = [("measures:measure", [number]) for number in Measure.objects.values_list("pk", flat=True)]
        own += [("measures:figure", [name]) for name in figures.REGISTRY]
        return [*((route, []) for route in LISTS), *own, ("api", [])]

    def location(self, item):
        return reverse(item[0], args=item[1])


class Windows(InBothLanguages):
    def items(self):
        return Window.objects.order_by("pk").values_list("pk", flat=True)

    def location(self, item):
        return reverse("windows:window", args=[item])


class Bulletins(InBothLanguages):
    def items(self):
        return Bulletin.objects.out(clock.now())

    def location(self, item):
        return reverse("measures:bulletin", args=[item.day.isoformat()])

    def lastmod(self, item):
        return item.issued_at


SECTIONS = {"pages": Pages, "windows": Windows, "bulletins": Bulletins}
routes = [
    path("sitemap.xml", index, {"sitemaps": SECTIONS, "sitemap_url_name": "sitemap"}, name="sitemap-index"),
    path("sitemap-<slug:section>.xml", sitemap, {"sitemaps": SECTIONS}, name="sitemap"),
]
