"""The picture that goes with a shared link: the share of windows that have restored service, large."""

import io
from datetime import date

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)  # what those who show such pictures ask for
PAPER, PINE, PALE, SOFT = "#f8f5ee", "#0d5c50", "#d3e4dc", "#55605b"
EDGE = 80


def draw(day: date, restored: int, windows: int, per_cent: int | None) -> bytes:
    """A PNG without words, so that it serves both languages: per cent, counts, day, a bar."""
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, SIZE[0], 24), fill=PINE)
    share = "–" if per_cent is None else f"{per_cent}%"
    pen.text((EDGE, 90), share, fill=PINE, font=ImageFont.load_default(260))
    pen.text((EDGE, 385), f"{restored:,} / {windows:,}", fill=SOFT, font=ImageFont.load_default(72))
    pen.text((SIZE[0] - EDGE, 397), day.isoformat(), fill=SOFT, font=ImageFont.load_default(60), anchor="ra")
    right = SIZE[0] - EDGE
    pen.rectangle((EDGE, 510, right, 550), fill=PALE)
    pen.rectangle((EDGE, 510, EDGE + (right - EDGE) * (per_cent or 0) // 100, 550), fill=PINE)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
