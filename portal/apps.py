from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate

from portal import roles
from portal.celery import app as celery_app  # noqa: F401  makes it current, so that @shared_task finds its broker


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portal"
    default = True

    def ready(self):
        # After the last app that has models: by then every permission exists. A flush rings here too.
        post_migrate.connect(roles.create_groups, sender=apps.get_app_config("measures"), dispatch_uid="roles")


class StaffConfig(admin_apps.AdminConfig):
    """Django's admin with our own site."""

    default_site = "portal.staff.StaffSite"
    default = False
