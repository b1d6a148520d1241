"""Applications submitted by provincial systems: what is taken, what is refused, and what a retry makes."""

import json
from copy import deepcopy
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from applications import lifecycle, sealing, steps
from applications.api import shapes
from applications.models import Application, Event
from tests import make
from tests.applications import journeys
from tests.provinces import API, BODY, EVENING, but, errors_of
from windows import clock
from windows.models import SHANGHAI, Touch

pytestmark = pytest.mark.django_db


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
