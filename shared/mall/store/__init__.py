"""Where the mall is kept, and the parts of a sale's transaction. Keys: this context's README."""

import json
from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import CampusId, CourseId, EnrolmentId, InstitutionId, ItemId, OfferingId, StudentId, TeacherId
from shared.kernel.money import Fen
from shared.kernel.page import Page
from shared.mall import model, rules


class UnknownCourse(errors.Missing):
    code = "unknown_course"
    zh = "没有找到这门课程。"
    en = "There is no such course."


class UnknownOffering(errors.Missing):
    code = "unknown_class"
    zh = "没有找到这个班。"
    en = "There is no such class."


class CourseRow(Row):
    """The course, and its lines in the lists by category and by school, without the content, under other keys."""

    Meta = meta("mall")
    institution_id = UnicodeAttribute()
    title = UnicodeAttribute()
    category = UnicodeAttribute()
    summary = UnicodeAttribute()
    content = UnicodeAttribute(default="")
    mode = UnicodeAttribute()
    age_from = NumberAttribute()
    age_to = NumberAttribute()
    price_fen = NumberAttribute()
    lessons = NumberAttribute()
    minutes = NumberAttribute()
    full_refund_days = NumberAttribute()
    version = NumberAttribute()
    status = UnicodeAttribute()
    course_id = UnicodeAttribute()


class SchoolLineRow(Row):
    """A school in the list of a category."""

    Meta = meta("mall")
    institution_id = UnicodeAttribute()


class OfferingRow(Row):
    """A class. `seats_left` is what a sale takes from; the item stays under 1 KB so that it costs one write unit.

    What follows `status` is of its waitlist (`store/waitlist.py`), and there only once there was one; `guests`: seats
    that children of other classes have taken, to make up for a lesson.
    """

    Meta = meta("mall")
    institution_id = UnicodeAttribute()
    number = UnicodeAttribute()
    name = UnicodeAttribute()
    campus_id = UnicodeAttribute()
    room_id = UnicodeAttribute()
    room = UnicodeAttribute()
    teacher_id = UnicodeAttribute()
    teacher_name = UnicodeAttribute()
    weekly = UnicodeAttribute()
    starts_on = UnicodeAttribute()
    ends_on = UnicodeAttribute()
    seats = NumberAttribute()
    minimum_students = NumberAttribute()
    seats_left = NumberAttribute()
    terms_hash = UnicodeAttribute()
    version = NumberAttribute()
    status = UnicodeAttribute()
    waiting = NumberAttribute(null=True)
    offered = NumberAttribute(null=True)
    tickets = NumberAttribute(null=True)
    called = NumberAttribute(null=True)
    waits_for = UnicodeAttribute(null=True)
    waits_since = Moment(null=True)
    guests = NumberAttribute(null=True)


class TermsRow(Row):
    """Terms by their hash, never changed: what a contract refers to. `since`: when they were first published."""

    Meta = meta("mall")
    text = UnicodeAttribute()
    since = Moment(null=True)


class PupilRow(Row):
    """The student's enrolments in one category, versioned, so that two sales at once can't pass a limit together."""

    Meta = meta("mall")
    enrolments = UnicodeSetAttribute(null=True)
    version = NumberAttribute()


def published_course(course: model.Course) -> list[transaction.Part]:
    """The parts that put a course into the mall, or another version of it in its place: itself and its lines in lists.

    What a school is called isn't in them: it may change, and is read with the school.
    """
    school = course.institution_id
    main = _course_row(f"course#{course.course_id}", "course", course)
    condition = CourseRow.pk.does_not_exist() | (CourseRow.version <= course.version)
    return [
        transaction.put_if(main, condition, refused=transaction.LostRace()),
        transaction.put(_course_row(f"category#{course.category}", f"course#{school}#{course.course_id}", course)),
        transaction.put(_course_row(f"institution#{school}", f"course#{course.course_id}", course)),
        transaction.put(SchoolLineRow(f"category#{course.category}", f"institution#{school}", institution_id=school)),
    ]


def opened(offering: model.Offering) -> transaction.Part:
    """The part that puts a class into the mall for the first time."""
    return transaction.put_new(row_of(offering), refused=transaction.LostRace())


def changed(offering: model.Offering, *, was_seats: int, unsold: bool, refused: errors.Refusal) -> transaction.Part:
    """The part that puts another version of a class in its place, whatever is sold meanwhile of what isn't taken away.

    `refused` when there are more sold seats than the new cap, or any where `unsold` is asked for.
    """
    row = row_of(offering)
    kept = {"pk", "sk", "seats_left", "waiting", "offered", "tickets", "called", "waits_for", "waits_since", "guests"}
    sets = [
        attribute.set(getattr(row, name))
        for name, attribute in OfferingRow.get_attributes().items()
        if name not in kept
    ]
    more = offering.seats - was_seats
    actions = [*sets, OfferingRow.seats_left.add(more)] if more else sets
    room = OfferingRow.seats_left == was_seats if unsold else OfferingRow.seats_left >= max(-more, 0)
    return transaction.update(_offering_key(offering.course_id, offering.offering_id), actions, room, refused=refused)


