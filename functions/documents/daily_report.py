"""The daily report (资金日报): the breaks that are open and the minimum balances that are low. All amounts in fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from functions.console import break_words
from functions.documents import report_parts
from functions.documents.model import Cell, Column, Document, Kind, Table
from functions.documents.report_parts import T
from shared.funds.minimum_model import MinimumBalance, Shortfall
from shared.institutions.model import Institution
from shared.kernel import clock
from shared.reconciliation.model import Break


@dataclass(frozen=True)
class Low:
    """A school whose minimum balance is short or low."""

    school: Institution
    minimum: MinimumBalance
    shortfall: Shortfall | None


def of(
    breaks: Sequence[tuple[Break, str]], low: Sequence[Low], *, language: str, now: datetime, more: bool
) -> Document:
    """What is open now: breaks of reconciliation, each with its school's name, and minimum balances that are low."""
    t = report_parts.words(language)
    today = clock.business_day(now)
    return Document(
        name=f"{t('资金日报', 'daily-money')}-{today}",
        title=t("资金日报", "Daily report: breaks and low balances"),
        language=language,
        figures=[(t("最低余额缺口", "Missing in minimum balances"), sum(map(_missing, low)))],
        facts=[(t("日期", "Day"), today.isoformat()), (t("未结差异", "Open breaks"), str(len(breaks)))],
        tables=[_breaks(t, breaks, today, language), _low(t, low)],
        notes=[t("只列最早的部分差异，其余见对账页。", "Only the oldest breaks; the rest is in the room.")]
        if more
        else [],
        made_at=now,
        wide=True,
    )


def _breaks(t: T, breaks: Sequence[tuple[Break, str]], today: date, language: str) -> Table:
    columns = [
        report_parts.school(t),
        Column(t("账号", "Account"), Kind.TEXT, 34),
        Column(t("对账日", "Day"), Kind.DAY, 22),
        Column(t("差异", "Break"), Kind.TEXT, 90),
        Column(t("负责人", "Owner"), Kind.TEXT, 24),
        Column(t("已过天数", "Days open"), Kind.COUNT, 20),
    ]
    rows: list[list[Cell]] = [
        [
            name,
            one.finding.account_no,
            one.finding.day,
            break_words.why(one.finding.kind.value, one.finding.figures, language),
            one.owner or t("无人负责", "nobody"),
            (today - clock.business_day(one.found_at)).days,
        ]
        for one, name in breaks
    ]
    return Table(t("未结对账差异", "Open breaks"), columns, rows, empty=t("没有未结差异。", "No break is open."))


def _low(t: T, low: Sequence[Low]) -> Table:
    columns = [
        report_parts.school(t),
        *report_parts.yuan(t("余额(元)", "Balance"), t("核定(元)", "Required"), t("缺口(元)", "Missing")),
        Column(t("覆盖率", "Coverage"), Kind.RATE, 22),
        Column(t("补足期限", "To be made up by"), Kind.DAY, 26),
    ]
    rows: list[list[Cell]] = [
        [
            one.school.short_name,
            one.minimum.balance_fen,
            one.minimum.required_fen,
            _missing(one),
            report_parts.percent(one.minimum.balance_fen, one.minimum.required_fen),
            one.shortfall.due_on if one.shortfall else None,
        ]
        for one in low
    ]
    empty = t("各机构最低余额均充足。", "Every minimum balance is sufficient.")
    return Table(t("最低余额不足或偏低", "Minimum balances that are short or low"), columns, rows, empty=empty)


def _missing(one: Low) -> int:
    return max(one.minimum.required_fen - one.minimum.balance_fen, 0)
