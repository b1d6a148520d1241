"""A receipt's code: it tells that the receipt is ours, and nothing of who applied."""

import io
import re
from datetime import date

import pytest
import zxingcpp
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from applications import casework, line, sealing
from applications.views import tracking
from tests import make
from tests.make import NOON
from windows import limits

pytestmark = pytest.mark.django_db
HOST = "http://testserver"


def address(number: str, proof: str = "") -> str:
    return f"/en/verify/{number}/{proof or sealing.proof(number)}/"


def test_the_code_of_a_receipt_leads_to_its_check_and_holds_no_secret(client):
    application = make.submitted()
    client.cookies[tracking.COOKIE] = signing.get_cookie_signer(salt=tracking.COOKIE).sign(application.pk)

    picture = client.get("/en/track/case/code.png")

    shown = Image.open(io.BytesIO(picture.content)).convert("L").resize((200, 200))
    assert [found.text for found in zxingcpp.read_barcodes(shown)] == [HOST + address(application.number)]


def test_the_check_tells_reference_state_and_day_and_nothing_of_the_applicant(client):
    answers = {"person": {"surname": "Lindqvist"}}
    application = make.submitted(make.window(name_en="Window A"), make.service(), answers=answers)

    answer = client.get(address(application.number))

    page = answer.content.decode()
    assert [told in page for told in (sealing.spelled(application.number), "received", "11 March 2020")] == [True] * 3
    secrets = ("Lindqvist", "anna@example.org", "Ordinary passport", "Window A", "12:00")
    assert [secret for secret in secrets if secret in page] == []
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_a_parked_case_is_in_review_to_whoever_asks(client):
    application, clerk = make.submitted(), make.officer()
    claimed = line.claim_next(application.window, by=clerk, at=NOON)
    casework.park(
        claimed, by=clerk, seen=claimed.version, until=date(2020, 3, 20), reason="a letter is awaited", at=NOON
    )

    page = client.get(address(application.number)).content.decode()

    assert ("<dd>in review</dd>" in page, "parked" in page) == (True, False)


def test_an_unknown_reference_and_a_wrong_proof_are_answered_alike(client):
    number = make.submitted().number
    unknown = sealing.new_reference()
    askings = [
        address(unknown),
        address(unknown, sealing.proof(number)),
        address(number, sealing.proof(unknown)),
        address(number, sealing.proof(number)[:-1]),
        address(number, "x"),
        address("x", "x"),
        address("%00", "%00"),
        address(number.lower(), sealing.proof(number)),
    ]

    answers = [client.get(asked) for asked in askings]

    own_address = re.compile(rb"verify/[^/]+/[^/]+/")
    assert {answer.status_code for answer in answers} == {404}
    assert len({own_address.sub(b"", answer.content) for answer in answers}) == 1
    assert {answer["Cache-Control"] for answer in answers} == {client.get("/en/track/")["Cache-Control"]}


def test_a_wrong_proof_asks_the_table_of_applications_nothing(client):
    number = make.submitted().number

    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(address(number, "x"))

    assert [query for query in asked.captured_queries if "applications_application" in query["sql"]] == []


def test_checks_have_a_limit_for_each_reference_and_for_each_network(client, monkeypatch):
    number, other = make.submitted().number, sealing.new_reference()
    for name in ("CHECKS_PER_REFERENCE", "CHECKS_PER_NETWORK"):
        rule = getattr(limits, name)
        monkeypatch.setattr(limits, name, limits.Rule(rule.name, 3, rule.per))

    of_one = [client.get(address(number)).status_code for _n in range(4)]
    elsewhere = Client(REMOTE_ADDR="192.0.2.9")
    of_others = [elsewhere.get(address(number)).status_code, elsewhere.get(address(other)).status_code]

    assert of_one == [200, 200, 200, 429]
    assert of_others == [429, 404]
    assert client.get(address(other)).status_code == 429


def test_a_check_takes_nothing_but_a_question(client):
    assert client.post(address(make.submitted().number)).status_code == 405
