"""Every field of every page of the form with everything wrong that people and programs type; files, codes, order.

The table WRONG is compared with the form itself: a field without an entry fails.
"""

import html
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from applications import drafts, lifecycle, mrz, reference, sealing
from applications.models import Application, Draft, Upload
from applications.steps import STEPS, Filled
from applications.uploads import refusals
from applications.views.applicant import COOKIE
from tests import make
from tests.applications import corpus, journeys
from tests.applications.journeys import CHINESE, FOREIGNER, TAIWAN
from windows import clock
from windows.lifecycle import NotAllowed
from windows.models import SHANGHAI, Offering, Service, Window

pytestmark = pytest.mark.django_db
EVENING = datetime(2020, 3, 11, 20, tzinfo=SHANGHAI)
LANGUAGES = ("zh-hans", "en")


def lay_out() -> None:
    """Windows with every service: 1 open, 2 shut, 3 shut and closed for online cases too."""
    reference.load()
    windows = [make.window("420102") for _ in range(4)]
    for service in Service.objects.all():
        for window in windows[:3]:
            make.offering(window, service)
    make.change(windows[0], "full", at=EVENING)
    make.change(windows[1], "suspended", at=EVENING)
    make.change(windows[2], "suspended", at=EVENING, channel="online")
    make.change(windows[0], "suspended", at=EVENING, service=Service.objects.get(pk="stay-permit"))
    clock.set_now(EVENING)


@pytest.fixture(scope="module")
def _reference(for_the_module):
    for_the_module(lay_out)


