"""Where payment orders meet the ledger and the alerts: what settles one, what is told of it, what it holds open."""

import contextlib
from datetime import datetime

from events import facts
from functions.edge import logs, wiring
from shared.alerts import usecases as alerts
from shared.funds.model import EnrolmentAccount, Entry, State
from shared.kernel import clock
from shared.kernel.money import Fen
from shared.payments import rules, store, usecases
from shared.payments.model import Status, Trade
from shared.payments.wechat_pay import WeChatPayClient
from shared.policy import calendar
from shared.policy import queries as policies


def note_deposit(fact: facts.DepositPosted, entry: Entry, *, now: datetime) -> None:
    """Note a deposit that is booked at the payment order that its text names; a repeat of it as well, so that nothing
    is left half done. Raises Unavailable: then the bank sends it again.
    """
    unmatched = entry.figures.get("unmatched_fen", entry.legs.get(State.SUSPENSE, 0))
    differs = usecases.settle(
        remittance=fact.remittance,
        bank_reference=fact.bank_reference,
        amount_fen=fact.amount_fen,
        suspense_fen=Fen(unmatched),
        at=fact.booked_at,
    )
    if differs is not None:
        raise_alert(differs, now=now)


def hear(trade: Trade, *, wechat: WeChatPayClient) -> bool:
    """Note what WeChat tells of an order; whether it was new. What differs is told to the bureau.

    Raises UnknownPaymentOrder, PaymentDiffers, Unavailable.
    """
    now = wiring.now()
    try:
        return usecases.hear(trade=trade, wechat=wechat, policy=policies.in_force(at=now), now=now)
    except rules.PaymentDiffers as differs:
        tell_difference(trade.out_trade_no, **{name: str(figure) for name, figure in differs.figures.items()})
        raise


def tell_difference(out_trade_no: str, *, what: str, agreed: str, told: str) -> None:
    """Tell the bureau what WeChat says otherwise of an order; of one that isn't ours there is nothing to tell."""
    with contextlib.suppress(store.UnknownPaymentOrder):
        order = store.get(out_trade_no)
        now = wiring.now()
        raise_alert(usecases.difference(order, what=what, agreed=agreed, told=told, now=now), now=now)


def raise_alert(fact: facts.WeChatPaymentDiffers | facts.WeChatUnsettled, *, now: datetime) -> None:
    """Tell the bureau. Raises Unavailable."""
    alerts.consider(fact=fact, policy=policies.in_force(at=now))
    logs.tell("wechat_alert", kind=type(fact).__name__, out_trade_no=fact.out_trade_no)


def holds(account: EnrolmentAccount, *, now: datetime) -> bool:
    """Whether an enrolment whose time to pay is over is kept: its guardian has paid by WeChat, or may have, and the
    bank's deposit is still expected.
    """
    order = store.find_last(account.enrolment_id)
    if order is None or order.over:
        return False
    policy = policies.in_force(at=now)
    until = order.settle_by
    if order.status is Status.PREPARED or until is None:
        expired_on, days = clock.business_day(order.expires_at), policy.wechat_settlement_working_days
        until = calendar.working_days_after(expired_on, days, policy.own_days).day
    return clock.business_day(now) <= until