def reworded(offering: model.Offering) -> transaction.Part:
    """The part that puts a class on sale under other terms, as its course has become another."""
    return transaction.update(
        _offering_key(offering.course_id, offering.offering_id),
        [OfferingRow.terms_hash.set(offering.terms_hash), OfferingRow.status.set(offering.status.value)],
        OfferingRow.pk.exists(),
        refused=UnknownOffering(),
    )


def withdrawn(course_id: CourseId, offering_id: OfferingId) -> transaction.Part:
    """The part that takes a class off sale; what is sold stays sold."""
    off = [OfferingRow.status.set(model.Status.WITHDRAWN.value)]
    return transaction.update(
        _offering_key(course_id, offering_id), off, OfferingRow.pk.exists(), refused=UnknownOffering()
    )


def terms(text: str, terms_hash: str, *, now: datetime) -> transaction.Part:
    """The part that keeps terms under their hash, as published now unless they were before."""
    key = f"terms#{terms_hash}"
    try:
        since = TermsRow.get(key, "terms", consistent_read=True).since
    except TermsRow.DoesNotExist:
        since = now
    return transaction.put(TermsRow(key, "terms", text=text, since=since))


def count_sold(classes: Iterable[tuple[CourseId, OfferingId]]) -> dict[str, int]:
    """How many seats of each class are sold, kept for who is next, or taken by guests; by its id."""
    return {row.sk.removeprefix("offering#"): int(row.seats) - int(row.seats_left) for row in _rows_now(classes)}


def teachers_taken(classes: Collection[tuple[CourseId, OfferingId]]) -> dict[OfferingId, TeacherId]:
    """Who teaches each of these classes that is on sale, or that somebody is in, as it stands now."""
    return {
        OfferingId(row.sk.removeprefix("offering#")): TeacherId(row.teacher_id)
        for row in _rows_now(classes)
        if row.status == model.Status.PUBLISHED.value or row.seats_left < row.seats
    }


def _rows_now(classes: Iterable[tuple[CourseId, OfferingId]]) -> Iterable[OfferingRow]:
    keys = [(f"course#{course_id}", f"offering#{offering_id}") for course_id, offering_id in classes]
    return OfferingRow.batch_get(keys, consistent_read=True) if keys else ()


def row_of(offering: model.Offering) -> OfferingRow:
    """A class as it is kept."""
    return OfferingRow(
        f"course#{offering.course_id}",
        f"offering#{offering.offering_id}",
        institution_id=offering.institution_id,
        number=offering.number,
        name=offering.name,
        campus_id=offering.campus_id,
        room_id=offering.room_id,
        room=offering.room,
        teacher_id=offering.teacher_id,
        teacher_name=offering.teacher_name,
        weekly=weekly_text(offering.weekly),
        starts_on=offering.starts_on.isoformat(),
        ends_on=offering.ends_on.isoformat(),
        seats=offering.seats,
        minimum_students=offering.minimum_students,
        seats_left=offering.seats_left,
        terms_hash=offering.terms_hash,
        version=offering.version,
        status=offering.status.value,
    )


def take_seat(offering: model.Offering) -> transaction.Part:
    """The part of a sale that takes one seat: only while the class is on sale, unchanged, a seat is left, and nobody
    waits for it.
    """
    condition = (
        (OfferingRow.seats_left > 0)
        & (OfferingRow.waiting.does_not_exist() | (OfferingRow.waiting == 0))
        & (OfferingRow.status == model.Status.PUBLISHED.value)
        & (OfferingRow.terms_hash == offering.terms_hash)
    )
    return transaction.update(
        _offering_key(offering.course_id, offering.offering_id),
        [OfferingRow.seats_left.add(-1)],
        condition,
        refused=transaction.LostRace(),
    )


def take_guest_seat(course_id: CourseId, offering_id: OfferingId) -> transaction.Part:
    """The part that takes a seat for who makes up for a lesson there, on sale or not, while nobody waits for it.

    So a class never has more in its room than it may. Else NoGuestSeat.
    """
    row = _offering_key(course_id, offering_id)
    free = (OfferingRow.seats_left > 0) & (OfferingRow.waiting.does_not_exist() | (OfferingRow.waiting == 0))
    taken = [OfferingRow.seats_left.add(-1), OfferingRow.guests.add(1)]
    return transaction.update(row, taken, free, refused=rules.NoGuestSeat())


