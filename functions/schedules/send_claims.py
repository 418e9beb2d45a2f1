"""Sends guardians' claims to the insurer, asks about those of which nothing was heard for a day. Every quarter hour.

A try is noted before the insurer is asked; it takes each part of a claim once, so what is broken off comes again.
"""

from functools import partial

from chalice.app import Blueprint, Cron

from functions.edge import claims as edge
from functions.edge import scheduled, wiring
from functions.edge.line import Line
from shared.insurance import claim_rules, claims
from shared.insurance.claim_model import Claim, ClaimDue
from shared.insurance.client import InsurerRefused, InsurerSilent
from shared.insurance.store import claims as store
from shared.kernel.ids import ClaimId

blueprint = Blueprint(__name__)

MOST_AT_ONCE = 200


@blueprint.schedule(Cron("9/15", "*", "*", "*", "?", "*"))
@scheduled.run
def send_claims() -> dict[str, int]:
    """The claims that are due, the longest waiting first."""
    now = wiring.now()
    line, figures = Line(now), {}
    for due in ClaimDue:
        found = store.list_due(due, until=now, limit=MOST_AT_ONCE)
        figures[due.value] = scheduled.each("send_claims", found, partial(look_after, line, due), key=str)
    return figures


def look_after(line: Line, due: ClaimDue, claim_id: ClaimId) -> bool:
    """Send one claim, or ask about it; whether anything was new. Raises InsurerSilent, Unavailable."""
    claim, now = store.get(claim_id), wiring.now()
    if line.closed or not claim_rules.is_due(claim, due, now=now):
        return False
    begun = claims.begin(claim=claim, now=now)
    if begun is None:
        return False
    try:
        word = _asked(begun, due)
    except InsurerSilent:
        line.was(silent=True)
        raise
    except InsurerRefused as refusal:
        line.was(silent=False)
        why = str(refusal.figures["reason"])
        return claims.note_refused(claim_id=claim_id, why=why, also=edge.told, now=now)
    line.was(silent=False)
    return claims.note_told(word=word, also=edge.told, now=now)


def _asked(claim: Claim, due: ClaimDue) -> edge.ClaimTold:
    """Raises InsurerRefused, InsurerSilent."""
    insurer, now = wiring.insurer(), wiring.now()
    if due is ClaimDue.ASK:
        return insurer.ask_claim(claim, now=now)
    return insurer.claim(claim, pictures=edge.pictures_of(claim), now=now)
