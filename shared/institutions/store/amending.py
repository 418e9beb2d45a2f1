"""A school's record amended: what it says, where the school is found by it, and what is kept of what it said."""

from shared.dynamo import transaction
from shared.dynamo.rows import Row
from shared.institutions import model
from shared.institutions.store import changes, finding, founding, rows
from shared.institutions.store.founding import Become
from shared.institutions.store.rows import DIRECTORY, StatusChanged
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
    was, becomes = _found_by(before), _found_by(after)
    there, wanted = {(row.pk, row.sk) for row in was}, {(row.pk, row.sk) for row in becomes}
    gone = [transaction.delete(row) for row in was if (row.pk, row.sk) not in wanted]
    new = [row for row in becomes if (row.pk, row.sk) not in there or row.pk == DIRECTORY]
    return gone + [transaction.put(row) for row in new]


def _found_by(school: model.Institution) -> list[Row]:
    """A school is in the directory once its accounts are opened."""
    return [*([founding.directory_row(school)] if school.accounts.opened else []), *finding.rows(school)]
