"""Photos and scans: decoded in full under limits, and written anew, so that pixels are all that is kept of a file."""

from contextlib import suppress
from io import BytesIO

from PIL import Image

from applications.uploads.refusals import LARGEST_MEGAPIXELS, LONGEST_SIDE, SHORTEST_SIDE, Refused

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
LARGEST_PIXELS = LARGEST_MEGAPIXELS * 1_000_000
MOST_SCANS = 100  # of a JPEG; usual are 1 and 10. Each costs a pass over all pixels, and takes 80 bytes
QUALITY = 85
THUMBNAIL_SIDE = 320  # pixels
ORIENTATION = 0x0112  # the EXIF tag
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Pillow's own net, below ours: it raises when a size is declared that is twice this.
Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS


def rewritten(content: bytes, media_type: str) -> tuple[bytes, tuple[int, int]]:
    """The same picture upright, without metadata, colour profile or transparency, and its size in pixels.

    `media_type` is what the first bytes say. Refused when the picture is damaged, moves, is too small or too large.
    """
    image = _flat(_upright(_decoded(content, media_type)))
    return _encoded(image, FORMATS[media_type]), image.size


def thumbnail(content: bytes, media_type: str) -> bytes:
    """A JPEG of at most 320 pixels a side; Refused as for the picture itself."""
    image = _flat(_decoded(content, media_type, reduced=True))
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return _encoded(image, "JPEG")


def _decoded(content: bytes, media_type: str, *, reduced: bool = False) -> Image.Image:
    """All pixels, after the declared size was found bearable; a JPEG reduced to some size above a thumbnail's."""
    if content.count(b"\xff\xda") > MOST_SCANS:
        raise Refused("picture_damaged")
    try:
        image = Image.open(BytesIO(content), formats=[FORMATS[media_type]])
        _measure(image)
        if reduced:
            image.draft("RGB", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        image.load()
    except Refused:
        raise
    except Image.DecompressionBombError as error:
        raise Refused("picture_huge") from error
    except Exception as error:  # the library raises whatever its parsers meet in a damaged file
        raise Refused("picture_damaged") from error
    return image


def _measure(image: Image.Image) -> None:
    if min(image.size) < SHORTEST_SIDE:
        raise Refused("picture_small")
    if max(image.size) > LONGEST_SIDE or image.width * image.height > LARGEST_PIXELS:
        raise Refused("picture_huge")
    # Phones add further pictures behind a JPEG (depth, preview), of which the first is the photo.
    if image.format == "PNG" and getattr(image, "is_animated", False):
        raise Refused("picture_moves")


def _upright(image: Image.Image) -> Image.Image:
    turn = None
    with suppress(Exception):  # unreadable metadata is thrown away like any other
        turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
    return image if turn is None else image.transpose(turn)


def _flat(image: Image.Image) -> Image.Image:
    """Eight bits grey or three times eight in colour; what was transparent is white, so that nothing hides there."""
    if image.mode.startswith("I"):  # 16 bits grey, of which a plain conversion would cut the bright ones off
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")


def _encoded(image: Image.Image, form: str) -> bytes:
    image.info = {}  # some writers copy comments and profiles from here
    out = BytesIO()
    if form == "JPEG":
        image.save(out, form, quality=QUALITY, progressive=False)
    else:
        image.save(out, form, compress_level=4)
    return out.getvalue()
