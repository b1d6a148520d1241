from django.urls import path

from measures.views import policy, public

app_name = "measures"
urlpatterns = [
    path("statistics/", public.statistics, name="statistics"),
    path("statistics/<str:day>/", public.statistics_on, name="statistics_on"),
    path("statistics/<str:day>/<str:code>/", public.statistics_of, name="statistics_of"),
    path("measures/", public.measures, name="measures"),
    path("measures/<int:number>/", public.measure, name="measure"),
    path("policy/", policy.ask, name="policy"),
    path("policy/<slug:code>/", policy.answer, name="answer"),
    path("policy/<slug:code>/<int:number>/", policy.version, name="version"),
    path("figures/", public.all_figures, name="figures"),
    path("figures/<slug:name>/", public.figure, name="figure"),
]
