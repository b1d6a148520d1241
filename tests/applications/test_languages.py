"""Switching the language of a page that somebody is filling in: nothing typed is lost, and no address tells it."""

import re

import pytest
from django.test import Client

from applications import drafts, lifecycle, sealing
from applications.models import Supplement
from tests import make
from tests.applications import journeys
from tests.drills import applicants

pytestmark = pytest.mark.django_db
ITEMS = [{"document": "passport-page", "text": "The second page"}, {"document": "", "text": "Where you work"}]


@pytest.fixture(scope="module")
def _reference(for_the_module):
    for_the_module(applicants.place)


@pytest.fixture(autouse=True)
def _place(_reference, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def shown(answer) -> tuple[str, str]:
    """The language of a page, and what it holds."""
    page = answer.content.decode()
    return re.search(r'<html lang="([^"]+)"', page)[1], page


@pytest.mark.parametrize(
    ("path", "typed"),
    [("track/", {"reference": "7KQ2-M8ZD", "secret": "8K2QD-0W"}), ("apply/resume/", {"code": "8K2QD-0W"})],
)
def test_what_is_typed_comes_along_into_the_other_language_in_the_body_alone(client, path, typed):
    moved = client.post(f"/zh-hans/{path}", typed | {"language": "en"})
    there = client.post(f"/zh-hans/{path}", typed | {"language": "en"}, follow=True)
    here = client.post(f"/en/{path}", typed | {"language": "xx"})

    assert (moved.status_code, moved["Location"]) == (307, f"/en/{path}")
    for answer in (there, here):
        language, page = shown(answer)
        assert (answer.status_code, language) == (200, "en")
        assert [text for text in typed.values() if f'value="{text}"' not in page] == []
        assert "govuk-error-summary" not in page


@pytest.mark.parametrize("ticked", [True, False])
def test_the_tick_of_the_declaration_comes_along(client, tmp_path, ticked):
    applicants.prepare(1, str(tmp_path / "drafts"), files=False)
    client.cookies["draft"], key = (tmp_path / "drafts").read_text().split()

    told = {"token": key, "language": "en"} | ({"true": "on"} if ticked else {})
    answer = client.post("/zh-hans/apply/declaration/", told, follow=True)

    language, page = shown(answer)
    assert (answer.status_code, language, answer.redirect_chain) == (200, "en", [("/en/apply/declaration/", 307)])
    assert (' name="true" checked' in page, "govuk-error-summary" in page) == (ticked, False)


# --- the answer to a request for what is missing ---


@pytest.fixture
def asked() -> Supplement:
    application = make.submitted()
    lifecycle.supplement(application, ITEMS, by=make.officer())
    return application.supplements.get()


@pytest.fixture
def applicant(asked) -> Client:
    """Looking at the case."""
    client, application = Client(), asked.application
    secret = sealing.derived_secret(application.number, str(application.key))
    client.post("/en/track/", {"reference": application.number, "secret": secret})
    return client


def answer(client: Client, button: dict, **brought):
    return client.post("/en/track/case/answer/", {"text": "At the <mill>"} | button | brought)


@pytest.mark.parametrize(
    ("button", "leads_to", "language"),
    [
        ({"upload": "1"}, "/en/track/case/#missing", "en"),
        ({"language": "zh-hans"}, "/zh-hans/track/case/#missing", "zh-Hans"),
        ({"language": "xx"}, "/en/track/case/#missing", "en"),
    ],
)
def test_a_half_written_answer_is_kept_with_its_files(applicant, asked, button, leads_to, language):
    moved = answer(applicant, button, **{"passport-page": journeys.picture()})

    spoken, page = shown(applicant.get(moved["Location"]))
    assert (moved.status_code, moved["Location"], spoken) == (302, leads_to, language)
    assert "At the &lt;mill&gt;</textarea>" in page
    assert asked.uploads.count() == 1


def test_an_answer_with_something_missing_keeps_what_was_written(applicant, asked):
    refused = answer(applicant, {"send": "1"})

    assert refused.status_code == 400
    assert "At the &lt;mill&gt;</textarea>" in shown(applicant.get("/en/track/case/"))[1]


def test_what_was_written_so_far_is_sealed_and_goes_with_the_answer(applicant, asked):
    answer(applicant, {"upload": "1"}, **{"passport-page": journeys.picture()})
    half = Supplement.objects.get()
    answer(applicant, {"send": "1"})
    whole = Supplement.objects.get()
    drafts.keep_answer(whole, "too late")

    assert b"mill" not in bytes(half.typed)
    assert (drafts.answer_so_far(half), half.answered_at) == ("At the <mill>", None)
    assert (whole.typed, sealing.unseal(bytes(whole.answer))) == (None, {"text": "At the <mill>"})
    assert Supplement.objects.get().typed is None
