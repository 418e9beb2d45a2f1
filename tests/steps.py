"""What tests do with the district, step by step, with parts of several contexts put together as the functions do it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from events import facts
from functions.api import enrolments as sales
from functions.edge import course_acts
from shared.approvals import usecases as approvals
from shared.approvals.model import Kind, Proposal
from shared.dynamo import transaction
from shared.funds import (
    expiry,
    invariants,
    minimum_checks,
    minimum_model,
    minimum_money,
    minimum_requirements,
    minimum_withdrawals,
    model,
    payout_answers,
    payout_model,
    payouts,
    queries,
    refund_model,
    refund_money,
    refund_notes,
    refunds,
    suspense,
    usecases,
)
from shared.funds.store import accounts, books, entries, totals
from shared.institutions import model as institution_model
from shared.institutions import store as institutions
from shared.institutions import usecases as institution_usecases
from shared.kernel import errors, ids
from shared.kernel.ids import EnrolmentId, GuardianId, InstitutionId, ProposalId, SessionId, StudentId
from shared.kernel.money import Fen
from shared.mall import invariants as mall_invariants
from shared.mall import model as mall
from shared.mall import rules as mall_rules
from shared.mall import store as mall_store
from shared.mall import usecases as mall_usecases
from shared.mall.store import cards
from shared.mall.store import waitlist as mall_waitlist
from shared.policy import queries as policies
from shared.terminations import usecases as termination_usecases
from tests import builders
from tests.builders import NOW


def register(number: int = 1, *, required_fen: int = 10_000, **changes: Any) -> institution_model.Institution:
    """Put the `number`-th school on file, which must keep so much as its minimum balance."""
    school = builders.a_school(number, **changes)
    formula = builders.a_formula(required_fen)
    required = minimum_requirements.first(
        institution_id=school.institution_id,
        formula=formula,
        reason="登记",
        proposed_by="seed",
        approved_by="seed",
        now=NOW,
    )
    institution_usecases.register(institution=school, by="seed", now=NOW, also=required)
    return school


def suspend(institution_id: InstitutionId = builders.SCHOOL, *, minutes: int = 1) -> None:
    """Suspend a school from selling, so many minutes after NOW."""
    at = NOW + timedelta(minutes=minutes)
    institution_usecases.suspend(institution_id=institution_id, reason="整改", by="科长", now=at)


def put_on_sale(course: mall.Course | None = None, **changes: Any) -> mall.Offering:
    """Put a course and its class on sale; `changes` are the class's."""
    course = course or builders.a_course()
    publish_course(course)
    return open_class(
        builders.a_class(course_id=course.course_id, institution_id=course.institution_id, **changes), course
    )


def publish_course(course: mall.Course) -> None:
    """Put a course into the mall as the bureau's acceptance does."""
    school = institutions.get_many([course.institution_id]).get(course.institution_id) or builders.a_school()
    found_by = [cards.of_course(course, now=NOW), cards.of_school(course_acts.facts_of(school), now=NOW)]
    transaction.commit([*mall_store.published_course(course), *found_by])


def open_class(offering: mall.Offering, course: mall.Course | None = None) -> mall.Offering:
    """Put a class into the mall as the bureau's acceptance does."""
    course = course or builders.a_course()
    text = mall_rules.terms_text(course, offering, (), builders.a_school().name)
    opened = replace(offering, terms_hash=mall_rules.terms_hash(text), seats_left=offering.seats)
    terms = mall_store.terms(text, opened.terms_hash, now=NOW)
    transaction.commit([mall_store.opened(opened), terms, cards.of_class(opened, now=NOW)])
    return opened


def withdraw_class() -> None:
    """Take the first class off sale."""
    off = mall_store.withdrawn(builders.COURSE, builders.OFFERING)
    transaction.commit([off, cards.no_class(builders.COURSE, builders.OFFERING, now=NOW)])


