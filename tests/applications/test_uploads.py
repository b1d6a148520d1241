"""Documents that applicants bring: each rule with a file that breaks it, and what becomes of those that are taken."""

import hashlib
import logging
import os
import subprocess
import sys
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.utils import translation
from PIL import Image, ImageOps

from applications import uploads
from applications.uploads import pdfs, refusals, storage
from tests.applications import corpus
from tests.applications.corpus import PLACE, TAIL

HOUR = timedelta(hours=1)
MB = 1024 * 1024


def named(value: object) -> str | None:
    """Readable names of test cases: files by their first bytes."""
    return repr(value[:12]) if isinstance(value, bytes) else None


def outcome(content: bytes, name: str = "scan") -> str:
    """The media type of what is taken, or the code of the refusal."""
    try:
        return uploads.check(name, content).media_type
    except uploads.Refused as refused:
        return refused.code


def picture(content: bytes) -> Image.Image:
    return Image.open(BytesIO(uploads.check("scan", content).content))


# --- what is taken ---


@pytest.mark.parametrize(
    ("content", "media_type", "mode"),
    [
        (corpus.jpeg(), "image/jpeg", "RGB"),
        (corpus.jpeg(mode="L"), "image/jpeg", "L"),
        (corpus.jpeg(mode="CMYK"), "image/jpeg", "RGB"),
        (corpus.jpeg(progressive=True), "image/jpeg", "RGB"),
        (corpus.two_pictures(), "image/jpeg", "RGB"),
        (corpus.png(), "image/png", "RGB"),
        (corpus.png(mode="1"), "image/png", "L"),
        (corpus.png(mode="P"), "image/png", "RGB"),
        (corpus.grey_of_16_bits(), "image/png", "L"),
    ],
)
def test_a_picture_is_taken_and_written_anew_in_eight_bits(content, media_type, mode):
    checked = uploads.check("scan", content)

    image = Image.open(BytesIO(checked.content))
    assert (checked.media_type, image.mode, image.size) == (media_type, mode, checked.size)
    assert (checked.digest, checked.pages) == (hashlib.sha256(checked.content).hexdigest(), None)
    assert not image.info.get("progressive")


def test_a_picture_keeps_its_light_whatever_its_depth():
    assert picture(corpus.grey_of_16_bits()).getpixel((10, 10)) == 40_000 // 256
    assert picture(corpus.png()).getpixel((10, 10)) == (250, 240, 230)


@pytest.mark.parametrize("content", [corpus.pdf(30), corpus.pdf_with_object_stream(b"<</Title (letter)>>")])
def test_a_pdf_is_taken_as_it_is_with_its_pages_counted(content):
    checked = uploads.check("letter", content)

    assert (checked.media_type, checked.suffix, checked.content) == ("application/pdf", ".pdf", content)
    assert (checked.pages, checked.size) == (content.count(b"3 0 R") or 1, None)


@pytest.mark.parametrize("name", ["photo.png", "run.html", "letter.pdf", "photo", "../../x", "a\x00b", "", "x" * 300])
def test_the_name_does_not_decide(name):
    assert uploads.check(name, corpus.jpeg()).suffix == ".jpg"


# --- what is refused whatever it claims to be ---


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (corpus.jpeg() + bytes(10 * MB), "too_large"),
        (corpus.heic(), "heic"),
        (corpus.heic(b"mif1"), "heic"),
        (corpus.encoded(corpus.scene(), "GIF"), "kind"),
        (corpus.encoded(corpus.scene(), "WEBP"), "kind"),
        (corpus.encoded(corpus.scene(), "BMP"), "kind"),
        (corpus.encoded(corpus.scene(), "TIFF"), "kind"),
        (corpus.encoded(corpus.scene(), "GIF") + corpus.zipped(), "kind"),  # GIFAR
        (b"<svg xmlns='http://www.w3.org/2000/svg'>%s</svg>" % TAIL, "kind"),
        (b"<html>%s</html>" % TAIL, "kind"),
        (corpus.zipped(), "kind"),
        (bytes(5000), "kind"),
    ],
)
def test_other_files_are_refused_with_a_code(content, code):
    assert outcome(content, "passport.jpg") == code


