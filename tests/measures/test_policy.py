"""What the policy is on a day: its versions and languages, the windows near a place, the terms of the grounds."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse

from applications import due, receipts
from applications.models import Ground, Term
from measures import policy
from measures.models import StillCurrent, Topic, Version
from tests import make
from tests.make import NOON
from tests.measures.publishing import EXPIRY, TODAY, page, publish, signed_in
from windows import clock, memo, nearest
from windows.lifecycle import NotAllowed
from windows.models import Service, Touch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept", "topics")]


def at(day: date) -> None:
    clock.set_now(clock.start_of(day))


# --- versions ---


def test_a_coming_version_shows_early_and_takes_over_at_midnight(client):
    publish(months=3)

    early = page(client, EXPIRY + "2020-01-31")
    at(date(2020, 3, 12))
    after = page(client, EXPIRY + "2020-01-31")

    assert "31 March 2020" in early
    assert "from 12 March 2020" in early
    assert "30 April 2020" in after
    assert "What comes" not in after
    assert "Version 1" in after.split("Earlier versions")[1]


def test_the_last_second_of_the_day_belongs_to_the_version_before():
    second = publish(months=3)
    topic = second.topic

    clock.set_now(clock.start_of(date(2020, 3, 12)) - timedelta(seconds=30))
    before = policy.of(topic).now
    clock.set_now(clock.start_of(date(2020, 3, 12)))

    assert (before.number, policy.of(topic).now) == (1, second)


def test_an_old_version_keeps_its_address_and_its_answer(client):
    publish(months=3, effective_from=TODAY)

    old = page(client, "/en/policy/stay-extension/1/?expires=2020-01-31")
    new = page(client, "/en/policy/stay-extension/?expires=2020-01-31")

    assert ("31 March 2020" in old, "an earlier version" in old) == (True, True)
    assert ("30 April 2020" in new, "an earlier version" in new) == (True, False)


def test_a_version_is_not_shown_before_its_day_of_publication(client):
    publish(months=3, published_on=date(2020, 3, 20), effective_from=date(2020, 4, 1))

    hidden = client.get("/en/policy/stay-extension/2/").status_code, "1 April" in page(client, EXPIRY)
    at(date(2020, 3, 20))

    assert hidden == (404, False)
    assert client.get("/en/policy/stay-extension/2/").status_code == 200
    assert "from 1 April 2020" in page(client, EXPIRY)


def test_a_version_ends_by_itself_and_the_page_says_so(client):
    publish("port-visa", effective_from=TODAY, effective_until=date(2020, 3, 31))

    at(date(2020, 3, 31))
    last_day = page(client, "/en/policy/port-visa/")
    at(date(2020, 4, 1))

    assert "holds no more" not in last_day
    assert "This holds no more" in page(client, "/en/policy/port-visa/")


def test_what_holds_in_some_places_leaves_the_nations_version_in_force():
    local = publish("prevention", effective_from=TODAY, divisions=["420000"])

    stands = policy.of(local.topic)

    assert (stands.now.number, stands.local, stands.earlier) == (1, [local], [])


def test_of_two_versions_from_one_day_the_newer_holds():
    publish(months=3, effective_from=TODAY)
    corrected = publish(months=4, effective_from=TODAY)

    assert policy.of(corrected.topic).now == corrected


def test_publishing_never_alters_what_was():
    before = Version.objects.filter(topic="stay-extension").values().get()

    publish(months=3)

    assert Version.objects.filter(topic="stay-extension", number=1).values().get() == before
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        Version.objects.filter(topic="stay-extension", number=1).update(months=9)
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        Version.objects.filter(topic="stay-extension", number=1).delete()


def test_nothing_is_published_as_if_it_had_been_shown_before():
    with pytest.raises(NotAllowed):
        publish(published_on=date(2020, 3, 10))


def test_publishing_has_pages_rendered_anew():
    Touch.objects.all().delete()

    publish(months=3)

    assert list(Touch.objects.values_list("kind", flat=True)) == ["pages"]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("versions_of_a_topic_are_numbered", {"number": 1}),
        ("a_version_ends_after_it_began", {"effective_until": date(2020, 2, 26)}),
        ("english_names_its_chinese", {"english_of": "an older text"}),
        ("an_extension_is_whole", {"months": 2}),
        ("an_extension_is_whole", {"months": 25, "first_day": TODAY}),
        ("an_extension_is_whole", {"first_day": TODAY}),
        ("an_extension_is_whole", {"months": 2, "first_day": TODAY, "last_day": date(2020, 3, 10)}),
    ],
)
def test_the_database_refuses_a_version_that_makes_no_sense(name, fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make.version("port-visa", **{"number": 2} | fields)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("a_measure_is_one_topic", {"kind": "measure", "measure_id": 8}),
        ("a_topic_of_a_measure_names_it", {"kind": "measure"}),
        ("kind_of_topic_is_known", {"kind": "rumour"}),
    ],
)
def test_the_database_refuses_a_topic_that_makes_no_sense(name, fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Topic.objects.create(code="odd", **fields)


def test_the_database_refuses_a_second_confirmation_of_a_day_and_a_term_of_an_eleventh_measure():
    version, clerk = Version.objects.get(topic="port-visa"), make.officer()
    StillCurrent.objects.create(version=version, day=TODAY, by=clerk)

    with pytest.raises(IntegrityError, match="a_version_is_confirmed_once_a_day"), transaction.atomic():
        StillCurrent.objects.create(version=version, day=TODAY, by=clerk)
    with pytest.raises(IntegrityError, match="measure_of_a_term_is_known"), transaction.atomic():
        Term.objects.update(measure=11)


# --- two languages ---


def test_english_is_out_of_date_once_the_chinese_changes_and_current_again_once_it_is_translated():
    stale = publish(text_zh="顺延三个月。", effective_from=TODAY)
    still = publish(words_zh="别的", effective_from=TODAY)
    mended = publish(text_en="Three months.", english_fits=True, effective_from=TODAY)

    assert [policy.english_is_current(version) for version in (stale, still, mended)] == [False, False, True]
    assert stale.english_of == Version.objects.get(topic="stay-extension", number=1).english_of


def test_a_page_whose_english_is_out_of_date_says_so_and_shows_the_chinese_beside_it(client):
    fresh = page(client, "/en/policy/stay-extension/")
    publish(text_zh="顺延三个月。", effective_from=TODAY)

    stale, measure = page(client, "/en/policy/stay-extension/"), page(client, "/en/measures/8/")

    assert "out of date" not in fresh
    assert ["out of date" in told and "顺延三个月。" in told for told in (stale, measure)] == [True, True]
    assert "out of date" not in page(client, "/zh-hans/policy/stay-extension/")


def test_all_shipped_english_translates_its_chinese():
    assert [one.pk for one in Version.objects.all() if not policy.english_is_current(one)] == []
    assert Version.objects.count() == Topic.objects.count() == 40


# --- windows and grounds ---


def test_the_nearest_windows_that_serve_it_come_first_and_those_that_do_not_are_left_out():
    passport = Service.objects.get(pk="passport")
    far, near, same = make.window("420302"), make.window("420103"), make.window("420102")
    shut, other, stopped = make.window("420102"), make.window("420102"), make.window("420102")
    for window in (far, near, same, shut, stopped):
        make.offering(window, passport)
    for window, status in ((far, "full"), (near, "limited"), (same, "full"), (shut, "suspended"), (other, "full")):
        make.change(window, status)
    make.change(stopped, "full")
    make.change(stopped, "suspended", at=NOON + timedelta(hours=1), service=passport)

    assert nearest.serving(passport, make.division("420102")) == [same, near, far]
    assert nearest.serving(passport, make.division("420300")) == [far, same, near]


def test_a_service_whose_stop_was_lifted_is_served_again():
    passport, window = Service.objects.get(pk="passport"), make.window("420102")
    make.offering(window, passport)
    make.change(window, "full")
    make.change(window, "suspended", at=NOON + timedelta(hours=1), service=passport)
    make.change(window, "full", at=NOON + timedelta(hours=2), service=passport)

    assert nearest.serving(passport, make.division("420102")) == [window]


@pytest.mark.parametrize(
    ("text", "first"),
    [("武汉", "420100"), ("Haidian", "110108"), ("420102", "420102"), ("42", "420000"), ("湖北省", "420000")],
)
def test_places_are_found_as_people_write_them(text, first):
    assert nearest.places(text)[0].pk == first


def test_a_name_of_several_places_takes_the_highest_and_offers_the_others(client):
    told = page(client, "/en/policy/window-near-me/?division=朝阳&service=passport")

    assert nearest.places("朝阳")[0].level == "prefecture"
    assert "Other places of this name" in told
    assert "division=110105" in told


def test_a_ground_tells_term_and_proof_from_the_rows_that_clock_and_form_go_by(client):
    told = page(client, "/en/policy/which-ground/?ground=work_resumption&service=passport")

    assert [word in told for word in ("3 working days", "Measure 4", "Employer", "version 1")] == [True] * 4
    assert "Photograph" in told


def test_a_ground_without_a_term_of_its_own_has_the_services_days(client):
    passport = Service.objects.get(pk="passport")

    assert policy.on_ground(Ground.URGENT, passport).working_days == 5
    assert policy.on_ground(Ground.ORDINARY, passport).working_days == 7
    assert policy.on_ground(Ground.EPIDEMIC_RESPONSE, passport).term.hours == 24
    assert "5 working days" in page(client, "/en/policy/which-ground/?ground=urgent&service=passport")


def test_receipt_and_policy_page_print_the_same_version_of_a_term(client, settings):
    editor = signed_in("supervisor")
    window = make.window()
    application = make.waiting(window, Service.objects.get(pk="passport"))
    application.ground = Ground.WORK_RESUMPTION

    editor.post(reverse("admin:applications_term_change", args=["work_resumption"]), {"working_days": 2, "measure": 4})
    memo.forget()
    term = Term.objects.get(pk="work_resumption")

    assert (term.version, term.since) == (2, TODAY)
    assert receipts.context(application)["term"] == due.terms().of_grounds["work_resumption"] == term
    told = page(client, "/en/policy/which-ground/?ground=work_resumption&service=passport")
    assert ("2 working days" in told, "version 2" in told, "since 11 March 2020" in told) == (True, True, True)
