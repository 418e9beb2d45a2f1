"""A school's record amended: what it says, where the school is found by it, and what is kept of what it said."""

from shared.dynamo import transaction
from shared.institutions import model
from shared.institutions.store import changes, finding, founding, rows
from shared.institutions.store.founding import Become
from shared.institutions.store.rows import StatusChanged
from shared.kernel.ids import InstitutionId


def amend(institution_id: InstitutionId, become: Become, change: model.StatusChange) -> list[transaction.Part]:
    """The parts that amend a school's record, with its line in the directory and the lines that it is known by.

    They hold only while the record is as it was read now, else LostRace. Raises UnknownInstitution and what `become`
    refuses.
    """
    read: list[tuple[model.Institution, model.Institution]] = []

    def noted(before: model.Institution) -> model.Institution:
        after = become(before)
        read.append((before, after))
        return after

    record = changes.publish(institution_id, noted)
    return [*record, *_moved(*read[0]), transaction.put_new(rows.change_row(change), refused=StatusChanged())]


def _moved(before: model.Institution, after: model.Institution) -> list[transaction.Part]:
    """A school is found by what it is called now, and by what it was: who asks for the former name finds its history.

    Nothing is deleted from this table: a line of the directory that the school has left says so.
    """
    there = {(row.pk, row.sk) for row in finding.rows(before)}
    parts = [transaction.put(row) for row in finding.rows(after) if (row.pk, row.sk) not in there]
    if not after.accounts.opened:  # it isn't in the directory before
        return parts
    left, line = founding.directory_row(before), founding.directory_row(after)
    left.moved = True
    return [*parts, *([transaction.put(left)] if left.sk != line.sk else []), transaction.put(line)]
