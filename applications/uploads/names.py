"""What a document is called: as it is shown, and as it is downloaded."""

import re
import unicodedata

from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

LONGEST = 60  # characters: of four bytes each, with a suffix, still a file name on every system (255 bytes)
SUFFIXES = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "application/pdf": (".pdf",)}
NOT_IN_FILE_NAMES = re.compile(r'[<>:"|?*%;]')
# On Windows, whatever the ending.
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)


def clean_name(name: str) -> str:
    """The last part of a path, without anything that hides, turns round or breaks what is read; at most 60 characters.

    A name of which nothing is left is called a document.
    """
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    visible = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    tidy = NOT_IN_FILE_NAMES.sub("_", " ".join(visible.split())).strip(". ")
    stem, dot, ending = tidy.rpartition(".")
    if RESERVED.fullmatch(tidy.partition(".")[0].strip()):
        stem, tidy = f"_{stem}", f"_{tidy}"
    if len(tidy) > LONGEST and dot and len(ending) < 10:
        tidy = f"{stem[: LONGEST - len(ending) - 1].rstrip('. ')}.{ending}"
    return tidy[:LONGEST].rstrip(". ") or _("document")


def headers(name: str, media_type: str, *, inline: bool = False) -> dict[str, str]:
    """Headers of a response with a stored document: nothing in it runs, is guessed at or kept by a cache.

    A picture may be shown in a page (`inline`); a PDF is always a download. The file's ending follows its content,
    whatever it was called when it was brought.
    """
    name, suffixes = clean_name(name), SUFFIXES[media_type]
    if not name.lower().endswith(suffixes):
        name += suffixes[0]
    shown = inline and media_type.startswith("image/")
    return {
        "Content-Type": media_type,
        "Content-Disposition": content_disposition_header(not shown, name) or "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }
