from django.apps import AppConfig

from portal.celery import app as celery_app  # noqa: F401  makes it current, so that @shared_task finds its broker


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portal"
