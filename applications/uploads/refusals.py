"""Why a document is not taken: one code for each rule, one text that says what to do instead."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LARGEST_MB = 10
LARGEST_MEGAPIXELS = 40
SHORTEST_SIDE, LONGEST_SIDE = 200, 12_000  # pixels
MOST_PAGES = 30

REASONS = {
    "empty": _("The file is empty. Choose it again; if it stays empty, scan or photograph the document anew."),
    "too_large": _(
        "The file is larger than %(megabytes)s MB. Photograph the document with a lower resolution, or split the PDF."
    ),
    "kind": _("Only JPEG and PNG pictures and PDF documents can be taken. Save the document as one of these."),
    "heic": _(
        "This is a HEIC photo of an iPhone or iPad. Choose Settings, Camera, Formats, Most Compatible and photograph "
        "the document again, or take a screenshot of the photo and upload that."
    ),
    "picture_damaged": _("The picture is damaged or incomplete. Photograph or scan the document again."),
    "picture_moves": _("This is a moving picture. Upload a still picture of the document."),
    "picture_small": _(
        "The picture is too small to read: each side needs at least %(pixels)s pixels. Upload the original photo."
    ),
    "picture_huge": _(
        "The picture has too many pixels: at most %(megapixels)s million, and %(side)s on a side. "
        "Photograph or scan the document with a lower resolution."
    ),
    "pdf_encrypted": _("The PDF is protected by a password or permissions. Remove the protection and upload it again."),
    "pdf_active": _(
        "The PDF contains scripts, actions, forms that send data, or attached files. Print it to a new PDF and "
        "upload that, or upload photos of its pages."
    ),
    "pdf_pages": _("The PDF has more than %(pages)s pages. Upload only the pages that are asked for."),
    "pdf_wrapped": _("There is something else before or after the PDF in this file. Print it to a new PDF."),
    "pdf_damaged": _("The PDF cannot be read without repair. Print it to a new PDF, or upload photos of its pages."),
    "pdf_heavy": _(
        "The PDF unpacks to far more than a document needs. Print it to a new PDF, or upload photos of its pages."
    ),
}
NUMBERS = {
    "megabytes": LARGEST_MB,
    "megapixels": LARGEST_MEGAPIXELS,
    "side": LONGEST_SIDE,
    "pixels": SHORTEST_SIDE,
    "pages": MOST_PAGES,
}


class Refused(ValidationError):
    """A document that is not taken; `code` is a key of REASONS, the text is for the applicant."""

    def __init__(self, code: str):
        super().__init__(REASONS[code], code=code, params=NUMBERS)