def give_back_guest_seat(course_id: CourseId, offering_id: OfferingId) -> transaction.Part:
    """The part that gives such a seat back."""
    row = _offering_key(course_id, offering_id)
    given = [OfferingRow.seats_left.add(1), OfferingRow.guests.add(-1)]
    return transaction.update(row, given, OfferingRow.guests > 0, refused=UnknownOffering())


def give_back_seat(course_id: CourseId, offering_id: OfferingId) -> transaction.Part:
    """The part of an expiry or a refund that gives the seat back: to who waits for it, else to everybody."""
    condition = OfferingRow.seats_left < OfferingRow.seats
    row = _offering_key(course_id, offering_id)
    return transaction.update(row, [OfferingRow.seats_left.add(1)], condition, refused=UnknownOffering())


def read_pupil(student_id: StudentId, category: str) -> tuple[list[EnrolmentId], int]:
    """The enrolments that a student has taken in a category and weren't known to be over, and their version."""
    (row,) = transaction.read_together([(PupilRow, f"student#{student_id}", f"category#{category}")])
    if row is None:
        return [], 0
    return [EnrolmentId(text) for text in sorted(row.enrolments or ())], int(row.version)


def change_pupil(
    student_id: StudentId, category: str, enrolments: Iterable[EnrolmentId], *, was_version: int
) -> transaction.Part:
    """The part of a sale that notes the student's enrolments, if nobody else has sold to the student meanwhile."""
    row = PupilRow(f"student#{student_id}", f"category#{category}", enrolments=set(enrolments), version=was_version + 1)
    condition = PupilRow.version == was_version if was_version else PupilRow.pk.does_not_exist()
    return transaction.Part("put", row, transaction.LostRace(), condition)


def get_course(course_id: CourseId) -> model.CourseWithOfferings:
    """A course with its classes; one query. Raises UnknownCourse."""
    course: model.Course | None = None
    offerings: list[model.Offering] = []
    for raw in _AnyRow.query(f"course#{course_id}", consistent_read=True):
        if raw.sk == "course":
            course = _course_of(raw)
        else:
            offerings.append(_offering_of(raw))
    if course is None:
        raise UnknownCourse()
    return model.CourseWithOfferings(course, tuple(offerings))


def get_courses(courses: Collection[tuple[InstitutionId, CourseId]]) -> dict[CourseId, model.Course]:
    """The courses with these schools and ids, by id, as lists show them; one that isn't there is left out."""
    keys = [(f"institution#{institution_id}", f"course#{course_id}") for institution_id, course_id in set(courses)]
    rows = CourseRow.batch_get(keys) if keys else ()
    return {one.course_id: one for one in map(_course_of, rows)}


def get_classes(classes: Collection[tuple[CourseId, OfferingId]]) -> dict[OfferingId, model.Offering]:
    """The classes with these ids, by id; one that isn't there is left out."""
    keys = [(f"course#{course_id}", f"offering#{offering_id}") for course_id, offering_id in set(classes)]
    rows = OfferingRow.batch_get(keys) if keys else ()
    return {one.offering_id: one for one in map(_offering_of, rows)}


def scan_classes() -> list[model.Offering]:
    """Every class of the mall. For the checks, never on a path of a sale."""
    return [_offering_of(row) for row in OfferingRow.scan(OfferingRow.sk.startswith("offering#"), consistent_read=True)]


def find_campus(course_id: CourseId, offering_id: OfferingId) -> CampusId | None:
    """Where a class is taught, None of one that isn't there."""
    key = _offering_key(course_id, offering_id)
    try:
        return CampusId(OfferingRow.get(key.pk, key.sk).campus_id)
    except OfferingRow.DoesNotExist:
        return None


def list_courses_of_category(category: str, *, limit: int, cursor: str | None) -> Page[model.Course]:
    """The courses of a category, school by school."""
    keys = CourseRow.sk.startswith("course#")
    return pages.page(CourseRow, f"category#{category}", limit=limit, cursor=cursor, keys=keys).map(_course_of)


def list_schools_of_category(category: str, *, limit: int, cursor: str | None) -> Page[InstitutionId]:
    """The schools that have a course in a category, in the order in which they came."""
    keys = SchoolLineRow.sk.startswith("institution#")
    page = pages.page(SchoolLineRow, f"category#{category}", limit=limit, cursor=cursor, keys=keys)
    return page.map(lambda row: InstitutionId(row.institution_id))


def list_courses_of_institution(institution_id: InstitutionId) -> list[model.Course]:
    """All courses of one school."""
    return [_course_of(row) for row in CourseRow.query(f"institution#{institution_id}")]


def get_terms(terms_hash: str) -> dict[str, Any]:
    """The terms with this hash, as they were accepted. Raises UnknownCourse."""
    told: dict[str, Any] = json.loads(get_published_terms(terms_hash).text)
    return told