def test_ten_megabytes_are_taken_and_a_byte_more_is_not():
    bulk = corpus.noise(10 * MB - 1000)
    fixed = corpus.pdf(extra={5: corpus.stream(bulk)})
    full = corpus.pdf(extra={5: corpus.stream(bulk + bytes(10 * MB - len(fixed)))})

    assert (len(full), outcome(full)) == (10 * MB, "application/pdf")
    assert outcome(full + b"\n") == "too_large"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("code", refusals.REASONS)
def test_every_refusal_is_told_with_its_numbers(code, language):
    with translation.override(language):
        (told,) = uploads.Refused(code).messages

    assert "%" not in told
    assert (told.isascii(), len(told) > 15) == (language == "en", True)


# --- pictures ---


def test_a_phones_photo_stands_upright_and_says_nothing_of_its_place():
    content = corpus.photo(orientation=6)

    checked = uploads.check("IMG_0001.JPG", content)

    image = Image.open(BytesIO(checked.content))
    assert content.count(PLACE.encode()) == 3  # EXIF, comment, profile
    assert (checked.size, image.size) == ((300, 400), (300, 400))
    assert image.getpixel((290, 10))[0] > 240 > image.getpixel((10, 10))[0]  # the bright corner came round
    assert (dict(image.getexif()), {"exif", "comment", "icc_profile"} & image.info.keys()) == ({}, set())
    assert PLACE.encode() not in checked.content


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_turned_as_pillow_would(orientation):
    content = corpus.photo(orientation)

    expected = ImageOps.exif_transpose(Image.open(BytesIO(content)))
    bright = [picture(content).getpixel(place)[0] > 200 for place in ((5, 5), (290, 5), (5, 290), (290, 290))]
    assert bright == [expected.getpixel(place)[0] > 200 for place in ((5, 5), (290, 5), (5, 290), (290, 290))]


def test_text_in_a_png_is_dropped_too():
    content = corpus.png()
    content = content[:33] + corpus.chunk(b"tEXt", b"Comment\0" + PLACE.encode()) + content[33:]

    assert (outcome(content), PLACE.encode() in uploads.check("scan", content).content) == ("image/png", False)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_nothing_hides_in_what_is_transparent(mode):
    assert picture(corpus.see_through(mode)).convert("RGB").getcolors() == [(300 * 200, (255, 255, 255))]


@pytest.mark.parametrize("tail", [corpus.zipped(), b"<html>" + TAIL, TAIL * 1000])
@pytest.mark.parametrize("make", [corpus.jpeg, corpus.png])
def test_a_polyglot_loses_its_tail(make, tail):
    checked = uploads.check("photo.jpg", make() + tail)

    assert checked.content == uploads.check("photo.jpg", make()).content
    assert (TAIL in checked.content, b"PK" in checked.content[-100:]) == (False, False)


@pytest.mark.parametrize("make", [corpus.jpeg, corpus.png])
@pytest.mark.parametrize("part", [0.05, 0.4, 0.8])
def test_a_truncated_picture_is_refused(make, part):
    content = make()

    assert outcome(content[: int(len(content) * part)]) == "picture_damaged"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (corpus.jpeg((199, 300)), "picture_small"),
        (corpus.jpeg((200, 200)), "image/jpeg"),
        (corpus.declared_png(12_001, 300), "picture_huge"),
        (corpus.declared_png(7_000, 6_000), "picture_huge"),  # 42 megapixels, at which Pillow only warns
        (corpus.declared_png(30_000, 30_000), "picture_huge"),
        (corpus.declared_png(30_000, 30_000, rows=True), "picture_huge"),
        (corpus.declared_png(2_000_000_000, 2_000_000_000), "picture_huge"),
        (corpus.declared_jpeg(65_000, 65_000), "picture_huge"),
        (corpus.declared_png(4_000, 4_000, rows=True), "image/png"),
        (corpus.text_bomb(), "picture_damaged"),
        (corpus.many_scans(), "picture_damaged"),
        (corpus.animated(), "picture_moves"),
    ],
    ids=named,
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_pictures_that_cost_too_much_are_refused(content, code):
    began = time.thread_time()

    assert outcome(content) == code
    assert time.thread_time() - began < 1.5


def test_pillows_own_net_is_set():
    assert Image.MAX_IMAGE_PIXELS == 40_000_000


