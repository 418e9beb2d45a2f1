"""The bank's door: signed webhooks in."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalice.app import Blueprint

from events import facts
from functions.edge import files, payment_orders, wiring
from functions.edge.contract import raw_endpoint
from functions.edge.settings import settings
from functions.schedules import wind_up
from shared.bank import messages, signature, usecases
from shared.bank.store import MessageIdReused, Outcome
from shared.dynamo import transaction
from shared.funds import (
    interest,
    minimum_money,
    payment_answers,
    payout_answers,
    posting,
    refund_money,
    reversals,
    suspense,
    terminations,
)
from shared.funds import usecases as funds
from shared.funds.model import Posting
from shared.funds.posting import ReferenceReused
from shared.funds.store import returns
from shared.funds.store.payouts import UnknownPayout
from shared.funds.store.refunds import UnknownRefund
from shared.funds.store.withdrawals import UnknownWithdrawal
from shared.institutions import store as institutions
from shared.institutions.model import Purpose, SupervisedAccount
from shared.kernel import errors
from shared.terminations import notices
from shared.terminations import rules as notice_rules
from shared.terminations.store.notices import UnknownNotice

blueprint = Blueprint(__name__)

KNOWN_ACCOUNTS: dict[str, SupervisedAccount] = {}

MAX_POST_BYTES = 5 * 1024 * 1024  # API Gateway hands a function no more than 6 MB, text in quotes included


class PostTooLarge(errors.Invalid):
    status = 413
    code = "post_too_large"
    zh = "文件超过 5 MiB，请直接放入对账文件桶。"
    en = "The file is over 5 MiB. Put it into the statements bucket instead."


class UnsupervisedAccount(errors.Invalid):
    code = "unsupervised_account"
    zh = "账号 {account_no} 不是本区的监管账户。"
    en = "{account_no} is not a supervised account of this district."


@raw_endpoint(
    blueprint,
    "POST",
    "/v1/bank/events",
    body_schema=messages.schema,
    errors=(
        signature.BadSignature,
        signature.StaleSignature,
        messages.NotJson,
        messages.WrongMessage,
        messages.TooLarge,
        MessageIdReused,
        UnsupervisedAccount,
        UnknownPayout,
        ReferenceReused,
        UnknownRefund,
        refund_money.RefundMismatch,
        refund_money.RefundOver,
        returns.UnknownReturn,
        returns.ReturnOver,
        suspense.ReturnMismatch,
        UnknownWithdrawal,
        minimum_money.WithdrawalMismatch,
        minimum_money.WithdrawalOver,
        reversals.UnknownOriginal,
        reversals.ReversalMismatch,
        reversals.AlreadyReversed,
        payout_answers.PayoutMismatch,
        payout_answers.PayoutOver,
        UnknownNotice,
        notice_rules.NoticeForged,
        notice_rules.NoticeRevoked,
        notice_rules.NoticeMismatch,
        notice_rules.NoticeUsed,
        notice_rules.ReturnFailed,
        terminations.ReturnOverBalance,
    ),
    summary_zh="银行消息（签名）",
    summary_en="Messages of the bank (signed)",
)
def receive_bank_event() -> dict[str, str]:
    request: Any = blueprint.current_request
    outcome = usecases.receive(
        headers=request.headers, body=request.raw_body, keys=settings().bank_webhook_keys, act=act, now=wiring.now()
    )
    return {"status": outcome.value}


@raw_endpoint(
    blueprint,
    "POST",
    "/v1/bank/statements",
    errors=(signature.BadSignature, signature.StaleSignature, PostTooLarge),
    summary_zh="银行对账文件（签名）：camt.053、camt.054",
    summary_en="The bank's files (signed): camt.053, camt.054",
)
def receive_bank_file() -> dict[str, str]:
    """Kept as it came; what it says is read by the function that every file of the bucket is read by."""
    request: Any = blueprint.current_request
    body: bytes = request.raw_body
    if len(body) > MAX_POST_BYTES:
        raise PostTooLarge()
    signature.verify(settings().bank_webhook_keys, headers=request.headers, body=body, now=wiring.now())
    digest = hashlib.sha256(body).hexdigest()
    files.keep(files.STATEMENTS, f"posted/{digest}.xml", body, content_type="application/xml")
    return {"status": Outcome.RECEIVED.value, "file": digest}


def act(fact: facts.BankFact, also: Sequence[transaction.Part] = ()) -> Outcome:
    """Book what the bank says; `also` is committed with a deposit.

    Raises UnsupervisedAccount and what the ledger refuses.
    """
    now = wiring.now()
    if isinstance(fact, facts.PayoutFailed | facts.TerminationFailed):
        _note_failure(fact)
        return Outcome.RECORDED
    return Outcome.DUPLICATE if _book(fact, also, now).duplicate else Outcome.POSTED


def _note_failure(fact: facts.PayoutFailed | facts.TerminationFailed) -> None:
    """Nothing moves in the ledger: the money is where it was."""
    if isinstance(fact, facts.PayoutFailed):
        payout_answers.fail(fact=fact)
        return
    notices.note_failure(
        number=fact.notice_no,
        account_no=fact.account_no,
        amount_fen=fact.amount_fen,
        reason=fact.reason,
        at=fact.booked_at,
    )


_Payment = (
    facts.RefundPaid
    | facts.RefundFailed
    | facts.MinimumWithdrawalPaid
    | facts.MinimumWithdrawalFailed
    | facts.TerminationPaid
)


def _book(
    fact: posting.BankMovement | facts.PayoutRecalled | _Payment, also: Sequence[transaction.Part], now: datetime
) -> Posting:
    match fact:
        case facts.DepositPosted():
            booked = funds.post_deposit(fact=fact, account=_supervised(fact.account_no), also=also, now=now)
            payment_orders.note_deposit(fact, booked.entry, now=now)
            return booked
        case facts.DepositReversed():
            return reversals.reverse(fact=fact, now=now)
        case facts.WithdrawalPosted():
            return funds.post_withdrawal(fact=fact, account=_supervised(fact.account_no), now=now)
        case facts.InterestPosted():
            return interest.post(fact=fact, account=_supervised(fact.account_no), now=now)
        case facts.PayoutSettled() | facts.PayoutPartlySettled():
            return payout_answers.settle(fact=fact, now=now)
        case facts.PayoutRecalled():
            return payout_answers.recall(fact=fact, now=now)
        case facts.PayoutReturned():
            return payout_answers.take_returned(fact=fact, now=now)
        case _:
            return _book_payment(fact, now)


def _book_payment(fact: _Payment, now: datetime) -> Posting:
    match fact:
        case facts.RefundPaid():
            return payment_answers.settle(fact=fact, now=now)
        case facts.RefundFailed():
            return payment_answers.void(fact=fact, now=now)
        case facts.MinimumWithdrawalPaid():
            return minimum_money.settle(fact=fact, now=now)
        case facts.MinimumWithdrawalFailed():
            return minimum_money.void(fact=fact, now=now)
        case facts.TerminationPaid():
            return _book_termination(fact, now)


def _book_termination(fact: facts.TerminationPaid, now: datetime) -> Posting:
    account = _supervised(fact.account_no)
    booked = terminations.post_return(fact=fact, account=account, use=lambda: _use_notice(fact), now=now)
    wind_up.close(account.institution_id, now=now)
    return booked


def _use_notice(fact: facts.TerminationPaid) -> transaction.Part:
    return notices.use(
        number=fact.notice_no,
        account_no=fact.account_no,
        amount_fen=fact.amount_fen,
        signature=fact.signature,
        bank_reference=fact.bank_reference,
        at=fact.booked_at,
    )


def _supervised(account_no: str) -> funds.SupervisedAccount:
    """What an account is never changes once it is on file, so it is looked up once."""
    account = KNOWN_ACCOUNTS.get(account_no) or institutions.find_account(account_no)
    if account is None:
        raise UnsupervisedAccount(pointer="/data/account_no", account_no=account_no)
    KNOWN_ACCOUNTS[account_no] = account
    if account.purpose is Purpose.TUITION:
        return funds.TuitionAccount(account_no, account.institution_id)
    return funds.MinimumBalanceAccount(account_no, account.institution_id)
