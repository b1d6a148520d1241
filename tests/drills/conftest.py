"""One PostgreSQL for all drills, with the scenario of 2020 imported and not yet folded; a copy of it for each drill."""

import sys
from itertools import count

import pytest

from portal import embedded
from tests.drills.site import SCENARIO, Site, copy_of, strike
from tests.portal.processes import HOME, wait_until

_numbers = count(1)
OPTIONS = ("-c", "recovery_init_sync_method=syncfs")  # no fsync=off here: it must survive being killed
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture(scope="session")
def imported(tmp_path_factory):
    """The import itself, killed in the middle of its fold: every event is stored, and every touch waits."""
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    folder = tmp_path_factory.mktemp("drills")
    postgres = embedded.Postgres(folder, OPTIONS)
    postgres.start()
    site = Site(folder / "imported", postgres)
    migration = site.start("migrate", HOME / "manage.py", "migrate", "-v0")
    assert migration.wait(60) == 0, site.log_of("migrate").read_text()
    with site.stopped_fold() as comes:
        importing = site.start("import", HOME / "manage.py", "import_scenario", SCENARIO)
        assert comes(), site.log_of("import").read_text()
        strike(importing)
    assert wait_until(lambda: site.ask(OTHERS) == (0,))  # a database in use cannot be copied
    yield site
    site.close()
    postgres.stop()


@pytest.fixture
def site(imported, tmp_path_factory):
    """The scenario with nothing folded; no process of ours runs yet."""
    site = copy_of(imported, imported.folder.parent / f"drill{next(_numbers)}")
    yield site
    site.close()