def test_a_thumbnail_is_a_small_jpeg_of_pictures_only():
    for content in (corpus.jpeg((1000, 400)), corpus.png((1000, 400))):
        checked = uploads.check("scan", content)
        small = Image.open(BytesIO(uploads.thumbnail(checked.content, checked.media_type)))
        assert (small.format, small.size) == ("JPEG", (320, 128))

    assert uploads.thumbnail(corpus.pdf(), "application/pdf") is None


# --- PDF ---

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


def packed_again(packed: bytes) -> bytes:
    return corpus.zlib.compress(packed, 9)


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


HIGHEST = """
import os, sys
from pathlib import Path
from applications import uploads
def highest():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
for path in sys.argv[1:]:
    if child := os.fork():
        os.waitpid(child, 0)
        continue
    before, content = highest(), Path(path).read_bytes()
    try:
        found = uploads.check("scan", content).media_type
    except uploads.Refused as refused:
        found = refused.code
    print(found, (highest() - before) // 1024, flush=True)
    os._exit(0)
"""
GREEDY = {
    "bomb": (lambda: corpus.declared_png(30_000, 30_000, rows=True), "picture_huge", 20),
    "largest picture": (lambda: corpus.encoded(Image.new("RGB", (8_000, 5_000)), "JPEG"), "image/jpeg", 400),
    "zip bomb": (lambda: corpus.pdf(extra={5: corpus.bomb(500)}), "pdf_heavy", 40),
    "object stream": (
        lambda: corpus.pdf_with_object_stream(b"", holder=corpus.bomb(250, b"/Type /ObjStm /N 3 /First 9")),
        "pdf_heavy",
        60,
    ),
    "dense PDF": (
        lambda: corpus.pdf(extra={5: b"[%s]" % (b"[%s]" % (b"()" * 900) * 2_000)}),
        "pdf_heavy",
        400,
    ),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read as Linux tells it")
def test_memory_is_bounded(tmp_path):
    """Each file is checked by a process of its own, a fork of one that has done nothing yet."""
    for name, (make, _found, _megabytes) in GREEDY.items():
        (tmp_path / name).write_bytes(make())
    command = [sys.executable, "-c", HIGHEST, *(str(tmp_path / name) for name in GREEDY)]

    run = subprocess.run(command, capture_output=True, check=True)

    told = dict(zip(GREEDY, map(str.split, run.stdout.decode().splitlines()), strict=True))
    assert {name: code for name, (code, _used) in told.items()} == {name: code for name, (_, code, _) in GREEDY.items()}
    assert {name: used for name, (_code, used) in told.items() if int(used) >= GREEDY[name][2]} == {}


# --- where they lie ---


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT / "uploads"


def aged(folder: Path, key: str, age: timedelta) -> Path:
    path = folder / key[:2] / key
    then = time.time() - age.total_seconds()
    os.utime(path, (then, then))
    return path


def test_a_stored_document_is_the_owners_alone_and_comes_back(folder):
    key = uploads.store(b"letter")

    path = folder / key[:2] / key
    assert (len(key), uploads.read(key)) == (32, b"letter")
    assert [oct(entry.stat().st_mode & 0o777) for entry in (path, path.parent)] == ["0o600", "0o700"]
    assert uploads.store(b"letter") != key


def test_a_removed_document_is_gone_and_may_be_removed_again(folder):
    key = uploads.store(b"letter")

    uploads.remove(key)
    uploads.remove(key)

    with pytest.raises(FileNotFoundError):
        uploads.read(key)


@pytest.mark.parametrize("failing", ["fsync", "rename"])
def test_a_write_that_fails_leaves_nothing_behind(folder, monkeypatch, failing):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync", fail) if failing == "fsync" else (Path, "rename", fail)))

    with pytest.raises(OSError, match="No space"):
        uploads.store(b"letter")

    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_content_and_its_name_are_on_the_disk_before_the_key_is_given(folder, monkeypatch):
    done, fsync, rename = [], os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda file: (done.append(os.readlink(f"/proc/self/fd/{file}")), fsync(file)))
    monkeypatch.setattr(Path, "rename", lambda self, target: (done.append("rename"), rename(self, target)))

    key = uploads.store(b"letter")

    path = str(folder / key[:2] / key)
    assert done == [f"{path}.part", "rename", path[:-33], str(folder)]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        "ab/../../x",
        "0" * 31,
        "0" * 33,
        "A" * 32,
        "0" * 31 + "/",
        "0" * 32 + "\n",
    ],
)
@pytest.mark.parametrize("act", [uploads.read, uploads.remove])
def test_what_is_no_key_never_becomes_a_path(folder, act, key):
    with pytest.raises(ValueError, match="not the key"):
        act(key)


