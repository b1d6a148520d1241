"""Risk levels and what they make of windows: the dry run, the one step, the second person, the undo."""

import time

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from measures import levels, risk
from measures.models import RiskLevel, RiskProposal
from tests import make
from tests.make import NOON
from tests.measures.proposing import DAY, HOUR, TODAY, open_window, propose, statuses, told_levels
from windows import lifecycle
from windows.lifecycle import NotAllowed
from windows.models import Check, Offering, Status, StatusChange, Touch, Window

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places_at_risk")]


def apply(proposal: RiskProposal, **fields):
    fields = {"by": make.officer(), "at": NOON, "token": risk.dry_run(proposal, at=NOON).token} | fields
    return risk.apply(proposal, **fields)


# --- levels ---


def test_the_level_in_force_is_the_latest_by_day_then_by_recording():
    place = make.division()
    for level, day, at in (
        ("low", TODAY - 2 * DAY, NOON - DAY),
        ("high", TODAY, NOON - 2 * HOUR),
        ("medium", TODAY, NOON - HOUR),
    ):
        apply(propose(place, level, day=day, at=at), at=at)

    assert [told_levels(TODAY - n * DAY) for n in (3, 2, 1, 0)] == [
        {},
        {"420102": "low"},
        {"420102": "low"},
        {"420102": "medium"},
    ]


def test_the_database_lets_nobody_alter_a_level_or_move_a_proposal_astray():
    make.risk_applied(make.division(), "high")

    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        RiskLevel.objects.update(level="low")
    with pytest.raises(InternalError, match="proposal_moves_legally|transition"), transaction.atomic():
        RiskProposal.objects.update(state="proposed", applied_by=None)
    with pytest.raises(InternalError, match="what_was_proposed_stays"), transaction.atomic():
        RiskProposal.objects.update(wanted="low")
    with pytest.raises(InternalError, match="proposals_are_kept"), transaction.atomic():
        propose().delete()


def test_the_database_knows_that_a_province_takes_two():
    proposal = propose("420000")

    with pytest.raises(IntegrityError, match="a_whole_province_takes_two_people"):
        RiskProposal.objects.filter(pk=proposal.pk).update(state="applied", applied_by=proposal.proposed_by)


# --- the dry run ---


@pytest.mark.parametrize(("level", "status"), [("low", "full"), ("medium", "limited"), ("high", "emergency")])
def test_each_level_proposes_its_status_and_writes_nothing(level, status):
    windows = {make.window(): "suspended", make.window(): "full", make.window(): "limited", make.window(): "emergency"}
    for window, present in windows.items():
        make.change(window, present, at=NOON - 3 * DAY)
        make.check(window)
    before = StatusChange.objects.count(), Touch.objects.count()

    run = risk.dry_run(propose(wanted=level), at=NOON)

    changing = [(window, present, status) for window, present in windows.items() if present != status]
    assert [(row.window, row.present, row.status) for row in run.rows] == changing
    assert (run.unchanged, run.refused, run.levels) == (1, [], {"420102": level})
    assert (StatusChange.objects.count(), Touch.objects.count()) == before


def test_the_dry_run_counts_services_and_cases_at_the_windows_that_change_only():
    changing, staying = open_window(), open_window(status="emergency")
    for window, services in ((changing, ("passport", "permit")), (staying, ("visa",))):
        for code in services:
            make.offering(window, make.service(code))
    make.waiting(changing, make.service("passport"))
    make.waiting(changing, make.service("permit"))
    make.waiting(staying, make.service("visa"))

    run = risk.dry_run(propose(), at=NOON)

    assert ([row.window for row in run.going], run.services, run.waiting) == ([changing], 2, 2)


def test_the_dry_run_tells_the_share_restored_before_and_after_for_the_place_and_its_province():
    open_window("420102")
    open_window("420103")
    shut = make.window("420102")
    make.change(shut, "suspended", at=NOON - 3 * DAY)

    run = risk.dry_run(propose("420102", "high"), at=NOON)

    assert [(share.place.pk, share.windows, share.before, share.after) for share in run.shares] == [
        ("420102", 2, 1, 0),
        ("420000", 3, 2, 1),
    ]
    assert [(str(share.rate_before), str(share.rate_after)) for share in run.shares] == [
        ("0.5000", "0.0000"),
        ("0.6667", "0.3333"),
    ]


