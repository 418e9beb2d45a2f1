"""What can be done with an institution."""

from datetime import datetime

from shared.institutions import model, rules, store
from shared.kernel.ids import InstitutionId


def register(*, institution: model.Institution, by: str, now: datetime) -> None:
    """Put a licensed school on file. Raises WrongCreditCode, WrongLicence, AlreadyRegistered."""
    rules.check_registration(institution)
    reason = "登记"
    store.add(institution, model.StatusChange(institution.institution_id, institution.status, reason, by, now))


def suspend(*, institution_id: InstitutionId, reason: str, by: str, now: datetime) -> None:
    """Stop a school's sales at once (暂停招生); lessons already sold go on. Raises StatusCantChange, ReasonMissing."""
    _change(institution_id, model.Status.SUSPENDED, reason, by, now)


def reinstate(*, institution_id: InstitutionId, reason: str, by: str, now: datetime) -> None:
    """Let a suspended school sell again. Raises StatusCantChange, ReasonMissing."""
    _change(institution_id, model.Status.LICENSED, reason, by, now)


def _change(institution_id: InstitutionId, becomes: model.Status, reason: str, by: str, now: datetime) -> None:
    was = store.get(institution_id).status
    rules.check_change(was, becomes, reason)
    store.change_status(model.StatusChange(institution_id, becomes, reason.strip(), by, now), was=was)
