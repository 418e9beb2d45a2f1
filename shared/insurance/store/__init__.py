"""Where covers are kept. Keys are in this context's README."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.insurance import model
from shared.kernel import clock, errors
from shared.kernel.ids import CoverId, EnrolmentId, InstitutionId
from shared.kernel.page import Page

_SK = "cover"


class NoCover(errors.Missing):
    code = "no_cover"
    zh = "这笔报名没有意外险。"
    en = "This enrolment has no accident cover."


class ByStatus(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_status"
        projection = KeysOnlyProjection()

    status = UnicodeAttribute(hash_key=True)
    since = Moment(range_key=True)


class ByDue(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_due"
        projection = KeysOnlyProjection()

    due = UnicodeAttribute(hash_key=True)
    due_at = Moment(range_key=True)


class CoverRow(Row):
    """`due` and `due_at` are there only while something is to be done."""

    Meta = meta("insurance")
    statuses = ByStatus()
    dues = ByDue()

    cover_id = UnicodeAttribute()
    institution = UnicodeAttribute()
    status = UnicodeAttribute()
    since = Moment()
    wanted_at = Moment()
    due = UnicodeAttribute(null=True)
    due_at = Moment(null=True)
    asked = NumberAttribute(default=0)
    tries = NumberAttribute(default=0)
    request = UnicodeAttribute(null=True)
    terms_of = UnicodeAttribute(null=True)
    policy_no = UnicodeAttribute(null=True)
    first_day = UnicodeAttribute(null=True)
    last_day = UnicodeAttribute(null=True)
    disclosure = UnicodeAttribute(null=True)
    over = UnicodeAttribute(null=True)
    over_on = UnicodeAttribute(null=True)
    covered_until = UnicodeAttribute(null=True)
    refusal = UnicodeAttribute(null=True)
    asked_again = UnicodeAttribute(default="[]")
    version = NumberAttribute()


def find(enrolment_id: EnrolmentId) -> model.Cover | None:
    """An enrolment's cover."""
    try:
        return _cover(CoverRow.get(enrolment_id, _SK, consistent_read=True))
    except CoverRow.DoesNotExist:
        return None


def get(enrolment_id: EnrolmentId) -> model.Cover:
    """An enrolment's cover. Raises NoCover."""
    found = find(enrolment_id)
    if found is None:
        raise NoCover()
    return found


def get_many(enrolment_ids: Sequence[EnrolmentId]) -> dict[EnrolmentId, model.Cover]:
    """The covers of these enrolments, of those that have one, in the order of the ids."""
    wanted = list(dict.fromkeys(enrolment_ids))
    rows = CoverRow.batch_get([(one, _SK) for one in wanted], consistent_read=True) if wanted else ()
    found = {row.pk: _cover(row) for row in rows}
    return {one: found[one] for one in wanted if one in found}


def write(before: model.Cover | None, after: model.Cover) -> None:
    """Write a cover as it is now. Raises LostRace when it isn't as it was read."""
    row = _row(after, version=before.version + 1 if before else 1)
    lost = transaction.LostRace()
    if before is None:
        part = transaction.put_new(row, refused=lost)
    else:
        part = transaction.put_if(row, CoverRow.version == before.version, refused=lost)
    transaction.commit([part])


def list_due(due: model.Due, *, until: datetime, limit: int) -> list[EnrolmentId]:
    """The enrolments whose cover is due for something, the longest first."""
    found = CoverRow.dues.query(due.value, CoverRow.due_at <= until, limit=limit)
    return [EnrolmentId(row.pk) for row in found]


def list_by_status(status: model.CoverStatus, *, limit: int, cursor: str | None) -> Page[model.Cover]:
    """The covers in a status: those that wait for the insurer or for us, the longest first; all others newest first."""
    waits = status in (model.CoverStatus.WANTED, model.CoverStatus.REFUSED, model.CoverStatus.ENDING)
    page = pages.page(CoverRow, status.value, limit=limit, cursor=cursor, index=CoverRow.statuses, backwards=not waits)
    found = get_many([EnrolmentId(row.pk) for row in page.rows])
    return Page(list(found.values()), page.next_cursor)


def count(status: model.CoverStatus, *, at_most: int, before: datetime | None = None) -> int:
    """How many covers are in a status, since before a moment if one is given; no more than `at_most` are counted."""
    keys = CoverRow.since < before if before is not None else None
    return min(int(CoverRow.statuses.count(status.value, keys, limit=at_most)), at_most)


def _row(cover: model.Cover, *, version: int) -> CoverRow:
    policy = cover.policy
    row = CoverRow(
        cover.enrolment_id,
        _SK,
        cover_id=cover.cover_id,
        institution=cover.institution_id,
        status=cover.status.value,
        since=cover.since,
        wanted_at=cover.wanted_at,
        asked=cover.asked,
        tries=cover.tries,
        request=cover.request or None,
        terms_of=_text(cover.terms_of),
        policy_no=policy.policy_no if policy else None,
        first_day=_text(policy.first_day if policy else None),
        last_day=_text(policy.last_day if policy else None),
        disclosure=_disclosed(cover.disclosure) if cover.disclosure else None,
        over=cover.over.value if cover.over else None,
        over_on=_text(cover.over_on),
        covered_until=_text(cover.covered_until),
        refusal=cover.refusal or None,
        asked_again=json.dumps([_act(one) for one in cover.asked_again], ensure_ascii=False),
        version=version,
    )
    if cover.due is not None:
        row.due, row.due_at = cover.due.value, cover.due_at
    return row


def _cover(row: CoverRow) -> model.Cover:
    first, last = _day(row.first_day), _day(row.last_day)
    return model.Cover(
        cover_id=CoverId(row.cover_id),
        enrolment_id=EnrolmentId(row.pk),
        institution_id=InstitutionId(row.institution),
        wanted_at=row.wanted_at,
        since=row.since,
        status=model.CoverStatus(row.status),
        due=model.Due(row.due) if row.due else None,
        due_at=row.due_at,
        asked=int(row.asked),
        tries=int(row.tries),
        request=row.request or "",
        terms_of=_day(row.terms_of),
        policy=model.Policy(row.policy_no, first, last) if row.policy_no and first and last else None,
        disclosure=_disclosure(json.loads(row.disclosure)) if row.disclosure else None,
        over=model.EndReason(row.over) if row.over else None,
        over_on=_day(row.over_on),
        covered_until=_day(row.covered_until),
        refusal=row.refusal or "",
        asked_again=tuple(
            model.AskedAgain(**{**one, "at": clock.read(one["at"])}) for one in json.loads(row.asked_again)
        ),
        version=int(row.version),
    )


def _disclosed(disclosure: model.Disclosure) -> str:
    return json.dumps({**asdict(disclosure), "at": clock.stored(disclosure.at)}, ensure_ascii=False)


def _disclosure(told: dict[str, Any]) -> model.Disclosure:
    return model.Disclosure(clock.read(told["at"]), told["purpose"], tuple(told["told"]), told["consent_version"])


def _act(one: model.AskedAgain) -> dict[str, Any]:
    return {**asdict(one), "at": clock.stored(one.at)}


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
