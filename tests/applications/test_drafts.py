"""A form between its first page and its last: found again by its code, and asked anew after a changed answer."""

from datetime import timedelta

import pytest
from django.test import Client

from applications import drafts, sealing
from applications.models import Application, Draft, Upload
from applications.views.applicant import COOKIE
from tests.applications import journeys
from tests.applications.half_filled import (
    EVENING,
    LANGUAGES,
    MINOR,
    address,
    begun,
    complete,
    filled,
    missing,
    submit,
)
from tests.applications.journeys import CHINESE, FOREIGNER
from windows import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("windows_to_choose")]


# --- codes ---


def resumed(code: str, client: Client | None = None):
    return (client or Client()).post("/en/apply/resume/", {"code": code})


def test_a_saved_form_goes_on_in_another_browser_with_what_was_wrong_in_it():
    first = Client()
    first.post("/en/apply/")
    code = first.cookies[COOKIE].value
    first.post(address("who"), {"audience": "foreign"})
    first.post(address("service"), {"service": "visa-extension"})
    first.post(address("person"), FOREIGNER["person"] | {"surname": "O1af", "save": "1"})
    other = Client()

    answer = resumed(f" {code.lower().replace('-', ' ')} ", other)
    page = other.get(address("person", "zh-hans")).content.decode()

    assert answer["Location"] == "/en/apply/list/"
    assert 'value="O1af"' in page
    assert other.cookies[COOKIE]["httponly"]
    assert other.cookies[COOKIE]["samesite"] == "Lax"


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_old_and_malformed_codes_look_alike(language):
    draft, code = drafts.begin()
    clock.set_now(EVENING + timedelta(days=30, minutes=1))
    tried = [code, sealing.new_secret(), "x", "", "\x00", "码" * 2000]

    answers = [Client().post(f"/{language}/apply/resume/", {"code": text}) for text in tried]

    assert [answer.status_code for answer in answers] == [400] * len(tried)
    assert len({answer.context["error"] for answer in answers}) == 1
    assert [answer.cookies.get(COOKIE) for answer in answers] == [None] * len(tried)


def test_a_form_is_kept_for_thirty_days_after_the_last_change_and_then_gone():
    client = begun(FOREIGNER)
    client.post(address("papers"), {"passport-page": journeys.picture()})
    code = client.cookies[COOKIE].value

    clock.set_now(EVENING + timedelta(days=29))
    in_time = resumed(code).status_code
    client.post(address("contact"), FOREIGNER["contact"])
    clock.set_now(EVENING + timedelta(days=29 + 29))
    saved_since, gone = resumed(code).status_code, drafts.age_out()
    clock.set_now(EVENING + timedelta(days=29 + 31))
    too_late, page = resumed(code).status_code, client.get(address("contact"))

    assert (in_time, saved_since, gone, too_late) == (302, 302, 0, 400)
    assert page["Location"] == "/en/apply/resume/"
    assert drafts.age_out() == 1
    assert (Draft.objects.count(), Upload.objects.count()) == (0, 0)


def test_a_submitted_form_has_its_receipt_and_no_other_page():
    client = complete()
    submit(client)
    code = client.cookies[COOKIE].value

    pages = ["/en/apply/list/", address("person"), address("papers"), "/en/apply/check/", "/en/apply/declaration/"]
    answers = [client.get(page)["Location"] for page in pages]
    typed = client.post(address("person"), FOREIGNER["person"] | {"surname": "Other"})["Location"]
    elsewhere = Client()
    resumed(code, elsewhere)

    assert [*answers, typed] == ["/en/apply/done/"] * 6
    assert drafts.typed_of(drafts.fresh(client.draft)) == {}
    assert elsewhere.get("/en/apply/list/", follow=True).redirect_chain == [("/en/apply/done/", 302)]


def test_a_form_begun_is_offered_where_one_begins():
    client = begun(FOREIGNER, until="person")

    begun_already, new = client.get("/en/apply/").context["begun"], Client().get("/en/apply/").context["begun"]

    assert (begun_already, new) == (True, False)


# --- pages that depend on earlier answers ---


def test_another_applicant_is_asked_anew_what_he_was_not_asked_before():
    client = begun(FOREIGNER)
    before = missing(client)

    client.post(address("who"), {"audience": "chinese"})
    after_who, barred = missing(client), client.get(address("person"))["Location"]
    client.post(address("service"), {"service": "passport"})
    after_service = missing(client)

    assert before == ["papers"]
    assert "service" in after_who
    assert barred == "/en/apply/list/"
    assert after_service == ["person", "document", "papers"]
    assert set(filled(client).forms["person"].fields) == {"name_zh", "sex", "birth"}


def test_a_minor_needs_a_guardian_and_a_ground_its_proof():
    client = begun(MINOR)
    as_minor = [step.name for step in filled(client).steps], {a.requirement.document_id for a in filled(client).papers}

    client.post(address("person"), CHINESE["person"])
    client.post(address("ground"), {"ground": "ordinary", "why": ""})
    grown = [step.name for step in filled(client).steps], {a.requirement.document_id for a in filled(client).papers}

    assert "guardian" in as_minor[0]
    assert "guardian" not in grown[0]
    assert as_minor[1] - grown[1] == {"household-register", "guardian-id", "urgent-proof"}


def test_a_changed_birth_is_compared_with_the_number_again():
    client = begun(CHINESE)

    client.post(address("person"), CHINESE["person"] | {"birth_d": "27"})

    assert missing(client) == ["document", "papers"]


def test_files_that_a_later_answer_does_not_ask_for_do_not_go_along():
    client = complete(CHINESE)
    client.post(address("ground"), {"ground": "ordinary", "why": ""})

    submit(client)

    assert {upload.document_id for upload in Application.objects.get().uploads.all()} == {"photo", "id-card"}
    assert Upload.objects.count() == 2


def test_the_last_pages_are_not_to_be_had_before_the_others_are_done():
    client = begun(FOREIGNER, until="contact")

    answers = [client.get(f"/en/apply/{page}/")["Location"] for page in ("check", "declaration")]

    assert answers == [address("contact")] * 2
    assert submit(client)["Location"] == address("contact")
    assert Application.objects.count() == 0
