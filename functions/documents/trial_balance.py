"""The trial balance as a document: of a period, of each of its days, and school by school."""

from collections.abc import Callable, Sequence
from datetime import datetime

from functions.console import money_words
from functions.documents.model import Cell, Column, Document, Kind, Table
from functions.documents.statements import BASES
from shared.funds.model import State
from shared.funds.periods import Basis, Period
from shared.funds.statement_queries import TrialBalances
from shared.funds.trial_balance import Row, TrialBalance

T = Callable[[str, str], str]
Named = Sequence[tuple[str, TrialBalance]]
"""Schools' trial balances, each with the school's name."""


def of(
    name: str, told: TrialBalances, *, schools: Named, period: Period, basis: Basis, language: str, now: datetime
) -> Document:
    """The trial balance of a school or of the district, called `name`; `schools` are those of its schools."""

    def t(zh: str, en: str) -> str:
        return en if language == "en" else zh

    tables = [_states(t, told.whole)]
    if schools:
        tables.append(
            _closings(t, t("各机构期末", "Closing by school"), Column(t("机构", "School"), Kind.TEXT, 44), schools)
        )
    if len(told.days) > 1:
        days = [(day.isoformat(), one) for day, one in told.days]
        tables.append(_closings(t, t("逐日期末", "Closing by day"), Column(t("日期", "Day"), Kind.TEXT, 24), days))
    return Document(
        name=f"{t('试算平衡表', 'trial-balance')}-{name}-{period.first}-{period.last}",
        title=t("试算平衡表", "Trial balance"),
        language=language,
        figures=[
            (t("借方合计", "Debits"), told.whole.total.debit_fen),
            (t("贷方合计", "Credits"), told.whole.total.credit_fen),
            (t("全部状态期末合计", "All states together"), told.whole.total.closing_fen),
        ],
        facts=[
            (t("范围", "Of"), name),
            (t("期间", "Period"), f"{period.first} {t('至', 'to')} {period.last}"),
            (t("口径", "Basis"), t(*BASES[basis])),
            (t("分录", "Entries"), str(told.whole.entries)),
        ],
        tables=tables,
        notes=[
            t(
                "贷方为转入、借方为转出；账外的余额为负，绝对值即银行监管账户中的钱。",
                "A credit came into a state, a debit left it; minus the balance outside is what the bank keeps.",
            )
        ],
        made_at=now,
        wide=True,
    )


def _states(t: T, told: TrialBalance) -> Table:
    columns = [
        Column(t("状态", "State"), Kind.TEXT, 40),
        *(
            Column(title, Kind.YUAN, 30)
            for title in (
                t("期初(元)", "Opening"),
                t("借方(元)", "Debits"),
                t("贷方(元)", "Credits"),
                t("期末(元)", "Closing"),
            )
        ),
    ]
    rows = [_cells(t(*money_words.STATES[state]), row) for state, row in told.rows.items()]
    return Table(t("合计", "Total"), columns, rows, _cells(t("合计", "Total"), told.total))


def _cells(name: str, row: Row) -> list[Cell]:
    return [name, row.opening_fen, row.debit_fen, row.credit_fen, row.closing_fen]


def _closings(t: T, title: str, first: Column, told: Named) -> Table:
    columns = [
        first,
        Column(t("分录", "Entries"), Kind.COUNT, 14),
        Column(t("借方=贷方", "Debits = credits"), Kind.YUAN, 28),
        *(Column(t(*money_words.STATES[state]), Kind.YUAN, 25) for state in State),
    ]
    rows: list[list[Cell]] = [
        [name, one.entries, one.total.debit_fen, *(one.rows[state].closing_fen for state in State)]
        for name, one in told
    ]
    return Table(title, columns, rows, empty=t("没有分录。", "No entries."))
