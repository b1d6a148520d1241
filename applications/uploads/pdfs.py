"""PDF documents: kept as they are, so only those are taken that need no repair and do nothing by themselves.

What one reader repairs, another repairs otherwise: a broken file may show us one document and the officer another.
Names of actions are looked for twice: among the bytes of the whole file, whatever it says is an object, and in every
object that the cross-reference lists, whether a page reaches it or not.
"""

import logging
import re
import time
import zlib
from base64 import a85decode
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader, apply_configuration
from pypdf.errors import LimitReachedError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
    read_object,
)

from applications.uploads.refusals import MOST_PAGES, Refused

CPU_SECONDS = 2.0  # for reading one document; thirty pages printed by a browser take 0.3
LARGEST_OBJECT_STREAM = 2_000_000  # bytes unpacked; usual are 20,000
LARGEST_UNPACKED = 300_000_000  # bytes of all streams together: what the officer's reader would have to bear
LARGEST_IMAGE = 100_000_000  # pixels: an A4 page at 1,000 dots per inch
STEP = 1 << 16  # bytes

# ISO 32000-2: actions (12.6), embedded files (7.11.4), multimedia (13), XFA forms. A link (/URI) or a jump inside the
# document (/GoTo) does nothing before it is pressed.
ACTIVE = {"/JavaScript", "/JS", "/AA", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/GoTo3DView"}
ACTIVE |= {"/Rendition", "/Movie", "/Sound", "/RichMedia", "/RichMediaExecute", "/XFA"}
ACTIVE |= {"/EmbeddedFile", "/EmbeddedFiles", "/FileAttachment", "/EF", "/Collection"}
# Three bytes turn up by chance in compressed data; these names do not.
TELLING = {name.encode()[1:] for name in ACTIVE if len(name) > 4}
NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]{4,60})")
HEADER = re.compile(rb"\s*(\d{1,10})\s+(\d{1,5})\s+obj")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
WHITESPACE = b"\x00\t\n\x0c\r "

FLATE = {"/FlateDecode", "/Fl"}
TO_BYTES = {"/ASCII85Decode", "/A85"}
OF_IMAGES = {"/DCTDecode", "/DCT", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode", "/JPXDecode"}
MEASURABLE = FLATE | TO_BYTES | OF_IMAGES | {"/ASCIIHexDecode", "/AHx", "/RunLengthDecode", "/RL"}

LIMITS: dict[str, Any] = {
    "zlib_maximum_output_length": LARGEST_OBJECT_STREAM,
    "zlib_maximum_recovery_input_length": 0,
    "lzw_maximum_output_length": LARGEST_OBJECT_STREAM,
    "run_length_maximum_output_length": LARGEST_OBJECT_STREAM,
    "brotli_maximum_output_length": LARGEST_OBJECT_STREAM,
    "stream_filters_maximum_length": 2,
    "page_tree_maximum_entries": 1_000,
    "page_tree_maximum_depth": 50,
    "page_tree_maximum_page_entries": 100_000,
    "jbig2dec_binary": None,  # else the library starts a program of the system
}

# Its warnings quote the document, and documents are personal.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


def count_pages(content: bytes) -> int:
    """The pages of a document that may be kept; Refused when it is broken, does anything, or is too much work."""
    if not content.startswith(b"%PDF-") or not content.rstrip(WHITESPACE).endswith(b"%%EOF"):
        raise Refused("pdf_wrapped")
    _refuse_telling_names(content)
    deadline = _Deadline()
    try:
        with apply_configuration(**LIMITS):
            return _pages_of(_Reader(_Metered(content, deadline), strict=True), deadline)
    except Refused:
        raise
    except Exception as error:  # the library raises whatever its parser meets in a damaged file
        heavy = deadline.passed or isinstance(error, LimitReachedError)
        raise Refused("pdf_heavy" if heavy else "pdf_damaged") from error


def _refuse_telling_names(content: bytes) -> None:
    """Look for names in earlier revisions and in what no cross-reference lists; they may be written as /J#61va..."""
    for match in NAME.finditer(content):
        name = match[1]
        if b"#" in name:
            name = ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), name)
        if name in TELLING:
            raise Refused("pdf_active")
        if name == b"Encrypt":
            raise Refused("pdf_encrypted")


# --- Bounded reading -----------------------------------------------------------------------------------------


class _Deadline:
    """CPU time of this thread, so that a busy machine refuses no more than an idle one."""

    def __init__(self) -> None:
        self._end = time.thread_time() + CPU_SECONDS

    @property
    def passed(self) -> bool:
        return time.thread_time() > self._end

    def check(self) -> None:
        if self.passed:
            raise _Exhausted


class _Exhausted(MemoryError):
    """The library swallows most exceptions to go on reading, but not this kind."""


class _Metered(BytesIO):
    """A document whose reading ends at the deadline."""

    def __init__(self, content: bytes, deadline: _Deadline) -> None:
        super().__init__(content)
        self._deadline = deadline
        self._reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads % 64 == 0:
            self._deadline.check()
        return super().read(size)

    def getbuffer(self) -> memoryview:
        self._deadline.check()  # the library takes all of it to search for what a reference fails to find
        return super().getbuffer()


