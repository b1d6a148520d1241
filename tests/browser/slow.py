"""Pages that take their time: `pytest --slow-pages 0.5 tests/browser` shows which test reads before a page is there."""

import time

from django.conf import settings
from django.http import StreamingHttpResponse


def slowly(get_response):
    """Middleware: one half of the time passes before the answer, the other between the head of a page and its rest."""

    def answer(request):
        response = get_response(request)
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        time.sleep(settings.SLOW_PAGES / 2)
        slow = StreamingHttpResponse(halves(response.content), status=response.status_code, headers=response.headers)
        slow.cookies = response.cookies
        return slow

    return answer


def halves(page: bytes):
    yield page[:200]
    time.sleep(settings.SLOW_PAGES / 2)
    yield page[200:]
