"""The facts of a course or a class, field by field, beside those that are published."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.console import course_words, words
from shared.institutions.model import Institution
from shared.kernel import money
from shared.mall.model import ClassPlan, CourseFacts, weekly_times


@dataclass(frozen=True)
class Fact:
    """One field: what it is called, what it is to be, what is published (None while nothing is)."""

    named: str
    told: str
    published: str | None

    @property
    def changed(self) -> bool:
        """Whether it is another than what is published."""
        return self.published is not None and self.published != self.told


def of_course(facts: CourseFacts, published: CourseFacts | None, *, language: str) -> list[Fact]:
    """A course's facts."""
    return _facts(
        course_words.COURSE_FIELDS,
        _course(facts, language),
        _course(published, language) if published else None,
        language,
    )


def of_class(plan: ClassPlan, published: ClassPlan | None, school: Institution, *, language: str) -> list[Fact]:
    """A class's facts, with its school's names for campus, room and teacher."""
    return _facts(
        course_words.CLASS_FIELDS,
        _class(plan, school),
        _class(published, school) if published else None,
        language,
    )


def _facts(
    fields: Mapping[str, tuple[str, str]], told: Mapping[str, str], published: Mapping[str, str] | None, language: str
) -> list[Fact]:
    return [
        Fact(_word(named, language), told[name], published[name] if published else None)
        for name, named in fields.items()
    ]


def _course(facts: CourseFacts, language: str) -> dict[str, str]:
    return {
        **{name: str(value) for name, value in vars(facts).items()},
        "category": _word(words.CATEGORY_NAMES[facts.category], language),
        "mode": _word(course_words.MODES[facts.mode], language),
        "ages": f"{facts.age_from}–{facts.age_to}",
        "price_fen": money.text(facts.price_fen),
        "lesson_fen": money.text(facts.lesson_fen),
    }


def _class(plan: ClassPlan, school: Institution) -> dict[str, str]:
    campuses: dict[str, str] = {one.campus_id: one.name for one in school.campuses}
    rooms: dict[str, str] = {one.item_id: f"{one.caption} · {one.area_m2} m²" for one in school.rooms}
    teachers: dict[str, str] = {one.teacher_id: one.name for one in school.teachers}
    return {
        **{name: str(value) for name, value in vars(plan).items()},
        "campus_id": campuses.get(plan.campus_id, plan.campus_id),
        "room_id": rooms.get(plan.room_id, plan.room_id or "–"),
        "teacher_id": teachers.get(plan.teacher_id, plan.teacher_id),
        "weekly": "、".join(map(str, weekly_times(plan.sessions))),
        "dates": f"{plan.starts_on} – {plan.ends_on}",
        "sessions": f"{len(plan.sessions)} × {plan.sessions[0].minutes:g}′: "
        + " ".join(f"{one.day:%m-%d}" for one in plan.sessions),
    }


def _word(both: tuple[str, str], language: str) -> str:
    return both[1] if language == "en" else both[0]
