"""The API for provincial systems: who may call, what is taken, what a retry makes, what is told and to whom."""

import io
import json
import logging
from copy import deepcopy
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import structlog
from django.test import Client
from django.utils import timezone

from applications import lifecycle, sealing, steps
from applications.api import shapes
from applications.models import Application, Event, RefusalReason, Supplement, Upload
from measures.models import Return
from tests import make
from tests.applications import journeys
from tests.provinces import API, BODY, CHANGE, EVENING, RETURN, System, but, errors_of, world
from windows import clock, limits, tokens
from windows.models import SHANGHAI, ProvinceToken, StatusChange, Touch

pytestmark = pytest.mark.django_db


def world_with_a_system() -> str:
    world()
    return make.token()


@pytest.fixture(scope="module")
def laid_out(for_the_module) -> str:
    """The token of a system of Hubei."""
    return for_the_module(world_with_a_system)


@pytest.fixture
def place(laid_out, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def hubei(place, laid_out) -> System:
    return System(laid_out)


@pytest.fixture
def beijing(place) -> System:
    return System(make.token("110000"))


# --- who may call ------------------------------------------------------------------------------------------------


def test_every_token_that_is_not_valid_is_answered_alike(hubei):
    revoked, expired = make.token("330000"), make.token("320000", at=timezone.now() - timedelta(days=9), days=3)
    tokens.revoke(tokens.by_text(revoked), by=make.officer())
    wrong = ["", "Bearer", "Bearer ", "Bearer eew_unknown", "Bearer x", f"Basic {hubei.token}", hubei.token]
    wrong += [f"Bearer {revoked}", f"Bearer {expired}", f"Bearer {hubei.token}x", "Bearer é", "Bearer " + "x" * 5000]

    answers = [Client().get(f"{API}applications/7KQ2M8ZD4XA/", headers={"Authorization": told}) for told in wrong]
    answers.append(Client().get(f"{API}applications/7KQ2M8ZD4XA/"))

    assert {(a.status_code, a.content, a["WWW-Authenticate"]) for a in answers} == {
        (401, answers[0].content, 'Bearer realm="api"')
    }
    assert answers[0].json()["type"] == "not_authenticated"


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [("applications", "applications/"), ("status_changes", "status-changes/"), ("returns", "returns/")],
)
def test_a_token_is_good_for_its_scopes_alone(place, scope, allowed):
    system = System(make.token(scopes=[scope]))
    paths = ("applications/", "status-changes/", "returns/", "applications/7KQ2M8ZD4XA/answer/")

    answers = {path: system.post(path, {}) for path in paths}

    refused = {path for path, answer in answers.items() if answer.status_code == 403}
    assert refused == {path for path in paths if not path.startswith(allowed)}
    assert {answers[path].json()["type"] for path in refused} == {"out_of_scope"}


def test_a_token_may_call_so_often_and_another_still_may(hubei, beijing, monkeypatch):
    monkeypatch.setattr(limits, "CALLS_PER_TOKEN", limits.Rule("calls", 5, timedelta(minutes=1)))

    answers = [hubei.get("applications/7KQ2M8ZD4XA/") for _ in range(8)]

    assert [answer.status_code for answer in answers] == [404] * 5 + [429] * 3
    assert answers[-1]["Retry-After"] == "60"
    assert answers[-1].json()["type"] == "throttled"
    assert beijing.get("applications/7KQ2M8ZD4XA/").status_code == 404


def test_reading_stays_open_without_a_token(place):
    assert Client().get(f"{API}windows/").status_code == 200
    assert Client().get(f"{API}windows/", headers={"Authorization": "Bearer x"}).status_code == 200


# --- submitting --------------------------------------------------------------------------------------------------


