"""Whether an enrolment may be transferred to a class. Pure. The rules of a sale hold, but for those on a charge."""

from collections.abc import Sequence

from shared.kernel import errors, money
from shared.kernel.clock import SHANGHAI
from shared.mall import rules
from shared.mall.model import Course, Offering, Status
from shared.mall.transfer_model import Busy, Moving, Slot, Transfer


class NotTransferable(errors.Conflict):
    code = "transfer_not_taught"
    zh = "该报名未缴清、已结束或正在退费，不能转班。"
    en = "The enrolment isn't paid, is over or is being refunded; it can't be transferred."


class SameClass(errors.Conflict):
    code = "transfer_same_class"
    zh = "该学员就在这个班。"
    en = "The student is in this class."


class OtherCategory(errors.Conflict):
    code = "transfer_other_category"
    zh = "只能转到同一类别的班；请退费后另行报名。"
    en = "A transfer stays within the category. Ask for a refund, then enrol."


class PriceDiffers(errors.Conflict):
    code = "transfer_price_differs"
    zh = "原合同 {price}、{lessons} 课时，该班 {new_price}、{new_lessons} 课时，价款不同不能转班；请退费后另行报名。"
    en = (
        "The contract is {lessons} lessons for {price}, this class {new_lessons} for {new_price}: what is left would "
        "cost otherwise. Ask for a refund, then enrol."
    )


class NothingToMove(errors.Conflict):
    code = "transfer_nothing_left"
    zh = "原班没有未上的课，不能转班。"
    en = "No session of the class is to come; there is nothing to transfer."


class DoesNotFit(errors.Conflict):
    code = "transfer_does_not_fit"
    zh = "还有 {lessons} 课时未上，该班只剩 {sessions} 次课。"
    en = "{lessons} lessons are to come, and {sessions} sessions of this class are left."


class ChildBusy(errors.Conflict):
    code = "transfer_child_busy"
    zh = "该学员 {at} 在另一个班上课，时间冲突。"
    en = "At {at} the student is taught in another class."


class NotInsured(errors.Conflict):
    code = "transfer_not_insured"
    zh = "该学员的意外险到 {until}，该班上到 {ends_on}。"
    en = "The student's accident cover is through {until}, and the class goes on until {ends_on}."


class TransferOpen(errors.Conflict):
    code = "transfer_open"
    zh = "该报名已有一件转班待答复。"
    en = "A transfer of this enrolment waits for an answer already."


class TransferMovedOn(errors.Conflict):
    code = "transfer_moved_on"
    zh = "该转班现为“{status}”状态，不能这样办理。"
    en = "The transfer is {status}; this can't be done to it."


class OthersToAccept(errors.Conflict):
    code = "transfer_others_to_accept"
    zh = "转班须由另一方同意；提出的一方只能撤回。"
    en = "The other side accepts a transfer; who began it can only withdraw it."


ALL = (
    NotTransferable,
    SameClass,
    OtherCategory,
    PriceDiffers,
    NothingToMove,
    DoesNotFit,
    ChildBusy,
    NotInsured,
    rules.NotOnSale,
    rules.TermsChanged,
    rules.AlreadyEnrolled,
    rules.SoldOut,
)


def first_session(
    moving: Moving,
    *,
    course: Course,
    offering: Offering,
    terms_hash: str,
    enrolled: bool,
    left: Sequence[Slot],
    busy: Sequence[Busy],
) -> int:
    """From which session of the class on an enrolment is taught there: its last ones, as many as are to come.

    `enrolled`: the student has another enrolment in the class. `left`: its sessions that haven't begun, in order.
    `busy`: when the child is taught otherwise. Raises what is in `ALL`.
    """
    _check_contract(moving, course, offering)
    _check_seat(course, offering, terms_hash=terms_hash, enrolled=enrolled)
    if not moving.to_come:
        raise NothingToMove()
    if len(left) < moving.to_come:
        raise DoesNotFit(lessons=moving.to_come, sessions=len(left))
    mine = left[-moving.to_come :]
    for one in busy:
        if any(one.starts_at < slot.ends_at and slot.starts_at < one.ends_at for slot in mine):
            raise ChildBusy(at=f"{one.starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    if moving.insured_until is not None and moving.insured_until < offering.ends_on:
        raise NotInsured(until=moving.insured_until, ends_on=offering.ends_on)
    return mine[0].number


def _check_contract(moving: Moving, course: Course, offering: Offering) -> None:
    """The same price for the same lessons: then what is left costs the same, and no money moves."""
    if not moving.taught or moving.refund_open:
        raise NotTransferable()
    if offering.offering_id == moving.offering_id:
        raise SameClass()
    if course.category != moving.category:
        raise OtherCategory()
    if (course.price_fen, course.lessons) != (moving.price_fen, moving.lessons):
        raise PriceDiffers(
            price=money.text(moving.price_fen),
            lessons=moving.lessons,
            new_price=money.text(course.price_fen),
            new_lessons=course.lessons,
        )


def _check_seat(course: Course, offering: Offering, *, terms_hash: str, enrolled: bool) -> None:
    if course.status is not Status.PUBLISHED or offering.status is not Status.PUBLISHED:
        raise rules.NotOnSale()
    if terms_hash != offering.terms_hash:
        raise rules.TermsChanged(pointer="/terms_hash")
    if enrolled:
        raise rules.AlreadyEnrolled()
    if offering.seats_free < 1:
        raise rules.SoldOut()


def check_answer(transfer: Transfer, *, accept: bool, by_guardian: bool) -> None:
    """Whether this side may accept it, or say no to it. Raises TransferMovedOn, OthersToAccept."""
    if not transfer.open:
        raise TransferMovedOn(status=transfer.status.value)
    if accept and by_guardian == (transfer.opened_by == transfer.guardian_id):
        raise OthersToAccept()
