"""What the policy is: which version of a topic holds on a day, who may rely on it, and the answers reckoned from it.

Versions only grow. `publish` and `confirm` are their only writers; the day decides by itself which version holds.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from applications import due, proofs
from applications.models import Ground, Requirement, Term
from measures import search
from measures.models import AskedInVain, StillCurrent, Topic, Version
from measures.stay import Extension
from measures.wording import Difference, difference, digest
from windows import clock, lifecycle
from windows.lifecycle import NotAllowed
from windows.models import Officer, Service

LONGEST_KEPT = 60  # characters of what was asked in vain
MOST_KEPT = 500  # different questions asked in vain that are kept of a day,
KEPT_FOR = timedelta(days=90)  # and how long
WORDED = ("title", "text", "todo", "words")  # in both languages
CHINESE = ("title_zh", "text_zh", "todo_zh")  # what an English text translates
TERM_OF_ART = 3  # how much more a word counts in a title or among the search words than in the text
SEARCHED = (("title", TERM_OF_ART), ("words", TERM_OF_ART), ("text", 1), ("todo", 1))


# --- which version holds ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """A topic's published versions on a day: what holds for the nation (None: nothing), what holds in some places,
    what comes, and what held before or ended."""

    day: date
    now: Version | None = None
    local: list[Version] = field(default_factory=list)
    coming: list[Version] = field(default_factory=list)
    earlier: list[Version] = field(default_factory=list)

    @property
    def shown(self) -> Version | None:
        """What a page tells of: what holds, else what comes first, else what held last."""
        return self.now or next(iter((*self.local, *self.coming, *self.earlier)), None)


def standing(versions: Iterable[Version], day: date) -> Standing:
    """Sort a topic's versions out. Of those with the same reach the one that began last holds; equals: the newest."""
    published = [version for version in versions if version.published_on <= day]
    coming = sorted(
        (one for one in published if one.effective_from > day), key=lambda one: (one.effective_from, one.pk)
    )
    begun = sorted((one for one in published if one.effective_from <= day), key=lambda one: (_reach(one), _age(one)))
    latest = [list(same)[-1] for _reach_, same in groupby(begun, _reach)]
    holding = [one for one in latest if one.effective_until is None or one.effective_until >= day]
    return Standing(
        day,
        next((one for one in holding if not one.divisions), None),
        [one for one in holding if one.divisions],
        coming,
        sorted((one for one in begun if one not in holding), key=_age, reverse=True),
    )


def _reach(version: Version) -> tuple[str, ...]:
    return tuple(sorted(version.divisions or ()))


def _age(version: Version) -> tuple[date, int]:
    return version.effective_from, version.number


def of(topic: Topic, day: date | None = None) -> Standing:
    return standing(topic.versions.all(), day or clock.today())


def all_standings(day: date | None = None) -> list[tuple[Topic, Standing]]:
    """Every topic about which something is published, in order of lists."""
    day = day or clock.today()
    topics = Topic.objects.select_related("measure").prefetch_related("versions")
    found = [(topic, standing(topic.versions.all(), day)) for topic in topics]
    return [(topic, stands) for topic, stands in found if stands.shown]


def published(topic: Topic, number: int) -> Version | None:
    """The version of this number, once it is shown to the public; for good."""
    return topic.versions.filter(number=number, published_on__lte=clock.today()).first()


def english_is_current(version: Version) -> bool:
    """The English text translates the Chinese text beside it, and no earlier one."""
    return version.english_of == chinese_digest(version)


def chinese_digest(version: Version) -> str:
    return digest(*(getattr(version, name) for name in CHINESE))


def last_confirmed(version: Version) -> StillCurrent | None:
    return version.confirmations.first()


