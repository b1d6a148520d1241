"""Synthetic applications for the demo's desks: invented people, made through the same rules as real ones."""

import io
from datetime import date, timedelta
from itertools import cycle
from random import Random
from uuid import UUID

from PIL import Image, ImageDraw
from stdnum.cn import ric

from applications import documents, lifecycle, sealing, steps, uploads
from applications.models import Application, Ground, Origin, Upload
from windows import clock
from windows.models import Service, Window

WINDOWS = ("42010201", "42010001")
CASES = 24  # at each window
SURNAMES, GIVEN = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林",
    ("秀英", "伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "杰"),
)
FOREIGN = (("Okafor", "Chidi", "NG"), ("Müller", "Anna", "DE"), ("Tanaka", "Yuki", "JP"), ("Silva", "João", "BR"))
GROUNDS = cycle(["", "", "urgent", "", "work_resumption", "", "epidemic_response", ""])
WHY = {
    Ground.URGENT: "亲属在境外住院，需尽快出行。",
    Ground.WORK_RESUMPTION: "单位复工，需赴境外调试设备。",
    Ground.EPIDEMIC_RESPONSE: "随医疗队出境支援。",
}


def fill() -> int:
    """Make the cases once; returns how many were made."""
    if Application.objects.filter(origin=Origin.PORTAL).exists():
        return 0
    chance, made = Random(20200311), 0
    for window in Window.objects.filter(pk__in=WINDOWS).prefetch_related("services"):
        services = [service for service in window.services.all() if service.online]
        for number in range(CASES):
            _make(window, chance.choice(services), number, chance)
            made += 1
    return made


def _make(window: Window, service: Service, number: int, chance: Random) -> None:
    asserted = next(GROUNDS)
    answers, kind = _answers(window, service, asserted, number, chance)
    index = sealing.blind_index(kind, documents.holders_number(kind, answers["document"]["number"]))
    wanted = lifecycle.Submission(
        service=service,
        window=window,
        answers=answers,
        person=index,
        email="",
        key=UUID(int=chance.getrandbits(128)),
        asserted=asserted,
    )
    at = clock.now() - timedelta(hours=3 * number + chance.randrange(3), minutes=chance.randrange(60))
    application = lifecycle.submit(wanted, at=at).application
    for needed in steps.requirements(answers):
        if not needed.optional:
            _file(application, needed.document, chance)


def _answers(window: Window, service: Service, asserted: str, number: int, chance: Random) -> tuple[dict, str]:
    birth = date(1960 + chance.randrange(45), 1 + chance.randrange(12), 1 + chance.randrange(28))
    sex = chance.choice("FM")
    person = {"sex": sex, "birth": birth.isoformat()}
    if service.audience == "foreign":
        surname, given, nationality = FOREIGN[number % len(FOREIGN)]
        person |= {"surname": surname, "given_names": given, "nationality": nationality}
        kind, told = "passport", {"number": f"C{chance.randrange(10**7):07}", "expiry": "2027-05-01"}
    else:
        person |= {"name_zh": chance.choice(SURNAMES) + chance.choice(GIVEN)}
        kind, told = "resident_id", {"number": _resident_id(birth, sex, number)}
        if service.audience == "hk_macao_taiwan":
            kind, told = "taiwan_permit", {"kind": "taiwan_permit", "number": f"{chance.randrange(10**8):08}"}
    answers = {
        "who": {"audience": service.audience},
        "service": {"service": service.pk},
        "window": {"window": window.pk},
        "person": person,
        "document": told,
        "contact": {"phone": "+8613800000000", "email": "applicant@example.org", "address": "武汉市（示例地址）"},
        "ground": {"ground": asserted or "ordinary"} | ({"why": WHY[Ground(asserted)]} if asserted else {}),
        "collection": {"collection": "window"},
    }
    if asserted == Ground.WORK_RESUMPTION:
        answers["employer"] = {"employer": "武汉示例有限公司", "credit_code": "91420100MA4KABCD1A"}
    return answers, kind


def _resident_id(birth: date, sex: str, number: int) -> str:
    text = f"420102{birth:%Y%m%d}{2 * number + (sex == 'M'):03}"
    return text + ric.calc_check_digit(text + "0")


def _file(application: Application, document, chance: Random) -> None:
    """A picture that says what it stands for."""
    picture = Image.new("RGB", (720, 480), tuple(180 + chance.randrange(60) for _channel in range(3)))
    ImageDraw.Draw(picture).text((40, 40), f"SAMPLE\n{document.name_en}", fill="black", font_size=36)
    content = io.BytesIO()
    picture.save(content, "JPEG")
    checked = uploads.check("sample.jpg", content.getvalue())
    Upload.objects.create(
        key=uploads.store(checked.content),
        application=application,
        document=document,
        name=sealing.seal({"name": "sample.jpg"}),
        media_type=checked.media_type,
        size=len(checked.content),
        digest=bytes.fromhex(checked.digest),
        at=application.submitted_at,
    )
