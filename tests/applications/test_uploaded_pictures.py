"""Pictures that applicants bring: written anew without what they hide, and refused where they cost too much."""

import time
from io import BytesIO

import pytest
from PIL import Image, ImageOps

from applications import uploads
from tests.applications import corpus
from tests.applications.checked import outcome, picture
from tests.applications.corpus import PLACE, TAIL


def named(value: object) -> str | None:
    """Readable names of test cases: files by their first bytes."""
    return repr(value[:12]) if isinstance(value, bytes) else None


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
