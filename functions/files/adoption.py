"""What the bank has paid and a restored ledger never instructed: held against school and lessons, and booked."""

from datetime import datetime

from events import facts
from functions.edge.seats import seat_of
from functions.streams import keep_totals
from shared.funds import adoption, queries, refund_money, refund_notes, refund_rules, suspense
from shared.funds.store import refunds, totals
from shared.funds.usecases import TuitionAccount
from shared.institutions import store as institutions
from shared.kernel.money import Fen
from shared.teaching import queries as teaching


def adopt(fact: facts.BankFact, line: facts.StatementLine, *, now: datetime) -> bool:
    """Book a payout or a payment of a refund that the ledger doesn't know, as the statement's line tells it.

    Whether it is something that can be adopted at all. Raises what adoption.adopt_payout and adopt_refund refuse.
    """
    match fact:
        case facts.PayoutSettled():
            _payout(fact, line, now)
        case facts.RefundPaid() if not suspense.is_return(fact.payment_id):
            _refund(fact, line, now)
        case _:
            return False
    return True


def _payout(fact: facts.PayoutSettled, line: facts.StatementLine, now: datetime) -> None:
    """The school's last payout is counted first: the statement may have several, one after the other."""
    account = institutions.find_account(fact.account_no)
    assert account is not None, "a statement of an account that is nobody's isn't looked at"
    school = institutions.get(account.institution_id)
    last = queries.find_last_payout(school.institution_id)
    if last is not None:
        keep_totals.count(totals.missing(queries.list_payout_entries(last)))
    tuition = TuitionAccount(school.accounts.tuition_account_no, school.institution_id)
    adoption.adopt_payout(
        fact=fact,
        account=tuition,
        to_account_no=school.accounts.payout_account_no,
        payee_account_no=line.counterparty_account_no,
        latch=institutions.releasing_latch(school.institution_id, spread_by=tuition.account_no),
        now=now,
    )


def _refund(fact: facts.RefundPaid, line: facts.StatementLine, now: datetime) -> None:
    """The refund's record follows: what it holds, the seat that is given back, how it ended."""
    refund_id = refund_rules.refund_of(fact.payment_id)
    taught = teaching.list_taught(refunds.enrolment_of(refund_id))
    adoption.adopt_refund(fact=fact, payee_account_no=line.counterparty_account_no, taught=taught, now=now)
    held = sum(one.amount_fen for one in refund_money.payments(queries.get_refund(refund_id)))
    refund_notes.note_held(refund_id=refund_id, held_fen=Fen(held), give_back_seat=seat_of, now=now)
    refund_notes.note_outcome(refund_id=refund_id, now=now)
