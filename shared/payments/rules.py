"""What becomes of a payment order: pure decisions. A callback alone never makes an enrolment active: a deposit does."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from shared.kernel import errors
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from shared.payments.model import Merchant, PaymentOrder, Status, Trade, TradeState, Waits, Wanted

_NAMED = re.compile(r"(?<![0-9A-Z])([0-9A-HJKMNP-TV-Z]{26})-([1-9][0-9]?)(?![0-9A-Z])")
MOST_TRIES = 99
SHORTEST = timedelta(minutes=1)
"""WeChat takes no order that ends sooner than that (its documentation of `time_expire`)."""


class NothingToPay(errors.Conflict):
    code = "nothing_to_pay"
    zh = "该报名不在待缴费状态，或缴费时间已过，不能用微信支付。"
    en = "This enrolment isn't waiting to be paid, or its time to be paid is over: it can't be paid by WeChat."


class PaidAlready(errors.Conflict):
    code = "wechat_paid_already"
    zh = "已用微信支付，正在等待银行入账，请勿重复支付。"
    en = "It is paid by WeChat and waits for the bank. Don't pay again."


class TooManyTries(errors.Conflict):
    code = "wechat_too_many_tries"
    zh = "该报名的微信支付次数过多，请改用银行转账。"
    en = "There were too many tries to pay this enrolment by WeChat. Pay by bank transfer."


class PaymentDiffers(errors.Conflict):
    """WeChat tells something else than was agreed: another amount, currency, merchant, app or transaction."""

    code = "wechat_payment_differs"
    zh = "微信支付告知的{what}与订单不符：应为 {agreed}，实为 {told}。"
    en = "WeChat Pay tells another {what} than the order has: {told}, not {agreed}."


def begin(wanted: Wanted, number: int, now: datetime, *, ask_after: timedelta) -> PaymentOrder:
    """The `number`-th order of an enrolment. Raises NothingToPay, TooManyTries."""
    if wanted.amount_fen <= 0 or wanted.expires_at - now <= SHORTEST:
        raise NothingToPay()
    if number > MOST_TRIES:
        raise TooManyTries()
    return PaymentOrder(
        enrolment_id=wanted.enrolment_id,
        number=number,
        institution_id=wanted.institution_id,
        account_no=wanted.account_no,
        amount_fen=wanted.amount_fen,
        description=wanted.description,
        made_at=now,
        expires_at=wanted.expires_at,
        look_at=min(now + ask_after, wanted.expires_at),
    )


def is_still(order: PaymentOrder, wanted: Wanted) -> bool:
    """Whether an order that waits for its payment is for exactly what is wanted now."""
    return (order.amount_fen, order.account_no, order.expires_at) == (
        wanted.amount_fen,
        wanted.account_no,
        wanted.expires_at,
    )


def named_by(remittance: str) -> list[tuple[EnrolmentId, int]]:
    """The orders whose numbers a text holds, in its order, each once: the enrolment and the number of the try."""
    found = dict.fromkeys(_NAMED.findall(remittance.upper()))
    return [(EnrolmentId(f"enr_{reference}"), int(number)) for reference, number in found]


def check(order: PaymentOrder, trade: Trade, merchant: Merchant) -> None:
    """Hold what WeChat tells of a payment to the order. Raises PaymentDiffers."""
    pairs: list[tuple[str, object, object]] = [
        ("mchid", merchant.mch_id, trade.mch_id),
        ("appid", merchant.app_id, trade.app_id),
    ]
    if trade.state is TradeState.SUCCESS:
        known = order.transaction_id or trade.transaction_id
        pairs += [
            ("currency", "CNY", trade.currency),
            ("amount", int(order.amount_fen), trade.amount_fen),
            ("transaction", known, trade.transaction_id),
        ]
    for what, agreed, told in pairs:
        if agreed != told or not told:
            raise PaymentDiffers(what=what, agreed=agreed, told=told)


def learn(order: PaymentOrder, trade: Trade, *, settle_by: date, now: datetime) -> PaymentOrder:
    """An order after WeChat has told how it stands, which was checked. What is paid is never closed again."""
    if trade.state is TradeState.SUCCESS:
        paid = replace(order, transaction_id=trade.transaction_id, paid_at=order.paid_at or trade.paid_at or now)
        if order.status in (Status.PREPARED, Status.CLOSED):
            return replace(paid, status=Status.PAID_UNSETTLED, settle_by=settle_by)
        return paid
    if trade.state is TradeState.REFUND and order.status is not Status.SETTLED:
        return replace(order, status=Status.REFUNDED)
    if trade.state in (TradeState.CLOSED, TradeState.REVOKED):
        return close(order)
    return order


def close(order: PaymentOrder) -> PaymentOrder:
    """An order that can't be paid any more."""
    return replace(order, status=Status.CLOSED) if order.status is Status.PREPARED else order


def settle(
    order: PaymentOrder, *, bank_reference: str, amount_fen: Fen, suspense_fen: Fen, at: datetime
) -> PaymentOrder:
    """An order after the bank has brought money under its number; the first deposit counts."""
    if order.bank_reference:
        return order
    return replace(
        order,
        status=Status.SETTLED,
        bank_reference=bank_reference,
        settled_at=at,
        settled_fen=amount_fen,
        suspense_fen=suspense_fen,
    )


def is_unsettled(order: PaymentOrder, today: date) -> bool:
    """Whether the bank's deposit should have come by now."""
    return order.waits_for is Waits.SETTLEMENT and order.settle_by is not None and today > order.settle_by
