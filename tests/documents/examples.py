"""A document with what may stand in one."""

from datetime import UTC, date, datetime
from typing import Any

from functions.documents.model import Cell, Column, Document, Kind, Table

AT = datetime(2026, 9, 1, 2, tzinfo=UTC)
COLUMNS = (
    Column("生效日", Kind.DAY, 18),
    Column("记账时间", Kind.MOMENT, 26),
    Column("摘要", Kind.TEXT, 60),
    Column("笔数", Kind.COUNT, 12),
    Column("余额(元)", Kind.YUAN, 24),
)


def a_row(what: str = "缴费入账", amount_fen: int = 100, count: int = 1) -> list[Cell]:
    return [date(2026, 9, 1), AT, what, count, amount_fen]


def a_document(rows: list[list[Cell]] | None = None, **changes: Any) -> Document:
    rows = [a_row()] if rows is None else rows
    total = [None, None, "合计", len(rows), sum(row[4] for row in rows if isinstance(row[4], int))]
    told: dict[str, Any] = {
        "name": "对账单",
        "title": "学费监管对账单",
        "language": "zh",
        "figures": [("期初余额", 0), ("期末余额", -888)],
        "facts": [("机构", "星河舞蹈"), ("期间", "2026-09-01 至 2026-09-30")],
        "tables": [Table("明细", COLUMNS, rows, total, "没有往来。")],
        "notes": ["余额为监管中加退费中。"],
        "made_at": AT,
    }
    return Document(**{**told, **changes})