def get_published_terms(terms_hash: str) -> model.PublishedTerms:
    """The terms with this hash as text, and since when they were published. Raises UnknownCourse."""
    try:
        row = TermsRow.get(f"terms#{terms_hash}", "terms")
    except TermsRow.DoesNotExist:
        raise UnknownCourse() from None
    return model.PublishedTerms(row.text, row.since)


def get_terms_of(hashes: Collection[str]) -> dict[str, dict[str, Any]]:
    """The terms with these hashes, by hash."""
    rows = TermsRow.batch_get([(f"terms#{one}", "terms") for one in set(hashes)])
    return {row.pk.removeprefix("terms#"): json.loads(row.text) for row in rows}


class _AnyRow(OfferingRow):
    """A course or a class, as one query over `course#…` finds them."""

    Meta = meta("mall")
    title = UnicodeAttribute()
    category = UnicodeAttribute()
    summary = UnicodeAttribute()
    content = UnicodeAttribute(default="")
    mode = UnicodeAttribute()
    age_from = NumberAttribute()
    age_to = NumberAttribute()
    price_fen = NumberAttribute()
    lessons = NumberAttribute()
    minutes = NumberAttribute()
    full_refund_days = NumberAttribute()
    course_id = UnicodeAttribute()


def _offering_key(course_id: CourseId, offering_id: OfferingId) -> OfferingRow:
    return OfferingRow(f"course#{course_id}", f"offering#{offering_id}")


def _course_row(pk: str, sk: str, course: model.Course) -> CourseRow:
    return CourseRow(
        pk,
        sk,
        institution_id=course.institution_id,
        title=course.title,
        category=course.category,
        summary=course.summary,
        content=course.content if sk == "course" else "",
        mode=course.mode.value,
        age_from=course.age_from,
        age_to=course.age_to,
        price_fen=course.price_fen,
        lessons=course.lessons,
        minutes=course.minutes_per_lesson,
        full_refund_days=course.full_refund_days,
        version=course.version,
        status=course.status.value,
        course_id=course.course_id,
    )


def _course_of(row: Any) -> model.Course:
    return model.Course(
        course_id=CourseId(row.course_id),
        institution_id=InstitutionId(row.institution_id),
        title=row.title,
        category=row.category,
        summary=row.summary,
        content=row.content,
        mode=model.Mode(row.mode),
        age_from=int(row.age_from),
        age_to=int(row.age_to),
        price_fen=Fen(int(row.price_fen)),
        lessons=int(row.lessons),
        minutes_per_lesson=int(row.minutes),
        full_refund_days=int(row.full_refund_days),
        version=int(row.version),
        status=model.Status(row.status),
    )


def _offering_of(row: Any) -> model.Offering:
    return model.Offering(
        offering_id=OfferingId(row.sk.removeprefix("offering#")),
        course_id=CourseId(row.pk.removeprefix("course#")),
        institution_id=InstitutionId(row.institution_id),
        number=row.number,
        name=row.name,
        campus_id=CampusId(row.campus_id),
        room_id=ItemId(row.room_id),
        room=row.room,
        teacher_id=TeacherId(row.teacher_id),
        teacher_name=row.teacher_name,
        weekly=weekly_of(row.weekly),
        starts_on=date.fromisoformat(row.starts_on),
        ends_on=date.fromisoformat(row.ends_on),
        seats=int(row.seats),
        minimum_students=int(row.minimum_students),
        seats_left=int(row.seats_left),
        terms_hash=row.terms_hash,
        version=int(row.version),
        status=model.Status(row.status),
        waiting=int(row.waiting or 0),
        offered=int(row.offered or 0),
        tickets=int(row.tickets or 0),
        called=int(row.called or 0),
        guests=int(row.guests or 0),
    )


def weekly_text(weekly: Iterable[model.WeeklyTime]) -> str:
    """The times in few characters, as the class's item must stay small: `1-1800-1930,6-0900-1030`."""
    return ",".join(f"{one.weekday}-{one.starts:%H%M}-{one.ends:%H%M}" for one in weekly)


def weekly_of(text: str) -> tuple[model.WeeklyTime, ...]:
    """The times that `weekly_text` wrote."""
    return tuple(
        model.WeeklyTime(int(day), _clock(starts), _clock(ends))
        for day, starts, ends in (one.split("-") for one in text.split(",") if one)
    )


def _clock(text: str) -> time:
    return time(int(text[:2]), int(text[2:]))


def find_offering(found: model.CourseWithOfferings, offering_id: OfferingId) -> model.Offering:
    """One class of a course. Raises UnknownOffering."""
    for offering in found.offerings:
        if offering.offering_id == offering_id:
            return offering
    raise UnknownOffering(pointer="/offering_id")
