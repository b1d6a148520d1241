"""The status page by reference and secret (S1, S3): guesses learn nothing, and nothing personal gets out.

What comes at the same time over many connections is in test_tracking_at_once.
"""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail as post
from django.core import signing
from django.db import InternalError, connection, transaction
from django.test import Client
from django.utils import timezone

from applications import drafts, lifecycle, mail, reference, sealing
from applications.models import Application, Draft, RefusalReason
from applications.views.tracking import COOKIE
from tests import make
from tests.applications import journeys
from tests.drills.site import LONG
from tests.make import NOON
from windows import clock, limits
from windows.models import Service, Window

LANGUAGES = ("zh-hans", "en")
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')


def lay_out() -> None:
    clock.set_now(NOON)
    reference.load()
    make.campaign()
    window = make.window()
    make.offering(window, Service.objects.get(pk="visa-extension"))
    make.change(window, "full")


@pytest.fixture(scope="module")
def _reference(for_the_module):
    for_the_module(lay_out)


@pytest.fixture(autouse=True)
def _place(_reference, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def secret_of(application: Application) -> str:
    return sealing.derived_secret(application.number, str(application.key))


def look_up(
    reference: str, secret: str, *, client: Client | None = None, language: str = "en", address: str = "10.0.0.1"
):
    told = {"reference": reference, "secret": secret}
    return (client or Client()).post(f"/{language}/track/", told, REMOTE_ADDR=address)


def without_echo(answer, reference: str) -> tuple:
    """Everything that a guesser sees, but what he typed himself and the token of his own form."""
    echo = html.escape(reference).encode()
    body = TOKEN.sub(b"", answer.content).replace(b'value="%s"' % echo, b'value=""')
    headers = dict(answer.headers) | {"Content-Length": int(answer.headers["Content-Length"]) - len(echo)}
    cookies = {name: dict(cookie) | {"expires": ""} for name, cookie in answer.cookies.items()}
    return answer.status_code, body, str(sorted(headers.items())), str(cookies)


# --- guessing ---


ROUNDS = 34 if LONG else 1  # of 300 guesses in each language
MALFORMED = (
    "",
    "x",
    "7KQ2-M8ZD-4XU",
    "7KQ2M8ZD4XB",
    "%00",
    "' OR 1=1 --",
    "参考编号",
    "A" * 40,
    "7kq2 m8zd 4xc",
    "\x00",
)


def guesses(window: Window, round_: int) -> list[tuple[str, str]]:
    """300, each reference within its limit: existing ones with wrong secrets, unknown and malformed ones."""
    known = [make.submitted(window) for _ in range(10)]
    others = [secret_of(application) for application in known]
    made = [(application.number, sealing.new_secret()) for application in known for _ in range(8)]
    made += [(application.number, others[n - 1]) for n, application in enumerate(known)]
    made += [(application.number, "") for application in known]
    made += [(sealing.new_reference(), sealing.new_secret()) for _ in range(100)]
    made += [(text + "?" * round_, sealing.new_secret()) for text in MALFORMED for _ in range(10)]
    return made


@pytest.mark.drill
@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@time_machine.travel(NOON, tick=False)  # headers tell the second
def test_guesses_are_answered_alike_whatever_was_right_in_them(language):
    window, tried, seen = make.window(), 0, set()
    for round_ in range(ROUNDS):
        for n, (text, secret) in enumerate(guesses(window, round_)):
            answer = look_up(text, secret, language=language, address=f"10.{round_}.{n // 50}.1")
            seen.add(without_echo(answer, text))
            tried += 1

    assert tried == 300 * ROUNDS
    assert len(seen) == 1
    assert seen.pop()[0] == 400


@pytest.mark.django_db
def test_a_reference_of_a_province_is_as_unknown_as_any():
    number = make.decided(make.window())

    provinces, nobodys = look_up(number, "x"), look_up(sealing.new_reference(), "x")

    assert (provinces.status_code, provinces.context["error"]) == (400, nobodys.context["error"])


@pytest.mark.django_db
@pytest.mark.parametrize("written", [str, str.lower, lambda text: text.replace("-", " "), lambda text: f"  {text} "])
def test_reference_and_secret_are_read_as_people_write_them(written):
    application = make.submitted()

    answer = look_up(written(sealing.spelled(application.number)), written(secret_of(application)))

    assert answer["Location"] == "/en/track/case/"


# --- how often ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "rule"),
    [("/en/apply/resume/", limits.CODES_PER_NETWORK), ("/en/apply/", limits.DRAFTS_PER_NETWORK)],
    ids=["codes", "forms"],
)
def test_codes_and_new_forms_have_their_limits(client, path, rule):
    client.post(path, {"code": "x"})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE windows_limit SET n = %s", [rule.most - 1])

    last, too_many = client.post(path, {"code": "x"}), client.post(path, {"code": "x"})

    assert last.status_code in (302, 400)
    assert (too_many.status_code, too_many["Retry-After"]) == (429, "600")


