"""Counts silence as confirmed when the policy's working days are over. Hourly."""

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from shared.teaching import model, queries, usecases

blueprint = Blueprint(__name__)


@blueprint.schedule(Cron("0", "*", "*", "*", "?", "*"))
@scheduled.run
def auto_confirm() -> dict[str, int]:
    """Every lesson whose days to confirm or dispute are over."""
    now = wiring.now()
    due = queries.list_due(model.Due.AUTO_CONFIRMATION, until=now)
    done = [
        usecases.auto_confirm_lesson(enrolment_id=enrolment_id, session_id=session_id, now=now)
        for enrolment_id, session_id in due
    ]
    return {"due": len(due), "confirmed": sum(done)}
