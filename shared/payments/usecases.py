"""Payment orders: begin one, hear of it from WeChat, ask WeChat about it, note the bank's deposit."""

from dataclasses import replace
from datetime import datetime, timedelta

from events import facts
from shared.dynamo import transaction
from shared.kernel import clock, errors
from shared.kernel.money import Fen
from shared.payments import rules, store
from shared.payments.model import PaymentOrder, Status, Trade, TradeState, Waits, Wanted
from shared.payments.wechat_pay import NotPayable, WeChatPayClient
from shared.policy import calendar
from shared.policy.model import Policy

_LOOKED_AT = 500  # in one run; the rest by the next, a quarter of an hour later
_A_DAY = timedelta(days=1)


def prepare(
    *, wanted: Wanted, openid: str, wechat: WeChatPayClient, policy: Policy, now: datetime
) -> tuple[PaymentOrder, str]:
    """The order of an enrolment and WeChat's id to pay it with: begun now, or the one that waits for its payment.

    It is kept before WeChat hears of it. One for another amount is closed first. Raises NothingToPay, PaidAlready,
    TooManyTries, PaymentDiffers, Unavailable, WeChatPayRefused.
    """
    return transaction.retried(lambda: _prepare(wanted, openid, wechat, policy, now))


def _prepare(
    wanted: Wanted, openid: str, wechat: WeChatPayClient, policy: Policy, now: datetime
) -> tuple[PaymentOrder, str]:
    order = store.find_last(wanted.enrolment_id)
    if order is not None and order.status is Status.PREPARED and not rules.is_still(order, wanted):
        order = _end(order, wechat, policy, now)
    if order is not None and order.waits_for is Waits.SETTLEMENT:
        raise rules.PaidAlready()
    if order is None or order.over:
        before = order
        ask_after = timedelta(minutes=policy.wechat_query_minutes)
        order = rules.begin(wanted, before.number + 1 if before else 1, now, ask_after=ask_after)
        store.add(order, after=before)
    try:
        return order, wechat.prepay(order, openid=openid)
    except NotPayable:
        _end(order, wechat, policy, now)
        raise transaction.LostRace() from None  # read again what it has become, and go on from there


def _end(order: PaymentOrder, wechat: WeChatPayClient, policy: Policy, now: datetime) -> PaymentOrder:
    """Close an order that isn't wanted any more, or learn that it is paid. Raises PaidAlready, Unavailable."""
    if wechat.close(order.out_trade_no):
        return store.change(order, rules.close(order))
    trade = wechat.ask(order.out_trade_no)
    if trade is None or trade.state is not TradeState.SUCCESS:
        raise errors.Unavailable()  # neither closed nor paid: a payment is under way
    hear(trade=trade, wechat=wechat, policy=policy, now=now)
    raise rules.PaidAlready()


def hear(*, trade: Trade, wechat: WeChatPayClient, policy: Policy, now: datetime) -> bool:
    """Note what WeChat tells of an order; whether that was new. It moves no money: the bank's deposit does.

    What it tells otherwise than was agreed is noted at the order and changes nothing else. Raises UnknownPaymentOrder,
    PaymentDiffers, Unavailable.
    """
    return transaction.retried(lambda: _hear(trade, wechat, policy, now))


def _hear(trade: Trade, wechat: WeChatPayClient, policy: Policy, now: datetime) -> bool:
    before = store.get(trade.out_trade_no)
    try:
        rules.check(before, trade, wechat.merchant)
    except rules.PaymentDiffers as differs:
        store.change(before, replace(before, differs=str(differs.figures["what"])))
        raise
    days = policy.wechat_settlement_working_days
    settle_by = calendar.working_days_after(clock.business_day(now), days, policy.own_days).day
    after = rules.learn(before, trade, settle_by=settle_by, now=now)
    return store.change(before, after) is not before


def settle(
    *, remittance: str, bank_reference: str, amount_fen: Fen, suspense_fen: Fen, at: datetime
) -> facts.WeChatPaymentDiffers | None:
    """Note a deposit at the order whose number its text holds; a text without one is nobody's.

    The fact, when the bank has brought another amount than the guardian was to pay. Twice changes nothing. Raises
    Unavailable.
    """
    named = rules.named_by(remittance)
    if len(named) != 1:
        return None

    def attempt() -> PaymentOrder | None:
        before = store.find(*named[0])
        if before is None:
            return None
        told = {"bank_reference": bank_reference, "amount_fen": amount_fen, "suspense_fen": suspense_fen, "at": at}
        return store.change(before, rules.settle(before, **told))  # type: ignore[arg-type]

    order = transaction.retried(attempt)
    if order is None or (order.bank_reference == bank_reference and order.amount_fen == amount_fen):
        return None
    return difference(order, what="deposit", agreed=str(order.amount_fen), told=str(amount_fen), now=at)


def difference(order: PaymentOrder, *, what: str, agreed: str, told: str, now: datetime) -> facts.WeChatPaymentDiffers:
    """The fact that WeChat or the bank tells something else of an order than was agreed."""
    return facts.WeChatPaymentDiffers(
        institution_id=order.institution_id,
        out_trade_no=order.out_trade_no,
        what=what,
        agreed=agreed,
        told=told,
        noticed_at=now,
    )


def list_due(now: datetime) -> list[PaymentOrder]:
    """The orders that WeChat is to be asked about now: not paid yet, or paid and not settled in time."""
    unpaid = store.list_waiting(Waits.PAYMENT, until=now, at_most=_LOOKED_AT)
    return unpaid + store.list_waiting(Waits.SETTLEMENT, until=now, at_most=_LOOKED_AT)


def look_after(
    order: PaymentOrder, *, owes: bool, wechat: WeChatPayClient, policy: Policy, now: datetime
) -> facts.WeChatUnsettled | None:
    """Ask WeChat about an order that is due: take what is paid, close what can't be paid any more (`owes`: whether the
    enrolment still takes money). The fact, when it is paid and the bank's deposit is overdue.

    Raises PaymentDiffers, Unavailable, WeChatPayRefused.
    """
    trade = wechat.ask(order.out_trade_no)
    try:
        if trade is not None:
            hear(trade=trade, wechat=wechat, policy=policy, now=now)
    except rules.PaymentDiffers:
        transaction.retried(lambda: _put_off(order.out_trade_no, now + _A_DAY))
        raise
    return transaction.retried(lambda: _go_on(order, owes, wechat, policy, now))


def _put_off(out_trade_no: str, until: datetime) -> None:
    order = store.get(out_trade_no)
    store.change(order, replace(order, look_at=until))


def _go_on(
    order: PaymentOrder, owes: bool, wechat: WeChatPayClient, policy: Policy, now: datetime
) -> facts.WeChatUnsettled | None:
    order = store.get(order.out_trade_no)
    if order.status is Status.PREPARED:
        if (now >= order.expires_at or not owes) and wechat.close(order.out_trade_no):
            store.change(order, rules.close(order))
        else:
            again = now + timedelta(minutes=policy.wechat_query_minutes)
            store.change(order, replace(order, look_at=min(again, max(order.expires_at, now))))
        return None
    if not rules.is_unsettled(order, clock.business_day(now)):
        return None
    store.change(order, replace(order, look_at=now + _A_DAY))
    assert order.paid_at is not None
    assert order.settle_by is not None
    return facts.WeChatUnsettled(
        institution_id=order.institution_id,
        out_trade_no=order.out_trade_no,
        amount_fen=order.amount_fen,
        paid_on=clock.business_day(order.paid_at),
        settle_by=order.settle_by,
        noticed_at=now,
    )
