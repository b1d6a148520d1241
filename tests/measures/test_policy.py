"""What the policy is on a day, the answers reckoned from it, and the pages that tell them."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from django.urls import reverse

from applications import due, receipts
from applications.models import Ground, Term
from measures import policy, reference
from measures.models import AskedInVain, StillCurrent, Topic, Version
from measures.policy import Wanted
from tests import make
from tests.make import NOON
from windows import clock, memo, nearest
from windows.lifecycle import NotAllowed
from windows.models import Service, Touch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]
TODAY = date(2020, 3, 11)
EXPIRY = "/en/policy/stay-extension/?expires="


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker):
    """The reference data that ships with the product, once for this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        reference.load()
        connection.check_constraints()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _evening(_loaded, db):
    clock.set_now(NOON + timedelta(hours=8))
    make.campaign()


def at(day: date) -> None:
    clock.set_now(clock.start_of(day))


def wanted(topic: str = "stay-extension", *, english_fits: bool = False, **changes) -> Wanted:
    """What the last version of the topic says, with changes, from tomorrow on."""
    last = policy.latest(Topic.objects.get(pk=topic))
    names = ["title", "text", "todo", "words"]
    fields = {f"{name}_{tongue}": getattr(last, f"{name}_{tongue}") for name in names for tongue in ("zh", "en")}
    fields |= {name: getattr(last, name) for name in ("months", "first_day", "last_day", "audience")}
    fields |= {"effective_from": TODAY + timedelta(days=1), "published_on": TODAY, "change_note": "x"}
    return Wanted(fields | changes, english_fits, based_on=last.number)


def publish(topic: str = "stay-extension", **changes) -> Version:
    return policy.publish(Topic.objects.get(pk=topic), wanted(topic, **changes), by=make.officer())


def page(client, path: str) -> str:
    return client.get(path).content.decode()


# --- the stay extension ---


def test_the_page_reckons_by_the_version_in_force_and_names_basis_and_permanent_address(client):
    told = page(client, EXPIRY + "2020-01-31")

    assert "31 March 2020" in told
    assert "Measure 8" in told
    assert "Version 1" in told
    assert "http://testserver/en/policy/stay-extension/1/?expires=2020-01-31" in told


@pytest.mark.parametrize(
    ("expiry", "words"),
    [
        ("2019-12-31", ["29 February 2020", "no such day", "This day has passed"]),
        ("2019-12-30", ["not extended", "31 December 2019 or later", "without delay"]),
        ("2020-07-01", ["not extended", "30 June 2020 or earlier", "before your document expires"]),
    ],
)
def test_the_page_says_what_holds_at_the_edges_of_the_period(client, expiry, words):
    told = page(client, EXPIRY + expiry)

    assert [word in told for word in words] == [True] * len(words)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("stay-extension/?expires=2020-02-30", "not a day of the calendar"),
        ("stay-extension/?expires=yesterday", "not a day of the calendar"),
        ("stay-extension/?expires=1999-12-31", "2000 to 2099"),
        ("stay-extension/?expires=9999-12-31", "2000 to 2099"),
        ("stay-extension/1/?expires=31/12/2019", "not a day of the calendar"),
        ("window-near-me/?division=Nowhereville&amp;service=passport", "No place has this name"),
        ("window-near-me/?division=999999&service=passport", "No place has this name"),
        ("window-near-me/?division=420102", "This field is required"),
        ("window-near-me/?division=420102&service=nothing", "Select a valid choice"),
        ("which-ground/?ground=rich&service=passport", "Select a valid choice"),
        ("which-ground/?ground=urgent", "This field is required"),
    ],
)
def test_bad_input_is_told_beside_the_field(client, asked, message):
    answer = client.get("/en/policy/" + asked.replace("&amp;", "&"))

    assert (answer.status_code, message in answer.content.decode()) == (400, True)
    assert 'class="govuk-error-message"' in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["nothing/", "stay-extension/2/", "stay-extension/0/", "stay-extension/99999/", f"stay-extension/{10**30}/"]
)
def test_what_was_never_published_is_not_there(client, path):
    assert client.get(f"/en/policy/{path}").status_code == 404


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


def signed_in(role: str) -> Client:
    return make.signed_in(make.staff(role, nationwide=True))


# --- the pages ---


def test_every_topic_has_a_page_in_both_languages_with_basis_and_steps(client):
    broken = {}
    for topic in Topic.objects.all():
        for language in ("en", "zh-hans"):
            answer = client.get(f"/{language}/policy/{topic.pk}/")
            if answer.status_code != 200 or 'id="now"' not in answer.content.decode():
                broken[topic.pk] = answer.status_code

    assert broken == {}


