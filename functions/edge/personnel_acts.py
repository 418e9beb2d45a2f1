"""What is done to persons who teach, together with what it goes with: an approval, what a school publishes."""

from collections.abc import Sequence
from datetime import date, datetime

from shared.dynamo import transaction
from shared.dynamo.transaction import Part
from shared.institutions.model import Institution, Teacher
from shared.kernel.ids import InstitutionId
from shared.personnel import hours, rules, store, usecases
from shared.personnel.model import ListName


def blacklist(
    *,
    number: str,
    name: str,
    reason: str,
    evidence: str,
    until: date | None,
    proposed_by: str,
    approved_by: str,
    now: datetime,
    also: Sequence[Part],
) -> None:
    """Put a person on the blacklist. Raises what `usecases.blacklisting` refuses, what `also` refuses, Unavailable."""

    def act() -> None:
        parts = usecases.blacklisting(
            person=store.get(number),
            name=name,
            reason=reason,
            evidence=evidence,
            until=until,
            proposed_by=proposed_by,
            approved_by=approved_by,
            now=now,
        )
        transaction.commit([*also, *parts])

    transaction.retried(act)


def take_off(
    *,
    number: str,
    on: ListName,
    reason: str,
    proposed_by: str,
    approved_by: str,
    now: datetime,
    also: Sequence[Part],
) -> None:
    """Take a person off a list. Raises PersonNotListed, what `also` refuses, Unavailable."""

    def act() -> None:
        parts = usecases.removing(
            person=store.get(number),
            on=on,
            reason=reason,
            proposed_by=proposed_by,
            approved_by=approved_by,
            now=now,
        )
        transaction.commit([*also, *parts])

    transaction.retried(act)


def publication_parts(
    institution_id: InstitutionId, *, was: Teacher | None, becomes: Teacher | None, now: datetime
) -> list[Part]:
    """The parts that hold a publication of a teacher to the lists, and note which school publishes whom.

    Raises TeacherBlacklisted, TeacherServesPublicSchool, QualificationNoWrong; the commit LostRace.
    """
    gone = rules.normal_number(was.qualification_no) if was else None
    come = rules.normal_number(becomes.qualification_no) if becomes else None
    persons = store.get_many([number for number in (gone, come) if number])
    parts = []
    if was and gone and gone != come:
        parts.append(
            usecases.unpublishing(person=persons[gone], institution_id=institution_id, teacher_id=was.teacher_id)
        )
        if come:
            parts += hours.renumbering(gone=gone, come=come, institution_id=institution_id, teacher_id=was.teacher_id)
    if becomes and come:
        parts.append(
            usecases.publishing(
                person=persons[come], institution_id=institution_id, teacher_id=becomes.teacher_id, now=now
            )
        )
    return parts


def note_teachers(institution: Institution, *, now: datetime) -> None:
    """Note whom a school publishes that was put on file with its teachers. Twice is once.

    Raises TeacherBlacklisted, TeacherServesPublicSchool, QualificationNoWrong, Unavailable.
    """

    def note(teacher: Teacher) -> None:
        transaction.commit(publication_parts(institution.institution_id, was=None, becomes=teacher, now=now))

    for teacher in institution.teachers:
        transaction.retried(lambda teacher=teacher: note(teacher))  # type: ignore[misc]


def is_listed(teacher: Teacher, *, on: date) -> bool:
    """Whether a list keeps a teacher from teaching on a business day."""
    return bool(store.get(rules.normal_number(teacher.qualification_no)).barred_by(on))


def listed_teachers(institution: Institution, *, on: date) -> list[tuple[Teacher, tuple[ListName, ...]]]:
    """The teachers whom a school publishes although they are on a list on a business day; one read."""
    numbers = {one.teacher_id: rules.normal_number(one.qualification_no) for one in institution.teachers}
    persons = store.get_many(list(numbers.values()))
    found = [(one, persons[numbers[one.teacher_id]].barred_by(on)) for one in institution.teachers]
    return [(one, barred) for one, barred in found if barred]
