"""Where transfers are kept. Keys: this context's README."""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import CourseId, EnrolmentId, GuardianId, InstitutionId, OfferingId
from shared.kernel.page import Page
from shared.mall.transfer_model import Transfer, TransferStatus


class UnknownTransfer(errors.Missing):
    code = "unknown_transfer"
    zh = "没有找到这件转班。"
    en = "There is no such transfer."


class ByWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    waits_for = UnicodeAttribute(hash_key=True)
    waits_since = Moment(range_key=True)


class TransferRow(Row):
    """`waits_*` are there only while it waits for an answer."""

    Meta = meta("mall")
    waiting = ByWait()
    institution_id = UnicodeAttribute()
    guardian_id = UnicodeAttribute()
    from_course = UnicodeAttribute()
    from_offering = UnicodeAttribute()
    from_class = UnicodeAttribute()
    from_terms = UnicodeAttribute()
    to_course = UnicodeAttribute()
    to_offering = UnicodeAttribute()
    to_class = UnicodeAttribute()
    to_terms = UnicodeAttribute()
    opened_by = UnicodeAttribute()
    opened_at = Moment()
    status = UnicodeAttribute()
    answered_by = UnicodeAttribute(null=True)
    answered_at = Moment(null=True)
    lessons = NumberAttribute()
    first_session = NumberAttribute()
    waits_for = UnicodeAttribute(null=True)
    waits_since = Moment(null=True)


def list_of(enrolment_id: EnrolmentId) -> list[Transfer]:
    """All of an enrolment's transfers, by number."""
    return [_transfer(row) for row in TransferRow.query(f"transfers#{enrolment_id}", consistent_read=True)]


def list_done(enrolment_id: EnrolmentId) -> list[Transfer]:
    """Those that amended its contract, in order."""
    return [one for one in list_of(enrolment_id) if one.status is TransferStatus.DONE]


def get(enrolment_id: EnrolmentId, number: int) -> Transfer:
    """One of them. Raises UnknownTransfer."""
    found = next((one for one in list_of(enrolment_id) if one.number == number), None)
    if found is None:
        raise UnknownTransfer()
    return found


def list_waiting(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[Transfer]:
    """One page of a school's transfers that wait for an answer, the longest waiting first."""
    page = pages.page(TransferRow, f"transfers#{institution_id}", limit=limit, cursor=cursor, index=TransferRow.waiting)
    wanted = [(row.pk, row.sk) for row in page.rows]
    rows = TransferRow.batch_get(wanted, consistent_read=True) if wanted else ()
    found = {(row.pk, row.sk): _transfer(row) for row in rows}
    return Page([found[key] for key in wanted if key in found and found[key].open], page.next_cursor)


def opened(transfer: Transfer) -> transaction.Part:
    """The part that keeps a new one under the next number. Else LostRace."""
    return transaction.put_new(_row(transfer), refused=transaction.LostRace())


def answered(before: Transfer, after: Transfer) -> transaction.Part:
    """The part that notes the answer, once. Else LostRace."""
    same = TransferRow.status == before.status.value
    return transaction.put_if(_row(after), same, refused=transaction.LostRace())


def _row(one: Transfer) -> TransferRow:
    return TransferRow(
        f"transfers#{one.enrolment_id}",
        f"transfer#{one.number:03d}",
        institution_id=one.institution_id,
        guardian_id=one.guardian_id,
        from_course=one.from_course,
        from_offering=one.from_offering,
        from_class=one.from_class,
        from_terms=one.from_terms,
        to_course=one.to_course,
        to_offering=one.to_offering,
        to_class=one.to_class,
        to_terms=one.to_terms,
        opened_by=one.opened_by,
        opened_at=one.opened_at,
        status=one.status.value,
        answered_by=one.answered_by or None,
        answered_at=one.answered_at,
        lessons=one.lessons,
        first_session=one.first_session,
        waits_for=f"transfers#{one.institution_id}" if one.open else None,
        waits_since=one.opened_at if one.open else None,
    )


def _transfer(row: TransferRow) -> Transfer:
    return Transfer(
        enrolment_id=EnrolmentId(row.pk.removeprefix("transfers#")),
        number=int(row.sk.removeprefix("transfer#")),
        institution_id=InstitutionId(row.institution_id),
        guardian_id=GuardianId(row.guardian_id),
        from_course=CourseId(row.from_course),
        from_offering=OfferingId(row.from_offering),
        from_class=row.from_class,
        from_terms=row.from_terms,
        to_course=CourseId(row.to_course),
        to_offering=OfferingId(row.to_offering),
        to_class=row.to_class,
        to_terms=row.to_terms,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        status=TransferStatus(row.status),
        answered_by=row.answered_by or "",
        answered_at=row.answered_at,
        lessons=int(row.lessons),
        first_session=int(row.first_session),
    )
