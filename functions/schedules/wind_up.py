"""Takes each termination on: settles lessons taught, lets every student be refunded, instructs the bank, closes.

Every quarter of an hour. It goes through a school's enrolments page by page, and notes after each page how far it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalice.app import Blueprint, Cron

from functions.edge import scheduled, wiring
from functions.edge.seats import seat_of
from shared.bank.client import TerminationInstruction
from shared.dynamo import transaction
from shared.funds import expiry, refunds, usecases
from shared.funds import queries as funds
from shared.funds import rules as fund_rules
from shared.funds import terminations as money
from shared.funds.model import EnrolmentAccount, EnrolmentStatus, State
from shared.funds.refund_model import AgreedBy
from shared.institutions import store as institution_store
from shared.institutions import usecases as institutions
from shared.kernel import errors
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.teaching import queries as teaching
from shared.teaching import store as teaching_store
from shared.teaching import usecases as lessons
from shared.terminations import model, notices
from shared.terminations import usecases as terminations
from shared.terminations.model import Case, NoticeStatus, Progress, Step
from shared.terminations.rules import SETTLES
from shared.terminations.store import cases
from shared.terminations.store import notices as notice_store

blueprint = Blueprint(__name__)

PAGE = 50
_NOT_TUITION = (State.OUTSIDE, State.MINIMUM_BALANCE, State.MINIMUM_PENDING)


@blueprint.schedule(Cron("2/15", "*", "*", "*", "?", "*"))
@scheduled.run
def wind_up() -> dict[str, int]:
    """Every open termination, as far as it goes by itself."""
    found = cases.list_open()
    return {"open": len(found), "done": scheduled.each("wind_up", found, _take_on, key=lambda one: one.institution_id)}


def _take_on(case: Case) -> int:
    """How many things were done for one termination."""
    now = wiring.now()
    if case.step is Step.STOPPED:
        case = terminations.begin_settling(institution_id=case.institution_id, now=now)
    if case.step in SETTLES:
        return _go_through(case, now)
    if case.step is Step.NOTICE_ISSUED:
        return _instruct(case, now) + close(case.institution_id, now=now)
    return 0


def _go_through(case: Case, now: datetime) -> int:
    """One round over the school's enrolments, from the last checkpoint on; how many things were done."""
    iid = case.institution_id
    progress = cases.get_progress(iid)
    done = 0
    if progress.over_at is not None:
        progress = Progress(round=progress.round + 1, version=progress.version)
    if not progress.gone:
        progress = replace(progress, of=funds.count_by_institution(iid))
    while progress.over_at is None:
        page = funds.list_by_institution(iid, limit=PAGE, cursor=progress.cursor)
        done += scheduled.each("wind_up", page.rows, lambda one: _settle(case, one, now), key=_key)
        ids = [one.enrolment_id for one in page.rows]
        after = _counted(progress, funds.get_accounts(ids) if ids else [])
        after = replace(after, cursor=page.next_cursor, over_at=None if page.next_cursor else now)
        progress = _noted(iid, progress, after)
    return done


def _noted(institution_id: InstitutionId, before: Progress, after: Progress) -> Progress:
    """The checkpoint after it is noted; or the one that somebody else, who does the same, has noted meanwhile."""
    try:
        transaction.commit([cases.change_progress(institution_id, before, after)])
    except transaction.LostRace:
        return cases.get_progress(institution_id)
    return replace(after, version=before.version + 1)


def _counted(progress: Progress, accounts: Sequence[EnrolmentAccount]) -> Progress:
    open_ones = [one for one in accounts if one.held_fen or one.refund_pending_fen or _awaits(one)]
    return replace(
        progress,
        gone=progress.gone + len(accounts),
        settled=progress.settled + len(accounts) - len(open_ones),
        held_fen=Fen(progress.held_fen + sum(one.held_fen for one in accounts)),
        pending_fen=Fen(progress.pending_fen + sum(one.refund_pending_fen for one in accounts)),
        refunded_fen=Fen(progress.refunded_fen + sum(one.refunded_fen for one in accounts)),
    )


