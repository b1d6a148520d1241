"""Files of the staff site: status changes brought as CSV or XLSX, and the list of windows taken out as either."""

import csv
import io
from datetime import timedelta

import pytest
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError
from django.urls import reverse

from tests import make
from tests.make import NOON
from tests.windows.test_staff import supervisor
from windows import clock, intake
from windows.models import ImportFile, StatusChange

pytestmark = pytest.mark.django_db
HEADER = "window,status,effective_at,recorded_at,reason,measure\n"


@pytest.fixture(autouse=True)
def _evening():
    clock.set_now(NOON + timedelta(hours=8))


# --- files ---


def brought(client, text: str, name="rows.csv"):
    upload = SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)
    return client.post(reverse("admin:windows_statuschange_import"), {"file": upload}, follow=True)


def row(window, status="full", at="2020-03-11T09:00"):
    return f"{window.pk},{status},{at},2020-03-11T09:30,{make.reason().pk},\n"


def test_a_good_file_is_checked_first_and_imported_once_without_bringing_it_again():
    window, officer = make.window(), supervisor()
    client = make.signed_in(officer)

    page = brought(client, HEADER + row(window))
    url = page.redirect_chain[-1][0]
    before = StatusChange.objects.count()
    client.post(url)
    client.post(url)

    file = ImportFile.objects.get()
    assert (page.context["report"].stored, list(page.context["touched"]), before) == (1, [window.pk], 0)
    assert (StatusChange.objects.count(), StatusChange.objects.get().by) == (1, officer)
    assert (file.rows, file.stored, file.applied_at is not None) == (1, 1, True)
    assert "1 rows read, 1 newly stored" in client.get(url).content.decode()


def test_a_bad_file_is_told_row_by_row_and_stores_nothing():
    window, client = make.window(), make.signed_in(supervisor())

    page = brought(client, HEADER + row(window) + row(window, "open", "2020-02-31"))
    client.post(page.redirect_chain[-1][0])

    problems = [(problem.row, problem.column) for problem in page.context["report"].problems]
    assert problems == [(3, "status"), (3, "effective_at")]
    assert StatusChange.objects.count() == 0


def test_the_template_can_be_filled_and_brought_back_as_csv_and_as_xlsx():
    window, client = make.window(), make.signed_in(supervisor())
    make.reason("orderly_restoration")

    for kind, name in (("csv", "t.csv"), ("xlsx", "t.xlsx")):
        template = client.get(reverse("admin:windows_statuschange_template", args=[kind]))
        page = brought(client, template.content, name)
        assert page.context["report"].problems == []
        assert list(page.context["touched"]) == [window.pk]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("rows.pdf", b"x", "ends in .csv or .xlsx"),
        ("rows.csv", b"", "empty"),
        ("rows.csv", b"x" * (intake.LARGEST + 1), "larger than 5 MB"),
    ],
)
def test_a_file_of_the_wrong_kind_or_size_is_refused_at_once(name, content, told):
    page = brought(make.signed_in(supervisor()), content, name)

    assert told in page.content.decode()
    assert ImportFile.objects.count() == 0


@pytest.mark.parametrize("content", [b"\x00\xff\x00", b"PK\x03\x04 not a zip"])
def test_a_damaged_file_is_reported_and_never_an_error(content):
    client = make.signed_in(supervisor())

    assert [brought(client, content, name).status_code for name in ("x.csv", "x.xlsx")] == [200, 200]


def test_the_database_keeps_a_file_as_it_was_brought():
    file = intake.keep("returns", "x.csv", b"a", by=make.officer(), at=NOON)

    with pytest.raises(InternalError, match="only_the_import_is_noted"):
        ImportFile.objects.filter(pk=file.pk).update(content=b"b")


def test_the_database_refuses_half_a_note_of_an_import():
    file = intake.keep("returns", "x.csv", b"a", by=make.officer(), at=NOON)

    with pytest.raises(IntegrityError, match="an_import_is_noted_as_a_whole"):
        ImportFile.objects.filter(pk=file.pk).update(applied_at=NOON)


def test_the_database_lets_no_file_go():
    file = intake.keep("returns", "x.csv", b"a", by=make.officer(), at=NOON)

    with pytest.raises(InternalError, match="kept_for_good"):
        file.delete()


# --- exports ---


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_the_list_as_filtered_and_no_formula(kind):
    dangerous = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
    for text in dangerous:
        make.change(make.window(name_zh=text), "limited")
    make.window(name_zh="=left out by the filter")

    answer = make.signed_in(supervisor()).get(reverse("admin:windows_window_export", args=[kind]) + "?status=limited")

    if kind == "csv":
        names = [
            line["name_zh"] for line in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
        ]
    else:
        names = tablib.Dataset().load(answer.content, format="xlsx")["name_zh"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert len(names) == len(dangerous)
    assert [name for name in names if not name.startswith("'")] == []
