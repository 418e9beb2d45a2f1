"""What is decided on a case, its publicity with objections, and its end."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.filings import catalogue, handing_in, rules
from shared.filings.model import Action, Case, Decision, Filing, Objection, ObjectionStatus, Outcome, Role, State
from shared.filings.store import cases, numbers, objections
from shared.filings.usecases import acted
from shared.kernel import clock, errors, ids
from shared.kernel.ids import CaseId

MOST_OPEN_OBJECTIONS = 100


class FindingsOpen(errors.Conflict):
    code = "filing_findings_open"
    zh = "还有 {count} 个问题未整改完毕。"
    en = "{count} findings aren't put right yet."


class VisitMissing(errors.Conflict):
    code = "filing_visit_missing"
    zh = "现场核查尚未记录。"
    en = "The site visit isn't recorded yet."


class PublicityRuns(errors.Conflict):
    code = "filing_publicity_runs"
    zh = "公示期至 {until}，期满后再办结。"
    en = "It is public until {until}; it is closed after that."


class ObjectionsUnanswered(errors.Conflict):
    code = "filing_objections_open"
    zh = "还有 {count} 条异议未处理。"
    en = "{count} objections aren't answered yet."


class TooManyObjections(errors.Limited):
    code = "filing_too_many_objections"
    zh = "该公示未处理的异议过多，请稍后再提。"
    en = "Too many objections to it wait for an answer. Try again later."


class LicenceNeeded(errors.Conflict):
    code = "filing_licence_needed"
    zh = "设立申请通过公示后，须提出发证并由另一人批准。"
    en = "An application that has passed is closed by giving the licence: proposed by one, approved by another person."


class AmendmentNeeded(errors.Conflict):
    code = "filing_amendment_needed"
    zh = "变更通过公示后，须提出变更登记事项并由另一人批准。"
    en = "A change that has passed is closed by amending the record: proposed by one, approved by another person."


class NoAmendment(errors.Conflict):
    code = "filing_no_amendment"
    zh = "只有通过的变更申报可以变更登记事项。"
    en = "Only a change filing that has passed amends the record."


class NoLicence(errors.Conflict):
    code = "filing_no_licence"
    zh = "只有通过的设立申请可以发证。"
    en = "Only an application that has passed leads to a licence."


def decide(*, case_id: str, outcome: Outcome, reason: str, role: Role, by: str, now: datetime) -> Case:
    """Decide a case, under the year's next number.

    To pass, also under conditions, every material is accepted and the visit, where there is one, recorded; to pass
    without conditions nothing is left to put right. Raises UnknownCase, ActionNotNow, ActionNotYours,
    FilingTextNeeded, MaterialsMissing, NotReviewedYet, MaterialsReturned, VisitMissing, FindingsOpen.
    """
    told = rules.check_text(reason, pointer="/reason")
    year = clock.business_day(now).year

    def attempt() -> Case:
        was = cases.get(case_id)
        after = acted(was, Action.DECIDE, role, by=by, now=now, note=told)
        if outcome is not Outcome.FAIL:
            check_passable(was)
        if outcome is Outcome.PASS:
            check_rectified(was)
        count, taken = numbers.next_of(year)
        decided = replace(after, decision=Decision(outcome, told, f"{year}-{count:04d}", by, now))
        transaction.commit([*cases.change(was, decided), taken])
        return decided

    return transaction.retried(attempt)


def check_passable(case: Case) -> None:
    """Raises MaterialsMissing, NotReviewedYet, MaterialsReturned, VisitMissing."""
    asked = catalogue.get(case.catalogue_version, case.filing, case.institution_type)
    handing_in.check_handed_in(case, asked)
    handing_in.check_reviewed(case, returns=False)
    if case.state is State.SITE_VISIT and case.visit is None:
        raise VisitMissing()


def check_rectified(case: Case) -> None:
    """Raises FindingsOpen."""
    left = sum(one.closed_at is None for one in case.findings)
    if left:
        raise FindingsOpen(count=left)


def object_to(*, case_id: str, by_whom: str, contact: str, text: str, now: datetime) -> Objection:
    """Somebody of the public objects while a decision is public. The same words twice are one objection.

    Raises UnknownCase, ActionNotNow, FilingTextNeeded, TooManyObjections.
    """
    whom, said = rules.check_text(by_whom, pointer="/by_whom"), rules.check_text(text, pointer="/text")
    known = ids.derived("obj", case_id, whom, said)
    objection = Objection(known, CaseId(case_id), whom, contact.strip(), said, now)

    def attempt() -> Objection:
        was = cases.get(case_id)
        acted(was, Action.OBJECT, Role.PUBLIC, by=rules.PUBLIC, now=now)
        if was.objections_open >= MOST_OPEN_OBJECTIONS:
            raise TooManyObjections(retry_after_seconds=3600)
        counted = replace(was, objections_open=was.objections_open + 1)
        try:
            transaction.commit([objections.put_new(objection), *cases.change(was, counted)])
        except objections.SameObjection:
            return objections.get(was.case_id, known)
        return objection

    return transaction.retried(attempt)


def answer_objection(
    *, case_id: str, objection_id: str, uphold: bool, answer: str, role: Role, by: str, now: datetime
) -> Case:
    """Dismiss an objection, or uphold it: then the case goes back to the site visit and is decided anew.

    Raises UnknownCase, UnknownObjection, ActionNotNow, ActionNotYours, ObjectionAnswered, FilingTextNeeded.
    """
    told = rules.check_text(answer, pointer="/answer")

    def attempt() -> Case:
        was = cases.get(case_id)
        after = acted(was, Action.ANSWER_OBJECTION, role, by=by, now=now)
        objection = objections.get(was.case_id, objection_id)
        if uphold:
            after = replace(acted(was, Action.REOPEN, role, by=by, now=now, note=told), decision=None)
        status = ObjectionStatus.UPHELD if uphold else ObjectionStatus.DISMISSED
        said = replace(objection, status=status, answer=told, answered_by=by, answered_at=now)
        after = replace(after, objections_open=was.objections_open - 1)
        transaction.commit([objections.answer(said), *cases.change(was, after)])
        return after

    return transaction.retried(attempt)


def close(
    *,
    case_id: str,
    role: Role,
    by: str,
    now: datetime,
    superseded: bool = False,
    also: Callable[[Case], Sequence[transaction.Part]] = lambda after: (),
) -> Case:
    """Close what has been public long enough, or what failed; what is `also` to be written commits with it.

    `superseded`: the record has changed meanwhile, so that a change which has passed can't amend it any more.

    Raises UnknownCase, ActionNotNow, ActionNotYours, PublicityRuns, ObjectionsUnanswered, FindingsOpen, LicenceNeeded,
    AmendmentNeeded.
    """

    def become(was: Case) -> Case:
        if was.filing is Filing.APPLICATION and was.outcome is not Outcome.FAIL:
            acted(was, Action.CLOSE, role, by=by, now=now)
            raise LicenceNeeded()
        if amends(was) and not superseded:
            acted(was, Action.CLOSE, role, by=by, now=now)
            raise AmendmentNeeded()
        return closed(was, role, by, now)

    return cases.move(case_id, become, also=also)


def licensing(*, case_id: str, by: str, now: datetime) -> tuple[Case, list[transaction.Part]]:
    """The parts that close an application which has passed, in the transaction that gives the licence.

    Raises UnknownCase, NoLicence, ActionNotNow, PublicityRuns, ObjectionsUnanswered, FindingsOpen.
    """
    was = cases.get(case_id)
    check_licensable(was, now)
    after = closed(was, Role.SUPERVISOR, by, now)
    return after, cases.change(was, after)


def check_licensable(case: Case, now: datetime) -> None:
    """Raises NoLicence, ActionNotNow, PublicityRuns, ObjectionsUnanswered, FindingsOpen."""
    if case.filing is not Filing.APPLICATION or case.outcome not in (Outcome.PASS, Outcome.CONDITIONAL):
        raise NoLicence()
    closed(case, Role.SUPERVISOR, "", now)


def amends(case: Case) -> bool:
    """Whether it has passed and is to change the school's record."""
    return bool(case.amendments) and case.outcome in (Outcome.PASS, Outcome.CONDITIONAL)


