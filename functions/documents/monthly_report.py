"""The monthly report (监管月报): coverage, refunds in time, silence, licences that end, prices. All amounts in fen."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median

from functions.documents import report_parts
from functions.documents.model import Cell, Column, Document, Kind, Table
from functions.documents.report_parts import OfSchool, T
from shared.funds.model import State
from shared.funds.periods import Period
from shared.funds.refund_model import Refund, RefundStatus
from shared.institutions.model import VALIDITY_NAMES, Validity
from shared.kernel import clock
from shared.mall.model import Category, Course


def of(
    told: Sequence[OfSchool],
    *,
    courses: Sequence[tuple[Category, Sequence[Course]]],
    licence_days: int,
    period: Period,
    language: str,
    now: datetime,
) -> Document:
    """Coverage, what is owed to families, refunds in time, silence, licences that end, prices by category."""
    t = report_parts.words(language)
    liability, kept = (sum(one.liability_fen for one in told), sum(one.at_end[State.MINIMUM_BALANCE] for one in told))
    return Document(
        name=f"{t('监管月报', 'monthly')}-{period.first.isoformat()[:7]}",
        title=t("监管月报", "Monthly report"),
        language=language,
        figures=[
            (t("预收费负债", "Owed to families"), liability),
            (t("最低余额", "Minimum balances"), kept),
            (t("核定最低余额", "Required"), sum(one.required_fen for one in told)),
        ],
        facts=report_parts.facts(t, period, len(told)),
        tables=[
            _coverage(t, told),
            refunds_in_time(t, told, clock.business_day(now)),
            _licences(t, told, period, licence_days),
            _prices(t, courses),
        ],
        notes=[
            *report_parts.notes(t, period, now),
        ],
        made_at=now,
        wide=True,
    )


def _coverage(t: T, told: Sequence[OfSchool]) -> Table:
    columns = [
        report_parts.school(t),
        *report_parts.yuan(
            t("预收费负债(元)", "Owed to families"), t("最低余额(元)", "Minimum balance"), t("核定(元)", "Required")
        ),
        Column(t("覆盖率", "Coverage"), Kind.RATE, 22),
        Column(t("拨付课时", "Lessons released"), Kind.COUNT, 22),
        Column(t("其中视为确认", "Of them by silence"), Kind.COUNT, 24),
        Column(t("视为确认率", "Silence"), Kind.RATE, 22),
    ]
    rows = [_covered(one.school.short_name, [one]) for one in told]
    title = t("覆盖率与视为确认率", "Coverage and auto-confirmation")
    return Table(title, columns, rows, _covered(t("合计", "Total"), told), report_parts.nothing(t))


def _covered(name: str, of: Sequence[OfSchool]) -> list[Cell]:
    kept, required = sum(one.at_end[State.MINIMUM_BALANCE] for one in of), sum(one.required_fen for one in of)
    lessons, silent = (
        sum(one.moved.lessons_released for one in of),
        sum(one.moved.lessons_by_silence for one in of),
    )
    owed = sum(one.liability_fen for one in of)
    return [
        name,
        owed,
        kept,
        required,
        report_parts.percent(kept, required),
        lessons,
        silent,
        report_parts.percent(silent, lessons),
    ]


def refunds_in_time(t: T, told: Sequence[OfSchool], today: date) -> Table:
    """Refunds that were asked for in a month, school by school, as they stand on `today`."""
    titles = (
        t("申请", "Asked for"),
        t("按期退还", "Paid in time"),
        t("逾期退还", "Paid late"),
        t("逾期未退", "Overdue"),
        t("办理中", "Under way"),
        t("撤回、驳回、未成", "Withdrawn, rejected, failed"),
    )
    columns = [report_parts.school(t), *(Column(title, Kind.COUNT, 22) for title in titles)]
    columns.append(Column(t("平均天数", "Days on average"), Kind.RATE, 24))
    rows = [_timely(one.school.short_name, one.refunds, today) for one in told if one.refunds]
    every = [refund for one in told for refund in one.refunds]
    title = t("本月申请的退费是否按期", "Refunds asked for, in time or not")
    return Table(title, columns, rows, _timely(t("合计", "Total"), every, today), t("本月没有退费申请。", "None."))


def _timely(name: str, refunds: Sequence[Refund], today: date) -> list[Cell]:
    kinds = [_kind(refund, today) for refund in refunds]
    days = [
        (clock.business_day(one.ended_at) - clock.business_day(one.requested_at)).days
        for one in refunds
        if one.status is RefundStatus.PAID and one.ended_at
    ]
    average = f"{sum(days) / len(days):.1f}" if days else "–"
    counts = [kinds.count(kind) for kind in ("in_time", "late", "overdue", "open", "other")]
    return [name, len(refunds), *counts, average]


def _kind(refund: Refund, today: date) -> str:
    """Whether a refund was paid by its last day, the policy's 15 days after it was agreed."""
    if refund.status is RefundStatus.PAID and refund.ended_at and refund.pay_by:
        return "in_time" if clock.business_day(refund.ended_at) <= refund.pay_by else "late"
    if refund.ended_at:
        return "other"
    return "overdue" if refund.pay_by and refund.pay_by < today else "open"


def _licences(t: T, told: Sequence[OfSchool], period: Period, days: int) -> Table:
    columns = [
        report_parts.school(t),
        Column(t("证照", "What ends"), Kind.TEXT, 60),
        Column(t("有效期至", "Valid to"), Kind.DAY, 26),
        Column(t("距月末天数", "Days left at the month's end"), Kind.COUNT, 26),
    ]
    until = period.last + timedelta(days=days)
    ending = [(one.school, paper) for one in told for paper in one.school.validities if paper.last_day <= until]
    rows: list[list[Cell]] = [
        [school.short_name, _named(t, paper), paper.last_day, (paper.last_day - period.last).days]
        for school, paper in sorted(ending, key=lambda both: both[1].last_day)
    ]
    title = t(
        f"{days} 天内到期的许可证、证书和教师资格",
        f"Licences, certificates and qualifications that end within {days} days",
    )
    return Table(title, columns, rows, empty=t("没有即将到期的证照。", "Nothing expires soon."))


def _named(t: T, paper: Validity) -> str:
    return f"{t(*VALIDITY_NAMES[paper.kind])} {paper.named}"


def _prices(t: T, courses: Sequence[tuple[Category, Sequence[Course]]]) -> Table:
    columns = [
        Column(t("类别", "Category"), Kind.TEXT, 44),
        Column(t("课程", "Courses"), Kind.COUNT, 20),
        *report_parts.yuan(t("最低课时价(元)", "Lowest a lesson"), t("中位课时价(元)", "Median a lesson")),
        *report_parts.yuan(t("最高课时价(元)", "Highest a lesson"), t("中位每小时(元)", "Median an hour")),
    ]
    rows: list[list[Cell]] = []
    for category, of in courses:
        lesson, hour = [one.lesson_fen for one in of], [one.hour_fen for one in of]
        figures = (min(lesson), int(median(lesson)), max(lesson), int(median(hour)))
        rows.append([t(category.zh, category.en), len(of), *figures])
    title = t("各类别在售课程价格（制表时）", "Prices of courses on sale, by category (when this was made)")
    return Table(title, columns, rows, empty=t("没有在售课程。", "No course is on sale."))
