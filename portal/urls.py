"""The site map. Public pages stand under their language; the API and the staff site do not."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal import views

urlpatterns = [
    path("", views.front, name="front"),
    path("staff/", admin.site.urls),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("", include("windows.urls")),
        path("", include("measures.urls")),
    ),
]
handler400 = "portal.views.bad_request"
handler404 = "portal.views.not_found"
