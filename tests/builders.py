"""Examples of what the district knows, whole and right until a test says otherwise: `an_enrolment(paid_fen=500)`.

All names and numbers are invented. Nothing here is stored; `tests/steps.py` puts things on file.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from stdnum.cn import uscc

from events import facts
from shared.funds import minimum_model as minimums
from shared.funds import model as funds
from shared.funds import payout_model, refund_model
from shared.funds.usecases import MinimumBalanceAccount, TuitionAccount
from shared.institutions import model as institutions
from shared.kernel import errors
from shared.kernel.ids import (
    CampusId,
    CourseId,
    EnrolmentId,
    GuardianId,
    InstitutionId,
    ItemId,
    OfferingId,
    SessionId,
    StudentId,
    TeacherId,
)
from shared.kernel.money import Fen
from shared.mall import model as mall
from shared.policy import file
from shared.teaching import model as teaching
from shared.terminations import model as terminations


class AnExample(errors.Conflict):
    """A refusal of nothing in particular."""

    code = "an_example"
    zh = "示例。"
    en = "An example."


NOW = datetime(2026, 9, 1, 2, tzinfo=UTC)  # Tuesday, 10:00 in Shanghai
TODAY = date(2026, 9, 1)
POLICY = file.first()


def an_id(prefix: str, number: int = 1) -> str:
    """The id of the `number`-th example of its kind."""
    return f"{prefix}_{number:026d}"


SCHOOL = InstitutionId(an_id("ins"))
COURSE = CourseId(an_id("crs"))
OFFERING = OfferingId(an_id("off"))
ENROLMENT = EnrolmentId(an_id("enr"))
GUARDIAN = GuardianId(an_id("grd"))
STUDENT = StudentId(an_id("stu"))
SESSION = SessionId(an_id("ses"))
TEACHER = TeacherId(an_id("tch"))
ROOM = ItemId(an_id("itm"))
TUITION_NO = "8000000011"
MINIMUM_NO = "8000000012"
PAYOUT_NO = "8000000013"


def a_school(number: int = 1, **changes: Any) -> institutions.Institution:
    """The `number`-th licensed school, with accounts of its own."""
    base = f"91370305MA3C{number:05d}"
    told: dict[str, Any] = {
        "institution_id": InstitutionId(an_id("ins", number)),
        "name": f"淄博市临淄区星河舞蹈培训学校第{number}分校有限公司",
        "short_name": f"星河舞蹈{number:04d}",
        "credit_code": base + uscc.calc_check_digit(base),
        "licence_no": f"3703057{number:06d}",
        "licence_valid_to": date(2027, 12, 31),
        "legal_representative": "齐示例",
        "phone": "13800000000",
        "size": "small",
        "categories": ("dance",),
        "accounts": institutions.Accounts(
            "中国银行临淄支行", f"80000{number:04d}1", f"80000{number:04d}2", f"80000{number:04d}3"
        ),
        "campuses": (institutions.Campus(CampusId(an_id("cmp", number)), "校本部", "临淄区示例路1号", "05330000000"),),
        "teachers": (institutions.Teacher(TEACHER, "鲁示例", "舞蹈", "教师资格证", "20263700000000001"),),
    }
    return institutions.Institution(**{**told, **changes})


def a_course(**changes: Any) -> mall.Course:
    """A course of 48 lessons for 2,880 yuan."""
    told: dict[str, Any] = {
        "course_id": COURSE,
        "institution_id": SCHOOL,
        "title": "少儿中国舞基础",
        "category": "dance",
        "summary": "身韵与基本功，不含学科内容。",
        "content": "基本功训练、身韵组合与成品舞。",
        "mode": mall.Mode.ON_SITE,
        "age_from": 6,
        "age_to": 9,
        "price_fen": Fen(288_000),
        "lessons": 48,
        "minutes_per_lesson": 60,
        "full_refund_days": 5,
    }
    return mall.Course(**{**told, **changes})


def a_class(**changes: Any) -> mall.Offering:
    """A class that starts in six days and ends within three months."""
    told: dict[str, Any] = {
        "offering_id": OFFERING,
        "course_id": COURSE,
        "institution_id": SCHOOL,
        "number": "DANCE-2026-01",
        "name": "周六上午一班",
        "campus_id": CampusId(an_id("cmp")),
        "room_id": ROOM,
        "room": "二楼201室",
        "teacher_id": TEACHER,
        "teacher_name": "鲁示例",
        "weekly": (mall.WeeklyTime(6, time(9), time(10)),),
        "starts_on": date(2026, 9, 7),
        "ends_on": date(2026, 11, 30),
        "seats": 30,
        "minimum_students": 5,
        "seats_left": 30,
        "terms_hash": "a" * 64,
    }
    return mall.Offering(**{**told, **changes})


def an_open_enrolment(number: int = 9, **changes: Any) -> mall.OpenEnrolment:
    """What the mall knows of an enrolment that the student has: another course's, in another category."""
    told: dict[str, Any] = {
        "enrolment_id": EnrolmentId(an_id("enr", number)),
        "course_id": CourseId(an_id("crs", number)),
        "offering_id": OfferingId(an_id("off", number)),
        "category": "art",
        "lessons_left": 10,
    }
    return mall.OpenEnrolment(**{**told, **changes})


