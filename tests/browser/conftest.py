"""Who sits before the browser."""

import pytest
from django.conf import settings

LANGUAGES = {"zh-hans": "zh-CN", "en": "en-GB"}


@pytest.fixture
def desk_of(new_context, live_server):
    """The page of an officer who is signed in, with the reports of the content policy in `page.refused`."""
    from tests import make  # Django is not set up yet when this file is read

    def enter(officer, language="en", width=1280, scheme="light", **options):
        session = make.signed_in(officer).cookies[settings.SESSION_COOKIE_NAME]
        options |= {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "base_url": live_server.url}
        context = new_context(locale=LANGUAGES[language], **options)
        context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.refused = []
        page.on("console", lambda said: page.refused.append(said.text) if "Content Security" in said.text else None)
        return page

    return enter
