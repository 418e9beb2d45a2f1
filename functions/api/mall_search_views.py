"""What the API says of courses that were found."""

from collections.abc import Sequence
from datetime import date

from functions.api import mall_views
from functions.api.mall_views import CourseCard, OfferingView
from functions.api.review_views import RatingOnCard
from functions.api.views import View
from shared.institutions import model as institutions
from shared.mall import model as mall
from shared.mall.search import Found

MOST_CLASSES = 3


class FoundClass(OfferingView):
    """A class, with the street of its campus; empty where nobody has told it."""

    street: str


class FoundCourse(CourseCard):
    """A course that is as asked for, with the first three of its classes that are: `classes_found` of them.

    `distance_m`: metres to the nearest of them; None where no place was asked for or nobody knows its position.
    """

    summary: str
    institution_name: str
    distance_m: int | None
    classes_found: int
    classes: list[FoundClass]


class WithoutView(View):
    """How many courses there would be if one thing weren't asked for, by the name of its parameter."""

    parameter: str
    courses: int


class NothingFound(View):
    """Why nothing was found, and what to give up, to find more."""

    reason: str
    without: list[WithoutView]


class FoundCourses(View):
    """One page. It may be short, or empty, while there is a `next_cursor`: full classes were passed over.

    `nothing`: where there is nothing at all.
    """

    data: list[FoundCourse]
    next_cursor: str | None
    nothing: NothingFound | None


_FULL = (
    "符合条件的课程目前已满员或暂不招生。",
    "What is as you ask is full, or its school takes on nobody at the moment.",
)
_NONE = ("没有符合全部条件的课程。", "No course is all that you ask for.")
_PARAMETERS = {"text": "q"}


def found_course(
    found: Found,
    course: mall.Course,
    classes: Sequence[mall.Offering],
    school: institutions.Institution,
    rating: RatingOnCard,
    today: date,
) -> FoundCourse:
    """A course as it is shown; those of its classes that are full stand last."""
    streets = {campus.campus_id: campus.street for campus in school.campuses}
    in_order = sorted(classes, key=lambda one: one.seats_free == 0)[:MOST_CLASSES]
    return FoundCourse(
        **vars(mall_views.course_card(course, rating)),
        summary=course.summary,
        institution_name=school.name,
        distance_m=found.metres,
        classes_found=len(classes),
        classes=[
            FoundClass(**vars(mall_views.offering(one, today)), street=streets.get(one.campus_id, ""))
            for one in in_order
        ],
    )


def nothing_found(without: Sequence[tuple[str, int]], *, full: bool, english: bool) -> NothingFound:
    """What is said to who finds nothing."""
    return NothingFound(
        reason=(_FULL if full else _NONE)[english],
        without=[WithoutView(parameter=_PARAMETERS.get(name, name), courses=count) for name, count in without],
    )