def enrol(offering: mall.Offering, number: int = 1, *, now: datetime = NOW, **changes: Any) -> facts.EnrolmentMade:
    """The `number`-th guardian enrols her child, as the API puts it together."""
    told: dict[str, Any] = {
        "enrolment_id": EnrolmentId(builders.an_id("enr", number)),
        "guardian_id": GuardianId(builders.an_id("grd", number)),
        "student_id": StudentId(builders.an_id("stu", number)),
        "course_id": offering.course_id,
        "offering_id": offering.offering_id,
        "terms_hash": offering.terms_hash,
        "seller": mall.Seller(offering.institution_id, builders.TUITION_NO),
        "open_enrolments": sales.open_enrolments,
        "also": sales.account_and_latch,
        "policy": policies.in_force(at=now),
        "now": now,
    }
    return mall_usecases.enrol(**{**told, **changes})


def open_account(number: int = 1, *, paid_fen: int = 0, **changes: Any) -> model.EnrolmentAccount:
    """Open the `number`-th enrolment's account without a sale, and pay into it."""
    made = builders.an_enrolment_made(number, **changes)
    transaction.commit([accounts.open_new(made)])
    if paid_fen:
        pay(made.enrolment_id, paid_fen)
    return accounts.get(made.enrolment_id)


def pay(enrolment_id: EnrolmentId, amount_fen: int, *, reference: str = "", **changes: Any) -> model.Posting:
    """Post a deposit that names an enrolment."""
    fact = builders.a_deposit(
        amount_fen,
        bank_reference=reference or f"BK{enrolment_id[-6:]}-{amount_fen}",
        remittance=f"学费{enrolment_id.removeprefix('enr_')}",
        **changes,
    )
    return usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW)


def release(lesson: int = 1, *, enrolment: int = 1, now: datetime = NOW, **changes: Any) -> model.Posting:
    """Release an enrolment's lesson."""
    enrolment_id = EnrolmentId(builders.an_id("enr", enrolment))
    fact = builders.a_confirmed_lesson(lesson, enrolment_id=enrolment_id, **changes)
    latch = institutions.releasing_latch(fact.institution_id, spread_by=enrolment_id)
    return usecases.release_lesson(fact=fact, latch=latch, now=now)


def build_payout(number: int = 1, *, now: datetime = NOW) -> payout_model.Payout | None:
    """Build the `number`-th school's next payout."""
    account = builders.a_tuition_account(number)
    latch = institutions.releasing_latch(account.institution_id, spread_by=account.account_no)
    to = builders.a_school(number).accounts.payout_account_no
    return payouts.build(account=account, to_account_no=to, latch=latch, now=now)


def a_built_payout() -> payout_model.Payout:
    """A school with 1,000 fen released, all of it in its first payout."""
    open_account(paid_fen=1000)
    for lesson in (1, 2, 3):
        release(lesson)
    count_all()
    payout = build_payout()
    assert payout is not None
    count_all()
    return payout


def pay_minimum(amount_fen: int = 20_000, *, reference: str = "BKM00001", now: datetime = NOW) -> model.Posting:
    """Post money into the first school's minimum balance."""
    fact = builders.a_deposit(amount_fen, bank_reference=reference, account_no=builders.MINIMUM_NO, booked_at=now)
    return usecases.post_deposit(fact=fact, account=builders.a_minimum_account(), now=now)


def require(required_fen: int, *, school: int = 1, now: datetime = NOW) -> None:
    """Two people of the bureau set what the `school`-th school must keep."""
    institution_id = builders.a_school(school).institution_id
    minimum_requirements.set_anew(
        institution_id=institution_id,
        number=queries.get_minimum_balance(institution_id).requirements + 1,
        formula=builders.a_formula(required_fen),
        reason="近三个月收费增加",
        proposed_by="officer",
        approved_by="supervisor",
        now=now,
    )


def ask_to_withdraw(amount_fen: int = 4000, *, number: int = 1, now: datetime = NOW) -> minimum_model.Withdrawal:
    """The `number`-th school asks for money from its minimum balance."""
    school = builders.a_school(number)
    return minimum_withdrawals.request(
        institution_id=school.institution_id,
        amount_fen=amount_fen,
        from_account_no=school.accounts.minimum_balance_account_no,
        to_account_no=school.accounts.payout_account_no,
        reason="缩减校区",
        by="usr_1",
        now=now,
    )


