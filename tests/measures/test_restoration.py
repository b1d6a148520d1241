"""The fold: touched cells are recomputed from events, whatever crashes, repeats or commits late."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection, connections, transaction

from applications.models import Application, Event
from measures import restoration
from measures.models import FoldState, Standing, Tally
from tests import make
from windows import lifecycle
from windows.models import SHANGHAI, Status, Touch

TEN = datetime(2020, 3, 2, 10, tzinfo=SHANGHAI)
MONDAY = TEN.date()
DAY = timedelta(days=1)


def standings(window) -> list[tuple[str, date, date | None]]:
    return list(
        Standing.objects.filter(window=window.pk).order_by("from_day").values_list("status", "from_day", "until_day")
    )


@pytest.mark.django_db
def test_fold_follows_each_change_of_status():
    window = make.window()
    make.change(window, Status.FULL, at=TEN)
    make.change(window, Status.SUSPENDED, at=TEN + DAY)
    make.change(window, Status.LIMITED, at=TEN + 3 * DAY)

    restoration.fold()

    assert standings(window) == [
        ("full", MONDAY, MONDAY + DAY),
        ("suspended", MONDAY + DAY, MONDAY + 3 * DAY),
        ("limited", MONDAY + 3 * DAY, None),
    ]
    assert [row.restored for row in restoration.series(MONDAY - DAY, MONDAY + 3 * DAY)] == [0, 1, 0, 0, 1]


@pytest.mark.django_db
def test_the_end_of_the_day_counts_not_what_came_between():
    window = make.window()
    make.change(window, Status.FULL, at=TEN)
    make.change(window, Status.SUSPENDED, at=TEN + timedelta(hours=1))
    make.change(window, Status.FULL, at=TEN + timedelta(hours=2), note_en="open again")

    restoration.fold()

    assert standings(window) == [("full", MONDAY, None)]


@pytest.mark.django_db
def test_a_change_recorded_late_moves_the_past():
    window = make.window()
    make.change(window, Status.FULL, at=TEN)
    restoration.fold()

    make.change(window, Status.SUSPENDED, at=TEN + 5 * DAY, effective_at=TEN + DAY)
    restoration.fold()

    assert standings(window) == [("full", MONDAY, MONDAY + DAY), ("suspended", MONDAY + DAY, None)]
    assert restoration.on(MONDAY + 2 * DAY).restored == 0
    assert restoration.on(MONDAY + 2 * DAY, known_at=TEN + 2 * DAY).restored == 1


@pytest.mark.django_db
def test_a_retraction_leaves_the_figures_as_if_nothing_had_been_entered():
    window, officer = make.window(), make.officer()
    make.change(window, Status.FULL, at=TEN)
    wrong = make.change(window, Status.SUSPENDED, at=TEN + DAY)
    restoration.fold()

    lifecycle.retract(wrong, by=officer, reason=make.reason(), at=TEN + 2 * DAY)
    restoration.fold()

    assert standings(window) == [("full", MONDAY, None)]
    assert restoration.on(MONDAY + DAY, known_at=TEN + DAY).restored == 0


@pytest.mark.django_db
def test_a_change_of_one_service_or_channel_does_not_count():
    window = make.window()
    make.change(window, Status.FULL, at=TEN)
    make.change(window, Status.SUSPENDED, at=TEN + DAY, channel="self_service")
    make.change(window, Status.SUSPENDED, at=TEN + DAY, service=make.service())

    restoration.fold()

    assert standings(window) == [("full", MONDAY, None)]
    assert restoration.verify() == []


@pytest.mark.django_db
def test_fold_counts_the_work_of_touched_days():
    window = make.window()
    make.decided(window, at=TEN, ground="work_resumption", verb="refused")
    make.decided(window, at=TEN, ground="epidemic_response", channel="counter")
    make.decided(window, at=TEN, verb="withdrawn")

    restoration.fold()

    (tally,) = Tally.objects.all()
    counted = {field: getattr(tally, field) for field in ("submitted", "submitted_online", "approved", "refused")}
    assert counted == {"submitted": 3, "submitted_online": 2, "approved": 1, "refused": 1}
    assert (tally.withdrawn, tally.work_resumption, tally.epidemic_response) == (1, 1, 1)
    assert restoration.verify() == []


@pytest.mark.django_db
def test_touching_again_changes_nothing():
    window = make.window()
    make.change(window, Status.FULL, at=TEN)
    make.decided(window, at=TEN)
    restoration.fold()
    before = (list(Standing.objects.values()), list(Tally.objects.values()))

    for kind in (Touch.Kind.STATUS, Touch.Kind.WORK, Touch.Kind.WORK):
        Touch.objects.create(window_id=window.pk, day=MONDAY, kind=kind)
    restoration.fold()

    assert (list(Standing.objects.values()), list(Tally.objects.values())) == before
    assert Touch.objects.count() == 0


@pytest.mark.django_db
def test_each_fold_that_changed_something_publishes_a_new_version():
    window = make.window()
    restoration.fold()
    before = FoldState.objects.get().version

    restoration.fold()
    unchanged = FoldState.objects.get().version
    make.change(window, Status.FULL, at=TEN)
    restoration.fold()

    assert (unchanged, FoldState.objects.get().version) == (before, before + 1)


@pytest.mark.django_db
def test_age_is_that_of_the_oldest_event_not_yet_in_the_figures():
    assert restoration.age() == timedelta(0)

    Touch.objects.create(window_id="", day=MONDAY, kind=Touch.Kind.PAGES)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE windows_touch SET at = now() - interval '90 seconds'")

    assert timedelta(seconds=90) <= restoration.age() < timedelta(seconds=95)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["standing", "tally"])
def test_verify_finds_a_planted_difference_and_rebuild_mends_it(table):
    window = make.window()
    make.change(window, Status.FULL, at=TEN)
    make.decided(window, at=TEN)
    restoration.fold()
    assert restoration.verify() == []

    if table == "standing":
        Standing.objects.update(status="suspended")
    else:
        Tally.objects.update(submitted=7)
    found = restoration.verify()

    assert {(where, code) for where, code, _ in found} == {(table, window.pk)}
    assert FoldState.objects.get().differing_cells == len(found) > 0
    assert restoration.rebuild() == 1
    assert restoration.verify() == []


@pytest.mark.django_db
def test_verify_finds_cells_that_are_missing_or_too_many():
    window, other = make.window(), make.window()
    make.change(window, Status.FULL, at=TEN)
    make.decided(window, at=TEN)
    restoration.fold()

    Tally.objects.update(window=other.pk)
    Standing.objects.update(window=other.pk)
    found = restoration.verify()

    assert {(table, code) for table, code, _ in found} == {
        (table, code) for table in ("standing", "tally") for code in (window.pk, other.pk)
    }


@pytest.mark.django_db
def test_verify_leaves_out_what_still_waits_for_the_fold():
    window = make.window()
    make.change(window, Status.FULL, at=TEN)
    make.decided(window, at=TEN)

    assert restoration.verify() == []


@pytest.mark.django_db(transaction=True)
def test_an_event_committed_late_is_folded_after_its_commit():
    """Its touch is not visible before; a mark of the highest number seen would miss it."""
    first, second = make.window(), make.window()
    late = connections.create_connection("default")
    late.set_autocommit(False)
    with late.cursor() as cursor:  # earlier number, later commit
        cursor.execute(
            "INSERT INTO windows_touch (window_id, day, kind) VALUES (%s, %s, 'status') RETURNING id",
            [first.pk, MONDAY],
        )
        (early_number,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO windows_statuschange (window_id, channel, status, effective_at, recorded_at, reason_id,"
            " note_zh, note_en, source) VALUES (%s, '', 'full', %s, %s, %s, '', '', 'import')",
            [first.pk, TEN, TEN, make.reason().pk],
        )
        make.change(second, Status.FULL, at=TEN)
        assert Touch.objects.latest("id").pk > early_number
        restoration.fold()
        assert (standings(first), len(standings(second))) == ([], 1)
        late.commit()
    late.close()

    restoration.fold()

    assert standings(first) == [("full", MONDAY, None)]


@pytest.mark.django_db(transaction=True)
def test_a_fold_that_fails_halfway_leaves_its_touches():
    window = make.window()
    make.change(window, Status.FULL, at=TEN)

    with transaction.atomic():
        restoration._fold_batch()
        transaction.set_rollback(True)

    assert (Touch.objects.filter(kind="status").count(), standings(window)) == (1, [])
    restoration.fold()
    assert (Touch.objects.count(), standings(window)) == (0, [("full", MONDAY, None)])


def test_a_rate_is_rounded_half_up_and_has_no_value_without_windows():
    assert str(restoration.rate(1, 8)) == "0.1250"
    assert str(restoration.rate(1, 20_000)) == "0.0001"
    assert restoration.rate(0, 0) is None


@pytest.mark.django_db
def test_events_are_counted_on_their_shanghai_day():
    window = make.window()
    make.decided(window, at=datetime(2020, 3, 2, 0, 30, tzinfo=SHANGHAI))  # still 1 March in UTC

    restoration.fold()

    assert Tally.objects.get().day == MONDAY
    assert (Application.objects.count(), Event.objects.count()) == (1, 2)
