"""Where lists, their changes and appeals are kept. Keys are in this context's README."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import FileId, InstitutionId
from shared.kernel.page import Page
from shared.listings import model, rules

_LISTING, _FEED, _HEAD = "listing", "feed", "head"
_OPEN_APPEALS = "open_appeals"


class ListingChanged(errors.Conflict):
    code = "listing_changed"
    zh = "该机构的名单状态刚刚被他人变更，请刷新后再试。"
    en = "Somebody else has just changed the institution's listing. Reload and try again."


class UnknownAppeal(errors.Missing):
    code = "unknown_appeal"
    zh = "没有找到该申诉。"
    en = "There is no such appeal."


class ByList(GlobalSecondaryIndex[Any]):
    """What is on a list, and the appeals that wait, by time. A row that is on none isn't in it."""

    class Meta:
        index_name = "by_list"
        projection = KeysOnlyProjection()

    on_list = UnicodeAttribute(hash_key=True)
    listed_at = Moment(range_key=True)


class ListingRow(Row):
    Meta = meta("listings")
    lists = ByList()

    on_list = UnicodeAttribute(null=True)
    listed_at = Moment(null=True)
    reason = UnicodeAttribute(default="")
    evidence = UnicodeAttribute(default="")
    until = UnicodeAttribute(null=True)
    changes = NumberAttribute(default=0)
    blacklisted = NumberAttribute(default=0)
    appealed = NumberAttribute(default=0)


class HeadRow(Row):
    """The number of the last change of the lists: who changes them takes the next one, so there is no gap."""

    Meta = meta("listings")
    last = NumberAttribute()


class ChangeRow(Row):
    """A change, once in the feed of all (by its number) and once in the school's history (by its own count)."""

    Meta = meta("listings")
    number = NumberAttribute()
    nth = NumberAttribute()
    institution_id = UnicodeAttribute()
    name = UnicodeAttribute()
    credit_code = UnicodeAttribute()
    kind = UnicodeAttribute()
    was = UnicodeAttribute(null=True)
    becomes = UnicodeAttribute(null=True)
    reason = UnicodeAttribute()
    evidence = UnicodeAttribute()
    files = UnicodeAttribute(default="")
    until = UnicodeAttribute(null=True)
    proposed_by = UnicodeAttribute()
    approved_by = UnicodeAttribute()
    at = Moment()


class AppealRow(Row):
    Meta = meta("listings")
    lists = ByList()

    on_list = UnicodeAttribute(null=True)
    listed_at = Moment()
    text = UnicodeAttribute()
    by = UnicodeAttribute()
    status = UnicodeAttribute()
    answer = UnicodeAttribute(default="")
    answered_at = Moment(null=True)


def last_number() -> int:
    """The number of the last change of the lists; 0 before the first."""
    try:
        return int(HeadRow.get(_FEED, _HEAD, consistent_read=True).last)
    except HeadRow.DoesNotExist:
        return 0


def change_parts(before: model.Listing, after: model.Listing, change: model.ListChange) -> list[transaction.Part]:
    """What a change of the lists writes. The commit raises ListingChanged; LostRace when another took its number."""
    iid = change.institution_id
    stands = ListingRow.changes == before.changes
    fresh = ListingRow.pk.does_not_exist()
    condition = stands if before.changes else fresh
    head = HeadRow.last == change.number - 1 if change.number > 1 else HeadRow.pk.does_not_exist()
    again = transaction.LostRace()
    return [
        transaction.put_if(_listing_row(after), condition, refused=ListingChanged()),
        transaction.put_if(HeadRow(_FEED, _HEAD, last=change.number), head, refused=again),
        transaction.put_new(_change_row(_FEED, f"{change.number:010d}", change), refused=again),
        transaction.put_new(_change_row(iid, f"change#{change.nth:06d}", change), refused=ListingChanged()),
    ]


def add_appeal(appeal: model.Appeal) -> None:
    """Keep a school's appeal, once. Raises ListingChanged, AlreadyAppealed, Unavailable."""
    iid = appeal.institution_id
    stands = (ListingRow.changes == appeal.nth) & (ListingRow.appealed != appeal.nth)
    still = stands & (ListingRow.on_list == model.ListName.BLACK.value)
    row = AppealRow(
        iid,
        _appeal_sk(appeal.nth),
        on_list=_OPEN_APPEALS,
        listed_at=appeal.at,
        text=appeal.text,
        by=appeal.by,
        status=appeal.status.value,
    )
    marked = [ListingRow.appealed.set(appeal.nth)]
    transaction.commit(
        [
            transaction.put_new(row, refused=rules.AlreadyAppealed()),
            transaction.update(ListingRow(iid, _LISTING), marked, still, refused=ListingChanged()),
        ]
    )


def answer_part(appeal: model.Appeal, *, now: datetime) -> transaction.Part:
    """The part that answers an appeal at `now`; `appeal` is as it becomes. The commit raises AppealAnswered."""
    actions: list[Action] = [
        AppealRow.on_list.remove(),
        AppealRow.status.set(appeal.status.value),
        AppealRow.answer.set(appeal.answer),
        AppealRow.answered_at.set(now),
    ]
    still = AppealRow.status == model.AppealStatus.OPEN.value
    row = AppealRow(appeal.institution_id, _appeal_sk(appeal.nth))
    return transaction.update(row, actions, still, refused=rules.AppealAnswered())


def standing_part(listing: model.Listing) -> transaction.Part:
    """The part that holds only while a school's listing is this one."""
    stands = ListingRow.changes == listing.changes
    return transaction.check(ListingRow(listing.institution_id, _LISTING), stands, refused=ListingChanged())


