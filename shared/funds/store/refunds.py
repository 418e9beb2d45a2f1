"""Refunds: what guardians asked for and what became of it. The money itself is in entries and accounts."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.funds import refund_model
from shared.kernel import errors, ids
from shared.kernel.ids import EnrolmentId, GuardianId, InstitutionId, RefundId
from shared.kernel.money import Fen
from shared.kernel.page import Page

PAGE = 100


class UnknownRefund(errors.Missing):
    code = "unknown_refund"
    zh = "没有找到这笔退费申请。"
    en = "There is no such refund."


class ByWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_refund_wait"
        projection = KeysOnlyProjection()

    refund_waits_for = UnicodeAttribute(hash_key=True)
    refund_waits_until = Moment(range_key=True)


class ByInstitution(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_refund_institution"
        projection = KeysOnlyProjection()

    refund_institution = UnicodeAttribute(hash_key=True)
    refund_requested_at = Moment(range_key=True)


class RefundRow(Row):
    """`refund_waits_*` are gone when the refund waits for nothing, so that the index holds what is open."""

    Meta = meta("funds")
    waits = ByWait()
    institutions = ByInstitution()

    kind = UnicodeAttribute(default="refund")
    refund_institution = UnicodeAttribute()
    refund_requested_at = Moment()
    refund_waits_for = UnicodeAttribute(null=True)
    refund_waits_until = Moment(null=True)
    guardian = UnicodeAttribute()
    requested_fen = NumberAttribute()
    rule = UnicodeAttribute()
    reason = UnicodeAttribute()
    policy = UnicodeAttribute()
    answer_by = UnicodeAttribute()
    deadline_assumed = BooleanAttribute()
    status = UnicodeAttribute()
    school_reason = UnicodeAttribute(default="")
    recommended = BooleanAttribute(null=True)
    recommendation_reason = UnicodeAttribute(default="")
    recommended_by = UnicodeAttribute(default="")
    decided_by = UnicodeAttribute(default="")
    decision_reason = UnicodeAttribute(default="")
    agreed_by = UnicodeAttribute(null=True)
    agreed_at = Moment(null=True)
    pay_by = UnicodeAttribute(null=True)
    held_fen = NumberAttribute(default=0)
    ended_at = Moment(null=True)
    failure = UnicodeAttribute(default="")
    version = NumberAttribute()


def put_new(refund: refund_model.Refund) -> transaction.Part:
    """The part that writes a new refund; lost to one that was faster."""
    return transaction.put_new(_row_of(refund), refused=transaction.LostRace())


def change(before: refund_model.Refund, after: refund_model.Refund) -> transaction.Part:
    """The part that moves a refund on, if it is still as it was read."""
    row = _row_of(after)
    row.version = before.version + 1
    return transaction.Part("put", row, transaction.LostRace(), RefundRow.version == before.version)


def get(refund_id: str) -> refund_model.Refund:
    """A refund. Raises UnknownRefund."""
    try:
        return refund_of(RefundRow.get(*_key(refund_id), consistent_read=True))
    except RefundRow.DoesNotExist:
        raise UnknownRefund() from None


def move(
    refund_id: str,
    become: Callable[[refund_model.Refund], refund_model.Refund],
    *,
    also: Sequence[transaction.Part] = (),
) -> refund_model.Refund:
    """Read a refund, let it `become`, and write that if it is another; again when somebody else was faster.

    What is in `also` commits with the change. Raises UnknownRefund and what `become` refuses.
    """

    def attempt() -> refund_model.Refund:
        before = get(refund_id)
        after = become(before)
        if after != before:
            transaction.commit([change(before, after), *also])
        return after

    return transaction.retried(attempt)


def list_of_enrolment(enrolment_id: EnrolmentId) -> list[refund_model.Refund]:
    """Every refund of an enrolment, oldest first."""
    rows = RefundRow.query(enrolment_id, RefundRow.sk.startswith("refund#"), consistent_read=True)
    return list(map(refund_of, rows))


def list_of_institution(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[refund_model.Refund]:
    """A school's refunds, newest first."""
    index = RefundRow.institutions
    return _whole(pages.page(RefundRow, institution_id, limit=limit, cursor=cursor, index=index, backwards=True))


def list_requested(institution_id: InstitutionId, *, first: datetime, before: datetime) -> list[refund_model.Refund]:
    """A school's refunds that were asked for in a half-open period, oldest first; `before` is the start of a day."""
    asked = RefundRow.refund_requested_at.between(first.astimezone(UTC), before.astimezone(UTC))
    keys = [(row.pk, row.sk) for row in RefundRow.institutions.query(institution_id, asked)]
    found = map(refund_of, RefundRow.batch_get(keys, consistent_read=True)) if keys else []
    return sorted((one for one in found if one.requested_at < before), key=lambda one: one.requested_at)


