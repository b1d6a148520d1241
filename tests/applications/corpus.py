"""Documents to bring, honest and hostile, built here so that no binary has to be believed."""

import random
import struct
import zlib
from base64 import a85encode
from io import BytesIO
from zipfile import ZipFile

from PIL import Image
from pypdf import PdfReader, PdfWriter

TAIL = b"<script>alert('tail')</script>"
MB = 1024 * 1024
PLACE = "GPS-39.9042"  # written into metadata, and to be found nowhere afterwards


# --- pictures ---


def scene(size=(400, 300), mode="RGB") -> Image.Image:
    """A dark field with one bright corner, at the top left."""
    image = Image.new("RGB", size, (40, 60, 80))
    image.paste((250, 240, 230), (0, 0, size[0] // 4, size[1] // 4))
    return image.convert(mode)


def encoded(image: Image.Image, form: str, **options) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def jpeg(size=(400, 300), mode="RGB", **options) -> bytes:
    return encoded(scene(size, mode), "JPEG", **options)


def png(size=(400, 300), mode="RGB", **options) -> bytes:
    return encoded(scene(size, mode), "PNG", **options)


def photo(orientation: int = 6) -> bytes:
    """As a phone writes it: turned by a tag, with the place, a comment and a colour profile."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, PLACE
    exif.get_ifd(0x8825)[1] = "N"
    return encoded(scene(), "JPEG", exif=exif, comment=PLACE.encode(), icc_profile=b"profile " + PLACE.encode())


def two_pictures() -> bytes:
    """A JPEG with a second picture behind it, as phones write for depth."""
    return encoded(scene(), "MPO", save_all=True, append_images=[scene((200, 200))])


def grey_of_16_bits() -> bytes:
    image = Image.new("I;16", (300, 200), 40_000)
    return encoded(image, "PNG")


def see_through(mode: str) -> bytes:
    """Text that only shows where it is not seen: red pixels of no opacity."""
    return encoded(Image.new("RGBA", (300, 200), (255, 0, 0, 0)).convert(mode), "PNG")


def animated() -> bytes:
    return encoded(scene(), "PNG", save_all=True, append_images=[scene(mode="L").convert("RGB")])


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def declared_png(width: int, height: int, *, rows: bool = False) -> bytes:
    """A PNG that says how large it is; with `rows` it keeps its word, in a thousandth of the bytes."""
    packer, packed = zlib.compressobj(), b""
    for _ in range(height if rows else 1):
        packed += packer.compress(bytes(1 + width // 8 + 1 if rows else 10))
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", packed + packer.flush()) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def zeros(megabytes: int) -> bytes:
    """What so many megabytes of zeros are packed to, without packing more than one: the block is repeated."""
    packer = zlib.compressobj(9)
    first = packer.compress(bytes(MB)) + packer.flush(zlib.Z_FULL_FLUSH)
    check = (megabytes * MB % 65521) << 16 | 1  # Adler-32 of zeros
    return first[:2] + first[2:] * megabytes + b"\x03\x00" + struct.pack(">I", check)


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to 200 MB."""
    whole = png()
    return whole[:33] + chunk(b"zTXt", b"Comment\0\0" + zeros(200)) + whole[33:]


def declared_jpeg(width: int, height: int) -> bytes:
    content = bytearray(jpeg())
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def many_scans() -> bytes:
    """A progressive JPEG whose last pass is repeated: each costs time and hardly a byte."""
    content = encoded(scene((4000, 4000)), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * 2000 + content[-2:]


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def zipped() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("run.html", TAIL)
    return out.getvalue()


def heic(brand: bytes = b"heic") -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x00\x00mif1" + brand + bytes(200)


# --- PDF ---

PAGE = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R>>"


def stream(content: bytes, entries: bytes = b"", *, length: int | None = None) -> bytes:
    declared = len(content) if length is None else length
    return b"<<%s /Length %d>>\nstream\n%s\nendstream" % (entries, declared, content)


def packed(content: bytes, entries: bytes = b"") -> bytes:
    return stream(zlib.compress(content, 9), entries + b" /Filter /FlateDecode")


def bomb(megabytes: int, entries: bytes = b"") -> bytes:
    return stream(zeros(megabytes), entries + b" /Filter /FlateDecode")


def in_letters(packed: bytes) -> bytes:
    """What is packed already, written in letters, as report programs do."""
    return stream(a85encode(packed) + b"~>", b"/Filter [/ASCII85Decode /FlateDecode]")


def objects(pages: int = 1, catalog: bytes = b"") -> dict[int, bytes]:
    kids = b"3 0 R " * pages if pages < 100 else b""
    return {
        1: b"<</Type /Catalog /Pages 2 0 R %s>>" % catalog,
        2: b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, pages),
        3: PAGE,
        4: packed(b"BT (letter) Tj ET"),
    }


def written(parts: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """A PDF with a classic cross-reference table."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in parts.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = max(parts) + 1
    table = b"".join(
        b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n" for number in range(size)
    )
    out += b"xref\n0 %d\n%strailer\n<</Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        trailer,
        len(out),
    )
    return bytes(out)


def pdf(pages: int = 1, catalog: bytes = b"", extra: dict[int, bytes] | None = None, trailer: bytes = b"") -> bytes:
    return written(objects(pages, catalog) | (extra or {}), trailer)


def misplaced(content: bytes, number: int, by: int) -> bytes:
    """The same PDF with a cross-reference that is some bytes off for one object."""
    table = content.rindex(b"\nxref\n") + len(b"\nxref\n")
    row = content.index(b"\n", table) + 1 + 20 * number
    return content[:row] + b"%010d" % (int(content[row : row + 10]) + by) + content[row + 10 :]


def pdf_with_annotation(annotation: bytes) -> bytes:
    return written(objects() | {3: PAGE[:-2] + b" /Annots [5 0 R]>>", 5: b"<</Type /Annot %s>>" % annotation})


def pdf_with_object_stream(hidden: bytes, *, catalog: bytes = b"", holder: bytes | None = None) -> bytes:
    """A PDF of version 1.5: object 6 and the pages lie in a packed stream, the cross-reference is packed too."""
    members = {2: objects()[2], 3: PAGE, 6: hidden}
    head, body = b"", b""
    for number, member in members.items():
        head += b"%d %d " % (number, len(body))
        body += member + b" "
    plain = {1: objects(catalog=catalog)[1], 4: objects()[4]}
    plain[5] = holder or packed(head + body, b"/Type /ObjStm /N %d /First %d" % (len(members), len(head)))
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, part in plain.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    places[7] = len(out)
    rows = [struct.pack(">BIH", 0, 0, 65535)]
    for number in range(1, 8):
        inside = number in members
        rows.append(
            struct.pack(">BIH", 2, 5, list(members).index(number))
            if inside
            else struct.pack(">BIH", 1, places[number], 0)
        )
    out += b"7 0 obj\n%s\nendobj\n" % packed(b"".join(rows), b"/Type /XRef /Size 8 /W [1 4 2] /Root 1 0 R")
    out += b"startxref\n%d\n%%%%EOF\n" % places[7]
    return bytes(out)


def encrypted(user: str = "") -> bytes:
    """Anybody may open it, or only who knows the word; printing is not allowed."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf())))
    writer.encrypt(user, "owner", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
