"""The site map. Public pages stand under their language; the API and the staff site do not."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from applications import api as applications_api
from measures import api as measures_api
from measures.views import dashboard
from portal import sitemaps, views
from windows import api as windows_api
from windows.views import links

api = [
    path("", RedirectView.as_view(pattern_name="api"), name="api-root"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    *windows_api.routes,
    *applications_api.routes,
    *measures_api.routes,
]
urlpatterns = [
    path("", views.front, name="front"),
    path("health/", views.health, name="health"),
    path("robots.txt", views.robots, name="robots"),
    *sitemaps.routes,
    *links.routes,
    path("api/v1/", include(api)),
    path("staff/dashboard/", admin.site.admin_view(dashboard.board), name="dashboard"),
    path("staff/dashboard/export.<str:kind>", admin.site.admin_view(dashboard.export), name="dashboard-export"),
    path("staff/", admin.site.urls),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("", include("windows.urls")),
        path("", include("measures.urls")),
        path("", include("applications.urls")),
        path("api/", views.api, name="api"),
    ),
]
handler400 = "portal.views.bad_request"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"
