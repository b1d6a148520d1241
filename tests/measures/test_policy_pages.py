"""The policy as people meet it: the stay extension reckoned, all its pages, what is asked in vain, the editor."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from measures import policy
from measures.models import AskedInVain, StillCurrent, Topic, Version
from tests.measures.publishing import EXPIRY, TODAY, page, publish, signed_in, wanted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept", "topics")]


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
