"""What may be done with a sheet, in which state of it."""

from shared.kernel import errors
from shared.mall.model import ClassPlan, CourseFacts, Status
from shared.mall.sheet_model import ClassSheet, CourseSheet

MOST_REASON = 200
MOST_CLASSES = 30
"""Classes of a course on sale at once: what changes the terms of all of them is one transaction of 100 items."""
MOST_SESSIONS = 80
"""Sessions of a class: they are published with it, in one transaction of 100 items."""


class EditedMeanwhile(errors.Conflict):
    code = "edited_meanwhile"
    zh = "该内容刚刚被他人修改，请重新读取后再试。"
    en = "It was changed in the meantime. Read it again and try again."


class InReview(errors.Conflict):
    code = "course_in_review"
    zh = "已提交审核，审核结束前不能修改。"
    en = "It waits for the review and can't be changed before that is over."


class NothingToSubmit(errors.Conflict):
    code = "nothing_to_submit"
    zh = "没有待提交的修改。"
    en = "There is no draft of it to submit."


class NotInReview(errors.Conflict):
    code = "course_not_in_review"
    zh = "该内容不在待审核状态。"
    en = "It doesn't wait for a review."


class NotPublished(errors.Conflict):
    code = "course_not_published"
    zh = "该课程或班级当前不在售。"
    en = "The course or class isn't on sale."


class NotWithdrawn(errors.Conflict):
    code = "course_not_withdrawn"
    zh = "该课程或班级不在停售状态。"
    en = "The course or class isn't withdrawn."


class CategoryFixed(errors.Invalid):
    code = "category_fixed"
    zh = "课程发布后类别不能修改，请另建课程。"
    en = "The category of a published course stays. Make another course."


class TooManyClasses(errors.Conflict):
    code = "too_many_classes"
    zh = "班级数量规则：该课程在售班级 {value} 个，最多 {limit} 个。"
    en = "Number of classes: {value} of the course are on sale, and {limit} at most."


class ReturnReasonNeeded(errors.Invalid):
    code = "return_reason_needed"
    zh = "退回须说明理由，不超过200字。"
    en = "Give the reason for the return, in at most 200 characters."


def check_edit(sheet: CourseSheet | ClassSheet, facts: CourseFacts | ClassPlan, *, edits: int) -> None:
    """Whether the school may write it anew. Raises InReview, EditedMeanwhile, CategoryFixed."""
    if sheet.open is Status.IN_REVIEW:
        raise InReview()
    check_edits(sheet, edits)
    was = sheet.published
    if isinstance(was, CourseFacts) and isinstance(facts, CourseFacts) and was.category != facts.category:
        raise CategoryFixed(pointer="/category")


def check_submit(sheet: CourseSheet | ClassSheet, *, edits: int) -> None:
    """Whether the school may submit it. Raises InReview, NothingToSubmit, EditedMeanwhile."""
    if sheet.open is Status.IN_REVIEW:
        raise InReview()
    if sheet.open is None:
        raise NothingToSubmit()
    check_edits(sheet, edits)


def check_decide(sheet: CourseSheet | ClassSheet, *, edits: int) -> None:
    """Whether the bureau may decide on what it saw. Raises NotInReview, EditedMeanwhile."""
    if sheet.open is not Status.IN_REVIEW:
        raise NotInReview()
    check_edits(sheet, edits)


def check_withdraw(sheet: CourseSheet | ClassSheet, *, edits: int) -> None:
    """Whether it may be taken off sale. Raises NotPublished, EditedMeanwhile."""
    if sheet.sale is not Status.PUBLISHED:
        raise NotPublished()
    check_edits(sheet, edits)


def check_republish(sheet: CourseSheet | ClassSheet, *, edits: int) -> None:
    """Whether it may come back on sale. Raises NotWithdrawn, EditedMeanwhile."""
    if sheet.sale is not Status.WITHDRAWN:
        raise NotWithdrawn()
    check_edits(sheet, edits)


def check_edits(sheet: CourseSheet | ClassSheet, edits: int) -> None:
    """Raises EditedMeanwhile when it isn't the edit that was seen any more."""
    if sheet.edits != edits:
        raise EditedMeanwhile()


def check_reason(reason: str) -> str:
    """The reason of a return, without space around it. Raises ReturnReasonNeeded."""
    told = reason.strip()
    if not told or len(told) > MOST_REASON:
        raise ReturnReasonNeeded(pointer="/reason")
    return told
