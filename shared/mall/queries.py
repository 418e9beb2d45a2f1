"""What others may ask of the mall: the reads of the store, and the comparison."""

from collections.abc import Sequence

from shared.kernel import errors
from shared.kernel.ids import CourseId
from shared.mall import model, store
from shared.mall.store import (
    find_campus,
    get_classes,
    get_course,
    get_courses,
    get_published_terms,
    get_terms,
    get_terms_of,
    list_courses_of_category,
    list_courses_of_institution,
    list_schools_of_category,
    teachers_taken,
)

__all__ = [
    "compare",
    "find_campus",
    "get_classes",
    "get_course",
    "get_courses",
    "get_published_terms",
    "get_terms",
    "get_terms_of",
    "list_courses_of_category",
    "list_courses_of_institution",
    "list_schools_of_category",
    "teachers_taken",
]


class CompareTwoToFour(errors.Invalid):
    code = "compare_two_to_four"
    zh = "请选择2至4门不同的课程进行比较。"
    en = "Choose two to four different courses to compare."


def compare(*, course_ids: Sequence[CourseId]) -> list[model.CourseWithOfferings]:
    """Two to four courses side by side, in the order asked for. Raises CompareTwoToFour, UnknownCourse."""
    if not 2 <= len(set(course_ids)) == len(course_ids) <= 4:
        raise CompareTwoToFour(pointer="/courses")
    return [store.get_course(course_id) for course_id in course_ids]
