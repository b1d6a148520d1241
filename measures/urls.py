from django.urls import path

from measures.views import bulletin, card, public

app_name = "measures"
urlpatterns = [
    path("statistics/", public.statistics, name="statistics"),
    path("statistics/<str:day>/", public.statistics_on, name="statistics_on"),
    path("statistics/<str:day>/<str:code>/", public.statistics_of, name="statistics_of"),
    path("measures/", public.measures, name="measures"),
    path("measures/<int:number>/", public.measure, name="measure"),
    path("figures/", public.all_figures, name="figures"),
    path("figures/<slug:name>/", public.figure, name="figure"),
    path("bulletins/", bulletin.bulletins, name="bulletins"),
    path("bulletins.atom", bulletin.feed, name="bulletin_feed"),
    path("bulletins/<str:day>/", bulletin.bulletin, name="bulletin"),
    path("bulletins/<str:day>/frozen.json", bulletin.frozen, name="bulletin_frozen"),
    path("card.png", card.card, name="card"),
]
