"""What the public says against decisions."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.filings import model
from shared.kernel import errors
from shared.kernel.ids import CaseId

_MOST = 200


class UnknownObjection(errors.Missing):
    code = "unknown_filing_objection"
    zh = "没有找到这条异议。"
    en = "There is no such objection."


class ObjectionAnswered(errors.Conflict):
    code = "filing_objection_answered"
    zh = "该异议已处理。"
    en = "The objection is answered already."


class ObjectionRow(Row):
    Meta = meta("filings")
    by_whom = UnicodeAttribute()
    contact = UnicodeAttribute()
    text = UnicodeAttribute()
    at = Moment()
    status = UnicodeAttribute()
    answer = UnicodeAttribute(default="")
    answered_by = UnicodeAttribute(default="")
    answered_at = Moment(null=True)


class SameObjection(errors.Conflict):
    """The very same was said before. Never told to anybody: it counts as said once."""

    code = "filing_objection_known"
    zh = "该异议已收到。"
    en = "The objection was received already."


def put_new(objection: model.Objection) -> transaction.Part:
    """The part that keeps an objection. Its commit raises SameObjection."""
    return transaction.put_new(_row_of(objection), refused=SameObjection())


def answer(objection: model.Objection) -> transaction.Part:
    """The part that answers an objection that is open. Its commit raises ObjectionAnswered."""
    still = ObjectionRow.status == model.ObjectionStatus.OPEN.value
    return transaction.put_if(_row_of(objection), still, refused=ObjectionAnswered())


def get(case_id: CaseId, objection_id: str) -> model.Objection:
    """An objection of a case. Raises UnknownObjection."""
    try:
        row = ObjectionRow.get(case_id, f"objection#{objection_id}", consistent_read=True)
    except ObjectionRow.DoesNotExist:
        raise UnknownObjection() from None
    return _objection(row)


def list_of(case_id: CaseId) -> list[model.Objection]:
    """A case's objections, the first 200."""
    rows = ObjectionRow.query(case_id, ObjectionRow.sk.startswith("objection#"), limit=_MOST, consistent_read=True)
    return sorted(map(_objection, rows), key=lambda one: one.at)


def _row_of(one: model.Objection) -> ObjectionRow:
    return ObjectionRow(
        one.case_id,
        f"objection#{one.objection_id}",
        by_whom=one.by_whom,
        contact=one.contact,
        text=one.text,
        at=one.at,
        status=one.status.value,
        answer=one.answer,
        answered_by=one.answered_by,
        answered_at=one.answered_at,
    )


def _objection(row: Any) -> model.Objection:
    return model.Objection(
        objection_id=row.sk.partition("#")[2],
        case_id=CaseId(row.pk),
        by_whom=row.by_whom,
        contact=row.contact,
        text=row.text,
        at=row.at,
        status=model.ObjectionStatus(row.status),
        answer=row.answer,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )
