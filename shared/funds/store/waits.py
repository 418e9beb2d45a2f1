"""What of the money waits for somebody, of all schools, by one index: each item is in it for one reason at a time.

A list of a reason is in the order of `waits_by`: the day or the moment since or until when, or how little is there.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages
from shared.dynamo.rows import Row, meta
from shared.kernel import clock
from shared.kernel.ids import InstitutionId
from shared.kernel.page import Page


class Wait(StrEnum):
    """Why an item waits, and what the list is sorted by."""

    PAYOUT = "payout"  # that the bank pays it: since it was built
    PAYOUT_FAILED = "payout_failed"
    MINIMUM = "minimum"  # every minimum balance with a requirement: by how much of that is there
    SHORTFALL = "shortfall"  # that it is made up: by its last day
    WITHDRAWAL = "withdrawal"  # that the bureau decides: since it was asked for
    CALCULATION = "calculation"  # that it is proposed: since it was made
    SUSPENSE = "suspense"  # a school's sums: since when they were counted
    SUSPENSE_MISSING = "suspense_missing"


class ByWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    waits_for = UnicodeAttribute(hash_key=True)
    waits_by = UnicodeAttribute(range_key=True)


class WaitingRow(Row):
    """An item that waits, as the index has it."""

    Meta = meta("funds")
    waiting = ByWait()
    waits_for = UnicodeAttribute(null=True)
    waits_by = UnicodeAttribute(null=True)


def setting(row: Any, wait: Wait | None, by: datetime | str = "") -> list[Action]:
    """What of an update of an item of this class puts it into a list, or takes it out of the one that it is in."""
    if wait is None:
        return [row.waits_for.remove(), row.waits_by.remove()]
    return [row.waits_for.set(wait.value), row.waits_by.set(by if isinstance(by, str) else clock.stored(by))]


def keys(wait: Wait, *, limit: int, cursor: str | None, below: str | None = None) -> Page[tuple[str, str]]:
    """One page of the keys of what waits for a reason, in its order; only what is `below`."""
    only = WaitingRow.waits_by < below if below is not None else None
    page = pages.page(WaitingRow, wait.value, limit=limit, cursor=cursor, keys=only, index=WaitingRow.waiting)
    return page.map(lambda row: (row.pk, row.sk))


def count(wait: Wait, *, at_most: int, below: str | None = None) -> int:
    """How many wait for a reason; no more than `at_most` are counted."""
    only = WaitingRow.waits_by < below if below is not None else None
    return min(int(WaitingRow.waiting.count(wait.value, only, limit=at_most)), at_most)


def school_of(key: tuple[str, str]) -> InstitutionId:
    """The school that the key of an item under `<something>#<institution_id>`, or of its totals, is of."""
    pk, sk = key
    return InstitutionId(sk if pk == "totals" else pk.partition("#")[2])
