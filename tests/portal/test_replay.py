"""A replay goes by the rules, knows nothing early, and ends where the files say: on two provinces of the scenario."""

import csv
import json
from collections import Counter
from datetime import date, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from applications.models import Application, Event, State
from measures import figures, restoration
from measures.models import Return
from portal.management.commands.replay import Command, wanted_day
from portal.replay import APPLICATIONS, CHANGES, RETURNS, WINDOWS, Refused, Replay, Scenario, differing_days, report
from tests import make
from tests.conftest import SCENARIO
from windows import clock
from windows.models import SHANGHAI, Source, StatusChange, Window

pytestmark = pytest.mark.django_db
PLACES = ("42", "44")
MEASURES, FIRST, LAST = date(2020, 2, 27), date(2020, 3, 1), date(2020, 3, 11)
DAYS = [date(2020, 2, 26) + timedelta(days=n) for n in range(15)]
NOON = datetime(2020, 3, 3, 12, tzinfo=SHANGHAI)
LATE_FROM = date(2020, 3, 9)
SECONDS = 2.0  # per day


# --- two provinces, and what they add up to by the definitions, in plain Python -----------------------------------


def rows(folder, name):
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Windows and all that is told of them, with the returns of the ports there."""
    folder = tmp_path_factory.mktemp("two-provinces")
    ports = {row["code"] for row in csv.DictReader((SCENARIO.parents[2] / "measures/data/ports.csv").open())
             if row["division"].startswith(PLACES)}  # fmt: skip
    for name, column in ((WINDOWS, "code"), (CHANGES, "window"), (APPLICATIONS, "window"), (RETURNS, "port")):
        found = rows(SCENARIO, name)
        kept = [row for row in found if row[column] in ports or row[column].startswith(PLACES)]
        with (folder / name).open("w", newline="") as file:
            writer = csv.DictWriter(file, found[0])
            writer.writeheader()
            writer.writerows(kept)
    (folder / "expected.json").write_text(json.dumps(added_up(folder)))
    return folder


def added_up(folder) -> dict:
    changes = rows(folder, CHANGES)
    days = {}
    for day in DAYS:
        codes = restored_in(changes, day)
        days[str(day)] = {
            "restored": len(codes),
            "provinces": dict(Counter(f"{code[:2]}0000" for code in codes)),
            "figures": counted(folder, day),
        }
    known = {str(day): len(restored_in([c for c in changes if c["recorded_at"] < until(day)], day)) for day in DAYS}
    return {"days": days, "known": known}


def until(day: date) -> str:
    return str(day + timedelta(days=1))  # all times of the files are Shanghai's, and sort as texts


def restored_in(changes, day: date) -> list[str]:
    effective = [change for change in changes if change["effective_at"] < until(day)]
    order = sorted(effective, key=lambda change: (change["effective_at"], change["recorded_at"]))
    last = {change["window"]: change["status"] for change in order}
    return [code for code, status in last.items() if status in ("full", "limited")]


def counted(folder, day: date) -> dict:
    applications, returns = rows(folder, APPLICATIONS), rows(folder, RETURNS)
    decided = Counter(
        row["ground"]
        for row in applications
        if row["outcome"] in ("approved", "refused") and str(MEASURES) <= row["decided_at"] < until(day)
    )
    online = [row for row in applications if row["channel"] == "online" and row["submitted_at"] < until(day)]
    summed = Counter()
    for row in returns:
        summed[row["kind"]] += int(row["quantity"]) if row["day"] <= str(day) else 0
    return {
        "online_applications": len(online),
        "priority_decided": decided["work_resumption"],
        "epidemic_response_decided": decided["epidemic_response"],
    } | {kind: summed[kind] for kind in ("flight_paper_exemption", "vessel_work_on_arrival", "dedicated_lane")}


# --- played once, looked at on the way ----------------------------------------------------------------------------


def seen() -> dict:
    """What the portal holds and says at this moment."""
    restoration.fold()
    return {
        "today": clock.today(),
        "stored": stored(),
        "restored": restoration.on(clock.today()).restored,
        "waiting": Application.objects.filter(state=State.WAITING).count(),
        "report_day": figures.report_day(),
    }


def stored() -> dict:
    return {"changes": StatusChange.objects.count(), "returns": Return.objects.count(), "events": Event.objects.count()}


@pytest.fixture(scope="module")
def played(folder, for_the_module):
    """What was seen at noon on 3 March, and which days ended with what known; at last every call comes late."""

    def play():
        replay, looked = Replay(Scenario(folder), FIRST, SECONDS), {"evenings": {}}
        replay.begin()
        elapsed = 0.0
        while not replay.over:
            elapsed += SECONDS / 4 if replay.day < LATE_FROM else 3600
            if ended := replay.move_on(elapsed):
                looked["evenings"][str(ended)] = restoration.on(ended, known_at=clock.now()).restored
            if replay.played == NOON:
                looked["noon"] = seen()
        restoration.fold()
        return looked

    return for_the_module(play)


def test_a_replay_ends_with_the_figures_of_the_files(played, folder):
    assert differing_days(Scenario(folder).expected) == []
    assert restoration.verify() == []


def test_each_evening_comes_and_shows_what_was_known_then(played, folder):
    expected = Scenario(folder).expected

    assert played["evenings"] == {day: n for day, n in expected["known"].items() if day >= str(FIRST)}
    assert any(expected["known"][day] != found["restored"] for day, found in expected["days"].items())


def test_at_noon_nothing_is_known_that_was_recorded_later(played, folder):
    by_noon = {
        (name, column): [row for row in rows(folder, name) if row[column] and row[column] <= NOON.isoformat()]
        for name, column in (
            (CHANGES, "recorded_at"),
            (RETURNS, "recorded_at"),
            (APPLICATIONS, "submitted_at"),
            (APPLICATIONS, "decided_at"),
        )
    }
    changes, returns, submitted, decided = by_noon.values()

    assert played["noon"] == {
        "today": NOON.date(),
        "stored": {"changes": len(changes), "returns": len(returns), "events": len(submitted) + len(decided)},
        "restored": len(restored_in(changes, NOON.date())),
        "waiting": len(submitted) - len(decided),
        "report_day": NOON.date(),
    }


def test_what_happens_is_reported_by_provincial_systems_and_what_was_known_is_imported(played):
    midnight = clock.start_of(FIRST)

    for entries in (StatusChange.objects.all(), Return.objects.all()):
        sources = set(entries.values_list("source", flat=True).filter(recorded_at__gte=midnight))
        assert sources == {Source.API}
    assert set(StatusChange.objects.filter(recorded_at__lt=midnight).values_list("source", flat=True)) == {
        Source.IMPORT
    }


def test_what_is_reported_again_changes_nothing(played, folder):
    scenario, before = Scenario(folder), stored()

    report(scenario, clock.start_of(LAST), scenario.last)

    assert stored() == before


def test_the_clock_runs_on_from_the_last_event(played, folder):
    scenario = Scenario(folder)

    assert scenario.last <= clock.now() < scenario.last + timedelta(minutes=5)
    assert scenario.last.date() == LAST


def test_a_day_whose_figures_differ_is_named(played, folder):
    at = datetime.combine(date(2020, 3, 9), time(8), SHANGHAI)
    lasting = Window.objects.with_status(at).filter(status="full").exclude(status_changes__effective_at__gte=at)
    make.change(lasting[0], "suspended", at=clock.now(), effective_at=at, next_review=date(2020, 3, 20))

    restoration.fold()

    assert differing_days(Scenario(folder).expected) == ["2020-03-09", "2020-03-10", "2020-03-11"]


def test_a_run_tells_whether_its_figures_are_the_expected_ones(played, folder):
    command = Command(stdout=StringIO())
    command.replay = Replay(Scenario(folder), FIRST, SECONDS)
    command._tell_how_it_went(seconds=10.0)
    equal = command.failed

    command.replay.scenario.expected["known"]["2020-03-05"] += 1
    command._tell_how_it_went(seconds=10.0)

    assert (equal, command.failed) == ("", "The figures are not as expected on 2020-03-05.")
    assert "Figures equal: 否 no (2020-03-05)" in command.stdout.getvalue()


# --- what a run may and may not; in the world that is played already --------------------------------------------------


def test_what_a_rule_refuses_ends_the_replay_with_its_row(played, folder, tmp_path):
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / CHANGES).open("a") as file:
        file.write("42010201,open,2020-03-11T09:00:00+08:00,2020-03-11T09:00:00+08:00,orderly_restoration,\n")

    with pytest.raises(Refused, match="^The scenario does not go by the rules: .*status: .*'open'"):
        Replay(Scenario(tmp_path), LAST, SECONDS).move_on(3600)


@pytest.mark.parametrize(
    ("day", "line"),
    [
        ("2020-03-12", "--from must be a day from 2020-02-26 to 2020-03-11, not 2020-03-12."),
        ("2020-02-25", "--from must be a day from 2020-02-26 to 2020-03-11, not 2020-02-25."),
        ("2020-02-31", "--from: '2020-02-31' is not a day of the calendar; write it like 2020-03-11."),
    ],
)
def test_a_day_to_begin_with_that_is_none_is_one_clear_line(folder, day, line):
    with pytest.raises(CommandError) as refused:
        wanted_day(day, Scenario(folder))

    assert str(refused.value) == line


@pytest.mark.parametrize("pace", ["0", "-3", "0.05", "86401", "nan", "inf", "soon", ""])
def test_a_pace_that_is_none_is_one_clear_line(pace):
    with pytest.raises(CommandError) as refused:
        call_command("replay", "--seconds-per-day", pace)

    assert str(refused.value) == f"--seconds-per-day must be a number from 0.1 to 86,400, not {pace!r}."
