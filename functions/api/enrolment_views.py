"""What the API says of enrolments, their money and their lessons."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from functions.api import absence_views, cover_views, enrolment_endings, opening_views
from functions.api.views import View, money
from functions.edge.contract import Money
from functions.edge.lessons import Line
from shared.funds import model as funds
from shared.funds.model import Unmarked
from shared.institutions import model as institutions
from shared.kernel import clock
from shared.payments import model as payments
from shared.teaching import model as teaching

Terms = dict[str, str | int]


class PaymentInstruction(View):
    """How to pay: transfer `amount` to the supervised account and quote `reference` in the remittance text; or, where
    `wechat_pay` is among the `methods`, by `POST /v1/enrolments/{enrolment_id}/wechat-payment`.
    """

    methods: list[Literal["bank_transfer", "wechat_pay"]]

    bank_name: str
    account_name: str
    account_no: str
    amount: Money
    reference: str
    pay_before: str


class WeChatPaymentView(View):
    """The newest order by WeChat: prepared, paid_unsettled, settled, closed or refunded; `note` says it in words.

    It is settled by the bank's deposit, and only that makes the enrolment active. `in_suspense` is what of the deposit
    couldn't be given to the enrolment, when it came.
    """

    out_trade_no: str
    status: str
    note: str
    amount: Money
    in_suspense: Money
    paid_at: str | None
    expected_by: date | None


class EnrolmentView(View):
    """An enrolment and its money. `interest` is all that was credited, `interest_held` what is held of it.

    `seat_held_until`: until when the seat is held for who hasn't paid yet; then the enrolment expires.
    """

    enrolment_id: str
    institution_id: str
    institution_name: str
    course_id: str
    course_title: str
    offering_id: str
    class_name: str
    student_id: str
    status: str
    seat_held_until: str | None
    price: Money
    paid: Money
    held: Money
    released: Money
    refund_pending: Money
    refunded: Money
    interest: Money
    interest_held: Money
    due: Money
    lessons: int
    lessons_released: int
    lessons_refunded: int
    starts_on: date
    made_at: str
    terms_hash: str
    policy_version: str


class EnrolmentWithTerms(EnrolmentView):
    """`in_suspense`: what was paid over the price, until the bureau returns it or gives it to another enrolment.

    `insurance` is there once the price is paid, `ending` once it is completed or its class is over. `opening`: whether
    its class opens.
    """

    in_suspense: Money
    terms: Terms
    payment: PaymentInstruction | None
    wechat_payment: WeChatPaymentView | None
    insurance: cover_views.InsuranceView | None
    ending: enrolment_endings.EndingView | None
    opening: opening_views.OpeningView | None


class EntryView(View):
    kind: str
    reference: str
    legs_fen: dict[str, int]
    booked_at: str
    effective_on: date
    reason: str
    version: int


class DisputeView(View):
    """A guardian's dispute: why, with the numbers of her pictures; what the school answers; how the bureau decides."""

    reason: str
    pictures: list[int]
    school_answer: str | None
    decision: Literal["upheld", "rejected"] | None
    decision_reason: str | None


class LessonState(View):
    """A lesson that is marked. `deadline_assumed`: no published calendar covers the days up to `confirm_by` yet."""

    session_id: str
    number: int
    starts_at: str
    status: str
    outcome: str | None
    confirm_by: date | None
    deadline_assumed: bool
    dispute_reason: str | None
    dispute: DisputeView | None


class LessonView(LessonState):
    """A lesson of the timetable: marked; or `scheduled`, `refunded`, `cancelled`, where no teacher has marked it.

    `leave`: a leave that stands. `make_up`: what the school offers where the lesson was missed. `makes_up_for`: the
    session that this one makes up for; `offering_id` is the class that it is of.
    """

    ends_at: str
    offering_id: str
    leave: absence_views.LeaveView | None
    make_up: absence_views.MakeUpView | None
    makes_up_for: str | None


class SessionView(View):
    session_id: str
    number: int
    starts_at: str
    ends_at: str
    teacher_id: str


def _enrolment_facts(account: funds.EnrolmentAccount, terms: Terms) -> dict[str, object]:
    return {
        "enrolment_id": account.enrolment_id,
        "institution_id": account.institution_id,
        "institution_name": terms["institution"],
        "course_id": account.course_id,
        "course_title": terms["course"],
        "offering_id": account.offering_id,
        "class_name": terms["class"],
        "student_id": account.student_id,
        "status": account.status.value,
        "seat_held_until": clock.shown(account.expires_at) if _unpaid(account) else None,
        "price": money(account.price_fen),
        "paid": money(account.paid_fen),
        "held": money(account.held_fen),
        "released": money(account.released_fen),
        "refund_pending": money(account.refund_pending_fen),
        "refunded": money(account.refunded_fen),
        "interest": money(account.interest_fen),
        "interest_held": money(account.interest_held_fen),
        "due": money(account.due_fen if account.status is not funds.EnrolmentStatus.EXPIRED else 0),
        "lessons": account.lessons,
        "lessons_released": account.lessons_released,
        "lessons_refunded": account.lessons_refunded,
        "starts_on": account.starts_on,
        "made_at": clock.shown(account.made_at),
        "terms_hash": account.terms_hash,
        "policy_version": account.policy_version,
    }


def _unpaid(account: funds.EnrolmentAccount) -> bool:
    return account.status is funds.EnrolmentStatus.AWAITING_DEPOSIT


def enrolment(account: funds.EnrolmentAccount, terms: Terms) -> EnrolmentView:
    return EnrolmentView.model_validate(_enrolment_facts(account, terms))


