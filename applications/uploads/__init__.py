"""Documents that applicants bring: what is taken, where it lies, how it is handed out.

`check` a file, `store` what it gives back, and note the key in a row in the same transaction; `sweep` now and then.
"""

import hashlib
import threading
from dataclasses import dataclass

import filetype

from applications.uploads import pdfs, pictures
from applications.uploads.names import SUFFIXES, clean_name, headers
from applications.uploads.refusals import LARGEST_MB, Refused
from applications.uploads.storage import KEY, Swept, read, remove, store, sweep

__all__ = [
    "KEY",
    "Checked",
    "Refused",
    "Swept",
    "check",
    "clean_name",
    "headers",
    "read",
    "remove",
    "store",
    "sweep",
    "thumbnail",
]

LARGEST = LARGEST_MB * 1024 * 1024  # bytes
PDF = "application/pdf"
# A moving picture is told as such by its decoder.
TAKEN = {"image/jpeg": "image/jpeg", "image/png": "image/png", "image/apng": "image/png", PDF: PDF}
# A picture of 40 megapixels takes up to 400 MB for a second, a dense PDF 250 for two: one at a time in a process.
_one_at_a_time = threading.Lock()
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}  # ISO/IEC 23008-12


@dataclass(frozen=True)
class Checked:
    """A document as it is to be stored: a picture written anew, a PDF as it came."""

    content: bytes
    media_type: str
    suffix: str
    digest: str  # SHA-256 of the content, hexadecimal
    pages: int | None = None  # of a PDF
    size: tuple[int, int] | None = None  # pixels of a picture, upright


def check(name: str, content: bytes) -> Checked:
    """The document that may be stored; Refused says why not, and what to do.

    The content alone decides: phones and chat programs give JPEGs the name of a PNG and worse. The name is never
    used as a path, and a download gets the ending of its content.
    """
    if not content:
        raise Refused("empty")
    if len(content) > LARGEST:
        raise Refused("too_large")
    media_type = _media_type(content)
    pages, size = None, None
    with _one_at_a_time:
        if media_type == PDF:
            pages = pdfs.count_pages(content)
        else:
            content, size = pictures.rewritten(content, media_type)
    digest = hashlib.sha256(content).hexdigest()
    return Checked(content, media_type, SUFFIXES[media_type][0], digest, pages, size)


def thumbnail(content: bytes, media_type: str) -> bytes | None:
    """A JPEG of at most 320 pixels a side for a stored picture, None for a PDF."""
    if media_type == PDF:
        return None
    with _one_at_a_time:
        return pictures.thumbnail(content, media_type)


def _media_type(content: bytes) -> str:
    """What the first bytes say; Refused unless it is JPEG, PNG or PDF."""
    if media_type := TAKEN.get(filetype.guess_mime(content) or ""):
        return media_type
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        raise Refused("heic")
    raise Refused("pdf_wrapped" if b"%PDF-" in content[:1024] else "kind")
