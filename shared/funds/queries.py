"""What others may ask of the ledger: the reads of the store, under the names that the API and the console use."""

from collections.abc import Collection
from datetime import date, timedelta

from shared.funds import model, payout_model, refund_model, refund_rules
from shared.funds.periods import Period
from shared.funds.store import accounts, entries, payouts, totals
from shared.funds.store.accounts import (
    count_by_institution,
    list_by_guardian,
    list_by_institution,
    list_by_offering,
    list_expiring,
    list_interest_waiting,
)
from shared.funds.store.accounts import get as get_account
from shared.funds.store.accounts import get_many as get_accounts
from shared.funds.store.custody import get as get_custody
from shared.funds.store.custody import list_at as list_custody
from shared.funds.store.custody import moved_fen as moved_at_bank
from shared.funds.store.days import DISTRICT, list_days, list_months
from shared.funds.store.days import before as moved_before
from shared.funds.store.entries import find_deposit
from shared.funds.store.entries import list_of_bank as list_bank_entries
from shared.funds.store.entries import list_of_enrolment as list_entries
from shared.funds.store.interest import get as get_interest_credit
from shared.funds.store.interest import list_all as list_all_interest
from shared.funds.store.interest import list_of as list_interest
from shared.funds.store.interest import list_shares as list_interest_shares
from shared.funds.store.minimum_days import get_shortfalls as get_minimum_shortfalls
from shared.funds.store.minimum_days import list_of as list_minimum_days
from shared.funds.store.minimum_days import list_open as list_open_shortfalls
from shared.funds.store.minimum_days import list_shortfalls as list_minimum_shortfalls
from shared.funds.store.minimums import count_low as count_low_minimums
from shared.funds.store.minimums import get as get_minimum_balance
from shared.funds.store.minimums import get_many as get_minimum_balances
from shared.funds.store.minimums import list_low as list_low_minimums
from shared.funds.store.payouts import find_last as find_last_payout
from shared.funds.store.payouts import get as get_payout
from shared.funds.store.payouts import list_of as list_payouts
from shared.funds.store.refunds import count_waiting as count_refunds_waiting
from shared.funds.store.refunds import get as get_refund
from shared.funds.store.refunds import list_all_waiting as list_all_refunds_waiting
from shared.funds.store.refunds import list_of_enrolment as list_refunds
from shared.funds.store.refunds import list_of_institution as list_refunds_of_institution
from shared.funds.store.refunds import list_requested as list_refunds_requested
from shared.funds.store.refunds import list_waiting as list_refunds_waiting
from shared.funds.store.requirements import find_calculation, find_calculations
from shared.funds.store.requirements import list_of as list_requirements
from shared.funds.store.requirements import list_waiting as list_calculations_waiting
from shared.funds.store.returns import get_many as get_returns
from shared.funds.store.returns import list_waiting as list_returns_waiting
from shared.funds.store.totals import get as get_totals
from shared.funds.store.totals import get_many as get_totals_of
from shared.funds.store.totals import list_all as list_totals
from shared.funds.store.totals import list_in_suspense, list_suspense
from shared.funds.store.totals import list_lines as list_journal
from shared.funds.store.totals import of_district as get_district
from shared.funds.store.waits import Wait
from shared.funds.store.waits import count as count_waiting
from shared.funds.store.withdrawals import get as get_withdrawal
from shared.funds.store.withdrawals import list_asked as list_withdrawals_asked
from shared.funds.store.withdrawals import list_of as list_withdrawals
from shared.kernel.ids import EnrolmentId, GuardianId, InstitutionId, SessionId

__all__ = [
    "DISTRICT",
    "Wait",
    "count_by_institution",
    "count_low_minimums",
    "count_refunds_waiting",
    "count_waiting",
    "find_bank_entry",
    "find_calculation",
    "find_calculations",
    "find_deposit",
    "find_last_payout",
    "get_account",
    "get_accounts",
    "get_custody",
    "get_district",
    "get_interest_credit",
    "get_minimum_balance",
    "get_minimum_balances",
    "get_minimum_shortfalls",
    "get_own_account",
    "get_payout",
    "get_refund",
    "get_returns",
    "get_totals",
    "get_totals_of",
    "get_withdrawal",
    "list_all_interest",
    "list_all_refunds_waiting",
    "list_bank_entries",
    "list_by_guardian",
    "list_by_institution",
    "list_by_offering",
    "list_calculations_waiting",
    "list_custody",
    "list_days",
    "list_entries",
    "list_expiring",
    "list_in_suspense",
    "list_interest",
    "list_interest_shares",
    "list_interest_waiting",
    "list_journal",
    "list_last_payouts",
    "list_low_minimums",
    "list_minimum_days",
    "list_minimum_shortfalls",
    "list_months",
    "list_moves",
    "list_open_shortfalls",
    "list_payout_entries",
    "list_payouts",
    "list_refunds",
    "list_refunds_of_institution",
    "list_refunds_requested",
    "list_refunds_waiting",
    "list_requirements",
    "list_returns_waiting",
    "list_suspense",
    "list_totals",
    "list_withdrawals",
    "list_withdrawals_asked",
    "moved_at_bank",
    "moved_before",
    "preview_refund",
]


def get_own_account(*, enrolment_id: EnrolmentId, guardian_id: GuardianId) -> model.EnrolmentAccount:
    """A guardian's enrolment. Another guardian's is missing: raises UnknownEnrolment."""
    account = get_account(enrolment_id)
    if account.guardian_id != guardian_id:
        raise accounts.UnknownEnrolment()
    return account


def preview_refund(*, account: model.EnrolmentAccount, taught: Collection[SessionId]) -> refund_model.RefundPreview:
    """What a guardian would get back now. `taught`: lessons marked as taught, not decided in her favour."""
    unreleased = entries.count_unreleased(account.enrolment_id, taught)
    return refund_rules.preview(account, taught_lessons=unreleased)


def list_last_payouts() -> list[payout_model.Payout]:
    """The newest payout of every school that has one: a payout is built of what the totals have counted."""
    return payouts.list_last({counted.institution_id: counted.payouts_counted for counted in totals.list_all()})


def list_payout_entries(payout: payout_model.Payout) -> list[model.Entry]:
    """What was booked of a payout: built, settled in parts, recalled, sent back; in the order of booking."""
    own = [entries.find(payout.payout_id, sk) for sk in ("entry#built", "entry#recalled")]
    found = [*filter(None, own), *entries.list_of_bank(payout.bank_references)]
    return sorted(found, key=lambda entry: (entry.booked_at, entry.place))


def list_moves(institution_id: InstitutionId, account_no: str, day: date) -> list[model.Entry]:
    """What moved in an account at the bank and takes effect on a day, as far as it is counted."""
    period = Period(day, day + timedelta(days=1))
    found = [*totals.list_booked(institution_id, period), *totals.list_late(institution_id, period)]
    of_account = [entry for entry in found if entry.account_no == account_no and entry.effective_on == day]
    return [entry for entry in of_account if model.State.OUTSIDE in entry.legs]


def find_bank_entry(reference: str) -> model.Entry | None:
    """What was booked under a bank reference, if anything was."""
    return entries.find(f"bank#{reference}", "entry")
