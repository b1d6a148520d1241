"""Bulletins: composed from the figures, approved by a second person, published at a set time, never altered.

Text and figures are frozen when the bulletin is drafted. Where a figure turns out otherwise later, the bulletin stays
as it is and a dated note beside it tells what the figure is now. The only writers of a Bulletin and of a Correction.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.dateformat import format as date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from measures import figures
from measures.figures import MORE_THAN, ROUNDED, Figure, Value
from measures.models import Bulletin, BulletinState, Correction
from windows import clock, lifecycle
from windows.lifecycle import NotAllowed
from windows.models import Officer

# What a bulletin says in its two languages; the names of the figures and their units come from the register.
TITLE = {"zh": "{day}出入境窗口服务恢复情况通报", "en": "Bulletin on entry-exit windows, {day}"}
LEAD = {
    "zh": "截至{day}，全国县级以上出入境窗口共{windows}个，已恢复服务{restored}个。"
    "恢复率由措施发布前（{before_day}）的{rate_before}（{restored_before}个）变为{restoration_rate}（{restored}个）。",
    "en": "By {day}, {restored} of the {windows} entry-exit windows at county level and above had restored service. "
    "The restored share went from {rate_before} ({restored_before}) on {before_day}, before the measures, "
    "to {restoration_rate} ({restored}).",
}
SINCE = {"zh": "自{measures_day}发布措施以来：", "en": "Since the measures of {measures_day}:"}
LINE = {"zh": "{name}{said}", "en": "{name}: {said}"}
ENDS = {"zh": ("；", "。"), "en": (";", ".")}
DAY = {"zh": "Y年n月j日", "en": "j F Y"}
LANGUAGE = {"zh": "zh-hans", "en": "en"}
IN_THE_LEAD = ("windows", "restored", "restoration_rate")
OF_BEFORE = ("restored", "restoration_rate")


@dataclass(frozen=True)
class Composed:
    """A bulletin before anybody has drafted it: title and text by language ("zh", "en"), and its figures."""

    day: date
    known_at: datetime
    title: dict[str, str]
    text: dict[str, str]
    figures: list[dict]


# --- composing ----------------------------------------------------------------------------------------------------


def compose(day: date, *, at: datetime | None = None) -> Composed:
    """The bulletin of a day from the figures as known at an instant; NotAllowed where that day cannot have one."""
    at = at or clock.now()
    campaign = figures.campaign()
    if day > clock.local_day(at):
        raise NotAllowed(_("This day is still to come: there is nothing to state."))
    if day < campaign.measures_day:
        raise NotAllowed(_("A bulletin tells what became of the measures: choose their day or a later one."))
    now, before = figures.compute(day, known_at=at), figures.compute(campaign.baseline_day, known_at=at)
    before = [value for value in before if value.figure.id in OF_BEFORE]
    days = {"day": day, "before_day": campaign.baseline_day, "measures_day": campaign.measures_day}
    return Composed(
        day,
        at,
        {tongue: _title(day, tongue) for tongue in LANGUAGE},
        {tongue: _text(now, before, days, tongue) for tongue in LANGUAGE},
        [_entry(value) for value in (*now, *before)],
    )


def _title(day: date, tongue: str) -> str:
    with override(LANGUAGE[tongue]):
        return TITLE[tongue].format(day=_day(day, tongue))


def _text(now: list[Value], before: list[Value], days: dict[str, date], tongue: str) -> str:
    """The lead, then a line for each other figure."""
    with override(LANGUAGE[tongue]):
        words = {name: _day(day, tongue) for name, day in days.items()}
        words |= {value.figure.id: _in_lead(value) for value in now}
        words |= {f"{value.figure.id.removeprefix('restoration_')}_before": _in_lead(value) for value in before}
        others = [value for value in now if value.figure.id not in IN_THE_LEAD]
        lines = [LINE[tongue].format(name=value.figure.name, said=said_of(value)) for value in others]
        between, last = ENDS[tongue]
        told = f"{between}\n".join(lines) + last
        return "\n".join([LEAD[tongue].format(**words), "", SINCE[tongue].format(**words), told])


def _in_lead(value: Value) -> str:
    """There the sentence names the unit of a count."""
    return said_of(value) if value.figure.kind == ROUNDED else value.text


def said_of(value: Value) -> str:
    return said(value.figure, value.published, value.qualifier)


def said(figure: Figure, published: int | None, qualifier: str) -> str:
    """A figure with its unit as the notice would print it, in the language of the moment."""
    if published is None:
        return "–"
    number = f"{published:,}"
    if qualifier == ROUNDED:
        return f"{number}%"
    chinese = (get_language() or "").startswith("zh")
    number = _("more than %(number)s") % {"number": number} if qualifier == MORE_THAN else number
    return number + ("" if chinese else " ") + figure.unit


def _day(day: date, tongue: str) -> str:
    return date_format(day, DAY[tongue])


def _entry(value: Value) -> dict:
    return {
        "id": value.figure.id,
        "as_of": value.as_of.isoformat(),
        "value": figures.number(value.value),
        "published": value.published,
        "qualifier": value.qualifier,
        "numerator": value.numerator,
        "denominator": value.denominator,
    }


# --- draft, approve, withdraw, publish ----------------------------------------------------------------------------


def draft(day: date, *, publish_at: datetime, by: Officer, at: datetime | None = None) -> Bulletin:
    """Freeze the bulletin of a day for a second person to approve; NotAllowed when the day has one already."""
    at = at or clock.now()
    frozen = _frozen(compose(day, at=at))
    digest = hashlib.sha256(frozen.encode()).hexdigest()
    try:
        with transaction.atomic():
            return Bulletin.objects.create(
                day=day, frozen=frozen, digest=digest, known_at=at, publish_at=publish_at, made_at=at, made_by=by
            )
    except IntegrityError:
        raise NotAllowed(_("This day has a bulletin already. Withdraw that one first.")) from None


def _frozen(composed: Composed) -> str:
    """The text that the digest is taken of: JSON with sorted keys, no blanks, Chinese as it is."""
    told: dict = {"day": composed.day.isoformat(), "known_at": composed.known_at.isoformat()}
    told |= {f"title_{tongue}": text for tongue, text in composed.title.items()}
    told |= {f"text_{tongue}": text for tongue, text in composed.text.items()}
    told["figures"] = composed.figures
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@transaction.atomic
def approve(bulletin: Bulletin, *, by: Officer, at: datetime | None = None) -> Bulletin:
    """Let it be published at its time. Not by who drafted it, nor where figures moved so far that it would say else."""
    at = at or clock.now()
    fresh = _locked(bulletin)
    if fresh.state != BulletinState.DRAFT:
        raise NotAllowed(_("This bulletin is no draft any more."))
    if fresh.made_by_id == by.pk:
        raise NotAllowed(_("A second person approves: you drafted this bulletin yourself."))
    if [fresh.told["text_zh"], fresh.told["text_en"]] != list(compose(fresh.day, at=at).text.values()):
        raise NotAllowed(_("Figures have moved since this draft. Withdraw it and draft it anew."))
    fresh.approved_by, fresh.approved_at = by, at
    return _move(fresh, BulletinState.APPROVED)


@transaction.atomic
def withdraw(bulletin: Bulletin, *, by: Officer, at: datetime | None = None) -> Bulletin:
    """Take it back before it is out; NotAllowed afterwards: what the public has read stays."""
    at = at or clock.now()
    fresh = _locked(bulletin)
    if fresh.state == BulletinState.WITHDRAWN:
        raise NotAllowed(_("This bulletin was withdrawn already."))
    if fresh.state == BulletinState.PUBLISHED or (fresh.issued_at and fresh.issued_at <= at):
        raise NotAllowed(_("This bulletin is published: it stays, and corrections are noted beside it."))
    fresh.withdrawn_by, fresh.withdrawn_at = by, at
    return _move(fresh, BulletinState.WITHDRAWN)


@transaction.atomic
def publish_due(*, at: datetime | None = None) -> int:
    """Publish what is approved and due; returns how many. The public reads them from their time on, even without."""
    due = Bulletin.objects.filter(state=BulletinState.APPROVED, publish_at__lte=at or clock.now())
    found = list(due.select_for_update(of=("self",), skip_locked=True))
    for bulletin in found:
        _move(bulletin, BulletinState.PUBLISHED)
    return len(found)


def _locked(bulletin: Bulletin) -> Bulletin:
    return Bulletin.objects.select_for_update(of=("self",)).get(pk=bulletin.pk)


def _move(bulletin: Bulletin, state: str) -> Bulletin:
    bulletin.state = state
    bulletin.save()
    lifecycle.touch_pages()
    return bulletin


# --- what moved since ---------------------------------------------------------------------------------------------


def differences(bulletin: Bulletin, *, at: datetime | None = None) -> list[dict]:
    """The frozen figures that are others at an instant: id, as_of, the value as it `was` and as it is `now`."""
    at = at or clock.now()
    days = sorted({entry["as_of"] for entry in bulletin.figures})
    now = {
        (value.figure.id, day): figures.number(value.value)
        for day in days
        for value in figures.compute(date.fromisoformat(day), known_at=at)
    }
    return [
        {"id": entry["id"], "as_of": entry["as_of"], "was": entry["value"], "now": now[entry["id"], entry["as_of"]]}
        for entry in bulletin.figures
        if entry["value"] != now.get((entry["id"], entry["as_of"]), entry["value"])
    ]


@transaction.atomic
def note_corrections(bulletin: Bulletin, *, at: datetime | None = None) -> Correction | None:
    """Write down, with its date, what differs now from what was last told; None where nothing is new."""
    at = at or clock.now()
    fresh = _locked(bulletin)
    last, found = fresh.corrections.last(), differences(fresh, at=at)
    if found == (last.figures if last else []):
        return None
    lifecycle.touch_pages()
    return Correction.objects.create(bulletin=fresh, noted_at=at, figures=found)


def notes_of(bulletin: Bulletin, *, at: datetime | None = None) -> list[Correction]:
    """The notes beside a bulletin, oldest first; what differs and was not written down yet stands last, unsaved."""
    at = at or clock.now()
    noted, found = list(bulletin.corrections.all()), differences(bulletin, at=at)
    if found != (noted[-1].figures if noted else []):
        noted.append(Correction(bulletin=bulletin, noted_at=at, figures=found))
    return noted


@dataclass(frozen=True)
class Stated:
    """A figure as a bulletin froze it, to be shown: what was said of it, and the count behind that."""

    figure: Figure
    as_of: date
    said: str
    exact: str


def stated(bulletin: Bulletin) -> list[Stated]:
    """The frozen figures in words; those that the register no longer knows stand in the text alone."""
    return [
        Stated(
            figures.REGISTRY[entry["id"]],
            date.fromisoformat(entry["as_of"]),
            said(figures.REGISTRY[entry["id"]], entry["published"], entry["qualifier"]),
            exactly(entry["value"]),
        )
        for entry in bulletin.figures
        if entry["id"] in figures.REGISTRY
    ]


def exactly(value: int | float | None) -> str:
    """A frozen value in full: a count, or a share with two decimals."""
    if value is None:
        return "–"
    return f"{value:.2%}" if isinstance(value, float) else f"{value:,}"
