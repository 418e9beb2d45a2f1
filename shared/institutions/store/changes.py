"""How what is on file of a school under supervision changes: each change with its latches, in one transaction."""

from collections.abc import Callable, Sequence

from pynamodb.expressions.update import Action

from shared.dynamo import transaction
from shared.institutions import model
from shared.institutions.store import latches, rows, watched
from shared.institutions.store.latches import LatchRow
from shared.institutions.store.rows import InstitutionRow, StatusChanged
from shared.kernel.ids import InstitutionId


def change_status(change: model.StatusChange, *, was: model.Status, also: Sequence[transaction.Part] = ()) -> None:
    """Change the status and flip all latches in one transaction with what stands in `also`.

    A terminated school's latches are closed already. Raises StatusChanged when it isn't `was` any more, and what `also`
    refuses.
    """
    iid = change.institution_id
    becomes = model.Status(change.change.value)
    actions: list[Action] = [
        InstitutionRow.status.set(becomes.value),
        InstitutionRow.status_reason.set(change.reason),
        *watched.comes_to(becomes, since=change.at),
    ]
    parts = [
        *also,
        transaction.update(
            InstitutionRow(iid, "institution"), actions, InstitutionRow.status == was.value, refused=StatusChanged()
        ),
        transaction.put_new(rows.change_row(change), refused=StatusChanged()),
    ]
    transaction.commit([*parts, *latches.flip(iid, latches.ACTIONS.get(becomes, ()))])


def change_releases(change: model.StatusChange, *, frozen: bool, also: Sequence[transaction.Part]) -> None:
    """Freeze a school's money, or let it go, through all latches in one transaction with what stands in `also`.

    Raises StatusChanged when it is so already, and what `also` refuses.
    """
    iid = change.institution_id
    actions: list[Action] = [
        InstitutionRow.frozen.set(frozen),
        InstitutionRow.frozen_reason.set(change.reason if frozen else ""),
        *watched.waits(watched.Watch.FROZEN if frozen else None, since=change.at),
    ]
    ending = [status.value for status in model.Status if status.ending]
    before = (InstitutionRow.frozen != frozen) & ~InstitutionRow.status.is_in(*ending)
    parts = [
        *also,
        transaction.update(InstitutionRow(iid, "institution"), actions, before, refused=StatusChanged()),
        transaction.put_new(rows.change_row(change), refused=StatusChanged()),
    ]
    transaction.commit([*parts, *latches.flip(iid, [LatchRow.releasing.set(not frozen)])])


def change_bars(
    change: model.StatusChange,
    *,
    was: Sequence[model.Bar],
    becomes: Sequence[model.Bar],
    also: Sequence[transaction.Part],
) -> None:
    """Bar a school from selling, or lift a bar, through all latches in one transaction with what stands in `also`.

    A latch has the last day of the longest bar. Raises LostRace when the bars aren't `was` any more, and what `also`
    refuses.
    """
    iid = change.institution_id
    until = latches.latest(becomes)
    latch = LatchRow.barred_until.remove() if until is None else LatchRow.barred_until.set(until.isoformat())
    parts = [
        *also,
        transaction.update(
            InstitutionRow(iid, "institution"),
            [InstitutionRow.bars.set(rows.bars_text(becomes))],
            InstitutionRow.bars == rows.bars_text(was),
            refused=transaction.LostRace(),
        ),
        transaction.put_new(rows.change_row(change), refused=StatusChanged()),
    ]
    transaction.commit([*parts, *latches.flip(iid, [latch])])


def get_held(institution_id: InstitutionId) -> tuple[model.Institution, transaction.Part]:
    """A school, and the part of a transaction that holds only while what is published of it is what was read now.

    Else LostRace. Raises UnknownInstitution.
    """
    row = rows.read(institution_id)
    same = InstitutionRow.document == row.document
    key = InstitutionRow(institution_id, "institution")
    return rows.institution_of(row), transaction.check(key, same, refused=transaction.LostRace())


def publish(
    institution_id: InstitutionId, change: Callable[[model.Institution], model.Institution]
) -> list[transaction.Part]:
    """The parts that change what is published of a school; the latches get the new last day, if it is another.

    They hold only while the document is as it was read now, else LostRace. Raises UnknownInstitution, what `change`
    refuses.
    """
    row = rows.read(institution_id)
    before = rows.institution_of(row)
    after = change(before)
    document = InstitutionRow.document.set(rows.document_of(after))
    school = transaction.update(
        InstitutionRow(institution_id, "institution"),
        [document, *watched.expiry(after)],
        InstitutionRow.document == row.document,
        refused=transaction.LostRace(),
    )
    moves = after.accounts.opened and after.valid_to != before.valid_to  # before that it has no latches
    last_day = [LatchRow.licence_valid_to.set(after.valid_to.isoformat())] if moves else []
    return [school, *latches.flip(institution_id, last_day)]
