"""Where sheets of courses and classes are kept, and what was published of them. Keys: this context's README."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock
from shared.kernel.ids import CourseId, InstitutionId, OfferingId
from shared.kernel.page import Page
from shared.mall import model, sheet_rules
from shared.mall.sheet_model import ClassSheet, CourseSheet, Version
from shared.mall.store import UnknownCourse, UnknownOffering

_REVIEW = "course_review"


class ByWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    waits_for = UnicodeAttribute(hash_key=True)
    waits_since = Moment(range_key=True)


class SheetRow(Row):
    """The sheet of a course or a class. `waits_for` and `waits_since` are there only while it waits for the bureau."""

    Meta = meta("mall")
    waiting = ByWait()
    facts = UnicodeAttribute()
    published = UnicodeAttribute(null=True)
    open = UnicodeAttribute(null=True)
    sale = UnicodeAttribute(null=True)
    version = NumberAttribute()
    edits = NumberAttribute()
    made_by = UnicodeAttribute()
    made_at = Moment()
    submitted_at = Moment(null=True)
    decided_by = UnicodeAttribute(default="")
    decided_at = Moment(null=True)
    reason = UnicodeAttribute(default="")
    waits_for = UnicodeAttribute(null=True)
    waits_since = Moment(null=True)


class VersionRow(Row):
    """What was published once, never changed."""

    Meta = meta("mall")
    facts = UnicodeAttribute()
    submitted_at = Moment()
    decided_by = UnicodeAttribute()
    decided_at = Moment()


class PublicationsRow(Row):
    """How often a school has published or withdrawn something: two at once don't miss one another's timetable."""

    Meta = meta("mall")
    number = NumberAttribute()


def add(sheet: CourseSheet | ClassSheet) -> None:
    """Keep a new sheet; the same one twice is one. Raises EditedMeanwhile when it has moved on."""
    try:
        transaction.commit([transaction.put_new(_row(sheet), refused=sheet_rules.EditedMeanwhile())])
    except sheet_rules.EditedMeanwhile:
        there = SheetRow.get(*_keys(sheet), consistent_read=True)
        if _sheet(there) != sheet:
            raise


def written(sheet: CourseSheet | ClassSheet, *, edits: int) -> transaction.Part:
    """The part that writes a sheet, if it is still as it was at `edits`. Else EditedMeanwhile."""
    return transaction.put_if(_row(sheet), SheetRow.edits == edits, refused=sheet_rules.EditedMeanwhile())


def kept(sheet: CourseSheet | ClassSheet) -> transaction.Part:
    """The part that keeps for ever what is published of a sheet from now on."""
    assert sheet.submitted_at is not None
    assert sheet.decided_at is not None
    row = VersionRow(
        f"versions#{sheet.item_id}",
        f"version#{sheet.version:04d}",
        facts=_text(sheet.facts),
        submitted_at=sheet.submitted_at,
        decided_by=sheet.decided_by,
        decided_at=sheet.decided_at,
    )
    return transaction.put_new(row, refused=sheet_rules.EditedMeanwhile())


def get_course(institution_id: InstitutionId, course_id: CourseId) -> CourseSheet:
    """The sheet of a school's course. Raises UnknownCourse."""
    try:
        row = SheetRow.get(f"sheets#{institution_id}", f"course#{course_id}", consistent_read=True)
    except SheetRow.DoesNotExist:
        raise UnknownCourse() from None
    return _course_sheet(row)


def get_class(institution_id: InstitutionId, course_id: CourseId, offering_id: OfferingId) -> ClassSheet:
    """The sheet of a class of a school's course. Raises UnknownOffering."""
    try:
        row = SheetRow.get(f"sheets#{institution_id}", f"class#{course_id}#{offering_id}", consistent_read=True)
    except SheetRow.DoesNotExist:
        raise UnknownOffering() from None
    return _class_sheet(row)


