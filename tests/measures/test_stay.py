"""Until when somebody may stay: the rule of the eighth measure, by its table of days and by its properties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.stay import Extension, Outcome, months_later

RULE = Extension(2, date(2019, 12, 31), date(2020, 6, 30))
STAYS = [
    ("2019-12-30", Outcome.TOO_EARLY, "2019-12-30"),
    ("2019-11-30", Outcome.TOO_EARLY, "2019-11-30"),
    ("2000-01-01", Outcome.TOO_EARLY, "2000-01-01"),
    ("2019-12-31", Outcome.EXTENDED, "2020-02-29"),
    ("2020-01-01", Outcome.EXTENDED, "2020-03-01"),
    ("2020-01-15", Outcome.EXTENDED, "2020-03-15"),
    ("2020-01-29", Outcome.EXTENDED, "2020-03-29"),
    ("2020-01-30", Outcome.EXTENDED, "2020-03-30"),
    ("2020-01-31", Outcome.EXTENDED, "2020-03-31"),
    ("2020-02-01", Outcome.EXTENDED, "2020-04-01"),
    ("2020-02-27", Outcome.EXTENDED, "2020-04-27"),
    ("2020-02-28", Outcome.EXTENDED, "2020-04-28"),
    ("2020-02-29", Outcome.EXTENDED, "2020-04-29"),
    ("2020-03-01", Outcome.EXTENDED, "2020-05-01"),
    ("2020-03-11", Outcome.EXTENDED, "2020-05-11"),
    ("2020-03-30", Outcome.EXTENDED, "2020-05-30"),
    ("2020-03-31", Outcome.EXTENDED, "2020-05-31"),
    ("2020-04-01", Outcome.EXTENDED, "2020-06-01"),
    ("2020-04-15", Outcome.EXTENDED, "2020-06-15"),
    ("2020-04-29", Outcome.EXTENDED, "2020-06-29"),
    ("2020-04-30", Outcome.EXTENDED, "2020-06-30"),
    ("2020-05-01", Outcome.EXTENDED, "2020-07-01"),
    ("2020-05-30", Outcome.EXTENDED, "2020-07-30"),
    ("2020-05-31", Outcome.EXTENDED, "2020-07-31"),
    ("2020-06-01", Outcome.EXTENDED, "2020-08-01"),
    ("2020-06-29", Outcome.EXTENDED, "2020-08-29"),
    ("2020-06-30", Outcome.EXTENDED, "2020-08-30"),
    ("2020-07-01", Outcome.TOO_LATE, "2020-07-01"),
    ("2020-07-31", Outcome.TOO_LATE, "2020-07-31"),
    ("2099-12-31", Outcome.TOO_LATE, "2099-12-31"),
]


@pytest.mark.parametrize(("expiry", "outcome", "until"), STAYS)
def test_a_stay_is_extended_by_two_calendar_months_within_the_period(expiry, outcome, until):
    stay = RULE.of(date.fromisoformat(expiry))

    assert (stay.outcome, stay.until.isoformat()) == (outcome, until)


@pytest.mark.parametrize(
    ("expiry", "months", "until"),
    [
        ("2019-12-29", 2, "2020-02-29"),
        ("2019-12-30", 2, "2020-02-29"),
        ("2020-12-31", 2, "2021-02-28"),
        ("2020-12-28", 2, "2021-02-28"),
        ("2020-08-31", 1, "2020-09-30"),
        ("2020-11-30", 3, "2021-02-28"),
        ("2020-12-01", 12, "2021-12-01"),
        ("2020-02-29", 12, "2021-02-28"),
    ],
)
def test_a_month_without_such_a_day_ends_on_its_last(expiry, months, until):
    assert months_later(date.fromisoformat(expiry), months) == date.fromisoformat(until)


@given(expiry=st.dates(date(2000, 1, 1), date(2099, 12, 31)), months=st.integers(1, 24))
def test_a_stay_never_ends_before_the_document_and_is_extended_by_months_and_no_more(expiry, months):
    stay = Extension(months, date(2000, 1, 1), None).of(expiry)

    assert stay.until > expiry
    assert (stay.until.year - expiry.year) * 12 + stay.until.month - expiry.month == months
    assert stay.until.day == expiry.day or (stay.until + timedelta(days=1)).day == 1
    assert RULE.of(expiry).until >= expiry
