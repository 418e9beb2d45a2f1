"""Reads each file that the bank puts into the statements bucket, and holds what it says against the ledger.

Called by EventBridge when a file has come. The same file may come twice; one that was broken off goes on where it was.
"""

import hashlib
from dataclasses import asdict
from typing import Any

from chalice.app import Blueprint

from events import facts
from functions.edge import files, wiring
from functions.edge.logs import tell
from functions.files.ledger import FundsLedger
from shared.alerts import usecases as alerts
from shared.bank.iso20022 import safe_xml, statements
from shared.kernel import clock, errors
from shared.policy import queries as policies
from shared.reconciliation import breaks, usecases
from shared.reconciliation.model import Break, ReadFile
from shared.reconciliation.store import files as file_store

blueprint = Blueprint(__name__)


@blueprint.on_cw_event(files.put_into("StatementsBucket"))
def reconcile_statement(event: Any) -> dict[str, int]:
    """One file. Raises Unavailable: EventBridge's call is then repeated."""
    return read_file(event.to_dict()["detail"]["object"]["key"])


def read_file(key: str) -> dict[str, int]:
    """Read a file of the bucket and reconcile it; how many lines were matched, adopted, broken, and what else differs.

    A file that can't be read is kept as a break. Raises Unavailable.
    """
    now = wiring.now()
    figures = {**asdict(usecases.Reconciling()), "unreadable": 0}
    digest = ""
    try:
        body = files.fetch(files.STATEMENTS, key, at_most=safe_xml.MAX_BYTES)
        digest = hashlib.sha256(body).hexdigest()
        told = statements.read(body)
    except errors.Unavailable:
        raise
    except errors.Refusal as refusal:
        day = clock.business_day(now)
        said = {name: str(value) for name, value in refusal.figures.items()}
        breaks.refuse_file(name=key, code=refusal.code, figures=said, day=day, tell=warn, now=now)
        file_store.put_file(ReadFile(digest or key, key, now, 0, refusal.code, said))
        tell("file_refused", key=key, code=refusal.code)
        return {**figures, "unreadable": 1}
    done = usecases.reconcile(statements=told, file=key, ledger=FundsLedger(now), tell=warn, now=now)
    figures |= asdict(done)
    file_store.put_file(ReadFile(digest, key, now, len(told)))
    tell("file_reconciled", key=key, **figures)
    return figures


def warn(one: Break) -> None:
    """Raise the alert of a break, where it is a school's. It is raised once, however often the break is found."""
    if one.institution_id is None:
        return
    finding = one.finding
    fact = facts.BreakFound(
        break_id=one.break_id,
        kind=finding.kind.value,
        institution_id=one.institution_id,
        account_no=finding.account_no,
        day=finding.day,
        figures=dict(finding.figures),
        found_at=one.found_at,
    )
    alerts.consider(fact=fact, policy=policies.in_force(at=one.found_at))
