"""One TransactWriteItems, told as parts that each say why they refuse.

A part belongs to the context that owns its row; a use-case may commit its own parts together with another context's, so
that what must be true together is written together (a sale: the seat, the enrolment and the school's latch).
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pynamodb.exceptions import PynamoDBException, TransactGetError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactGet, TransactWrite

from shared.dynamo.rows import BUSY, Row, connection
from shared.kernel import errors

T = TypeVar("T")

_TRIES = 8
_RETRIED = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_ORDER = ("check", "delete", "put", "update")  # the order in which pynamodb sends them


class LostRace(errors.Unavailable):
    """What was read has changed before it was written; read again and try again."""


@dataclass(frozen=True)
class Part:
    """One item of a transaction, and the refusal to raise when its condition doesn't hold."""

    kind: Literal["check", "delete", "put", "update"]
    row: Row
    refused: errors.Refusal
    condition: Condition | None = None
    actions: Sequence[Action] = ()

    def add_to(self, write: TransactWrite) -> None:
        """Add this item to a transaction."""
        if self.kind == "check":
            write.condition_check(type(self.row), self.row.pk, self.row.sk, condition=self.condition)
        elif self.kind == "delete":
            write.delete(self.row, condition=self.condition)
        elif self.kind == "put":
            write.save(self.row, condition=self.condition)
        else:
            write.update(self.row, actions=list(self.actions), condition=self.condition)


def check(row: Row, condition: Condition, *, refused: errors.Refusal) -> Part:
    """Write nothing; hold the transaction to a condition on the row with these keys."""
    return Part("check", row, refused, condition)


def put_new(row: Row, *, refused: errors.Refusal) -> Part:
    """Put a row that must not exist yet."""
    return Part("put", row, refused, type(row).pk.does_not_exist())


def put_if(row: Row, condition: Condition, *, refused: errors.Refusal) -> Part:
    """Put a row if the condition holds for what stood there."""
    return Part("put", row, refused, condition)


def put(row: Row) -> Part:
    """Put a row whatever stood there."""
    return Part("put", row, LostRace())


def update(row: Row, actions: Sequence[Action], condition: Condition, *, refused: errors.Refusal) -> Part:
    """Update the row with these keys if the condition holds."""
    return Part("update", row, refused, condition, actions)


def add_up(row: Row, actions: Sequence[Action]) -> Part:
    """Update the row with these keys without a condition, making it if it isn't there."""
    return Part("update", row, LostRace(), None, actions)


def commit(parts: Sequence[Part]) -> None:
    """Write all parts or none.

    Raises the refusal of the first part (in the caller's order) whose condition fails; Unavailable when DynamoDB is too
    busy after several tries, or when it isn't known whether the write happened: then read before anything else.
    """
    sent = sorted(parts, key=lambda part: _ORDER.index(part.kind))
    for attempt in range(_TRIES):
        try:
            with TransactWrite(connection=connection(), return_consumed_capacity="TOTAL") as write:
                for part in sent:
                    part.add_to(write)
            return
        except TransactWriteError as error:
            failed = {
                id(part): reason.code
                for part, reason in zip(sent, error.cancellation_reasons, strict=False)
                if reason is not None and reason.code not in (None, "None")
            }
            for part in parts:
                if failed.get(id(part)) == "ConditionalCheckFailed":
                    raise part.refused from None
            retry = bool(failed) and set(failed.values()) <= _RETRIED
            if not retry and error.cause_response_code != "TransactionInProgressException":
                raise
            pause(attempt)
    raise errors.Unavailable()


def unavailable_or_bug(error: PynamoDBException) -> Exception:
    """Unavailable for what may pass by itself (busy, or no answer); the error itself for what is a bug of ours."""
    code = error.cause_response_code
    if code is None or code in BUSY:
        return errors.Unavailable()
    return error


def pause(attempt: int) -> None:
    """Wait a random while that grows with the attempts: at most 10 ms, 20 ms, 40 ms … up to 0.6 s."""
    time.sleep(secrets.randbelow(10 * 2 ** min(attempt, 6)) / 1000)


def retried(command: Callable[[], T]) -> T:
    """Run a command that reads, decides and commits; again when somebody else was faster."""
    for attempt in range(_TRIES):
        try:
            return command()
        except LostRace:
            pause(attempt)
    raise errors.Unavailable()


def read_together(wanted: Sequence[tuple[type[Row], str, str]]) -> list[Any]:
    """Rows of any tables as they stood at one moment, None for each that isn't there. One round trip.

    A row that is being written at that moment cancels the read: it is tried again, then Unavailable.
    """
    for attempt in range(_TRIES):
        try:
            return _read_once(wanted)
        except TransactGetError as error:
            failed = {reason.code for reason in error.cancellation_reasons if reason is not None}
            if not failed or not failed <= _RETRIED:
                raise
            pause(attempt)
    raise errors.Unavailable()


def _read_once(wanted: Sequence[tuple[type[Row], str, str]]) -> list[Any]:
    with TransactGet(connection=connection(), return_consumed_capacity="TOTAL") as read:
        futures = [read.get(row, pk, sk) for row, pk, sk in wanted]
    found: list[Any] = []
    for future, (row, _, _) in zip(futures, wanted, strict=True):
        try:
            found.append(future.get())
        except row.DoesNotExist:
            found.append(None)
    return found