def get(institution_id: InstitutionId) -> model.Listing:
    """Where a school stands; on no list if it never was on one."""
    return get_many([institution_id]).get(institution_id, model.Listing(institution_id))


def get_many(institution_ids: Sequence[InstitutionId]) -> dict[InstitutionId, model.Listing]:
    """Where these schools stand; one that never was on a list isn't in the answer."""
    keys = [(iid, _LISTING) for iid in dict.fromkeys(institution_ids)]
    rows = ListingRow.batch_get(keys, consistent_read=True) if keys else ()
    return {InstitutionId(row.pk): _listing(row) for row in rows}


def list_page(of: model.ListName, *, limit: int, cursor: str | None, oldest_first: bool = False) -> Page[model.Listing]:
    """One page of those on a list, the newest first."""
    backwards = not oldest_first
    page = pages.page(ListingRow, of.value, limit=limit, cursor=cursor, index=ListingRow.lists, backwards=backwards)
    ids = [InstitutionId(row.pk) for row in page.rows]
    found = get_many(ids)
    return Page([found[iid] for iid in ids if iid in found and found[iid].on is of], page.next_cursor)


def list_changes(*, after: int, limit: int) -> list[model.ListChange]:
    """The changes of the lists numbered after this one, oldest first: every one, each once."""
    first, last = f"{after + 1:010d}", f"{after + limit:010d}"
    rows = ChangeRow.query(_FEED, ChangeRow.sk.between(first, last), consistent_read=True)
    return [_change(row) for row in rows]


def list_history(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[model.ListChange]:
    """One page of a school's changes, the newest first."""
    keys = ChangeRow.sk.startswith("change#")
    return pages.page(ChangeRow, institution_id, limit=limit, cursor=cursor, keys=keys, backwards=True).map(_change)


def get_appeal(institution_id: InstitutionId, nth: int) -> model.Appeal:
    """A school's appeal against its `nth` change. Raises UnknownAppeal."""
    try:
        return _appeal(AppealRow.get(institution_id, _appeal_sk(nth), consistent_read=True))
    except AppealRow.DoesNotExist:
        raise UnknownAppeal() from None


def list_appeals(institution_id: InstitutionId, *, at_most: int) -> list[model.Appeal]:
    """A school's appeals, the newest first."""
    rows = AppealRow.query(institution_id, AppealRow.sk.startswith("appeal#"), scan_index_forward=False, limit=at_most)
    return [_appeal(row) for row in rows]


def list_open_appeals(*, limit: int, cursor: str | None) -> Page[model.Appeal]:
    """One page of the appeals that wait for an answer, the longest first."""
    page = pages.page(AppealRow, _OPEN_APPEALS, limit=limit, cursor=cursor, index=AppealRow.lists)
    keys = [(row.pk, row.sk) for row in page.rows]
    found = {(row.pk, row.sk): row for row in AppealRow.batch_get(keys, consistent_read=True)} if keys else {}
    return Page([_appeal(found[key]) for key in keys if key in found], page.next_cursor)


def count_open_appeals(*, at_most: int) -> int:
    """How many appeals wait for an answer; no more than `at_most` are counted."""
    return min(int(AppealRow.lists.count(_OPEN_APPEALS, limit=at_most)), at_most)


def _appeal_sk(nth: int) -> str:
    return f"appeal#{nth:06d}"


def _listing_row(one: model.Listing) -> ListingRow:
    return ListingRow(
        one.institution_id,
        _LISTING,
        on_list=one.on.value if one.on else None,
        listed_at=one.at if one.on else None,
        reason=one.reason,
        evidence=one.evidence,
        until=one.until.isoformat() if one.until else None,
        changes=one.changes,
        blacklisted=one.blacklisted,
        appealed=one.appealed,
    )


def _listing(row: Any) -> model.Listing:
    return model.Listing(
        institution_id=InstitutionId(row.pk),
        on=model.ListName(row.on_list) if row.on_list else None,
        at=row.listed_at,
        reason=row.reason,
        evidence=row.evidence,
        until=date.fromisoformat(row.until) if row.until else None,
        changes=int(row.changes),
        blacklisted=int(row.blacklisted),
        appealed=int(row.appealed),
    )


_SAME = ("institution_id", "name", "credit_code", "reason", "evidence", "proposed_by", "approved_by", "at")


def _change_row(pk: str, sk: str, change: model.ListChange) -> ChangeRow:
    told: Mapping[str, Any] = {name: getattr(change, name) for name in _SAME}
    return ChangeRow(
        pk,
        sk,
        **told,
        number=change.number,
        nth=change.nth,
        kind=change.kind.value,
        was=change.was.value if change.was else None,
        becomes=change.becomes.value if change.becomes else None,
        until=change.until.isoformat() if change.until else None,
        files=" ".join(change.files),
    )


def _change(row: Any) -> model.ListChange:
    told: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    return model.ListChange(
        **told,
        number=int(row.number),
        nth=int(row.nth),
        kind=model.ChangeKind(row.kind),
        was=model.ListName(row.was) if row.was else None,
        becomes=model.ListName(row.becomes) if row.becomes else None,
        until=date.fromisoformat(row.until) if row.until else None,
        files=tuple(FileId(one) for one in row.files.split()),
    )


def _appeal(row: Any) -> model.Appeal:
    return model.Appeal(
        institution_id=InstitutionId(row.pk),
        nth=int(row.sk.partition("#")[2]),
        text=row.text,
        by=row.by,
        at=row.listed_at,
        status=model.AppealStatus(row.status),
        answer=row.answer,
        answered_at=row.answered_at,
    )
