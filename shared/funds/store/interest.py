"""Credits of interest, and the parts of their plans."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.funds.interest_model import CreditStatus, InterestCredit, Plan, Share
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId, InstitutionId
from shared.kernel.money import Fen
from shared.kernel.page import Page

SHARES_IN_A_SEGMENT = 100  # some 12 KB


class UnknownCredit(errors.Missing):
    code = "unknown_interest_credit"
    zh = "没有这笔利息入账。"
    en = "There is no such credit of interest."


class CreditRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="credit")
    account_no = UnicodeAttribute()
    reference = UnicodeAttribute()
    amount_fen = NumberAttribute()
    period_from = UnicodeAttribute()
    period_to = UnicodeAttribute()
    booked_at = Moment()
    status = UnicodeAttribute()
    plan = UnicodeAttribute(default="")
    segments = NumberAttribute(default=0)
    segments_done = NumberAttribute(default=0)
    claimants = NumberAttribute(default=0)
    own_fen = NumberAttribute(default=0)
    expected_fen = NumberAttribute(default=0)
    problem = UnicodeAttribute(default="")
    distributed_at = Moment(null=True)


class SegmentRow(Row):
    """A part of a plan: a list of shares."""

    Meta = meta("funds")
    kind = UnicodeAttribute(default="plan")
    shares = UnicodeAttribute()


def put_new(credit: InterestCredit) -> transaction.Part:
    """The part that keeps a new credit."""
    return transaction.put_new(_row_of(credit), refused=transaction.LostRace())


def change(before: InterestCredit, after: InterestCredit) -> None:
    """Move a credit on, if nobody else has meanwhile. Raises LostRace."""
    condition = (CreditRow.status == before.status.value) & (CreditRow.segments_done == before.segments_done)
    transaction.commit([transaction.Part("put", _row_of(after), transaction.LostRace(), condition)])


def put_plan(credit: InterestCredit, plan: Plan) -> tuple[str, int]:
    """Write the shares of a plan; the plan's name and the number of its parts. The same plan twice is one.

    It counts once it is named in the credit.
    """
    some = range(0, len(plan.shares), SHARES_IN_A_SEGMENT)
    parts = [_written(plan.shares[start : start + SHARES_IN_A_SEGMENT]) for start in some]
    name = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    for number, shares in enumerate(parts, 1):
        transaction.commit([transaction.put(SegmentRow(*_segment_key(credit, name, number), shares=shares))])
    return name, len(parts)


def shares_of(credit: InterestCredit, number: int) -> list[Share]:
    """The shares of a planned credit's n-th part."""
    return _read(SegmentRow.get(*_segment_key(credit, credit.plan, number), consistent_read=True))


def list_shares(credit: InterestCredit, *, limit: int, cursor: str | None) -> Page[Share]:
    """A planned credit's shares, part by part: `limit` is in parts. Raises BadCursor."""
    keys = SegmentRow.sk.startswith(f"{credit.plan}#")
    page = pages.page(SegmentRow, f"plan#{credit.bank_reference}", limit=limit, cursor=cursor, keys=keys)
    return Page([share for row in page.rows for share in _read(row)], page.next_cursor)


def get(institution_id: InstitutionId, name: str) -> InterestCredit:
    """A school's credit. Raises UnknownCredit."""
    try:
        return credit_of(CreditRow.get(f"interest#{institution_id}", name, consistent_read=True))
    except CreditRow.DoesNotExist:
        raise UnknownCredit() from None


def list_of(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[InterestCredit]:
    """A school's credits, the last period first."""
    page = pages.page(CreditRow, f"interest#{institution_id}", limit=limit, cursor=cursor, backwards=True)
    return page.map(credit_of)


def list_all(institution_id: InstitutionId) -> list[InterestCredit]:
    """Every credit of a school, the first period first: four a year."""
    return [credit_of(row) for row in CreditRow.query(f"interest#{institution_id}", consistent_read=True)]


def credit_of(row: Any) -> InterestCredit:
    """The credit of a stored row."""
    return InterestCredit(
        institution_id=InstitutionId(row.pk.removeprefix("interest#")),
        account_no=row.account_no,
        bank_reference=row.reference,
        amount_fen=Fen(int(row.amount_fen)),
        period_from=date.fromisoformat(row.period_from),
        period_to=date.fromisoformat(row.period_to),
        booked_at=row.booked_at,
        status=CreditStatus(row.status),
        plan=row.plan,
        segments=int(row.segments),
        segments_done=int(row.segments_done),
        claimants=int(row.claimants),
        own_fen=Fen(int(row.own_fen)),
        expected_fen=Fen(int(row.expected_fen)),
        problem=row.problem,
        distributed_at=row.distributed_at,
    )


def _row_of(credit: InterestCredit) -> CreditRow:
    return CreditRow(
        f"interest#{credit.institution_id}",
        credit.name,
        account_no=credit.account_no,
        reference=credit.bank_reference,
        amount_fen=credit.amount_fen,
        period_from=credit.period_from.isoformat(),
        period_to=credit.period_to.isoformat(),
        booked_at=credit.booked_at,
        status=credit.status.value,
        plan=credit.plan,
        segments=credit.segments,
        segments_done=credit.segments_done,
        claimants=credit.claimants,
        own_fen=credit.own_fen,
        expected_fen=credit.expected_fen,
        problem=credit.problem,
        distributed_at=credit.distributed_at,
    )


def _segment_key(credit: InterestCredit, name: str, number: int) -> tuple[str, str]:
    return f"plan#{credit.bank_reference}", f"{name}#{number:05d}"


def _written(shares: Sequence[Share]) -> str:
    told = [
        [share.enrolment_id, share.amount_fen, {day.isoformat(): count for day, count in share.fen_days.items()}]
        for share in shares
    ]
    return json.dumps(told, separators=(",", ":"))


def _read(row: Any) -> list[Share]:
    return [
        Share(EnrolmentId(enrolment), Fen(amount), {date.fromisoformat(day): count for day, count in days.items()})
        for enrolment, amount, days in json.loads(row.shares)
    ]
