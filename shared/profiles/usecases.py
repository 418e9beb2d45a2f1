"""A change's way: the school writes and submits it, the bureau accepts it or sends it back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel import clock
from shared.kernel.ids import InstitutionId, ProfileChangeId
from shared.profiles import rules, store
from shared.profiles.model import ChangeStatus, FileRef, ProfileChange


def draft(*, change: ProfileChange) -> ProfileChange:
    """Write down what the school wants published. Raises what `rules.check_content` refuses."""
    rules.check_content(change.kind, change.content, today=clock.business_day(change.made_at))
    store.add(change)
    return change


def edit(
    *,
    institution_id: InstitutionId,
    change_id: ProfileChangeId,
    edits: int,
    content: Mapping[str, str],
    file: FileRef | None,
    now: datetime,
) -> ProfileChange:
    """Write a draft or a returned change anew, as it stood at `edits`.

    Raises UnknownProfileChange, ChangeNotOpen, EditedMeanwhile, what `rules.check_content` refuses.
    """
    change = store.get(institution_id, change_id)
    rules.check_open(change, edits=edits)
    rules.check_content(change.kind, content, today=clock.business_day(now))
    return _write(replace(change, content=content, file=file), edits=edits)


def submit(*, institution_id: InstitutionId, change_id: ProfileChangeId, edits: int, now: datetime) -> ProfileChange:
    """Hand it to the bureau; from now on the school can't change it, and what waited of its item is replaced.

    Raises like `edit`.
    """

    def attempt() -> ProfileChange:
        change = store.get(institution_id, change_id)
        rules.check_open(change, edits=edits)
        rules.check_content(change.kind, change.content, today=clock.business_day(now))
        last = store.find_last(institution_id, change.item_id)
        also = [store.handed_in(change, after=last)]
        if last and last != change_id:
            before = store.get(institution_id, last)
            if before.status is ChangeStatus.SUBMITTED:
                also.append(store.replaced(before, change_id))
        return _write(replace(change, status=ChangeStatus.SUBMITTED, submitted_at=now), edits=edits, also=also)

    return transaction.retried(attempt)


def accept(
    *,
    institution_id: InstitutionId,
    change_id: ProfileChangeId,
    edits: int,
    by: str,
    now: datetime,
    also: Sequence[transaction.Part],
) -> ProfileChange:
    """Accept what the bureau saw, at `edits`. What is in `also`, the publication, commits with it.

    Raises UnknownProfileChange, ChangeNotSubmitted, EditedMeanwhile, what `also` and `rules.check_content` refuse.
    """
    change = store.get(institution_id, change_id)
    rules.check_submitted(change, edits=edits)
    rules.check_content(change.kind, change.content, today=clock.business_day(now))
    return _write(
        replace(change, status=ChangeStatus.ACCEPTED, decided_by=by, decided_at=now, reason=""), edits=edits, also=also
    )


def send_back(
    *, institution_id: InstitutionId, change_id: ProfileChangeId, edits: int, reason: str, by: str, now: datetime
) -> ProfileChange:
    """Send it back; the school may write and submit it again. Raises ReturnReasonNeeded, like `accept`."""
    change = store.get(institution_id, change_id)
    rules.check_submitted(change, edits=edits)
    told = rules.check_reason(reason)
    returned = replace(change, status=ChangeStatus.RETURNED, decided_by=by, decided_at=now, reason=told)
    return _write(returned, edits=edits)


def _write(change: ProfileChange, *, edits: int, also: Sequence[transaction.Part] = ()) -> ProfileChange:
    becomes = replace(change, edits=edits + 1)
    transaction.commit([store.written(becomes, edits=edits), *also])
    return becomes
