"""The figures: each with an id, a definition in both languages, a unit and a qualifier. None is ever typed in.

The published form follows the notice's own rounding: "more than" a count floored to two significant digits when
the count exceeds it and is at least 100, else exact; shares in whole per cent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from applications.models import DECIDED, Event, Ground, Verb
from measures import restoration
from measures.models import Campaign, Facilitation, Return, Tally
from measures.restoration import Restoration
from windows import clock
from windows.models import Channel, in_language, significant
from windows.pages import NotHere

EXACT, MORE_THAN, ROUNDED = "exact", "more than", "rounded"


@dataclass(frozen=True)
class Asked:
    """What is asked of every figure: the end of which day, of which division ("": the nation), as known when."""

    as_of: date
    known_at: datetime | None
    division: str
    restoration: Restoration
    since: date

    @cached_property
    def work(self) -> dict[str, int | None]:
        """Since the day of the measures, by column of the tallies; as known earlier, the events that they count."""
        days, prefix = Q(day__range=(self.since, self.as_of)), significant(self.division)
        if self.known_at is None:
            tallies = Tally.objects.filter(days, window__startswith=prefix)
            return tallies.aggregate(**{column: Sum(column) for column in COUNTED})
        events = Event.objects.filter(days, window__code__startswith=prefix, recorded_at__lte=self.known_at)
        return events.aggregate(**{column: Count("pk", filter=which) for column, which in COUNTED.items()})

    @cached_property
    def returned(self) -> dict[str, int]:
        """What ports counted up to the day, by kind."""
        returns = Return.objects.known(self.known_at).filter(day__lte=self.as_of)
        inside = returns.filter(port__division__code__startswith=significant(self.division))
        return dict(inside.order_by().values_list("kind").annotate(n=Sum("quantity")))


# The columns of tallies that figures are made of, each with the events that it counts.
COUNTED = {
    "submitted_online": Q(verb=Verb.SUBMITTED, channel=Channel.ONLINE),
    "work_resumption": Q(verb__in=DECIDED, ground=Ground.WORK_RESUMPTION),
    "epidemic_response": Q(verb__in=DECIDED, ground=Ground.EPIDEMIC_RESPONSE),
}


@dataclass(frozen=True)
class Figure:
    """`kind` is how the notice states it; `compute` gives the exact value."""

    id: str
    name_zh: str
    name_en: str
    definition_zh: str
    definition_en: str
    unit_zh: str
    unit_en: str
    kind: str
    compute: Callable[[Asked], int | Decimal | None]
    numerator: str = ""
    denominator: str = ""

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def definition(self) -> str:
        return in_language(self, "definition")

    @property
    def unit(self) -> str:
        return in_language(self, "unit")


REGISTRY: dict[str, Figure] = {
    figure.id: figure
    for figure in (
        Figure(
            id="windows",
            name_zh="出入境窗口",
            name_en="Entry-exit windows",
            definition_zh="县级以上出入境窗口总数，含各级公安机关出入境管理部门对外服务的窗口；一个行政区划可有多个窗口。",
            definition_en="All entry-exit service windows at county level and above; a division may have several.",
            unit_zh="个",
            unit_en="windows",
            kind=EXACT,
            compute=lambda asked: asked.restoration.windows,
        ),
        Figure(
            id="restored",
            name_zh="已恢复服务的窗口",
            name_en="Windows that have restored service",
            definition_zh="当日结束时（北京时间）状态为“全面恢复”或“部分恢复”的窗口数。只看整个窗口的状态，不计单个事项或单个渠道的变更。",
            definition_en="Windows whose status at the end of the day (Shanghai time) is full or limited. Only "
            "changes of a whole window count, not those of a single service or channel.",
            unit_zh="个",
            unit_en="windows",
            kind=EXACT,
            compute=lambda asked: asked.restoration.restored,
        ),
        Figure(
            id="restoration_rate",
            name_zh="恢复率",
            name_en="Restoration rate",
            definition_zh="已恢复服务的窗口数除以窗口总数，四舍五入到整数百分比。",
            definition_en="Windows that have restored service divided by all windows, rounded to a whole per cent.",
            unit_zh="%",
            unit_en="%",
            kind=ROUNDED,
            compute=lambda asked: asked.restoration.rate,
            numerator="restored",
            denominator="windows",
        ),
        Figure(
            id="online_applications",
            name_zh="网上受理申请",
            name_en="Online applications accepted for processing",
            definition_zh="自措施发布之日起至当日，中外人员通过网上提交并获受理的出入境证件申请。",
            definition_en="Applications by Chinese and foreign nationals submitted online and accepted for processing, "
            "from the day of the measures up to this day.",
            unit_zh="人次",
            unit_en="person-times",
            kind=MORE_THAN,
            compute=lambda asked: asked.work["submitted_online"] or 0,
        ),
        Figure(
            id="priority_decided",
            name_zh="复工复产优先办结",
            name_en="Priority cases for resuming work and production",
            definition_zh="自措施发布之日起至当日，以复工复产为优先事由并已作出决定（批准或不予批准）的申请。",
            definition_en="Applications granted the ground of resuming work and production and decided (approved or "
            "refused), from the day of the measures up to this day.",
            unit_zh="人次",
            unit_en="person-times",
            kind=MORE_THAN,
            compute=lambda asked: asked.work["work_resumption"] or 0,
        ),
        Figure(
            id="epidemic_response_decided",
            name_zh="疫情防控急需办结",
            name_en="Cases for epidemic response",
            definition_zh="自措施发布之日起至当日，以参与疫情防控为优先事由并已作出决定（批准或不予批准）的申请。",
            definition_en="Applications granted the ground of epidemic response and decided (approved or refused), "
            "from the day of the measures up to this day.",
            unit_zh="人次",
            unit_en="person-times",
            kind=MORE_THAN,
            compute=lambda asked: asked.work["epidemic_response"] or 0,
        ),
        Figure(
            id="flight_paper_exemption",
            name_zh="免交纸质申报单据的国际航班",
            name_en="International flights spared paper clearance documents",
            definition_zh="截至当日，各空港口岸日报中免交纸质申报单据的国际航班累计数。",
            definition_en="International flights spared paper clearance documents, summed over the airports' daily "
            "returns up to this day.",
            unit_zh="架次",
            unit_en="flights",
            kind=MORE_THAN,
            compute=lambda asked: asked.returned.get(Facilitation.FLIGHT_PAPER_EXEMPTION, 0),
        ),
        Figure(
            id="vessel_work_on_arrival",
            name_zh="到港即可作业的国际航行船舶",
            name_en="International vessels working on arrival",
            definition_zh="截至当日，各海港口岸日报中到港即可作业的国际航行船舶累计数。",
            definition_en="International vessels allowed to work on arrival, summed over the seaports' daily returns "
            "up to this day.",
            unit_zh="艘次",
            unit_en="vessel-times",
            kind=MORE_THAN,
            compute=lambda asked: asked.returned.get(Facilitation.VESSEL_WORK_ON_ARRIVAL, 0),
        ),
        Figure(
            id="dedicated_lane",
            name_zh="陆地口岸专用通道",
            name_en="Dedicated lanes at land ports",
            definition_zh="截至当日陆地口岸开设的专用通道数：日报中开设数减去关闭数。",
            definition_en="Dedicated lanes open at land ports at the end of this day: those opened less those closed "
            "in the ports' daily returns.",
            unit_zh="条",
            unit_en="lanes",
            kind=EXACT,
            compute=lambda asked: asked.returned.get(Facilitation.DEDICATED_LANE, 0),
        ),
    )
}


@dataclass(frozen=True)
class Value:
    """A figure at the end of a day: `value` as counted, `published` as printed (per cent for a share)."""

    figure: Figure
    value: int | Decimal | None
    as_of: date
    numerator: int | Decimal | None = None
    denominator: int | Decimal | None = None

    @property
    def published(self) -> int | None:
        return publish(self.value, self.figure.kind)[0]

    @property
    def qualifier(self) -> str:
        return publish(self.value, self.figure.kind)[1]

    @property
    def text(self) -> str:
        """As the notice would print it, without the unit."""
        if self.published is None:
            return "–"
        number = f"{self.published:,}"
        return _("more than %(number)s") % {"number": number} if self.qualifier == MORE_THAN else number


def publish(value: int | Decimal | None, kind: str) -> tuple[int | None, str]:
    """(number, qualifier) in the notice's form of a value whose figure is stated as `kind`.

    Counts are whole; a share is ROUNDED, to per cent.
    """
    if value is None:
        return None, EXACT
    if kind == ROUNDED:
        return int((Decimal(value) * 100).quantize(Decimal(1), ROUND_HALF_UP)), ROUNDED
    value = int(value)
    if kind == EXACT:
        return value, EXACT
    step = 10 ** max(len(str(value)) - 2, 0)
    floored = value // step * step
    return (floored, MORE_THAN) if value >= 100 and value > floored else (value, EXACT)


class NoFigures(NotHere):
    """No restoration effort is entered: there is no day to count from. The text is for the reader."""


def campaign() -> Campaign:
    """The current restoration effort: the one whose measures came last. NoFigures where there is none yet."""
    found = Campaign.objects.order_by("measures_day").last()
    if found is None:
        raise NoFigures(_("There are no figures yet. They begin when a restoration effort is entered."))
    return found


def ask(as_of: date, *, known_at: datetime | None = None, division: str = "") -> Asked:
    found = restoration.on(as_of, division=division, known_at=known_at)
    return Asked(as_of, known_at, division, found, since=campaign().measures_day)


def compute(as_of: date, *, known_at: datetime | None = None, division: str = "") -> list[Value]:
    """Every figure at the end of a day; of the nation, or of a division given in full or as significant digits."""
    asked = ask(as_of, known_at=known_at, division=division)
    return values_of(asked)


def values_of(asked: Asked) -> list[Value]:
    values = {figure.id: figure.compute(asked) for figure in REGISTRY.values()}
    return [
        Value(figure, values[figure.id], asked.as_of, values.get(figure.numerator), values.get(figure.denominator))
        for figure in REGISTRY.values()
    ]


def report_day() -> date:
    """The day that "after" means: the campaign's report day once it has come, until then today."""
    today = clock.today()
    return min(campaign().report_day or today, today)


def number(value: int | Decimal | None) -> int | float | None:
    """For JSON: a count as it is, a share as a fraction."""
    return float(value) if isinstance(value, Decimal) else value