def enrolment_with_terms(
    account: funds.EnrolmentAccount,
    terms: Terms,
    school: institutions.Institution,
    *,
    in_suspense_fen: int,
    order: payments.PaymentOrder | None,
    offers_wechat: bool,
    language: str,
    insurance: cover_views.InsuranceView | None,
    ending: enrolment_endings.EndingView | None,
    opening: opening_views.OpeningView | None,
) -> EnrolmentWithTerms:
    by_wechat = offers_wechat and account.status is funds.EnrolmentStatus.AWAITING_DEPOSIT
    payment = PaymentInstruction(
        methods=["bank_transfer", "wechat_pay"] if by_wechat else ["bank_transfer"],
        bank_name=school.accounts.bank_name,
        account_name=school.name,
        account_no=account.account_no,
        amount=money(account.due_fen),
        reference=account.payment_reference,
        pay_before=clock.shown(account.expires_at),
    )
    return EnrolmentWithTerms.model_validate(
        {
            **_enrolment_facts(account, terms),
            "in_suspense": money(in_suspense_fen),
            "terms": terms,
            "payment": payment if account.owes else None,
            "wechat_payment": wechat_payment(order, language) if order else None,
            "insurance": insurance,
            "ending": ending,
            "opening": opening,
        }
    )


_NOTES: Mapping[payments.Status, tuple[str, str]] = {
    payments.Status.PREPARED: ("微信订单待支付。", "The WeChat order waits to be paid."),
    payments.Status.PAID_UNSETTLED: (
        "已用微信支付，等待银行入账；入账后报名生效。",
        "Paid by WeChat, waiting for the bank; the enrolment is active once the bank has posted it.",
    ),
    payments.Status.SETTLED: (
        "微信支付的款项已进入监管账户。",
        "What was paid by WeChat is in the supervised account.",
    ),
    payments.Status.CLOSED: ("微信订单已关闭，未支付。", "The WeChat order is closed; nothing was paid."),
    payments.Status.REFUNDED: ("微信支付已原路退款。", "WeChat has paid it back to where it came from."),
}
_IN_SUSPENSE = (
    "微信支付的款项已到监管账户，但报名已过期或金额多出，暂存待查款，由主管部门退回或转入报名。",
    "What was paid by WeChat has reached the supervised account, but the enrolment has expired or was paid: it lies in "
    "suspense until the bureau returns it or gives it to an enrolment.",
)


def wechat_payment(order: payments.PaymentOrder, language: str) -> WeChatPaymentView:
    note = _IN_SUSPENSE if order.suspense_fen else _NOTES[order.status]
    return WeChatPaymentView(
        out_trade_no=order.out_trade_no,
        status=order.status.value,
        note=note[language == "en"],
        amount=money(order.amount_fen),
        in_suspense=money(order.suspense_fen),
        paid_at=clock.shown(order.paid_at) if order.paid_at else None,
        expected_by=order.settle_by if order.status is payments.Status.PAID_UNSETTLED else None,
    )


def entry(one: funds.Entry) -> EntryView:
    return EntryView(
        kind=one.kind.value,
        reference=one.reference,
        legs_fen={state.value: amount for state, amount in one.legs.items()},
        booked_at=clock.shown(one.booked_at),
        effective_on=one.effective_on,
        reason=one.reason,
        version=one.version,
    )


def lesson_state(marked: teaching.Lesson) -> LessonState:
    return LessonState(
        session_id=marked.session_id,
        number=marked.number,
        starts_at=clock.shown(marked.starts_at),
        status=marked.status.value,
        outcome=marked.outcome.value,
        confirm_by=marked.confirm_by,
        deadline_assumed=marked.deadline_assumed,
        dispute_reason=marked.dispute_reason or None,
        dispute=dispute(marked),
    )


def dispute(marked: teaching.Lesson) -> DisputeView | None:
    """A lesson's dispute, None where there was none."""
    if not marked.dispute_reason:
        return None
    upheld = marked.status is teaching.LessonStatus.UPHELD
    return DisputeView(
        reason=marked.dispute_reason,
        pictures=list(range(1, len(marked.dispute_pictures) + 1)),
        school_answer=marked.school_answer or None,
        decision=None if not marked.decided_by else "upheld" if upheld else "rejected",
        decision_reason=marked.decision_reason or None,
    )


def lesson(line: Line, unmarked: Unmarked) -> LessonView:
    session, marked = line.session, line.lesson
    return LessonView(
        session_id=session.session_id,
        number=marked.number if marked else session.number,
        starts_at=clock.shown(session.starts_at),
        ends_at=clock.shown(session.ends_at),
        offering_id=session.offering_id,
        status=_status(line, unmarked),
        outcome=marked.outcome.value if marked else None,
        confirm_by=marked.confirm_by if marked else None,
        deadline_assumed=marked.deadline_assumed if marked else False,
        dispute_reason=(marked.dispute_reason or None) if marked else None,
        dispute=dispute(marked) if marked else None,
        leave=absence_views.leave(line.leave) if line.leave else None,
        make_up=absence_views.make_up(line.make_up) if line.make_up else None,
        makes_up_for=line.makes_up_for,
    )


def _status(line: Line, unmarked: Unmarked) -> str:
    if line.lesson is not None:
        return line.lesson.status.value
    off = line.session.cancelled and unmarked is Unmarked.SCHEDULED
    return Unmarked.CANCELLED.value if off else unmarked.value


def session(one: teaching.Session) -> SessionView:
    return SessionView(
        session_id=one.session_id,
        number=one.number,
        starts_at=clock.shown(one.starts_at),
        ends_at=clock.shown(one.ends_at),
        teacher_id=one.teacher_id,
    )
