"""The figures equal a recount from scratch after three folds at once, some killed, and late, unordered commits."""

import pytest

from tests.drills.site import LONG, strike

pytestmark = pytest.mark.drill

EVENTS, KILLS = (27_000, 30) if LONG else (1_500, 3)
FOLDS = 3
LATEST = 0.03  # seconds that a writer holds its commit back, at most
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


class Watermark:
    """The control: a fold that counts the events with a number greater than the last it has seen."""

    def __init__(self, site):
        self.connection = site.connect()
        self.seen, self.counted = 0, 0
        self.fold()

    def fold(self):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT count(*), max(id) FROM applications_event WHERE id > %s", [self.seen])
            more, last = cursor.fetchone()
        self.counted, self.seen = self.counted + more, last or self.seen


def fold_while(writing, site, watermark):
    """Three processes fold without pause, one being killed now and then; how often one waited for another."""
    folds = [site.start_inside("fold_again_and_again()", name=f"fold{number}") for number in range(FOLDS)]
    begun, met, killed = watermark.seen, 0, 0
    while writing.poll() is None:
        watermark.fold()
        met += site.ask(WAITING)[0]
        if killed < KILLS and watermark.seen - begun > 0.9 * EVENTS * (killed + 1) / (KILLS + 1):
            number = killed % FOLDS
            strike(folds[number])
            folds[number] = site.start_inside("fold_again_and_again()", name=f"fold{number}")
            killed += 1
    return met, killed


def test_three_folds_at_once_miss_nothing_and_a_watermark_does(site):
    watermark = Watermark(site)

    writing = site.start_inside(f"write({EVENTS}, connections=8, latest={LATEST})", name="writing")
    met, killed = fold_while(writing, site, watermark)
    committed = site.answer_of(writing, name="writing")
    watermark.fold()

    assert site.comes_up_to_date(), site.behind()
    assert site.inside("figures()")["differing"] == []
    assert (met > 0, killed) == (True, KILLS)
    assert sum(committed.values()) >= EVENTS
    assert watermark.counted < site.stored()["worked"], "the control missed nothing: no commit came late"
