"""The bulletin of the report day, from the imported scenario: every figure of the notice; then a late return."""

from datetime import date, datetime, timedelta

import pytest

from measures import bulletin, figures, returns
from measures.models import Bulletin, Return
from tests import make
from windows.models import SHANGHAI

pytestmark = pytest.mark.django_db
DAY = date(2020, 3, 11)
MORNING_AFTER = datetime(2020, 3, 12, 10, tzinfo=SHANGHAI)  # the day is over
# PRODUCT.md's table, each figure as a bulletin has to state it.
NOTICE = {
    "en": [
        "2,836 of the 3,250 entry-exit windows at county level and above",
        "from 56% (1,820) on 26 February 2020, before the measures, to 87% (2,836)",
        "Online applications accepted for processing: more than 11,000 person-times",
        "Priority cases for resuming work and production: more than 5,100 person-times",
        "International flights spared paper clearance documents: more than 4,600 flights",
        "International vessels working on arrival: more than 7,800 vessel-times",
        "Dedicated lanes at land ports: 62 lanes",
    ],
    "zh": [
        "全国县级以上出入境窗口共3,250个，已恢复服务2,836个",
        "恢复率由措施发布前（2020年2月26日）的56%（1,820个）变为87%（2,836个）",
        "网上受理申请11,000余人次",
        "复工复产优先办结5,100余人次",
        "免交纸质申报单据的国际航班4,600余架次",
        "到港即可作业的国际航行船舶7,800余艘次",
        "陆地口岸专用通道62条",
    ],
}


@pytest.mark.parametrize("at", [MORNING_AFTER, MORNING_AFTER - timedelta(hours=14)], ids=["morning after", "evening"])
def test_the_bulletin_of_the_report_day_states_every_figure_of_the_notice(scenario, at):
    text = bulletin.compose(DAY, at=at).text

    assert [said for tongue in NOTICE for said in NOTICE[tongue] if said not in text[tongue]] == []


def test_what_is_recorded_later_that_day_is_not_known_on_the_evening(scenario):
    evening, after = (
        {entry["id"]: entry["value"] for entry in bulletin.compose(DAY, at=at).figures[: len(figures.REGISTRY)]}
        for at in (MORNING_AFTER - timedelta(hours=14), MORNING_AFTER)
    )

    assert after["online_applications"] == 11248
    assert evening["online_applications"] < after["online_applications"]


def flights(known_at: datetime) -> int:
    values = figures.compute(DAY, known_at=known_at)
    return next(value.value for value in values if value.figure.id == "flight_paper_exemption")


def test_a_late_return_leaves_the_bulletin_and_adds_a_dated_note(scenario):
    """A figure as published and as corrected: known_at answers both."""
    drafted = bulletin.draft(DAY, publish_at=MORNING_AFTER, by=make.officer(), at=MORNING_AFTER)
    bulletin.approve(drafted, by=make.officer(), at=MORNING_AFTER)
    bulletin.publish_due(at=MORNING_AFTER)
    later = MORNING_AFTER + timedelta(days=2)

    returned = Return.objects.filter(kind="flight_paper_exemption", day=DAY).first()
    returns.correct(returned, returned.quantity + 300, by=make.officer(), note="a page was missing", at=later)
    note = bulletin.note_corrections(drafted, at=later)

    assert (flights(drafted.known_at), flights(later)) == (4637, 4937)
    assert note.figures == [{"id": "flight_paper_exemption", "as_of": "2020-03-11", "was": 4637, "now": 4937}]
    assert note.noted_at == later
    assert Bulletin.objects.get().frozen == drafted.frozen
