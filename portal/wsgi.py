"""The WSGI application, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

from portal.children import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("PORTAL_ROLE", "web")

if os.environ.get("PORTAL_SUPERVISED"):  # the demo's: granian's own children must not outlive it
    die_with_parent()
application = get_wsgi_application()
