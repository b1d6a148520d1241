"""The yardstick of pages: a Django view that does nothing, without middleware, answering as many bytes."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

BODY = b"x" * int(os.environ["BENCH_BYTES"])

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], SECRET_KEY="of no use here")
urlpatterns = [path("", lambda request: HttpResponse(BODY))]
application = get_wsgi_application()