def test_an_application_is_made_and_told_with_its_secret_and_its_due_instant(hubei):
    answer = hubei.apply()

    told, made = answer.json(), Application.objects.get()
    assert (answer.status_code, set(told)) == (201, {"reference", "secret", "state", "submitted_at", "due"})
    assert (told["reference"], told["state"]) == (sealing.spelled(made.number), "waiting")
    assert sealing.secret_matches(told["secret"], made.secret)
    assert told["due"]["at"] == made.due_at.astimezone(SHANGHAI).isoformat()
    assert told["due"]["trace"][0]["why"] == "received"
    assert (made.caller, made.channel, made.origin) == ("420000", "online", "portal")
    assert sealing.unseal(bytes(made.answers))["person"]["birth"] == "1985-03-27"
    assert [event.verb for event in Event.objects.all()] == ["submitted"]
    assert Touch.objects.filter(kind="work").count() == 1


def test_the_body_and_the_page_tell_the_same_answers(hubei):
    hubei.apply()
    told = sealing.unseal(bytes(Application.objects.get().answers))

    typed = deepcopy(journeys.FOREIGNER)
    forms = steps.Told(typed)

    assert told == forms.answers


def test_the_example_of_the_description_is_taken(hubei):
    assert hubei.apply(shapes.EXAMPLE.value).status_code == 201


@pytest.mark.parametrize("journey", [journeys.CHINESE, journeys.TAIWAN])
def test_other_applicants_are_taken_too(hubei, journey):
    body = deepcopy(journey)
    body["window"].pop("place")
    day = [body["person"].pop(f"birth_{part}") for part in "ymd"]
    body["person"]["birth"] = date(*map(int, day)).isoformat()

    assert hubei.apply(body).status_code == 201


def test_a_minor_brings_a_guardian(hubei):
    minor = but("person.birth", "2010-01-01")

    missing = hubei.apply(minor)
    guardian = {"name": "Jón Ólafsson", "relation": "father", "number": "B7654321"}
    made = hubei.apply(minor | {"guardian": guardian})

    assert set(errors_of(missing)) == {"guardian.name", "guardian.relation", "guardian.number"}
    assert made.status_code == 201


BAD = [
    ("who.audience", "martian", "who.audience", "none of the codes"),
    ("who", ..., "who.audience", "Choose one"),
    ("service.service", "passport", "service.service", "none of the codes"),
    ("service.service", ..., "service.service", "Choose one"),
    ("window.window", "11010101", "window.window", "no such window in your province"),
    ("window.window", "99999999", "window.window", "no such window in your province"),
    ("window.window", ..., "window.window", "Find a window"),
    ("window.place", "420102", "window.place", "not known here"),
    ("person.surname", "王", "person.surname", "Latin letters"),
    ("person.surname", "R2D2", "person.surname", "no digits"),
    ("person.surname", "A\u202eB", "person.surname", "direction of writing"),
    ("person.surname", "x" * 300, "person.surname", "longer than 200"),
    ("person.surname", "x" * 1001, "person.surname", "longer than 1000"),
    ("person.surname", "A\x00B", "person.surname", "no text"),
    ("person.surname", "A\ud800B", "person.surname", "no text"),
    ("person.surname", None, "person.surname", "required"),
    ("person.surname", "", "person.surname", "required"),
    ("person.surname", 5, "person.surname", "must be text"),
    ("person.surname", ["x"], "person.surname", "must be text"),
    ("person.surname", True, "person.surname", "must be text"),
    ("person.name_zh", "王芳", "person.name_zh", "not asked of this applicant"),
    ("person.nationality", "CN", "person.nationality", "none of the codes"),
    ("person.sex", "female", "person.sex", "F, M, X"),
    ("person.birth", "27.3.1985", "person.birth", "not a day of the calendar"),
    ("person.birth", "1985-02-30", "person.birth", "not a day of the calendar"),
    ("person.birth", "1985-3-27", "person.birth", "not a day of the calendar"),
    ("person.birth", "１９８５-03-27", "person.birth", "not a day of the calendar"),
    ("person.birth", "0000-01-01", "person.birth", "not a day of the calendar"),
    ("person.birth", "2020-03-12", "person.birth", "in the future"),
    ("person.birth", "1850-01-01", "person.birth", "years ago"),
    ("person.birth", "", "person.birth", "required"),
    ("person.birth_y", "1985", "person.birth_y", "not known here"),
    ("person.shoe_size", "38", "person.shoe_size", "not known here"),
    ("person", "Anna", "person", "must be an object"),
    ("person", None, "person", "must be an object"),
    ("document.number", "12", "document.number", "5 to 9 characters"),
    ("document.expiry", "2020-03-10", "document.expiry", "no longer valid"),
    ("document.zone", "P<ISL", "document.zone", ""),
    ("document.permit", "C1234567", "document.permit", "not asked of this applicant"),
    ("contact.phone", "call me", "contact.phone", "no telephone number"),
    ("contact.email", "anna@", "contact.email", "valid email"),
    ("contact.address", "", "contact.address", "required"),
    ("contact.address", "x" * 501, "contact.address", "longer than 500"),
    ("ground.ground", "boredom", "ground.ground", "none of the codes"),
    ("ground.ground", "urgent", "ground.why", "Say what the reason is"),
    ("collection.collection", "post", "collection.post_to", "where to send it"),
    ("employer", {"employer": "x", "credit_code": "91420100MA4KABCD1A"}, "employer", "not asked"),
    ("guardian", {"name": "x"}, "guardian", "not asked"),
    ("papers", {}, "papers", "not known here"),
    ("secret", "x", "secret", "not known here"),
]


