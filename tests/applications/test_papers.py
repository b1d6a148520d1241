"""The page of the form where documents are brought: files that are refused, missing, too many or not asked for."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from applications.models import Upload
from applications.uploads import refusals
from tests.applications import corpus, journeys
from tests.applications.half_filled import LANGUAGES, address, begun
from tests.applications.journeys import FOREIGNER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("windows_to_choose")]


REFUSED = {
    "empty": b"",
    "too_large": b"\xff\xd8\xff" + bytes(10 * 2**20),
    "kind": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "heic": corpus.heic(),
    "picture_damaged": corpus.jpeg()[:600],
    "picture_moves": corpus.animated(),
    "picture_small": corpus.jpeg((100, 100)),
    "picture_huge": corpus.declared_png(30_000, 30_000),
    "pdf_encrypted": corpus.encrypted(),
    "pdf_active": corpus.pdf(catalog=b"/OpenAction <</S /JavaScript /JS (app.alert(1))>>"),
    "pdf_pages": corpus.pdf(pages=31),
    "pdf_wrapped": b"junk" + corpus.pdf(),
    "pdf_damaged": corpus.pdf().replace(b"3 0 obj", b"8 0 obj"),
    "pdf_heavy": None,  # takes seconds to make; test_uploaded_pdfs has it
}


def test_every_reason_to_refuse_a_file_is_tried():
    assert set(REFUSED) == set(refusals.REASONS)


def brought(content: bytes, name: str = "<b>scan</b>.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_file_is_told_beside_its_document_and_the_others_stay(language):
    client, told = begun(FOREIGNER), {}
    for code in [code for code, content in REFUSED.items() if content is not None]:
        files = {"current-visa": brought(REFUSED[code])}
        if not told:
            files["passport-page"] = journeys.picture(name="passport.jpg")
        answer = client.post(address("papers", language), files)
        shown = html.unescape(answer.content.decode())
        with override(language):
            message = str(refusals.Refused(code).messages[0])
        summary, _end, rest = shown.partition("govuk-error-summary__list")[2].partition("</ul>")
        told[code] = (
            answer.status_code,
            '<a href="#file-current-visa">' in summary and message in summary,
            'id="error-current-visa"' in rest and f"b_.jpg: {message}" in rest,
            "passport.jpg" in rest,
            "<b>scan" in shown,
        )

    assert {code: what for code, what in told.items() if what != (400, True, True, True, False)} == {}
    assert [upload.document_id for upload in client.draft.uploads.all()] == ["passport-page"]


def test_a_file_that_is_refused_keeps_the_page_in_its_language_until_it_was_read():
    client = begun(FOREIGNER)

    answer = client.post(address("papers"), {"passport-page": brought(b"x"), "language": "zh-hans"})
    again = client.post(address("papers"), {"passport-page": journeys.picture(), "language": "zh-hans"})

    assert (answer.status_code, answer.context["errors"].keys()) == (400, {"passport-page"})
    assert again["Location"] == "/zh-hans/apply/papers/"
    assert client.draft.uploads.count() == 1


def test_too_many_files_of_a_kind_are_refused_and_one_removed_makes_room():
    client = begun(FOREIGNER)
    six = [journeys.picture((n, n, n), name=f"{n}.jpg") for n in range(6)]

    refused = client.post(address("papers"), {"passport-page": six})
    key = client.draft.uploads.first().pk
    client.post(address("papers"), {"remove": key})
    accepted = client.post(address("papers"), {"passport-page": journeys.picture("red"), "upload": "1"})

    assert "There are too many files" in refused.content.decode()
    assert accepted.status_code == 302
    assert client.draft.uploads.count() == 5
    assert not client.draft.uploads.filter(pk=key).exists()


def test_documents_that_are_missing_are_told_and_those_that_may_be_left_out_are_not():
    client = begun(FOREIGNER)

    answer = client.post(address("papers"), {"passport-page": journeys.picture()})

    assert answer.status_code == 400
    assert answer.context["errors"] == {"current-visa": "This document is still missing."}


def test_a_file_sent_under_a_name_that_is_not_asked_for_is_not_kept():
    client = begun(FOREIGNER)

    client.post(address("papers"), {"urgent-proof": journeys.picture(), "nonsense": journeys.picture()})

    assert Upload.objects.count() == 0
