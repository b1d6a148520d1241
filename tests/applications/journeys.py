"""What applicants type, page by page, for tests of the form: invented people with well-formed numbers."""

import io
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from stdnum.cn import ric

FOREIGNER = {
    "who": {"audience": "foreign"},
    "service": {"service": "visa-extension"},
    "window": {"place": "420102", "window": "42010201"},
    "person": {
        "surname": "Ólafsdóttir",
        "given_names": "Anna-Maria",
        "nationality": "IS",
        "sex": "F",
        "birth_y": "1985",
        "birth_m": "3",
        "birth_d": "27",
    },
    "document": {"number": "A1234567", "expiry_y": "2027", "expiry_m": "5", "expiry_d": "1"},
    "contact": {"phone": "+354 411 1111", "email": "anna@example.org", "address": "12 Zhongshan Road, Wuhan"},
    "ground": {"ground": "ordinary"},
    "collection": {"collection": "window"},
}


def resident_id(birth: date, sex: str, serial: int = 1, *, place: str = "420102") -> str:
    """A well-formed number of an invented person."""
    number = f"{place}{birth:%Y%m%d}{serial * 2 + (sex == 'M'):03}"
    return number + ric.calc_check_digit(number + "0")


CHINESE = {
    "who": {"audience": "chinese"},
    "service": {"service": "passport"},
    "window": {"place": "420102", "window": "42010201"},
    "person": {"name_zh": "阿依古丽·买买提", "sex": "F", "birth_y": "1990", "birth_m": "2", "birth_d": "28"},
    "document": {"number": resident_id(date(1990, 2, 28), "F")},
    "contact": {"phone": "13812345678", "email": "ayi@example.org", "address": "武汉市江岸区中山大道1号"},
    "ground": {"ground": "urgent", "why": "母亲在国外住院"},
    "collection": {"collection": "post", "post_to": "阿依古丽 13812345678 武汉市江岸区中山大道1号"},
}
TAIWAN = {
    "who": {"audience": "hk_macao_taiwan"},
    "service": {"service": "taiwan-resident-permit"},
    "window": {"place": "420102", "window": "42010201"},
    "person": {"name_zh": "𠮷田美", "sex": "M", "birth_y": "1979", "birth_m": "12", "birth_d": "31"},
    "document": {"kind": "taiwan_permit", "number": "01234567"},
    "contact": {"phone": "+886 912 345 678", "email": "mei@example.org", "address": "武汉市江汉路2号"},
    "ground": {"ground": "work_resumption", "why": "公司3月12日复工"},
    "employer": {"employer": "武汉示例有限公司", "credit_code": "91420100MA4KABCD1A"},
    "collection": {"collection": "window"},
}


def picture(colour: str = "white", name: str = "scan.jpg") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")
