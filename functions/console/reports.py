"""The bureau's reports (报表): of a day, a week, a month, as a page to print, a PDF, a workbook, CSV files.

Each is made when it is asked for, from what the stream has summed up by day and by month: a few reads a school.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import reduce
from operator import add

from chalice.app import Blueprint

from functions.console import csv_files, minimums, periods, roles
from functions.console.pages import Download, Elsewhere, NoSuchPage, Shown, Visit, page
from functions.documents import daily_report, delivery, monthly_report, weekly_report
from functions.documents.delivery import Form
from functions.documents.model import Document
from functions.documents.report_parts import OfSchool
from shared.funds import queries as funds
from shared.funds.model import State
from shared.funds.periods import Basis, Period
from shared.funds.totals_model import Day
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.mall import queries as mall
from shared.mall.model import CATEGORIES, Category, Course, Status
from shared.policy import queries as policies
from shared.reconciliation.model import BreakState
from shared.reconciliation.store import breaks as reconciliation

blueprint = Blueprint(__name__)

MOST_BREAKS = 200
_COURSES = 100
_REQUIREMENTS = 50
_A_WEEK = timedelta(days=7)


class Kind(StrEnum):
    """How often a report is made."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


NAMES = {Kind.DAILY: ("日报", "Daily"), Kind.WEEKLY: ("周报", "Weekly"), Kind.MONTHLY: ("月报", "Monthly")}


@dataclass(frozen=True)
class Asked:
    """A kind of report, and a day in the period that it is of."""

    kind: Kind
    on: date

    @property
    def query(self) -> dict[str, str]:
        """What asks for it again."""
        return {"kind": self.kind.value, "on": self.on.isoformat()}

    @property
    def period(self) -> Period:
        """The week from Monday, the month, or the day."""
        if self.kind is Kind.WEEKLY:
            monday = self.on - timedelta(days=self.on.weekday())
            return Period(monday, monday + _A_WEEK)
        if self.kind is Kind.MONTHLY:
            first = self.on.replace(day=1)
            return Period(first, (first + timedelta(days=31)).replace(day=1))
        return Period(self.on, self.on + timedelta(days=1))


@page(blueprint, "/console/reports", who=roles.MONEY)
def show_reports(visit: Visit) -> Shown:
    """The report that the query names: of last week, unless it says otherwise."""
    told = {"names": NAMES, "kind": visit.asked("kind") or Kind.WEEKLY, "on": visit.asked("on") or "", "document": None}
    try:
        asked = _asked(visit)
    except errors.Invalid as refusal:
        return Shown("reports.html", {**told, "sentence": refusal.sentence(visit.language)}, refusal.status)
    return Shown("reports.html", {**told, "asked": asked, "on": asked.on, "document": _document(visit, asked)})


@page(blueprint, "/console/reports.pdf", who=roles.MONEY)
def print_report(visit: Visit) -> Elsewhere:
    """The same as a PDF."""
    return Elsewhere(delivery.hand_over(_document(visit, _asked(visit)), Form.PDF))


@page(blueprint, "/console/reports.xlsx", who=roles.MONEY)
def export_report(visit: Visit) -> Elsewhere:
    """The same as a workbook, a sheet a table."""
    return Elsewhere(delivery.hand_over(_document(visit, _asked(visit)), Form.XLSX))


@page(blueprint, "/console/reports.csv", who=roles.MONEY)
def download_report(visit: Visit) -> Download:
    """One table of it, by its number from 1 on. Raises NoSuchPage."""
    asked = _asked(visit)
    tables = _document(visit, asked).tables
    number = visit.asked("table") or "1"
    if number not in map(str, range(1, len(tables) + 1)):
        raise NoSuchPage()
    name = f"report-{asked.kind}-{asked.period.first}-{number}.csv"
    return Download(name, csv_files.of_table(tables[int(number) - 1]))


def _asked(visit: Visit) -> Asked:
    """What the query asks for. Raises NoSuchPage, DayUnreadable."""
    told = visit.asked("kind") or Kind.WEEKLY.value
    if told not in set(Kind):
        raise NoSuchPage()
    kind, on_today = Kind(told), clock.business_day(visit.now)
    if kind is Kind.DAILY:
        return Asked(kind, on_today)  # what is open, is open now
    last = on_today - _A_WEEK if kind is Kind.WEEKLY else on_today.replace(day=1) - timedelta(days=1)
    return Asked(kind, periods.day(visit, "on") or last)


def _document(visit: Visit, asked: Asked) -> Document:
    if asked.kind is Kind.DAILY:
        return _daily(visit)
    schools = institutions.get_many(institutions.list_ids()).values()
    found = [_of_school(one, asked) for one in sorted(schools, key=lambda one: one.short_name)]
    if asked.kind is Kind.WEEKLY:
        return weekly_report.of(found, period=asked.period, language=visit.language, now=visit.now)
    return monthly_report.of(
        found,
        courses=_courses(),
        licence_days=policies.in_force(at=visit.now).certificate_first_warning_days,
        period=asked.period,
        language=visit.language,
        now=visit.now,
    )


def _of_school(school: Institution, asked: Asked) -> OfSchool:
    iid, period = school.institution_id, asked.period
    at_end = funds.moved_before(iid, period.end, Basis.BOOKING)
    standing = {state: at_end.of(state).net_fen for state in State}
    if asked.kind is Kind.WEEKLY:
        days = funds.list_days(iid, first=period.first, last=period.last)
        return OfSchool(school, _together(days, period), standing)
    return OfSchool(
        school,
        _together(funds.list_months(iid, first=period.first, last=period.first), period),
        standing,
        _required_fen(iid, period),
        funds.list_refunds_requested(iid, first=clock.start_of(period.first), before=clock.start_of(period.end)),
    )


def _together(days: Sequence[Day], period: Period) -> Day:
    return reduce(add, days, Day(period.first))


def _required_fen(institution_id: InstitutionId, period: Period) -> int:
    """What was in force at the period's end: the newest of the requirements that were set before it."""
    end = clock.start_of(period.end)
    found = funds.list_requirements(institution_id, limit=_REQUIREMENTS, cursor=None).rows
    return next((one.required_fen for one in found if one.at < end), 0)


def _courses() -> list[tuple[Category, list[Course]]]:
    """The courses on sale, by category; a category without any is left out."""
    found = [(category, _courses_of(category)) for category in CATEGORIES]
    return [(category, courses) for category, courses in found if courses]


def _courses_of(category: Category) -> list[Course]:
    courses: list[Course] = []
    cursor = None
    while True:
        read = mall.list_courses_of_category(category.code, limit=_COURSES, cursor=cursor)
        courses += [one for one in read.rows if one.status is Status.PUBLISHED]
        if (cursor := read.next_cursor) is None:
            return courses


def _daily(visit: Visit) -> Document:
    found = reconciliation.list_breaks(BreakState.OPEN, limit=MOST_BREAKS, cursor=None)
    schools = institutions.get_many([iid for iid in {one.institution_id for one in found.rows} if iid])
    named = [
        (one, schools[one.institution_id].short_name if one.institution_id in schools else "") for one in found.rows
    ]
    day = clock.business_day(visit.now)
    standings = sorted(minimums.standings_of_all(visit), key=lambda one: one.urgency(day))
    low = [
        daily_report.Low(one.school, one.minimum, one.shortfall)
        for one in standings
        if one.shortfall or one.level != "calm"
    ]
    return daily_report.of(named, low, language=visit.language, now=visit.now, more=found.next_cursor is not None)
