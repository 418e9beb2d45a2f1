"""Breaks: kept once each, listed by the state that they are in."""

import json
from datetime import date
from functools import reduce
from operator import and_
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from shared.dynamo import pages
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import BreakId, InstitutionId
from shared.kernel.page import Page
from shared.reconciliation.model import Break, BreakKind, BreakState, Finding


class UnknownBreak(errors.Missing):
    code = "unknown_break"
    zh = "没有找到这项差异。"
    en = "There is no such break."


class BreakChanged(errors.Conflict):
    code = "break_changed"
    zh = "他人刚刚处理过这项差异，请刷新后再试。"
    en = "Somebody else has just changed this break. Reload and try again."


class ByState(GlobalSecondaryIndex[Any]):
    """With what a list of breaks can be asked for by, beside the keys."""

    class Meta:
        index_name = "by_state"
        projection = IncludeProjection(["break_kind", "owner"])

    break_state = UnicodeAttribute(hash_key=True)
    found_at = Moment(range_key=True)


class BreakRow(Row):
    Meta = meta("reconciliation")
    states = ByState()

    break_state = UnicodeAttribute()
    found_at = Moment()
    break_kind = UnicodeAttribute()
    subject = UnicodeAttribute(default="")
    figures = UnicodeAttribute()
    institution = UnicodeAttribute(default="")
    owner = UnicodeAttribute(default="")
    reason = UnicodeAttribute(default="")
    changed_by = UnicodeAttribute(default="")
    changed_at = Moment(null=True)
    version = NumberAttribute(default=1)


def add_break(one: Break) -> bool:
    """Keep a new break, once; whether it is new."""
    try:
        _row_of(one).save(BreakRow.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def change_break(before: Break, after: Break) -> None:
    """Change a break that is still as it was read. Raises BreakChanged."""
    row = _row_of(after)
    same = (BreakRow.break_state == before.state.value) & (BreakRow.owner == before.owner)
    try:
        row.save(same & (BreakRow.reason == before.reason))
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        raise BreakChanged() from None


def get_break(account_no: str, day: date, break_id: str) -> Break:
    """A break. Raises UnknownBreak."""
    try:
        return _break(BreakRow.get(f"breaks#{account_no}", f"{day.isoformat()}#{break_id}", consistent_read=True))
    except BreakRow.DoesNotExist:
        raise UnknownBreak() from None


def list_breaks_of(account_no: str, day: date) -> list[Break]:
    """Every break of an account and a day, whatever became of it."""
    starts = BreakRow.sk.startswith(f"{day.isoformat()}#")
    return list(map(_break, BreakRow.query(f"breaks#{account_no}", starts, consistent_read=True)))


def list_breaks(
    state: BreakState, *, kind: BreakKind | None = None, owner: str = "", limit: int, cursor: str | None
) -> Page[Break]:
    """The breaks in a state, of a kind and an owner where that is asked for.

    Those that are open, the oldest first; the others the newest first.
    """
    asked = [BreakRow.break_kind == kind.value] if kind else []
    asked += [BreakRow.owner == owner] if owner else []
    page = pages.page(
        BreakRow,
        state.value,
        limit=limit,
        cursor=cursor,
        index=BreakRow.states,
        backwards=state is not BreakState.OPEN,
        only=reduce(and_, asked) if asked else None,
    )
    keys = [(row.pk, row.sk) for row in page.rows]
    found = {(row.pk, row.sk): _break(row) for row in BreakRow.batch_get(keys, consistent_read=True)} if keys else {}
    return Page([found[key] for key in keys if key in found], page.next_cursor)


def list_places_with_breaks() -> set[tuple[str, date]]:
    """The accounts and days that have a break which isn't resolved."""
    found = (row for state in ("open", "explained") for row in BreakRow.states.query(state))
    return {(row.pk.partition("#")[2], date.fromisoformat(row.sk.partition("#")[0])) for row in found}


def count_breaks(state: BreakState, *, at_most: int) -> int:
    """How many breaks are in a state; no more than `at_most` are counted."""
    return min(int(BreakRow.states.count(state.value, limit=at_most)), at_most)


def _row_of(one: Break) -> BreakRow:
    finding = one.finding
    return BreakRow(
        f"breaks#{finding.account_no}",
        f"{finding.day.isoformat()}#{one.break_id}",
        break_state=one.state.value,
        found_at=one.found_at,
        break_kind=finding.kind.value,
        subject=finding.subject,
        figures=json.dumps(dict(finding.figures), ensure_ascii=False),
        institution=one.institution_id or "",
        owner=one.owner,
        reason=one.reason,
        changed_by=one.changed_by,
        changed_at=one.changed_at,
    )


def _break(row: Any) -> Break:
    day, _, break_id = row.sk.partition("#")
    finding = Finding(
        kind=BreakKind(row.break_kind),
        account_no=row.pk.partition("#")[2],
        day=date.fromisoformat(day),
        subject=row.subject,
        figures=json.loads(row.figures),
    )
    return Break(
        break_id=BreakId(break_id),
        finding=finding,
        institution_id=InstitutionId(row.institution) if row.institution else None,
        found_at=row.found_at,
        state=BreakState(row.break_state),
        owner=row.owner,
        reason=row.reason,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )
