"""Paying an enrolment by WeChat: the order for the mini-program, and WeChat Pay's callbacks."""

import json
from typing import Annotated, Any, Literal

import pydantic
from chalice.app import Blueprint, Response

from functions.api.views import View, money
from functions.edge import payment_orders, wechat_refunds, wiring
from functions.edge.auth import Audience
from functions.edge.contract import Call, Money, Request, endpoint, raw_endpoint
from functions.edge.settings import settings
from shared.bank import messages
from shared.bank import usecases as inbox
from shared.bank.store import Letter, MessageIdReused, Outcome
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus
from shared.funds.store import accounts
from shared.kernel import clock, errors
from shared.kernel.ids import EnrolmentId
from shared.mall import queries as courses
from shared.payments import rules, store, trades, usecases, wechat_pay
from shared.payments.model import Notice, Wanted
from shared.payments.store.refunds import UnknownWeChatRefund
from shared.people import queries as people
from shared.people.wechat import WeChatBlocked, WeChatCodeInvalid
from shared.policy import queries as policies

blueprint = Blueprint(__name__)


class NotOffered(errors.Conflict):
    code = "wechat_pay_not_offered"
    zh = "本区暂未开通微信支付，请使用银行转账。"
    en = "WeChat Pay isn't offered in this district. Pay by bank transfer."


class AnothersWeChat(errors.Denied):
    code = "anothers_wechat"
    zh = "请用登录时的微信支付。"
    en = "Pay with the WeChat account that you have signed in with."


class WeChatPaymentRequest(Request):
    """`wechat_code` is a new one from `wx.login`: WeChat has to be told who pays, and we don't keep who that is."""

    wechat_code: Annotated[str, pydantic.Field(min_length=1, max_length=128)]


class PaymentCall(View):
    """What `wx.requestPayment` is called with; `package_` is its `package`."""

    timeStamp: str  # noqa: N815 -- WeChat's names
    nonceStr: str  # noqa: N815
    package: str
    signType: Literal["RSA"]  # noqa: N815
    paySign: str  # noqa: N815


class WeChatOrderView(View):
    """The order, good until `pay_before`, and how to call WeChat with it in the next two hours."""

    out_trade_no: str
    amount: Money
    pay_before: str
    request_payment: PaymentCall


class WeChatAnswer(View):
    """What WeChat Pay is answered, in its own words."""

    code: Literal["SUCCESS", "FAIL"]
    message: str


@endpoint(
    blueprint,
    "POST",
    "/v1/enrolments/{enrolment_id}/wechat-payment",
    audience=Audience.GUARDIAN,
    request=WeChatPaymentRequest,
    response=WeChatOrderView,
    status=201,
    idempotent=True,
    errors=(
        accounts.UnknownEnrolment,
        NotOffered,
        AnothersWeChat,
        WeChatCodeInvalid,
        WeChatBlocked,
        rules.NothingToPay,
        rules.PaidAlready,
        rules.TooManyTries,
        rules.PaymentDiffers,
    ),
    summary_zh="用微信支付报名的待缴金额",
    summary_en="Pay by WeChat what is due on an enrolment",
)
def pay_by_wechat(call: Call[WeChatPaymentRequest]) -> WeChatOrderView:
    enrolment_id = EnrolmentId(call.path["enrolment_id"])
    account = funds.get_own_account(enrolment_id=enrolment_id, guardian_id=call.guardian_id)
    if not settings().wechat_pay_offered:
        raise NotOffered()
    wanted = _wanted(account)
    openid = wiring.wechat().openid_of(call.body.wechat_code)
    if people.find_guardian(openid) != call.guardian_id:
        raise AnothersWeChat(pointer="/wechat_code")
    wechat = wiring.wechat_pay()
    policy = policies.in_force(at=call.now)
    order, prepay_id = usecases.prepare(wanted=wanted, openid=openid, wechat=wechat, policy=policy, now=call.now)
    timestamp, nonce = str(int(call.now.timestamp())), wiring.randomness(16).hex()
    return WeChatOrderView(
        out_trade_no=order.out_trade_no,
        amount=money(order.amount_fen),
        pay_before=clock.shown(order.expires_at),
        request_payment=PaymentCall(
            timeStamp=timestamp,
            nonceStr=nonce,
            package=f"prepay_id={prepay_id}",
            signType="RSA",
            paySign=wechat.pay_sign(prepay_id, timestamp=timestamp, nonce=nonce),
        ),
    )


