"""Windows and their ledger in the staff site: list, change, preview, result, undo, confirm, correct, first page."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from portal import roles
from tests import make
from tests.make import NOON
from windows import clock, imports, lifecycle
from windows.models import Confirmation, ProvinceToken, Service, Status, StatusChange, Touch, Window

pytestmark = pytest.mark.django_db
CHANGE, LIST = "admin:windows_window_change_status", "admin:windows_window_changelist"


@pytest.fixture(autouse=True)
def _evening():
    clock.set_now(NOON + timedelta(hours=8))


def supervisor(place="420100", **fields):
    return make.staff("supervisor", divisions=[make.division(place)], **fields)


def entered(*windows, **fields):
    values = {"windows": ",".join(window.pk for window in windows), "batch": str(uuid4()), "status": "limited"}
    return values | {"reason": make.reason().pk} | fields


# --- list ---


def test_the_list_costs_the_same_queries_with_one_and_with_three_windows(django_assert_num_queries):
    make.change(make.window(), "limited")
    client = make.signed_in(supervisor())
    client.get(reverse(LIST))

    with django_assert_num_queries(8):
        client.get(reverse(LIST))
    for _ in range(2):
        make.change(make.window(), "full")
    with django_assert_num_queries(8):
        client.get(reverse(LIST))


def test_the_list_is_narrowed_down():
    found = {
        "?status=limited": [0],
        "?status=none": [2],
        "?attention=stale": [1, 2],
        "?attention=overdue": [1],
        "?in=420102": [0, 1, 2],
        "?in=420100": [0, 1, 2],
        "?in=110000": [],
        "?service=passport": [0],
        "?q=42010202": [1],
        "?q=窗口42010203": [2],
        "?q=window 42010203": [2],
        "?q=Division 420102": [0, 1, 2],
        "?_facets=True&status=limited": [0],
    }
    windows = [make.window() for _ in range(3)]
    make.change(windows[0], "limited")
    make.change(windows[1], "suspended", at=NOON - timedelta(days=9))
    make.offering(windows[0], make.service())

    client = make.signed_in(supervisor())
    listed = {query: client.get(reverse(LIST) + query).context["cl"].result_list for query in found}

    assert {query: [windows.index(window) for window in rows] for query, rows in listed.items()} == found


def test_the_list_marks_what_is_stale_and_overdue():
    make.change(make.window(), "suspended", at=NOON - timedelta(days=9))

    page = make.signed_in(supervisor()).get(reverse(LIST)).content.decode()

    assert 'class="stale">2020-03-02' in page
    assert 'class="overdue">2020-03-09' in page


# --- changing ---


def test_an_action_without_a_selection_says_so_and_changes_nothing():
    make.window()
    client = make.signed_in(supervisor())

    answers = [
        client.post(reverse(LIST), {"action": "change_status_of_selected", "index": "0"}, follow=True),
        client.post(reverse(CHANGE), entered(), follow=True),
        client.get(reverse(CHANGE), follow=True),
        client.post(reverse("admin:windows_window_confirm"), {}, follow=True),
    ]

    told = ['class="messagelist"' in answer.content.decode() for answer in answers]
    assert ([answer.status_code for answer in answers], told) == ([200] * 4, [True] * 4)


def test_a_selection_across_pages_reaches_the_form_whole():
    division = make.division("420102")
    Window.objects.bulk_create(
        Window(code=f"420102{n:02}", division=division, name_zh="窗", name_en="W", counters=1) for n in range(1, 100)
    )
    client = make.signed_in(supervisor())
    action = {"action": "change_status_of_selected", "_selected_action": ["42010201"], "select_across": "1"}

    form = client.post(reverse(LIST), action)
    sent = form.context["form"].initial["windows"]
    preview = client.post(reverse(CHANGE), entered(windows=sent, status="emergency", preview="1"))
    client.post(reverse(CHANGE), entered(windows=sent, status="emergency", apply="1"))

    assert len(form.context["windows"]) == preview.context["going"] == 99
    assert StatusChange.objects.count() == 99


def test_the_preview_tells_each_window_and_writes_nothing():
    fresh, same = make.window(checked=True), make.window()
    make.change(same, "limited")

    preview = make.signed_in(supervisor()).post(reverse(CHANGE), entered(fresh, same, preview="1"))

    assert [(row["window"].pk, row["present"], bool(row["refusal"])) for row in preview.context["rows"]] == [
        (same.pk, "limited", True),
        (fresh.pk, None, False),
    ]
    assert StatusChange.objects.count() == 1


def test_nothing_typed_is_lost_on_an_error_nor_on_the_way_back():
    window = make.window()
    typed = entered(window, note_en="Closed", next_review="2020-03-20", measure="1", channel="counter")
    client = make.signed_in(supervisor())

    wrong = client.post(reverse(CHANGE), typed).content.decode()
    back = client.post(reverse(CHANGE), typed | {"note_zh": "关闭", "back": "1"}).content.decode()

    for page in (wrong, back):
        assert "Closed" in page
        assert 'value="2020-03-20"' in page
        assert '<option value="counter" selected>' in page
        assert window.pk in page
    assert "Write the note in Chinese as well" in wrong


def test_a_change_is_recorded_once_however_often_it_is_sent():
    refused, going = make.window(), make.window(checked=True)
    make.change(refused, "limited")
    client = make.signed_in(supervisor())
    sent = entered(refused, going, apply="1", channel="counter") | {"channel": ""}

    first = client.post(reverse(CHANGE), sent, follow=True)
    client.post(reverse(CHANGE), sent)

    assert [entry.window for entry in first.context["entries"]] == [going]
    assert [window for window, _why in first.context["refused"]] == [refused]
    assert StatusChange.objects.filter(batch=sent["batch"]).count() == 1


def test_a_narrower_change_is_recorded_with_service_and_channel():
    window, service = make.window(), make.service()

    make.signed_in(supervisor()).post(
        reverse(CHANGE), entered(window, apply="1", service=service.pk, channel="self_service")
    )

    entry = StatusChange.objects.get()
    assert (entry.service, entry.channel, entry.source) == (service, "self_service", "staff")


def test_the_result_offers_an_undo_that_asks_why_and_takes_back():
    windows, officer = [make.window(checked=True), make.window(checked=True)], supervisor()
    outcomes = lifecycle.change_statuses(windows, lifecycle.Change("full", make.reason()), by=officer, at=NOON)
    url = reverse("admin:windows_window_batch", args=[outcomes[0].entry.batch])
    client = make.signed_in(officer)

    without_reason = client.post(url, {})
    undone = client.post(url, {"reason": make.reason().pk, "note": "误操作"}, follow=True)

    assert without_reason.context["form"].errors["reason"]
    assert undone.context["left"] == 0
    assert "taken back" in undone.content.decode()
    assert set(Window.objects.with_status().values_list("status", flat=True)) == {None}


def test_undo_leaves_what_lies_beyond_the_reach():
    inside, beyond = make.window("420102", checked=True), make.window("110101", checked=True)
    outcomes = lifecycle.change_statuses(
        [inside, beyond], lifecycle.Change("full", make.reason()), by=make.officer(), at=NOON
    )

    url = reverse("admin:windows_window_batch", args=[outcomes[0].entry.batch])
    make.signed_in(supervisor()).post(url, {"reason": make.reason().pk})

    assert dict(Window.objects.with_status().values_list("pk", "status")) == {inside.pk: None, beyond.pk: "full"}


# --- confirming, correcting, retracting ---


def test_confirming_works_singly_and_in_bulk_and_goes_back_only_within_the_site():
    windows, client = [make.window(), make.window()], make.signed_in(supervisor())
    for window in windows:
        make.change(window, "limited", at=NOON - timedelta(days=9))
    confirm = reverse("admin:windows_window_confirm")

    home = client.post(confirm, {"windows": windows[0].pk, "next": reverse("admin:index")})
    away = client.post(confirm, {"windows": windows[0].pk, "next": "https://elsewhere.example/"})
    client.post(reverse(LIST), {"action": "confirm_selected", "_selected_action": [window.pk for window in windows]})

    assert (home["Location"], away["Location"]) == (reverse("admin:index"), reverse(LIST))
    assert Confirmation.objects.count() == 4
    assert client.get(confirm).status_code == 405


def test_the_history_tells_with_which_token_a_provinces_system_reported():
    window, reason = make.window(), make.reason()
    make.token(label="main system")
    row = {"window": window.pk, "status": "limited", "effective_at": NOON.isoformat(), "reason": reason.pk}
    imports.report_status_changes([row], token=ProvinceToken.objects.get())
    entry, client = StatusChange.objects.get(), make.signed_in(supervisor())

    history = client.get(reverse("admin:windows_window_change", args=[window.pk])).content.decode()
    alone = client.get(reverse("admin:windows_statuschange_change", args=[entry.pk])).content.decode()

    assert "420000 main system" in history
    assert "420000 main system" in alone


def test_a_wrong_entry_is_corrected_and_stays_readable_struck_through():
    window = make.window(checked=True)
    wrong = make.change(window, "suspended")
    client = make.signed_in(supervisor())
    url = reverse("admin:windows_statuschange_correct", args=[wrong.pk])

    filled = client.get(url).content.decode()
    client.post(url, {"status": "full", "reason": make.reason().pk})
    page = client.get(reverse("admin:windows_window_change", args=[window.pk])).content.decode()
    again = client.post(url, {"status": "limited", "reason": make.reason().pk})

    assert 'value="suspended" required' in filled or 'value="suspended"' in filled
    assert Window.objects.with_status().get().status == Status.FULL
    assert "<s><span" in page
    assert "corrected since" in again.content.decode()


def test_an_entry_is_retracted():
    wrong = make.change(make.window(), "suspended")

    make.signed_in(supervisor()).post(
        reverse("admin:windows_statuschange_retract", args=[wrong.pk]), {"reason": make.reason().pk}
    )

    assert Window.objects.with_status().get().status is None


def test_the_page_of_a_window_costs_the_same_queries_with_one_and_with_three_entries(django_assert_num_queries):
    window = make.window()
    make.change(window, "limited")
    client = make.signed_in(supervisor())
    url = reverse("admin:windows_window_change", args=[window.pk])
    client.get(url)

    with django_assert_num_queries(10):
        client.get(url)
    make.change(window, "full", at=NOON + timedelta(hours=1))
    make.change(window, "emergency", at=NOON + timedelta(hours=2))
    with django_assert_num_queries(10):
        client.get(url)


# --- reference data ---


def nation():
    officer = supervisor(nationwide=True)
    return make.signed_in(officer)


def test_the_nation_edits_services_and_pages_are_rendered_anew():
    service = make.service()
    Touch.objects.all().delete()
    values = {"name_zh": "护照", "name_en": "Passport", "audience": "chinese", "working_days": 5, "urgent_days": 3}
    values |= {"fee_cny": 120, "position": 1, "online": "on"}

    nation().post(reverse("admin:windows_service_change", args=[service.pk]), values)

    assert Service.objects.get().working_days == 5
    assert list(Touch.objects.values_list("kind", flat=True)) == ["pages"]


def test_a_supervisor_of_a_place_reads_services_and_edits_none():
    service = make.service()
    client = make.signed_in(supervisor())
    url = reverse("admin:windows_service_change", args=[service.pk])

    assert (client.get(url).status_code, client.post(url, {"working_days": 1}).status_code) == (200, 403)
    assert client.get(reverse("admin:windows_service_add")).status_code == 403


# --- the first page ---


def test_the_page_of_an_app_lists_its_models_for_who_may_see_one_and_is_not_there_for_others():
    url = reverse("admin:app_list", args=["windows"])

    page = make.signed_in(supervisor()).get(url)
    none = make.signed_in(make.officer(is_staff=True)).get(url)

    (app,) = page.context["app_list"]
    assert {"Window", "Check"} <= {model["object_name"] for model in app["models"]}
    assert (page.status_code, none.status_code) == (200, 404)


def test_the_day_shows_stale_windows_first_with_one_press_to_confirm():
    fresh, stale = make.window(), make.window()
    make.change(fresh, "limited")
    make.change(stale, "suspended", at=NOON - timedelta(days=9))
    make.campaign()

    page = make.signed_in(supervisor()).get(reverse("admin:index"))

    assert [(window.pk, window.stale, window.overdue) for window in page.context["windows"]] == [
        (stale.pk, True, True),
        (fresh.pk, False, False),
    ]
    assert (page.context["stale_total"], page.context["overdue_total"], page.context["changes_total"]) == (1, 1, 1)
    assert reverse("admin:windows_window_confirm") in page.content.decode()


def test_the_day_costs_the_same_queries_with_one_and_with_three_windows(django_assert_num_queries):
    make.campaign()
    make.change(make.window(), "limited")
    client = make.signed_in(supervisor())
    client.get(reverse("admin:index"))

    with django_assert_num_queries(13):
        client.get(reverse("admin:index"))
    for _ in range(2):
        make.change(make.window(), "full")
    with django_assert_num_queries(13):
        client.get(reverse("admin:index"))


@pytest.mark.parametrize("role", [*roles.ROLES, ""])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_day_of_a_role_without_any_reach_says_what_to_do(role, language):
    officer = make.staff(*filter(None, [role]))

    page = make.signed_in(officer, language).get(reverse("admin:index"))

    assert (page.status_code, 'class="empty"' in page.content.decode()) == (200, True)


def test_the_language_is_switched_in_the_header():
    client = make.signed_in(supervisor(), "zh-hans")

    client.post(reverse("admin:language"), {"language": "en", "next": reverse("admin:index")})

    assert '<html lang="en"' in client.get(reverse("admin:index")).content.decode()
