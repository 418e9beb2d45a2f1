"""What the API says of enrolments, their money and their lessons."""

from datetime import date

from functions.api.views import View, money
from functions.edge.contract import Money
from shared.funds import model as funds
from shared.funds.model import Unmarked
from shared.institutions import model as institutions
from shared.kernel import clock
from shared.teaching import model as teaching

Terms = dict[str, str | int]


class PaymentInstruction(View):
    """How to pay: transfer `amount` to the supervised account and quote `reference` in the remittance text."""

    bank_name: str
    account_name: str
    account_no: str
    amount: Money
    reference: str
    pay_before: str


class EnrolmentView(View):
    """An enrolment and its money. `interest` is all that was credited, `interest_held` what is held of it."""

    enrolment_id: str
    institution_id: str
    institution_name: str
    course_id: str
    course_title: str
    offering_id: str
    class_name: str
    student_id: str
    status: str
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
    """`in_suspense`: what was paid over the price, until the bureau returns it or gives it to another enrolment."""

    in_suspense: Money
    terms: Terms
    payment: PaymentInstruction | None


class EntryView(View):
    kind: str
    reference: str
    legs_fen: dict[str, int]
    booked_at: str
    effective_on: date
    reason: str
    version: int


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


class LessonView(LessonState):
    """A lesson of the timetable: marked; or `scheduled`, `refunded`, `cancelled`, where no teacher has marked it."""

    ends_at: str


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


def enrolment(account: funds.EnrolmentAccount, terms: Terms) -> EnrolmentView:
    return EnrolmentView.model_validate(_enrolment_facts(account, terms))


def enrolment_with_terms(
    account: funds.EnrolmentAccount, terms: Terms, school: institutions.Institution, *, in_suspense_fen: int
) -> EnrolmentWithTerms:
    payment = PaymentInstruction(
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
        }
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
    )


def lesson(session: teaching.Session, marked: teaching.Lesson | None, unmarked: Unmarked) -> LessonView:
    return LessonView(
        session_id=session.session_id,
        number=session.number,
        starts_at=clock.shown(session.starts_at),
        ends_at=clock.shown(session.ends_at),
        status=marked.status.value if marked else unmarked.value,
        outcome=marked.outcome.value if marked else None,
        confirm_by=marked.confirm_by if marked else None,
        deadline_assumed=marked.deadline_assumed if marked else False,
        dispute_reason=(marked.dispute_reason or None) if marked else None,
    )


def session(one: teaching.Session) -> SessionView:
    return SessionView(
        session_id=one.session_id,
        number=one.number,
        starts_at=clock.shown(one.starts_at),
        ends_at=clock.shown(one.ends_at),
        teacher_id=one.teacher_id,
    )
