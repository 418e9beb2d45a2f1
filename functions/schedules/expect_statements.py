"""Finds the statements that should have come by now. Every morning, 09:00 in Shanghai."""

from datetime import timedelta

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from functions.files.ledger import FundsLedger
from functions.files.reconcile_statement import warn
from shared.institutions import store as institutions
from shared.kernel import clock
from shared.reconciliation import breaks

blueprint = Blueprint(__name__)

_DAYS = 7  # a run that didn't happen is made up for by the next
_MOST_LOOKED_AT = 500


@blueprint.schedule(Cron("0", "1", "*", "*", "?", "*"))
@scheduled.run
def expect_statements() -> dict[str, int]:
    """Each account's statement of each of the last days; and breaks that have come right in the meantime."""
    now = wiring.now()
    accounts = {}
    for school in institutions.get_many(institutions.list_ids()).values():
        accounts[school.accounts.tuition_account_no] = school.institution_id
        accounts[school.accounts.minimum_balance_account_no] = school.institution_id
    yesterday = clock.business_day(now) - timedelta(days=1)
    found = breaks.expect(accounts=accounts, last=yesterday, days=_DAYS, tell=warn, now=now)
    resolved = breaks.look_again(ledger=FundsLedger(now), at_most=_MOST_LOOKED_AT, now=now)
    return {**found, "resolved": resolved}