@pytest.mark.django_db
def test_a_limit_ends_and_one_network_does_not_use_up_anothers():
    application = make.submitted()
    for _ in range(60):
        look_up(sealing.new_reference(), "x")

    here, elsewhere = look_up("x", "x").status_code, look_up("y", "x", address="10.9.0.1").status_code
    with connection.cursor() as cursor:
        cursor.execute("UPDATE windows_limit SET since = since - %s", [limits.LOOKUPS_PER_NETWORK.per])
    later = look_up(application.number, secret_of(application)).status_code

    assert (here, elsewhere, later) == (429, 400, 302)


# --- the cookie ---


def with_cookie(value: str) -> Client:
    client = Client()
    client.cookies[COOKIE] = value
    return client


def signed(pk: object, salt: str = COOKIE) -> str:
    return signing.get_cookie_signer(salt=salt).sign(pk)


@pytest.mark.django_db
def test_cookies_are_out_of_reach_for_scripts_and_for_other_sites(settings):
    settings.SESSION_COOKIE_SECURE = True
    application = make.submitted()

    begun = Client().post("/en/apply/").cookies["draft"]
    shown = look_up(application.number, secret_of(application)).cookies["case"]

    for cookie in (begun, shown):
        assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)
    assert begun["max-age"] == ""
    assert shown["max-age"] == 30 * 60


@pytest.mark.django_db
def test_a_forged_cookie_leads_to_the_lookup():
    application = make.submitted()
    good = signed(application.pk)
    forged = [str(application.pk), f"{application.pk + 1}{good[len(str(application.pk)) :]}", good[:-1], f"{good}x", ""]
    forged += [signed(application.pk, "draft"), signed(application.pk + 100), "\x00", "1:" * 500]

    ways = [with_cookie(value).get("/en/track/case/").get("Location") for value in forged]

    assert ways == ["/en/track/"] * len(forged)
    assert with_cookie(good).get("/en/track/case/").status_code == 200


@pytest.mark.django_db
def test_a_cookie_ends_after_half_an_hour():
    client = with_cookie(signed(make.submitted().pk))

    with time_machine.travel(timezone.now() + timedelta(minutes=29)):
        in_time = client.get("/en/track/case/").status_code
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        late = client.get("/en/track/case/")["Location"]

    assert (in_time, late) == (200, "/en/track/")


# --- what gets out ---

CANARIES = {
    "person": {"surname": "Xanthopoulos", "given_names": "Quillon Berengar", "birth_y": "1961", "birth_m": "7"},
    "document": {"number": "ZQ7731946"},
    "contact": {
        "phone": "+354 411 7788",
        "email": "quillon.canary@example.org",
        "address": "4711 Kanarienvogelweg, Hausboot Sieben",
    },
    "ground": {"ground": "urgent", "why": "Grossmutter Wilhelmine is in hospital"},
    "collection": {"collection": "post", "post_to": "Postfach Zaunkonig 99"},
}
WORDS = [
    *("Xanthopoulos", "XANTHOPOULOS", "Quillon", "Berengar", "ZQ7731946", "4117788", "411 7788", "quillon.canary"),
    *("Kanarienvogelweg", "Wilhelmine", "Zaunkonig", "geheimbrief", "Rotkehlchen", "1961-07"),
]


