"""Until when somebody may stay whose visa or permit expired: pure, by the rule of a version of the eighth measure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Outcome(StrEnum):
    EXTENDED = "extended"
    TOO_EARLY = "too_early"  # it expired before the first day that the rule covers
    TOO_LATE = "too_late"  # it expires after the last one


@dataclass(frozen=True)
class Extension:
    """Permits that expire from `first` to `last` (None: no end is set), both included, last `months` longer."""

    months: int
    first: date
    last: date | None

    def of(self, expiry: date) -> "Stay":
        if expiry < self.first:
            return Stay(Outcome.TOO_EARLY, expiry, expiry)
        if self.last and expiry > self.last:
            return Stay(Outcome.TOO_LATE, expiry, expiry)
        return Stay(Outcome.EXTENDED, expiry, months_later(expiry, self.months))


@dataclass(frozen=True)
class Stay:
    """`until` is the last day of lawful stay: the expiry itself where nothing is extended."""

    outcome: Outcome
    expiry: date
    until: date

    @property
    def shortened(self) -> bool:
        """The month has no such day, so that its last day stands for it."""
        return self.until.day < self.expiry.day


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last one of a month that has no such day: 31 December + 2 = 29 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
