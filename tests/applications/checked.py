"""What becomes of a file that an applicant brings: its media type or its refusal, in a word; and its picture."""

from io import BytesIO

from PIL import Image

from applications import uploads


def outcome(content: bytes, name: str = "scan") -> str:
    """The media type of what is taken, or the code of the refusal."""
    try:
        return uploads.check(name, content).media_type
    except uploads.Refused as refused:
        return refused.code


def picture(content: bytes) -> Image.Image:
    return Image.open(BytesIO(uploads.check("scan", content).content))