def test_the_first_page_leads_to_the_guided_questions(client):
    told = page(client, "/en/policy/").split("Often asked")[1].split("All answers")[0]

    guided = ["stay-extension", "re-entry-visa", "port-visa", "window-near-me", "which-ground"]
    assert [f"/en/policy/{code}/" in told for code in guided] == [True] * 5


def test_a_measure_shows_the_version_in_force_what_comes_and_what_was(client):
    publish(months=3, effective_from=TODAY)
    publish(months=4, effective_from=date(2020, 4, 1))

    told = page(client, "/en/measures/8/")

    assert ["In force</strong> Version 2" in told, "from 1 April 2020" in told] == [True, True]
    assert "/en/policy/stay-extension/1/" in told.split("Earlier versions")[1]
    assert "Whom it concerns" in told


def test_queries_of_an_answer_do_not_grow_with_its_versions(client, django_assert_max_num_queries):
    publish(months=3)
    page(client, EXPIRY)
    with django_assert_max_num_queries(12):
        page(client, EXPIRY)
    for _ in range(3):
        publish(months=3)
    with django_assert_max_num_queries(12):
        page(client, EXPIRY)


# --- asked in vain ---


def test_what_finds_nothing_says_so_and_is_counted_by_words_and_day(client):
    told = client.get("/en/policy/?q=Dog LICENCE")
    client.get("/zh-hans/policy/?q=dog  licence")
    client.get("/en/policy/?q=dog licence")

    assert (told.status_code, "Nothing was found" in told.content.decode(), told.cookies) == (200, True, {})
    assert set(AskedInVain.objects.values_list("text", "language", "day", "n")) == {
        ("dog licence", "en", TODAY, 2),
        ("dog licence", "zh-hans", TODAY, 1),
    }


def test_what_is_found_is_not_counted(client):
    client.get("/en/policy/?q=visa expired")

    assert not AskedInVain.objects.exists()


@pytest.mark.parametrize(
    "asked", ["xyzzy 110101199003078515", "xyzzy 138 0013 8000", "xyzzy a@b.cn", "xyzzy 1990-03-07"]
)
def test_nothing_personal_is_kept_of_what_was_asked_in_vain(asked):
    policy.count_in_vain(asked, "en")

    assert AskedInVain.objects.get().text == "xyzzy"


def test_long_words_are_cut_and_empty_ones_not_kept():
    policy.count_in_vain("龘" * 100, "zh-hans")
    policy.count_in_vain("123456789", "en")

    assert AskedInVain.objects.get().text == "龘" * policy.LONGEST_KEPT


def test_a_days_different_questions_in_vain_are_limited_and_known_ones_still_counted(monkeypatch):
    monkeypatch.setattr(policy, "MOST_KEPT", 2)
    for text in ("a b", "c d", "e f", "a b"):
        policy.count_in_vain(text, "en")
    policy.count_in_vain("e f", "en", day=TODAY + timedelta(days=1))

    assert sorted(AskedInVain.objects.filter(day=TODAY).values_list("text", "n")) == [("a b", 2), ("c d", 1)]
    assert AskedInVain.objects.count() == 3


def test_what_was_asked_in_vain_is_forgotten_after_ninety_days():
    policy.count_in_vain("old", "en", day=TODAY - timedelta(days=91))
    policy.count_in_vain("young", "en", day=TODAY - timedelta(days=90))

    assert policy.forget_in_vain() == 1
    assert AskedInVain.objects.get().text == "young"


# --- the editor ---

PUBLISH = "/staff/measures/topic/port-visa/publish/"


def typed(**changes) -> dict:
    fields = wanted("port-visa").fields | {"divisions": "", "based_on": 1, "effective_from": TODAY} | changes
    return {name: "" if value is None else value for name, value in fields.items()}


def test_the_editor_sees_a_preview_and_the_difference_before_anything_is_published():
    client = signed_in("policy_editor")

    shown = client.post(PUBLISH, typed(title_en="Port visas now", preview="1")).content.decode()

    assert ["<ins>" in shown, "<del>" in shown, "Publish this version" in shown] == [True, True, True]
    assert Version.objects.filter(topic="port-visa").count() == 1


