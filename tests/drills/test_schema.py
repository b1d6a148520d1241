"""Whatever the API is asked or sent, it answers as it describes itself, and never by a server error.

Schemathesis reads the description and asks from outside: each example, each parameter at and beyond its bounds, and
then what it makes up, right and wrong.
"""

import json
import subprocess
import sys

import pytest

from tests.drills.site import LONG
from tests.drills.submitting import HOST

pytestmark = pytest.mark.drill

CASES = 50_000 if LONG else 2_000
EXAMPLES = 80  # made up for each route in one run: of more in one, each takes longer
CHECKS = "not_a_server_error,status_code_conformance,response_schema_conformance"
# What is sent about an application is about one that is there and is asked for more: else nobody would read it.
ABOUT_ONE = """
[[operations]]
include-path = ["/api/v1/applications/{{reference}}/answer/", "/api/v1/applications/{{reference}}/documents/"]
parameters = {{ "path.reference" = "{reference}" }}
"""


@pytest.fixture
def system(site):
    """A province's system: its token, and the reference of what it handed in."""
    site.manage("collect", "collectstatic", "--noinput", "-v0")
    told = site.inside("welcome_a_system()")
    (site.folder / "asked.toml").write_text(ABOUT_ONE.format(**told))
    return told


def asked(site, system, examples=EXAMPLES):
    """What is reported of one run against the site."""
    report = site.folder / "report.json"
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", site.folder / "asked.toml", "run"]
    command += [f"http://{HOST}:{site.port}/api/v1/schema/?format=json", "--checks", CHECKS, "--continue-on-failure"]
    command += ["--header", f"Authorization: Bearer {system['token']}", "--max-examples", examples]
    command += ["--report", "json", "--report-json-path", report]
    done = subprocess.run([*map(str, command)], cwd=site.folder, capture_output=True, text=True, timeout=900)
    assert report.exists(), done.stdout + done.stderr
    told = json.loads(report.read_text())
    assert told["operations"]["tested"] == told["operations"]["total"] > 0
    return told | {"said": done.stdout}


def test_whatever_is_asked_or_sent_is_answered_as_described(site, system):
    site.start_web()

    cases = 0
    while cases < CASES:
        told = asked(site, system)
        unread = [told["warnings"][kind] for kind in ("missing_auth", "rate_limited", "missing_test_data")]
        assert (told["failures"], told["errors"], unread) == ([], [], [[], [], []]), told["said"]
        cases += told["test_cases"]["generated"]

    assert site.answers()


def test_control_a_planted_server_error_is_found(site, system):
    site.start_web("tests.drills.planted:application")

    found = {one["type"]: one["operations"] for one in asked(site, system, examples=2)["failures"]}

    assert found["ServerError"] == ["GET /api/v1/windows/"]