def amending(*, case_id: str, by: str, now: datetime) -> tuple[Case, list[transaction.Part]]:
    """The parts that close a change which has passed, in the transaction that amends the record.

    Raises UnknownCase, NoAmendment, ActionNotNow, PublicityRuns, ObjectionsUnanswered, FindingsOpen.
    """
    was = cases.get(case_id)
    check_amendable(was, now)
    after = closed(was, Role.SUPERVISOR, by, now)
    return after, cases.change(was, after)


def check_amendable(case: Case, now: datetime) -> None:
    """Raises NoAmendment, ActionNotNow, PublicityRuns, ObjectionsUnanswered, FindingsOpen."""
    if not amends(case):
        raise NoAmendment()
    closed(case, Role.SUPERVISOR, "", now)


def closed(was: Case, role: Role, by: str, now: datetime) -> Case:
    """The case as it is when it is closed.

    Raises ActionNotNow, ActionNotYours, PublicityRuns, ObjectionsUnanswered, FindingsOpen.
    """
    after = acted(was, Action.CLOSE, role, by=by, now=now)
    if was.state is State.PUBLICISED:
        assert was.due is not None
        if now < clock.end_of(was.due.day):
            raise PublicityRuns(until=was.due.day)
        if was.objections_open:
            raise ObjectionsUnanswered(count=was.objections_open)
        check_rectified(was)
    return after
