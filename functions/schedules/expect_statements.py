"""Finds the statements that should have come by now. Every morning, 09:00 in Shanghai."""

from datetime import date, timedelta

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from functions.files.ledger import FundsLedger
from functions.files.reconcile_statement import warn
from shared.institutions import store as institutions
from shared.institutions.model import Institution
from shared.kernel import clock
from shared.reconciliation import breaks
from shared.terminations.store import cases, notices

blueprint = Blueprint(__name__)

_DAYS = 7  # a run that didn't happen is made up for by the next
_MOST_LOOKED_AT = 500


@blueprint.schedule(Cron("0", "1", "*", "*", "?", "*"))
@scheduled.run
def expect_statements() -> dict[str, int]:
    """Each account's statement of each of the last days; and breaks that have come right in the meantime."""
    now = wiring.now()
    found = institutions.get_many(institutions.list_ids()).values()
    schools = [school for school in found if school.accounts.opened]
    begun = {account_no: day for school in schools for account_no in _accounts(school) if (day := _since(school))}
    accounts = {account_no: school.institution_id for school in schools for account_no in _accounts(school)}
    ended = {account_no: day for school in schools for account_no, day in _ended(school)}
    yesterday = clock.business_day(now) - timedelta(days=1)
    told = breaks.expect(accounts=accounts, begun=begun, ended=ended, last=yesterday, days=_DAYS, tell=warn, now=now)
    resolved = breaks.look_again(ledger=FundsLedger(now), ended=ended, at_most=_MOST_LOOKED_AT, now=now)
    return {**told, "resolved": resolved}


def _accounts(school: Institution) -> tuple[str, str]:
    return school.accounts.tuition_account_no, school.accounts.minimum_balance_account_no


def _since(school: Institution) -> date | None:
    return school.accounts.supervised_since


def _ended(school: Institution) -> list[tuple[str, date]]:
    """The last day of each account of a school that the bank has emptied on a notice of its termination.

    An account that was emptied again, on a supplementary notice, is told of twice: the later day comes last.
    """
    case = cases.find(school.institution_id) if school.status.ending else None
    if case is None:
        return []
    found = [one for notice in notices.get_many(case.notices) for one in notice.returns]
    return [(one.account_no, clock.business_day(one.returned_at)) for one in found if one.returned_at]
