"""Every committed event reaches the figures within 30 s of the last fault, whatever became of workers and rings."""

import pytest

from tests.drills.site import LONG, WITHIN, strike

pytestmark = pytest.mark.drill

EVENTS, WORKER_KILLS, REDIS_KILLS = (50_000, 30, 20) if LONG else (1_500, 3, 2)
REDIS_RESTARTS = 50 if LONG else 3
CONTROL_WAITS = WITHIN if LONG else 7.0  # seconds: the sweep comes every 5


def write_amid_faults(site, *, events, worker_kills, redis_kills, sweep=True):
    """Commit events while the worker is killed, and Redis killed or emptied, so many times; what was committed.

    Each time a worker is killed after it has folded, while events are being committed. The last time, the last events
    are committed with no worker there, and Redis loses every ring of them: nothing but the sweep can know.
    """
    committed = {"worked": 0, "changed": 0}
    if sweep:
        site.start_beat()
    for number in range(1, worker_kills + 1):
        worker, version = site.start_worker(), site.version()
        writing = site.start_inside(f"write({events // (worker_kills + 1)})", name="writing")
        site.wait_for_a_fold_since(version)
        strike(worker)
        lose_rings(site, kill=number < redis_kills)
        add(committed, site.answer_of(writing, name="writing"))
    add(committed, site.inside(f"write({events // (worker_kills + 1)})"))
    assert site.rings_queued() > 0
    lose_rings(site, kill=redis_kills > 0)
    site.start_worker()
    return committed


def lose_rings(site, *, kill):
    if kill:
        site.kill_redis()
        site.redis.start()
    else:
        site.empty_redis()


def add(total, more):
    for what, number in more.items():
        total[what] += number


def test_every_committed_event_reaches_the_figures(site):
    total = site.stored()

    faults = {"events": EVENTS, "worker_kills": WORKER_KILLS, "redis_kills": REDIS_KILLS}
    committed = write_amid_faults(site, **faults)
    in_time = site.comes_up_to_date()

    add(total, committed)
    assert in_time, site.behind()
    assert sum(committed.values()) >= EVENTS
    assert site.stored() == total
    assert site.inside("figures()")["differing"] == []


def test_control_without_the_sweep_the_same_faults_leave_the_figures_behind(site):
    write_amid_faults(site, events=200, worker_kills=1, redis_kills=1, sweep=False)

    assert not site.comes_up_to_date(CONTROL_WAITS)
    assert site.start_beat()
    assert site.comes_up_to_date()


@pytest.fixture
def supervised(site):
    """Worker and beat under the demo's own supervisor."""
    supervisor = site.start("supervised", "-m", "tests.drills.supervised", site.folder)
    yield supervisor
    supervisor.terminate()
    supervisor.wait(10)


def test_a_worker_comes_back_alone_when_redis_restarts_in_the_middle_of_its_fold(site, supervised):
    """The fold ends while Redis is gone, so the worker cannot say that it is done."""
    folded = []

    for _ in range(REDIS_RESTARTS):
        with site.stopped_fold() as comes:
            site.inside("write(20)")
            comes()  # within 30 s of the last restart
            site.kill_redis()
        folded.append(site.comes_up_to_date())
        site.redis.start()
    site.inside("write(20)")

    assert folded == [True] * REDIS_RESTARTS
    assert site.comes_up_to_date()
