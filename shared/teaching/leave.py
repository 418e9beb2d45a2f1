"""A guardian's leave (请假) from a session to come. It charges nothing; the teacher's mark is a leave by default."""

from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel.ids import EnrolmentId, GuardianId
from shared.policy.model import Policy
from shared.teaching import model, rules
from shared.teaching.store import absences


def ask(
    *, enrolment_id: EnrolmentId, session: model.Session, by: GuardianId, reason: str, policy: Policy, now: datetime
) -> model.Leave:
    """Ask for a leave, the policy's hours before the session. What stands is given again. Raises LeaveTooLate."""

    def attempt() -> model.Leave:
        there = absences.find_leave(enrolment_id, session.session_id)
        if there is not None and there.stands:
            return there
        rules.check_leave(session, hours=policy.leave_hours_before, now=now)
        leave = model.Leave(enrolment_id, session.session_id, by, now, reason)
        absences.put_leave(leave)
        return leave

    return transaction.retried(attempt)


def withdraw(*, enrolment_id: EnrolmentId, session: model.Session, now: datetime) -> model.Leave:
    """The child comes after all, if the session hasn't begun. Twice is once. Raises NotOnLeave, SessionBegun."""

    def attempt() -> model.Leave:
        there = absences.find_leave(enrolment_id, session.session_id)
        if there is None:
            raise rules.NotOnLeave()
        if not there.stands:
            return there
        rules.check_to_come(session.starts_at, now)
        absences.withdraw_leave(there, now=now)
        return replace(there, withdrawn_at=now)

    return transaction.retried(attempt)
