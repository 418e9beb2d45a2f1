"""The charge rules (收费规定), checked before every sale. Each refusal names the value and the limit.

The limits and their sources are in `shared/policy/policy.toml`.
"""

import calendar
import hashlib
import json
from collections.abc import Sequence
from datetime import date

from shared.kernel import errors, money
from shared.mall import compliance
from shared.mall.compliance import Result
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


class NoGuestSeat(errors.Conflict):
    code = "no_seat_to_make_up"
    zh = "该班没有空余座位，不能在此补课。"
    en = "The class has no seat left to make up for a lesson in."


class UnknownCategory(errors.Missing):
    code = "unknown_category"
    zh = "没有这个课程类别。"
    en = "There is no such category."


def check_category(code: str) -> None:
    """Raises UnknownCategory."""
    if code not in {category.code for category in CATEGORIES}:
        raise UnknownCategory()


def check_sale(
    *,
    course: Course,
    offering: Offering,
    terms_hash: str,
    has: Sequence[OpenEnrolment],
    policy: Policy,
    today: date,
) -> None:
    """Whether this class may be sold to a student who `has` open enrolments, today; a seat apart (`seat_result`).

    Raises the first refusal of what `sale_results` finds.
    """
    found = sale_results(course=course, offering=offering, terms_hash=terms_hash, has=has, policy=policy, today=today)
    compliance.require_first(found)


def sale_results(
    *,
    course: Course,
    offering: Offering,
    terms_hash: str,
    has: Sequence[OpenEnrolment],
    policy: Policy,
    today: date,
) -> list[Result]:
    """Every rule of a sale to a student who `has` open enrolments, today, each with what it found.

    Sources: charge span and amount (rule), earliness (rule, Shandong), no splitting (practice).
    """
    on_sale = course.status is Status.PUBLISHED and offering.status is Status.PUBLISHED
    same = terms_hash == offering.terms_hash
    return [
        Result(NotOnSale.code, offering.status.value, Status.PUBLISHED.value, None if on_sale else NotOnSale()),
        Result(
            TermsChanged.code, terms_hash, offering.terms_hash, None if same else TermsChanged(pointer="/terms_hash")
        ),
        *_charge(course, offering, policy),
        *_time(offering, policy, today),
        *_outstanding(course, offering, has, policy),
    ]


def seat_result(offering: Offering, *, offered: bool) -> Result:
    """Whether a seat is free for everybody, or `offered` to this student."""
    free = 1 if offered else offering.seats_free
    return Result(SoldOut.code, str(free), "1", SoldOut() if free < 1 else None)


def _charge(course: Course, offering: Offering, policy: Policy) -> list[Result]:
    lessons, limit = course.lessons, policy.max_lessons
    amount, most = money.text(course.price_fen), money.text(policy.max_amount_fen)
    first, last = offering.starts_on, offering.ends_on
    longest = months_after(first, policy.max_months)
    too_long = SpanTooLong(first=first, last=last, limit=policy.max_months) if last > longest else None
    too_high = ChargeTooHigh(amount=amount, limit=most) if course.price_fen > policy.max_amount_fen else None
    too_many = TooManyLessons(lessons=lessons, limit=limit) if lessons > limit else None
    return [
        Result(TooManyLessons.code, str(lessons), str(limit), too_many),
        Result(ChargeTooHigh.code, amount, most, too_high),
        Result(SpanTooLong.code, str(last), str(longest), too_long),
    ]


def _time(offering: Offering, policy: Policy, today: date) -> list[Result]:
    starts_on = offering.starts_on
    earliest = months_after(starts_on, -policy.earliest_months_before_start)
    early = TooEarly(starts_on=starts_on, earliest=earliest) if today < earliest else None
    late = AlreadyStarted(starts_on=starts_on) if today > starts_on else None
    return [
        Result(TooEarly.code, str(today), str(earliest), early),
        Result(AlreadyStarted.code, str(today), str(starts_on), late),
    ]


def _outstanding(course: Course, offering: Offering, has: Sequence[OpenEnrolment], policy: Policy) -> list[Result]:
    here = sum(one.offering_id == offering.offering_id for one in has)
    left, least = sum(one.lessons_left for one in has if one.course_id == course.course_id), policy.renewal_lessons_left
    outstanding = sum(one.lessons_left for one in has if one.category == course.category)
    together, limit = outstanding + course.lessons, policy.max_lessons
    split = SplitCharge(outstanding=outstanding, lessons=course.lessons, limit=limit) if together > limit else None
    return [
        Result(AlreadyEnrolled.code, str(here), "0", AlreadyEnrolled() if here else None),
        Result(
            RenewalTooEarly.code,
            str(left),
            str(least),
            RenewalTooEarly(left=left, limit=least) if left > least else None,
        ),
        Result(SplitCharge.code, str(together), str(limit), split),
    ]


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or earlier if less than none; the month's last where it has no such day."""
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