def list_courses(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[CourseSheet]:
    """One page of the sheets of a school's courses, newest first."""
    keys = SheetRow.sk.startswith("course#")
    page = pages.page(SheetRow, f"sheets#{institution_id}", limit=limit, cursor=cursor, keys=keys, backwards=True)
    return page.map(_course_sheet)


def list_classes(
    institution_id: InstitutionId, course_id: CourseId, *, limit: int, cursor: str | None
) -> Page[ClassSheet]:
    """One page of the sheets of a course's classes, newest first."""
    keys = SheetRow.sk.startswith(f"class#{course_id}#")
    page = pages.page(SheetRow, f"sheets#{institution_id}", limit=limit, cursor=cursor, keys=keys, backwards=True)
    return page.map(_class_sheet)


def classes_of_school(institution_id: InstitutionId) -> list[ClassSheet]:
    """The sheets of all classes of a school."""
    rows = SheetRow.query(f"sheets#{institution_id}", SheetRow.sk.startswith("class#"), consistent_read=True)
    return [_class_sheet(row) for row in rows]


def list_waiting(*, limit: int, cursor: str | None) -> Page[CourseSheet | ClassSheet]:
    """One page of the sheets that wait for the bureau, the longest waiting first."""
    page = pages.page(SheetRow, _REVIEW, limit=limit, cursor=cursor, index=SheetRow.waiting)
    wanted = [(row.pk, row.sk) for row in page.rows]
    rows = SheetRow.batch_get(wanted, consistent_read=True) if wanted else ()
    found = {(row.pk, row.sk): _sheet(row) for row in rows}
    there = [found[key] for key in wanted if key in found]
    return Page([one for one in there if one.open is model.Status.IN_REVIEW], page.next_cursor)


def count_waiting(*, at_most: int) -> int:
    """How many sheets wait for the bureau; no more than `at_most` are counted."""
    return min(int(SheetRow.waiting.count(_REVIEW, limit=at_most)), at_most)


def versions_of_course(course_id: CourseId) -> list[Version[model.CourseFacts]]:
    """What was published of a course, the newest first."""
    return [_version(row, _course_facts(row.facts)) for row in _version_rows(course_id)]


def versions_of_class(offering_id: OfferingId) -> list[Version[model.ClassPlan]]:
    """What was published of a class, the newest first."""
    return [_version(row, _plan(row.facts)) for row in _version_rows(offering_id)]


def publications(institution_id: InstitutionId) -> int:
    """How often a school has published or withdrawn something."""
    try:
        return int(PublicationsRow.get(f"sheets#{institution_id}", "publications", consistent_read=True).number)
    except PublicationsRow.DoesNotExist:
        return 0


def next_publication(institution_id: InstitutionId, *, was: int) -> transaction.Part:
    """The part of each of them that counts it, if nothing else was published meanwhile. Else LostRace."""
    row = PublicationsRow(f"sheets#{institution_id}", "publications", number=was + 1)
    condition = PublicationsRow.number == was if was else PublicationsRow.pk.does_not_exist()
    return transaction.put_if(row, condition, refused=transaction.LostRace())


def same_publications(institution_id: InstitutionId, *, was: int) -> transaction.Part:
    """The part that holds while the school has published and withdrawn nothing meanwhile. Else LostRace."""
    row = PublicationsRow(f"sheets#{institution_id}", "publications")
    condition = PublicationsRow.number == was if was else PublicationsRow.pk.does_not_exist()
    return transaction.check(row, condition, refused=transaction.LostRace())


def _keys(sheet: CourseSheet | ClassSheet) -> tuple[str, str]:
    of = f"course#{sheet.course_id}" if sheet.offering_id is None else f"class#{sheet.course_id}#{sheet.offering_id}"
    return f"sheets#{sheet.institution_id}", of


def _row(sheet: CourseSheet | ClassSheet) -> SheetRow:
    waits = sheet.open is model.Status.IN_REVIEW
    return SheetRow(
        *_keys(sheet),
        facts=_text(sheet.facts),
        published=_text(sheet.published) if sheet.published else None,
        open=sheet.open.value if sheet.open else None,
        sale=sheet.sale.value if sheet.sale else None,
        version=sheet.version,
        edits=sheet.edits,
        made_by=sheet.made_by,
        made_at=sheet.made_at,
        submitted_at=sheet.submitted_at,
        decided_by=sheet.decided_by,
        decided_at=sheet.decided_at,
        reason=sheet.reason,
        waits_for=_REVIEW if waits else None,
        waits_since=sheet.submitted_at if waits else None,
    )


def _sheet(row: SheetRow) -> CourseSheet | ClassSheet:
    return _course_sheet(row) if row.sk.startswith("course#") else _class_sheet(row)


def _course_sheet(row: SheetRow) -> CourseSheet:
    return CourseSheet(
        course_id=CourseId(row.sk.removeprefix("course#")),
        offering_id=None,
        facts=_course_facts(row.facts),
        published=_course_facts(row.published) if row.published else None,
        **_common(row),
    )


def _class_sheet(row: SheetRow) -> ClassSheet:
    _, course_id, offering_id = row.sk.split("#")
    return ClassSheet(
        course_id=CourseId(course_id),
        offering_id=OfferingId(offering_id),
        facts=_plan(row.facts),
        published=_plan(row.published) if row.published else None,
        **_common(row),
    )


def _common(row: SheetRow) -> dict[str, Any]:
    return {
        "institution_id": InstitutionId(row.pk.removeprefix("sheets#")),
        "open": model.Status(row.open) if row.open else None,
        "sale": model.Status(row.sale) if row.sale else None,
        "version": int(row.version),
        "edits": int(row.edits),
        "made_by": row.made_by,
        "made_at": row.made_at,
        "submitted_at": row.submitted_at,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "reason": row.reason,
    }


def _version_rows(item_id: str) -> Iterator[VersionRow]:
    return VersionRow.query(f"versions#{item_id}", scan_index_forward=False)


def _version(row: VersionRow, facts: Any) -> Version[Any]:
    number = int(row.sk.removeprefix("version#"))
    return Version(number, facts, row.submitted_at, row.decided_by, row.decided_at)


def _text(facts: model.CourseFacts | model.ClassPlan) -> str:
    told = asdict(facts)
    if isinstance(facts, model.ClassPlan):
        told["sessions"] = [[clock.stored(one.starts_at), clock.stored(one.ends_at)] for one in facts.sessions]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _course_facts(text: str) -> model.CourseFacts:
    told = json.loads(text)
    return model.CourseFacts(**{**told, "mode": model.Mode(told["mode"])})


def _plan(text: str) -> model.ClassPlan:
    told = json.loads(text)
    sessions = tuple(model.Period(clock.read(starts), clock.read(ends)) for starts, ends in told["sessions"])
    return model.ClassPlan(**{**told, "sessions": sessions})
