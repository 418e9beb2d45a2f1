"""Notices, and the numbers that they are given."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.terminations import model

_SK = "notice"
_MOMENTS = ("returned_at", "failed_at")


class UnknownNotice(errors.Missing):
    code = "unknown_notice"
    zh = "没有这份终止通知书。"
    en = "There is no such notice."


class NoticeRow(Row):
    Meta = meta("terminations")
    title = UnicodeAttribute()
    institution = UnicodeAttribute()
    school = UnicodeAttribute()
    credit_code = UnicodeAttribute()
    payee_account_no = UnicodeAttribute()
    returns = UnicodeAttribute()
    issued_at = Moment()
    proposed_by = UnicodeAttribute()
    approved_by = UnicodeAttribute()
    content = UnicodeAttribute()
    signature = UnicodeAttribute()
    key_id = UnicodeAttribute()
    supplements = UnicodeAttribute(default="")
    instructed_at = Moment(null=True)
    revoked_at = Moment(null=True)
    revoked_by = UnicodeAttribute(default="")
    revocation_reason = UnicodeAttribute(default="")
    version = NumberAttribute()


class CounterRow(Row):
    """How many notices a year has."""

    Meta = meta("terminations")
    issued = NumberAttribute()


def count_of(year: int) -> int:
    """How many notices were issued in a year."""
    (row,) = transaction.read_together([(CounterRow, f"notices#{year}", "counter")])
    return int(row.issued) if row else 0


def put_new(notice: model.Notice, *, year: int, count: int) -> list[transaction.Part]:
    """The parts that issue a year's `count`-th notice: nobody else gets its number, and none is left out."""
    counter = CounterRow(f"notices#{year}", "counter", issued=count)
    first = CounterRow.pk.does_not_exist()
    condition = CounterRow.issued == count - 1 if count > 1 else first
    return [
        transaction.Part("put", counter, transaction.LostRace(), condition),
        transaction.put_new(_row_of(notice), refused=transaction.LostRace()),
    ]


def change(before: model.Notice, after: model.Notice) -> transaction.Part:
    """The part that moves a notice on, if it is still as it was read."""
    row = _row_of(replace(after, version=before.version + 1))
    return transaction.Part("put", row, transaction.LostRace(), NoticeRow.version == before.version)


def find(number: str) -> model.Notice | None:
    """A notice by its number."""
    try:
        return _notice_of(NoticeRow.get(f"notice#{number}", _SK, consistent_read=True))
    except NoticeRow.DoesNotExist:
        return None


def get(number: str) -> model.Notice:
    """A notice by its number. Raises UnknownNotice."""
    found = find(number)
    if found is None:
        raise UnknownNotice()
    return found


def get_many(numbers: tuple[str, ...]) -> list[model.Notice]:
    """The notices with these numbers, in the order of the numbers."""
    keys = [(f"notice#{number}", _SK) for number in numbers]
    found = {row.pk: _notice_of(row) for row in NoticeRow.batch_get(keys, consistent_read=True)} if keys else {}
    return [found[pk] for pk, _ in keys if pk in found]


def _row_of(notice: model.Notice) -> NoticeRow:
    told = asdict(notice)
    told["returns"] = json.dumps(
        [{**asdict(one), **{name: _stored(getattr(one, name)) for name in _MOMENTS}} for one in notice.returns]
    )
    told["institution"] = told.pop("institution_id")
    return NoticeRow(f"notice#{told.pop('number')}", _SK, **told)


def _stored(at: datetime | None) -> str | None:
    return clock.stored(at) if at else None


def _notice_of(row: Any) -> model.Notice:
    returns = [
        model.Return(
            **{
                **one,
                "amount_fen": Fen(one["amount_fen"]),
                **{name: clock.read(one[name]) for name in _MOMENTS if one[name]},
            }
        )
        for one in json.loads(row.returns)
    ]
    return model.Notice(
        number=row.pk.removeprefix("notice#"),
        title=row.title,
        institution_id=InstitutionId(row.institution),
        school=row.school,
        credit_code=row.credit_code,
        payee_account_no=row.payee_account_no,
        returns=tuple(returns),
        issued_at=row.issued_at,
        proposed_by=row.proposed_by,
        approved_by=row.approved_by,
        content=row.content,
        signature=row.signature,
        key_id=row.key_id,
        supplements=row.supplements,
        instructed_at=row.instructed_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        revocation_reason=row.revocation_reason,
        version=int(row.version),
    )
