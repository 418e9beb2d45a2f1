"""Where institutions are kept: what is read of them. Keys are in this context's README."""

from collections.abc import Sequence
from typing import Any

from shared.dynamo import pages
from shared.institutions import model
from shared.institutions.store import finding, rows
from shared.institutions.store.changes import get_held, publish
from shared.institutions.store.latches import (
    LATCHES,
    LatchRow,
    NotSelling,
    ReleasesStopped,
    releasing_latch,
    selling_latch,
)
from shared.institutions.store.rows import (
    DIRECTORY,
    AccountRow,
    AccountTaken,
    AlreadyRegistered,
    ChangeRow,
    DirectoryRow,
    InstitutionRow,
    LicenceTaken,
    StatusChanged,
    UnknownInstitution,
    institution_of,
)
from shared.kernel.ids import InstitutionId
from shared.kernel.page import Page

__all__ = [
    "LATCHES",
    "AccountTaken",
    "AlreadyRegistered",
    "InstitutionRow",
    "LatchRow",
    "LicenceTaken",
    "NotSelling",
    "ReleasesStopped",
    "StatusChanged",
    "UnknownInstitution",
    "find_account",
    "find_accounts",
    "get",
    "get_held",
    "get_many",
    "list_changes",
    "list_ids",
    "list_page",
    "publish",
    "releasing_latch",
    "search",
    "selling_latch",
]


def get(institution_id: InstitutionId) -> model.Institution:
    """A school. Raises UnknownInstitution."""
    return institution_of(rows.read(institution_id))


def get_many(institution_ids: Sequence[InstitutionId]) -> dict[InstitutionId, model.Institution]:
    """The schools with these ids; one that isn't there isn't in the answer."""
    keys = [(iid, "institution") for iid in dict.fromkeys(institution_ids)]
    rows = InstitutionRow.batch_get(keys, consistent_read=True)
    return {InstitutionId(row.pk): institution_of(row) for row in rows}


def list_ids() -> list[InstitutionId]:
    """The ids of all schools under supervision, by name; one that was only licensed isn't among them yet."""
    return [InstitutionId(row.institution_id) for row in DirectoryRow.query(DIRECTORY) if not row.moved]


def list_page(*, limit: int, cursor: str | None) -> Page[model.Institution]:
    """One page of the schools under supervision, by name."""
    page = pages.page(DirectoryRow, DIRECTORY, limit=limit, cursor=cursor)
    ids = [InstitutionId(row.institution_id) for row in page.rows if not row.moved]
    found = get_many(ids)
    return Page([found[iid] for iid in ids if iid in found], page.next_cursor)


def search(text: str, *, at_most: int) -> list[InstitutionId]:
    """The school with this credit code or licence number, else those with `text` in a name: 2 characters or more."""
    known = finding.by_credit_code(text) or finding.by_licence_no(text)
    return [known] if known else finding.by_name(text, at_most=at_most)


def find_account(account_no: str) -> model.SupervisedAccount | None:
    """What a bank account number stands for, or None when we don't supervise it."""
    try:
        row = AccountRow.get(f"account#{account_no}", "account")
    except AccountRow.DoesNotExist:
        return None
    return _account_of(row)


def find_accounts(account_nos: Sequence[str]) -> list[model.SupervisedAccount]:
    """What bank account numbers stand for; one that we don't supervise isn't in the answer."""
    keys = [(f"account#{number}", "account") for number in dict.fromkeys(account_nos)]
    rows = AccountRow.batch_get(keys) if keys else ()
    return [_account_of(row) for row in rows]


def _account_of(row: Any) -> model.SupervisedAccount:
    return model.SupervisedAccount(row.account_no, InstitutionId(row.institution_id), model.Purpose(row.purpose))


def list_changes(institution_id: InstitutionId, *, at_most: int | None = None) -> list[model.StatusChange]:
    """Every change of a school's status and record, newest first; no more than `at_most`."""
    changes = ChangeRow.sk.startswith("change#")
    found = ChangeRow.query(institution_id, changes, scan_index_forward=False, limit=at_most)
    return [rows.change_of(row) for row in found]
