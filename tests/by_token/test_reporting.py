"""Status changes and port returns reported in bulk: stored once and as a whole, or refused by row and field."""

from datetime import date, datetime, timedelta

import pytest

from measures.models import Return
from tests import make
from tests.provinces import CHANGE, EVENING, RETURN, errors_of
from windows.models import SHANGHAI, ProvinceToken, StatusChange, Touch

pytestmark = pytest.mark.django_db


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
