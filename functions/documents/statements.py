"""Statements as documents: an enrolment's, for its guardian and for the bureau; a school's."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from functions.console import words
from functions.documents.model import Column, Document, Kind, Table
from shared.funds import statement_words
from shared.funds.model import EnrolmentAccount, EntryKind
from shared.funds.periods import Basis, Period
from shared.funds.statement_queries import OfEnrolment, OfSchool
from shared.funds.statements import Line, Statement
from shared.institutions.model import Institution
from shared.kernel import clock
from shared.kernel.ids import SessionId

BASES: Mapping[Basis, words.Both] = {
    Basis.BOOKING: ("按记账日", "By day of booking"),
    Basis.EFFECTIVE: ("按生效日", "By day of effect"),
}
Terms = Mapping[str, str | int]


@dataclass(frozen=True)
class Explained:
    """A line of a statement with its sentence."""

    line: Line
    what: str


def explained(
    lines: Iterable[Line], *, language: str, lessons: Mapping[SessionId, int] | None = None
) -> list[Explained]:
    """The lines with their sentences; `lessons` gives a lesson's number by its session, where the reader may know."""

    def number(line: Line) -> int | None:
        released = line.entry.kind is EntryKind.RELEASE
        return (lessons or {}).get(SessionId(line.entry.reference)) if released else None

    return [
        Explained(line, statement_words.explain(line.entry, language=language, lesson=number(line))) for line in lines
    ]


@dataclass(frozen=True)
class EnrolmentPaper:
    """What an enrolment's statement is made of. `student` is the child's name, for who may know it; else empty."""

    account: EnrolmentAccount
    terms: Terms
    school: Institution
    of: OfEnrolment
    until: date
    basis: Basis
    lessons: Mapping[SessionId, int]
    student: str = ""


def of_enrolment(paper: EnrolmentPaper, *, language: str, now: datetime) -> Document:
    """An enrolment's statement: what came in, what was released and refunded, what is still hers."""
    t = _chooser(language)
    account, standing = paper.account, paper.of.standing
    facts = [
        (t("机构", "School"), paper.school.name),
        (t("课程班级", "Class"), f"{paper.terms['course']} · {paper.terms['class']}"),
        *([(t("学员", "Student"), paper.student)] if paper.student else []),
        (t("报名编号", "Enrolment"), account.payment_reference),
        (t("截至", "Up to"), paper.until.isoformat()),
        (t("口径", "Basis"), t(*BASES[paper.basis])),
        (t("监管账户", "Account"), account.account_no),
        (t("价款", "Price"), f"{account.price_fen / 100:,.2f} / {account.lessons} {t('课时', 'lessons')}"),
    ]
    lines = explained(paper.of.statement.lines, language=language, lessons=paper.lessons)
    return Document(
        name=f"{t('学费对账单', 'statement')}-{account.payment_reference[-8:]}-{paper.until}",
        title=t("学费监管对账单", "Statement of tuition in supervision"),
        language=language,
        figures=[
            (t("仍在监管", "In supervision"), paper.of.statement.closing_fen),
            (t("其中退费中", "of it on its way back"), standing.refund_pending_fen),
            (t("已拨付机构", "Released to the school"), standing.released_fen),
            (t("已退回", "Refunded"), standing.refunded_fen),
        ],
        facts=facts,
        tables=[_table(t, t("明细", "Lines"), paper.of.statement, lines)],
        notes=[
            t(
                "余额 = 监管中 + 退费中，是尚未上课、仍属于您的学费；退费冻结时余额不变，退回时减少。",
                "Balance = held + refund pending: tuition not taught yet, still yours. A refund lowers it when paid.",
            )
        ],
        made_at=now,
    )


def of_school(
    school: Institution, of: OfSchool, *, name: words.Both, period: Period, basis: Basis, language: str, now: datetime
) -> Document:
    """A school's statement of a period. `name` is what it is of: an account, or money in a state."""
    t = _chooser(language)
    through = clock.shown(of.counted_through)[:16].replace("T", " ") if of.counted_through else "–"
    return Document(
        name=f"{school.short_name}-{t(*name)}-{period.first}-{period.last}",
        title=f"{t(*name)} · {t('对账单', 'statement')}",
        language=language,
        figures=[
            (t("期初余额", "Opening"), of.statement.opening_fen),
            (t("收入", "In"), of.statement.into_fen),
            (t("支出", "Out"), of.statement.out_fen),
            (t("期末余额", "Closing"), of.statement.closing_fen),
        ],
        facts=[
            (t("机构", "School"), school.name),
            (t("信用代码", "Credit code"), school.credit_code),
            (t("期间", "Period"), f"{period.first} {t('至', 'to')} {period.last}"),
            (t("口径", "Basis"), t(*BASES[basis])),
            (t("汇总至", "Counted through"), through),
        ],
        tables=[_table(t, t("明细", "Lines"), of.statement, explained(of.statement.lines, language=language))],
        notes=[],
        made_at=now,
    )


def _table(t: Callable[[str, str], str], title: str, statement: Statement, lines: Iterable[Explained]) -> Table:
    columns = [
        Column(t("生效日", "Effective"), Kind.DAY, 17),
        Column(t("记账时间", "Booked"), Kind.MOMENT, 25),
        Column(t("摘要", "What happened"), Kind.TEXT, 58),
        Column(t("流水或课次", "Reference"), Kind.TEXT, 32),
        Column(t("收入(元)", "In (yuan)"), Kind.YUAN, 20),
        Column(t("支出(元)", "Out (yuan)"), Kind.YUAN, 20),
        Column(t("余额(元)", "Balance"), Kind.YUAN, 21),
    ]
    rows = [
        [
            one.line.entry.effective_on,
            one.line.entry.booked_at,
            one.what,
            one.line.entry.reference,
            one.line.into_fen or None,
            one.line.out_fen or None,
            one.line.balance_fen,
        ]
        for one in lines
    ]
    total = [None, None, t("合计", "Total"), None, statement.into_fen, statement.out_fen, statement.closing_fen]
    return Table(title, columns, rows, total, t("这段时间没有资金往来。", "No money moved."))


def _chooser(language: str) -> Callable[[str, str], str]:
    return lambda zh, en: en if language == "en" else zh
