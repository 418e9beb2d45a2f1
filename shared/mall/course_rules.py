"""The rules on a course that is to be published. Pure; their numbers and words are policy, with their sources."""

from collections.abc import Iterable, Sequence

from shared.kernel import errors, money
from shared.mall.compliance import Result, result
from shared.mall.model import SUBJECTS, CourseFacts
from shared.mall.sheet_model import ClassSheet, SchoolFacts
from shared.policy import course_words
from shared.policy.model import Policy


class CourseLessons(errors.Invalid):
    code = "course_lessons"
    zh = "收费课时规则：一次性收费 {value} 课时，上限 {limit} 课时。"
    en = "Charge span: {value} lessons in one charge; the limit is {limit}."


class CoursePrice(errors.Invalid):
    code = "course_price"
    zh = "收费金额规则：一次性收费 {value}，上限 {limit}。"
    en = "Charge amount: {value} in one charge; the limit is {limit}."


class RefundWindow(errors.Invalid):
    code = "full_refund_window"
    zh = "退费期规则：开课前 {value} 日以前提出方可全额退费，不得早于开课前 {limit} 日。"
    en = "Refund window: all is given back only {value} days before the start; it may be no more than {limit} days."


class AgesBackwards(errors.Invalid):
    code = "ages_backwards"
    zh = "适龄规则：年龄上限 {value} 岁，不得小于下限 {limit} 岁。"
    en = "Ages: the highest age is {value}, and may not be under the lowest, {limit}."


class CategoryNotLicensed(errors.Invalid):
    code = "category_not_licensed"
    zh = "办学范围规则：课程类别为 {value}，许可范围为 {limit}。"
    en = "Licensed categories: the course's is {value}; the school's are {limit}."


class SubjectContent(errors.Invalid):
    code = "subject_content"
    zh = "学科内容规则：非学科类课程的文字含有“{value}”，允许 {limit} 处。"
    en = "Subject content: the text of a non-subject course says “{value}”; {limit} such words are allowed."


class PromisedResult(errors.Invalid):
    code = "promised_result"
    zh = "效果承诺规则：课程文字含有“{value}”，允许 {limit} 处。"
    en = "Promise of results: the text says “{value}”; {limit} such words are allowed."


class ClassDoesNotFit(errors.Invalid):
    code = "class_does_not_fit"
    zh = "课时一致规则：在售班级 {value} 的课表不是 {limit} 分钟；请先停售该班。"
    en = "Fit of classes: what is sold of {value} isn't {limit} minutes. Withdraw that class first."


ALL = (
    CourseLessons,
    CoursePrice,
    RefundWindow,
    AgesBackwards,
    CategoryNotLicensed,
    SubjectContent,
    PromisedResult,
    ClassDoesNotFit,
)


def check(
    course: CourseFacts, *, school: SchoolFacts, classes: Sequence[ClassSheet], policy: Policy
) -> tuple[Result, ...]:
    """Every rule's result on a course. `classes` are those of it that are on sale, with their timetables."""
    return (
        result(
            CourseLessons,
            ok=course.lessons <= policy.max_lessons,
            pointer="/lessons",
            value=course.lessons,
            limit=policy.max_lessons,
        ),
        result(
            CoursePrice,
            ok=course.price_fen <= policy.max_amount_fen,
            pointer="/price/amount_fen",
            value=money.text(course.price_fen),
            limit=money.text(policy.max_amount_fen),
        ),
        result(
            RefundWindow,
            ok=course.full_refund_days <= policy.full_refund_days_before_start,
            pointer="/full_refund_days",
            value=course.full_refund_days,
            limit=policy.full_refund_days_before_start,
        ),
        result(
            AgesBackwards,
            ok=course.age_from <= course.age_to,
            pointer="/age_to",
            value=course.age_to,
            limit=course.age_from,
        ),
        result(
            CategoryNotLicensed,
            ok=course.category in school.categories,
            pointer="/category",
            value=course.category,
            limit=", ".join(school.categories),
        ),
        *_words(course),
        _fit(course, classes),
    )


def _words(course: CourseFacts) -> Iterable[Result]:
    texts = {"/title": course.title, "/summary": course.summary, "/content": course.content}
    promising = {at: course_words.promising_words([text]) for at, text in texts.items()}
    subject = {at: course_words.subject_words([text]) for at, text in texts.items()}
    if course.category not in SUBJECTS:
        yield _found(SubjectContent, subject)
    yield _found(PromisedResult, promising)


def _found(kind: type[errors.Refusal], words: dict[str, list[str]]) -> Result:
    """The result of a list of words: the words that were found, and the pointer of the first text that has one."""
    each = dict.fromkeys(word for found in words.values() for word in found)
    first = next((at for at, found in words.items() if found), "/title")
    return result(kind, ok=not each, pointer=first, value="、".join(each) or "0", limit=0)


def _fit(course: CourseFacts, classes: Sequence[ClassSheet]) -> Result:
    """Whether every class on sale has the course's number of lessons, each so many minutes long."""
    odd = [
        sheet.published.name
        for sheet in classes
        if sheet.published is not None
        and (
            len(sheet.published.sessions) != course.lessons
            or any(one.minutes != course.minutes_per_lesson for one in sheet.published.sessions)
        )
    ]
    limit = f"{course.lessons} × {course.minutes_per_lesson}"
    return result(ClassDoesNotFit, ok=not odd, pointer="/lessons", value="、".join(odd) or limit, limit=limit)
