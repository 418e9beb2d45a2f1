"""Objections against a termination."""

from dataclasses import asdict
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from shared.terminations import model, rules


class UnknownObjection(errors.Missing):
    code = "unknown_objection"
    zh = "没有这条异议。"
    en = "There is no such objection."


class ObjectionRow(Row):
    Meta = meta("terminations")
    by_whom = UnicodeAttribute()
    text = UnicodeAttribute()
    recorded_by = UnicodeAttribute()
    recorded_at = Moment()
    status = UnicodeAttribute()
    decision = UnicodeAttribute(default="")
    decided_by = UnicodeAttribute(default="")
    decided_at = Moment(null=True)


def put_new(objection: model.Objection) -> transaction.Part:
    """The part that keeps a new objection."""
    return transaction.put_new(_row_of(objection), refused=transaction.LostRace())


def decide(decided: model.Objection) -> transaction.Part:
    """The part that decides an objection which is still open."""
    still = ObjectionRow.status == model.ObjectionStatus.OPEN.value
    return transaction.Part("put", _row_of(decided), rules.ObjectionDecided(), still)


def get(institution_id: InstitutionId, objection_id: str) -> model.Objection:
    """An objection. Raises UnknownObjection."""
    try:
        return _objection_of(ObjectionRow.get(institution_id, f"objection#{objection_id}", consistent_read=True))
    except ObjectionRow.DoesNotExist:
        raise UnknownObjection() from None


def list_of(institution_id: InstitutionId) -> list[model.Objection]:
    """Every objection to a school's termination, oldest first."""
    rows = ObjectionRow.query(institution_id, ObjectionRow.sk.startswith("objection#"), consistent_read=True)
    return list(map(_objection_of, rows))


def _row_of(objection: model.Objection) -> ObjectionRow:
    told = {**asdict(objection), "status": objection.status.value}
    key = told.pop("institution_id"), f"objection#{told.pop('objection_id')}"
    return ObjectionRow(*key, **told)


def _objection_of(row: Any) -> model.Objection:
    return model.Objection(
        objection_id=row.sk.removeprefix("objection#"),
        institution_id=InstitutionId(row.pk),
        by_whom=row.by_whom,
        text=row.text,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        status=model.ObjectionStatus(row.status),
        decision=row.decision,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
