"""Counts silence as confirmed when the policy's working days are over. Hourly."""

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from shared.kernel.ids import EnrolmentId, SessionId
from shared.teaching import model, queries, usecases

blueprint = Blueprint(__name__)


@blueprint.schedule(Cron("0", "*", "*", "*", "?", "*"))
@scheduled.run
def auto_confirm() -> dict[str, int]:
    """Every lesson whose days to confirm or dispute are over."""
    now = wiring.now()
    due = queries.list_due(model.Due.AUTO_CONFIRMATION, until=now)

    def confirm(lesson: tuple[EnrolmentId, SessionId]) -> bool:
        return usecases.auto_confirm_lesson(enrolment_id=lesson[0], session_id=lesson[1], now=now)

    return {"due": len(due), "confirmed": scheduled.each("auto_confirm", due, confirm, key="/".join)}