def check_minimum(*, now: datetime) -> minimum_model.Shortfall | None:
    """The nightly check of the first school."""
    counted = Fen(queries.get_totals(builders.SCHOOL).by_state.get(model.State.MINIMUM_BALANCE, 0))
    minimum = queries.get_minimum_balance(builders.SCHOOL)
    return minimum_checks.check(minimum=minimum, counted_fen=counted, policy=builders.POLICY, now=now)


def lose_minimum(amount_fen: int, *, reference: str = "BK000902") -> model.Posting:
    """Money leaves the first school's minimum balance without an instruction of ours."""
    fact = builders.a_withdrawal(amount_fen, bank_reference=reference, account_no=builders.MINIMUM_NO)
    return usecases.post_withdrawal(fact=fact, account=builders.a_minimum_account(), now=NOW)


def a_part_that_fails(refused: errors.Refusal) -> transaction.Part:
    """A part of a transaction that holds it to what isn't so."""
    row = institutions.InstitutionRow("ins_nowhere", "institution")
    return transaction.check(row, institutions.InstitutionRow.pk.exists(), refused=refused)


def a_held_withdrawal(amount_fen: int = 4000) -> minimum_model.Withdrawal:
    """Money that the first school asked for and that the bureau let go; the bank hasn't answered."""
    withdrawal = ask_to_withdraw(amount_fen)
    minimum_money.hold(withdrawal_id=withdrawal.withdrawal_id, now=NOW)
    return withdrawal


def propose(kind: Kind, *, subject: str, number: int = 1, **figures: int) -> Proposal:
    """A finance officer puts an act on the first school before a second person."""
    return approvals.propose(
        proposal_id=ProposalId(builders.an_id("prp", number)),
        kind=kind,
        institution_id=builders.SCHOOL,
        subject=subject,
        reason="已核对",
        by="officer",
        now=NOW,
        figures=figures,
    )


def instruct_each_kind() -> None:
    """The bank is to pay a school's payout (1,000 fen), a refund (1,000), suspense (77), minimum balance (4,000)."""
    register()
    enrol(put_on_sale(), 9)
    open_account(2, paid_fen=1000)
    a_held_refund(2)
    a_built_payout()
    nobodys = builders.a_deposit(100, bank_reference="BK000009", remittance="书法班")
    usecases.post_deposit(fact=nobodys, account=builders.a_tuition_account(), now=NOW)
    return_approval = approval(Kind.SUSPENSE_RETURN, "BK000009")
    suspense.hold_return(reference="BK000009", amount_fen=Fen(77), approval=return_approval, now=NOW)
    pay_minimum()
    a_held_withdrawal()
    count_all()


def settle(payout: payout_model.Payout, **changes: Any) -> model.Posting:
    """The bank has paid a payout."""
    posting = payout_answers.settle(fact=builders.a_settlement(payout, **changes), now=NOW)
    count_all()
    return posting


def ask_for_refund(number: int = 1, *, taught: Sequence[str] = (), now: datetime = NOW) -> refund_model.Refund:
    """The `number`-th guardian asks for all that is available."""
    account = accounts.get(EnrolmentId(builders.an_id("enr", number)))
    sessions = [SessionId(one) for one in taught]
    amount = queries.preview_refund(account=account, taught=sessions).refundable_fen
    return refunds.request(
        enrolment_id=account.enrolment_id, amount_fen=amount, reason="搬家", taught=sessions, now=now
    )


def agree_to_refund(refund: refund_model.Refund, *, now: datetime = NOW) -> refund_model.Refund:
    """The school agrees."""
    school = refund.institution_id
    return refunds.answer(refund_id=refund.refund_id, institution_id=school, agree=True, reason="同意", now=now)


