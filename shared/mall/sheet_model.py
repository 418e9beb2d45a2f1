"""What a school writes down of a course or a class (课程单、班级单), and what of the school it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from shared.kernel.ids import CampusId, CourseId, InstitutionId, ItemId, OfferingId, TeacherId
from shared.mall.model import ClassPlan, CourseFacts, Period, Status

F = TypeVar("F", CourseFacts, ClassPlan)


@dataclass(frozen=True)
class Sheet(Generic[F]):
    """A course, or a class of it (`offering_id`): the newest `facts`, and those that are `published`.

    `sale` is None before it was ever published, then published or withdrawn. `open` says how far the newest facts are
    on their way to being published: draft, in_review; None where they are those that are published. `edits` counts
    what was written of it; an edit, a submission, a decision names the number that it was made for. `version` counts
    what was published, `reason` is that of the bureau's last return.
    """

    institution_id: InstitutionId
    course_id: CourseId
    offering_id: OfferingId | None
    facts: F
    made_by: str
    made_at: datetime
    open: Status | None = Status.DRAFT
    sale: Status | None = None
    published: F | None = None
    version: int = 0
    edits: int = 1
    submitted_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""

    @property
    def status(self) -> Status:
        """draft → in_review → published ⇄ withdrawn: what it is sold as, or how far it is until it is sold."""
        return self.sale or self.open or Status.DRAFT

    @property
    def item_id(self) -> CourseId | OfferingId:
        """The id of what it is of."""
        return self.offering_id or self.course_id


CourseSheet = Sheet[CourseFacts]
ClassSheet = Sheet[ClassPlan]


@dataclass(frozen=True)
class Version(Generic[F]):
    """What was published of a course or a class, for ever: who accepted it, and when."""

    number: int
    facts: F
    submitted_at: datetime
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True)
class PublishedTeacher:
    """A teacher who is published at the school; `valid_to`: the qualification's last day, None where it has none.

    `elsewhere`: when she teaches at other schools, as far as that is in the way of the class that is asked about.
    """

    name: str
    valid_to: date | None
    elsewhere: tuple[Period, ...] = ()


@dataclass(frozen=True)
class PublishedRoom:
    """A room that is published of the school, in whole square metres."""

    caption: str
    area_m2: int


@dataclass(frozen=True)
class PublishedCampus:
    """A campus of the school: street and position (shared/kernel/position.py), each empty where nobody told it."""

    street: str
    address: str
    position: str


@dataclass(frozen=True)
class SchoolFacts:
    """What is published of the school, as far as courses are held against it; its classes' `extra` sessions to come."""

    institution_id: InstitutionId
    name: str
    short_name: str
    categories: tuple[str, ...]
    campuses: Mapping[CampusId, PublishedCampus]
    teachers: Mapping[TeacherId, PublishedTeacher]
    rooms: Mapping[ItemId, PublishedRoom]
    extra: Mapping[OfferingId, tuple[Period, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """What another class of the school takes: its teacher and its room, at its sessions."""

    name: str
    teacher_id: TeacherId
    room_id: ItemId
    sessions: tuple[Period, ...]
