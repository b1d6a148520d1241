"""Who sits before the browser, and what may not happen there."""

from datetime import datetime
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.browser.looks import LOCALES

LOCAL_HOSTS = {"127.0.0.1", "localhost"}


@pytest.fixture
def new_context(new_context):
    """Contexts in which no script fails, nothing offends the content policy or asks another host, and no dialog opens.

    The test fails at its end of what `context.said` has gathered by then.
    """
    said, contexts = [], []

    def request(asked):
        where = urlsplit(asked.url)
        if where.scheme in ("http", "https") and where.hostname not in LOCAL_HOSTS:
            said.append(f"asked of another host: {asked.url}")

    def dialog(opened):
        said.append(f"dialog: {opened.message}")
        opened.dismiss()

    def make(**options):
        context = new_context(**options)
        contexts.append(context)
        context.said = said
        context.on("request", request)
        context.on("console", lambda line: "Content Security" in line.text and said.append(line.text))
        context.on("weberror", lambda failed: said.append(str(failed.error)))
        context.on("dialog", dialog)
        return context

    yield make
    for context in contexts:
        context.close()  # what the last page has to say arrives now at the latest
    assert said == []


@pytest.fixture
def desk_of(new_context, live_server):
    """The page of an officer who is signed in."""
    from tests import make  # Django is not set up yet when this file is read

    def enter(officer, language="en", width=1280, scheme="light", **options):
        session = make.signed_in(officer).cookies[settings.SESSION_COOKIE_NAME]
        options |= {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "base_url": live_server.url}
        context = new_context(locale=LOCALES[language], **options)
        context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    return enter


@pytest.fixture
def site(live_server, settings, tmp_path):
    """Two windows that offer every service, one of them not online. A file about something else has its own `site`."""
    from applications import reference
    from tests import make
    from windows import clock
    from windows.models import SHANGHAI, Service

    evening = datetime(2020, 3, 11, 20, tzinfo=SHANGHAI)
    settings.MEDIA_ROOT = tmp_path
    clock.set_now(evening)
    reference.load()
    window, shut = make.window(), make.window()
    for service in Service.objects.all():
        make.offering(window, service)
        make.offering(shut, service)
    make.change(window, "full", at=evening)
    make.change(shut, "suspended", at=evening, channel="online")
    return live_server.url


@pytest.fixture
def walk(new_context, site):
    """Call it to begin an applicant's way through the pages of the site."""
    from tests.browser.walk import WIDE, Walk

    def begin(language="en", width=WIDE, scheme="light", **options) -> Walk:
        size = {"width": width, "height": 800}
        page = new_context(viewport=size, color_scheme=scheme, **options).new_page()
        page.set_default_timeout(5_000)
        return Walk(page, site, language, width)

    return begin
