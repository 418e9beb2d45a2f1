"""An accepted change becomes what is published: in the school's own item, with its latches, in one transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from functions.edge import personnel_acts
from shared.dynamo import transaction
from shared.institutions import model as institutions
from shared.institutions import store
from shared.kernel import clock
from shared.kernel.ids import InstitutionId, ItemId, ProfileChangeId, TeacherId
from shared.mall import usage
from shared.profiles import rules, usecases
from shared.profiles import store as changes
from shared.profiles.model import Kind, ProfileChange

Item = institutions.Certificate | institutions.Teacher | institutions.Room
T = TypeVar("T", bound=Item)


def accept(
    *, institution_id: InstitutionId, change_id: ProfileChangeId, edits: int, by: str, now: datetime
) -> ProfileChange:
    """Accept a change and publish it; a teacher is held to the lists in the same transaction.

    Raises what `profiles.usecases.accept` refuses, TooManyItems, StillInUse, what `personnel_acts.publication_parts`
    refuses.
    """

    def attempt() -> ProfileChange:
        change = changes.get(institution_id, change_id)
        rules.check_submitted(change, edits=edits)
        also = store.publish(institution_id, lambda school: published(school, change))
        also += held_free(change, now=now)
        if change.kind is Kind.TEACHER:
            also += _person_parts(change, now)
        return usecases.accept(
            institution_id=institution_id, change_id=change_id, edits=edits, by=by, now=now, also=also
        )

    return transaction.retried(attempt)


def held_free(change: ProfileChange, *, now: datetime) -> list[transaction.Part]:
    """The parts that hold while no class needs the room or the teacher that a change withdraws. Raises StillInUse.

    Whoever may not teach goes at once, whatever she was to teach.
    """
    item = item_of(store.get(change.institution_id), change.item_id) if change.withdraws else None
    if item is None or isinstance(item, institutions.Certificate):
        return []
    if isinstance(item, institutions.Teacher):
        if personnel_acts.is_listed(item, on=clock.business_day(now)):
            return []
        named = item.name
    else:
        named = item.caption
    return usage.held_free(change.institution_id, {change.item_id: named}, pointer="/item_id", now=now)


def _person_parts(change: ProfileChange, now: datetime) -> list[transaction.Part]:
    """Read after the school: who changes what she is meanwhile changes the school, so that the commit fails."""
    was = item_of(store.get(change.institution_id), change.item_id)
    return personnel_acts.publication_parts(
        change.institution_id,
        was=was if isinstance(was, institutions.Teacher) else None,
        becomes=None if change.withdraws else _teacher(change),
        now=now,
    )


def published(school: institutions.Institution, change: ProfileChange) -> institutions.Institution:
    """The school as a change makes it. Raises TooManyItems."""
    if change.kind is Kind.TEACHER:
        return replace(school, teachers=_with(school.teachers, change, _teacher))
    if change.kind is Kind.CERTIFICATE:
        return replace(school, certificates=_with(school.certificates, change, _certificate))
    return replace(school, rooms=_with(school.rooms, change, _room))


def item_of(school: institutions.Institution, item_id: str) -> Item | None:
    """What is published under an id, None when nothing is."""
    items: list[Item] = [*school.teachers, *school.certificates, *school.rooms]
    return next((one for one in items if id_of(one) == item_id), None)


def id_of(item: Item) -> str:
    """The id of an item: a teacher has one of her own kind, which classes name."""
    return item.teacher_id if isinstance(item, institutions.Teacher) else item.item_id


def kind_of(item: Item) -> Kind:
    """What kind an item is."""
    if isinstance(item, institutions.Teacher):
        return Kind.TEACHER
    return Kind.CERTIFICATE if isinstance(item, institutions.Certificate) else Kind.ROOM


def _with(items: tuple[T, ...], change: ProfileChange, made: Callable[[ProfileChange], T]) -> tuple[T, ...]:
    """The items with the changed one in its place, at the end when it is new, or without it."""
    there = [id_of(one) for one in items]
    if change.withdraws:
        return tuple(one for one in items if id_of(one) != change.item_id)
    if change.item_id in there:
        return tuple(made(change) if id_of(one) == change.item_id else one for one in items)
    rules.check_room(len(items))
    return (*items, made(change))


def _teacher(change: ProfileChange) -> institutions.Teacher:
    told = change.content
    return institutions.Teacher(
        teacher_id=TeacherId(change.item_id),
        name=told["name"],
        subject=told["subject"],
        qualification=told["qualification"],
        qualification_no=told["qualification_no"],
        valid_to=date.fromisoformat(told["valid_to"]) if told.get("valid_to") else None,
        file=_file(change),
    )


def _certificate(change: ProfileChange) -> institutions.Certificate:
    told = change.content
    return institutions.Certificate(
        item_id=ItemId(change.item_id),
        kind=institutions.CertificateKind(told["certificate"]),
        number=told["number"],
        issuer=told["issuer"],
        valid_from=date.fromisoformat(told["valid_from"]),
        valid_to=date.fromisoformat(told["valid_to"]),
        file=_file(change),
    )


def _room(change: ProfileChange) -> institutions.Room:
    told = change.content
    return institutions.Room(ItemId(change.item_id), told["caption"], int(told["area_m2"]), _file(change))


def _file(change: ProfileChange) -> institutions.FileRef | None:
    return institutions.FileRef(change.file.file_id, change.file.name, change.file.sha256) if change.file else None
