"""The statements bucket in memory, and the breaks that its files leave open."""

from datetime import date, timedelta
from typing import Any

import pytest

from functions.api import bank
from functions.edge import files
from functions.files import reconcile_statement
from infra.local import files as local_files
from shared.reconciliation.model import Break, BreakState, Reconciled
from shared.reconciliation.store import breaks as break_store
from shared.reconciliation.store import statements as statement_store
from tests import builders, steps, tables
from tests.builders import NOW, TODAY, TUITION_NO
from tests.edge.doors import Clock


class Bucket:
    """The statements bucket, in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def comes(self, content: bytes, key: str = "camt.053/1.xml") -> dict[str, int]:
        """A file comes, and the function is called."""
        self.files[key] = content
        one = {"Key": key, "ETag": '"e"', "Size": len(content), "LastModified": NOW}
        event = local_files.event(files.bucket_name(files.STATEMENTS), one)
        figures: dict[str, int] = reconcile_statement.reconcile_statement(event, None)
        return {name: count for name, count in figures.items() if count}


@pytest.fixture
def bucket(in_memory: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """One school whose first enrolment waits for its deposit. It is the morning after."""

    def put() -> None:
        steps.register()
        steps.open_account()

    tables.put_in_memory(__name__, put)
    at.now = NOW + timedelta(days=1)
    found = Bucket()
    monkeypatch.setattr(files, "fetch", lambda of, key, at_most: found.files[key][: at_most + 1])
    return found


def open_breaks() -> list[Break]:
    return of_state(BreakState.OPEN)


def of_state(state: BreakState) -> list[Break]:
    return list(break_store.list_breaks(state, limit=50, cursor=None).rows)


def kinds() -> set[str]:
    return {one.finding.kind.value for one in open_breaks()}


def kept(account_no: str = TUITION_NO, day: date = TODAY) -> Reconciled:
    found = statement_store.find_statement(account_no, day)
    assert found is not None
    return found


def pay(reference: str = "BK000001", amount_fen: int = 1000, **changes: Any) -> None:
    """A webhook of the bank is booked and counted."""
    bank.act(builders.a_deposit(amount_fen, bank_reference=reference, **changes))
    steps.count_all()
