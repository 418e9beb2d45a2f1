"""Reviews of the first school, written, weighed, hidden; reports of an offer to pay privately."""

from datetime import datetime
from typing import Any

from shared.kernel.ids import CourseId, EnrolmentId, FileId, GuardianId, ReportId
from shared.reviews import reports, usecases
from shared.reviews.model import Picture, Report, Review, Said, Stars
from shared.reviews.store import reviews
from tests.builders import COURSE, GUARDIAN, NOW, POLICY, SCHOOL, an_id

TEXT = "老师耐心，教室干净，收费清楚。"
FIVE = Stars(5, 5, 5, 5)
MIXED = Stars(4, 3, 2, 1)
REPORT = ReportId(an_id("ppr"))


def said(stars: Stars = FIVE, text: str = TEXT, *, pictures: int = 0) -> Said:
    """What a review says, with so many pictures."""
    files = (Picture(FileId(an_id("fil", number)), "照片.jpg") for number in range(1, pictures + 1))
    return Said(stars, text, tuple(files))


def a_review(number: int = 1, stars: Stars = FIVE, **changes: Any) -> Review:
    """The `number`-th enrolment's review, as rules see it."""
    enrolment_id = EnrolmentId(an_id("enr", number))
    told: dict[str, Any] = {
        "review_id": reviews.id_of(enrolment_id),
        "enrolment_id": enrolment_id,
        "institution_id": SCHOOL,
        "course_id": COURSE,
        "guardian_id": GuardianId(an_id("grd", number)),
        "author": "张**",
        "said": said(stars),
        "made_at": NOW,
    }
    return Review(**{**told, **changes})


def written(number: int = 1, stars: Stars = FIVE, *, now: datetime = NOW, **changes: Any) -> Review:
    """The `number`-th guardian reviews her enrolment."""
    told: dict[str, Any] = {
        "enrolment_id": EnrolmentId(an_id("enr", number)),
        "institution_id": SCHOOL,
        "course_id": CourseId(COURSE),
        "guardian_id": GuardianId(an_id("grd", number)),
        "author": "张**",
        "said": said(stars),
        "confirmed_lessons": 3,
        "policy": POLICY,
        "now": now,
    }
    return usecases.write(**{**told, **changes})


def hidden(review: Review, *, now: datetime = NOW) -> Review:
    """The bureau hides it."""
    return usecases.hide(
        review_id=review.review_id, version=review.version, reason="含有人身攻击", by="supervisor", now=now
    )


def reported(number: int = 1, *, by: str = GUARDIAN, now: datetime = NOW, **changes: Any) -> Report:
    """Somebody's `number`-th report of the first school."""
    told: dict[str, Any] = {
        "report_id": ReportId(an_id("ppr", number)),
        "institution_id": SCHOOL,
        "by": by,
        "anonymous": True,
        "text": "老师说直接转账可打八折，不走平台。",
        "pictures": (),
        "policy": POLICY,
        "now": now,
    }
    return reports.make(**{**told, **changes})
