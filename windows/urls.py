from django.urls import path

from windows.views import public

app_name = "windows"
urlpatterns = [
    path("windows/", public.finder, name="finder"),
    path("windows/<str:code>/", public.window, name="window"),
]
