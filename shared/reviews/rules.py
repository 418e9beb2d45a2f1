"""Who may review, reply, report and decide, and what may be said. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.kernel import errors
from shared.policy.model import Policy
from shared.reviews.model import MOST_STARS, Dimension, Picture, Report, ReportStatus, Review, Said

LEAST_TEXT, MOST_TEXT = 10, 1000
MOST_REASON = 200


class TooFewLessons(errors.Conflict):
    code = "review_too_few_lessons"
    zh = "已确认 {value} 课时，满 {limit} 课时方可评价。"
    en = "{value} lessons are confirmed; a review needs {limit}."


class AlreadyReviewed(errors.Conflict):
    code = "already_reviewed"
    zh = "这笔报名已评价过，一笔报名只评价一次；可在期限内修改。"
    en = "This enrolment is reviewed already. There is one review for each; it can be edited for a time."


class EditOver(errors.Conflict):
    code = "review_edit_over"
    zh = "评价发表满 {limit} 日后不能修改。"
    en = "A review can be edited for {limit} days."


class ReviewChanged(errors.Conflict):
    code = "review_changed"
    zh = "该评价刚刚有变化，请重新读取后再试。"
    en = "The review has changed in the meantime. Read it again and try again."


class StarsWrong(errors.Invalid):
    code = "review_stars_wrong"
    zh = "每一维度须为1至5星的整数。"
    en = "Each dimension has 1 to 5 whole stars."


class TextWrong(errors.Invalid):
    code = "review_text_wrong"
    zh = "文字须为 {least} 至 {most} 字，现为 {value} 字。"
    en = "The text has {value} characters; it needs {least} to {most}."


class TooManyPictures(errors.Invalid):
    code = "too_many_pictures"
    zh = "图片 {value} 张，至多 {limit} 张，且不得重复。"
    en = "There are {value} pictures; {limit} at most, each once."


class AlreadyReported(errors.Conflict):
    code = "review_already_reported"
    zh = "该评价已举报过；评价修改后可再次举报。"
    en = "The review is reported already; it can be reported again once it was edited."


class ReviewHidden(errors.Conflict):
    code = "review_hidden"
    zh = "该评价已隐藏。"
    en = "The review is hidden."


class NotHidden(errors.Conflict):
    code = "review_not_hidden"
    zh = "该评价没有隐藏。"
    en = "The review isn't hidden."


class NothingToKeep(errors.Conflict):
    code = "review_not_waiting"
    zh = "该评价不在待处理之列。"
    en = "The review doesn't wait for anybody."


class NotWeighedDown(errors.Conflict):
    code = "review_not_weighed_down"
    zh = "该评价没有被降低权重。"
    en = "The review counts in full already."


class ReasonNeeded(errors.Invalid):
    code = "review_reason_needed"
    zh = "请写明理由（至多{most}字）。"
    en = "Give the reason, in at most {most} characters."


class ReportOver(errors.Conflict):
    code = "private_payment_report_decided"
    zh = "该举报已有结论，或已在核查。"
    en = "The report is decided already, or is being looked at."


class TooManyReports(errors.Limited):
    code = "too_many_private_payment_reports"
    zh = "每人每日至多举报 {limit} 次，请明日再试。"
    en = "A person may report {limit} times a day. Try again tomorrow."


def check_said(said: Said, policy: Policy) -> Said:
    """What a review may say; its text trimmed. Raises StarsWrong, TextWrong, TooManyPictures."""
    for dimension in Dimension:
        if not 1 <= said.stars.of(dimension) <= MOST_STARS:
            raise StarsWrong(pointer=f"/stars/{dimension}")
    check_pictures(said.pictures, policy)
    return Said(said.stars, check_text(said.text), said.pictures)


def check_text(text: str, *, least: int = LEAST_TEXT) -> str:
    """A text of `least` to MOST_TEXT characters, trimmed. Raises TextWrong."""
    told = text.strip()
    if not least <= len(told) <= MOST_TEXT:
        raise TextWrong(pointer="/text", value=len(told), least=least, most=MOST_TEXT)
    return told


def check_pictures(pictures: Sequence[Picture], policy: Policy) -> None:
    """Raises TooManyPictures."""
    unique = len({picture.file_id for picture in pictures})
    if len(pictures) > policy.review_pictures_most or unique < len(pictures):
        raise TooManyPictures(pointer="/pictures", value=len(pictures), limit=policy.review_pictures_most)


def check_lessons(confirmed: int, policy: Policy) -> None:
    """Raises TooFewLessons. `confirmed`: by the guardian or by silence, whether paid out since or not."""
    if confirmed < policy.review_lessons_least:
        raise TooFewLessons(value=confirmed, limit=policy.review_lessons_least)


def check_editable(review: Review, policy: Policy, now: datetime) -> None:
    """Raises EditOver from the policy's days after it was first written on."""
    if now >= editable_until(review, policy):
        raise EditOver(limit=policy.review_edit_days)


def editable_until(review: Review, policy: Policy) -> datetime:
    """The moment from which on a review can't be edited any more."""
    return review.made_at + timedelta(days=policy.review_edit_days)


def check_complaint(review: Review, reason: str) -> str:
    """Whether the school may report it; the reason, trimmed. Raises ReviewHidden, AlreadyReported, ReasonNeeded."""
    if review.hidden:
        raise ReviewHidden()
    told = review.complaint
    if told is not None and (review.edited_at is None or review.edited_at <= told.at):
        raise AlreadyReported()
    return check_reason(reason)


def check_reason(reason: str) -> str:
    """A reason, trimmed. Raises ReasonNeeded."""
    told = reason.strip()
    if not told or len(told) > MOST_REASON:
        raise ReasonNeeded(pointer="/reason", most=MOST_REASON)
    return told


_NEXT = {
    ReportStatus.NEW: {ReportStatus.LOOKED_AT, ReportStatus.UPHELD, ReportStatus.DISMISSED},
    ReportStatus.LOOKED_AT: {ReportStatus.UPHELD, ReportStatus.DISMISSED},
    ReportStatus.UPHELD: set(),
    ReportStatus.DISMISSED: set(),
}


def open_steps(report: Report) -> set[ReportStatus]:
    """What a report may come to next; nothing once it is decided."""
    return _NEXT[report.status]


def check_step(report: Report, becomes: ReportStatus, reason: str) -> str:
    """Whether a report comes to that status; the reason, trimmed. Raises ReportOver, ReasonNeeded."""
    if becomes not in open_steps(report):
        raise ReportOver()
    return check_reason(reason)
