"""Withdrawals from minimum balances: what schools asked for and what became of it."""

import contextlib
from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.funds import model
from shared.funds.minimum_model import MinimumBalance, Withdrawal, WithdrawalStatus
from shared.funds.store import entries, minimums, waits
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId, WithdrawalId
from shared.kernel.money import Fen
from shared.kernel.page import Page


class UnknownWithdrawal(errors.Missing):
    code = "unknown_minimum_withdrawal"
    zh = "没有找到这笔最低余额支取。"
    en = "There is no such withdrawal from the minimum balance."


class _AnsweredAlready(errors.Conflict):
    code = "minimum_withdrawal_answered"
    zh = "银行已答复。"
    en = "The bank has answered already."


class WithdrawalRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="minimum_withdrawal")
    amount_fen = NumberAttribute()
    from_account_no = UnicodeAttribute()
    to_account_no = UnicodeAttribute()
    reason = UnicodeAttribute()
    requested_by = UnicodeAttribute()
    requested_at = Moment()
    status = UnicodeAttribute()
    decision_reason = UnicodeAttribute(default="")
    ended_at = Moment(null=True)
    bank_reference = UnicodeAttribute(default="")
    failure = UnicodeAttribute(default="")
    waits_for = UnicodeAttribute(null=True)
    waits_by = UnicodeAttribute(null=True)


def id_of(institution_id: InstitutionId, number: int) -> WithdrawalId:
    """The id of a school's n-th withdrawal: it can't come out differently on a second try."""
    return WithdrawalId(f"wdl_{institution_id.removeprefix('ins_')}{number:06d}")


def school_of(withdrawal_id: str) -> InstitutionId:
    """The school that a withdrawal's id names. Raises UnknownWithdrawal."""
    return InstitutionId(_key(withdrawal_id)[0].removeprefix("withdrawals#"))


def _key(withdrawal_id: str) -> tuple[str, str]:
    number = withdrawal_id[30:]
    shaped = len(withdrawal_id) == 36 and withdrawal_id.startswith("wdl_") and number.isascii() and number.isdigit()
    if not shaped:
        raise UnknownWithdrawal()
    return f"withdrawals#ins_{withdrawal_id[4:30]}", number


def put_new(withdrawal: Withdrawal) -> transaction.Part:
    """The part that writes a new withdrawal; lost to one that was faster."""
    row = WithdrawalRow(
        *_key(withdrawal.withdrawal_id),
        amount_fen=withdrawal.amount_fen,
        from_account_no=withdrawal.from_account_no,
        to_account_no=withdrawal.to_account_no,
        reason=withdrawal.reason,
        requested_by=withdrawal.requested_by,
        requested_at=withdrawal.requested_at,
        status=withdrawal.status.value,
        waits_for=waits.Wait.WITHDRAWAL.value,
        waits_by=clock.stored(withdrawal.requested_at),
    )
    return transaction.put_new(row, refused=transaction.LostRace())


def end(
    withdrawal: Withdrawal,
    becomes: WithdrawalStatus,
    *,
    at: datetime,
    reason: str = "",
    bank_reference: str = "",
    failure: str = "",
) -> transaction.Part:
    """The part that ends a withdrawal. That it may is decided by the minimum balance's turn in the same transaction."""
    actions: list[Action] = [
        WithdrawalRow.status.set(becomes.value),
        WithdrawalRow.ended_at.set(at),
        WithdrawalRow.decision_reason.set(reason),
        WithdrawalRow.bank_reference.set(bank_reference),
        WithdrawalRow.failure.set(failure),
        *waits.setting(WithdrawalRow, None),
    ]
    row = WithdrawalRow(*_key(withdrawal.withdrawal_id))
    return transaction.update(row, actions, WithdrawalRow.pk.exists(), refused=UnknownWithdrawal())


def mark_held(withdrawal_id: str) -> None:
    """Note that its money is held. Does nothing when the bank's answer came first."""
    row = WithdrawalRow(*_key(withdrawal_id))
    actions: list[Action] = [
        WithdrawalRow.status.set(WithdrawalStatus.HELD.value),
        *waits.setting(WithdrawalRow, None),
    ]
    requested = WithdrawalRow.status == WithdrawalStatus.REQUESTED.value
    with contextlib.suppress(_AnsweredAlready):
        transaction.commit([transaction.update(row, actions, requested, refused=_AnsweredAlready())])


def read_with_entry(
    entry_key: tuple[str, str], withdrawal_id: str
) -> tuple[model.Entry | None, MinimumBalance, Withdrawal]:
    """An entry, if it is there, a withdrawal and its school's minimum balance as they stood at one moment.

    Raises UnknownWithdrawal.
    """
    school = school_of(withdrawal_id)
    entry, minimum, row = transaction.read_together(
        [
            (entries.EntryRow, *entry_key),
            (minimums.MinimumRow, *minimums.key_of(school)),
            (WithdrawalRow, *_key(withdrawal_id)),
        ]
    )
    if row is None:
        raise UnknownWithdrawal()
    found = entries.entry_of(entry) if entry else None
    return found, minimums.found_or_none_yet(school, minimum), withdrawal_of(row)


def get(withdrawal_id: str) -> Withdrawal:
    """A withdrawal. Raises UnknownWithdrawal."""
    try:
        return withdrawal_of(WithdrawalRow.get(*_key(withdrawal_id), consistent_read=True))
    except WithdrawalRow.DoesNotExist:
        raise UnknownWithdrawal() from None


def list_asked(*, limit: int, cursor: str | None) -> Page[Withdrawal]:
    """One page of the withdrawals of all schools that wait for the bureau, the longest waiting first."""
    page = waits.keys(waits.Wait.WITHDRAWAL, limit=limit, cursor=cursor)
    rows = WithdrawalRow.batch_get(list(page.rows), consistent_read=True) if page.rows else []
    found = {(row.pk, row.sk): withdrawal_of(row) for row in rows}
    return Page([found[key] for key in page.rows if key in found], page.next_cursor)


def list_of(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[Withdrawal]:
    """A school's withdrawals, newest first."""
    page = pages.page(WithdrawalRow, f"withdrawals#{institution_id}", limit=limit, cursor=cursor, backwards=True)
    return page.map(withdrawal_of)


def withdrawal_of(row: Any) -> Withdrawal:
    """The withdrawal of a stored row."""
    institution_id = InstitutionId(row.pk.removeprefix("withdrawals#"))
    return Withdrawal(
        withdrawal_id=id_of(institution_id, int(row.sk)),
        institution_id=institution_id,
        number=int(row.sk),
        amount_fen=Fen(int(row.amount_fen)),
        from_account_no=row.from_account_no,
        to_account_no=row.to_account_no,
        reason=row.reason,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        status=WithdrawalStatus(row.status),
        decision_reason=row.decision_reason,
        ended_at=row.ended_at,
        bank_reference=row.bank_reference,
        failure=row.failure,
    )
