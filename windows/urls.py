from django.urls import path

from windows.views import public

app_name = "windows"
urlpatterns = [
    path("windows/", public.finder, name="finder"),
    path("windows/changes.atom", public.changes, name="changes"),
    path("windows/<str:code>/", public.window, name="window"),
    path("windows/<str:code>/poster/", public.poster, name="poster"),
]