def _wanted(account: EnrolmentAccount) -> Wanted:
    """All that is due, while it awaits its deposit. Raises NothingToPay."""
    if account.status is not EnrolmentStatus.AWAITING_DEPOSIT:
        raise rules.NothingToPay()
    terms = courses.get_terms(account.terms_hash)
    return Wanted(
        enrolment_id=account.enrolment_id,
        institution_id=account.institution_id,
        account_no=account.account_no,
        amount_fen=account.due_fen,
        description=f"学费 {terms['course']}"[:40],  # WeChat takes 127 bytes, three for a Chinese character
        expires_at=account.expires_at,
    )


@raw_endpoint(
    blueprint,
    "POST",
    "/v1/wechat/pay/notifications",
    response=WeChatAnswer,
    refusal=WeChatAnswer,
    errors=(
        NotOffered,
        messages.TooLarge,
        wechat_pay.BadWeChatSignature,
        wechat_pay.StaleWeChatNotice,
        trades.WrongTrade,
        MessageIdReused,
        store.UnknownPaymentOrder,
        UnknownWeChatRefund,
        rules.PaymentDiffers,
    ),
    summary_zh="微信支付通知（签名、加密）",
    summary_en="Callbacks of WeChat Pay (signed, encrypted)",
)
def receive_wechat_notice() -> Response | dict[str, str]:
    """Checked, opened, kept as it came. It moves no money: an enrolment is active once the bank has the money."""
    request: Any = blueprint.current_request
    try:
        _receive(request.headers, request.raw_body)
    except errors.Refusal as refusal:
        told = WeChatAnswer(code="FAIL", message=f"{refusal.code}: {refusal.sentence('zh')}")
        body = json.dumps(told.model_dump(), ensure_ascii=False)
        return Response(body=body, headers={"Content-Type": "application/json"}, status_code=refusal.status)
    return {"code": "SUCCESS", "message": "成功"}


def _receive(headers: Any, body: bytes) -> None:
    """Raises what is refused; whatever happens, the body is kept (only one over 64 KiB isn't)."""
    if not settings().wechat_pay_offered:
        raise NotOffered()
    if len(body) > messages.MAX_BODY_BYTES:
        raise messages.TooLarge()
    try:
        notice = wiring.wechat_pay().open(headers=headers, body=body, now=wiring.now())
    except errors.Refusal as refusal:
        inbox.keep_unsigned(body, code=refusal.code, now=wiring.now())
        raise
    letter = Letter(f"wechat-{notice.event_id}", notice.digest, body, wiring.now(), Outcome.RECEIVED, "")
    try:
        inbox.receive_signed(letter, lambda: _act(notice))
    except MessageIdReused:
        told = notice.trade or notice.refund
        if told is not None:
            payment_orders.tell_difference(told.out_trade_no, what="event", agreed="=", told=notice.event_id)
        raise


def _act(notice: Notice) -> Outcome:
    """Note what WeChat tells at its order. What differs is told to the bureau."""
    if notice.refund is not None:
        return Outcome.POSTED if wechat_refunds.hear(notice.refund) else Outcome.DUPLICATE
    if notice.trade is None:  # nothing of ours
        return Outcome.RECORDED
    return Outcome.POSTED if payment_orders.hear(notice.trade, wechat=wiring.wechat_pay()) else Outcome.DUPLICATE
