"""Tokens of provincial systems: two live ones at most, the text told once, everything that has ended alike."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from tests import make
from windows import tokens
from windows.lifecycle import NotAllowed
from windows.models import ProvinceToken, TokenScope

pytestmark = pytest.mark.django_db
LIST, ADD = "admin:windows_provincetoken_changelist", "admin:windows_provincetoken_add"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def issue(**fields) -> tuple[ProvinceToken, str]:
    now = timezone.now()
    values = {"province": make.division("420000"), "label": f"system {ProvinceToken.objects.count()}"}
    values |= {"scopes": ["returns"], "expires_at": now + timedelta(days=30), "by": make.officer()} | fields
    return tokens.issue(**values)


# --- the rules ---


def test_a_token_is_found_by_its_text_and_its_text_is_not_kept():
    token, text = issue()

    stored = ProvinceToken.objects.values_list().get()
    assert tokens.by_text(text) == token
    assert not any(text in str(bytes(value) if isinstance(value, memoryview) else value) for value in stored)
    assert len(text) >= 40
    assert tokens.by_text(text + "x") is tokens.by_text("") is tokens.by_text("eew_" + "x" * 5000) is None


def test_expired_and_revoked_tokens_are_as_unknown_as_one_never_issued():
    long_ago = timezone.now() - timedelta(days=3)
    _expired, old = issue(at=long_ago, expires_at=long_ago + timedelta(days=2))
    token, text = issue()
    tokens.revoke(token, by=make.officer())

    assert (tokens.by_text(old), tokens.by_text(text), tokens.by_text("eew_wrong")) == (None, None, None)


def test_a_province_has_two_live_tokens_at_most_and_another_its_own():
    issue()
    second, _text = issue()

    with pytest.raises(NotAllowed, match="two live tokens"):
        issue()
    issue(province=make.division("110000"))
    tokens.revoke(second, by=make.officer())
    third, _text = issue()

    assert third.slot == second.slot


def test_an_expired_token_gives_its_slot_to_the_next_one():
    long_ago = timezone.now() - timedelta(days=3)
    expired, _text = issue(at=long_ago, expires_at=long_ago + timedelta(days=2))
    issue(at=long_ago)

    third, _text = issue()

    expired.refresh_from_db()
    assert (third.slot, expired.revoked_by, expired.state) == (expired.slot, None, "expired")


def test_the_database_refuses_a_third_live_token_a_second_label_and_an_odd_row():
    token, _text = issue(label="one")
    issue(label="two")
    columns = "province_id, label, digest, scopes, slot, made_at, by_id, expires_at"

    def copied(**changed) -> str:
        values = {"label": "'three'", "digest": "'x'::bytea"} | changed
        selected = ", ".join(values.get(name, name) for name in columns.split(", "))
        return (
            f"INSERT INTO windows_provincetoken ({columns}) SELECT {selected} FROM windows_provincetoken WHERE id = %s"
        )

    make.division("110000")
    elsewhere = {"province_id": "'110000'"}
    for changed, constraint in [
        ({}, "a_province_has_two_live_tokens_at_most"),
        ({"slot": "2"}, "a_province_has_two_live_tokens_at_most"),
        ({"slot": "3"}, "slot_of_a_token_is_one_of_two"),
        (elsewhere | {"scopes": "'[]'"}, "scopes_of_a_token_are_known"),
        (elsewhere | {"scopes": "'[\"everything\"]'"}, "scopes_of_a_token_are_known"),
        (elsewhere | {"expires_at": "made_at"}, "a_token_expires_after_it_was_issued"),
        ({"province_id": f"'{make.division('420100').pk}'"}, "a_token_speaks_for_a_province"),
        (elsewhere | {"digest": "digest"}, "digest"),
    ]:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(copied(**changed), [token.pk])


def test_a_live_label_is_taken_by_rule_and_by_database():
    issue(label="one")

    with pytest.raises(NotAllowed, match="label"):
        issue(label="one")
    other = ProvinceToken.objects.get()
    other.pk, other.slot, other.digest = None, 2, b"x"
    with pytest.raises(IntegrityError, match="told_apart_by_label"), transaction.atomic():
        other.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [
        "label = 'x'",
        "scopes = '[\"applications\"]'",
        "expires_at = expires_at + interval '1 day'",
        "digest = 'x'::bytea",
    ],
)
def test_the_database_alters_no_token(change):
    issue()

    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE windows_provincetoken SET {change}")


def test_a_revoked_token_stays_revoked_and_none_is_deleted():
    token, _text = issue()
    tokens.revoke(token, by=make.officer())

    with pytest.raises(NotAllowed, match="ended already"):
        tokens.revoke(token, by=make.officer())
    for statement in ("UPDATE windows_provincetoken SET revoked_at = NULL", "DELETE FROM windows_provincetoken"):
        with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"scopes": []}, "at least one scope"),
        ({"scopes": ["everything"]}, "at least one scope"),
        ({"label": ""}, "a label"),
        ({"expires_at": timezone.now() + timedelta(days=400)}, "a year at most"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "a year at most"),
    ],
)
def test_an_odd_token_is_not_issued(fields, said):
    with pytest.raises(NotAllowed, match=said):
        issue(**fields)
    with pytest.raises(NotAllowed, match="issued to provinces"):
        issue(province=make.division("420100"))


# --- the staff site ---


def signed_in(role: str, **reach) -> Client:
    return make.signed_in(make.staff(role, **reach))


def wanted(**fields) -> dict:
    until = (timezone.localdate() + timedelta(days=90)).isoformat()
    return {"province": make.division("420000").pk, "label": "Hubei", "scopes": ["returns"], "until": until} | fields


def test_a_token_is_shown_on_the_page_that_issues_it_and_never_again():
    client = signed_in("supervisor", nationwide=True)

    issued = client.post(reverse(ADD), wanted())

    text, token = issued.context["text"], ProvinceToken.objects.get()
    assert text in issued.content.decode()
    assert "no-store" in issued["Cache-Control"]
    assert tokens.by_text(text) == token
    pages = [reverse(LIST), reverse("admin:windows_provincetoken_change", args=[token.pk]), reverse(ADD)]
    pages.append(reverse("admin:windows_provincetoken_history", args=[token.pk]))
    assert not any(text in client.get(page).content.decode() for page in pages)


def test_what_forbids_a_token_is_told_on_the_form():
    client = signed_in("supervisor", nationwide=True)
    client.post(reverse(ADD), wanted())

    again = client.post(reverse(ADD), wanted())
    empty = client.post(reverse(ADD), {})

    assert "has this label already" in again.content.decode()
    assert set(empty.context["form"].errors) == {"province", "label", "scopes", "until"}
    assert ProvinceToken.objects.count() == 1


def test_revoking_is_asked_first_and_ends_the_token():
    client = signed_in("supervisor", nationwide=True)
    token, text = issue()
    address = reverse("admin:windows_provincetoken_revoke", args=[token.pk])

    asked = client.get(address)
    before = tokens.by_text(text)
    client.post(address)
    again = client.post(address, follow=True)

    assert (asked.status_code, before, tokens.by_text(text)) == (200, token, None)
    assert "ended already" in again.content.decode()
    assert ProvinceToken.objects.get().revoked_by is not None


@pytest.mark.parametrize(
    ("role", "nationwide", "may"),
    [
        ("supervisor", True, {"see", "keep"}),
        ("supervisor", False, set()),
        ("auditor", True, {"see"}),
        ("window_officer", True, set()),
        ("policy_editor", True, set()),
    ],
)
def test_only_who_reaches_the_nation_with_the_permission_keeps_tokens(role, nationwide, may):
    client = signed_in(role, nationwide=nationwide)
    token, text = issue()

    seen = {client.get(reverse(name)).status_code for name in [LIST]}
    revoke = reverse("admin:windows_provincetoken_revoke", args=[token.pk])
    kept = {client.get(reverse(ADD)).status_code, client.get(revoke).status_code}
    client.post(reverse(ADD), wanted())
    client.post(revoke)

    assert seen == ({200} if "see" in may else {403})
    assert kept == ({200} if "keep" in may else {403})
    assert (tokens.by_text(text) is None) == ("keep" in may)
    assert ProvinceToken.objects.count() == (2 if "keep" in may else 1)


def test_scopes_are_a_closed_set():
    assert set(TokenScope.values) == {"applications", "status_changes", "returns"}
