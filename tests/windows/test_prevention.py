"""Prevention: the checklists, the day's checks, what they allow and propose, who has checked."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import InternalError, transaction
from django.utils import translation

from tests import make
from tests.make import NOON
from tests.windows.wanted_changes import wanted
from windows import clock, imports, lifecycle, prevention
from windows.lifecycle import NotAllowed
from windows.models import Check, Checklist, ChecklistItem, Status, StatusChange, Touch, Window

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon():
    clock.set_now(NOON)
    with translation.override("en"):
        yield


def status_of(window: Window) -> str | None:
    return Window.objects.with_status().get(pk=window.pk).status


def shut(**fields) -> Window:
    """A window suspended the day before, without any check."""
    window = make.window(**fields)
    make.change(window, "suspended", at=NOON - 2 * DAY)
    return window


# --- the checklist ---


def test_the_checklist_that_holds_is_the_latest_that_began():
    first, second = make.checklist("a", "2020-02-01"), make.checklist("b", "2020-03-11")
    make.checklist("c", "2020-03-12")

    days = [date(2020, 1, 31), date(2020, 2, 1), date(2020, 3, 10), date(2020, 3, 11)]

    assert [prevention.checklist(day) for day in days] == [None, first, first, second]


def test_the_product_brings_a_checklist_with_the_six_items_of_the_measure_and_keeps_it():
    for _ in range(2):
        call_command("load_reference")

    items = Checklist.objects.get().items.values_list("code", flat=True)
    assert list(items) == ["ventilation", "disinfection", "temperature", "masks", "distancing", "isolation_room"]


def test_the_database_lets_nobody_alter_a_checklist_or_a_check():
    made = make.check(make.window())

    for rows, change in [(Checklist.objects, {"effective_from": NOON}), (ChecklistItem.objects, {"name_zh": "x"})]:
        with pytest.raises(InternalError, match="append_only"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        Check.objects.update(failing=["masks"])
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        made.delete()


@pytest.mark.django_db(transaction=True)
def test_the_database_takes_no_item_after_its_checklist():
    made = make.checklist()

    with pytest.raises(InternalError, match="items_come_with_their_checklist"):
        ChecklistItem.objects.create(checklist=made, code="late", name_zh="晚", name_en="Late")


# --- recording ---


def test_a_check_says_against_what_by_whom_when_and_what_failed():
    window, officer = make.window(), make.officer()

    check = make.check(window, "masks", by=officer, note="两人未戴")

    assert (check.place, check.by, check.at, check.day) == (window, officer, NOON, date(2020, 3, 11))
    assert (check.checklist, check.failing, check.passed, check.note) == (
        make.checklist(),
        ["masks"],
        False,
        "两人未戴",
    )
    assert [item.code for item in check.failing_items()] == ["masks"]
    assert list(Touch.objects.values_list("kind", flat=True)) == ["pages"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"failing": ["garden"]}, "no item"), ({"at": NOON - 90 * DAY}, "No prevention checklist"), ({}, "Another")],
)
def test_a_check_against_a_rule_is_refused_and_nothing_is_written(fields, told):
    window, officer = make.window(), make.officer()
    make.checklist()
    against = Checklist(code="old") if not fields else None

    with pytest.raises(NotAllowed, match=told):
        prevention.record(Check, window, by=officer, against=against, **{"failing": []} | fields)

    assert Check.objects.count() == 0


# --- restoring ---


@pytest.mark.parametrize("status", [Status.FULL, Status.LIMITED])
def test_restoring_without_a_check_is_refused_in_the_preview_and_in_the_act(status):
    window, officer = shut(), make.officer()

    ((_window, refusal),) = lifecycle.preview([window], wanted(status))
    with pytest.raises(NotAllowed, match="passed prevention check of the last 24 hours"):
        lifecycle.change_status(window, wanted(status), by=officer)

    assert "passed prevention check" in refusal
    assert status_of(window) == Status.SUSPENDED


@pytest.mark.parametrize(
    ("checks", "restored"),
    [
        ([(0 * HOUR, [])], True),
        ([(-24 * HOUR, [])], True),
        ([(-24 * HOUR - timedelta(seconds=1), [])], False),
        ([(-HOUR, ["masks"])], False),
        ([(-2 * HOUR, []), (-HOUR, ["masks"])], False),
        ([(-2 * HOUR, ["masks"]), (-HOUR, [])], True),
    ],
)
def test_the_last_check_of_the_last_24_hours_decides(checks, restored):
    window, officer = shut(), make.officer()
    for after, failing in checks:
        make.check(window, *failing, at=NOON + after)

    (outcome,) = lifecycle.change_statuses([window], wanted(), by=officer, at=NOON)

    assert (outcome.entry is not None, status_of(window) == Status.LIMITED) == (restored, restored)


def test_another_windows_check_opens_nothing_and_a_bulk_change_tells_who_lacks_one():
    checked, unchecked = shut(), shut()
    make.check(checked)

    outcomes = lifecycle.change_statuses([checked, unchecked], wanted(), by=make.officer())

    assert [(o.window, bool(o.entry), "prevention" in o.refusal) for o in outcomes] == [
        (checked, True, False),
        (unchecked, False, True),
    ]


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ("limited", {"status": "full"}),
        ("full", {"status": "limited"}),
        ("suspended", {"status": "emergency"}),
        ("suspended", {"status": "full", "channel": "counter"}),
    ],
)
def test_what_does_not_restore_the_window_needs_no_check(before, change):
    window = make.window()
    make.change(window, before, at=NOON - 3 * DAY)

    lifecycle.change_status(window, wanted(**change), by=make.officer())

    assert StatusChange.objects.filter(window=window).count() == 2


def test_a_window_that_never_reported_needs_a_check_to_open():
    with pytest.raises(NotAllowed, match="prevention check"):
        lifecycle.change_status(make.window(), wanted(), by=make.officer())


def test_a_late_report_that_a_later_entry_overtakes_is_history_and_one_that_opens_now_is_not():
    window, officer = shut(), make.officer()
    early, late = wanted(effective_at=NOON - 3 * DAY), wanted(effective_at=NOON - DAY)

    lifecycle.change_status(window, early, by=officer)
    with pytest.raises(NotAllowed, match="prevention check"):
        lifecycle.change_status(window, late, by=officer)

    assert status_of(window) == Status.SUSPENDED


def test_a_correction_that_opens_the_window_needs_a_check_and_one_of_history_does_not():
    window, officer = shut(), make.officer()
    telling = StatusChange.objects.get()

    with pytest.raises(NotAllowed, match="prevention check"):
        lifecycle.correct(telling, wanted(), by=officer)
    make.change(window, "emergency", at=NOON - HOUR)
    lifecycle.correct(telling, wanted(), by=officer)

    assert status_of(window) == Status.EMERGENCY


def test_a_correction_opens_the_window_after_a_check():
    window = shut()
    make.check(window)

    lifecycle.correct(StatusChange.objects.get(), wanted(), by=make.officer())

    assert status_of(window) == Status.LIMITED


def test_taking_back_a_suspension_needs_no_check():
    window, officer = make.window(), make.officer()
    make.change(window, "full", at=NOON - 3 * DAY)
    wrong = make.change(window, "suspended")

    lifecycle.retract(wrong, by=officer, reason=make.reason(), at=NOON + HOUR)

    assert status_of(window) == Status.FULL


def test_an_import_reports_history_and_is_not_bound():
    window = shut()
    header = "window,status,effective_at,recorded_at,reason,measure\n"
    row = f"{window.pk},full,2020-03-11T09:00,2020-03-11T09:30,{make.reason().pk},\n"

    report = imports.import_status_changes("x.csv", (header + row).encode())

    assert (report.problems, status_of(window)) == ([], Status.FULL)


# --- what a failing check proposes ---


def test_a_failing_check_proposes_to_suspend_and_nothing_happens_by_itself():
    window = make.window()
    make.change(window, "full", at=NOON - HOUR)

    check = make.check(window, "masks", "ventilation")
    change = prevention.proposal(check)

    assert (prevention.proposes(check), status_of(window)) == (True, Status.FULL)
    assert (change.status, change.reason.pk, change.measure) == (Status.SUSPENDED, "prevention_failed", 7)
    assert (change.note_zh, change.note_en) == (
        "不符合要求：项masks、项ventilation",
        "Not in order: Masks, Ventilation",
    )
    assert change.next_review == date(2020, 3, 12)


def test_the_proposal_is_done_once():
    window, officer = make.window(), make.officer()
    make.change(window, "full", at=NOON - HOUR)
    check = make.check(window, "masks")

    entry = prevention.suspend(check, by=officer, at=NOON)

    assert (entry.status, entry.by, status_of(window)) == (Status.SUSPENDED, officer, Status.SUSPENDED)
    with pytest.raises(NotAllowed, match="proposes nothing"):
        prevention.suspend(check, by=officer, at=NOON)


@pytest.mark.parametrize("case", ["passed", "mended since", "yesterday's"])
def test_a_check_that_passed_or_is_overtaken_proposes_nothing(case):
    window = make.window()
    make.change(window, "full", at=NOON - 2 * DAY)
    failing = [] if case == "passed" else ["masks"]
    check = make.check(window, *failing, at=NOON - DAY if case == "yesterday's" else NOON - HOUR)
    if case == "mended since":
        make.check(window)

    assert prevention.proposes(check) is False


# --- who has checked ---


def test_compliance_counts_open_windows_by_the_level_at_which_they_differ():
    first, second, third = make.window("420102"), make.window("420102"), make.window("420103")
    for window in (first, second, third):
        make.change(window, "full", at=NOON - 3 * DAY)
    shut()  # not open: nobody waits for its check
    make.check(first)
    make.check(third, "masks")
    make.check(second, at=NOON - DAY)  # yesterday's

    windows = prevention.of_day(Window.objects.all())
    rows = prevention.compliance(windows)

    assert [(row.division.pk, row.open, row.passed, row.failing, row.missing) for row in rows] == [
        ("420102", 2, 1, 0, 1),
        ("420103", 1, 0, 1, 0),
    ]
    assert prevention.without_pass(windows) == [third, second]