@pytest.mark.parametrize(("path", "value", "field", "said"), BAD)
def test_a_wrong_answer_is_told_by_its_field_and_nothing_is_made(hubei, path, value, field, said):
    answer = hubei.apply(but(path, value))

    told = errors_of(answer)
    assert (answer.status_code, answer.json()["type"], list(told)) == (400, "invalid", [field])
    assert said in told[field]
    assert Application.objects.count() == 0


def test_all_that_is_wrong_is_told_together(hubei):
    body = but("person.birth", "x") | {"contact": {"phone": "1", "email": "x", "address": "a"}}

    assert set(errors_of(hubei.apply(body))) == {"person.birth", "contact.phone", "contact.email"}


@pytest.mark.parametrize(
    "body",
    [
        *("", "{", "[]", "null", '"x"', "5", "NaN", b"\xff\xfe", "[" * 100_000, '{"a":' * 50_000),
        *('{"who": {"audience": "foreign", "audience": "chinese"}}', '{"who": {"audience": 1e999}}', "1" * 5000),
        '{"' + "x" * 5000 + '": 1}',
    ],
)
def test_a_body_that_is_no_form_is_refused(hubei, body):
    answer = hubei.apply(body)

    assert answer.status_code == 400
    assert set(answer.json()) == {"type", "title", "errors"}
    assert len(answer.content) < 2000


def test_a_key_that_stands_twice_is_not_chosen_between(hubei):
    twice = hubei.apply(f'{json.dumps(BODY)[:-1]}, "who": {{"audience": "foreign"}}}}')

    assert (twice.status_code, twice.json()["type"]) == (400, "parse_error")


def test_a_body_of_another_kind_or_too_large_is_refused(hubei):
    headers = {"Authorization": f"Bearer {hubei.token}", "Idempotency-Key": str(uuid4())}
    form = Client().post(f"{API}applications/", {"who": "x"}, headers=headers)
    large = hubei.apply(json.dumps({"who": {"audience": "x" * 3_000_000}}))

    assert (form.status_code, form.json()["type"]) == (415, "unsupported_media_type")
    assert (large.status_code, large.json()["type"]) == (413, "too_large")


@pytest.mark.parametrize("key", [None, "", "1", "x" * 36, "{0b8f3a52-6d0e-4e0c-9a53-7f0f5b6d2c11}", "0" * 32])
def test_a_key_is_a_uuid(hubei, key):
    headers = {} if key is None else {"Idempotency-Key": key}

    answer = hubei.post("applications/", BODY, **headers)

    assert (answer.status_code, list(errors_of(answer))) == (400, ["Idempotency-Key"])