def test_a_window_without_a_check_is_told_apart_and_does_not_count_as_restored():
    window = make.window()
    make.change(window, "suspended", at=NOON - 3 * DAY)

    run = risk.dry_run(propose(wanted="low"), at=NOON)

    ((row,), share) = run.refused, run.shares[0]
    assert (row.window, "prevention check" in row.refusal) == (window, True)
    assert (share.before, share.after) == (0, 0)


def test_a_window_of_a_prefecture_follows_the_highest_level_inside_and_a_county_moves_its_own_alone():
    first, second, above = open_window("420102"), open_window("420103"), open_window("420100")

    apply(propose("420102", "medium"))
    after_county = statuses()
    apply(propose("420103", "high"))
    apply(propose("420100", "recorded"))

    assert after_county == {first.pk: "limited", second.pk: "full", above.pk: "full"}
    assert statuses() == {first.pk: "limited", second.pk: "emergency", above.pk: "emergency"}


def test_as_recorded_moves_each_county_by_its_own_level_and_leaves_those_without_one():
    known, unknown = open_window("420102"), open_window("420103")
    header = "division,level,day,reason_zh,reason_en\n"
    levels.import_levels("x.csv", f"{header}420102,high,2020-03-11,新增病例,New cases\n".encode())

    run = risk.dry_run(propose("420100", "recorded"), at=NOON)

    assert ([row.window for row in run.rows], run.unknown, run.levels) == ([known], 1, {"420102": "high"})
    assert unknown.pk not in [row.window.pk for row in run.rows]


# --- applying ---


def test_applying_writes_levels_and_statuses_with_the_reason_in_both_languages_in_one_step():
    window, officer = open_window(), make.officer()
    proposal = propose()

    outcomes = apply(proposal, by=officer)

    entry, level = outcomes[0].entry, RiskLevel.objects.get()
    assert (entry.window, entry.status, entry.measure, entry.by) == (window, "emergency", 1, officer)
    assert (entry.note_zh, entry.note_en, entry.reason.pk) == ("新增病例", "New cases", "risk_changed")
    assert (level.division_id, level.level, level.day, level.proposal) == ("420102", "high", TODAY, proposal)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.applied_by, proposal.applied_at) == ("applied", officer, NOON)


def test_a_level_that_holds_already_is_not_recorded_again():
    apply(propose())
    apply(propose())

    assert RiskLevel.objects.count() == 1


@pytest.mark.parametrize(("place", "alone"), [("420102", True), ("420100", True), ("420000", False)])
def test_a_whole_province_takes_two_people_and_less_takes_one(place, alone):
    officer, window = make.officer(), open_window()
    proposal = propose(place, by=officer)

    if alone:
        apply(proposal, by=officer)
    else:
        with pytest.raises(NotAllowed, match="two people"):
            apply(proposal, by=officer)
        assert (statuses(), RiskLevel.objects.count()) == ({window.pk: "full"}, 0)
        apply(proposal, by=make.officer())

    assert statuses() == {window.pk: "emergency"}


def test_what_changed_since_the_dry_run_stops_the_step_and_asks_again():
    window, proposal = open_window(), propose()
    token = risk.dry_run(proposal, at=NOON).token
    make.change(window, "limited", at=NOON - HOUR)

    with pytest.raises(risk.Stale, match="changed since you looked"):
        risk.apply(proposal, token=token, by=make.officer(), at=NOON)
    assert (statuses(), RiskLevel.objects.count()) == ({window.pk: "limited"}, 0)
    apply(proposal)

    assert statuses() == {window.pk: "emergency"}


def test_a_check_made_since_the_dry_run_is_news_and_a_case_that_came_is_not():
    window, proposal = make.window(), propose(wanted="low")
    make.change(window, "suspended", at=NOON - 3 * DAY)
    first = risk.dry_run(proposal, at=NOON).token
    make.waiting(window)
    second = risk.dry_run(proposal, at=NOON).token
    make.check(window)

    assert (first == second, second == risk.dry_run(proposal, at=NOON).token) == (True, False)


@pytest.mark.parametrize("ending", ["apply", "withdraw", "undo"])
def test_a_proposal_is_applied_withdrawn_and_undone_once(ending):
    proposal, officer = propose(), make.officer()
    if ending == "withdraw":
        risk.withdraw(proposal, by=officer, at=NOON)
    else:
        apply(proposal)
    if ending == "undo":
        risk.undo(proposal, by=officer, at=NOON)

    with pytest.raises(NotAllowed, match="This proposal is"):
        apply(proposal)
    with pytest.raises(NotAllowed, match="This proposal is"):
        risk.withdraw(proposal, by=officer, at=NOON)
    assert StatusChange.objects.count() == 0