def an_enrolment(paid_fen: int = 0, **changes: Any) -> funds.EnrolmentAccount:
    """An enrolment of three lessons for 1,000 fen; active once that is paid."""
    price = changes.get("price_fen", 1000)
    released = changes.get("released_fen", 0)
    told: dict[str, Any] = {
        "enrolment_id": ENROLMENT,
        "institution_id": SCHOOL,
        "course_id": COURSE,
        "offering_id": OFFERING,
        "guardian_id": GUARDIAN,
        "student_id": STUDENT,
        "category": "dance",
        "account_no": TUITION_NO,
        "terms_hash": "a" * 64,
        "policy_version": POLICY.version,
        "price_fen": Fen(1000),
        "lessons": 3,
        "starts_on": date(2026, 9, 7),
        "made_at": NOW,
        "expires_at": NOW + timedelta(hours=72),
        "status": funds.EnrolmentStatus.ACTIVE if paid_fen == price else funds.EnrolmentStatus.AWAITING_DEPOSIT,
        "paid_fen": Fen(paid_fen),
        "held_fen": Fen(paid_fen - released),
    }
    return funds.EnrolmentAccount(**{**told, **changes})


def an_enrolment_made(number: int = 1, **changes: Any) -> facts.EnrolmentMade:
    """The fact of the `number`-th enrolment: three lessons for 1,000 fen, to be paid within 72 hours."""
    told: dict[str, Any] = {
        "enrolment_id": EnrolmentId(an_id("enr", number)),
        "institution_id": SCHOOL,
        "course_id": COURSE,
        "offering_id": OFFERING,
        "guardian_id": GuardianId(an_id("grd", number)),
        "student_id": StudentId(an_id("stu", number)),
        "category": "dance",
        "price_fen": Fen(1000),
        "lessons": 3,
        "account_no": TUITION_NO,
        "terms_hash": "a" * 64,
        "policy_version": POLICY.version,
        "starts_on": date(2026, 9, 7),
        "made_at": NOW,
        "expires_at": NOW + timedelta(hours=72),
    }
    return facts.EnrolmentMade(**{**told, **changes})


def a_deposit(amount_fen: int = 1000, **changes: Any) -> facts.DepositPosted:
    """Money for the first enrolment, into the first school's tuition account."""
    told: dict[str, Any] = {
        "bank_reference": "BK000001",
        "account_no": TUITION_NO,
        "amount_fen": Fen(amount_fen),
        "remittance": f"学费 {ENROLMENT.removeprefix('enr_')}",
        "payer_name": "示例家长",
        "payer_account_no": "6222000000000001",
        "booked_at": NOW,
    }
    return facts.DepositPosted(**{**told, **changes})


def a_reversal(amount_fen: int = 1000, **changes: Any) -> facts.DepositReversed:
    """The bank takes a deposit back out of the first school's tuition account."""
    told: dict[str, Any] = {
        "bank_reference": "BKV000001",
        "original_reference": "BK000001",
        "account_no": TUITION_NO,
        "amount_fen": Fen(amount_fen),
        "reason": "付款人撤销",
        "booked_at": NOW,
    }
    return facts.DepositReversed(**{**told, **changes})


def a_withdrawal(amount_fen: int = 1000, **changes: Any) -> facts.WithdrawalPosted:
    """Money that left the first school's tuition account without an instruction."""
    told: dict[str, Any] = {
        "bank_reference": "BK000901",
        "account_no": TUITION_NO,
        "amount_fen": Fen(amount_fen),
        "counterparty": "某公司",
        "purpose": "往来款",
        "booked_at": NOW,
    }
    return facts.WithdrawalPosted(**{**told, **changes})


