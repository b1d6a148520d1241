"""Every field of every page of the form with everything wrong that people and programs type.

The table WRONG is compared with the form itself: a field without an entry fails.
"""

import html
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.test import Client
from django.utils.translation import override

from applications import drafts, mrz
from applications.steps import STEPS
from tests.applications import journeys
from tests.applications.half_filled import LANGUAGES, MINOR, address, begun, filled
from tests.applications.journeys import CHINESE, FOREIGNER, TAIWAN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("windows_to_choose")]


# --- what is wrong, and with which code it is answered ---

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


# --- what the page says to it ---


def test_every_field_of_the_form_is_in_the_table():
    fields = {(step.name, name) for step in STEPS if step.form for name in step.form.base_fields}

    assert set(WRONG) == fields


def typed_as(name: str, value) -> dict[str, str]:
    return (
        dict(zip((f"{name}_y", f"{name}_m", f"{name}_d"), value, strict=True))
        if isinstance(value, tuple)
        else {name: value}
    )


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
