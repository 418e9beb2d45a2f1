"""What the mall is searched by (检索卡): a small card each of what is on sale, kept whole in each process. Pure.

A course's card is written when it is published, a class's when that is, a school's with each of them. `readings`: the
text in pinyin, made once, when the card is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from shared.kernel.ids import CampusId, CourseId, InstitutionId, OfferingId
from shared.kernel.money import Fen
from shared.kernel.position import Position
from shared.kernel.text import plain
from shared.mall import wording
from shared.mall.model import CATEGORIES, Mode, WeeklyTime
from shared.mall.wording import Spoken

_CATEGORIES = {one.code: plain(one.zh + one.en) for one in CATEGORIES}


@dataclass(frozen=True)
class CourseCard:
    """What is searched of a course."""

    course_id: CourseId
    institution_id: InstitutionId
    title: str
    category: str
    summary: str
    mode: Mode
    age_from: int
    age_to: int
    price_fen: Fen
    lesson_fen: Fen
    hour_fen: Fen
    readings: str
    rating_hundredths: int | None = None

    @cached_property
    def texts(self) -> tuple[str, str, str]:
        """Title, category and summary, as words are looked for in them."""
        return plain(self.title), _CATEGORIES.get(self.category, ""), plain(self.summary)

    @cached_property
    def spoken(self) -> tuple[Spoken, ...]:
        """How its title is read."""
        return wording.spoken(self.readings)


@dataclass(frozen=True)
class ClassCard:
    """What is searched of a class."""

    course_id: CourseId
    offering_id: OfferingId
    name: str
    campus_id: CampusId
    teacher_name: str
    weekly: tuple[WeeklyTime, ...]
    starts_on: date
    readings: str

    @cached_property
    def texts(self) -> tuple[str, str]:
        """Teacher and name, as words are looked for in them."""
        return plain(self.teacher_name), plain(self.name)

    @cached_property
    def spoken(self) -> tuple[Spoken, ...]:
        """How its teacher is read."""
        return wording.spoken(self.readings)


@dataclass(frozen=True)
class Place:
    """Where a campus is; empty and None where nobody has told it."""

    street: str
    address: str
    position: Position | None

    @cached_property
    def texts(self) -> tuple[str, str]:
        """Street and address, as a street is looked for in them."""
        return plain(self.street), plain(self.address)


@dataclass(frozen=True)
class SchoolCard:
    """What is searched of a school."""

    institution_id: InstitutionId
    name: str
    short_name: str
    places: Mapping[CampusId, Place]
    readings: str

    @cached_property
    def texts(self) -> tuple[str, str]:
        """Both names, as words are looked for in them."""
        return plain(self.short_name), plain(self.name)

    @cached_property
    def spoken(self) -> tuple[Spoken, ...]:
        """How its names are read."""
        return wording.spoken(self.readings)


Card = CourseCard | ClassCard | SchoolCard


@dataclass(frozen=True)
class OnSale:
    """A course that is on sale, with its classes, the first to start first, and its school."""

    course: CourseCard
    classes: tuple[ClassCard, ...]
    school: SchoolCard


@dataclass(frozen=True)
class Catalogue:
    """All cards, by the keys that they are kept under."""

    cards: Mapping[str, Card] = field(default_factory=dict)

    def changed(self, told: Mapping[str, Card | None]) -> "Catalogue":
        """The catalogue with some cards as they are now; None: taken away. Itself, where they are as they were."""
        if all(self.cards.get(key) == card for key, card in told.items()):
            return self
        cards = {**self.cards, **told}
        return Catalogue({key: card for key, card in cards.items() if card is not None})

    @cached_property
    def on_sale(self) -> tuple[OnSale, ...]:
        """The courses of which there are a class and the school."""
        classes: dict[CourseId, list[ClassCard]] = {}
        schools: dict[InstitutionId, SchoolCard] = {}
        courses: list[CourseCard] = []
        for card in self.cards.values():
            if isinstance(card, ClassCard):
                classes.setdefault(card.course_id, []).append(card)
            elif isinstance(card, SchoolCard):
                schools[card.institution_id] = card
            else:
                courses.append(card)
        return tuple(
            OnSale(one, tuple(sorted(of, key=lambda each: (each.starts_on, each.offering_id))), school)
            for one in courses
            if (of := classes.get(one.course_id)) and (school := schools.get(one.institution_id))
        )
