"""PDFs that applicants bring: refused where they act, are locked, broken or unpack to too much."""

import logging
import time

import pytest

from applications.uploads import pdfs
from tests.applications import corpus
from tests.applications.checked import outcome
from tests.applications.corpus import MB, TAIL

SCRIPT = b"<</S /JavaScript /JS (app.alert(1))>>"
LINK = b"<</S /URI /URI (https://www.nia.gov.cn/JS/AA)>>"


@pytest.mark.parametrize(
    "content",
    [
        corpus.pdf(catalog=b"/OpenAction [3 0 R /XYZ null null 0]"),
        corpus.pdf(catalog=b"/OpenAction <</S /GoTo /D [3 0 R /Fit]>>"),
        corpus.pdf_with_annotation(b"/Subtype /Link /A " + LINK),
        corpus.pdf(extra={5: corpus.stream(b"q 1 0 0 1 0 0 cm /JS Do /AA Do Q")}),
        corpus.pdf(extra={5: corpus.in_letters(corpus.zlib.compress(b"BT (letter) Tj ET"))}),
        corpus.pdf() + b"\r\n\x00",
    ],
)
def test_links_and_the_page_shown_first_are_no_actions(content):
    assert outcome(content) == "application/pdf"


@pytest.mark.parametrize(
    "content",
    [
        corpus.pdf(catalog=b"/OpenAction " + SCRIPT),
        corpus.pdf(catalog=b"/OpenAction 5 0 R", extra={5: LINK}),
        corpus.pdf(catalog=b"/AA <</WC %s>>" % LINK),
        corpus.pdf(catalog=b"/Names <</JavaScript <</Names [(a) 5 0 R]>>>>", extra={5: SCRIPT}),
        corpus.pdf(catalog=b"/Names <</EmbeddedFiles <</Names [(a) 5 0 R]>>>>", extra={5: b"<<>>"}),
        corpus.pdf(catalog=b"/AcroForm <</Fields [] /XFA 5 0 R>>", extra={5: corpus.stream(b"<xdp/>")}),
        corpus.pdf(catalog=b"/Collection <<>>"),
        corpus.pdf(extra={5: corpus.stream(b"x", b"/Type /EmbeddedFile")}),
        corpus.pdf(extra={5: b"<</Type /Filespec /EF <<>>>>"}),
        corpus.pdf_with_annotation(b"/A " + SCRIPT),
        corpus.pdf_with_annotation(b"/A [[<</S /Named /JS (x)>>]]"),
        corpus.pdf_with_annotation(b"/AA <</E %s>>" % LINK),
        corpus.pdf_with_annotation(b"/A <</S /Launch /F (cmd.exe)>>"),
        corpus.pdf_with_annotation(b"/A <</S /SubmitForm /F (http://x)>>"),
        corpus.pdf_with_annotation(b"/A <</S /ImportData /F (x)>>"),
        corpus.pdf_with_annotation(b"/A <</S /GoToR /F (x)>>"),
        corpus.pdf_with_annotation(b"/A <</S /GoToE>>"),
        corpus.pdf_with_annotation(b"/Subtype /RichMedia"),
        corpus.pdf_with_annotation(b"/Subtype /FileAttachment"),
        corpus.pdf_with_annotation(b"/A <</S /J#61vaScript /J#53 (x)>>"),
        corpus.pdf_with_annotation(b"/A#41 " + LINK),
        corpus.pdf(extra={9: SCRIPT}),  # no page reaches it
        corpus.pdf().replace(b"xref\n", b"9 0 obj %s endobj\nxref\n" % SCRIPT, 1),  # no cross-reference lists it
        corpus.pdf_with_object_stream(SCRIPT),
        corpus.pdf_with_object_stream(b"<</JS (x)>>"),
        corpus.pdf_with_object_stream(b"<</Kids [<</AA <</O %s>>>>]>>" % LINK),
        corpus.pdf_with_object_stream(LINK, catalog=b"/OpenAction 6 0 R"),
    ],
)
def test_a_pdf_that_does_anything_is_refused(content):
    assert outcome(content) == "pdf_active"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (corpus.encrypted(), "pdf_encrypted"),
        (corpus.encrypted("word"), "pdf_encrypted"),
        (corpus.pdf(trailer=b"/#45ncrypt <<>>"), "pdf_encrypted"),
        (corpus.pdf(31), "pdf_pages"),
        (corpus.pdf(extra=dict.fromkeys(range(5, 40), corpus.PAGE)), "pdf_pages"),
        (corpus.pdf(0), "pdf_damaged"),
        (b"<html>%s</html>" % TAIL + corpus.pdf(), "pdf_wrapped"),
        (b"\xef\xbb\xbf" + corpus.pdf(), "pdf_wrapped"),
        (corpus.pdf() + TAIL, "pdf_wrapped"),
        (corpus.pdf() + corpus.zipped(), "pdf_wrapped"),
        (corpus.pdf() + corpus.zipped() + b"%%EOF", "pdf_damaged"),
        (corpus.pdf()[:300], "pdf_wrapped"),
        (b"%PDF-1.7\n" + corpus.noise(3000) + b"%%EOF", "pdf_damaged"),
        (corpus.pdf().replace(b"3 0 obj", b"8 0 obj"), "pdf_damaged"),
        (corpus.misplaced(corpus.pdf(), 3, 1), "pdf_damaged"),  # the library would find it, others may find another
        (corpus.pdf().replace(b"startxref\n", b"startxref\n1"), "pdf_damaged"),
        (corpus.pdf().replace(b"/Kids [3 0 R ]", b"/Kids [2 0 R ]"), "pdf_damaged"),
        (corpus.pdf(extra={5: b"[" * 100_000}), "pdf_damaged"),
    ],
)
def test_pdfs_that_are_locked_long_wrapped_or_broken_are_refused(content, code):
    assert outcome(content) == code