def a_confirmed_lesson(number: int = 1, **changes: Any) -> facts.LessonConfirmed:
    """The fact of the first enrolment's `number`-th lesson, confirmed by the guardian."""
    told: dict[str, Any] = {
        "enrolment_id": ENROLMENT,
        "session_id": SessionId(an_id("ses", number)),
        "institution_id": SCHOOL,
        "confirmed_at": NOW,
        "automatic": False,
    }
    return facts.LessonConfirmed(**{**told, **changes})


def a_settlement(payout: payout_model.Payout, **changes: Any) -> facts.PayoutSettled:
    """The bank's word that a payout is paid."""
    told: dict[str, Any] = {
        "payout_id": payout.payout_id,
        "bank_reference": f"BKS{payout.number:05d}",
        "account_no": payout.from_account_no,
        "amount_fen": payout.amount_fen,
        "booked_at": NOW,
    }
    return facts.PayoutSettled(**{**told, **changes})


def a_part(payout: payout_model.Payout, amount_fen: int, **changes: Any) -> facts.PayoutPartlySettled:
    """The bank's word that a part of a payout is paid."""
    told: dict[str, Any] = {
        "payout_id": payout.payout_id,
        "bank_reference": f"BKP{amount_fen:05d}",
        "account_no": payout.from_account_no,
        "amount_fen": Fen(amount_fen),
        "booked_at": NOW,
    }
    return facts.PayoutPartlySettled(**{**told, **changes})


def a_recall(payout: payout_model.Payout, **changes: Any) -> facts.PayoutRecalled:
    """The bank's word that a payout never left."""
    told: dict[str, Any] = {
        "payout_id": payout.payout_id,
        "account_no": payout.from_account_no,
        "amount_fen": payout.amount_fen,
        "booked_at": NOW,
    }
    return facts.PayoutRecalled(**{**told, **changes})


def a_payout_return(payout: payout_model.Payout, **changes: Any) -> facts.PayoutReturned:
    """The school's account has sent a payout back."""
    told: dict[str, Any] = {
        "payout_id": payout.payout_id,
        "bank_reference": f"BKB{payout.number:05d}",
        "account_no": payout.from_account_no,
        "amount_fen": payout.amount_fen,
        "reason": "账户已冻结",
        "booked_at": NOW,
    }
    return facts.PayoutReturned(**{**told, **changes})


def a_refund_paid(payment: refund_model.RefundPayment, **changes: Any) -> facts.RefundPaid:
    """The bank's word that a payment of a refund is made."""
    told: dict[str, Any] = {
        "payment_id": payment.payment_id,
        "bank_reference": f"BKR{payment.payment_id[-4:]}",
        "account_no": payment.from_account_no,
        "amount_fen": payment.amount_fen,
        "booked_at": NOW,
    }
    return facts.RefundPaid(**{**told, **changes})


def a_refund_failed(payment: refund_model.RefundPayment, **changes: Any) -> facts.RefundFailed:
    """The bank's word that a payment of a refund could not be made."""
    told: dict[str, Any] = {
        "payment_id": payment.payment_id,
        "account_no": payment.from_account_no,
        "amount_fen": payment.amount_fen,
        "reason": "收款账户已销户",
        "booked_at": NOW,
    }
    return facts.RefundFailed(**{**told, **changes})


def interest_posted(amount_fen: int = 100, **changes: Any) -> facts.InterestPosted:
    """The bank's word that it has credited interest on the first school's tuition account, through 20 September."""
    told: dict[str, Any] = {
        "bank_reference": "BKI00001",
        "account_no": TUITION_NO,
        "amount_fen": Fen(amount_fen),
        "period_from": date(2026, 6, 21),
        "period_to": date(2026, 9, 20),
        "booked_at": datetime(2026, 9, 20, 16, 30, tzinfo=UTC),
    }
    return facts.InterestPosted(**{**told, **changes})


def a_return(purpose: str, amount_fen: int) -> terminations.Return:
    """What a notice lets the bank return from an account of the first school."""
    account_no = MINIMUM_NO if purpose == "minimum_balance" else TUITION_NO
    return terminations.Return(purpose, account_no, Fen(amount_fen))


def a_termination_failed(notice: terminations.Notice, place: int, **changes: Any) -> facts.TerminationFailed:
    """The bank couldn't return what one of a notice's accounts held."""
    one = notice.returns[place]
    told: dict[str, Any] = {
        "notice_no": notice.number,
        "account_no": one.account_no,
        "amount_fen": one.amount_fen,
        "reason": "收款账户已销户",
        "booked_at": NOW,
    }
    return facts.TerminationFailed(**{**told, **changes})


