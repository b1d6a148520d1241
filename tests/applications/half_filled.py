"""Forms that are filled in as far as a page, each in a browser of its own, and the windows that may be chosen in them.

For tests of single pages: what the pages before would have kept is stored without opening them.
"""

from datetime import date

from django.test import Client

from applications import drafts, reference
from applications.steps import Filled
from applications.views.applicant import COOKIE
from tests import make
from tests.applications import journeys
from tests.applications.journeys import CHINESE, FOREIGNER
from tests.make import EVENING
from windows import clock
from windows.models import Service

LANGUAGES = ("zh-hans", "en")
MINOR = CHINESE | {
    "person": {"name_zh": "李小明", "sex": "M", "birth_y": "2010", "birth_m": "5", "birth_d": "6"},
    "guardian": {"name": "李大明", "relation": "father", "number": journeys.resident_id(date(1980, 1, 2), "M")},
    "document": {"number": journeys.resident_id(date(2010, 5, 6), "M")},
}


def lay_out() -> None:
    """Windows with every service: 1 open, 2 shut, 3 shut and closed for online cases too."""
    reference.load()
    windows = [make.window("420102") for _ in range(4)]
    for service in Service.objects.all():
        for window in windows[:3]:
            make.offering(window, service)
    make.change(windows[0], "full", at=EVENING)
    make.change(windows[1], "suspended", at=EVENING)
    make.change(windows[2], "suspended", at=EVENING, channel="online")
    make.change(windows[0], "suspended", at=EVENING, service=Service.objects.get(pk="stay-permit"))
    clock.set_now(EVENING)


def begun(journey: dict, *, until: str = "") -> Client:
    """A browser with a form filled in as far as `until`."""
    draft, code = drafts.begin()
    for page, typed in journey.items():
        if page == until:
            break
        drafts.save(draft, page, typed)
    client = Client(raise_request_exception=False)
    client.cookies[COOKIE] = code
    client.draft = draft
    return client


def address(page: str, language: str = "en") -> str:
    return f"/{language}/apply/papers/" if page == "papers" else f"/{language}/apply/page/{page}/"


def filled(client: Client) -> Filled:
    return Filled(drafts.fresh(client.draft))


def missing(client: Client) -> list[str]:
    """The pages that are not done yet."""
    return [name for name, done in filled(client).done.items() if not done]


def submit(client: Client):
    return client.post("/en/apply/declaration/", {"true": "on", "token": client.draft.pk})


def complete(journey: dict = FOREIGNER) -> Client:
    client = begun(journey)
    files = {asked.requirement.document_id: journeys.picture() for asked in filled(client).papers}
    assert client.post(address("papers"), files)["Location"] == "/en/apply/check/"
    return client