def test_an_unknown_parameter_is_refused(hubei):
    answer = hubei.post("applications/?dry_run=1", BODY, **{"Idempotency-Key": str(uuid4())})

    assert list(errors_of(answer)) == ["dry_run"]


def test_what_a_rule_forbids_is_409_and_what_the_window_does_not_do_is_told(hubei):
    hubei.apply()

    twice = hubei.apply()
    assert (twice.status_code, twice.json()["type"]) == (409, "not_allowed")
    assert "on its way already" in errors_of(twice)[""]

    window = Application.objects.get().window
    make.change(window, "suspended", channel="online", at=EVENING)
    shut = hubei.apply(but("document.number", "B1234567"))
    assert "does not take online applications" in errors_of(shut)["window.window"]
    window.offerings.all().delete()
    without = hubei.apply(but("document.number", "B1234567"))
    assert "does not offer this service" in errors_of(without)["window.window"]


# --- once and once only (R2) -------------------------------------------------------------------------------------


def test_a_retry_is_answered_the_same_whatever_has_become_of_it(hubei):
    key = str(uuid4())
    first = hubei.apply(key=key)
    made = Application.objects.get()
    make.change(made.window, "suspended", channel="online", at=EVENING)
    lifecycle.approve(made, by=make.officer(), at=EVENING)
    clock.set_now(EVENING + timedelta(days=3000))  # the passport has expired by then

    again = hubei.apply(dict(reversed(BODY.items())), key=key.upper())

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Application.objects.count() == 1


def test_a_key_with_another_body_is_refused(hubei):
    key = str(uuid4())
    hubei.apply(key=key)

    other = hubei.apply(but("contact.email", "other@example.org"), key=key)

    assert (other.status_code, other.json()["type"]) == (422, "key_reused")
    assert Application.objects.count() == 1


def test_a_key_of_another_province_is_another_key(hubei, beijing):
    key = str(uuid4())
    mine = hubei.apply(key=key).json()

    same = beijing.apply(key=key)
    theirs = beijing.apply(but("window.window", "11010101") | {"document": {"number": "B1", "expiry": "x"}}, key=key)
    body = but("window.window", "11010101")
    body["document"]["number"] = "B7654321"
    made = beijing.apply(body, key=key)

    assert (same.status_code, theirs.status_code, made.status_code) == (400, 400, 201)
    assert mine["reference"] not in same.content.decode() + theirs.content.decode()
    assert {made.json()[name] == mine[name] for name in ("reference", "secret")} == {False}


# --- following one -----------------------------------------------------------------------------------------------


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


# --- what is reported in bulk ------------------------------------------------------------------------------------


def test_status_changes_are_stored_once_with_all_they_say(hubei):
    full = CHANGE | {"note_zh": "\\N", "note_en": 'a "b", c', "next_review": "2020-03-18", "measure": 1}
    narrow = CHANGE | {"service": "passport", "channel": "online", "status": "suspended"}
    rows = [full, narrow, CHANGE | {"effective_at": "2020-03-10T09:00", "recorded_at": "2020-03-10T10:00:00+08:00"}]

    first, again = (hubei.post("status-changes/", rows).json() for _ in range(2))
    more = hubei.post("status-changes/", [*rows, CHANGE | {"channel": "counter"}]).json()

    assert first == {"rows": 3, "stored": 3, "unchanged": 0}
    assert again == {"rows": 3, "stored": 0, "unchanged": 3}
    assert more == {"rows": 4, "stored": 1, "unchanged": 3}
    stored = StatusChange.objects.filter(source="api")
    entry = stored.get(measure=1)
    assert (entry.note_zh, entry.note_en, entry.next_review) == ("\\N", 'a "b", c', date(2020, 3, 18))
    assert abs(entry.recorded_at - EVENING) < timedelta(minutes=5)
    assert (entry.by, entry.service, entry.channel) == (None, None, "")
    assert {reported.token for reported in stored} == {ProvinceToken.objects.get()}
    assert stored.get(service="passport").channel == "online"
    assert Touch.objects.filter(kind="status", window_id="42010201").exists()


