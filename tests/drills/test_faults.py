"""The scenario of 2020 keeps its figures when a process is killed in the middle of a fold, or Redis loses its rings.

The import of it was killed in its own fold (conftest.py), so each drill begins with every event stored and none
counted. A fold that lost its touches would show: nothing recomputes what is not touched.
"""

import pytest

from tests.drills.site import EXPECTED, children_of, strike
from tests.portal.processes import kill

pytestmark = pytest.mark.drill

IN_THE_MIDDLE = {"windows_touch", "measures_standing"}  # written, and not yet committed


def assert_figures_as_published(site):
    answer = site.inside(f"figures(*{list(EXPECTED['days'])})")

    for day, wanted in EXPECTED["days"].items():
        told = answer["days"][day]
        provinces = {code: found["restored"] for code, found in told["provinces"].items() if found["restored"]}
        values = {figure["id"]: figure["value"] for figure in told["figures"]}
        assert (told["restoration"]["restored"], provinces) == (wanted["restored"], wanted["provinces"])
        assert {name: values[name] for name in wanted["figures"]} == wanted["figures"]
    assert answer["differing"] == []


UNTOUCHED = """
    SELECT (SELECT count(*) FROM applications_event e WHERE NOT EXISTS (
                SELECT FROM windows_touch t WHERE t.kind = 'work' AND (t.window_id, t.day) = (e.window_id, e.day))),
           (SELECT count(*) FROM windows_statuschange c WHERE NOT EXISTS (
                SELECT FROM windows_touch t WHERE t.kind = 'status' AND t.window_id = c.window_id))"""


def test_an_import_killed_in_its_fold_has_counted_nothing_and_lost_no_touch(site):
    """What the other drills begin with, and why they cannot pass by standing still."""
    stored = site.stored()

    assert site.ask(UNTOUCHED) == (0, 0)
    assert site.behind()[1] == stored["worked"] > 30_000
    assert site.version() == 0


def test_a_ring_is_delivered_again_when_its_process_is_killed_in_the_fold(site):
    """No beat runs: only the ring itself can bring the fold back."""
    worker = site.start_worker()
    with site.stopped_fold() as comes:
        site.inside("ring(1)")
        in_the_middle = comes()
        (pool_process,) = children_of(worker.pid)
        kill(pool_process)

    assert site.comes_up_to_date()
    assert_figures_as_published(site)
    assert in_the_middle >= IN_THE_MIDDLE


def test_the_sweep_folds_after_the_whole_worker_was_killed_in_the_fold(site):
    worker = site.start_worker()
    site.start_beat()
    with site.stopped_fold() as comes:
        site.inside("ring(1)")
        in_the_middle = comes()
        strike(worker)
    site.start_worker()

    assert site.comes_up_to_date()
    assert_figures_as_published(site)
    assert in_the_middle >= IN_THE_MIDDLE


def test_the_same_worker_folds_after_postgresql_was_killed_in_the_fold(site):
    worker = site.start_worker()
    site.start_beat()
    with site.stopped_fold() as comes:
        site.inside("ring(1)")
        in_the_middle = comes()
        site.kill_postgres()
    site.postgres.start()

    assert site.comes_up_to_date()
    assert worker.poll() is None
    assert_figures_as_published(site)
    assert in_the_middle >= IN_THE_MIDDLE


def test_the_sweep_folds_when_redis_lost_the_rings(site):
    site.inside("ring(3)")
    queued = site.rings_queued()
    site.empty_redis()
    left = site.rings_queued()
    site.start_worker()
    site.start_beat()

    assert (0 < queued <= 3, left) == (True, 0)
    assert site.comes_up_to_date()
    assert_figures_as_published(site)


def test_a_forked_process_rings_too_and_the_last_ring_goes_out_before_the_end(site):
    site.inside("ring_then_fork_and_ring()")

    assert site.rings_queued() == 3
