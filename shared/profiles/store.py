"""Where the changes are kept. Keys are in this context's README."""

import json
from dataclasses import asdict, replace
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel import errors
from shared.kernel.ids import FileId, InstitutionId, ProfileChangeId
from shared.kernel.page import Page
from shared.profiles import model, rules

_REVIEW = "review"


class UnknownProfileChange(errors.Missing):
    code = "unknown_profile_change"
    zh = "没有找到这项公示信息变更。"
    en = "There is no such change of a profile."


class ByWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    waits_for = UnicodeAttribute(hash_key=True)
    waits_since = Moment(range_key=True)


class ProfileChangeRow(Row):
    """`waits_for` and `waits_since` are there only while it waits for the bureau."""

    Meta = meta("profiles")
    waiting = ByWait()
    kind = UnicodeAttribute()
    item_id = UnicodeAttribute()
    withdraws = BooleanAttribute()
    content = UnicodeAttribute()
    file = UnicodeAttribute(null=True)
    made_by = UnicodeAttribute()
    made_at = Moment()
    status = UnicodeAttribute()
    edits = NumberAttribute()
    submitted_at = Moment(null=True)
    decided_by = UnicodeAttribute(default="")
    decided_at = Moment(null=True)
    reason = UnicodeAttribute(default="")
    replaced_by = UnicodeAttribute(null=True)
    waits_for = UnicodeAttribute(null=True)
    waits_since = Moment(null=True)


class LastRow(Row):
    """Which change of an item was handed in last."""

    Meta = meta("profiles")
    change_id = UnicodeAttribute()


def add(change: model.ProfileChange) -> None:
    """Keep a new draft; the same one twice is one."""
    try:
        transaction.commit([transaction.put_new(_row(change), refused=rules.EditedMeanwhile())])
    except rules.EditedMeanwhile:
        if get(change.institution_id, change.change_id) != change:
            raise


def written(change: model.ProfileChange, *, edits: int) -> transaction.Part:
    """The part that writes a change, if it is still as it was at `edits`. Else EditedMeanwhile."""
    return transaction.put_if(_row(change), ProfileChangeRow.edits == edits, refused=rules.EditedMeanwhile())


def replaced(change: model.ProfileChange, by: ProfileChangeId) -> transaction.Part:
    """The part that lets another change take the place of one that waits. Else LostRace."""
    becomes = replace(change, status=model.ChangeStatus.REPLACED, replaced_by=by, edits=change.edits + 1)
    return transaction.put_if(_row(becomes), ProfileChangeRow.edits == change.edits, refused=transaction.LostRace())


def find_last(institution_id: InstitutionId, item_id: str) -> ProfileChangeId | None:
    """The change of an item that was handed in last."""
    try:
        row = LastRow.get(institution_id, f"last#{item_id}", consistent_read=True)
    except LastRow.DoesNotExist:
        return None
    return ProfileChangeId(row.change_id)


def handed_in(change: model.ProfileChange, *, after: ProfileChangeId | None) -> transaction.Part:
    """The part that makes a change the last of its item, if the last is still the one before. Else LostRace."""
    row = LastRow(change.institution_id, f"last#{change.item_id}", change_id=change.change_id)
    return transaction.put_if(
        row, LastRow.change_id == after if after else LastRow.pk.does_not_exist(), refused=transaction.LostRace()
    )


def get(institution_id: InstitutionId, change_id: ProfileChangeId) -> model.ProfileChange:
    """A change of a school. Raises UnknownProfileChange."""
    try:
        return _change(ProfileChangeRow.get(institution_id, f"change#{change_id}", consistent_read=True))
    except ProfileChangeRow.DoesNotExist:
        raise UnknownProfileChange() from None


def list_of(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[model.ProfileChange]:
    """One page of a school's changes, newest first."""
    keys = ProfileChangeRow.sk.startswith("change#")
    found = pages.page(ProfileChangeRow, institution_id, limit=limit, cursor=cursor, keys=keys, backwards=True)
    return found.map(_change)


def list_waiting(*, limit: int, cursor: str | None) -> Page[model.ProfileChange]:
    """One page of the changes that wait for the bureau, the longest waiting first."""
    page = pages.page(ProfileChangeRow, _REVIEW, limit=limit, cursor=cursor, index=ProfileChangeRow.waiting)
    wanted = [(row.pk, row.sk) for row in page.rows]
    found = (
        {(row.pk, row.sk): row for row in ProfileChangeRow.batch_get(wanted, consistent_read=True)} if wanted else {}
    )
    there = [_change(found[key]) for key in wanted if key in found]
    return Page([one for one in there if one.status is model.ChangeStatus.SUBMITTED], page.next_cursor)


def count_waiting(*, at_most: int) -> int:
    """How many changes wait for the bureau; no more than `at_most` are counted."""
    return min(int(ProfileChangeRow.waiting.count(_REVIEW, limit=at_most)), at_most)


def _row(change: model.ProfileChange) -> ProfileChangeRow:
    waits = change.status is model.ChangeStatus.SUBMITTED
    return ProfileChangeRow(
        change.institution_id,
        f"change#{change.change_id}",
        kind=change.kind.value,
        item_id=change.item_id,
        withdraws=change.withdraws,
        content=json.dumps(dict(change.content), ensure_ascii=False),
        file=json.dumps(asdict(change.file), ensure_ascii=False) if change.file else None,
        made_by=change.made_by,
        made_at=change.made_at,
        status=change.status.value,
        edits=change.edits,
        submitted_at=change.submitted_at,
        decided_by=change.decided_by,
        decided_at=change.decided_at,
        reason=change.reason,
        replaced_by=change.replaced_by,
        waits_for=_REVIEW if waits else None,
        waits_since=change.submitted_at if waits else None,
    )


def _change(row: ProfileChangeRow) -> model.ProfileChange:
    return model.ProfileChange(
        change_id=ProfileChangeId(row.sk.removeprefix("change#")),
        institution_id=InstitutionId(row.pk),
        kind=model.Kind(row.kind),
        item_id=row.item_id,
        withdraws=bool(row.withdraws),
        content=json.loads(row.content),
        file=_file(row.file) if row.file else None,
        made_by=row.made_by,
        made_at=row.made_at,
        status=model.ChangeStatus(row.status),
        edits=int(row.edits),
        submitted_at=row.submitted_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
        replaced_by=ProfileChangeId(row.replaced_by) if row.replaced_by else None,
    )


def _file(text: str) -> model.FileRef:
    told = json.loads(text)
    return model.FileRef(FileId(told["file_id"]), told["name"], told["sha256"])
