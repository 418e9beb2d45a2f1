"""How an enrolment's accident cover follows its money. The cover goes by how the account stands, never by a record."""

from collections.abc import Iterable

from functions.edge import wiring
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount, EnrolmentStatus, Entry, EntryKind
from shared.insurance import queries, rules, usecases
from shared.insurance.model import EndReason, Enrolment
from shared.kernel.ids import EnrolmentId

_BY_ENTRY = (EntryKind.DEPOSIT, EntryKind.ALLOCATION, EntryKind.REFUND_HOLD)
_OVER = {
    EnrolmentStatus.COMPLETED: EndReason.COMPLETION,
    EnrolmentStatus.REFUNDING: EndReason.REFUND,
    EnrolmentStatus.REFUNDED: EndReason.REFUND,
}


def stands(account: EnrolmentAccount) -> Enrolment:
    """What of an enrolment's account its cover goes by."""
    ready = account.status is EnrolmentStatus.ACTIVE
    return Enrolment(account.enrolment_id, account.institution_id, ready, _OVER.get(account.status))


def follow_entry(entry: Entry) -> bool:
    """What a deposit or the beginning of a refund means for the enrolment's cover; whether anything had to be done."""
    return entry.enrolment_id is not None and entry.kind in _BY_ENTRY and follow(entry.enrolment_id)


def follow(enrolment_id: EnrolmentId) -> bool:
    """Make an enrolment's cover agree with its account as it is now; whether anything had to be done."""
    account = funds.get_account(enrolment_id)
    return usecases.follow(enrolment=stands(account), now=wiring.now())


def left_behind(booked: Iterable[Entry]) -> list[EnrolmentId]:
    """The enrolments of these entries whose cover doesn't agree with their account. For the sweep."""
    moved = {entry.enrolment_id for entry in booked if entry.enrolment_id is not None}
    accounts = funds.get_accounts(sorted(moved))
    covers = queries.get_many([account.enrolment_id for account in accounts])
    now = wiring.now()
    return [
        account.enrolment_id
        for account in accounts
        if rules.followed(covers.get(account.enrolment_id), stands(account), now=now) is not None
    ]
