"""Files that an applicant brings, and what he is handed: taking them in, showing them, the receipt."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from applications import sealing, uploads
from applications.models import DocumentKind, Supplement, Upload
from windows import clock

MOST_OF_A_KIND, MOST = 5, 20


@dataclass(frozen=True)
class Shown:
    """A document that is asked for, with its files as they are named, and what is wrong."""

    document: DocumentKind
    optional: bool
    files: list[tuple[Upload, str]]
    error: str


def shown(asked, errors: dict[str, str]) -> list[Shown]:
    return [
        Shown(
            one.requirement.document,
            one.requirement.optional,
            [(file, name_of(file)) for file in one.files],
            errors.get(one.requirement.document_id, ""),
        )
        for one in asked
    ]


def name_of(file: Upload) -> str:
    return sealing.unseal(file.name)["name"]


def take(files, documents: list[DocumentKind], **owner) -> dict[str, str]:
    """Check and keep each file under the document whose code it was sent as; what was refused, by document."""
    errors = {}
    for document in documents:
        for file in files.getlist(document.pk):
            try:
                keep(file, document, **owner)
            except ValidationError as error:
                errors[document.pk] = f"{uploads.clean_name(file.name)}: {' '.join(error.messages)}"
    return errors


def keep(file, document: DocumentKind, **owner) -> Upload:
    """Check a file and keep it; brought again it is the one that is kept. ValidationError says why it is not taken."""
    if file.size > uploads.LARGEST:
        raise uploads.Refused("too_large")
    checked = uploads.check(file.name, file.read())
    mine, digest = Upload.objects.filter(**owner), bytes.fromhex(checked.digest)
    if before := mine.filter(document=document, digest=digest).first():
        return before
    if mine.count() >= MOST or mine.filter(document=document).count() >= MOST_OF_A_KIND:
        raise ValidationError(_("There are too many files; remove one first."))
    return Upload.objects.create(
        key=uploads.store(checked.content),
        document=document,
        name=sealing.seal({"name": uploads.clean_name(file.name)}),
        media_type=checked.media_type,
        size=len(checked.content),
        digest=digest,
        at=clock.now(),
        **owner,
    )


def one(of, key: str):
    """The file of this key among these; nothing for what is no key at all."""
    return of.filter(pk=key) if uploads.KEY.fullmatch(key) else of.none()


def still_missing(asked: Supplement) -> list[DocumentKind]:
    """Of the documents that a request asks for, those that nothing was brought for."""
    wanted = DocumentKind.objects.filter(pk__in=[item["document"] for item in asked.items])
    return list(wanted.exclude(pk__in=asked.uploads.values("document")))


def thumbnail(found) -> HttpResponse:
    """A small picture of one of these files; 404 for what is none."""
    file = found.first()
    small = file and uploads.thumbnail(uploads.read(file.key), file.media_type)
    if not small:
        raise Http404
    return HttpResponse(small, headers=uploads.headers("thumbnail.jpg", "image/jpeg", inline=True))


def download(found) -> HttpResponse:
    """One of these files as it was brought, to save and not to open here."""
    file = found.first()
    if file is None:
        raise Http404
    return HttpResponse(uploads.read(file.key), headers=uploads.headers(name_of(file), file.media_type))


def shown_or_saved(found) -> HttpResponse:
    """One of these files for an officer: a picture to look at, a PDF to save."""
    file = found.first()
    if file is None:
        raise Http404
    headers = uploads.headers(name_of(file), file.media_type, inline=True)
    return HttpResponse(uploads.read(file.key), headers=headers)
