"""A termination from its opening to its end. What it asks of the ledger is handed in by the functions."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel import clock, ids
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.policy import calendar
from shared.policy.model import Policy
from shared.terminations import model, rules
from shared.terminations.model import Case, Objection, ObjectionStatus, Step
from shared.terminations.store import cases, notices, objections


def opening(
    *, institution_id: InstitutionId, reason: str, by: str, now: datetime, decision_no: str = "", evidence: str = ""
) -> transaction.Part:
    """The part that opens a school's case, in the transaction that stops its sales and its money.

    `decision_no` and `evidence` where its licence is revoked. Its commit raises CaseExists.
    """
    stage = model.Stage(Step.STOPPED, now, by)
    return cases.open_new(Case(institution_id, Step.STOPPED, reason.strip(), now, (stage,), decision_no, evidence))


def begin_settling(*, institution_id: InstitutionId, now: datetime) -> Case:
    """The platform begins to settle lessons that were taught. Twice is once. Raises UnknownCase, StepNotNext."""

    def become(was: Case) -> Case:
        return was if was.step is Step.SETTLING else _at(was, Step.SETTLING, model.PLATFORM, now)

    return cases.move(institution_id, become)


def begin_refunding(*, institution_id: InstitutionId, by: str, now: datetime) -> Case:
    """Let every student be refunded what isn't taught. Raises UnknownCase, StepNotNext."""
    return cases.move(institution_id, lambda was: _from(was, Step.SETTLING, Step.REFUNDING, by, now))


def publicise(
    *, institution_id: InstitutionId, unsettled: rules.Remaining, policy: Policy, by: str, now: datetime
) -> Case:
    """Make the termination public (公示) for the policy's working days, once every student is settled.

    Raises UnknownCase, StepNotNext, StudentsUnsettled.
    """
    until = calendar.working_days_after(clock.business_day(now), policy.publicity_working_days, policy.own_days)

    def become(was: Case) -> Case:
        after = _from(was, Step.REFUNDING, Step.PUBLICITY, by, now)
        if unsettled:
            raise rules.StudentsUnsettled(**rules.listed(unsettled))
        return replace(after, publicity_until=until.day, publicity_assumed=until.assumed, check=None)

    return cases.move(institution_id, become)


def object_to(*, institution_id: InstitutionId, by_whom: str, text: str, by: str, now: datetime) -> Objection:
    """Record an objection while the termination is public. The same one twice in a minute is one.

    Raises UnknownCase, StepNotNext, TextNeeded.
    """
    whom, said = rules.check_text(by_whom, pointer="/by_whom"), rules.check_text(text, pointer="/text")
    minute = clock.stored(now)[:16]
    objection = Objection(ids.derived("obj", institution_id, minute, whom, said), institution_id, whom, said, by, now)

    def attempt() -> Objection:
        was = cases.get(institution_id)
        if was.step is not Step.PUBLICITY:
            raise rules.StepNotNext(step=was.step.value)
        if any(one.objection_id == objection.objection_id for one in objections.list_of(institution_id)):
            return objection
        counted = replace(was, objections_open=was.objections_open + 1)
        transaction.commit([objections.put_new(objection), cases.change(was, counted)])
        return objection

    return transaction.retried(attempt)


def decide_objection(
    *, institution_id: InstitutionId, objection_id: str, uphold: bool, reason: str, by: str, now: datetime
) -> Case:
    """Dismiss an objection, or uphold it: then students are settled again, and it is made public anew.

    Raises UnknownCase, UnknownObjection, ObjectionDecided, StepNotNext, TextNeeded.
    """
    told = rules.check_text(reason, pointer="/reason")

    def attempt() -> Case:
        was, objection = cases.get(institution_id), objections.get(institution_id, objection_id)
        if objection.status is not ObjectionStatus.OPEN:
            raise rules.ObjectionDecided()
        status = ObjectionStatus.UPHELD if uphold else ObjectionStatus.DISMISSED
        decided = replace(objection, status=status, decision=told, decided_by=by, decided_at=now)
        after = replace(was, objections_open=was.objections_open - 1)
        if uphold and was.step is Step.PUBLICITY:
            after = _at(after, Step.REFUNDING, by, now)
        transaction.commit([objections.decide(decided), cases.change(was, after)])
        return after

    return transaction.retried(attempt)


def check_liabilities(
    *,
    institution_id: InstitutionId,
    remaining: rules.Remaining,
    figures: Mapping[str, int],
    minimum_fen: Fen,
    payable_fen: Fen,
    by: str,
    now: datetime,
) -> Case:
    """The finance officer finds that nothing is owed (零负债核验), after the publicity; again, if need be.

    And once more when a notice is over and there is money in the accounts, also when the case is closed: another
    notice is issued over it. `figures` is what was looked at. Raises UnknownCase, StepNotNext, NoticeStands,
    NothingToReturn, PublicityRunning, ObjectionsOpen, LiabilitiesRemain.
    """

    def become(was: Case) -> Case:
        again = was.step in (Step.NOTICE_ISSUED, Step.CLOSED)
        rules.check_checkable(was, notices.get(was.notice) if again and was.notice else None)
        after = _at(was, Step.ZERO_LIABILITY, by, now)
        rules.check_publicised(was, now)
        if remaining:
            raise rules.LiabilitiesRemain(**rules.listed(remaining))
        if again and not minimum_fen and not payable_fen:
            raise rules.NothingToReturn()
        return replace(after, check=model.Check(by, now, figures, minimum_fen, payable_fen))

    return cases.move(institution_id, become)


def _from(was: Case, only: Step, becomes: Step, by: str, now: datetime) -> Case:
    """Raises StepNotNext unless it stands at the one step that this act belongs to."""
    if was.step is not only:
        raise rules.StepNotNext(step=was.step.value)
    return _at(was, becomes, by, now)


def _at(was: Case, becomes: Step, by: str, now: datetime) -> Case:
    rules.check_step(was, becomes)
    return replace(was, step=becomes, history=(*was.history, model.Stage(becomes, now, by)))
