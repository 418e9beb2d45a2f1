"""Cases, and how far each is gone through."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.kernel.page import Page
from shared.terminations import model, rules

_CASE, _PROGRESS = "case", "progress"


class UnknownCase(errors.Missing):
    code = "unknown_termination"
    zh = "该机构没有终止案件。"
    en = "There is no termination of this institution."


class CaseExists(errors.Conflict):
    code = "termination_exists"
    zh = "该机构的终止案件已立案。"
    en = "The institution's termination is open already."


class NotSettling(errors.Conflict):
    code = "not_settling"
    zh = "该机构不在终止结算期，不能结清课时费。"
    en = "The institution isn't being settled, so no lesson is released finally."


class ByStanding(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_standing"
        projection = KeysOnlyProjection()

    standing = UnicodeAttribute(hash_key=True)
    opened_at = Moment(range_key=True)


class CaseRow(Row):
    Meta = meta("terminations")
    standings = ByStanding()

    standing = UnicodeAttribute()
    opened_at = Moment()
    step = UnicodeAttribute()
    reason = UnicodeAttribute()
    history = UnicodeAttribute()
    decision_no = UnicodeAttribute(default="")
    evidence = UnicodeAttribute(default="")
    publicity_until = UnicodeAttribute(null=True)
    publicity_assumed = BooleanAttribute(default=False)
    objections_open = NumberAttribute(default=0)
    check = UnicodeAttribute(null=True)
    notices = UnicodeAttribute(default="")
    version = NumberAttribute()


class ProgressRow(Row):
    Meta = meta("terminations")
    round = NumberAttribute()
    cursor = UnicodeAttribute(null=True)
    of = NumberAttribute()
    gone = NumberAttribute()
    settled = NumberAttribute()
    held_fen = NumberAttribute()
    pending_fen = NumberAttribute()
    refunded_fen = NumberAttribute()
    over_at = Moment(null=True)
    version = NumberAttribute()


def open_new(case: model.Case) -> transaction.Part:
    """The part that opens a school's only case."""
    return transaction.put_new(_row_of(case), refused=CaseExists())


def change(before: model.Case, after: model.Case) -> transaction.Part:
    """The part that moves a case on, if it is still as it was read."""
    row = _row_of(replace(after, version=before.version + 1))
    return transaction.Part("put", row, transaction.LostRace(), CaseRow.version == before.version)


def settling(institution_id: InstitutionId) -> transaction.Part:
    """The part of a final release that holds only while the school's termination settles lessons."""
    condition = CaseRow.step.is_in(*sorted(step.value for step in rules.SETTLES))
    return transaction.check(CaseRow(institution_id, _CASE), condition, refused=NotSettling())


def find(institution_id: str) -> model.Case | None:
    """A school's case, if it has one."""
    try:
        return _case_of(CaseRow.get(institution_id, _CASE, consistent_read=True))
    except CaseRow.DoesNotExist:
        return None


def get(institution_id: str) -> model.Case:
    """A school's case. Raises UnknownCase."""
    found = find(institution_id)
    if found is None:
        raise UnknownCase()
    return found


def move(institution_id: InstitutionId, become: Callable[[model.Case], model.Case]) -> model.Case:
    """Read a case, let it `become`, and write that if it is another; again when somebody else was faster.

    Raises UnknownCase and what `become` refuses.
    """

    def attempt() -> model.Case:
        before = get(institution_id)
        after = become(before)
        if after != before:
            transaction.commit([change(before, after)])
        return after

    return transaction.retried(attempt)


def list_by_standing(standing: model.Standing, *, limit: int, cursor: str | None) -> Page[model.Case]:
    """The cases that are open, or closed, newest first."""
    index = CaseRow.standings
    page = pages.page(CaseRow, standing.value, limit=limit, cursor=cursor, index=index, backwards=True)
    keys = [(row.pk, row.sk) for row in page.rows]
    found = {row.pk: _case_of(row) for row in CaseRow.batch_get(keys, consistent_read=True)} if keys else {}
    return Page([found[pk] for pk, _ in keys if pk in found], page.next_cursor)


def list_open() -> list[model.Case]:
    """Every open case."""
    found: list[model.Case] = []
    cursor: str | None = None
    while True:
        page = list_by_standing(model.Standing.OPEN, limit=100, cursor=cursor)
        found += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return found


def count_open(*, at_most: int) -> int:
    """How many cases are open; no more than `at_most` are counted."""
    return min(int(CaseRow.standings.count(model.Standing.OPEN.value, limit=at_most)), at_most)


def get_progress(institution_id: InstitutionId) -> model.Progress:
    """How far the enrolments are gone through; where nothing was begun, the beginning."""
    try:
        row = ProgressRow.get(institution_id, _PROGRESS, consistent_read=True)
    except ProgressRow.DoesNotExist:
        return model.Progress()
    return model.Progress(
        round=int(row.round),
        cursor=row.cursor,
        of=int(row.of),
        gone=int(row.gone),
        settled=int(row.settled),
        held_fen=Fen(int(row.held_fen)),
        pending_fen=Fen(int(row.pending_fen)),
        refunded_fen=Fen(int(row.refunded_fen)),
        over_at=row.over_at,
        version=int(row.version),
    )


def change_progress(institution_id: InstitutionId, before: model.Progress, after: model.Progress) -> transaction.Part:
    """The part that notes a checkpoint, if nobody has noted another since `before` was read."""
    told = {**asdict(after), "version": before.version + 1}
    row = ProgressRow(institution_id, _PROGRESS, **told)
    condition = ProgressRow.version == before.version if before.version else ProgressRow.pk.does_not_exist()
    return transaction.Part("put", row, transaction.LostRace(), condition)


def _row_of(case: model.Case) -> CaseRow:
    check = case.check
    return CaseRow(
        case.institution_id,
        _CASE,
        standing=case.standing.value,
        opened_at=case.opened_at,
        step=case.step.value,
        reason=case.reason,
        decision_no=case.decision_no,
        evidence=case.evidence,
        history=json.dumps([[one.step.value, clock.stored(one.at), one.by] for one in case.history]),
        publicity_until=case.publicity_until.isoformat() if case.publicity_until else None,
        publicity_assumed=case.publicity_assumed,
        objections_open=case.objections_open,
        check=json.dumps({**asdict(check), "at": clock.stored(check.at)}) if check else None,
        notices=" ".join(case.notices),
        version=case.version,
    )


def _case_of(row: Any) -> model.Case:
    told = json.loads(row.check) if row.check else None
    return model.Case(
        institution_id=InstitutionId(row.pk),
        step=model.Step(row.step),
        reason=row.reason,
        decision_no=row.decision_no,
        evidence=row.evidence,
        opened_at=row.opened_at,
        history=tuple(model.Stage(model.Step(step), clock.read(at), by) for step, at, by in json.loads(row.history)),
        publicity_until=date.fromisoformat(row.publicity_until) if row.publicity_until else None,
        publicity_assumed=bool(row.publicity_assumed),
        objections_open=int(row.objections_open),
        check=model.Check(**{**told, "at": clock.read(told["at"])}) if told else None,
        notices=tuple(row.notices.split()),
        version=int(row.version),
    )
