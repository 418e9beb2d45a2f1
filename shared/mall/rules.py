"""The charge rules (收费规定), checked before every sale. Each refusal names the value and the limit.

The limits and their sources are in `shared/policy/policy.toml`.
"""

import calendar
import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta

from shared.kernel import errors, money
from shared.mall.model import CATEGORIES, SUPERVISION, Course, Offering, OpenEnrolment, Period, Status
from shared.policy.model import Policy


class TooManyLessons(errors.Invalid):
    code = "charge_span_lessons"
    zh = "一次性收费 {lessons} 课时，超过上限 {limit} 课时。"
    en = "One charge for {lessons} lessons is over the limit of {limit}."


class SpanTooLong(errors.Invalid):
    code = "charge_span_months"
    zh = "课程从 {first} 到 {last}，超过一次性收费 {limit} 个月的时间跨度。"
    en = "From {first} to {last} is over the limit of {limit} months for one charge."


class ChargeTooHigh(errors.Invalid):
    code = "charge_amount"
    zh = "一次性收费 {amount}，超过上限 {limit}。"
    en = "One charge of {amount} is over the limit of {limit}."


class TooEarly(errors.Conflict):
    code = "charge_too_early"
    zh = "该班 {starts_on} 开课，{earliest} 起才可收费。"
    en = "The class starts on {starts_on}; it may be charged from {earliest} on."


class AlreadyStarted(errors.Conflict):
    code = "class_already_started"
    zh = "该班已于 {starts_on} 开课，不再接受报名。"
    en = "The class started on {starts_on} and takes no more enrolments."


class AlreadyEnrolled(errors.Conflict):
    code = "already_enrolled"
    zh = "该学员已报名这个班。"
    en = "The student is enrolled in this class already."


class RenewalTooEarly(errors.Conflict):
    code = "renewal_too_early"
    zh = "该课程还剩 {left} 课时，剩余不超过 {limit} 课时方可续费。"
    en = "{left} lessons of this course are left; a renewal needs {limit} or fewer."


class SplitCharge(errors.Conflict):
    code = "charge_split"
    zh = "该学员在此类别未消课时 {outstanding}，加上本次 {lessons}，超过上限 {limit}。"
    en = "{outstanding} lessons outstanding in this category plus {lessons} are over the limit of {limit}."


class TermsChanged(errors.Conflict):
    code = "terms_changed"
    zh = "课程信息刚刚更新，请核对最新价格和条款后再报名。"
    en = "The course has just changed. Read the new price and terms, then enrol again."


class NotOnSale(errors.Conflict):
    code = "class_not_on_sale"
    zh = "该班已停止招生。"
    en = "The class is withdrawn from sale."


class SoldOut(errors.Conflict):
    code = "class_sold_out"
    zh = "该班已满员。"
    en = "The class is sold out."


class UnknownCategory(errors.Missing):
    code = "unknown_category"
    zh = "没有这个课程类别。"
    en = "There is no such category."


def check_category(code: str) -> None:
    """Raises UnknownCategory."""
    if code not in {category.code for category in CATEGORIES}:
        raise UnknownCategory()


def _check_charge(course: Course, policy: Policy) -> None:
    if course.lessons > policy.max_lessons:
        raise TooManyLessons(lessons=course.lessons, limit=policy.max_lessons)
    if course.price_fen > policy.max_amount_fen:
        raise ChargeTooHigh(amount=money.text(course.price_fen), limit=money.text(policy.max_amount_fen))


def check_sale(
    *,
    course: Course,
    offering: Offering,
    terms_hash: str,
    has: Sequence[OpenEnrolment],
    policy: Policy,
    today: date,
) -> None:
    """Whether this class may be sold to a student who `has` open enrolments, today. Raises what is defined above.

    Sources: charge span and amount (rule), earliness (rule, Shandong), no splitting (practice).
    """
    if course.status is not Status.PUBLISHED or offering.status is not Status.PUBLISHED:
        raise NotOnSale()
    if terms_hash != offering.terms_hash:
        raise TermsChanged(pointer="/terms_hash")
    _check_charge(course, policy)
    if offering.ends_on > months_after(offering.starts_on, policy.max_months):
        raise SpanTooLong(first=offering.starts_on, last=offering.ends_on, limit=policy.max_months)
    earliest = offering.starts_on - timedelta(days=policy.earliest_days_before_start)
    if today < earliest:
        raise TooEarly(starts_on=offering.starts_on, earliest=earliest)
    if today > offering.starts_on:
        raise AlreadyStarted(starts_on=offering.starts_on)
    _check_open(course, offering, has, policy)


def _check_open(course: Course, offering: Offering, has: Sequence[OpenEnrolment], policy: Policy) -> None:
    if any(enrolment.offering_id == offering.offering_id for enrolment in has):
        raise AlreadyEnrolled()
    left = sum(enrolment.lessons_left for enrolment in has if enrolment.course_id == course.course_id)
    if left > policy.renewal_lessons_left:
        raise RenewalTooEarly(left=left, limit=policy.renewal_lessons_left)
    outstanding = sum(enrolment.lessons_left for enrolment in has if enrolment.category == course.category)
    if outstanding + course.lessons > policy.max_lessons:
        raise SplitCharge(outstanding=outstanding, lessons=course.lessons, limit=policy.max_lessons)


def months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def terms_text(course: Course, offering: Offering, sessions: Sequence[Period], institution_name: str) -> str:
    """The terms that a guardian accepts, as canonical JSON; its hash is what the sale quotes."""
    terms = {
        "institution": institution_name,
        "course": course.title,
        "category": course.category,
        "summary": course.summary,
        "content": course.content,
        "mode": course.mode.value,
        "age_from": course.age_from,
        "age_to": course.age_to,
        "full_refund_days": course.full_refund_days,
        "supervision": SUPERVISION,
        "price_fen": course.price_fen,
        "lessons": course.lessons,
        "minutes_per_lesson": course.minutes_per_lesson,
        "class": offering.name,
        "class_number": offering.number,
        "minimum_students": offering.minimum_students,
        "room": offering.room,
        "teacher": offering.teacher_name,
        "times": offering.times,
        "sessions": "、".join(f"{one.day} {one.weekly.starts:%H:%M}-{one.weekly.ends:%H:%M}" for one in sessions),
        "starts_on": offering.starts_on.isoformat(),
        "ends_on": offering.ends_on.isoformat(),
        "seats": offering.seats,
    }
    return json.dumps(terms, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def terms_hash(text: str) -> str:
    """The SHA-256 of the terms' text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
