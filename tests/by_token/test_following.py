"""Applications followed by the system that submitted them: what it is told, its documents, its answers to requests."""

import io

import pytest

from applications import lifecycle, sealing
from applications.models import Application, RefusalReason, Supplement, Upload
from tests import make
from tests.applications import journeys
from tests.provinces import EVENING, errors_of

pytestmark = pytest.mark.django_db


def asked(application: Application, *documents: str) -> Supplement:
    items = [{"document": code, "text": "Missing"} for code in documents or ("",)]
    lifecycle.supplement(application, items, by=make.officer())
    return Supplement.objects.get(application=application, answered_at=None)


def test_an_application_is_told_with_its_events_its_due_instant_and_what_is_asked_for(hubei):
    reference = hubei.apply().json()["reference"]
    asked(Application.objects.get(), "passport-page")

    told = hubei.get(f"applications/{reference}/").json()

    assert (told["reference"], told["state"], told["window"]) == (reference, "supplement", "42010201")
    assert [(event["event"], event["state"]) for event in told["events"]] == [
        ("submitted", "waiting"),
        ("asked", "supplement"),
    ]
    assert told["supplement"]["items"] == [{"document": "passport-page", "text": "Missing"}]
    assert (told["due"]["at"], told["due"]["trace"][-1]["why"]) == (None, "waiting")
    assert {row["document"] for row in told["documents"]} >= {"passport-page"}
    assert hubei.get(f"applications/{reference.replace('-', '').lower()}/").json() == told
    assert "secret" not in told


def test_a_refusal_is_told_with_its_reason(hubei):
    reference = hubei.apply().json()["reference"]
    reason = RefusalReason.objects.first()
    lifecycle.refuse(Application.objects.get(), by=make.officer(), reason=reason, note="x", at=EVENING)

    told = hubei.get(f"applications/{reference}/").json()

    assert (told["state"], told["due"], told["refusal"]["reason"]) == ("refused", None, reason.pk)


def test_an_application_of_another_province_and_one_of_the_portal_do_not_exist(hubei, beijing):
    reference = hubei.apply().json()["reference"]
    lost = f"applications/{reference}"
    number = make.decided(Application.objects.get().window)

    answers = [beijing.get(f"{lost}/"), beijing.post(f"{lost}/answer/", {"text": "x"})]
    answers.append(beijing.bring(reference, document="passport-page", file=journeys.picture()))
    unknown = beijing.get("applications/7KQ2M8ZD4XA/")
    odd = [hubei.get(f"applications/{text}/") for text in (number, "x", "%00", "é" * 20, "x" * 500)]

    assert {(a.status_code, a.content) for a in [*answers, unknown, *odd]} == {(404, unknown.content)}
    assert Upload.objects.count() == 0
    Application.objects.update(caller="")
    assert hubei.get(f"{lost}/").status_code == 404


def test_documents_are_brought_one_by_one_and_once(hubei):
    reference = hubei.apply().json()["reference"]

    first = hubei.bring(reference, document="passport-page", file=journeys.picture())
    again = hubei.bring(reference, document="passport-page", file=journeys.picture())

    kept = Upload.objects.get()
    assert (first.status_code, first.json()["media_type"]) == (201, "image/jpeg")
    assert (again.status_code, again.json()) == (201, first.json())
    assert (kept.application, kept.supplement) == (Application.objects.get(), None)
    told = hubei.get(f"applications/{reference}/").json()["documents"]
    assert {row["document"]: row["files"] for row in told}["passport-page"] == 1


@pytest.mark.parametrize(
    ("parts", "field", "said"),
    [
        ({"document": "passport-page"}, "file", "Send one file"),
        ({"document": "passport-page", "file": "text"}, "file", "Send one file"),
        ({"document": "passport-page", "file": io.BytesIO(b"MZ no picture")}, "file", ""),
        ({"document": "cat-picture", "file": io.BytesIO(b"x")}, "document", "passport-page"),
        ({"document": "\x00", "file": io.BytesIO(b"x")}, "document", "passport-page"),
        ({"file": io.BytesIO(b"x")}, "document", "passport-page"),
        ({"document": "passport-page", "file": io.BytesIO(b"x"), "note": "x"}, "note", "not known here"),
    ],
)
def test_a_wrong_document_is_refused(hubei, parts, field, said):
    reference = hubei.apply().json()["reference"]

    answer = hubei.bring(reference, **parts)

    assert (answer.status_code, list(errors_of(answer))) == (400, [field])
    assert said in errors_of(answer)[field]
    assert Upload.objects.count() == 0


def test_a_decided_application_takes_no_document_and_no_answer(hubei):
    reference = hubei.apply().json()["reference"]
    lifecycle.approve(Application.objects.get(), by=make.officer(), at=EVENING)

    brought = hubei.bring(reference, document="passport-page", file=journeys.picture())
    answered = hubei.post(f"applications/{reference}/answer/", {"text": "x"})

    assert {(a.status_code, a.json()["type"]) for a in (brought, answered)} == {(409, "not_allowed")}


def test_a_request_is_answered_once_its_documents_are_there(hubei):
    reference = hubei.apply().json()["reference"]
    supplement = asked(Application.objects.get(), "passport-page")
    address = f"applications/{reference}/answer/"

    early = hubei.post(address, {"text": "here"})
    hubei.bring(reference, document="passport-page", file=journeys.picture())
    answered = hubei.post(address, {"text": "here"})
    again = hubei.post(address, {"text": "here"})
    other = hubei.post(address, {"text": "something else"})

    supplement.refresh_from_db()
    assert errors_of(early) == {"documents": "Still missing: passport-page."}
    assert (answered.status_code, answered.json()["state"]) == (200, "waiting")
    assert answered.json()["due"]["at"]
    assert (again.status_code, again.json()) == (200, answered.json())
    assert (other.status_code, other.json()["type"]) == (409, "not_allowed")
    assert sealing.unseal(bytes(supplement.answer)) == {"text": "here"}
    assert supplement.uploads.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": " "}, "text"),
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"text": "x", "files": []}, "files"),
        ([], ""),
    ],
)
def test_a_wrong_answer_to_a_request_is_refused(hubei, body, field):
    reference = hubei.apply().json()["reference"]
    asked(Application.objects.get())

    answer = hubei.post(f"applications/{reference}/answer/", body)

    assert (answer.status_code, list(errors_of(answer))) == (400, [field])
    assert Application.objects.get().state == "supplement"