@pytest.fixture(autouse=True)
def _place(_reference, db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def begun(journey: dict, *, until: str = "") -> Client:
    """A browser with a form filled in as far as `until`."""
    draft, code = drafts.begin()
    for page, typed in journey.items():
        if page == until:
            break
        drafts.save(draft, page, typed)
    client = Client(raise_request_exception=False)
    client.cookies[COOKIE] = code
    client.draft = draft
    return client


def address(page: str, language: str = "en") -> str:
    return f"/{language}/apply/papers/" if page == "papers" else f"/{language}/apply/page/{page}/"


def filled(client: Client) -> Filled:
    return Filled(drafts.fresh(client.draft))


# --- every field with everything wrong ---

MINOR = CHINESE | {
    "person": {"name_zh": "李小明", "sex": "M", "birth_y": "2010", "birth_m": "5", "birth_d": "6"},
    "guardian": {"name": "李大明", "relation": "father", "number": journeys.resident_id(date(1980, 1, 2), "M")},
    "document": {"number": journeys.resident_id(date(2010, 5, 6), "M")},
}
ENDORSEMENT = CHINESE | {
    "service": {"service": "taiwan-endorsement"},
    "document": CHINESE["document"] | {"permit": "T12345678"},
}
PERMIT = TAIWAN | {
    "document": {
        "kind": "residence_permit",
        "number": journeys.resident_id(date(1979, 12, 31), "M", place="830000"),
    },
}


def zone(number="A1234567", birth="850327", expiry="270501", state="ISL", sex="F") -> str:
    digit, kept = mrz.check_digit, f"{number:<9}".replace(" ", "<")
    row = f"{kept}{digit(kept)}{state}{birth}{digit(birth)}{sex}{expiry}{digit(expiry)}{'<' * 14}0"
    return (
        f"{'P<ISLOLAFSDOTTIR<<ANNA<MARIA':<44}".replace(" ", "<") + "\n" + row + digit(row[:10] + row[13:20] + row[21:])
    )


ACCEPTED = ""


@dataclass(frozen=True)
class Wrong:
    """A field of a page in a journey, and what may be typed there with the code of the answer."""

    journey: dict
    cases: dict[str | tuple, str]
    shown: bool = True  # whether the value can be shown again: a choice that is none cannot
    beside: dict = field(default_factory=dict)  # other answers of the page


def choice(journey: dict, *, required: bool = True, **more: str) -> Wrong:
    hostile = dict.fromkeys(("x" * 600, "\u202e", "\x00"), "invalid_choice")
    return Wrong(journey, {"": "required" if required else ACCEPTED} | hostile | more, shown=False)


def text(journey: dict, good: str, *, required: bool = True, long: str = "max_length", beside=None, **more) -> Wrong:
    """Words: nothing hidden may stand in them."""
    cases = {
        "": "required" if required else ACCEPTED,
        "  ": "required" if required else ACCEPTED,
        (good * 600)[:600]: long,
        f"{good[0]}\x07{good[1:]}": "control",
        f"{good[0]}\u202e{good[1:]}": "direction",
        f"{good[0]}\u200b{good[1:]}": "invisible",
        f"{good[0]}\x00{good[1:]}": "null_characters_not_allowed",
    }
    return Wrong(journey, cases | more.pop("cases", {}), beside=beside or {})


def number(journey: dict, good: str, control: str, *, long: str = "max_length", beside=None, cases=None) -> Wrong:
    """Numbers come from contacts and scans: what formats them and cannot be seen is left out without a word."""
    common = {
        "": "required",
        (good * 600)[:600]: long,
        f"{good[0]}\x07{good[1:]}": control,
        f"{good[0]}\u202e{good[1:]}": ACCEPTED,
        f"{good[0]}\u200b{good[1:]}": ACCEPTED,
        f" {good} ": ACCEPTED,
        f"{good[0]}\x00{good[1:]}": "null_characters_not_allowed",
    }
    return Wrong(journey, common | (cases or {}), beside=beside or {})


NO_DAY = (
    dict.fromkeys(
        [
            ("2020", "2", "31"),
            ("2020", "0", "1"),
            ("2020", "1", "0"),
            ("2019", "2", "29"),
            ("x", "y", "z"),
            ("2020", "13", "1"),
        ],
        "invalid",
    )
    | dict.fromkeys([("", "", ""), ("1985", "", "3"), ("", "3", "27")], "required")
    | {("19855", "3", "27"): "invalid", ("9" * 600, "3", "27"): "invalid"}
)

WRONG: dict[tuple[str, str], Wrong] = {
    ("who", "audience"): choice(FOREIGNER),
    ("service", "service"): choice(FOREIGNER, **{"exit-entry-permit": "invalid_choice", "passport": "invalid_choice"}),
    ("window", "window"): choice(
        FOREIGNER, **{"42010203": "invalid_choice", "42010204": "invalid_choice", "11010101": "invalid_choice"}
    ),
    ("window", "place"): Wrong(
        FOREIGNER,
        {
            "Nowhere": "unknown",
            "999999": "unknown",
            "武汉\u202e": "unknown",
            "武汉\x07": "unknown",
            "武" * 600: "max_length",
            "武\x00": "null_characters_not_allowed",
        },
    ),
    ("person", "name_zh"): text(
        CHINESE, "阿依古丽", cases={"Anna": "script", "阿1": "digit", "阿": "length", "·阿依": "dot"}
    ),
    ("person", "surname"): text(FOREIGNER, "Olaf", cases={"张": "script", "O1af": "digit", "Ol@f": "character"}),
    ("person", "given_names"): text(FOREIGNER, "Anna", required=False, cases={"安娜": "script", "A--": "punctuation"}),
    ("person", "nationality"): choice(FOREIGNER, CN="invalid_choice", TW="invalid_choice"),
    ("person", "sex"): choice(FOREIGNER),
    ("person", "birth"): Wrong(
        FOREIGNER,
        NO_DAY
        | {("2020", "3", "12"): "future", ("2020", "3", "11"): ACCEPTED, ("1889", "3", "11"): "past"}
        | {("1890", "3", "11"): ACCEPTED, ("85", "3", "27"): "past"},
    ),
    ("guardian", "name"): text(
        MINOR, "李大明", cases={"李1": "digit", "L1": "digit", "Ли": "script", "Li Daming": ACCEPTED}
    ),
    ("guardian", "relation"): choice(MINOR),
    ("guardian", "number"): number(
        MINOR,
        journeys.resident_id(date(1980, 1, 2), "M"),
        "format",
        cases={"42010219800102001A": "format", "420102198001020011": "check", "A12": "length", "ABCDEF": "format"}
        | {"E12345678": ACCEPTED},
    ),
    ("document", "kind"): choice(TAIWAN, resident_id="invalid_choice"),
    ("document", "number"): number(
        CHINESE,
        CHINESE["document"]["number"],
        "length",
        cases={
            "42010219900228002X": "check",
            "420102900228002": "old",
            "4201021990022800200": "length",
            "42010219900228002A": "format",
            journeys.resident_id(date(1990, 2, 28), "F", place="830000"): "kind",
            journeys.resident_id(date(1990, 3, 1), "F"): "birth",
            journeys.resident_id(date(1990, 2, 28), "M"): "sex",
            journeys.resident_id(date(1990, 3, 1), "M"): "birth sex",
        },
    ),
    ("document", "expiry"): Wrong(
        FOREIGNER,
        NO_DAY | {("2020", "3", "10"): "expired", ("2020", "3", "11"): ACCEPTED, ("1999", "1", "1"): "expired"},
    ),
    ("document", "zone"): Wrong(
        FOREIGNER,
        {
            "": ACCEPTED,
            zone(): ACCEPTED,
            zone().replace("\n", "\r\n"): ACCEPTED,
            "P<ISL": "lines",
            zone().replace("A1234567<", "A1234568<"): "number composite",
            zone().replace("850327", "850328"): "birth composite",
            zone().replace("270501", "270502"): "expiry composite",
            zone()[:-1] + str((int(zone()[-1]) + 1) % 10): "composite",
            zone(number="A7654321"): "differs",
            zone(birth="850328"): "differs",
            zone(expiry="270502"): "differs",
            zone(state="NOR"): "differs",
            f"{zone()[:5]}\u202e{zone()[5:]}": ACCEPTED,
            f"{zone()[:5]}\x07{zone()[5:]}": "lines",
            (zone() * 9)[:600]: "max_length",
        },
    ),
    ("document", "permit"): number(
        ENDORSEMENT, "T12345678", "format", cases={"T1": "length", "通行证": "format", "ABCDEFGH": "format"}
    ),
    ("contact", "phone"): number(
        FOREIGNER, "13812345678", "invalid", cases={"123": "invalid", "1381234567a": "invalid", "+1 555": "invalid"}
    ),
    ("contact", "email"): text(
        FOREIGNER, "anna@example.org", cases={"anna": "invalid", "a@b": "invalid", "a@b.c, d@e.f": "invalid"}
    ),
    ("contact", "address"): text(FOREIGNER, "12 Zhongshan Road"),
    ("ground", "ground"): choice(FOREIGNER),
    ("ground", "why"): text(CHINESE, "母亲在国外住院"),
    ("employer", "employer"): text(TAIWAN, "武汉示例有限公司"),
    ("employer", "credit_code"): number(
        TAIWAN,
        TAIWAN["employer"]["credit_code"],
        "length",
        cases={"91420100MA4KABCD1B": "check", "91420100MA4KABCDOA": "letter", "9142": "length", "武汉": "length"}
        | {"ZZ420100MA4KABCD1A": "letter", "91X20100MA4KABCD1A": "format"},
    ),
    ("collection", "collection"): choice(CHINESE),
    ("collection", "post_to"): text(CHINESE, "阿依古丽 武汉市"),
}
# The same field of other applicants.
MORE = {
    ("document", "number", "passport"): number(
        FOREIGNER, "A1234567", "format", cases={"护照": "format", "A12": "length", "ABCDEFG": "format"}
    ),
    ("document", "number", "taiwan_permit"): number(
        TAIWAN,
        "01234567",
        "format",
        beside={"kind": "taiwan_permit"},
        cases={"0123456": "format", "H1234567": "format"},
    ),
    ("document", "number", "hk_macao_permit"): number(
        TAIWAN,
        "H12345678",
        "format",
        beside={"kind": "hk_macao_permit"},
        cases={"12345678": "format", "X12345678": "format"},
    ),
    ("document", "number", "residence_permit"): number(
        PERMIT,
        journeys.resident_id(date(1979, 12, 31), "M", place="830000"),
        "length",
        beside={"kind": "residence_permit"},
        cases={},
    ),
}


def test_every_field_of_the_form_is_in_the_table():
    fields = {(step.name, name) for step in STEPS if step.form for name in step.form.base_fields}

    assert set(WRONG) == fields


def typed_as(name: str, value) -> dict[str, str]:
    return (
        dict(zip((f"{name}_y", f"{name}_m", f"{name}_d"), value, strict=True))
        if isinstance(value, tuple)
        else {name: value}
    )


def answered(client: Client, page: str, name: str, wrong: Wrong, value, language: str):
    return client.post(address(page, language), wrong.journey[page] | wrong.beside | typed_as(name, value))


def codes(form, name: str) -> str:
    return " ".join(error.code for error in form.errors.as_data().get(name, []))


def untold(shown: str, form, name: str) -> list[str]:
    """Messages that do not stand both beside the field and in the summary at the top."""
    summary, _end, rest = shown.partition("govuk-error-summary__list")[2].partition("</ul>")
    told = [(f"{form[name].label}: {message}</a>", f"</span> {message}</p>") for message in form.errors[name]]
    return [here for above, here in told if above not in html.unescape(summary) or here not in html.unescape(rest)]


def is_shown(page: str, value: str | tuple) -> bool:
    parts = value if isinstance(value, tuple) else (value,)
    return all(html.escape(part.strip()) in page for part in parts)


def is_chinese(form, name: str) -> bool:
    """Whether each message has a Chinese text."""
    with override("zh-hans"):
        messages = [message for error in form.errors.as_data()[name] for message in error.messages]
    return all(any("\u4e00" <= character <= "\u9fff" for character in message) for message in messages)


def kept(client: Client, page: str, name: str, value: str | tuple) -> bool:
    """Whether the form keeps what was typed, wrong as it is."""
    stored = drafts.typed_of(drafts.fresh(client.draft))[page]
    return all(stored[part] == typed[: drafts.LONGEST_VALUE] for part, typed in typed_as(name, value).items())


def opened_anew(key: tuple) -> str | tuple:
    """The wrong value of a field with which its page is opened anew: another kind from field to field."""
    table = WRONG | MORE
    values = [value for value, expected in table[key].cases.items() if expected]
    return values[list(table).index(key) % len(values)]


@pytest.mark.parametrize("key", [*WRONG, *MORE], ids="-".join)
def test_whatever_is_wrong_is_told_beside_the_field_and_nothing_typed_is_lost(key):
    page, name, *_kind = key
    wrong, found = (WRONG | MORE)[key], {}
    client = begun(wrong.journey)

    for n, (value, expected) in enumerate(wrong.cases.items()):
        typed = wrong.journey[page] | wrong.beside | typed_as(name, value)
        answer = client.post(address(page, LANGUAGES[n % 2]), typed)
        if answer.status_code != (400 if expected else 302):
            found[value] = (answer.status_code, answer.context and answer.context["form"].errors)
        elif expected:
            form, shown, told_anew = answer.context["form"], [answer.content.decode()], []
            missing = untold(shown[0], form, name)
            if value == opened_anew(key):
                shown.append(client.get(address(page, LANGUAGES[1 - n % 2])).content.decode())
                told_anew.append("govuk-error-message" in shown[1])
            shows = not wrong.shown or "\x00" in value or all(is_shown(here, value) for here in shown)
            keeps = kept(client, page, name, value) and shows
            said = (codes(form, name), missing, keeps, is_chinese(form, name))
            if said != (expected, [], True, True) or (name != "place") in told_anew:
                found[value] = (*said, told_anew)

    assert found == {}


@pytest.mark.parametrize("page", [step.name for step in STEPS if step.form])
def test_an_empty_page_asks_for_everything_that_is_required(page):
    journey = next(wrong.journey for (name, _field), wrong in WRONG.items() if name == page)
    client = begun(journey, until=page)

    answer = client.post(address(page), {})

    form = answer.context["form"]
    required = {name for name, field in form.fields.items() if field.required}
    assert answer.status_code == 400
    assert {name: codes(form, name) for name in form.errors} == dict.fromkeys(required, "required")


def test_lines_and_what_the_browser_makes_of_them_count_as_one_character():
    client = begun(FOREIGNER)
    address_of_500 = "\r\n".join(["x" * 49] * 10)

    answer = client.post(address("contact"), FOREIGNER["contact"] | {"address": f"{address_of_500}y"})

    assert answer.status_code == 302
    assert filled(client).answers["contact"]["address"].split("\n") == ["x" * 49] * 9 + ["x" * 49 + "y"]


# --- files ---

REFUSED = {
    "empty": b"",
    "too_large": b"\xff\xd8\xff" + bytes(10 * 2**20),
    "kind": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "heic": corpus.heic(),
    "picture_damaged": corpus.jpeg()[:600],
    "picture_moves": corpus.animated(),
    "picture_small": corpus.jpeg((100, 100)),
    "picture_huge": corpus.declared_png(30_000, 30_000),
    "pdf_encrypted": corpus.encrypted(),
    "pdf_active": corpus.pdf(catalog=b"/OpenAction <</S /JavaScript /JS (app.alert(1))>>"),
    "pdf_pages": corpus.pdf(pages=31),
    "pdf_wrapped": b"junk" + corpus.pdf(),
    "pdf_damaged": corpus.pdf().replace(b"3 0 obj", b"8 0 obj"),
    "pdf_heavy": None,  # takes seconds to make; test_uploads has it
}


def test_every_reason_to_refuse_a_file_is_tried():
    assert set(REFUSED) == set(refusals.REASONS)


def brought(content: bytes, name: str = "<b>scan</b>.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_file_is_told_beside_its_document_and_the_others_stay(language):
    client, told = begun(FOREIGNER), {}
    for code in [code for code, content in REFUSED.items() if content is not None]:
        files = {"current-visa": brought(REFUSED[code])}
        if not told:
            files["passport-page"] = journeys.picture(name="passport.jpg")
        answer = client.post(address("papers", language), files)
        shown = html.unescape(answer.content.decode())
        with override(language):
            message = str(refusals.Refused(code).messages[0])
        summary, _end, rest = shown.partition("govuk-error-summary__list")[2].partition("</ul>")
        told[code] = (
            answer.status_code,
            '<a href="#file-current-visa">' in summary and message in summary,
            'id="error-current-visa"' in rest and f"b_.jpg: {message}" in rest,
            "passport.jpg" in rest,
            "<b>scan" in shown,
        )

    assert {code: what for code, what in told.items() if what != (400, True, True, True, False)} == {}
    assert [upload.document_id for upload in client.draft.uploads.all()] == ["passport-page"]


def test_a_file_that_is_refused_keeps_the_page_in_its_language_until_it_was_read():
    client = begun(FOREIGNER)

    answer = client.post(address("papers"), {"passport-page": brought(b"x"), "language": "zh-hans"})
    again = client.post(address("papers"), {"passport-page": journeys.picture(), "language": "zh-hans"})

    assert (answer.status_code, answer.context["errors"].keys()) == (400, {"passport-page"})
    assert again["Location"] == "/zh-hans/apply/papers/"
    assert client.draft.uploads.count() == 1


def test_too_many_files_of_a_kind_are_refused_and_one_removed_makes_room():
    client = begun(FOREIGNER)
    six = [journeys.picture((n, n, n), name=f"{n}.jpg") for n in range(6)]

    refused = client.post(address("papers"), {"passport-page": six})
    key = client.draft.uploads.first().pk
    client.post(address("papers"), {"remove": key})
    accepted = client.post(address("papers"), {"passport-page": journeys.picture("red"), "upload": "1"})

    assert "There are too many files" in refused.content.decode()
    assert accepted.status_code == 302
    assert client.draft.uploads.count() == 5
    assert not client.draft.uploads.filter(pk=key).exists()


def test_documents_that_are_missing_are_told_and_those_that_may_be_left_out_are_not():
    client = begun(FOREIGNER)

    answer = client.post(address("papers"), {"passport-page": journeys.picture()})

    assert answer.status_code == 400
    assert answer.context["errors"] == {"current-visa": "This document is still missing."}


def test_a_file_sent_under_a_name_that_is_not_asked_for_is_not_kept():
    client = begun(FOREIGNER)

    client.post(address("papers"), {"urgent-proof": journeys.picture(), "nonsense": journeys.picture()})

    assert Upload.objects.count() == 0


# --- codes ---


def resumed(code: str, client: Client | None = None):
    return (client or Client()).post("/en/apply/resume/", {"code": code})


def test_a_saved_form_goes_on_in_another_browser_with_what_was_wrong_in_it():
    first = Client()
    first.post("/en/apply/")
    code = first.cookies[COOKIE].value
    first.post(address("who"), {"audience": "foreign"})
    first.post(address("service"), {"service": "visa-extension"})
    first.post(address("person"), FOREIGNER["person"] | {"surname": "O1af", "save": "1"})
    other = Client()

    answer = resumed(f" {code.lower().replace('-', ' ')} ", other)
    page = other.get(address("person", "zh-hans")).content.decode()

    assert answer["Location"] == "/en/apply/list/"
    assert 'value="O1af"' in page
    assert other.cookies[COOKIE]["httponly"]
    assert other.cookies[COOKIE]["samesite"] == "Lax"


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_old_and_malformed_codes_look_alike(language):
    draft, code = drafts.begin()
    clock.set_now(EVENING + timedelta(days=30, minutes=1))
    tried = [code, sealing.new_secret(), "x", "", "\x00", "码" * 2000]

    answers = [Client().post(f"/{language}/apply/resume/", {"code": text}) for text in tried]

    assert [answer.status_code for answer in answers] == [400] * len(tried)
    assert len({answer.context["error"] for answer in answers}) == 1
    assert [answer.cookies.get(COOKIE) for answer in answers] == [None] * len(tried)


def test_a_form_is_kept_for_thirty_days_after_the_last_change_and_then_gone():
    client = begun(FOREIGNER)
    client.post(address("papers"), {"passport-page": journeys.picture()})
    code = client.cookies[COOKIE].value

    clock.set_now(EVENING + timedelta(days=29))
    in_time = resumed(code).status_code
    client.post(address("contact"), FOREIGNER["contact"])
    clock.set_now(EVENING + timedelta(days=29 + 29))
    saved_since, gone = resumed(code).status_code, drafts.age_out()
    clock.set_now(EVENING + timedelta(days=29 + 31))
    too_late, page = resumed(code).status_code, client.get(address("contact"))

    assert (in_time, saved_since, gone, too_late) == (302, 302, 0, 400)
    assert page["Location"] == "/en/apply/resume/"
    assert drafts.age_out() == 1
    assert (Draft.objects.count(), Upload.objects.count()) == (0, 0)


def submit(client: Client):
    return client.post("/en/apply/declaration/", {"true": "on", "token": client.draft.pk})


def complete(journey: dict = FOREIGNER) -> Client:
    client = begun(journey)
    files = {asked.requirement.document_id: journeys.picture() for asked in filled(client).papers}
    assert client.post(address("papers"), files)["Location"] == "/en/apply/check/"
    return client


def test_a_submitted_form_has_its_receipt_and_no_other_page():
    client = complete()
    submit(client)
    code = client.cookies[COOKIE].value

    pages = ["/en/apply/list/", address("person"), address("papers"), "/en/apply/check/", "/en/apply/declaration/"]
    answers = [client.get(page)["Location"] for page in pages]
    typed = client.post(address("person"), FOREIGNER["person"] | {"surname": "Other"})["Location"]
    elsewhere = Client()
    resumed(code, elsewhere)

    assert [*answers, typed] == ["/en/apply/done/"] * 6
    assert drafts.typed_of(drafts.fresh(client.draft)) == {}
    assert elsewhere.get("/en/apply/list/", follow=True).redirect_chain == [("/en/apply/done/", 302)]


def test_a_form_begun_is_offered_where_one_begins():
    client = begun(FOREIGNER, until="person")

    begun_already, new = client.get("/en/apply/").context["begun"], Client().get("/en/apply/").context["begun"]

    assert (begun_already, new) == (True, False)


# --- submitting ---


def test_pressed_twice_it_is_one_application():
    client = complete()

    answers = [submit(client)["Location"], submit(client)["Location"]]

    assert answers == ["/en/apply/done/"] * 2
    assert Application.objects.count() == 1


@pytest.mark.parametrize("form", [{}, {"true": "on"}, *({"true": "on", "token": odd} for odd in ("x", str(uuid4())))])
def test_a_declaration_that_is_not_made_or_belongs_to_another_form_submits_nothing(form):
    client = complete()

    answer = client.post("/en/apply/declaration/", form)

    assert answer.status_code == 400
    assert "govuk-error-summary" in answer.content.decode()
    assert Application.objects.count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_with_a_live_application_for_the_service_is_told_so(language):
    submit(complete())
    second = complete()

    answer = second.post(f"/{language}/apply/declaration/", {"true": "on", "token": second.draft.pk})

    told = {"en": "is on its way already", "zh-hans": "已有"}[language]
    assert answer.status_code == 400
    assert told in answer.context["told"]
    assert answer.context["told"] in html.unescape(answer.content.decode())
    assert Application.objects.count() == 1


# --- pages that depend on earlier answers ---


def missing(client: Client) -> list[str]:
    return [name for name, done in filled(client).done.items() if not done]


def test_another_applicant_is_asked_anew_what_he_was_not_asked_before():
    client = begun(FOREIGNER)
    before = missing(client)

    client.post(address("who"), {"audience": "chinese"})
    after_who, barred = missing(client), client.get(address("person"))["Location"]
    client.post(address("service"), {"service": "passport"})
    after_service = missing(client)

    assert before == ["papers"]
    assert "service" in after_who
    assert barred == "/en/apply/list/"
    assert after_service == ["person", "document", "papers"]
    assert set(filled(client).forms["person"].fields) == {"name_zh", "sex", "birth"}


def test_a_minor_needs_a_guardian_and_a_ground_its_proof():
    client = begun(MINOR)
    as_minor = [step.name for step in filled(client).steps], {a.requirement.document_id for a in filled(client).papers}

    client.post(address("person"), CHINESE["person"])
    client.post(address("ground"), {"ground": "ordinary", "why": ""})
    grown = [step.name for step in filled(client).steps], {a.requirement.document_id for a in filled(client).papers}

    assert "guardian" in as_minor[0]
    assert "guardian" not in grown[0]
    assert as_minor[1] - grown[1] == {"household-register", "guardian-id", "urgent-proof"}


def test_a_changed_birth_is_compared_with_the_number_again():
    client = begun(CHINESE)

    client.post(address("person"), CHINESE["person"] | {"birth_d": "27"})

    assert missing(client) == ["document", "papers"]


def test_files_that_a_later_answer_does_not_ask_for_do_not_go_along():
    client = complete(CHINESE)
    client.post(address("ground"), {"ground": "ordinary", "why": ""})

    submit(client)

    assert {upload.document_id for upload in Application.objects.get().uploads.all()} == {"photo", "id-card"}
    assert Upload.objects.count() == 2


def test_the_last_pages_are_not_to_be_had_before_the_others_are_done():
    client = begun(FOREIGNER, until="contact")

    answers = [client.get(f"/en/apply/{page}/")["Location"] for page in ("check", "declaration")]

    assert answers == [address("contact")] * 2
    assert submit(client)["Location"] == address("contact")
    assert Application.objects.count() == 0


# --- what is shut ---


def test_what_cannot_be_chosen_is_shown_with_its_reason():
    client = begun(FOREIGNER)

    services, windows = client.get(address("service")), client.get(address("window"))

    offline = next(radio for radio in radios(services, "service") if "exit-entry-permit" in radio)
    stopped = next(radio for radio in radios(windows, "window") if "42010203" in radio)
    shut = next(radio for radio in radios(windows, "window") if "42010202" in radio)
    assert " disabled" in offline
    assert "Only at a window" in offline
    assert " disabled" in stopped
    assert "No online application for this service here at present" in stopped
    assert "Orderly restoration by area and risk level, next review 18 March 2020" in stopped
    assert " disabled" not in shut
    assert "Its counters are shut; online applications go on." in shut
    assert "42010204" not in windows.content.decode()


def radios(answer, name: str) -> list[str]:
    """Each choice as it is drawn, with its label and hint."""
    return answer.content.decode().split('<div class="govuk-radios__item">')[1:]


@pytest.mark.parametrize("window", ["42010203", "42010204", "99999999"])
def test_a_window_that_may_not_be_chosen_is_refused_though_posted(window):
    client = begun(FOREIGNER)

    answer = client.post(address("window"), {"place": "420102", "window": window})

    assert answer.status_code == 400
    assert missing(client) == ["window", "papers"]


def test_a_suspended_window_takes_online_applications():
    client = complete(FOREIGNER | {"window": {"place": "420102", "window": "42010202"}})

    submit(client)

    assert Application.objects.get().window_id == "42010202"


def test_a_window_that_was_shut_for_the_service_meanwhile_asks_for_another():
    client = complete()
    window = Window.objects.get(pk="42010201")

    make.change(window, "suspended", at=EVENING, service=Service.objects.get(pk="visa-extension"))
    answer = submit(client)

    assert answer["Location"] == address("window")
    assert Application.objects.count() == 0


def test_an_offering_that_was_withdrawn_meanwhile_asks_for_another_window():
    client = complete()

    Offering.objects.filter(window="42010201", service="visa-extension").delete()

    assert submit(client)["Location"] == address("window")


@pytest.mark.parametrize("window", ["42010203", "42010204"])
def test_the_rule_itself_refuses_a_window_that_may_not_be_chosen(window):
    with pytest.raises(NotAllowed):
        lifecycle.submit(replace(filled(complete()).submission(uuid4()), window=Window.objects.get(pk=window)))

    assert Application.objects.count() == 0
