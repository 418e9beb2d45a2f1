"""Guardians and their children."""

from collections.abc import Sequence

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import GuardianId, StudentId
from shared.kernel.page import Page
from shared.people import consent_texts, model
from shared.people.store import keys


class UnknownStudent(errors.Missing):
    code = "unknown_student"
    zh = "没有找到这个学员。"
    en = "There is no such student."


class GuardianRow(Row):
    Meta = meta("people")
    guardian_id = UnicodeAttribute()


class AccountRow(Row):
    """Under which WeChat account, by its hash, a guardian signs in."""

    Meta = meta("people")
    account = UnicodeAttribute()


class StudentRow(Row):
    Meta = meta("people")
    guardian_id = UnicodeAttribute()
    name = UnicodeAttribute()
    birth_month = UnicodeAttribute()
    consented_at = Moment()
    consent_version = UnicodeAttribute()
    consent_withdrawn_at = Moment(null=True)
    consents = NumberAttribute(default=1)


class ConsentRow(Row):
    """One consent of a child's guardian: what she agreed to, for what, and when she withdrew it."""

    Meta = meta("people")
    guardian_id = UnicodeAttribute()
    version = UnicodeAttribute()
    text_sha256 = UnicodeAttribute()
    purposes = UnicodeAttribute()
    given_at = Moment()
    withdrawn_at = Moment(null=True)


class ChildRow(Row):
    """A guardian's child, for the list."""

    Meta = meta("people")


def find_guardian(openid: str) -> GuardianId | None:
    """The guardian of a WeChat account."""
    try:
        return GuardianId(
            GuardianRow.get(f"openid#{keys.hashed(openid)}", "guardian", consistent_read=True).guardian_id
        )
    except GuardianRow.DoesNotExist:
        return None


def add_guardian(openid: str, guardian_id: GuardianId) -> None:
    """Keep a new guardian. Raises AlreadyThere when another sign-in was faster."""
    row = GuardianRow(f"openid#{keys.hashed(openid)}", "guardian", guardian_id=guardian_id)
    account = AccountRow(guardian_id, "account", account=keys.hashed(openid))
    transaction.commit([transaction.put_new(row, refused=keys.AlreadyThere()), transaction.put(account)])


def find_account(guardian_id: GuardianId) -> str | None:
    """The WeChat account under which a guardian signs in, hashed."""
    try:
        return str(AccountRow.get(guardian_id, "account").account)
    except AccountRow.DoesNotExist:
        return None


def add_student(student: model.Student) -> None:
    """Keep a guardian's child, with her consent. Raises AlreadyThere."""
    taken = keys.AlreadyThere()
    child = ChildRow(student.guardian_id, f"student#{student.student_id}")
    transaction.commit(
        [
            transaction.put_new(_student_row(student), refused=taken),
            transaction.put_new(child, refused=taken),
            transaction.put(_consent_row(student)),
        ]
    )


def write_consent(before: model.Student, after: model.Student) -> None:
    """Keep that a consent was given anew or withdrawn, with its record.

    Raises LostRace when the child isn't as it was read.
    """
    same = (StudentRow.consents == before.consents) & (
        StudentRow.consent_withdrawn_at == before.consent_withdrawn_at
        if before.consent_withdrawn_at
        else StudentRow.consent_withdrawn_at.does_not_exist()
    )
    student = transaction.put_if(_student_row(after), same, refused=transaction.LostRace())
    transaction.commit([student, transaction.put(_consent_row(after))])


def list_consents(student_id: StudentId) -> list[model.Consent]:
    """Every consent of a child's guardian, the latest first."""
    rows = ConsentRow.query(student_id, ConsentRow.sk.startswith("consent#"), scan_index_forward=False)
    return [
        model.Consent(
            number=int(row.sk.removeprefix("consent#")),
            guardian_id=GuardianId(row.guardian_id),
            version=row.version,
            text_sha256=row.text_sha256,
            purposes=tuple(row.purposes.split(",")),
            given_at=row.given_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    ]


def _student_row(student: model.Student) -> StudentRow:
    return StudentRow(
        student.student_id,
        "student",
        guardian_id=student.guardian_id,
        name=student.name,
        birth_month=student.birth_month,
        consented_at=student.consented_at,
        consent_version=student.consent_version,
        consent_withdrawn_at=student.consent_withdrawn_at,
        consents=student.consents,
    )


def _consent_row(student: model.Student) -> ConsentRow:
    text = consent_texts.get(student.consent_version)
    return ConsentRow(
        student.student_id,
        f"consent#{student.consents:04d}",
        guardian_id=student.guardian_id,
        version=text.version,
        text_sha256=text.sha256,
        purposes=",".join(one.code for one in text.purposes),
        given_at=student.consented_at,
        withdrawn_at=student.consent_withdrawn_at,
    )


def get_student(*, guardian_id: GuardianId, student_id: StudentId) -> model.Student:
    """A guardian's child. Another guardian's is missing: raises UnknownStudent."""
    found = get_students([student_id])
    if not found or found[0].guardian_id != guardian_id:
        raise UnknownStudent()
    return found[0]


def list_students(guardian_id: GuardianId, *, limit: int, cursor: str | None) -> Page[model.Student]:
    """A guardian's children."""
    page = pages.page(ChildRow, guardian_id, limit=limit, cursor=cursor, keys=ChildRow.sk.startswith("student#"))
    return Page(get_students([StudentId(row.sk.removeprefix("student#")) for row in page.rows]), page.next_cursor)


def get_students(student_ids: Sequence[StudentId]) -> list[model.Student]:
    """The students with these ids, in their order; one that isn't there isn't in the answer."""
    wanted = list(dict.fromkeys(student_ids))
    found = StudentRow.batch_get([(student_id, "student") for student_id in wanted], consistent_read=True)
    rows = {row.pk: row for row in found} if wanted else {}
    return [
        model.Student(
            student_id=StudentId(row.pk),
            guardian_id=GuardianId(row.guardian_id),
            name=row.name,
            birth_month=row.birth_month,
            consented_at=row.consented_at,
            consent_version=row.consent_version,
            consent_withdrawn_at=row.consent_withdrawn_at,
            consents=int(row.consents),
        )
        for row in (rows[student_id] for student_id in wanted if student_id in rows)
    ]


def names_of_students(student_ids: Sequence[StudentId]) -> dict[StudentId, str]:
    """Names by id, for a roster."""
    return {student.student_id: student.name for student in get_students(student_ids)}