@pytest.fixture
def lived(db, client, caplog):
    """A whole life of an application, with canaries in every field; its secrets and where they may be looked for."""
    caplog.set_level("DEBUG")
    journey = {page: typed | CANARIES.get(page, {}) for page, typed in journeys.FOREIGNER.items()}
    addresses = []

    def go(method: str, path: str, told: dict | None = None):
        answer = getattr(client, method)(path, told or {})
        addresses.extend([path, answer.get("Location", "")])
        return answer

    go("post", "/en/apply/")
    code = client.cookies["draft"].value
    for page, typed in journey.items():
        go("post", f"/en/apply/page/{page}/", typed | {"birth_d": "99"} if page == "person" else typed)
        assert go("post", f"/en/apply/page/{page}/", typed).status_code == 302
    codes = ("passport-page", "current-visa", "urgent-proof")
    files = {kind: journeys.picture(name="geheimbrief.jpg") for kind in codes}
    assert go("post", "/en/apply/papers/", files)["Location"] == "/en/apply/check/"
    go("get", "/en/apply/check/")
    go("post", "/en/apply/declaration/", {"true": "on", "token": Draft.objects.get().pk})
    go("get", "/en/apply/done/")
    application = Application.objects.get()
    secret = secret_of(application)
    go("post", "/en/track/", {"reference": application.number, "secret": "wrong"})
    assert go("post", "/en/track/", {"reference": application.number, "secret": secret}).status_code == 302
    go("get", "/en/track/case/")
    officer = make.officer()
    lifecycle.supplement(application, [{"document": "photo", "text": "A photograph."}], by=officer)
    answer = {"photo": journeys.picture(name="geheimbrief2.jpg"), "text": "Rotkehlchen", "send": "1"}
    go("post", "/en/track/case/answer/", answer)
    reason = RefusalReason.objects.first()
    lifecycle.refuse(application, by=officer, reason=reason)
    mail.send_due()
    return {"secrets": [secret, secret.replace("-", ""), code, code.replace("-", "")], "addresses": addresses}


def leaks(text: str, lived: dict) -> list[str]:
    return [word for word in [*WORDS, *lived["secrets"]] if word in text]


def everything_stored() -> str:
    """All rows of all tables as text, what is binary as its bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')  # names of our own tables
            rows += [bytes(c).decode("latin-1") if isinstance(c, memoryview) else str(c) for r in cursor for c in r]
    return "\n".join(rows)


def test_secrets_and_personal_data_stand_in_no_address_log_mail_file_or_column(lived, caplog, capfd, settings):
    records = [str(record.__dict__) for record in caplog.get_records("setup")]
    logged = "\n".join([*records, *capfd.readouterr()])
    mails = "\n".join(letter.subject + letter.body for letter in post.outbox)
    files = "\n".join(path.read_bytes().decode("latin-1") + str(path) for path in settings.MEDIA_ROOT.rglob("*.*"))
    stored = everything_stored()

    assert "POST /en/track/" in logged
    assert len(post.outbox) == 4
    assert "42010201" in stored
    assert leaks("\n".join(lived["addresses"]), lived) == []
    assert leaks(logged, lived) == []
    assert leaks(mails, lived) == []
    assert leaks(files, lived) == []
    assert leaks(stored, lived) == []


def test_other_browsers_and_public_pages_show_nothing_of_it(lived):
    stranger = Client()
    pages = ["", "windows/", "windows/42010201/", "apply/", "apply/resume/", "track/", "apply/list/", "nothing/"]
    paths = [f"/{language}/{page}" for language in LANGUAGES for page in pages]

    shown = "".join(stranger.get(path, follow=True).content.decode() for path in paths)

    assert leaks(shown, lived) == []
    assert Application.objects.get().number not in shown


def test_an_error_page_and_its_log_tell_nothing(lived, client, caplog, capfd, settings):
    """A key that is gone: the server fails in the middle of an applicant's data."""
    client.raise_request_exception = False
    fresh = drafts.begin()[1]
    other = Client(raise_request_exception=False)
    other.cookies["draft"] = fresh
    capfd.readouterr()
    caplog.clear()
    settings.PORTAL_DATA_KEYS = ["another key of at least thirty-two characters"]

    answers = [
        other.post("/en/apply/page/person/", journeys.FOREIGNER["person"] | CANARIES["person"]),
        other.post("/en/apply/page/contact/", CANARIES["contact"]),
        client.get("/en/track/case/receipt/"),
    ]

    logged = "\n".join([caplog.text, *capfd.readouterr()])
    assert [answer.status_code for answer in answers] == [500] * 3
    assert "CannotUnseal" in logged
    assert leaks("".join(answer.content.decode() for answer in answers), lived) == []
    assert leaks(logged, lived) == []


@pytest.mark.django_db
def test_a_refusal_by_the_database_shows_no_row(caplog):
    caplog.set_level("DEBUG")
    application = make.submitted(answers=CANARIES, email=CANARIES["contact"]["email"])
    lifecycle.withdraw(application)
    caplog.clear()

    with pytest.raises(InternalError) as refused, transaction.atomic():
        Application.objects.update(state="waiting")

    shown = str(refused.value) + caplog.text
    assert leaks(shown, {"secrets": [secret_of(application), application.number]}) == []
