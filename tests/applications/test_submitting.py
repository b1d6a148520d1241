"""Handing a form in, once for a person and a service; and windows that may not be chosen or were shut meanwhile."""

import html
from dataclasses import replace
from uuid import uuid4

import pytest

from applications import lifecycle
from applications.models import Application
from tests import make
from tests.applications.half_filled import (
    EVENING,
    LANGUAGES,
    address,
    begun,
    complete,
    filled,
    missing,
    submit,
)
from tests.applications.journeys import FOREIGNER
from windows.lifecycle import NotAllowed
from windows.models import Offering, Service, Window

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("windows_to_choose")]


# --- submitting ---


def test_pressed_twice_it_is_one_application():
    client = complete()

    answers = [submit(client)["Location"], submit(client)["Location"]]

    assert answers == ["/en/apply/done/"] * 2
    assert Application.objects.count() == 1


@pytest.mark.parametrize("form", [{}, {"true": "on"}, *({"true": "on", "token": odd} for odd in ("x", str(uuid4())))])
def test_a_declaration_that_is_not_made_or_belongs_to_another_form_submits_nothing(form):
    client = complete()

    answer = client.post("/en/apply/declaration/", form)

    assert answer.status_code == 400
    assert "govuk-error-summary" in answer.content.decode()
    assert Application.objects.count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_with_a_live_application_for_the_service_is_told_so(language):
    submit(complete())
    second = complete()

    answer = second.post(f"/{language}/apply/declaration/", {"true": "on", "token": second.draft.pk})

    told = {"en": "is on its way already", "zh-hans": "已有"}[language]
    assert answer.status_code == 400
    assert told in answer.context["told"]
    assert answer.context["told"] in html.unescape(answer.content.decode())
    assert Application.objects.count() == 1


# --- what is shut ---


def test_what_cannot_be_chosen_is_shown_with_its_reason():
    client = begun(FOREIGNER)

    services, windows = client.get(address("service")), client.get(address("window"))

    offline = next(radio for radio in radios(services, "service") if "exit-entry-permit" in radio)
    stopped = next(radio for radio in radios(windows, "window") if "42010203" in radio)
    shut = next(radio for radio in radios(windows, "window") if "42010202" in radio)
    assert " disabled" in offline
    assert "Only at a window" in offline
    assert " disabled" in stopped
    assert "No online application for this service here at present" in stopped
    assert "Orderly restoration by area and risk level, next review 18 March 2020" in stopped
    assert " disabled" not in shut
    assert "Its counters are shut; online applications go on." in shut
    assert "42010204" not in windows.content.decode()


def radios(answer, name: str) -> list[str]:
    """Each choice as it is drawn, with its label and hint."""
    return answer.content.decode().split('<div class="govuk-radios__item">')[1:]


@pytest.mark.parametrize("window", ["42010203", "42010204", "99999999"])
def test_a_window_that_may_not_be_chosen_is_refused_though_posted(window):
    client = begun(FOREIGNER)

    answer = client.post(address("window"), {"place": "420102", "window": window})

    assert answer.status_code == 400
    assert missing(client) == ["window", "papers"]


def test_a_suspended_window_takes_online_applications():
    client = complete(FOREIGNER | {"window": {"place": "420102", "window": "42010202"}})

    submit(client)

    assert Application.objects.get().window_id == "42010202"


def test_a_window_that_was_shut_for_the_service_meanwhile_asks_for_another():
    client = complete()
    window = Window.objects.get(pk="42010201")

    make.change(window, "suspended", at=EVENING, service=Service.objects.get(pk="visa-extension"))
    answer = submit(client)

    assert answer["Location"] == address("window")
    assert Application.objects.count() == 0


def test_an_offering_that_was_withdrawn_meanwhile_asks_for_another_window():
    client = complete()

    Offering.objects.filter(window="42010201", service="visa-extension").delete()

    assert submit(client)["Location"] == address("window")


@pytest.mark.parametrize("window", ["42010203", "42010204"])
def test_the_rule_itself_refuses_a_window_that_may_not_be_chosen(window):
    with pytest.raises(NotAllowed):
        lifecycle.submit(replace(filled(complete()).submission(uuid4()), window=Window.objects.get(pk=window)))

    assert Application.objects.count() == 0
