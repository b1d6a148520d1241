"""The form from its first page to the receipt, without a browser: what each page keeps, asks and refuses."""

import pytest
from django.core.files.storage import default_storage  # noqa: F401

from applications import drafts, reference, sealing
from applications.forms import FIND, WhichWindow
from applications.models import Application, Draft, Event, Message
from tests import make
from tests.applications import journeys
from tests.make import EVENING
from windows import clock
from windows.models import Service, Window

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _place(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    clock.set_now(EVENING)
    reference.load()
    window = make.window("420102")
    for service in Service.objects.all():
        make.offering(window, service)
    make.change(window, "full", at=EVENING)


def fill(client, journey: dict, *, language: str = "en", until: str = "") -> None:
    """Type every page in its order, as far as `until`."""
    client.post(f"/{language}/apply/")
    for page, typed in journey.items():
        if page == until:
            return
        answer = client.post(f"/{language}/apply/page/{page}/", typed)
        assert answer.status_code == 302, (page, answer.context["form"].errors)


def test_a_visa_extension_from_the_first_page_to_the_receipt(client):
    fill(client, journeys.FOREIGNER)
    papers = {"passport-page": journeys.picture(), "current-visa": journeys.picture("grey")}

    to_check = client.post("/en/apply/papers/", papers)
    checked = client.get(to_check.url)
    token = Draft.objects.get().key
    handed = client.post("/en/apply/declaration/", {"true": "on", "token": token}, follow=True)

    application = Application.objects.get()
    assert to_check.url == "/en/apply/check/"
    assert "Ólafsdóttir" in checked.content.decode()
    assert sealing.spelled(application.number) in handed.content.decode()
    assert sealing.derived_secret(application.number, str(application.key)) in handed.content.decode()
    assert [event.verb for event in Event.objects.all()] == ["submitted"]
    assert application.uploads.count() == 2
    assert Message.objects.get().verb == "submitted"
    assert sealing.unseal(bytes(application.answers))["person"]["surname"] == "Ólafsdóttir"
    assert drafts.typed_of(Draft.objects.get()) == {}


@pytest.mark.parametrize("place", ["420102", "42", "420000", "武汉", "hubei"])
def test_only_a_window_of_the_place_that_is_typed_can_be_chosen(place):
    here = Window.objects.get(division="420102")
    there = make.window("110101")
    make.offering(there, Service.objects.get(pk="passport"))
    make.change(there, "full", at=EVENING)

    wrong = {
        window.division_id: WhichWindow(
            {"place": place, "window": window.pk}, answers={"service": {"service": "passport"}}
        ).errors
        for window in (here, there)
    }

    assert wrong == {"420102": {}, "110101": {"window": [str(FIND)]}}
