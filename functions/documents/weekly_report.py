"""The weekly report (资金周报): the money of each school. All amounts in fen."""

from collections.abc import Sequence
from datetime import datetime

from functions.documents import report_parts
from functions.documents.model import Cell, Document, Table
from functions.documents.report_parts import OfSchool
from shared.funds.model import State
from shared.funds.periods import Period


def of(told: Sequence[OfSchool], *, period: Period, language: str, now: datetime) -> Document:
    """Deposits, releases, payouts and refunds of a week, and the money held at its end, by school."""
    t = report_parts.words(language)
    columns = [
        report_parts.school(t),
        *report_parts.yuan(t("入账(元)", "Deposits"), t("拨付(元)", "Releases"), t("划拨到账(元)", "Paid out")),
        *report_parts.yuan(t("退费到账(元)", "Refunds"), t("期末监管中(元)", "Held at the end")),
        *report_parts.yuan(t("期末学费账户(元)", "In the tuition account"), t("期末最低余额(元)", "Minimum balance")),
    ]
    rows: list[list[Cell]] = [[one.school.short_name, *_money(one)] for one in told]
    whole = [sum(figures) for figures in zip(*(_money(one) for one in told), strict=True)] or [0] * 7
    table = Table(
        t("各机构资金", "Money by school"), columns, rows, [t("合计", "Total"), *whole], report_parts.nothing(t)
    )
    names = [column.title.removesuffix("(元)") for column in columns[1:]]
    shown = (0, 1, 3, 4)  # of the sums: deposits, releases, refunds, what is held
    return Document(
        name=f"{t('资金周报', 'weekly-money')}-{period.first}-{period.last}",
        title=t("资金周报", "Weekly report: money by school"),
        language=language,
        figures=[(names[place], whole[place]) for place in shown],
        facts=report_parts.facts(t, period, len(told)),
        tables=[table],
        notes=report_parts.notes(t, period, now),
        made_at=now,
        wide=True,
    )


def _money(one: OfSchool) -> list[int]:
    moved = one.moved
    flows = [moved.deposited_fen, moved.released_fen, moved.paid_out_fen, moved.refunded_fen]
    return [*flows, one.at_end[State.HELD], one.supervised_fen, one.at_end[State.MINIMUM_BALANCE]]
