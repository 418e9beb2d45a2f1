"""What of a school's record a change filing amends (变更登记事项): fields as text, what they may become. Pure.

A field's text is JSON, so that what it was and what it becomes can be kept, compared and shown for ever.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from shared.institutions import matching, rules
from shared.institutions.model import Campus, Institution
from shared.kernel import errors, position
from shared.kernel.ids import CampusId
from shared.kernel.text import plain

MOST_CAMPUSES = 10
MOST_ADDED = 80
"""Lines by which a school is found that one amendment may add: all of it is one transaction, of at most 100 items."""


class Field(StrEnum):
    """What can be amended. The credit code and the licence number are the school itself: they can't."""

    NAME = "name"
    SHORT_NAME = "short_name"
    LEGAL_REPRESENTATIVE = "legal_representative"
    PHONE = "phone"
    SIZE = "size"
    CATEGORIES = "categories"
    CAMPUSES = "campuses"


FIELD_NAMES: Mapping[Field, tuple[str, str]] = {
    Field.NAME: ("名称", "Name"),
    Field.SHORT_NAME: ("简称", "Short name"),
    Field.LEGAL_REPRESENTATIVE: ("法定代表人", "Legal representative"),
    Field.PHONE: ("电话", "Phone"),
    Field.SIZE: ("规模", "Size"),
    Field.CATEGORIES: ("办学范围", "What it teaches"),
    Field.CAMPUSES: ("校区和地址", "Campuses and addresses"),
}
SIZES = ("small", "medium", "large")


class NothingToAmend(errors.Invalid):
    code = "nothing_to_amend"
    zh = "所填内容与登记事项相同，没有变更。"
    en = "What is told is what is on file: nothing would change."


class AmendmentBlank(errors.Invalid):
    code = "amendment_blank"
    zh = "此项不能为空，也不能含有不可见字符。"
    en = "This is not empty, and has no characters that can't be seen."


class UnknownCampus(errors.Invalid):
    code = "amendment_unknown_campus"
    zh = "没有这个校区；新校区不填编号，同一校区只列一次。"
    en = "There is no such campus. A new one has no id, and each stands there once."


class CampusesWrong(errors.Invalid):
    code = "amendment_campuses_wrong"
    zh = "须列出变更后的全部校区，1至10个。"
    en = "Name every campus that there is afterwards, 1 to 10 of them."


class SizeUnknown(errors.Invalid):
    code = "amendment_size_unknown"
    zh = "规模应为小型、中型或大型（small、medium、large）。"
    en = "A size is small, medium or large."


class NameTooLong(errors.Invalid):
    code = "amendment_name_too_long"
    zh = "名称过长，或一次变更过多，请缩短名称或分次申报。"
    en = "The names are too long, or too much changes at once: shorten them, or file it in parts."


class RecordChanged(errors.Conflict):
    code = "amendment_record_changed"
    zh = "申报之后，登记事项“{field_zh}”已另行变更，不能按本申报办理。"
    en = "The record has changed since this was filed ({field}): it can't be amended by this filing."


@dataclass(frozen=True)
class Amendment:
    """One field: what it was when the change was filed, and what it becomes; both as text."""

    field: Field
    before: str
    after: str


def text_of(school: Institution, field: Field) -> str:
    """A field of the record as text."""
    value: Any = getattr(school, field.value)
    if field is Field.CAMPUSES:
        value = [_told(one) for one in school.campuses]
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def between(before: Institution, after: Institution) -> tuple[Amendment, ...]:
    """What differs between a school and what it becomes."""
    told = [Amendment(field, text_of(before, field), text_of(after, field)) for field in Field]
    return tuple(one for one in told if one.before != one.after)


def amended(school: Institution, amendments: Sequence[Amendment]) -> Institution:
    """The school as it becomes. Raises RecordChanged where the record isn't any more what was amended."""
    for one in amendments:
        if text_of(school, one.field) != one.before:
            zh, en = FIELD_NAMES[one.field]
            raise RecordChanged(field_zh=zh, field=en)
    return replace(school, **{one.field.value: _value(one.field, one.after) for one in amendments})


def check(before: Institution, after: Institution) -> tuple[Amendment, ...]:
    """Whether a school may become another; what differs.

    Raises NothingToAmend, AmendmentBlank, WrongPhone, SizeUnknown, CampusesWrong, UnknownCampus, WrongPosition,
    NameTooLong.
    """
    told = between(before, after)
    if not told:
        raise NothingToAmend(pointer="/changes")
    for name in ("name", "short_name", "legal_representative"):
        _check_text(getattr(after, name), f"/changes/{name}")
    if len(plain(after.name)) < matching.SHORTEST:
        raise AmendmentBlank(pointer="/changes/name")
    rules.check_phone(after.phone, pointer="/changes/phone")
    if after.size not in SIZES:
        raise SizeUnknown(pointer="/changes/size")
    if not after.categories:
        raise AmendmentBlank(pointer="/changes/categories")
    if after.campuses != before.campuses:
        _check_campuses(before, after)
    added = len(matching.endings(after) - matching.endings(before)) + len(matching.keys(after) - matching.keys(before))
    if added > MOST_ADDED:
        raise NameTooLong(pointer="/changes/name")
    return told


def _told(campus: Campus) -> list[str]:
    """A campus as it stands in an amendment: street and position only where one of them is told."""
    place = [campus.street, campus.position] if campus.street or campus.position else []
    return [campus.campus_id, campus.name, campus.address, campus.phone, *place]


def _check_campuses(before: Institution, after: Institution) -> None:
    if not 0 < len(after.campuses) <= MOST_CAMPUSES:
        raise CampusesWrong(pointer="/changes/campuses")
    ids = [one.campus_id for one in after.campuses]
    if len(set(ids)) < len(ids):
        raise UnknownCampus(pointer="/changes/campuses")
    for number, one in enumerate(after.campuses):
        at = f"/changes/campuses/{number}"
        _check_text(one.name, f"{at}/name")
        _check_text(one.address, f"{at}/address")
        if one not in before.campuses:
            rules.check_phone(one.phone, pointer=f"{at}/phone")
        if one.street:
            _check_text(one.street, f"{at}/street")
        if one.position:
            position.read(one.position, pointer=f"{at}/position")


def _check_text(text: str, pointer: str) -> None:
    if not text.strip() or not text.isprintable():
        raise AmendmentBlank(pointer=pointer)


def _value(field: Field, text: str) -> Any:
    told = json.loads(text)
    if field is Field.CAMPUSES:
        return tuple(Campus(CampusId(campus_id), *rest) for campus_id, *rest in told)
    return tuple(told) if field is Field.CATEGORIES else told
