"""Documents that applicants bring: what is taken, refused and bounded whatever its kind, and the names they go by."""

import hashlib
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.utils import translation
from PIL import Image

from applications import uploads
from applications.uploads import refusals
from tests.applications import corpus
from tests.applications.checked import outcome, picture
from tests.applications.corpus import MB, TAIL

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


# --- memory ---

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
