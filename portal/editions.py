"""Public pages are rendered once per edition, kept in this process's memory, and answered with 304 where known.

An edition is all that a public page depends on beside its address: the version of the figures, the portal's hour
(days begin, windows go stale), and whether the figures are behind. This middleware stands before all others: what it
hands out carries no cookie, and every header that the page got when it was rendered.
"""

import gzip
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from measures import restoration
from windows import clock, pages

MEMO_SECONDS = 1.0  # how long a process goes by the edition it last asked for
ROOM = 64 * 2**20  # bytes of pages that a process keeps
CACHE_CONTROL = "public, max-age=2, stale-while-revalidate=30"


@dataclass(frozen=True)
class Edition:
    version: int
    hour: datetime
    behind: datetime | None


@dataclass(frozen=True)
class Kept:
    """A rendered page as it was, and compressed."""

    body: bytes
    compressed: bytes
    etag: str
    own_headers: dict[str, str]
    headers: dict[str, str]

    @property
    def size(self) -> int:
        return len(self.body) + len(self.compressed)


class Shelf:
    """The pages of one edition; the least recently asked for make room."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        with self._lock:
            self._pages: OrderedDict[tuple, Kept] = OrderedDict()
            self._size, self._asked_at = 0, float("-inf")
            self._edition: Edition = None  # type: ignore[assignment]  # until one is asked for

    def edition(self) -> Edition:
        """The present edition. A new one empties the shelf."""
        if time.monotonic() - self._asked_at > MEMO_SECONDS:
            found = present()
            with self._lock:
                if found != self._edition:
                    self._pages, self._size, self._edition = OrderedDict(), 0, found
                self._asked_at = time.monotonic()
        return self._edition

    def take(self, key: tuple) -> Kept | None:
        with self._lock:
            if found := self._pages.get(key):
                self._pages.move_to_end(key)
            return found

    def put(self, key: tuple, page: Kept, edition: Edition) -> None:
        """Keep a page, unless its edition is over by now."""
        with self._lock:
            if edition == self._edition and key not in self._pages:
                self._pages[key] = page
                self._size += page.size
            while self._size > ROOM:
                self._size -= self._pages.popitem(last=False)[1].size


shelf = Shelf()


def present() -> Edition:
    version, age = restoration.published()
    behind = clock.now() - age if age > restoration.FRESH else None
    return Edition(version, _to_the_minute(clock.now()).replace(minute=0), behind and _to_the_minute(behind))


def _to_the_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


class Editions:
    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if WITH_COOKIES.match(request.path_info):
            return self.get_response(request)
        request.COOKIES = {}  # nothing behind us reads one, so that nobody's cookie changes a public page
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(NEVER_KEPT):
            return self.get_response(request)
        query = pages.asked(request.GET, pages.query_keys()) if request.META.get("QUERY_STRING") else {}
        # As it was sent: one that is not ours is refused when the page is rendered, and never kept.
        host = request.META.get("HTTP_HOST", "")
        key = (request.scheme, host, request.path_info, *query.items())
        edition = shelf.edition()
        page = shelf.take(key)
        if page is None:
            response = self.get_response(request)
            if not is_public(request, response):
                return response
            page = kept(response)
            shelf.put(key, page, edition)
        return answer(request, page)


WITH_COOKIES = re.compile(r"/(staff|[a-z-]+/apply|[a-z-]+/track)/")
NEVER_KEPT = ("/static/", "/health/", "/api/")


def is_public(request: HttpRequest, response: HttpResponse) -> bool:
    """Only what a view marked `public` answered, without a cookie."""
    return hasattr(request, "asked") and response.status_code == 200 and not response.cookies


def kept(response: HttpResponse) -> Kept:
    body = response.content
    etag = f'W/"{sha256(body).hexdigest()[:24]}"'
    own = {"ETag": etag, "Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding"}
    headers = {name: value for name, value in response.items() if name != "Content-Length"}
    return Kept(body, gzip.compress(body, mtime=0), etag, own, headers | own)


def answer(request: HttpRequest, page: Kept) -> HttpResponse:
    known = request.META.get("HTTP_IF_NONE_MATCH", "")
    if known and (known == page.etag or page.etag in parse_etags(known)):
        return HttpResponseNotModified(headers=page.own_headers)
    packed = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
    response = HttpResponse(page.compressed if packed else page.body, headers=page.headers)
    response["Content-Length"] = str(len(response.content))
    if packed:
        response["Content-Encoding"] = "gzip"
    return response
