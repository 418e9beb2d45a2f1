"""The bank's statements as its simulator writes them: right until a test says otherwise."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from infra.local.bank_statements import Statement, written
from shared.kernel import clock
from tests.builders import ENROLMENT, NOW, TODAY, TUITION_NO

REFERENCE = ENROLMENT.removeprefix("enr_")


def a_line(amount_fen: int = 1000, reference: str = "BK000001", **changes: Any) -> dict[str, Any]:
    """A booking as the bank has it: the first enrolment's deposit, at NOW."""
    told = {
        "reference": reference,
        "amount_fen": amount_fen,
        "counterparty": "示例家长",
        "counterparty_account_no": "6222000000000001",
        "purpose": f"学费 {REFERENCE}",
        "booked_at": NOW.astimezone(clock.SHANGHAI).isoformat(timespec="milliseconds"),
        "code": "DEPOSIT" if amount_fen > 0 else "WITHDRAWAL",
        "end_to_end": REFERENCE if amount_fen > 0 else "",
    }
    return {**told, **changes}


def a_statement(*lines: dict[str, Any], **changes: Any) -> Statement:
    """The first school's tuition account today, from 0."""
    told: dict[str, Any] = {"account_no": TUITION_NO, "holder": "示例舞蹈学校", "day": TODAY, "opening_fen": 0}
    return Statement(**{**told, "lines": list(lines), **changes})


def a_file(*statements: Statement, at: datetime = NOW, notice: bool = False) -> bytes:
    """A file of statements."""
    return written(statements or [a_statement(a_line())], at.astimezone(clock.SHANGHAI), notice=notice)


def on(day: date, **changes: Any) -> dict[str, Any]:
    """What a line has that was booked at noon of a day."""
    noon = clock.start_of(day) + timedelta(hours=12)
    return {"booked_at": noon.astimezone(clock.SHANGHAI).isoformat(timespec="milliseconds"), **changes}


def many(count: int, *, first: int = 1) -> Sequence[dict[str, Any]]:
    """So many deposits of a fen that name nothing."""
    return [a_line(1, f"BK{number:06d}", purpose="往来款", end_to_end="") for number in range(first, first + count)]