class _Reader(PdfReader):
    """Object streams are looked at before the library takes all their objects out at once."""

    def get_object(self, indirect_reference: int | IndirectObject) -> PdfObject | None:
        number = indirect_reference if isinstance(indirect_reference, int) else indirect_reference.idnum
        if number in self.xref_objStm:
            holder = self.get_object(self.xref_objStm[number][0])
            if isinstance(holder, StreamObject) and len(holder.get_data()) > LARGEST_OBJECT_STREAM:
                raise LimitReachedError
        return super().get_object(indirect_reference)


# --- Every object --------------------------------------------------------------------------------------------


def _pages_of(reader: _Reader, deadline: _Deadline) -> int:
    if reader.is_encrypted:
        raise Refused("pdf_encrypted")
    pages, unpacked = 0, 0
    for thing in _objects(reader, deadline):
        deadline.check()
        for part in _parts(thing):
            _refuse_active(part)
            if isinstance(part, DictionaryObject):
                pages += part.get("/Type") == "/Page"
                unpacked += _unpacked(part) if isinstance(part, StreamObject) else 0
        if pages > MOST_PAGES:  # said before the work limits, which long documents may reach too
            raise Refused("pdf_pages")
        if unpacked > LARGEST_UNPACKED:
            raise Refused("pdf_heavy")
    if not 0 < (pages := len(reader.pages)) <= MOST_PAGES:
        raise Refused("pdf_pages" if pages else "pdf_damaged")
    return pages


def _objects(reader: _Reader, deadline: _Deadline) -> Iterator[PdfObject]:
    """Each object that any cross-reference lists, and each one in an object stream, listed or not."""
    yield reader.trailer
    for generation, places in reader.xref.items():
        for number, place in list(places.items()):
            yield (thing := _object_at(place, IndirectObject(number, generation, reader), reader))
            if isinstance(thing, StreamObject) and thing.get("/Type") == "/ObjStm":
                yield from _members(thing, reader, deadline)


def _object_at(place: int, reference: IndirectObject, reader: _Reader) -> PdfObject:
    """The object that stands where the cross-reference says; the library would search for it elsewhere."""
    reader.stream.seek(place)
    header = HEADER.match(reader.stream.read(40))
    free = reader.xref_free_entry.get(reference.generation, {}).get(reference.idnum)
    if not free and (not header or (int(header[1]), int(header[2])) != (reference.idnum, reference.generation)):
        raise Refused("pdf_damaged")
    return reader.get_object(reference) or NullObject()


def _members(stream: StreamObject, reader: _Reader, deadline: _Deadline) -> Iterator[PdfObject]:
    content = _Metered(stream.get_data(), deadline)
    first = _number(stream, "/First")
    header = content.read(first).split()
    for offset in header[1 : 2 * _number(stream, "/N") : 2]:
        content.seek(first + int(offset))
        while (byte := content.read(1)) and byte in WHITESPACE:
            pass
        content.seek(-1, 1)
        yield read_object(content, reader)


def _parts(thing: PdfObject) -> Iterator[PdfObject]:
    """An object and all that is written inside it; references are not followed, for every object has its turn."""
    stack = [thing]
    while stack:
        part = stack.pop()
        yield part
        if isinstance(part, DictionaryObject):
            stack += [*dict.keys(part), *dict.values(part)]
        elif isinstance(part, ArrayObject):
            stack += list.__iter__(part)


def _refuse_active(part: PdfObject) -> None:
    if isinstance(part, NameObject) and str(part) in ACTIVE:
        raise Refused("pdf_active")
    if isinstance(part, DictionaryObject) and "/OpenAction" in part:
        opening = part["/OpenAction"]
        jump = isinstance(opening, DictionaryObject) and opening.get("/S") == "/GoTo"
        if not (jump or isinstance(opening, ArrayObject)):  # word processors write here which page is shown first
            raise Refused("pdf_active")


# --- What the officer's reader will have to unpack ---------------------------------------------------------------


def _unpacked(stream: StreamObject) -> int:
    """Bytes that a stream unpacks to; Refused when it is packed twice, or in a way that cannot be measured."""
    if stream.get("/Subtype") == "/Image" and _number(stream, "/Width") * _number(stream, "/Height") > LARGEST_IMAGE:
        raise Refused("pdf_heavy")
    filters = _filters(stream)
    data = stream._data  # the library has no public name for the bytes as they are packed
    packings = [name for name in filters if name not in TO_BYTES | OF_IMAGES]
    if not set(filters) <= MEASURABLE or len(packings) > 1 or len(filters) > 2:
        raise Refused("pdf_heavy")
    if filters and filters[0] in TO_BYTES:
        data = a85decode(data.partition(b"~>")[0].removeprefix(b"<~"))
    return _inflated(data) if FLATE & set(filters) else len(data)


def _number(stream: StreamObject, key: str) -> int:
    value = stream[key]
    if not isinstance(value, int):
        raise ValueError(f"{key} is not a number")
    return value


def _filters(stream: StreamObject) -> list[str]:
    named = stream.get("/Filter", NullObject()).get_object()
    if isinstance(named, ArrayObject):
        return [str(name.get_object()) for name in list.__iter__(named)]
    return [] if isinstance(named, NullObject) else [str(named)]


def _inflated(data: bytes) -> int:
    """How many bytes come out, counted without keeping them; counting ends at the limit or at the first error."""
    inflate, size = zlib.decompressobj(), 0
    for start in range(0, len(data), STEP):
        piece = data[start : start + STEP]
        while piece and size <= LARGEST_UNPACKED:
            try:
                size += len(inflate.decompress(piece, 16 * STEP))
            except zlib.error:
                return size
            piece = inflate.unconsumed_tail
    return size
