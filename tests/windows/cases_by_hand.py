"""Cases of the statutory clock with the instant and the trace that each must have.

They were worked out with the notices of the State Council and a wall calendar, not by running the code.
"""

from dataclasses import dataclass

KNOWN = {  # the instants as of which the calendars are read, by the names that cases give them
    "may2019first": "2019-03-21 23:59",  # Labour Day 2019 still a single day
    "may2019": "2019-03-22 00:00",
    "planned": "01-26 23:59",  # Spring Festival 2020 until 30 January, 1 February a make-up workday
    "extended": "03-11 20:00",  # until 2 February; no calendar of 2021 yet
    "later": "2021-01-01 00:00",
    "now": "2026-11-25 00:00",  # no calendar of 2027 yet
}


@dataclass(frozen=True)
class Case:
    what: str
    known: str  # a name in KNOWN
    received: str
    days: int
    due: str  # the day; the hour is 17:00
    trace: str  # in the notation of test_deadlines.py
    pauses: str = ""


MARCH = ("extended", "03-11 09:00")  # an ordinary Wednesday
CASES = [
    # Spring Festival 2020, as planned and as extended
    Case("eve, planned", "planned", "01-22 10:00", 7, "02-06", "22r 23=1 24-30h 31=2 1m3 2w 3=4 4=5 5=6 6=7"),
    Case("eve, extended", "extended", "01-22 10:00", 7, "02-10", "22r 23=1 24-2h 3=2 4=3 5=4 6=5 7=6 8-9w 10=7"),
    Case("last day before, planned", "planned", "01-23 16:59", 1, "01-31", "23r 24-30h 31=1"),
    Case("last day before, extended", "extended", "01-23 16:59", 1, "02-03", "23r 24-2h 3=1"),
    Case("make-up Saturday counts, planned", "planned", "01-23 08:00", 3, "02-03", "23r 24-30h 31=1 1m2 2w 3=3"),
    Case("make-up Saturday gone, extended", "extended", "01-23 08:00", 3, "02-05", "23r 24-2h 3=1 4=2 5=3"),
    Case("due on a make-up Sunday", "planned", "01-17 12:00", 1, "01-19", "17r 18w 19m1"),
    Case("over a make-up Sunday", "planned", "01-17 12:00", 3, "01-21", "17r 18w 19m1 20=2 21=3"),
    Case(
        *("due on the planned make-up Saturday", "planned", "01-17 12:00", 7, "02-01"),
        "17r 18w 19m1 20=2 21=3 22=4 23=5 24-30h 31=6 1m7",
    ),
    Case(
        *("which became a holiday", "extended", "01-17 12:00", 7, "02-04"),
        "17r 18w 19m1 20=2 21=3 22=4 23=5 24-2h 3=6 4=7",
    ),
    Case("received the day before a make-up Sunday", "planned", "01-18 09:00", 1, "01-19", "18r 19m1"),
    Case("received on a make-up Sunday", "planned", "01-19 09:00", 1, "01-20", "19r 20=1"),
    Case("received in the holiday, planned", "planned", "01-27 08:00", 3, "02-03", "27r 28-30h 31=1 1m2 2w 3=3"),
    Case("received in the holiday, extended", "extended", "01-27 08:00", 3, "02-05", "27r 28-2h 3=1 4=2 5=3"),
    Case("received on 1 February, a workday", "planned", "02-01 09:00", 1, "02-03", "1r 2w 3=1"),
    Case("received on 1 February, a holiday", "extended", "02-01 09:00", 1, "02-03", "1r 2h 3=1"),
    Case("last minute of the holiday", "extended", "02-02 23:59", 1, "02-03", "2r 3=1"),
    Case("first instant after the holiday", "extended", "02-03 00:00", 1, "02-04", "3r 4=1"),
    Case(
        *("fifteen days, planned", "planned", "01-20 10:00", 15, "02-14"),
        "20r 21=1 22=2 23=3 24-30h 31=4 1m5 2w 3=6 4=7 5=8 6=9 7=10 8-9w 10=11 11=12 12=13 13=14 14=15",
    ),
    Case(
        *("fifteen days, extended", "extended", "01-20 10:00", 15, "02-18"),
        "20r 21=1 22=2 23=3 24-2h 3=4 4=5 5=6 6=7 7=8 8-9w 10=9 11=10 12=11 13=12 14=13 15-16w 17=14 18=15",
    ),
    # ordinary weeks, months' ends, the leap day
    Case("the next day", *MARCH, 1, "03-12", "11r 12=1"),
    Case("over a weekend", *MARCH, 3, "03-16", "11r 12=1 13=2 14-15w 16=3"),
    Case("a passport", *MARCH, 7, "03-20", "11r 12=1 13=2 14-15w 16=3 17=4 18=5 19=6 20=7"),
    Case(
        *("into the next month", *MARCH, 15, "04-01"),
        "11r 12=1 13=2 14-15w 16=3 17=4 18=5 19=6 20=7 21-22w 23=8 24=9 25=10 26=11 27=12 28-29w 30=13 31=14 1=15",
    ),
    Case("late at night", "extended", "03-11 23:59", 1, "03-12", "11r 12=1"),
    Case("after midnight", "extended", "03-12 00:00", 1, "03-13", "12r 13=1"),
    Case("half past midnight, told in UTC", "extended", "2020-03-11T16:30+00:00", 1, "03-13", "12r 13=1"),
    Case("on a Saturday", "extended", "03-14 10:00", 3, "03-18", "14r 15w 16=1 17=2 18=3"),
    Case("on a Sunday night", "extended", "03-15 22:00", 5, "03-20", "15r 16=1 17=2 18=3 19=4 20=5"),
    Case("over the leap day", "extended", "02-26 10:00", 3, "03-02", "26r 27=1 28=2 29-1w 2=3"),
    Case("Friday evening before the leap day", "extended", "02-28 18:30", 1, "03-02", "28r 29-1w 2=1"),
    Case("on the leap day", "extended", "02-29 12:00", 1, "03-02", "29r 1w 2=1"),
    Case("over Qingming", "extended", "03-30 10:00", 5, "04-07", "30r 31=1 1=2 2=3 3=4 4-6h 7=5"),
    Case(
        "month's end after a make-up Sunday", "extended", "04-24 09:00", 5, "04-30", "24r 25w 26m1 27=2 28=3 29=4 30=5"
    ),
    Case("over Labour Day", "extended", "04-30 10:00", 5, "05-11", "30r 1-5h 6=1 7=2 8=3 9m4 10w 11=5"),
    Case("due on a make-up Saturday", "extended", "05-08 10:00", 1, "05-09", "8r 9m1"),
    Case("over the Dragon Boat Festival", "extended", "06-24 10:00", 1, "06-28", "24r 25-27h 28m1"),
    Case("over National Day", "extended", "09-30 10:00", 3, "10-12", "30r 1-8h 9=1 10m2 11w 12=3"),
    Case("make-up before National Day", "extended", "09-25 10:00", 5, "10-09", "25r 26w 27m1 28=2 29=3 30=4 1-8h 9=5"),
    # years' ends, other years, beyond the calendar
    Case("over New Year", "planned", "2019-12-30 10:00", 3, "01-03", "30r 31=1 1h 2=2 3=3"),
    Case("last minute of the year", "planned", "2019-12-31 23:59", 1, "01-02", "31r 1h 2=1"),
    Case("first instant of the year", "planned", "01-01 00:00", 1, "01-02", "1r 2=1"),
    Case("into a year not announced", "extended", "12-30 10:00", 3, "2021-01-04", "30r 31=1 1=2? 2-3w? 4=3?"),
    Case("into that year once announced", "later", "12-30 10:00", 3, "2021-01-05", "30r 31=1 1-3h 4=2 5=3"),
    Case("wholly beyond", "now", "2027-10-01 10:00", 3, "2027-10-06", "1r 2-3w? 4=1? 5=2? 6=3?"),
    Case("into 2027", "now", "2026-12-30 10:00", 3, "2027-01-04", "30r 31=1 1=2? 2-3w? 4=3?"),
    Case("December by next year's notice", "now", "2018-12-27 10:00", 3, "2019-01-02", "27r 28=1? 29m2 30-1h 2=3"),
    Case("holiday from 31 December", "now", "2022-12-30 10:00", 1, "2023-01-03", "30r 31-2h 3=1"),
    Case("Labour Day 2019, one day", "may2019first", "2019-04-30 10:00", 3, "2019-05-06", "30r 1h 2=1 3=2 4-5w 6=3"),
    Case("Labour Day 2019, four days", "may2019", "2019-04-30 10:00", 3, "2019-05-07", "30r 1-4h 5m1 6=2 7=3"),
    Case("Spring Festival 2026", "now", "2026-02-13 10:00", 3, "2026-02-25", "13r 14m1 15-23h 24=2 25=3"),
    # pauses
    Case(
        *("one, over a weekend", *MARCH, 7, "03-25"),
        *("11r 12=1 13-17s 18=2 19=3 20=4 21-22w 23=5 24=6 25=7", "03-13 10:00 > 03-17 15:00"),
    ),
    Case(
        *("of one hour costs its day", *MARCH, 7, "03-23"),
        *("11r 12=1 13=2 14-15w 16s 17=3 18=4 19=5 20=6 21-22w 23=7", "03-16 10:00 > 03-16 11:00"),
    ),
    Case(
        *("within a weekend costs nothing", *MARCH, 3, "03-16"),
        *("11r 12=1 13=2 14-15s 16=3", "03-14 09:00 > 03-15 20:00"),
    ),
    Case(
        *("within the day of receipt costs nothing", *MARCH, 3, "03-16"),
        *("11r 12=1 13=2 14-15w 16=3", "03-11 10:00 > 03-11 16:00"),
    ),
    Case(
        *("from the day of receipt to the next", *MARCH, 3, "03-17"),
        *("11r 12s 13=1 14-15w 16=2 17=3", "03-11 10:00 > 03-12 09:00"),
    ),
    Case(
        *("on the last day, a minute before it ends", *MARCH, 3, "03-17"),
        *("11r 12=1 13=2 14-15w 16s 17=3", "03-16 16:59 > 03-16 18:00"),
    ),
    Case(
        *("when the time is over", *MARCH, 3, "03-16"),
        *("11r 12=1 13=2 14-15w 16=3", "03-16 17:00 > 03-18 10:00"),
    ),
    Case(
        *("after 17:00 of an earlier day", *MARCH, 3, "03-17"),
        *("11r 12s 13=1 14-15w 16=2 17=3", "03-12 17:30 > 03-12 18:00"),
    ),
    Case(
        *("until midnight", *MARCH, 3, "03-17"),
        *("11r 12s 13=1 14-15w 16=2 17=3", "03-12 10:00 > 03-13 00:00"),
    ),
    Case(
        *("from midnight, for a minute", *MARCH, 3, "03-17"),
        *("11r 12=1 13s 14-15w 16=2 17=3", "03-13 00:00 > 03-13 00:01"),
    ),
    Case(
        *("several", *MARCH, 5, "03-24"),
        "11r 12s 13=1 14-15w 16-18s 19=2 20=3 21-22w 23=4 24=5",
        "03-12 09:00 > 03-12 17:00, 03-16 09:00 > 03-18 09:00",
    ),
    Case(
        *("one at once after the other", *MARCH, 3, "03-18"),
        "11r 12=1 13=2 14-15w 16-17s 18=3",
        "03-16 09:00 > 03-16 10:00, 03-16 10:00 > 03-17 09:00",
    ),
    Case(
        *("on a make-up workday", "extended", "04-24 09:00", 1, "04-27"),
        *("24r 25w 26s 27=1", "04-26 10:00 > 04-26 12:00"),
    ),
    Case(
        *("over all of Spring Festival", "extended", "01-21 10:00", 5, "02-10"),
        *("21r 22=1 23-4s 5=2 6=3 7=4 8-9w 10=5", "01-23 10:00 > 02-04 09:00"),
    ),
    Case(
        *("answered in the holiday, planned", "planned", "01-21 10:00", 3, "02-03"),
        *("21r 22-26s 27-30h 31=1 1m2 2w 3=3", "01-22 15:00 > 01-26 10:00"),
    ),
    Case(
        *("answered in the holiday, extended", "extended", "01-21 10:00", 3, "02-05"),
        *("21r 22-26s 27-2h 3=1 4=2 5=3", "01-22 15:00 > 01-26 10:00"),
    ),
    Case("open", *MARCH, 7, "", "11r 12=1 13o", "03-13 10:00 > "),
    Case("open since the day of receipt", *MARCH, 7, "", "11r 11o", "03-11 15:00 > "),
    Case("open since Saturday night", *MARCH, 3, "", "11r 12=1 13=2 14o", "03-14 20:00 > "),
    Case("open since the time was over", *MARCH, 1, "03-12", "11r 12=1", "03-12 17:00 > "),
    Case(
        *("a second one, open", *MARCH, 7, ""),
        *("11r 12s 13=1 14-15w 16=2 17o", "03-12 09:00 > 03-12 10:00, 03-17 09:00 > "),
    ),
]