def test_a_day_to_come_is_refused():
    with pytest.raises(NotAllowed, match="still to come"):
        propose(day=TODAY + DAY)


# --- undoing ---


def test_undo_takes_back_windows_and_levels_exactly_and_tells_those_corrected_since():
    apply(propose("420102", "medium", at=NOON - DAY), at=NOON)
    kept, corrected = open_window(status="limited"), open_window(status="suspended")
    before = told_levels(), statuses()
    proposal = propose()
    outcomes = {outcome.window: outcome.entry for outcome in apply(proposal)}
    change = lifecycle.Change(Status.SUSPENDED, make.reason(), next_review=TODAY + DAY)
    lifecycle.correct(outcomes[corrected], change, by=make.officer(), at=NOON)

    undone = risk.undo(proposal, by=make.officer(), note="误判", at=NOON + HOUR)

    assert [(o.window, bool(o.entry)) for o in undone] == [(kept, True), (corrected, False)]
    assert (told_levels(), statuses()) == before
    assert RiskLevel.objects.filter(level="").get().reason_zh == "误判"


# --- a whole province ---

INDEPENDENT = """
    SELECT count(*) FILTER (WHERE status IN ('full', 'limited')), count(*) FROM (
        SELECT DISTINCT ON (w.code) w.code, c.status FROM windows_window w LEFT JOIN windows_statuschange c
        ON c.window_id = w.code AND c.status <> '' AND c.service_id IS NULL AND c.channel = '' AND c.effective_at <= %s
        AND NOT EXISTS (SELECT 1 FROM windows_statuschange s WHERE s.supersedes_id = c.id)
        WHERE w.code LIKE '42%%'
        ORDER BY w.code, c.effective_at DESC, c.recorded_at DESC, c.id DESC) AS last"""


def counted(at) -> tuple[int, int]:
    """(restored, all) windows of the province, by a query of its own."""
    with connection.cursor() as cursor:
        cursor.execute(INDEPENDENT, [at])
        return cursor.fetchone()


def province_of_150() -> None:
    """150 windows in 30 counties with all services; 60 of them shut, of which half have passed a check."""
    officer, service, checklist = make.officer(), make.service(), make.checklist()
    windows = Window.objects.bulk_create(
        Window(code=f"{place.pk}{n:02}", division=place, name_zh="窗", name_en="W", counters=1)
        for place in [make.division(f"4201{number:02}") for number in range(2, 32)]
        for n in range(5)
    )
    Offering.objects.bulk_create(Offering(window=window, service=service) for window in windows)
    opened = [window for window in windows if window.pk[-1] in "012"]
    shut = [window for window in windows if window.pk[-1] in "34"]
    told = [(window, NOON - 3 * DAY) for window in opened] + [(window, NOON) for window in shut[::2]]
    Check.objects.bulk_create(
        Check(window=window, checklist=checklist, failing=[], at=at, by=officer) for window, at in told
    )
    for status, chosen in ((Status.FULL, opened), (Status.SUSPENDED, shut)):
        change = lifecycle.Change(status, make.reason(), next_review=TODAY)
        lifecycle.change_statuses(chosen, change, by=officer, at=NOON - 3 * DAY)


def test_a_province_of_150_windows_is_tried_in_a_second_applied_in_two_undone_exactly_and_adds_up():
    province_of_150()
    before, proposal = (statuses(), told_levels(), counted(NOON)), propose("420000", "low")

    begin = time.perf_counter()
    run = risk.dry_run(proposal, at=NOON)
    tried = time.perf_counter()
    outcomes = risk.apply(proposal, token=run.token, by=make.officer(), at=NOON)
    applied = time.perf_counter()
    after = counted(NOON)
    risk.undo(proposal, by=make.officer(), at=NOON)

    (share,) = run.shares
    assert (share.before, share.windows) == before[2] == (90, 150)
    assert (share.after, share.windows) == after == (120, 150)
    assert (len(outcomes), len(run.refused)) == (60, 30)
    assert (statuses(), told_levels(), counted(NOON)) == before
    print(f"dry run {tried - begin:.3f} s, applied {applied - tried:.3f} s")
    assert (tried - begin < 1, applied - tried < 2) == (True, True)


def test_a_dry_run_costs_the_same_queries_for_one_county_and_for_three(django_assert_num_queries):
    open_window("420102")
    proposal = propose("420000")

    with django_assert_num_queries(7):
        risk.dry_run(proposal, at=NOON)
    for place in ("420103", "420104"):
        open_window(place)
    with django_assert_num_queries(7):
        risk.dry_run(proposal, at=NOON)
