"""How two wordings differ, and which Chinese text an English one translates. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256

PIECE = re.compile(r"[^\W\d_\u3400-\u9fff]+|\d+|\s+|.", re.DOTALL)  # a word, a number, blanks, one character of Han


def digest(*chinese: str) -> str:
    """SHA-256 of a Chinese text. Blanks at the ends of lines and between them make no other text."""
    told = "\n\n".join("\n".join(line.strip() for line in text.split("\n") if line.strip()) for text in chinese)
    return sha256(told.replace("\r", "").encode()).hexdigest()


@dataclass(frozen=True)
class Part:
    """A run of text that both sides have (""), only the old one ("del") or only the new one ("ins")."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Difference:
    """Two wordings side by side."""

    name: str
    old: list[Part]
    new: list[Part]

    @property
    def changed(self) -> bool:
        return any(part.mark for part in (*self.old, *self.new))


def difference(name: str, old: str, new: str) -> Difference:
    before, after = PIECE.findall(old), PIECE.findall(new)
    olds, news = [], []
    for same, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        olds += _parts(before[start:end], "" if same == "equal" else "del")
        news += _parts(after[first:last], "" if same == "equal" else "ins")
    return Difference(name, olds, news)


def _parts(pieces: Iterable[str], mark: str) -> list[Part]:
    text = "".join(pieces)
    return [Part(text, mark)] if text else []
