"""A school's books as plain-text accounting, for beancount and for hledger: an auditor's own program can judge them.

Each entry is a transaction on the day it was booked. The closing balances are assertions, and don't come from the
entries: an enrolment's from its account, the school's from its totals and its minimum balance, the bank's from the
bank where its word is known. Signs are an accountant's: what the bank keeps is an asset, what is owed is a liability
and negative. Nobody's name is in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.funds.minimum_model import MinimumBalance
from shared.funds.model import EnrolmentAccount, EnrolmentStatus, Entry, State
from shared.funds.totals_model import Totals
from shared.kernel import clock, money
from shared.kernel.ids import EnrolmentId

_OF_ENROLMENT = (State.HELD, State.REFUND_PENDING)
_OF_SCHOOL = (State.PAYABLE, State.IN_TRANSIT, State.SUSPENSE, State.INTEREST)


@dataclass(frozen=True)
class Book:
    """A school's transactions in order, and what each account must close with, in fen."""

    title: str
    entries: Sequence[Entry]
    closing: Mapping[str, int]


def account_name(entry: Entry, state: State) -> str:
    """Which account of the book a leg belongs to."""
    if state is State.OUTSIDE:
        return _bank(entry.account_no)
    enrolment = entry.enrolment_id if state in _OF_ENROLMENT else None
    return _owed(entry.institution_id, state, enrolment)


def book(
    *,
    title: str,
    entries: Sequence[Entry],
    accounts: Sequence[EnrolmentAccount],
    totals: Totals,
    minimum: MinimumBalance,
    bank_balances: Mapping[str, int],
) -> Book:
    """The book of one school's entries. What has moved on since the entries were read isn't asserted.

    `accounts` are those of its enrolments; `bank_balances` the bank's word by account number, empty where it isn't
    known.
    """
    told = sorted(entries, key=lambda entry: (entry.booked_at, entry.place))
    versions: dict[EnrolmentId, int] = {}
    for entry in told:
        if entry.enrolment_id is not None:
            versions[entry.enrolment_id] = max(entry.version, versions.get(entry.enrolment_id, 0))
    closing: dict[str, int] = {}
    for account in accounts:
        if _as_exported(account, versions.get(account.enrolment_id)):
            owed = {State.HELD: account.held_fen, State.REFUND_PENDING: account.refund_pending_fen}
            for state, amount in owed.items():
                closing[_owed(account.institution_id, state, account.enrolment_id)] = -amount
    if totals.entries_counted == len(told):
        for state in _OF_SCHOOL:
            closing[_owed(totals.institution_id, state)] = -totals.by_state.get(state, 0)
        of_suspense = totals.by_state.get(State.REFUND_PENDING, 0) - sum(one.refund_pending_fen for one in accounts)
        closing[_owed(totals.institution_id, State.REFUND_PENDING)] = -of_suspense
        closing[_owed(totals.institution_id, State.MINIMUM_BALANCE)] = -minimum.balance_fen
        closing[_owed(totals.institution_id, State.MINIMUM_PENDING)] = -minimum.pending_fen
        closing |= {_bank(account_no): balance for account_no, balance in bank_balances.items()}
    used = {account_name(entry, state) for entry in told for state in entry.legs}
    return Book(title, told, {name: amount for name, amount in closing.items() if name in used})


def _as_exported(account: EnrolmentAccount, version: int | None) -> bool:
    """Whether the account is as the last exported entry left it. Expiry without money is a version without an entry."""
    silent = account.status is EnrolmentStatus.EXPIRED and not account.held_fen
    return version is not None and account.version - version in ((0, 1) if silent else (0,))


def _bank(account_no: str) -> str:
    return f"Assets:Bank:A{account_no}"


def _owed(institution_id: str, state: State, enrolment: EnrolmentId | None = None) -> str:
    name = f"Liabilities:S{institution_id.removeprefix('ins_')}:{state.value.title().replace('_', '')}"
    return f"{name}:E{enrolment.removeprefix('enr_')}" if enrolment else name


def beancount(book: Book) -> Iterator[str]:
    """The book in beancount's language, line by line."""
    yield f'option "title" {_quoted(book.title)}'
    yield 'option "operating_currency" "CNY"'
    opened: set[str] = set()
    for entry in book.entries:
        day = clock.business_day(entry.booked_at)
        legs = [(account_name(entry, state), -amount) for state, amount in entry.legs.items()]
        yield from (f"{day} open {name} CNY" for name, _ in legs if name not in opened)
        opened |= {name for name, _ in legs}
        yield f"{day} * {_quoted(entry.kind.value)} {_quoted(entry.reference)}"
        yield f"  entry: {_quoted(entry.key)}"
        yield f"  effective: {entry.effective_on}"
        if entry.correction:
            yield "  correction: TRUE"
        yield from (f"  {name}  {money.plain(amount)} CNY" for name, amount in legs)
    # beancount lets a balance be off by the last digit it is written with, unless it is told not to.
    told = {name: money.plain(fen) for name, fen in sorted(book.closing.items())}
    yield from (f"{_closes(book)} balance {name}  {amount} ~ 0.00 CNY" for name, amount in told.items())


def hledger(book: Book) -> Iterator[str]:
    """The book in hledger's language, line by line."""
    yield f"; {_plain(book.title)}"
    yield "commodity 1000.00 CNY"
    names = {account_name(entry, state) for entry in book.entries for state in entry.legs}
    yield from (f"account {name}" for name in sorted(names))
    for entry in book.entries:
        yield f"{clock.business_day(entry.booked_at)} * {entry.kind.value} | {_plain(entry.reference)}"
        correction = ", correction:" if entry.correction else ""
        yield f"    ; entry:{_plain(entry.key)}, effective:{entry.effective_on}{correction}"
        for state, amount in entry.legs.items():
            yield f"    {account_name(entry, state)}  {money.plain(-amount)} CNY"
    if book.closing:
        yield f"{_closes(book)} * closing balances"
        yield from (f"    {name}  0.00 CNY = {money.plain(fen)} CNY" for name, fen in sorted(book.closing.items()))


def _closes(book: Book) -> date:
    """The morning after the last entry."""
    return clock.business_day(book.entries[-1].booked_at) + timedelta(days=1)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain(text: str) -> str:
    """Without what would end a description: a comment, a payee's bar, a tag's comma, a line's end."""
    return "".join(" " if letter in ";|,\n\r" else letter for letter in text)
