"""The bank's door: signed webhooks in."""

from typing import Any

from chalice.app import Blueprint

from events import facts
from functions.edge import wiring
from functions.edge.contract import raw_endpoint
from functions.edge.settings import settings
from functions.schedules import wind_up
from shared.bank import messages, signature, usecases
from shared.bank.store import Outcome
from shared.dynamo import transaction
from shared.funds import interest, minimum_money, refund_money, refund_notes, terminations
from shared.funds import usecases as funds
from shared.funds.posting import ReferenceReused
from shared.funds.refund_rules import refund_of
from shared.funds.store.payouts import UnknownPayout
from shared.funds.store.refunds import UnknownRefund
from shared.funds.store.withdrawals import UnknownWithdrawal
from shared.institutions import store as institutions
from shared.institutions.model import Purpose
from shared.kernel import errors
from shared.terminations import notices
from shared.terminations import rules as notice_rules
from shared.terminations.store.notices import UnknownNotice

blueprint = Blueprint(__name__)


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
        usecases.MessageIdReused,
        UnsupervisedAccount,
        UnknownPayout,
        ReferenceReused,
        UnknownRefund,
        refund_money.RefundMismatch,
        refund_money.RefundOver,
        UnknownWithdrawal,
        minimum_money.WithdrawalMismatch,
        minimum_money.WithdrawalOver,
        funds.PayoutMismatch,
        funds.PayoutOver,
        UnknownNotice,
        notice_rules.NoticeForged,
        notice_rules.NoticeRevoked,
        notice_rules.NoticeMismatch,
        notice_rules.NoticeUsed,
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


def act(fact: facts.BankFact) -> Outcome:
    """Book what the bank says. Raises UnsupervisedAccount and what the ledger refuses."""
    now = wiring.now()
    if isinstance(fact, facts.PayoutFailed):
        funds.fail_payout(fact=fact)
        return Outcome.RECORDED
    if isinstance(fact, facts.RefundFailed):
        posting = refund_money.void(fact=fact, now=now)
        refund_notes.note_outcome(refund_id=refund_of(fact.payment_id), now=now, failure=fact.reason)
    elif isinstance(fact, facts.RefundPaid):
        posting = refund_money.settle(fact=fact, now=now)
        refund_notes.note_outcome(refund_id=refund_of(fact.payment_id), now=now)
    elif isinstance(fact, facts.MinimumWithdrawalFailed):
        posting = minimum_money.void(fact=fact, now=now)
    elif isinstance(fact, facts.MinimumWithdrawalPaid):
        posting = minimum_money.settle(fact=fact, now=now)
    elif isinstance(fact, facts.PayoutSettled):
        posting = funds.settle_payout(fact=fact, now=now)
    elif isinstance(fact, facts.InterestPosted):
        posting = interest.post(fact=fact, account=_supervised(fact.account_no), now=now)
    elif isinstance(fact, facts.TerminationPaid):
        account = _supervised(fact.account_no)
        posting = terminations.post_return(fact=fact, account=account, use=lambda: _use_notice(fact), now=now)
        wind_up.close(account.institution_id, now=now)
    elif isinstance(fact, facts.DepositPosted):
        posting = funds.post_deposit(fact=fact, account=_supervised(fact.account_no), now=now)
    else:
        posting = funds.post_withdrawal(fact=fact, account=_supervised(fact.account_no), now=now)
    return Outcome.DUPLICATE if posting.duplicate else Outcome.POSTED


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
    account = institutions.find_account(account_no)
    if account is None:
        raise UnsupervisedAccount(pointer="/data/account_no", account_no=account_no)
    if account.purpose is Purpose.TUITION:
        return funds.TuitionAccount(account_no, account.institution_id)
    return funds.MinimumBalanceAccount(account_no, account.institution_id)
