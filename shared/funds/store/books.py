"""All the books at one quiet moment, from one reading of the whole table. For the checks, never on a path of money."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from events import facts
from shared.dynamo import rows
from shared.funds import minimum_model, model, payout_model, refund_model, totals_model
from shared.funds import seals as day_seals
from shared.funds.interest_model import InterestCredit
from shared.funds.store import (
    accounts,
    days,
    entries,
    interest,
    minimums,
    payouts,
    refunds,
    requirements,
    returns,
    seals,
    totals,
    withdrawals,
)
from shared.funds.suspense_model import SuspenseReturn
from shared.kernel.ids import EnrolmentId, InstitutionId

Image = Mapping[str, Mapping[str, Any]]
Record = tuple[str, Any]


@dataclass(frozen=True)
class Books:
    """Everything that is on record. `bank_balances` is the bank's own word, by account number.

    `lines` are the entries as the schools' journals have copied them. `stopped` are the periods, half-open, in which a
    school's money was stopped; a school whose history isn't given isn't in it.
    """

    accounts: Sequence[model.EnrolmentAccount]
    entries: Sequence[model.Entry]
    lines: Sequence[model.Entry]
    totals: Sequence[totals_model.Totals]
    days: Sequence[days.StoredSums]
    payouts: Sequence[payout_model.Payout]
    refunds: Sequence[refund_model.Refund]
    returns: Sequence[SuspenseReturn]
    minimums: Sequence[minimum_model.MinimumBalance]
    withdrawals: Sequence[minimum_model.Withdrawal]
    requirements: Sequence[minimum_model.Requirement]
    conflicts: Sequence[facts.ReferenceConflicted]
    credits: Sequence[InterestCredit]
    seals: Sequence[day_seals.DaySeal] = ()
    bank_balances: Mapping[str, int] = field(default_factory=dict)
    stopped: Mapping[InstitutionId, Sequence[tuple[datetime, datetime | None]]] = field(default_factory=dict)

    def of_enrolment(self) -> dict[EnrolmentId, list[model.Entry]]:
        """The entries of each enrolment, by version."""
        found: dict[EnrolmentId, list[model.Entry]] = {account.enrolment_id: [] for account in self.accounts}
        for entry in sorted(self.entries, key=lambda entry: entry.version):
            if entry.enrolment_id is not None:
                found.setdefault(entry.enrolment_id, []).append(entry)
        return found


_READERS: Mapping[str, tuple[str, type[rows.Row], Callable[[Any], object]]] = {
    "account": ("accounts", accounts.AccountRow, accounts.account_of),
    "entry": ("entries", entries.EntryRow, entries.entry_of),
    "line": ("lines", totals.LineRow, totals.entry_of_line),
    "totals": ("totals", totals.TotalsRow, totals.totals_of),
    "day": ("days", days.SumsRow, days.stored_of),
    "month": ("days", days.SumsRow, days.stored_of),
    "payout": ("payouts", payouts.PayoutRow, payouts.payout_of),
    "refund": ("refunds", refunds.RefundRow, refunds.refund_of),
    "return": ("returns", returns.ReturnRow, returns.return_of),
    "minimum": ("minimums", minimums.MinimumRow, minimums.balance_of),
    "credit": ("credits", interest.CreditRow, interest.credit_of),
    "minimum_withdrawal": ("withdrawals", withdrawals.WithdrawalRow, withdrawals.withdrawal_of),
    "requirement": ("requirements", requirements.RequirementRow, requirements.requirement_of),
    "seal": ("seals", seals.SealRow, seals.seal_of),
    "conflict": ("conflicts", entries.ConflictRow, entries.conflict_of),
}


def read(bank_balances: Mapping[str, int] | None = None) -> Books:
    """All the books, by reading the whole table."""
    return of_records(records_of(rows.scan_images("funds")), bank_balances or {})


def records_of(images: Iterable[Image]) -> Iterator[Record]:
    """What the stored items are, each with the name of the list in Books that it belongs to."""
    for image in images:
        if image["kind"]["S"] in _READERS:
            name, row, read_row = _READERS[image["kind"]["S"]]
            yield name, read_row(rows.from_image(row, image))


def of_records(records: Iterable[Record], bank_balances: Mapping[str, int]) -> Books:
    """Books of these records."""
    found: dict[str, list[Any]] = defaultdict(list)
    for name, record in records:
        found[name].append(record)
    return Books(**{name: found[name] for name, _, _ in _READERS.values()}, bank_balances=bank_balances, stopped={})