def hold_refund(refund: refund_model.Refund, *, taught: Sequence[str] = (), now: datetime = NOW) -> refund_model.Refund:
    """Hold an agreed refund's money, and give the seat back."""
    sessions = [SessionId(one) for one in taught]
    held = refund_money.hold(refund=refund, taught=sessions, now=now)
    return refund_notes.note_held(refund_id=refund.refund_id, held_fen=held, give_back_seat=_seat_of, now=now)


def hold_back(number: int = 1, *, taught: Sequence[str] = ()) -> int:
    """Hold back the money of the `number`-th enrolment's refund, which was opened without a sale; how much that is."""
    refund = agree_to_refund(ask_for_refund(number, taught=taught))
    return refund_money.hold(refund=refund, taught=[SessionId(one) for one in taught], now=NOW)


def a_held_refund(number: int = 1, *, taught: Sequence[str] = ()) -> refund_model.Refund:
    """The `number`-th enrolment's refund: asked for, agreed to, held back."""
    return hold_refund(agree_to_refund(ask_for_refund(number, taught=taught)), taught=taught)


def _seat_of(account: model.EnrolmentAccount) -> transaction.Part:
    return mall_store.give_back_seat(account.course_id, account.offering_id)


def expire(number: int = 1, *, of: EnrolmentId | None = None, now: datetime) -> bool:
    """End the `number`-th enrolment, or the one that is named, if its time to pay is over."""
    return expiry.expire_enrolment(
        enrolment_id=of or EnrolmentId(builders.an_id("enr", number)),
        give_back_seat=_seat_of,
        now=now,
    )


_proposals = count(1)


def approval(kind: Kind, subject: str, *, now: datetime = NOW) -> transaction.Part:
    """The part of a transaction that approves what one officer proposes and another approves."""
    proposal = approvals.propose(
        proposal_id=ProposalId(ids.derived("prp", kind, subject, str(next(_proposals)))),
        kind=kind,
        institution_id=builders.SCHOOL,
        subject=subject,
        reason="核对无误",
        by="财务一",
        now=now,
    )
    return approvals.approve(proposal=proposal, reason="", by="财务二", now=now)


def freeze(institution_id: InstitutionId = builders.SCHOOL, *, now: datetime = NOW) -> None:
    """Freeze a school's money."""
    institution_usecases.freeze(institution_id=institution_id, reason="核查", by="科长", now=now)


def thaw(institution_id: InstitutionId = builders.SCHOOL, *, now: datetime = NOW) -> None:
    """Let a frozen school's money go again."""
    institution_usecases.thaw(institution_id=institution_id, reason="查清", by="科长", now=now)


def revoke(institution_id: InstitutionId = builders.SCHOOL, *, now: datetime = NOW) -> None:
    """Begin the end of a school whose licence is revoked."""
    told: dict[str, Any] = {"institution_id": institution_id, "reason": "拒不改正", "by": "科长", "now": now}
    number = "临教罚〔2026〕3号"
    opening = termination_usecases.opening(**told, decision_no=number, evidence="听证笔录")
    institution_usecases.begin_revocation(**told, decision_no=number, also=[opening])


def terminate(institution_id: InstitutionId = builders.SCHOOL, *, now: datetime = NOW) -> None:
    """Begin the termination of a school: its sales and its money stop."""
    told: dict[str, Any] = {"institution_id": institution_id, "reason": "举办者申请终止办学", "by": "科长", "now": now}
    institution_usecases.begin_termination(**told, also=[termination_usecases.opening(**told)])


def count_all(told: Sequence[model.Entry] | None = None) -> int:
    """Count all entries into the totals, as the stream would."""
    told = list(entries.scan()) if told is None else told
    schools = {entry.institution_id for entry in told}
    return sum(totals.count(school, [entry for entry in told if entry.institution_id == school]) for school in schools)


def seats_astray() -> list[str]:
    """Every class whose seats don't add up."""
    sold = Counter(one.offering_id for one in books.read().accounts if one.seated)
    return list(mall_invariants.seats_add_up(mall_store.scan_classes(), mall_waitlist.scan(), sold))


def violations() -> dict[str, list[str]]:
    """Every violated invariant, over all the books."""
    return {name: found for name, found in invariants.check_all(books.read()).items() if found}
