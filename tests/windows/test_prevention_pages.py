"""Prevention checks as pages: an officer's check, the page of the day, the first page, what the public reads."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from tests import make
from tests.make import NOON
from tests.windows.test_prevention import shut, status_of
from windows import clock
from windows.models import Check, Checklist, Status

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADD, ON_DAY = "admin:windows_check_add", "admin:windows_check_day"


@pytest.fixture(autouse=True)
def _noon():
    clock.set_now(NOON)
    with translation.override("en"):
        yield


# --- the staff site ---


def test_an_officer_enters_a_check_and_sees_what_it_says():
    window = shut()
    make.checklist()
    client = make.signed_in(make.staff("window_officer", windows=[window]))
    url = reverse(ADD) + f"?window={window.pk}"

    form = client.get(url).content.decode()
    answer = client.post(url, {"checklist": "2020-02", "passing": ["masks", "ventilation"]}, follow=True)

    page = answer.content.decode()
    assert ("Masks" in form, 'value="masks"' in form) == (True, True)
    assert Check.objects.get().passed
    assert "the check is passed" in page
    assert reverse("admin:windows_window_change_status") + f"?windows={window.pk}" in page


def test_a_box_left_empty_is_a_finding_with_a_button_to_suspend():
    window = make.window()
    make.change(window, "full", at=NOON - HOUR)
    make.reason("prevention_failed")
    client = make.signed_in(make.staff("window_officer", windows=[window]))

    shown = client.post(
        reverse(ADD) + f"?window={window.pk}", {"checklist": "2020-02", "passing": "masks"}, follow=True
    )
    before = status_of(window)
    done = client.post(shown.redirect_chain[-1][0], follow=True)
    again = client.post(shown.redirect_chain[-1][0], follow=True)

    assert Check.objects.first().failing == ["ventilation"]
    assert "Suspend the window" in shown.content.decode()
    assert (before, status_of(window)) == (Status.FULL, Status.SUSPENDED)
    assert "1 entry was recorded" in done.content.decode()
    assert "proposes nothing any more" in again.content.decode()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"checklist": "2020-01"}, "Another checklist holds"),
        ({"checklist": "2020-02", "passing": "garden"}, "Select a valid choice"),
        ({"checklist": "2020-02", "note": "x" * 501}, "at most 500"),
        ({}, "This field is required"),
    ],
)
def test_a_wrong_check_comes_back_with_what_was_typed(sent, told):
    window = make.window()
    make.checklist()
    client = make.signed_in(make.staff("window_officer", windows=[window]))

    page = client.post(reverse(ADD) + f"?window={window.pk}", {"passing": "masks"} | sent).content.decode()

    assert (told in page, Check.objects.count()) == (True, 0)


def test_without_a_checklist_or_a_window_the_way_leads_to_the_page_of_the_day():
    window = make.window()
    client = make.signed_in(make.staff("window_officer", windows=[window]))

    answers = [client.get(reverse(ADD)), client.get(reverse(ADD) + f"?window={window.pk}")]

    assert [answer["Location"] for answer in answers] == [reverse(ON_DAY)] * 2


def test_the_page_of_the_day_counts_by_division_and_lists_who_lacks_a_check():
    checked, unchecked = make.window("420102"), make.window("420103")
    beyond = make.window("110101")
    for window in (checked, unchecked, beyond):
        make.change(window, "full", at=NOON - 3 * DAY)
    make.check(checked)
    client = make.signed_in(make.staff("supervisor", divisions=[make.division("420000")]))

    page, narrowed = client.get(reverse(ON_DAY)), client.get(reverse(ON_DAY) + "?division=420102")

    assert [row.division.pk for row in page.context["rows"]] == ["420102", "420103"]
    assert page.context["lacking"] == [unchecked]
    assert beyond.name_en not in page.content.decode()
    assert narrowed.context["lacking"] == []


@pytest.mark.parametrize(
    "query", ["day=2020-02-31", "day=2020-03-12", "day=x", "division=x", "division=999999", "division=4201021"]
)
def test_a_wrong_question_to_the_page_of_the_day_is_told(query):
    make.change(make.window(), "full")

    client = make.signed_in(make.staff("supervisor", divisions=[make.division("420000")]))

    page = client.get(reverse(ON_DAY) + "?" + query)

    assert (page.status_code, 'role="alert"' in page.content.decode()) == (200, True)


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_the_day_costs_the_same_queries(number, django_assert_num_queries):
    for _ in range(number):
        make.change(make.window(), "full", at=NOON - 3 * DAY)
    client = make.signed_in(make.staff("supervisor", divisions=[make.division("420000")]))
    client.get(reverse(ON_DAY))

    with django_assert_num_queries(7):
        client.get(reverse(ON_DAY))


def test_the_first_page_counts_open_windows_without_a_passed_check_today():
    passed, failed, silent = (make.window() for _ in range(3))
    for window in (passed, failed, silent):
        make.change(window, "full", at=NOON - 3 * DAY)
    shut()
    make.check(passed)
    make.check(failed, "masks")

    page = make.signed_in(make.staff("supervisor", divisions=[make.division("420000")])).get(reverse("admin:index"))

    assert page.context["unchecked_total"] == 2
    assert "2 open windows without a passed prevention check today" in page.content.decode()


def test_the_preview_leads_from_a_refusal_to_the_check():
    window = shut()
    officer = make.staff("window_officer", windows=[window])
    sent = {"windows": window.pk, "batch": "00000000-0000-0000-0000-000000000001", "status": "full", "preview": "1"}

    page = (
        make.signed_in(officer)
        .post(reverse("admin:windows_window_change_status"), sent | {"reason": make.reason().pk})
        .content.decode()
    )

    assert "passed prevention check" in page
    assert reverse(ADD) + f"?window={window.pk}" in page


def test_the_nation_enters_a_checklist_with_its_items_and_cannot_alter_it():
    client = make.signed_in(make.staff("supervisor", nationwide=True))
    rows = {"items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "0"}
    item = {"items-0-position": "1", "items-0-code": "masks", "items-0-name_zh": "口罩", "items-0-name_en": "Masks"}
    told = {"code": "2020-04", "effective_from": "2020-04-01"}
    add = reverse("admin:windows_checklist_add")

    without = client.post(add, told | rows | {"items-TOTAL_FORMS": "0"})
    client.post(add, told | rows | item)
    altered = client.post(reverse("admin:windows_checklist_change", args=["2020-04"]), told)

    assert "names its items at once" in without.content.decode()
    assert list(Checklist.objects.get().items.values_list("code", flat=True)) == ["masks"]
    assert altered.status_code == 403


# --- the public page ---


@pytest.mark.parametrize(
    ("failing", "told"), [([], "passed on 11 March 2020"), (["masks"], "not passed on 11 March 2020")]
)
def test_the_page_of_a_window_tells_the_last_check(client, nothing_kept, failing, told):
    window = make.window()
    silent = client.get(f"/en/windows/{window.pk}/").content.decode()
    make.check(window, *failing)

    page = client.get(f"/en/windows/{window.pk}/").content.decode()

    assert f">{told}<" in page
    assert "Prevention check" not in silent
