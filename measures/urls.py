from django.urls import path, register_converter
from django.urls.converters import StringConverter

from measures.models import Port
from measures.views import bulletin, card, policy, ports, public


class Day(StringConverter):
    """Four, two and two digits; whether they are a day is told by the page."""

    regex = r"\d{4}-\d\d-\d\d"


class Kind(StringConverter):
    regex = "|".join(Port.Kind.values)


register_converter(Day, "day")
register_converter(Kind, "kind")

app_name = "measures"
urlpatterns = [
    path("statistics/", public.statistics, name="statistics"),
    path("statistics/<str:day>/", public.statistics_on, name="statistics_on"),
    path("statistics/<str:day>/<str:code>/", public.statistics_of, name="statistics_of"),
    path("ports/", ports.ports, name="ports"),
    path("ports/<day:day>/", ports.ports_on, name="ports_on"),
    path("ports/<kind:kind>/", ports.ports_of_kind, name="ports_of_kind"),
    path("ports/<kind:kind>/<day:day>/", ports.ports_of_kind_on, name="ports_of_kind_on"),
    path("ports/<str:code>/", ports.port, name="port"),
    path("ports/<str:code>/<day:day>/", ports.port_on, name="port_on"),
    path("measures/", public.measures, name="measures"),
    path("measures/<int:number>/", public.measure, name="measure"),
    path("policy/", policy.ask, name="policy"),
    path("policy/<slug:code>/", policy.answer, name="answer"),
    path("policy/<slug:code>/<int:number>/", policy.version, name="version"),
    path("figures/", public.all_figures, name="figures"),
    path("figures/<slug:name>/", public.figure, name="figure"),
    path("bulletins/", bulletin.bulletins, name="bulletins"),
    path("bulletins.atom", bulletin.feed, name="bulletin_feed"),
    path("bulletins/<str:day>/", bulletin.bulletin, name="bulletin"),
    path("bulletins/<str:day>/frozen.json", bulletin.frozen, name="bulletin_frozen"),
    path("card.png", card.card, name="card"),
]