def a_termination_paid(notice: terminations.Notice, place: int, **changes: Any) -> facts.TerminationPaid:
    """The bank's word that it has returned what a notice says of one of its accounts."""
    one = notice.returns[place]
    told: dict[str, Any] = {
        "notice_no": notice.number,
        "signature": notice.signature,
        "bank_reference": f"BKT{place:05d}",
        "account_no": one.account_no,
        "amount_fen": one.amount_fen,
        "booked_at": NOW,
    }
    return facts.TerminationPaid(**{**told, **changes})


def a_failure(payout: payout_model.Payout, **changes: Any) -> facts.PayoutFailed:
    """The bank's word that a payout could not be paid."""
    told: dict[str, Any] = {
        "payout_id": payout.payout_id,
        "account_no": payout.from_account_no,
        "amount_fen": payout.amount_fen,
        "reason": "收款账户状态异常",
        "booked_at": NOW,
    }
    return facts.PayoutFailed(**{**told, **changes})


def a_movement(legs: Mapping[str, int], **changes: Any) -> facts.MoneyMoved:
    """The fact of an entry with these legs."""
    told: dict[str, Any] = {
        "entry_key": "bank#BK000001/entry",
        "kind": "deposit",
        "institution_id": SCHOOL,
        "account_no": TUITION_NO,
        "legs": dict(legs),
        "reference": "BK000001",
        "reason": "",
        "booked_at": NOW,
    }
    return facts.MoneyMoved(**{**told, **changes})


def a_session(number: int = 1, **changes: Any) -> teaching.Session:
    """The class's `number`-th session: an hour that ended an hour before NOW."""
    told: dict[str, Any] = {
        "session_id": SessionId(an_id("ses", number)),
        "offering_id": OFFERING,
        "course_id": COURSE,
        "institution_id": SCHOOL,
        "teacher_id": TEACHER,
        "number": number,
        "starts_at": NOW - timedelta(hours=2),
        "ends_at": NOW - timedelta(hours=1),
    }
    return teaching.Session(**{**told, **changes})


def a_pupil(number: int = 1, *, active: bool = True) -> teaching.Pupil:
    """The `number`-th enrolment as the class's roster has it."""
    return teaching.Pupil(EnrolmentId(an_id("enr", number)), GuardianId(an_id("grd", number)), active)


def a_tuition_account(number: int = 1) -> TuitionAccount:
    """The `number`-th school's tuition account."""
    school = a_school(number)
    return TuitionAccount(school.accounts.tuition_account_no, school.institution_id)


def a_minimum_account(number: int = 1) -> MinimumBalanceAccount:
    """The `number`-th school's minimum-balance account."""
    school = a_school(number)
    return MinimumBalanceAccount(school.accounts.minimum_balance_account_no, school.institution_id)


def a_formula(floor_fen: int = 10_000, **changes: Any) -> minimums.Formula:
    """How the first school's requirement comes about: by its size alone, 100 yuan."""
    told: dict[str, Any] = {
        "size": "small",
        "floor_fen": Fen(floor_fen),
        "receipts_fen": Fen(0),
        "percent": 20,
        "first_month": "",
        "last_month": "",
        "policy_version": POLICY.version,
    }
    return minimums.Formula(**{**told, **changes})


def a_withdrawal_paid(withdrawal: minimums.Withdrawal, **changes: Any) -> facts.MinimumWithdrawalPaid:
    """The bank's word that a withdrawal from a minimum balance is paid."""
    told: dict[str, Any] = {
        "withdrawal_id": withdrawal.withdrawal_id,
        "bank_reference": f"BKW{withdrawal.number:05d}",
        "account_no": withdrawal.from_account_no,
        "amount_fen": withdrawal.amount_fen,
        "booked_at": NOW,
    }
    return facts.MinimumWithdrawalPaid(**{**told, **changes})


def a_withdrawal_failed(withdrawal: minimums.Withdrawal, **changes: Any) -> facts.MinimumWithdrawalFailed:
    """The bank's word that a withdrawal from a minimum balance could not be paid."""
    told: dict[str, Any] = {
        "withdrawal_id": withdrawal.withdrawal_id,
        "account_no": withdrawal.from_account_no,
        "amount_fen": withdrawal.amount_fen,
        "reason": "收款账户状态异常",
        "booked_at": NOW,
    }
    return facts.MinimumWithdrawalFailed(**{**told, **changes})
