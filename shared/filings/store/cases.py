"""Cases: one item each, found by where they stand, by whose turn it is, by institution, by year of inspection."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.filings import model
from shared.filings.model import Case, Filing, Role, State
from shared.filings.store import applicants, inspections, versions, written
from shared.kernel import clock, errors
from shared.kernel.ids import CaseId, InstitutionId
from shared.kernel.page import Page

_SK = "case"
_LAST = "9999-12-31"  # no deadline: after all that have one


class UnknownCase(errors.Missing):
    code = "unknown_filing"
    zh = "没有找到这个申报。"
    en = "There is no such filing."


class CaseExists(errors.Conflict):
    code = "filing_exists"
    zh = "该申报已存在。"
    en = "The filing is there already."


class ByState(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_state"
        projection = KeysOnlyProjection()

    state = UnicodeAttribute(hash_key=True)
    turn = UnicodeAttribute(range_key=True)


class ByOwner(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_owner"
        projection = KeysOnlyProjection()

    owner = UnicodeAttribute(hash_key=True)
    turn = UnicodeAttribute(range_key=True)


class ByInstitution(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_institution"
        projection = KeysOnlyProjection()

    institution = UnicodeAttribute(hash_key=True)
    opened_at = Moment(range_key=True)


class ByYear(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_year"
        projection = KeysOnlyProjection()

    inspected = UnicodeAttribute(hash_key=True)
    turn = UnicodeAttribute(range_key=True)


class CaseRow(Row):
    """`turn` is the order in which cases wait: by the last day to act; closed ones by when they were closed.

    `owner` is whose turn it is, and `inspected` the year of an inspection; without them a case isn't in that index.
    """

    Meta = meta("filings")
    states = ByState()
    owners = ByOwner()
    institutions = ByInstitution()
    years = ByYear()

    state = UnicodeAttribute()
    turn = UnicodeAttribute()
    owner = UnicodeAttribute(null=True)
    institution = UnicodeAttribute()
    opened_at = Moment()
    inspected = UnicodeAttribute(null=True)
    document = UnicodeAttribute()
    version = NumberAttribute()


def open_new(case: Case) -> list[transaction.Part]:
    """The parts that open a case. Their commit raises CaseExists."""
    return [transaction.put_new(_row_of(case), refused=CaseExists()), *inspections.moved(None, case)]


def change(before: Case, after: Case) -> list[transaction.Part]:
    """The parts that move a case on, if it is still as it was read."""
    row = _row_of(replace(after, version=before.version + 1))
    moved = transaction.Part("put", row, transaction.LostRace(), CaseRow.version == before.version)
    over = after.state is State.CLOSED and before.state is not State.CLOSED
    freed = [applicants.closed(after.opened_by)] if over and after.filing is Filing.APPLICATION else []
    return [moved, *versions.replaced(before, after), *inspections.moved(before, after), *freed]


def move(
    case_id: str,
    become: Callable[[Case], Case],
    *,
    also: Callable[[Case], Sequence[transaction.Part]] = lambda after: (),
) -> Case:
    """Read a case, let it `become`, and write that if it is another; again when somebody else was faster.

    What is `also` to be written then commits with it. Raises UnknownCase and what `become` and `also` refuse.
    """

    def attempt() -> Case:
        before = get(case_id)
        after = become(before)
        if after != before:
            transaction.commit([*change(before, after), *also(after)])
        return after

    return transaction.retried(attempt)


def get(case_id: str) -> Case:
    """A case. Raises UnknownCase."""
    try:
        return _case_of(CaseRow.get(case_id, _SK, consistent_read=True))
    except CaseRow.DoesNotExist:
        raise UnknownCase() from None


def get_of(case_id: str, institution_id: InstitutionId) -> Case:
    """A case of an institution. Raises UnknownCase, for another's too."""
    case = get(case_id)
    if case.institution_id != institution_id:
        raise UnknownCase()
    return case


def exists(case_ids: Sequence[CaseId]) -> set[str]:
    """Which of these cases there are."""
    keys = [(one, _SK) for one in case_ids]
    found = CaseRow.batch_get(keys, consistent_read=True, attributes_to_get=["pk"]) if keys else ()
    return {row.pk for row in found}


def list_by_state(state: State, *, limit: int, cursor: str | None) -> Page[Case]:
    """The cases in a state: the one with the nearest deadline first; closed ones, the newest first."""
    backwards = state is State.CLOSED
    return _whole(
        pages.page(CaseRow, state.value, limit=limit, cursor=cursor, index=CaseRow.states, backwards=backwards)
    )


def count_in(state: State, *, at_most: int) -> int:
    """How many cases are in a state; no more than `at_most` are counted."""
    return min(int(CaseRow.states.count(state.value, limit=at_most)), at_most)


def list_due(owner: Role, *, until: date, limit: int, cursor: str | None) -> Page[Case]:
    """The cases in which somebody has to act by a day, that day included; the most overdue first."""
    keys = ByOwner.turn < (until + timedelta(days=1)).isoformat()
    return _whole(pages.page(CaseRow, owner.value, limit=limit, cursor=cursor, keys=keys, index=CaseRow.owners))


def count_due(owner: Role, *, until: date, at_most: int) -> int:
    """How many cases somebody has to act in by a day; no more than `at_most` are counted."""
    keys = ByOwner.turn < (until + timedelta(days=1)).isoformat()
    return min(int(CaseRow.owners.count(owner.value, keys, limit=at_most)), at_most)


def list_of_institution(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[Case]:
    """An institution's cases, newest first."""
    index = CaseRow.institutions
    return _whole(pages.page(CaseRow, institution_id, limit=limit, cursor=cursor, index=index, backwards=True))


def list_of_year(year: int, *, limit: int, cursor: str | None) -> Page[Case]:
    """The inspections of a year, the one with the nearest deadline first, closed ones among them."""
    return _whole(pages.page(CaseRow, str(year), limit=limit, cursor=cursor, index=CaseRow.years))


def _whole(page: Page[Any]) -> Page[Case]:
    keys = [(row.pk, row.sk) for row in page.rows]
    found = {row.pk: _case_of(row) for row in CaseRow.batch_get(keys, consistent_read=True)} if keys else {}
    return Page([found[pk] for pk, _ in keys if pk in found], page.next_cursor)


def _row_of(case: Case) -> CaseRow:
    told = asdict(case)
    for name in ("case_id", "institution_id", "opened_at", "version"):
        del told[name]
    return CaseRow(
        case.case_id,
        _SK,
        state=case.state.value,
        turn=_turn(case),
        owner=case.due.owner.value if case.due else None,
        institution=case.institution_id,
        opened_at=case.opened_at,
        inspected=str(case.year) if case.year else None,
        document=json.dumps(told, ensure_ascii=False, default=written.plain, separators=(",", ":")),
        version=case.version,
    )


def _turn(case: Case) -> str:
    """Unique, so that a page's cursor is."""
    first = clock.stored(case.at) if case.state is State.CLOSED else case.due.day.isoformat() if case.due else _LAST
    return f"{first}#{case.case_id}"


def _case_of(row: Any) -> model.Case:
    told = {
        **json.loads(row.document),
        "case_id": CaseId(row.pk),
        "institution_id": InstitutionId(row.institution),
        "opened_at": clock.stored(row.opened_at),
        "version": int(row.version),
    }
    case: Case = written.read(Case, told)
    return case