def test_line_ends_as_browsers_send_them_are_no_change():
    lines = {name: text.replace("\n", "\r\n") for name, text in typed().items() if isinstance(text, str)}

    signed_in("policy_editor").post(PUBLISH, typed(publish="1") | lines)

    first, second = Version.objects.filter(topic="port-visa").order_by("number")
    assert (second.text_zh, second.todo_en) == (first.text_zh, first.todo_en)
    assert policy.english_is_current(second)


def test_the_editor_publishes_a_version_with_note_and_days():
    client = signed_in("policy_editor")
    changes = {"text_zh": "新。", "divisions": "420000,110000", "effective_from": "2020-04-01", "change_note": "改"}

    answer = client.post(PUBLISH, typed(publish="1", **changes))

    made = Version.objects.get(topic="port-visa", number=2)
    assert answer["Location"] == reverse("admin:measures_topic_change", args=["port-visa"])
    assert (made.text_zh, made.divisions, made.effective_from) == ("新。", ["110000", "420000"], date(2020, 4, 1))
    assert (made.change_note, made.by.is_staff, policy.english_is_current(made)) == ("改", True, False)


def test_going_back_from_the_preview_loses_nothing_typed():
    shown = signed_in("policy_editor").post(PUBLISH, typed(title_en="Kept", back="1")).content.decode()

    assert 'value="Kept"' in shown
    assert "<ins>" not in shown


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"change_note": ""}, "This field is required"),
        ({"published_on": "2020-03-10"}, "before today"),
        ({"effective_until": "2020-01-01"}, "comes before the first"),
        ({"months": "2"}, "An extension needs"),
        ({"months": "99", "first_day": "2020-01-01"}, "An extension needs"),
        ({"divisions": "999999"}, "No division has the code"),
        ({"based_on": "0"}, "published meanwhile"),
        ({"effective_from": "soon"}, "Enter a valid date"),
        ({"title_zh": "长" * 101}, "at most 100"),
    ],
)
def test_what_cannot_be_published_is_told_and_nothing_typed_is_lost(changes, told):
    shown = signed_in("policy_editor").post(PUBLISH, typed(title_en="Kept", publish="1") | changes).content.decode()

    assert (told in shown, 'value="Kept"' in shown) == (True, True)
    assert Version.objects.filter(topic="port-visa").count() == 1


@pytest.mark.parametrize("role", ["window_officer", "supervisor", "border_officer", "auditor"])
def test_nobody_but_the_editor_publishes_or_confirms(role):
    client = signed_in(role)

    answers = [client.post(PUBLISH, typed(publish="1")), client.post(CONFIRM, {"topic": "port-visa"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not StillCurrent.objects.exists()


CONFIRM = "/staff/measures/topic/confirm/"


def test_still_current_is_told_with_its_day_and_twice_a_day_is_once(client):
    editor = signed_in("policy_editor")

    for _ in range(2):
        editor.post(CONFIRM, {"topic": "port-visa"})
    answers = [editor.get(CONFIRM).status_code, editor.post(CONFIRM, {"topic": "nothing"}).status_code]

    assert StillCurrent.objects.get().day == TODAY
    assert "Still current on</dt><dd>11 March 2020" in page(client, "/en/policy/port-visa/")
    assert answers == [405, 404]


def test_the_editor_sees_versions_with_their_difference_and_what_was_asked_in_vain():
    client, made = signed_in("policy_editor"), publish("port-visa", title_en="Port visas, new")
    policy.count_in_vain("dog licence", "en")

    versions = page(client, reverse("admin:measures_version_change", args=[made.pk]))

    assert "<del>" in versions
    assert "dog licence" in page(client, reverse("admin:measures_askedinvain_changelist"))
    assert "version 1 since 2020-02-27" in page(client, reverse("admin:measures_topic_changelist"))


def test_a_new_topic_is_made_and_its_first_version_published(client):
    editor = signed_in("policy_editor")
    editor.post(reverse("admin:measures_topic_add"), {"code": "new-one", "kind": "question", "position": 99} | INLINES)
    unpublished = client.get("/en/policy/new-one/").status_code

    editor.post("/staff/measures/topic/new-one/publish/", typed(title_en="A new answer", based_on=0, publish="1"))

    assert unpublished == 404
    assert "A new answer" in page(client, "/en/policy/new-one/")


INLINES = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}


def test_the_list_of_topics_costs_the_same_queries_with_more_versions(django_assert_max_num_queries):
    client, url = signed_in("policy_editor"), reverse("admin:measures_topic_changelist")
    page(client, url)

    with django_assert_max_num_queries(9):
        page(client, url)
    for _ in range(3):
        publish(months=3)
    with django_assert_max_num_queries(9):
        page(client, url)
