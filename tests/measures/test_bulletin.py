"""Bulletins: what they say of a scenario, the way to publication, and what stands beside them once figures move."""

import hashlib
import json
from datetime import date, datetime, timedelta

import pytest
from django.db import Error, IntegrityError, transaction
from django.utils import translation

from measures import bulletin, figures, restoration, returns, tasks
from measures.models import Bulletin, BulletinState, Correction, Return
from tests import make
from tests.make import EVENING, NOON
from windows import clock
from windows.lifecycle import NotAllowed
from windows.models import SHANGHAI, Touch

pytestmark = pytest.mark.django_db
DAY = date(2020, 3, 11)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True, scope="module")
def _world(for_the_module):
    for_the_module(small_world)


@pytest.fixture(autouse=True)
def _refusals_in_english():
    with translation.override("en"):
        yield


def small_world() -> None:
    """Three windows, one of them open since the measures; seven flights."""
    make.campaign()
    first, *_others = [make.window("420102") for _ in range(3)]
    make.change(first, "suspended", at=NOON - timedelta(days=30))
    make.change(first, "full", at=NOON - timedelta(days=1))
    returns.record(make.port(), "flight_paper_exemption", DAY, 7, by=make.officer(), at=NOON)
    restoration.fold()


def published(day: date = DAY, at: datetime = EVENING) -> Bulletin:
    drafted = bulletin.draft(day, publish_at=at, by=make.officer(), at=at)
    bulletin.approve(drafted, by=make.officer(), at=at)
    bulletin.publish_due(at=at)
    return Bulletin.objects.get(pk=drafted.pk)


def correct_the_flights(to: int, at: datetime) -> None:
    returns.correct(Return.objects.latest("pk"), to, by=make.officer(), note="counted again", at=at)


# --- what it says ---


def test_the_bulletin_of_another_scenario_states_that_ones_figures():
    composed = bulletin.compose(DAY, at=EVENING)

    assert composed.title == {
        "zh": "2020年3月11日出入境窗口服务恢复情况通报",
        "en": "Bulletin on entry-exit windows, 11 March 2020",
    }
    assert composed.text["en"].splitlines() == [
        "By 11 March 2020, 1 of the 3 entry-exit windows at county level and above had restored service. The restored "
        "share went from 0% (0) on 26 February 2020, before the measures, to 33% (1).",
        "",
        "Since the measures of 27 February 2020:",
        "Online applications accepted for processing: 0 person-times;",
        "Priority cases for resuming work and production: 0 person-times;",
        "Cases for epidemic response: 0 person-times;",
        "International flights spared paper clearance documents: 7 flights;",
        "International vessels working on arrival: 0 vessel-times;",
        "Dedicated lanes at land ports: 0 lanes.",
    ]
    assert composed.text["zh"].splitlines() == [
        "截至2020年3月11日，全国县级以上出入境窗口共3个，已恢复服务1个。"
        "恢复率由措施发布前（2020年2月26日）的0%（0个）变为33%（1个）。",
        "",
        "自2020年2月27日发布措施以来：",
        "网上受理申请0人次；",
        "复工复产优先办结0人次；",
        "疫情防控急需办结0人次；",
        "免交纸质申报单据的国际航班7架次；",
        "到港即可作业的国际航行船舶0艘次；",
        "陆地口岸专用通道0条。",
    ]


@pytest.mark.parametrize("day", [date(2020, 3, 12), date(2020, 2, 26)])
def test_no_bulletin_tells_of_a_day_to_come_or_from_before_the_measures(day):
    with pytest.raises(NotAllowed):
        bulletin.compose(day, at=EVENING)


# --- frozen ---


def test_a_draft_freezes_text_and_figures_and_its_digest_is_of_exactly_that_text():
    composed = bulletin.compose(DAY, at=EVENING)

    drafted = bulletin.draft(DAY, publish_at=EVENING + HOUR, by=make.officer(), at=EVENING)

    told = json.loads(drafted.frozen)
    assert drafted.digest == hashlib.sha256(drafted.frozen.encode()).hexdigest()
    assert (told["text_zh"], told["text_en"]) == (composed.text["zh"], composed.text["en"])
    assert (told["day"], told["known_at"]) == ("2020-03-11", "2020-03-11T20:00:00+08:00")
    assert [entry for entry in told["figures"] if entry["id"] == "restoration_rate"] == [
        {
            "id": "restoration_rate",
            "as_of": day,
            "value": share,
            "published": per_cent,
            "qualifier": "rounded",
            "numerator": restored,
            "denominator": 3,
        }
        for day, share, per_cent, restored in (("2020-03-11", 0.3333, 33, 1), ("2020-02-26", 0.0, 0, 0))
    ]
    assert [entry["id"] for entry in told["figures"]] == [*figures.REGISTRY, "restored", "restoration_rate"]


