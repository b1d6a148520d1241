"""Risk levels as officers enter them: by file and in the staff site; and the check of a port's passage hall."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from measures import levels, risk
from measures.models import RiskLevel, RiskProposal
from tests import make
from tests.make import NOON
from tests.measures.proposing import DAY, HOUR, open_window, propose, statuses, told_levels
from windows.models import Check

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places_at_risk")]
ADD = "admin:measures_riskproposal_add"


# --- files ---

HEADER = "division,level,day,reason_zh,reason_en\n"


def test_levels_come_by_file_and_move_no_window():
    window = open_window()
    text = HEADER + "420102,high,2020-03-10,新增病例,New cases\n"

    first = levels.import_levels("x.csv", text.encode())
    again = levels.import_levels("x.csv", text.encode())

    assert (first.stored, again.stored, again.unchanged) == (1, 0, 1)
    assert (told_levels(), statuses()) == ({"420102": "high"}, {window.pk: "full"})


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("999999,high,2020-03-10,x,x", "division"),
        ("420100,high,2020-03-10,x,x", "division"),
        ("420102,severe,2020-03-10,x,x", "level"),
        ("420102,high,2020-02-31,x,x", "day"),
        ("420102,high,2020-03-12,x,x", "day"),
        ("420102,high,2020-03-10,,x", "reason_zh"),
        ("420103,low,2020-03-10,x,x", "division"),
    ],
)
def test_one_bad_row_is_told_and_nothing_of_the_file_is_stored(row, column):
    make.division("420102")
    make.division("420103")
    good = "420103,high,2020-03-10,新增病例,New cases\n"

    report = levels.import_levels("x.csv", (HEADER + good + row + "\n").encode())

    assert [(problem.row, problem.column) for problem in report.problems] == [(3, column)]
    assert RiskLevel.objects.count() == 0


def test_a_file_that_contradicts_what_is_stored_is_refused():
    make.division("420102")
    rows = [f"{HEADER}420102,{level},2020-03-10,x,\n".encode() for level in ("high", "low")]
    levels.import_levels("x.csv", rows[0])

    report = levels.import_levels("x.csv", rows[1])

    assert ([problem.row for problem in report.problems], told_levels()) == ([2], {"420102": "high"})


# --- the staff site ---


def signed_in(place="420000", role="supervisor") -> Client:
    return make.signed_in(make.staff(role, divisions=[make.division(place)]))


def entered(**fields) -> dict:
    told = {"division": make.division().pk, "wanted": "high", "day": "2020-03-11"}
    return told | {"reason_zh": "新增病例", "reason_en": "New cases"} | fields


def address(proposal: RiskProposal) -> str:
    return reverse("admin:measures_riskproposal_change", args=[proposal.pk])


def test_a_supervisor_proposes_sees_the_dry_run_applies_and_takes_back():
    window, client = open_window(), signed_in()

    shown = client.post(reverse(ADD), entered(), follow=True)
    run, url = shown.context["run"], shown.redirect_chain[-1][0]
    before = statuses()
    applied = client.post(url, {"apply": "1", "token": run.token}, follow=True)
    during = statuses()
    unexplained = client.post(url, {"undo": "1", "note": ""})
    client.post(url, {"undo": "1", "note": "误判"})

    assert "1 window would change" in shown.content.decode()
    assert (before, during, statuses()) == ({window.pk: "full"}, {window.pk: "emergency"}, {window.pk: "full"})
    assert [entry.window for entry in applied.context["entries"]] == [window]
    assert unexplained.context["form"].errors["note"]
    assert told_levels() == {}


def test_a_stale_dry_run_is_shown_anew():
    window, client = open_window(), signed_in()
    proposal = propose()
    token = client.get(address(proposal)).context["run"].token
    make.change(window, "limited", at=NOON - HOUR)

    page = client.post(address(proposal), {"apply": "1", "token": token}, follow=True)

    assert "Things have changed since you looked" in page.content.decode()
    assert (page.context["run"].token != token, statuses()) == (True, {window.pk: "limited"})


def test_over_a_province_the_proposer_gets_no_button_and_a_forged_press_does_nothing():
    open_window()
    client, other = signed_in(), signed_in()

    shown = client.post(reverse(ADD), entered(division="420000"), follow=True)
    url, token = shown.redirect_chain[-1][0], shown.context["run"].token
    forged = client.post(url, {"apply": "1", "token": token}, follow=True)
    before = set(statuses().values())
    approved = other.get(url).content.decode()
    other.post(url, {"apply": "1", "token": token})

    assert ('name="apply"' in shown.content.decode(), "two people" in forged.content.decode()) == (False, True)
    assert ('name="apply"' in approved, before) == (True, {"full"})
    assert set(statuses().values()) == {"emergency"}


def test_refused_windows_are_told_after_the_step_with_the_way_to_the_check():
    window, client = make.window(), signed_in()
    make.change(window, "suspended", at=NOON - 3 * DAY)

    shown = client.post(reverse(ADD), entered(wanted="low"), follow=True)
    url, token = shown.redirect_chain[-1][0], shown.context["run"].token
    done = client.post(url, {"apply": "1", "token": token}, follow=True)

    assert reverse("admin:windows_check_add") + f"?window={window.pk}" in shown.content.decode()
    assert [refused for refused, _why in done.context["refused"]] == [window]
    assert Check.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"division": "999999"}, "Select a valid choice"),
        ({"division": "110101"}, "Select a valid choice"),
        ({"wanted": "severe"}, "Select a valid choice"),
        ({"day": "2020-02-31"}, "Enter a valid date"),
        ({"day": "2020-03-12"}, "still to come"),
        ({"reason_zh": ""}, "This field is required"),
        ({"reason_en": "x" * 501}, "at most 500"),
    ],
)
def test_a_wrong_proposal_comes_back_with_what_was_typed(fields, told):
    make.division("110101")

    page = signed_in().post(reverse(ADD), entered(reason_en="kept words") | fields).content.decode()

    assert (told in page, RiskProposal.objects.count()) == (True, 0)
    assert "kept words" in page or "reason_en" in fields


def test_a_file_of_levels_is_checked_first_and_imported_once():
    make.division("420102")
    client = signed_in()
    upload = SimpleUploadedFile("x.csv", f"{HEADER}420102,high,2020-03-10,新增病例,New cases\n".encode())

    page = client.post(reverse("admin:measures_risklevel_import"), {"file": upload}, follow=True)
    before = RiskLevel.objects.count()
    for _ in range(2):
        client.post(page.redirect_chain[-1][0])

    assert (list(page.context["touched"]), before, RiskLevel.objects.count()) == (["420102"], 0, 1)
    assert RiskLevel.objects.get().by is not None


def test_the_list_strikes_through_what_was_taken_back():
    proposal = make.risk_applied(make.division(), "high")
    risk.undo(proposal, by=make.officer(), at=NOON)

    page = signed_in().get(reverse("admin:measures_risklevel_changelist")).content.decode()

    assert "<s>high risk</s>" in page
    assert "taken back 2020-03-11 12:00" in page


# --- a port's passage hall ---


def test_a_border_officer_enters_the_check_of_a_passage_hall_from_the_page_of_the_day():
    port = make.port()
    make.checklist()
    client, day = signed_in(role="border_officer"), reverse("admin:measures_return_day")
    url = reverse("admin:measures_portcheck_add") + f"?port={port.pk}"

    before = client.get(day).content.decode()
    client.post(url, {"checklist": "2020-02", "passing": ["masks"]})
    after = client.get(day).content.decode()
    yesterday = client.get(day + "?day=2020-03-10").content.decode()

    assert (url in before, "not checked" in before) == (True, True)
    assert port.checks.get().failing == ["ventilation"]
    assert "not passed" in after
    assert (url in yesterday, "not checked" in yesterday) == (False, True)
