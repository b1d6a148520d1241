"""Pages that take their time: `pytest tests/browser --slow-pages 1` shows which test reads before a page is there.

Pages of other processes (demo, replay) stay as they are, and a wrong reading that satisfies its test is not seen.
"""

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