BAD_CHANGES = [
    ("window", "11010101", "window", "not known"),
    ("window", "99999999", "window", "not known"),
    ("window", None, "window", "must be given"),
    ("window", 42010201, "window", "must be text"),
    ("status", "open", "status", "not known"),
    ("status", "", "status", "not known"),
    ("effective_at", "yesterday", "effective_at", "not a time"),
    ("effective_at", "2020-03-12T09:00+08:00", "effective_at", "still to come"),
    ("effective_at", "0001-01-01T00:00:00+08:00", "effective_at", "too far away"),
    ("effective_at", "9999-12-31T23:59:59-12:00", "effective_at", "too far away"),
    ("effective_at", 5, "effective_at", "must be text"),
    ("recorded_at", "2020-03-10T09:00", "recorded_at", "before it took effect"),
    ("recorded_at", "2020-03-12T09:00", "recorded_at", "still to come"),
    ("reason", "bad mood", "reason", "not known"),
    ("note_zh", "x" * 501, "note_zh", "longer than 500"),
    ("note_zh", "a\nb", "note_zh", "cannot be printed"),
    ("note_zh", "a\x00b", "note_zh", "no text"),
    ("note_en", "only English", "note_zh", "Chinese as well"),
    ("next_review", "soon", "next_review", "not a day"),
    ("next_review", "0001-01-01", "next_review", "too far away"),
    ("measure", 11, "measure", "from 1 to 10"),
    ("measure", "1", "measure", "whole number"),
    ("measure", True, "measure", "whole number"),
    ("measure", 10**400, "measure", "from 1 to 10"),
    ("service", "haircut", "service", "not known"),
    ("channel", "telepathy", "channel", "not known"),
    ("colour", "red", "colour", "not known here"),
]


@pytest.mark.parametrize(("name", "value", "field", "said"), BAD_CHANGES)
def test_a_wrong_row_is_told_by_its_place_and_nothing_is_stored(hubei, name, value, field, said):
    good = CHANGE | {"effective_at": "2020-03-01T09:00"}

    answer = hubei.post("status-changes/", [good, CHANGE | {name: value}])

    assert (answer.status_code, list(errors_of(answer))) == (400, [f"[1].{field}"])
    assert said in errors_of(answer)[f"[1].{field}"]
    assert not StatusChange.objects.filter(source="api").exists()


@pytest.mark.parametrize("change", [{"status": "full"}, {"reason": "epidemic"}, {"measure": 2}, {"note_zh": "x"}])
def test_something_else_under_the_same_key_is_refused(hubei, change):
    make.reason("epidemic")
    hubei.post("status-changes/", [CHANGE])

    answer = hubei.post("status-changes/", [CHANGE | {"effective_at": "2020-03-02T09:00"}, CHANGE | change])

    assert list(errors_of(answer)) == ["[1].effective_at"]
    assert StatusChange.objects.filter(source="api").count() == 1


@pytest.mark.parametrize("path", ["status-changes/", "returns/"])
@pytest.mark.parametrize("body", [{}, [], [5], "x", None, "null", "[" * 9999, [{}] * 501])
def test_a_body_that_is_no_list_of_rows_is_refused(hubei, path, body):
    answer = hubei.post(path, body)

    assert answer.status_code == 400
    assert set(answer.json()) == {"type", "title", "errors"}


def test_the_same_key_twice_in_a_body_is_refused(hubei):
    same = CHANGE | {"effective_at": "2020-03-11T01:00:00Z"}

    assert "row 0 already" in errors_of(hubei.post("status-changes/", [CHANGE, same]))["[1].window"]
    assert "row 0 already" in errors_of(hubei.post("returns/", [RETURN, RETURN]))["[1].port"]