def test_a_sweep_tells_files_without_rows_from_rows_without_files(folder):
    kept, fresh, orphan, lost = (uploads.store(b"letter") for _ in range(4))
    for key in (kept, orphan):
        aged(folder, key, 2 * HOUR)
    uploads.remove(lost)

    swept = uploads.sweep({kept, lost})

    assert swept == uploads.Swept(removed=[orphan], missing=[lost])
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == sorted([kept, fresh])


def test_a_sweep_removes_what_a_crash_left_unfinished_and_nothing_of_others(folder):
    key = uploads.store(b"letter")
    half = aged(folder, key, 2 * HOUR).rename(folder / key[:2] / f"{key}.part")
    foreign = half.with_name("notes.txt")
    foreign.touch()
    os.utime(foreign, (0, 0))

    swept = uploads.sweep({key})

    assert (swept.removed, swept.missing) == ([half.name], [key])
    assert (half.exists(), foreign.exists()) == (False, True)


def test_a_sweep_waits_longer_when_told_and_never_less_than_an_hour(folder):
    key = uploads.store(b"letter")
    aged(folder, key, 2 * HOUR)

    assert uploads.sweep(set(), older_than=3 * HOUR).removed == []
    with pytest.raises(ValueError, match="less than an hour"):
        uploads.sweep(set(), older_than=HOUR / 2)
    assert uploads.sweep(set(), older_than=storage.FRESH).removed == [key]


def test_a_sweep_of_nothing_finds_nothing(folder):
    assert uploads.sweep(set()) == uploads.Swept([], [])


# --- names and headers ---


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("护照首页.jpg", "护照首页.jpg"),
        ("My passport (1).JPG", "My passport (1).JPG"),
        ("🛂 visa.png", "🛂 visa.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\王\\护照.pdf", "护照.pdf"),
        ("a\x00b\r\nSet-Cookie: x.jpg", "abSet-Cookie_ x.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("zero\u200bwidth\ufeff.jpg", "zerowidth.jpg"),
        ('a"b<c>d|e?f*g:h;i%j.jpg', "a_b_c_d_e_f_g_h_i_j.jpg"),
        ("trailing...", "trailing"),
        (" .hidden", "hidden"),
        ("  many \t spaces .jpg", "many spaces .jpg"),
        ("CON", "_CON"),
        ("nul.jpg", "_nul.jpg"),
        ("no-ending", "no-ending"),
        ("e\u0301.jpg", "é.jpg"),
        ("x" * 300 + ".pdf", "x" * 56 + ".pdf"),
        ("字" * 300, "字" * 60),
        ("", "document"),
        ("...", "document"),
        ("\u202e", "document"),
        ("a/", "document"),
    ],
)
def test_a_name_is_shown_without_what_deceives(name, cleaned):
    with translation.override("en"):
        assert uploads.clean_name(name) == cleaned


def test_a_download_runs_nothing_and_is_kept_nowhere():
    response = CSPMiddleware(lambda request: HttpResponse(b"", headers=uploads.headers("a.pdf", "application/pdf")))(
        type("Request", (), {"path_info": "/"})()
    )

    assert dict(response.headers) == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="a.pdf"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }


@pytest.mark.parametrize(
    ("name", "media_type", "inline", "disposition"),
    [
        ("护照.jpg", "image/jpeg", False, "attachment; filename*=utf-8''%E6%8A%A4%E7%85%A7.jpg"),
        ("a.JPEG", "image/jpeg", True, 'inline; filename="a.JPEG"'),
        ("a.png", "image/jpeg", True, 'inline; filename="a.png.jpg"'),
        ("run.html", "image/png", False, 'attachment; filename="run.html.png"'),
        ("a.pdf", "application/pdf", True, 'attachment; filename="a.pdf"'),
        ('a"; filename="b.exe', "application/pdf", False, 'attachment; filename="a__ filename=_b.exe.pdf"'),
        ("a\r\nX: y", "application/pdf", False, 'attachment; filename="aX_ y.pdf"'),
    ],
)
def test_a_download_is_named_after_its_content_and_only_pictures_are_shown(name, media_type, inline, disposition):
    assert uploads.headers(name, media_type, inline=inline)["Content-Disposition"] == disposition