@pytest.mark.parametrize(
    "change",
    [
        {"frozen": "{}"},
        {"digest": "0" * 64},
        {"day": date(2020, 3, 10)},
        {"publish_at": EVENING},
        {"known_at": NOON},
        {"state": BulletinState.PUBLISHED},
    ],
)
def test_the_database_keeps_a_draft_as_it_is(change):
    drafted = bulletin.draft(DAY, publish_at=EVENING + HOUR, by=make.officer(), at=EVENING)

    with pytest.raises(Error), transaction.atomic():
        Bulletin.objects.filter(pk=drafted.pk).update(**change)


@pytest.mark.parametrize(
    "change",
    [{"state": BulletinState.WITHDRAWN}, {"state": BulletinState.DRAFT}, {"approved_at": NOON}],
)
def test_the_database_keeps_what_is_published(change):
    out = published()

    with pytest.raises(Error), transaction.atomic():
        Bulletin.objects.filter(pk=out.pk).update(**change)


def test_nothing_of_a_bulletin_is_deleted():
    out = published()
    correct_the_flights(9, EVENING + HOUR)
    bulletin.note_corrections(out, at=EVENING + HOUR)

    for rows in (Correction.objects.all(), Bulletin.objects.filter(pk=out.pk)):
        with pytest.raises(Error), transaction.atomic():
            rows._raw_delete(rows.db)
    with pytest.raises(Error), transaction.atomic():
        Correction.objects.update(figures=[])


def test_the_database_refuses_an_approval_by_who_drafted_it():
    drafted = bulletin.draft(DAY, publish_at=EVENING, by=make.officer(), at=EVENING)

    with pytest.raises(IntegrityError, match="a_second_person_approves_a_bulletin"), transaction.atomic():
        Bulletin.objects.update(state="approved", approved_by=drafted.made_by, approved_at=EVENING)


def test_the_database_refuses_an_approval_by_nobody():
    bulletin.draft(DAY, publish_at=EVENING, by=make.officer(), at=EVENING)

    with pytest.raises(IntegrityError, match="nothing_is_published_unapproved"), transaction.atomic():
        Bulletin.objects.update(state="approved")


# --- the way to publication ---


def test_a_day_has_one_bulletin_until_that_is_withdrawn():
    clerk = make.officer()
    first = bulletin.draft(DAY, publish_at=EVENING, by=clerk, at=EVENING)

    with pytest.raises(NotAllowed, match="already"):
        bulletin.draft(DAY, publish_at=EVENING, by=clerk, at=EVENING)
    withdrawn = bulletin.withdraw(first, by=clerk, at=EVENING)
    again = bulletin.draft(DAY, publish_at=EVENING, by=clerk, at=EVENING)

    assert (withdrawn.state, withdrawn.withdrawn_by, withdrawn.withdrawn_at) == ("withdrawn", clerk, EVENING)
    assert list(Bulletin.objects.standing()) == [again]


def test_who_drafted_a_bulletin_does_not_approve_it():
    drafted = bulletin.draft(DAY, publish_at=EVENING, by=make.officer(), at=EVENING)

    with pytest.raises(NotAllowed, match="second person"):
        bulletin.approve(drafted, by=drafted.made_by, at=EVENING)

    assert Bulletin.objects.get().state == "draft"


def test_a_draft_that_would_say_the_same_is_approved_though_a_count_has_moved():
    correct_the_flights(2345, EVENING)
    drafted = bulletin.draft(DAY, publish_at=EVENING, by=make.officer(), at=EVENING)
    correct_the_flights(2346, EVENING + HOUR)

    assert bulletin.approve(drafted, by=make.officer(), at=EVENING + HOUR).state == "approved"
    assert [entry["now"] for entry in bulletin.differences(drafted, at=EVENING + HOUR)] == [2346]


def test_a_draft_whose_figures_moved_is_not_approved():
    drafted = bulletin.draft(DAY, publish_at=EVENING, by=make.officer(), at=EVENING)
    correct_the_flights(9, EVENING + HOUR)

    with pytest.raises(NotAllowed, match="moved"):
        bulletin.approve(drafted, by=make.officer(), at=EVENING + HOUR)


def test_a_bulletin_is_approved_once():
    out = published()

    with pytest.raises(NotAllowed, match="no draft"):
        bulletin.approve(out, by=make.officer(), at=EVENING)


