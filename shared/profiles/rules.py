"""What may be published of a school, and what can happen to a change of it."""

from collections.abc import Mapping
from datetime import date

from shared.kernel import errors
from shared.profiles.model import ChangeStatus, Kind, ProfileChange

MOST_REASON = 200
MOST_ITEMS = 100
"""Items of one kind: all that is published of a school is one item of the table, which takes 400 KB."""

_OPEN = (ChangeStatus.DRAFT, ChangeStatus.RETURNED)


class ChangeNotOpen(errors.Conflict):
    code = "profile_change_not_open"
    zh = "该变更已提交或已审核，不能再修改；如需调整请另提一次变更。"
    en = "The change is submitted or decided and can't be changed any more. Make another one."


class ChangeNotSubmitted(errors.Conflict):
    code = "profile_change_not_submitted"
    zh = "该变更不在待审核状态。"
    en = "The change doesn't wait for a review."


class EditedMeanwhile(errors.Conflict):
    code = "edited_meanwhile"
    zh = "该内容刚刚被他人修改，请重新读取后再试。"
    en = "It was changed in the meantime. Read it again and try again."


class ValidityBackwards(errors.Invalid):
    code = "validity_backwards"
    zh = "有效期止 {valid_to} 早于有效期起 {valid_from}。"
    en = "It ends on {valid_to}, before it begins on {valid_from}."


class AlreadyExpired(errors.Invalid):
    code = "already_expired"
    zh = "有效期规则：有效期止 {value}，不得早于今日 {limit}。"
    en = "Validity: the last day is {value}, and may not be before today, {limit}."


class ServingTeacher(errors.Invalid):
    code = "serving_school_teacher"
    zh = "教师规则：{value} 为在职中小学教师；在职中小学教师不得在培训机构任教（限额 0 名）。"
    en = "Teachers: {value} serves at a public school; of such teachers a school may have 0."


class TooManyItems(errors.Conflict):
    code = "too_many_profile_items"
    zh = "公示数量规则：该类已公示 {value} 项，最多 {limit} 项。"
    en = "{value} items of this kind are published, and {limit} at most."


class ReturnReasonNeeded(errors.Invalid):
    code = "return_reason_needed"
    zh = "退回须说明理由，不超过200字。"
    en = "Give the reason for the return, in at most 200 characters."


def check_content(kind: Kind, content: Mapping[str, str], *, today: date) -> None:
    """What the school says of an item. Raises ValidityBackwards, AlreadyExpired, ServingTeacher."""
    valid_from, valid_to = content.get("valid_from", ""), content.get("valid_to", "")
    if valid_from and valid_to < valid_from:
        raise ValidityBackwards(pointer="/item/valid_to", valid_from=valid_from, valid_to=valid_to)
    if valid_to and date.fromisoformat(valid_to) < today:
        raise AlreadyExpired(pointer="/item/valid_to", value=valid_to, limit=today.isoformat())
    if kind is Kind.TEACHER and content.get("serves_public_school") == "yes":
        raise ServingTeacher(pointer="/item/serves_public_school", value=content["name"])


def check_open(change: ProfileChange, *, edits: int) -> None:
    """Whether the school may edit or submit it. Raises ChangeNotOpen, EditedMeanwhile."""
    if change.status not in _OPEN:
        raise ChangeNotOpen()
    if change.edits != edits:
        raise EditedMeanwhile()


def check_submitted(change: ProfileChange, *, edits: int) -> None:
    """Whether the bureau may decide on what it saw. Raises ChangeNotSubmitted, EditedMeanwhile."""
    if change.status is not ChangeStatus.SUBMITTED:
        raise ChangeNotSubmitted()
    if change.edits != edits:
        raise EditedMeanwhile()


def check_room(published: int) -> None:
    """Whether one more item of a kind can be published. Raises TooManyItems."""
    if published >= MOST_ITEMS:
        raise TooManyItems(value=published, limit=MOST_ITEMS)


def check_reason(reason: str) -> str:
    """The reason of a return, without space around it. Raises ReturnReasonNeeded."""
    told = reason.strip()
    if not told or len(told) > MOST_REASON:
        raise ReturnReasonNeeded(pointer="/reason")
    return told
