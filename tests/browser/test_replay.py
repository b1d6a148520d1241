"""Twenty seconds of a replay by real processes: the home page is seen to move, and the end is the expected one."""

import json
import re
import signal
import subprocess
import sys

import pytest

from tests.conftest import SCENARIO
from tests.portal.processes import HOME, environment, free_port, kill, manage, named, processes_of, wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.drill,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
PACE = "1.4"  # seconds per day: 15 days are 20 seconds and a little
WITHIN = 240  # seconds, on a busy machine
EXPECTED = json.loads((SCENARIO / "expected.json").read_text())
FIRST, LAST = "The nation on 26 February 2020, so far", "The nation at the end of 11 March 2020"
EVENING = re.compile(r"^(\S+)  已恢复 Restored +([\d,]+)", re.M)


class Played:
    """A data folder and a port; the tests of this file start one replay after the other there, in their order."""

    def __init__(self, folder):
        self.folder, self.port, self.log = folder, free_port(), folder.with_suffix(".out")
        self.process = None

    def start(self, *options, **changes):
        command = [sys.executable, str(HOME / "manage.py"), "replay", *options]
        with self.log.open("w") as log:
            settings = environment(self.folder, PORT=str(self.port), **changes)
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=settings)

    def said(self):
        return self.log.read_text()

    def says(self, words):
        wait_until(lambda: words in self.said() or self.process.poll() is not None, WITHIN)
        return words in self.said()

    @property
    def own(self):
        """Its data lies in a folder of its own beside the demo's."""
        return self.folder / "replay"


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    replay = Played(tmp_path_factory.mktemp("replay") / "data")
    replay.start("--seconds-per-day", PACE, "--keep-serving")
    yield replay
    if replay.process.poll() is None:
        replay.process.terminate()
        replay.process.wait(10)


def test_the_home_page_moves_from_before_to_after_while_one_looks(replay, new_context):
    assert replay.says("首页 Home"), replay.said()
    page, seen = new_context().new_page(), []
    page.goto(f"http://127.0.0.1:{replay.port}/en/")

    def arrived():
        page.wait_for_timeout(250)  # the replay needs the machine as well
        page.reload()
        count = int(page.inner_text("h1").split()[0].replace(",", ""))
        seen.append((page.inner_text(".dateline"), count))
        return seen[-1] == (LAST, 2836) or replay.process.poll() is not None

    wait_until(arrived, WITHIN)
    days, counts = list(dict(seen)), [count for _day, count in seen]
    assert (days[0], days[-1], len(days) > 10) == (FIRST, LAST, True), seen
    assert (counts[0] <= 1820, counts[-1], len(set(counts)) > 10) == (True, 2836, True), seen


def test_each_evening_is_told_and_the_figures_end_as_expected(replay):
    assert replay.says("Figures equal: 是 yes"), replay.said()
    evenings = {day: int(n.replace(",", "")) for day, n in EVENING.findall(replay.said())}

    assert evenings == EXPECTED["known"]


def test_it_goes_on_serving_and_commands_ask_its_own_data(replay):
    code, out, err = manage(replay.own, "figures", "--as-of", "2020-03-11", "--json")

    assert code == 0, err
    assert json.loads(out)["restoration"]["restored"] == 2836
    assert replay.process.poll() is None


def test_a_signal_ends_everything(replay):
    replay.process.send_signal(signal.SIGINT)

    assert replay.process.wait(10) == 0, replay.said()
    assert processes_of(replay.own) == {}


def test_a_second_start_with_data_there_says_what_to_do(replay):
    code, _, err = manage(replay.folder, "replay", PORT=str(replay.port))

    line = "CommandError: A replay begins without data, and there is some already. Start anew: make replay RESET=1"
    assert (code, err.strip().splitlines()) == (1, [line])
    assert processes_of(replay.own) == {}


def test_a_signal_in_the_middle_ends_everything(replay):
    replay.start("--seconds-per-day", "5", RESET="1")
    assert replay.says("2020-02-26  已恢复"), replay.said()
    replay.process.send_signal(signal.SIGINT)

    assert replay.process.wait(10) == 0, replay.said()
    assert "Traceback" not in replay.said()
    assert processes_of(replay.own) == {}


def test_from_a_later_day_and_with_its_database_killed_it_ends_by_itself_with_the_same_figures(replay):
    replay.start("--from", "2020-03-08", "--seconds-per-day", "3", RESET="1")
    assert replay.says("2020-03-08  已恢复"), replay.said()
    kill(named(replay.own, "bin/postgres")[0])

    assert replay.process.wait(WITHIN) == 0, replay.said()
    assert "postgres ended" in replay.said()
    assert EVENING.findall(replay.said())[-1] == ("2020-03-11", "2,836")
    assert "Figures equal: 是 yes" in replay.said()
    assert processes_of(replay.own) == {}