def test_five_hundred_rows_are_taken(hubei):
    start = datetime(2020, 2, 1, tzinfo=SHANGHAI)
    rows = [CHANGE | {"effective_at": (start + timedelta(hours=n)).isoformat()} for n in range(500)]

    assert hubei.post("status-changes/", rows).json()["stored"] == 500


def test_returns_are_stored_once(hubei):
    lane = {"port": "WUH", "kind": "dedicated_lane", "goods": "fresh_produce", "day": "2020-03-10", "quantity": -2}

    first, again = (hubei.post("returns/", [RETURN, lane]).json() for _ in range(2))
    other = hubei.post("returns/", [RETURN | {"quantity": 43}])

    assert (first["stored"], again) == (2, {"rows": 2, "stored": 0, "unchanged": 2})
    assert list(errors_of(other)) == ["[0].day"]
    assert set(Return.objects.values_list("source", "quantity")) == {("api", 42), ("api", -2)}


BAD_RETURNS = [
    ("port", "PEK", "port", "not known"),
    ("port", "", "port", "not known"),
    ("kind", "balloon", "kind", "not known"),
    ("goods", "fresh_produce", "goods", "only they do"),
    ("goods", "gold", "goods", "not known"),
    ("day", "2020-03-12", "day", "to come"),
    ("day", "2020-02-30", "day", "not a day"),
    ("quantity", -1, "quantity", "count downwards"),
    ("quantity", "42", "quantity", "whole number"),
    ("quantity", 4.5, "quantity", "whole number"),
    ("quantity", 10**7, "quantity", "from"),
    ("recorded_at", "2020-03-10T23:00", "recorded_at", "before it began"),
    ("recorded_at", "2021-01-01T00:00", "recorded_at", "still to come"),
    ("quantity", None, "quantity", "must be given"),
]


@pytest.mark.parametrize(("name", "value", "field", "said"), BAD_RETURNS)
def test_a_wrong_return_is_told_by_its_place_and_nothing_is_stored(hubei, name, value, field, said):
    answer = hubei.post("returns/", [RETURN | {"day": "2020-03-01"}, RETURN | {name: value}])

    assert (answer.status_code, list(errors_of(answer))) == (400, [f"[1].{field}"])
    assert said in errors_of(answer)[f"[1].{field}"]
    assert not Return.objects.filter(source="api").exists()


# --- nothing personal where it does not belong -------------------------------------------------------------------


def test_no_error_message_and_no_log_line_holds_a_secret_or_personal_data(hubei, caplog):
    """Canaries in every value, and in the wrong places; what is logged is read as a whole."""
    caplog.set_level(logging.DEBUG)
    canary = "Canarybird7"
    with structlog.testing.capture_logs() as logged:
        made = hubei.apply()
        refused = [
            hubei.apply(but(path, f"{canary} {path}"))
            for page, fields in shapes.SentSerializer().fields.items()
            for path in [f"{page}.{name}" for name in fields.fields]
        ]
        refused += [hubei.apply(json.dumps(BODY)[:-5] + canary), hubei.apply({"who": canary})]
        refused += [hubei.apply(but("contact.email", f"{canary}@example.org"), key=str(Application.objects.get().key))]
        refused += [hubei.bring(made.json()["reference"], document=canary, file=journeys.picture(name=f"{canary}.jpg"))]
        file = io.BytesIO(b"x")
        file.name = f"{canary}.jpg"
        refused += [hubei.bring(made.json()["reference"], document="passport-page", file=file)]
        hubei.apply()

    told = "".join(answer.content.decode() for answer in refused)
    assert {answer.status_code for answer in refused} == {400, 409, 422}
    assert canary not in told
    lines = caplog.text + json.dumps(logged, default=repr)
    assert lines
    personal = [canary, made.json()["secret"], hubei.token, "Ólafsdóttir", "A1234567", "anna@example.org", "4111111"]
    assert [text for text in personal if text in lines or text in told] == []
