"""A small search: Chinese by pairs of characters, English by stems with one slip of the pen forgiven. Pure.

Ranked by BM25 over weighted fields. Made for a few dozen texts; an index is built in milliseconds.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import log

HAN = re.compile(r"[\u3400-\u9fff]+")
WORD = re.compile(r"[a-z0-9]+")
STOP_WORDS = frozenset(
    WORD.findall("""
    a an and any are as at be been but by can could did do does for from had has have how i if in is it
    its may me my of on or our please should so some than that the their them there they this to until
    was we what when where which who why will with would you your
    """)
)
# Han that asks, but names nothing: left out, and no pair reaches across it.
ASKING = re.compile(
    "请问|怎么样|怎么办|怎么|怎样|如何|什么|哪些|哪里|哪儿|是否|能否|能不能|可不可以|可以|需要|多少"
    "|吗|呢|了|的|我|你|要|能|想|是|在|和|或"
)
SATURATION, LENGTH_COUNTS = 1.4, 0.5  # BM25's k1 and b
NEAR = 0.7  # what a word counts that is one slip away
SHORTEST_FORGIVEN = 4  # letters
ENOUGH_KNOWN = 0.25  # the share of a question's weight that a text must answer,
ENOUGH_SIGNS = 0.75  # or of its Han that a text must hold: one wrong character of four spoils two pairs of three


def folded(text: str) -> str:
    """One way to write it: width and case do not count, nor accents over letters."""
    text = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", "".join(sign for sign in text if not unicodedata.combining(sign)))


def terms(text: str) -> list[str]:
    """What a text is found by: stems of its words, pairs of its characters (a lone character stands for itself)."""
    words = [stem(word) for word in WORD.findall(folded(text)) if word not in STOP_WORDS]
    return words + [pair for run in naming(text) for pair in pairs(run)]


def naming(text: str) -> list[str]:
    """The runs of Han that name something."""
    return HAN.findall(ASKING.sub(" ", folded(text)))


def pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


ENDINGS = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", ""))


def stem(word: str) -> str:
    """Without the commonest endings, so that "permits", "expired" and "expire" meet. No linguist would sign it."""
    for ending, instead in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending) + instead
            break
    return word.removesuffix("e") if len(word) > 4 else word


def slips(word: str) -> Iterator[str]:
    """Every spelling one slip away: a letter left out, added, wrong, or two exchanged."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    for left, right in halves:
        if right:
            yield left + right[1:]
            yield from (left + letter + right[1:] for letter in letters)
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        yield from (left + letter + right for letter in letters)


@dataclass
class Index:
    """Texts by key, with how much each term counts in each, and which Han it holds."""

    counts: dict[str, Counter] = field(default_factory=dict)
    signs: dict[str, set[str]] = field(default_factory=dict)

    def add(self, key: str, *fields: tuple[str, int]) -> None:
        """Put a text in: its fields, each with how much a term counts there."""
        count: Counter = Counter()
        for text, weight in fields:
            for term in terms(text):
                count[term] += weight
        self.counts[key] = count
        self.signs[key] = set("".join(run for text, _weight in fields for run in naming(text)))

    def find(self, question: str) -> list[str]:
        """The keys of the texts that answer it, the best first; equals in the order they were put in."""
        asked = {term: self._known(term) for term in dict.fromkeys(terms(question))}
        scores = {key: sum(self._best(key, found) for found in asked.values()) for key in self.counts}
        signs = set("".join(naming(question)))
        answering = [key for key in scores if scores[key] and (self._knows(key, asked) or self._holds(key, signs))]
        return sorted(answering, key=lambda key: -scores[key])

    def _knows(self, key: str, asked: dict[str, dict[str, float]]) -> bool:
        """It answers enough of what is asked, a term nobody knows weighing as much as the rarest."""
        worth = {term: max(map(self.rarity, found), default=self.rarity("")) for term, found in asked.items()}
        met = sum(worth[term] for term, found in asked.items() if any(self.counts[key][known] for known in found))
        return met >= ENOUGH_KNOWN * sum(worth.values())

    def _holds(self, key: str, signs: set[str]) -> bool:
        return len(signs) > 2 and len(signs & self.signs[key]) >= ENOUGH_SIGNS * len(signs)

    def rarity(self, term: str) -> float:
        """Rare terms tell more."""
        n = sum(1 for count in self.counts.values() if count[term])
        return log(1 + (len(self.counts) - n + 0.5) / (n + 0.5))

    def _known(self, term: str) -> dict[str, float]:
        """The term itself where some text has it, else those one slip away, with what each counts."""
        if any(count[term] for count in self.counts.values()):
            return {term: 1.0}
        if len(term) < SHORTEST_FORGIVEN or not WORD.fullmatch(term):
            return {}
        vocabulary = set().union(*self.counts.values())
        return {near: NEAR for near in slips(term) if near in vocabulary}

    def _best(self, key: str, found: dict[str, float]) -> float:
        return max((weight * self._score(key, term) for term, weight in found.items()), default=0.0)

    def _score(self, key: str, term: str) -> float:
        count = self.counts[key]
        mean = sum(sum(each.values()) for each in self.counts.values()) / len(self.counts)
        length = 1 - LENGTH_COUNTS + LENGTH_COUNTS * sum(count.values()) / mean
        return self.rarity(term) * count[term] * (SATURATION + 1) / (count[term] + SATURATION * length)


def normalised(text: str, longest: int) -> str:
    """Words as they may be kept: one way to write them, no long numbers, no addresses of mail, not too long."""
    text = re.sub(r"\S*@\S*", " ", folded(text))
    text = re.sub(r"\d(?:[\s-]?\d){5,}\w*", " ", text)
    return " ".join(text.split())[:longest].strip()