def list_waiting(
    wait: refund_model.RefundWait, *, until: datetime | None = None, limit: int, cursor: str | None
) -> Page[refund_model.Refund]:
    """The refunds that wait for something (until a moment, where one is given), the longest waiting first."""
    keys = RefundRow.refund_waits_until <= until.astimezone(UTC) if until else None
    page = pages.page(RefundRow, wait.value, limit=limit, cursor=cursor, keys=keys, index=RefundRow.waits)
    found = _whole(page)
    return Page([refund for refund in found.rows if refund.waits_for is wait], found.next_cursor)


def list_all_waiting(wait: refund_model.RefundWait, *, until: datetime | None = None) -> list[refund_model.Refund]:
    """Every refund that waits for something (until a moment, where one is given), the longest waiting first."""
    found: list[refund_model.Refund] = []
    cursor: str | None = None
    while True:
        page = list_waiting(wait, until=until, limit=PAGE, cursor=cursor)
        found += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return found


def count_waiting(wait: refund_model.RefundWait, *, at_most: int) -> int:
    """How many refunds wait for something; no more than `at_most` are counted."""
    return min(int(RefundRow.waits.count(wait.value, limit=at_most)), at_most)


def enrolment_of(refund_id: str) -> EnrolmentId:
    """The enrolment that a refund belongs to. Raises UnknownRefund."""
    return EnrolmentId(_key(refund_id)[0])


def _whole(page: Page[Any]) -> Page[refund_model.Refund]:
    keys = [(row.pk, row.sk) for row in page.rows]
    found = {(row.pk, row.sk): row for row in RefundRow.batch_get(keys, consistent_read=True)} if keys else {}
    return Page([refund_of(found[key]) for key in keys if key in found], page.next_cursor)


def _key(refund_id: str) -> tuple[str, str]:
    enrolment_id, number = f"enr_{refund_id[4:30]}", refund_id[30:]
    shaped = len(refund_id) == 32 and refund_id.startswith("ref_") and ids.is_id(enrolment_id, "enr")
    if not (shaped and number.isascii() and number.isdigit()):
        raise UnknownRefund()
    return enrolment_id, f"refund#{number}"


def _row_of(refund: refund_model.Refund) -> RefundRow:
    advice = refund.recommendation
    return RefundRow(
        *_key(refund.refund_id),
        refund_institution=refund.institution_id,
        refund_requested_at=refund.requested_at,
        refund_waits_for=refund.waits_for.value if refund.waits_for else None,
        refund_waits_until=refund.waits_until,
        guardian=refund.guardian_id,
        requested_fen=refund.requested_fen,
        rule=refund.rule.value,
        reason=refund.reason,
        policy=refund.policy_version,
        answer_by=refund.answer_by.isoformat(),
        deadline_assumed=refund.deadline_assumed,
        status=refund.status.value,
        school_reason=refund.school_reason,
        recommended=advice.agree if advice else None,
        recommendation_reason=advice.reason if advice else "",
        recommended_by=advice.by if advice else "",
        decided_by=refund.decided_by,
        decision_reason=refund.decision_reason,
        agreed_by=refund.agreed_by.value if refund.agreed_by else None,
        agreed_at=refund.agreed_at,
        pay_by=refund.pay_by.isoformat() if refund.pay_by else None,
        held_fen=refund.held_fen,
        ended_at=refund.ended_at,
        failure=refund.failure,
        version=refund.version,
    )


def refund_of(row: Any) -> refund_model.Refund:
    """The refund of a stored row."""
    recommended = row.recommended is not None
    return refund_model.Refund(
        refund_id=RefundId(f"ref_{row.pk.removeprefix('enr_')}{row.sk.removeprefix('refund#')}"),
        enrolment_id=EnrolmentId(row.pk),
        institution_id=InstitutionId(row.refund_institution),
        guardian_id=GuardianId(row.guardian),
        number=int(row.sk.removeprefix("refund#")),
        requested_fen=Fen(int(row.requested_fen)),
        rule=refund_model.RefundRule(row.rule),
        reason=row.reason,
        policy_version=row.policy,
        requested_at=row.refund_requested_at,
        answer_by=date.fromisoformat(row.answer_by),
        deadline_assumed=bool(row.deadline_assumed),
        status=refund_model.RefundStatus(row.status),
        waits_for=refund_model.RefundWait(row.refund_waits_for) if row.refund_waits_for else None,
        waits_until=row.refund_waits_until,
        school_reason=row.school_reason,
        recommendation=refund_model.Recommendation(bool(row.recommended), row.recommendation_reason, row.recommended_by)
        if recommended
        else None,
        decided_by=row.decided_by,
        decision_reason=row.decision_reason,
        agreed_by=refund_model.AgreedBy(row.agreed_by) if row.agreed_by else None,
        agreed_at=row.agreed_at,
        pay_by=date.fromisoformat(row.pay_by) if row.pay_by else None,
        held_fen=Fen(int(row.held_fen)),
        ended_at=row.ended_at,
        failure=row.failure,
        version=int(row.version),
    )