def test_a_bulletin_is_out_at_its_time_also_before_the_task_has_seen_to_it():
    due = EVENING + HOUR
    drafted = bulletin.draft(DAY, publish_at=due, by=make.officer(), at=EVENING)
    out = lambda at: list(Bulletin.objects.out(at))  # noqa: E731
    not_approved = out(due)
    approved = bulletin.approve(drafted, by=make.officer(), at=EVENING)

    assert (not_approved, out(due - timedelta(seconds=1)), out(due)) == ([], [], [approved])
    assert (bulletin.publish_due(at=due - timedelta(seconds=1)), Bulletin.objects.get().state) == (0, "approved")
    assert (bulletin.publish_due(at=due), Bulletin.objects.get().state) == (1, "published")
    assert bulletin.publish_due(at=due) == 0
    assert Bulletin.objects.get().issued_at == due


def test_a_bulletin_approved_late_is_issued_when_it_is_approved():
    drafted = bulletin.draft(DAY, publish_at=EVENING, by=make.officer(), at=EVENING)

    assert drafted.issued_at is None
    assert bulletin.approve(drafted, by=make.officer(), at=EVENING + HOUR).issued_at == EVENING + HOUR


def test_a_published_bulletin_is_not_withdrawn_nor_one_whose_time_has_come():
    drafted = bulletin.draft(DAY, publish_at=EVENING + HOUR, by=make.officer(), at=EVENING)
    bulletin.approve(drafted, by=make.officer(), at=EVENING)

    with pytest.raises(NotAllowed, match="published"):
        bulletin.withdraw(drafted, by=make.officer(), at=EVENING + HOUR)
    bulletin.publish_due(at=EVENING + HOUR)
    with pytest.raises(NotAllowed, match="published"):
        bulletin.withdraw(drafted, by=make.officer(), at=EVENING)


def test_an_approved_bulletin_is_withdrawn_before_its_time_and_only_once():
    drafted = bulletin.draft(DAY, publish_at=EVENING + HOUR, by=make.officer(), at=EVENING)
    bulletin.approve(drafted, by=make.officer(), at=EVENING)

    bulletin.withdraw(drafted, by=make.officer(), at=EVENING)

    assert list(Bulletin.objects.out(EVENING + HOUR)) == []
    with pytest.raises(NotAllowed, match="already"):
        bulletin.withdraw(drafted, by=make.officer(), at=EVENING)


def test_the_timetable_publishes_and_pages_are_rendered_anew():
    clock.set_now(EVENING)
    bulletin.approve(bulletin.draft(DAY, publish_at=EVENING, by=make.officer()), by=make.officer())
    Touch.objects.all().delete()

    tasks.publish_bulletins()

    assert Bulletin.objects.get().state == "published"
    assert Touch.objects.filter(kind="pages").exists()


# --- what moves afterwards ---


def test_a_difference_is_noted_once_and_its_end_too():
    out = published()
    untouched = bulletin.note_corrections(out, at=EVENING)
    correct_the_flights(9, EVENING + HOUR)
    first = bulletin.note_corrections(out, at=EVENING + HOUR)
    again = bulletin.note_corrections(out, at=EVENING + 2 * HOUR)
    correct_the_flights(7, EVENING + 3 * HOUR)
    last = bulletin.note_corrections(out, at=EVENING + 3 * HOUR)

    assert (untouched, again) == (None, None)
    assert first.figures == [{"id": "flight_paper_exemption", "as_of": "2020-03-11", "was": 7, "now": 9}]
    assert last.figures == []
    assert list(out.corrections.all()) == [first, last]


def test_a_change_of_the_day_before_the_measures_is_a_difference_too():
    out, late = published(), EVENING + HOUR
    before = datetime(2020, 2, 20, 9, tzinfo=SHANGHAI)
    make.change(make.window("420103"), "full", at=late, effective_at=before)

    moved = {
        (entry["id"], entry["as_of"]): (entry["was"], entry["now"]) for entry in bulletin.differences(out, at=late)
    }

    assert moved[("restored", "2020-02-26")] == (0, 1)
    assert moved[("restoration_rate", "2020-02-26")] == (0.0, 0.25)


def test_a_note_is_shown_before_the_task_has_written_it_down():
    out = published()
    correct_the_flights(9, EVENING + HOUR)

    notes = bulletin.notes_of(out, at=EVENING + HOUR)

    assert [(note.pk, note.noted_at, len(note.figures)) for note in notes] == [(None, EVENING + HOUR, 1)]
    assert Correction.objects.count() == 0


def test_the_task_notes_what_moved_of_one_bulletin():
    out = published()
    clock.set_now(EVENING + HOUR)
    correct_the_flights(9, EVENING + HOUR)

    tasks.note_corrections(out.pk)

    assert [entry["now"] for entry in out.corrections.get().figures] == [9]