# --- publishing ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What a new version is to say; `english_fits`: its English says what its Chinese says; `based_on`: the number of
    the version that the editor had before him (0: none)."""

    fields: dict
    english_fits: bool
    based_on: int


def next_version(topic: Topic, wanted: Wanted, *, by: Officer | None) -> Version:
    """The version that `publish` would store. An English text that was left as it was keeps the digest of the Chinese
    it translates, unless somebody says that it fits the new Chinese too. NotAllowed where it would alter what held, or
    was written upon a version that is no longer the last.
    """
    before = latest(topic)
    number = before.number if before else 0
    if wanted.based_on != number:
        raise NotAllowed(_("Version %(number)s was published meanwhile. Look at it first.") % {"number": number})
    version = Version(topic=topic, number=number + 1, by=by, **wanted.fields)
    if version.published_on < clock.today():
        raise NotAllowed(_("It cannot have been shown before today."))
    fits = wanted.english_fits or before is None
    version.english_of = chinese_digest(version) if fits else before.english_of
    return version


@transaction.atomic
def publish(topic: Topic, wanted: Wanted, *, by: Officer | None) -> Version:
    """Store a new version; those before stay as they are."""
    topic = Topic.objects.select_for_update().get(pk=topic.pk)
    version = next_version(topic, wanted, by=by)
    version.save(force_insert=True)
    lifecycle.touch_pages()
    return version


@transaction.atomic
def confirm(version: Version, *, by: Officer, at=None) -> None:
    """Somebody looked: the version still says what holds. Twice a day is once."""
    day = clock.local_day(at or clock.now())
    StillCurrent.objects.get_or_create(version=version, day=day, defaults={"by": by})
    lifecycle.touch_pages()


def latest(topic: Topic) -> Version | None:
    return topic.versions.order_by("-number").first()


def differences(old: Version | None, new: Version) -> list[Difference]:
    """The new wording beside the old one, field by field; the same fields that a reader sees."""
    names = [f"{name}_{language}" for language in ("zh", "en") for name in WORDED]
    names += ["effective_from", "effective_until", "published_on", "divisions", "months", "first_day", "last_day"]
    told = [difference(_label(name), _plain(old, name), _plain(new, name)) for name in names]
    return [one for one in told if one.old or one.new]


def _label(name: str) -> str:
    return str(Version._meta.get_field(name).verbose_name)


def _plain(version: Version | None, name: str) -> str:
    value = getattr(version, name, None)
    return " ".join(value) if isinstance(value, list) else "" if value is None else str(value)


# --- answers that are reckoned ------------------------------------------------------------------------------------


def extension(version: Version) -> Extension | None:
    """The rule of the version as the calculator takes it; None for one that extends nothing."""
    if not version.months:
        return None
    return Extension(version.months, version.first_day, version.last_day)  # type: ignore[arg-type]  # all or none


@dataclass(frozen=True)
class OnGround:
    """What a ground gives for a service: the term (None: its own days), what proves it, what else is asked."""

    ground: Ground
    service: Service
    term: Term | None
    working_days: int | None
    proofs: list[Requirement]
    documents: list[Requirement]


def on_ground(ground: str, service: Service) -> OnGround:
    """By the terms that the clock goes by, and the requirements that the form asks."""
    terms = due.terms()
    return OnGround(
        Ground(ground),
        service,
        terms.of_grounds.get(ground),
        terms.working_days(ground, service),
        proofs.asked(service.pk, {ground}),
        proofs.asked(service.pk, {Requirement.Case.ALWAYS}),
    )


# --- searching ----------------------------------------------------------------------------------------------------


def find(question: str) -> list[tuple[Topic, Standing]]:
    """The topics that answer a question, the best first."""
    found = {topic.pk: (topic, stands) for topic, stands in all_standings()}
    return [found[key] for key in index(clock.today()).find(question) if key in found]


def index(day: date) -> search.Index:
    """Of what is shown on a day, in both languages at once: whoever asks may write in either."""
    made = search.Index()
    for topic, stands in all_standings(day):
        words = [
            (getattr(stands.shown, f"{name}_{language}"), weight)
            for name, weight in SEARCHED
            for language in ("zh", "en")
        ]
        made.add(topic.pk, *words)
    return made


COUNT_IN_VAIN = """
    INSERT INTO measures_askedinvain AS kept (text, language, day, n)
    SELECT %(text)s, %(language)s, %(day)s, 1
    WHERE (SELECT count(*) FROM measures_askedinvain WHERE day = %(day)s) < %(most)s
        OR EXISTS (SELECT 1 FROM measures_askedinvain
                   WHERE text = %(text)s AND language = %(language)s AND day = %(day)s)
    ON CONFLICT (text, language, day) DO UPDATE SET n = kept.n + 1"""


def count_in_vain(question: str, language: str, *, day: date | None = None) -> None:
    """Count a question that found nothing, for the editor: by its normalised words and the day, nothing of who asked.

    At most MOST_KEPT different ones a day. Reading goes on where the database takes no writes.
    """
    text = search.normalised(question, LONGEST_KEPT)
    if not text:
        return
    kept: dict[str, Any] = {"text": text, "language": language, "day": day or clock.today(), "most": MOST_KEPT}
    with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COUNT_IN_VAIN, kept)


def forget_in_vain() -> int:
    """What was asked in vain long ago goes; returns how many."""
    return AskedInVain.objects.filter(day__lt=clock.today() - KEPT_FOR).delete()[0]
