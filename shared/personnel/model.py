"""Persons who teach, as far as several schools have to do with them, known by their qualifications' numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.ids import CampusId, CourseId, InstitutionId, OfferingId, SessionId, TeacherId


class ListName(StrEnum):
    """The lists that keep a person from teaching at a school."""

    BLACKLIST = "blacklist"
    SERVING = "serving"


LIST_NAMES: Mapping[ListName, tuple[str, str]] = {
    ListName.BLACKLIST: ("从业人员黑名单", "Personnel blacklist"),
    ListName.SERVING: ("在职中小学教师名册", "Serving public-school teachers"),
}


class ChangeKind(StrEnum):
    """What happened to a person's being on a list."""

    LISTED = "listed"
    REMOVED = "removed"


@dataclass(frozen=True)
class Listing:
    """That a person is on a list since a moment, through the business day `until` (None: no end).

    `approved_by` is empty where nobody had to: the list of serving teachers is another authority's.
    """

    name: str
    reason: str
    evidence: str
    since: datetime
    until: date | None
    proposed_by: str
    approved_by: str

    def holds_on(self, day: date) -> bool:
        """Whether it still holds on a business day."""
        return self.until is None or day <= self.until


@dataclass(frozen=True)
class Publication:
    """That a school publishes her as its teacher."""

    institution_id: InstitutionId
    teacher_id: TeacherId


@dataclass(frozen=True)
class Person:
    """Which lists she is on and which schools publish her.

    `changes` counts what happened to her listings, `version` every write: a write holds only for the version it read.
    """

    number: str
    blacklisting: Listing | None = None
    serving: Listing | None = None
    published: tuple[Publication, ...] = ()
    changes: int = 0
    version: int = 0

    def listing(self, on: ListName) -> Listing | None:
        """Her place on a list."""
        return self.blacklisting if on is ListName.BLACKLIST else self.serving

    @property
    def listed_since(self) -> datetime | None:
        """When she was put on the list that she came on last, None of who is on none."""
        moments = [one.since for one in (self.blacklisting, self.serving) if one]
        return max(moments, default=None)

    def barred_by(self, day: date) -> tuple[ListName, ...]:
        """The lists that keep her from teaching on a business day."""
        found = [(name, self.listing(name)) for name in ListName]
        return tuple(name for name, listing in found if listing is not None and listing.holds_on(day))


@dataclass(frozen=True)
class PersonChange:
    """One change of a person's listings, the `nth` of hers: the listing as it began, or as it ended."""

    number: str
    nth: int
    kind: ChangeKind
    on: ListName
    listing: Listing
    reason: str
    proposed_by: str
    approved_by: str
    at: datetime


@dataclass(frozen=True)
class Presence:
    """That a session was taught by her, as its school says. The period is half-open; `place` is for people to read."""

    number: str
    session_id: SessionId
    institution_id: InstitutionId
    campus_id: CampusId
    place: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class ClassHours:
    """When a class that a school published with her meets: each time half-open, in order."""

    institution_id: InstitutionId
    teacher_id: TeacherId
    course_id: CourseId
    offering_id: OfferingId
    times: tuple[tuple[datetime, datetime], ...]

    @property
    def ends_at(self) -> datetime:
        """When the last of them is over."""
        return self.times[-1][1]


@dataclass(frozen=True)
class Hours:
    """A person's hours (任课时间): the classes that schools published with her and that aren't over.

    Whether a class still is on sale or taught, the mall knows. `version` counts every write.
    """

    number: str
    classes: tuple[ClassHours, ...] = ()
    version: int = 0


@dataclass(frozen=True)
class ServingLine:
    """One line of the list of serving teachers: her name, the number of her qualification (normal)."""

    name: str
    number: str


@dataclass(frozen=True)
class Import:
    """One file of serving teachers that was taken over. `done` of its `lines` are written, `added` of them are new.

    `published`: so many of the new ones were published by a school at that moment.
    """

    import_id: str
    file_name: str
    by: str
    at: datetime
    lines: int
    done: int = 0
    added: int = 0
    published: int = 0
