"""An applicant's pages show what the cookies of this browser stand for, and nothing of anybody else's."""

from dataclasses import dataclass

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from applications import drafts, papers, sealing
from applications import lifecycle as cases
from applications.models import Draft, Requirement, Upload
from applications.views import applicant, tracking
from tests import make
from tests.access.places import document
from tests.access.routes import ACT, FORGET, LANGUAGES, OF_A_CASE, OF_A_DRAFT, OPEN, OWN
from tests.applications import journeys
from windows.models import Window

NUL = "%00"


@dataclass
class Applicant:
    """Somebody's browser, with what it stands for: words that only he may read, and files that only he may see."""

    client: Client
    surname: str
    reference: str
    drafted: Upload
    submitted: Upload


def applicant_of(surname: str, name: str) -> Applicant:
    """A form half filled in, and an application on its way, both with a file; cookies as the pages set them."""
    window, service = Window.objects.get(pk="42010201"), make.service("visa-extension", audience="foreign")
    make.offering(window, service)
    application = make.submitted(window, service, answers={"person": {"surname": surname}})
    cases.supplement(application, [{"document": "photo", "text": "A photograph."}], by=make.officer())
    draft, code = drafts.begin()
    person = journeys.FOREIGNER["person"] | {"surname": surname}
    for page, typed in (journeys.FOREIGNER | {"person": person}).items():
        drafts.save(draft, page, typed)
    asked = application.supplements.get()
    for owner in ({"draft": draft}, {"application": application, "supplement": asked}):
        assert papers.take(MultiValueDict({"photo": [journeys.picture(name=name)]}), [document()], **owner) == {}
    client = Client(raise_request_exception=False)
    client.cookies[applicant.COOKIE] = code
    client.cookies[tracking.COOKIE] = signing.get_cookie_signer(salt=tracking.COOKIE).sign(application.pk)
    reference = sealing.spelled(application.number)
    return Applicant(client, surname, reference, draft.uploads.get(), application.uploads.get())


def addresses_of(somebody: Applicant) -> dict[str, str]:
    """Every page of a form and of a case, about this one's files."""
    found = {}
    for routes, file in ((OF_A_DRAFT, somebody.drafted), (OF_A_CASE, somebody.submitted)):
        for name, arguments in routes.items():
            filled = {key: file.key if value == OWN else value for key, value in arguments.items()}
            found[name] = reverse(name, kwargs=filled)
    return found


def ask(client: Client, name: str, address: str):
    return client.post(address) if name in ACT else client.get(address)


@pytest.fixture
def applicants(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    Requirement.objects.all().delete()
    return applicant_of("Lindqvist", "lindqvist.jpg"), applicant_of("Okonkwo", "okonkwo.jpg")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_cookie_the_pages_of_an_applicant_lead_to_where_codes_and_secrets_are_typed(applicants, language):
    with translation.override(language):
        addresses = addresses_of(applicants[0])
        ways = dict.fromkeys(OF_A_DRAFT, reverse("applications:resume"))
        ways |= dict.fromkeys(OF_A_CASE, reverse("applications:track"))
        open_pages = [Client().get(reverse(name)) for name in OPEN]
        answers = {name: ask(Client(), name, address) for name, address in addresses.items()}

    assert [page.status_code for page in open_pages] == [200, 200, 200]
    assert {name: answer.get("Location") for name, answer in answers.items()} == ways
    assert {name: answer.cookies for name, answer in answers.items() if answer.cookies} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_applicants_pages_show_what_this_browser_stands_for_and_nobody_elses(applicants, language):
    me, other = applicants
    with translation.override(language):
        mine, others = addresses_of(me), addresses_of(other)
    leading_on = {"applications:done", "applications:done_code", *ACT}  # the first two are there after submission

    answers = {name: ask(me.client, name, address) for name, address in mine.items()}
    reached = {
        name: ask(me.client, name, address).status_code for name, address in others.items() if OWN in given(name)
    }

    shown = "".join(answer.content.decode(errors="replace") for answer in answers.values())
    assert me.surname in shown
    assert me.reference in shown
    assert [word for word in (other.surname, other.reference, other.drafted.key, "okonkwo") if word in shown] == []
    assert {name for name, answer in answers.items() if answer.status_code != 200} == leading_on
    assert reached == {"applications:thumbnail": 404, "applications:paper": 404}


def given(name: str) -> list[str]:
    return list((OF_A_DRAFT | OF_A_CASE)[name].values())


def test_a_forged_post_takes_nothing_of_somebody_elses(applicants):
    me, other = applicants
    keys = [other.drafted.key, other.submitted.key, "\x00", "%00", "'"]

    answers = [
        me.client.post(reverse(name), {"remove": key})
        for name in ("applications:papers", "applications:answer")
        for key in keys
    ]

    read = [me.client.get(f"/en/{way}/papers/{key}/") for way in ("apply", "track/case") for key in (NUL, "%27", "x")]

    assert {answer.status_code for answer in answers} == {302}
    assert {answer.status_code for answer in read} == {404}
    assert Upload.objects.count() == 4
    assert Draft.objects.filter(application=None).count() == 2


@pytest.mark.parametrize("name", FORGET)
def test_leaving_forgets_in_this_browser_alone(applicants, name):
    me, _other = applicants
    arguments = {"name": "list"} if name == "applications:switch" else {}

    refused, answer = me.client.get(reverse(name, kwargs=arguments)), me.client.post(reverse(name, kwargs=arguments))

    gone = {key for key, cookie in answer.cookies.items() if cookie["max-age"] == 0}
    forgotten = {"applications:leave": {applicant.COOKIE}, "applications:leave_case": {tracking.COOKIE}}
    assert (refused.status_code, answer["Location"]) == (405, reverse(FORGET[name]))
    assert gone == forgotten.get(name, set())
    assert Draft.objects.count() == 2