@pytest.mark.parametrize(
    "content",
    [
        corpus.pdf(extra=dict.fromkeys(range(5, 12), corpus.bomb(50))),
        corpus.pdf(
            extra={5: corpus.stream(corpus.zlib.compress(corpus.zeros(50), 9), b"/Filter [/FlateDecode /FlateDecode]")}
        ),
        corpus.pdf(extra=dict.fromkeys(range(5, 12), corpus.in_letters(corpus.zeros(50)))),
        corpus.pdf(extra={5: corpus.stream(b"x", b"/Filter [/A85 /A85 /FlateDecode]")}),
        corpus.pdf(extra={5: corpus.stream(b"x", b"/Filter /LZWDecode")}),
        corpus.pdf(extra={5: corpus.stream(b"x", b"/Subtype /Image /Width 60000 /Height 60000 /Filter /DCTDecode")}),
        corpus.pdf_with_object_stream(b"", holder=corpus.bomb(50, b"/Type /ObjStm /N 3 /First 9")),
        corpus.pdf_with_object_stream(b"", holder=corpus.stream(b"2 0 " * 600_000, b"/Type /ObjStm /N 3 /First 9")),
    ],
    ids=["many", "twice", "in letters", "thrice", "unmeasurable", "image", "object stream", "plain object stream"],
)
def test_pdfs_that_unpack_to_too_much_are_refused(content):
    began = time.thread_time()

    assert (len(content) < 10 * MB, outcome(content)) == (True, "pdf_heavy")
    assert time.thread_time() - began < 2.5


@pytest.mark.parametrize("unit", [b"()", b"1 0 R ", b"/A", b"<<>>"])
@pytest.mark.parametrize("make", [lambda dense: corpus.pdf(extra={5: dense}), corpus.pdf_with_object_stream])
def test_reading_a_dense_pdf_ends_at_the_limit_of_time(make, unit, monkeypatch):
    monkeypatch.setattr(pdfs, "CPU_SECONDS", 0.05)
    content = make(b"[%s]" % (b"[%s]" % (unit * 500) * 200))
    began = time.thread_time()

    assert outcome(content) == "pdf_heavy"
    assert time.thread_time() - began < 1


def test_the_library_does_not_tell_the_log_what_a_pdf_says(caplog):
    spaced = corpus.misplaced(corpus.pdf(), 4, -1)  # a blank before an object, of which the library warns

    with caplog.at_level(logging.DEBUG):
        assert outcome(spaced) == "application/pdf"

    assert [record.name for record in caplog.records if record.name.startswith("pypdf")] == []


def test_unpacking_stops_at_the_limit(monkeypatch):
    monkeypatch.setattr(pdfs, "LARGEST_UNPACKED", MB)

    assert MB < pdfs._inflated(corpus.zeros(50)) < 3 * MB
