"""How a school comes on file, step by step: applying, licensed, under supervision; or all at once."""

from collections.abc import Callable, Sequence

from pynamodb.expressions.update import Action

from shared.dynamo import transaction
from shared.dynamo.rows import Row
from shared.institutions import model
from shared.institutions.store import finding, latches, rows, watched
from shared.institutions.store.rows import (
    AccountRow,
    AccountTaken,
    AlreadyRegistered,
    DirectoryRow,
    InstitutionRow,
    LicenceRow,
    LicenceTaken,
    StatusChanged,
)
from shared.kernel.ids import InstitutionId

Become = Callable[[model.Institution], model.Institution]
"""What a school becomes, decided on what was just read."""


def add(institution: model.Institution, change: model.StatusChange, *, also: Sequence[transaction.Part]) -> None:
    """Write a licensed school that is under supervision: all its lines and latches, and what stands in `also`.

    Raises AlreadyRegistered, LicenceTaken, and what `also` refuses.
    """
    taken = AlreadyRegistered()
    new: list[Row] = [
        _institution_row(institution),
        directory_row(institution),
        rows.change_row(change),
        *finding.rows(institution),
        *_account_rows(institution),
        *latches.new(institution),
    ]
    transaction.commit([*(transaction.put_new(row, refused=taken) for row in new), spend_licence(institution), *also])


def apply(institution: model.Institution, change: model.StatusChange) -> list[transaction.Part]:
    """The parts that put an applicant on file: it has no accounts and no latches, and isn't in the directory.

    The staff find it by what it is known by, and nobody by its name. Their commit raises AlreadyRegistered.
    """
    taken = AlreadyRegistered()
    new = [_institution_row(institution), rows.change_row(change), *finding.applicant_rows(institution)]
    return [transaction.put_new(one, refused=taken) for one in new]


def license(institution_id: InstitutionId, become: Become, change: model.StatusChange) -> list[transaction.Part]:
    """The parts that make an applicant the licensed school that it becomes, which everybody finds.

    They hold only while the document is as it was read now, else LostRace. Raises UnknownInstitution and what `become`
    refuses; their commit raises StatusChanged when it isn't an applicant any more, LicenceTaken.
    """
    row = rows.read(institution_id)
    after = become(rows.institution_of(row))
    actions: list[Action] = [
        InstitutionRow.document.set(rows.document_of(after)),
        InstitutionRow.status.set(after.status.value),
    ]
    as_read = (InstitutionRow.status == row.status) & (InstitutionRow.document == row.document)
    school = InstitutionRow(institution_id, "institution")
    return [
        transaction.update(school, actions, as_read, refused=transaction.LostRace()),
        spend_licence(after),
        transaction.put_new(rows.change_row(change), refused=StatusChanged()),
        *(transaction.put(one) for one in finding.rows(after)),
    ]


def supervise(institution_id: InstitutionId, become: Become, change: model.StatusChange) -> list[transaction.Part]:
    """The parts that bring a licensed school under supervision: accounts, directory line, latches.

    They hold only while the school is as it was read now, else LostRace. Raises UnknownInstitution and what `become`
    refuses; their commit raises AccountTaken for an account number that stands for another already.
    """
    row = rows.read(institution_id)
    after = become(rows.institution_of(row))
    as_read = (
        (InstitutionRow.status == row.status)
        & (InstitutionRow.document == row.document)
        & (InstitutionRow.frozen == row.frozen)
        & (InstitutionRow.bars == row.bars)
    )
    school = InstitutionRow(institution_id, "institution")
    document = [InstitutionRow.document.set(rows.document_of(after)), *watched.expiry(after)]
    lost = transaction.LostRace()
    return [
        transaction.update(school, document, as_read, refused=lost),
        *(
            transaction.put_new(one, refused=AccountTaken(account_no=one.account_no, pointer=f"/{one.purpose}"))
            for one in _account_rows(after)
        ),
        *(transaction.put_new(one, refused=lost) for one in (directory_row(after), *latches.new(after))),
        transaction.put_new(rows.change_row(change), refused=StatusChanged()),
    ]


def _institution_row(institution: model.Institution) -> InstitutionRow:
    first = watched.expires_on(institution)
    return InstitutionRow(
        institution.institution_id,
        "institution",
        document=rows.document_of(institution),
        status=institution.status.value,
        frozen=False,
        expiry_of=watched.PAPERS if first else None,
        expires_on=first,
    )


def directory_row(institution: model.Institution) -> DirectoryRow:
    """The line of a school in the directory."""
    iid = institution.institution_id
    return DirectoryRow(
        rows.DIRECTORY,
        f"{institution.short_name}#{iid}",
        institution_id=iid,
        name=institution.name,
        credit_code=institution.credit_code,
    )


def _account_rows(institution: model.Institution) -> list[AccountRow]:
    accounts = institution.accounts
    numbers = (
        (accounts.tuition_account_no, model.Purpose.TUITION),
        (accounts.minimum_balance_account_no, model.Purpose.MINIMUM_BALANCE),
    )
    return [
        AccountRow(f"account#{number}", "account", institution_id=institution.institution_id, purpose=purpose.value)
        for number, purpose in numbers
    ]


def spend_licence(institution: model.Institution) -> transaction.Part:
    """The part that keeps a licence number from ever being given to another. Its commit raises LicenceTaken."""
    iid = institution.institution_id
    row = LicenceRow(f"licence#{institution.licence_no}", "licence", institution_id=iid)
    own = LicenceRow.pk.does_not_exist() | (LicenceRow.institution_id == iid)
    return transaction.put_if(row, own, refused=LicenceTaken(pointer="/licence_no"))