def _awaits(account: EnrolmentAccount) -> bool:
    return account.status is EnrolmentStatus.AWAITING_DEPOSIT


def _settle(case: Case, account: EnrolmentAccount, now: datetime) -> int:
    """Release what was taught and confirmed, then refund the rest; how many things were done for one enrolment."""
    done = sum(map(int, _final_releases(case, account, now))) if account.held_fen else 0
    if case.step is not Step.REFUNDING:
        return done
    if fund_rules.is_unpaid(account):
        done += expiry.expire_enrolment(
            enrolment_id=account.enrolment_id, give_back_seat=seat_of, now=now, at_once=True
        )
    elif account.held_fen:
        taught = teaching.list_taught(account.enrolment_id)
        done += refunds.refund_all(
            enrolment_id=account.enrolment_id, taught=taught, by=AgreedBy.TERMINATION, reason=money.REASON, now=now
        )
    return done


def _final_releases(case: Case, account: EnrolmentAccount, now: datetime) -> list[bool]:
    found = []
    for lesson in teaching.list_lessons(account.enrolment_id):
        fact = teaching.confirmed(lesson)
        if fact is not None:
            settling = cases.settling(case.institution_id)
            note = teaching_store.released(fact.enrolment_id, fact.session_id)
            try:
                posting = usecases.release_lesson(fact=fact, latch=settling, also=[note], final=True, now=now)
            except fund_rules.ShareRefunded:
                lessons.mark_refunded(enrolment_id=fact.enrolment_id, session_id=fact.session_id, now=now)
                continue
            found.append(not posting.duplicate)
    return found


def _instruct(case: Case, now: datetime) -> int:
    """Hand the notice to the bank, again until it has accepted it. Raises BankRefused, Unavailable."""
    assert case.notice is not None
    notice = notice_store.get(case.notice)
    if notice.instructed_at is not None or notice.status is not NoticeStatus.VALID:
        return 0
    instruction = TerminationInstruction(notice.number, notice.content, notice.signature)
    wiring.bank().instruct_termination(instruction, now=now)
    notices.note_instructed(number=notice.number, now=now)
    return 1


def close(institution_id: InstitutionId, *, now: datetime) -> bool:
    """Close the case of a school whose notice is over and whose accounts are empty; whether it was closed now.

    With the first one the school ends; a case that was opened again for a supplementary notice is only closed.
    """
    case = cases.find(institution_id)
    if case is None or case.step is not Step.NOTICE_ISSUED or case.notice is None:
        return False
    notice = notice_store.get(case.notice)
    if notice.status not in (NoticeStatus.USED, NoticeStatus.FAILED) or left_in_accounts(institution_id):
        return False
    reason = f"{notice.title} 已执行，账户余额为零"
    try:
        part = notices.closing(institution_id=institution_id, now=now)
        if institution_store.get(institution_id).status.ended:
            transaction.commit([part])
            return True
        institutions.end_termination(
            institution_id=institution_id,
            revoked=case.revoked,
            reason=f"吊销办学许可证（{case.decision_no}）；{reason}" if case.revoked else reason,
            by=model.PLATFORM,
            now=now,
            also=[part],
        )
    except (errors.Conflict, transaction.LostRace):  # somebody else was faster
        return False
    return True


def left_in_accounts(institution_id: InstitutionId) -> Fen:
    """What the ledger says is still in a school's two accounts, in fen."""
    counted = funds.get_totals(institution_id)
    minimum = funds.get_minimum_balance(institution_id)
    in_tuition = -sum(counted.by_state.get(state, 0) for state in _NOT_TUITION)
    return Fen(minimum.balance_fen + minimum.pending_fen + in_tuition)


def _key(account: EnrolmentAccount) -> str:
    return account.enrolment_id
