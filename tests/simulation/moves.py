"""What may happen in a history, and how often. `pick` says to whom it happens, `more` how."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from events import facts
from functions.api import bank as bank_door
from functions.files.ledger import FundsLedger
from infra import events
from shared.approvals.model import Kind
from shared.funds import minimum_money, minimum_withdrawals, payout_answers, queries, refunds, suspense
from shared.funds.model import EnrolmentStatus, EntryKind
from shared.funds.refund_model import RefundStatus
from shared.funds.store import entries
from shared.funds.store.withdrawals import id_of as id_of_withdrawal
from shared.institutions.model import Accounts
from shared.insurance import queries as covers
from shared.insurance import usecases as insurance
from shared.insurance.model import CoverStatus
from shared.kernel import clock as shanghai
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.mall import model as mall
from shared.reconciliation.usecases import reconcile
from shared.teaching import model as teaching
from shared.teaching import queries as lessons
from shared.teaching import usecases as teaching_usecases
from tests import builders, steps
from tests.builders import an_id
from tests.simulation import statements
from tests.simulation.district import (
    PRICE,
    SCHOOLS,
    SESSIONS,
    class_of,
    clock,
    deposit_of,
    engine,
    id_of,
    number_of,
    reference_of,
    session_of,
)
from tests.simulation.engine import Trouble
from tests.simulation.history import FAILURES
from tests.simulation.terminations import TerminationMoves

OFTEN = {
    "time_passes": 4,
    "mark_class": 3,
    "answer_mark": 4,
    "decide_dispute": 1,
    "enrol": 1,
    "pay": 2,
    "ask_for_refund": 2,
    "move_refund": 3,
    "move_minimum": 2,
    "reverse_deposit": 1,
    "move_suspense": 2,
    "end_school": 2,
    "answer_instruction": 2,
    "credit_interest": 1,
    "want_payout_back": 1,
    "tell_late_or_again": 2,
    "bring_statement": 2,
    "bring_records": 2,
    "run_schedule": 1,
    "do_again": 2,
    "something_odd": 2,
}
MOVES = [move for move, times in OFTEN.items() for _ in range(times)]
AMOUNTS = (PRICE, PRICE, 1, 333, 5000)
INTEREST = (1, 2, 7, 100, 12_345)
QUARTERS = ((date(2026, 3, 21), date(2026, 6, 20)), (date(2026, 6, 21), date(2026, 9, 20)))
HOURS = (1, 1, 24, 73, 200)
ODD = ("freeze or thaw", "unknown money", "distortion", "bank down or up", "insurer", "loss")
_LIKELY = {
    RefundStatus.REQUESTED: ("agree", "agree", "object", "withdraw"),
    RefundStatus.CONTESTED: ("recommend", "recommend", "decide", "reject", "withdraw"),
}


class Moves(TerminationMoves):
    """Each method is something that happens, with the trouble that comes with it."""

    # what people do

    def enrol(self, pick: int, more: int, trouble: Trouble | None) -> None:
        school = SCHOOLS[pick % 2]
        number = len(self.school_of) + 1
        self.school_of[number] = school

        def sell() -> None:
            offering = class_of(school)
            seller = mall.Seller(offering.institution_id, builders.a_tuition_account(school).account_no)
            steps.enrol(offering, number, seller=seller, now=clock())

        self.do(sell, trouble)

    def mark_class(self, pick: int, more: int, trouble: Trouble | None) -> None:
        told = session_of(SCHOOLS[pick % 2], 1 + more % SESSIONS)

        def claim() -> None:
            active = [one for one in self.books().accounts if one.status is EnrolmentStatus.ACTIVE]
            pupils = [
                teaching.Pupil(one.enrolment_id, one.guardian_id, active=True)
                for one in active
                if one.offering_id == told.offering_id
            ]
            teaching_usecases.claim_attendance(
                session=told,
                pupils=pupils,
                marks={pupil.enrolment_id: teaching.Outcome.PRESENT for pupil in pupils},
                by="usr_1",
                teacher_id=told.teacher_id,
                policy=builders.POLICY,
                now=clock(),
            )

        self.do(claim, trouble)

    def answer_mark(self, pick: int, more: int, trouble: Trouble | None) -> None:
        marked = lessons.list_due(teaching.Due.AUTO_CONFIRMATION, until=clock() + timedelta(days=99))
        if not marked:
            return
        enrolment_id, session_id = marked[pick % len(marked)]
        which: dict[str, Any] = {
            "enrolment_id": enrolment_id,
            "session_id": session_id,
            "offering_id": an_id("off", self.school_of[number_of(enrolment_id)]),
        }
        if more % 4 == 3:
            self.do(lambda: teaching_usecases.dispute_lesson(**which, reason="没有上课", now=clock()), trouble)
        else:
            self.do(lambda: teaching_usecases.confirm_lesson(**which, now=clock()), trouble)

    def decide_dispute(self, pick: int, more: int, trouble: Trouble | None) -> None:
        due = lessons.list_due(teaching.Due.DECISION, until=clock())
        if due:
            enrolment_id, session_id = due[pick % len(due)]
            self.do(
                lambda: teaching_usecases.decide_dispute(
                    enrolment_id=enrolment_id,
                    session_id=session_id,
                    uphold=more % 2 == 0,
                    reason="监控为证",
                    by="科长",
                    now=clock(),
                ),
                trouble,
            )

    def ask_for_refund(self, pick: int, more: int, trouble: Trouble | None) -> None:
        enrolment = self.some_enrolment(pick)

        def ask() -> None:
            taught = lessons.list_taught(id_of(enrolment))
            found = queries.preview_refund(account=queries.get_account(id_of(enrolment)), taught=taught)
            amount = found.refundable_fen + (more % 5 == 4)
            refunds.request(enrolment_id=id_of(enrolment), amount_fen=amount, reason="搬家", taught=taught, now=clock())

        self.do(ask, trouble)

    def move_refund(self, pick: int, more: int, trouble: Trouble | None) -> None:
        found = sorted(self.books().refunds, key=lambda one: one.refund_id)
        if not found:
            return
        refund = found[pick % len(found)]
        which: dict[str, Any] = {"refund_id": refund.refund_id}
        school: dict[str, Any] = {"institution_id": refund.institution_id}
        acts: dict[str, Callable[[], object]] = {
            "agree": lambda: refunds.answer(**which, **school, agree=True, reason="同意", now=clock()),
            "object": lambda: refunds.answer(**which, **school, agree=False, reason="已开课", now=clock()),
            "withdraw": lambda: refunds.withdraw(**which, now=clock()),
            "recommend": lambda: refunds.recommend(**which, agree=True, reason="应退", by="usr_1"),
            "decide": lambda: refunds.decide(**which, agree=True, reason="应退", by="usr_2", now=clock()),
            "reject": lambda: refunds.decide(**which, agree=False, reason="不退", by="usr_2", now=clock()),
        }
        likely = _LIKELY.get(refund.status, tuple(acts))
        self.do(acts[likely[more % len(likely)]], trouble)

    def move_minimum(self, pick: int, more: int, trouble: Trouble | None) -> None:
        """A school asks for money from its minimum balance, and the bureau lets it go or doesn't."""
        number = SCHOOLS[pick % 2]
        school = builders.a_school(number)
        minimum = queries.get_minimum_balance(school.institution_id)
        which: dict[str, Any] = {"withdrawal_id": id_of_withdrawal(school.institution_id, minimum.asked or 1)}
        acts: dict[str, Callable[[], object]] = {
            "ask": lambda: steps.ask_to_withdraw(AMOUNTS[more % len(AMOUNTS)], number=number, now=clock()),
            "hold": lambda: minimum_money.hold(**which, now=clock()),
            "require": lambda: steps.require(500 + 25 * more, school=number, now=clock()),
            "refuse": lambda: minimum_withdrawals.refuse(**which, reason="材料不全", now=clock()),
            "cancel": lambda: minimum_withdrawals.cancel(**which, institution_id=school.institution_id, now=clock()),
        }
        likely = ("hold", "hold", "refuse", "cancel") if minimum.asked else ("ask", "ask", "ask", "require")
        self.do(acts[likely[pick % len(likely)]], trouble)

    # what the bank does

    def pay(self, pick: int, more: int, trouble: Trouble | None) -> None:
        enrolment = self.some_enrolment(pick)
        school = SCHOOLS[pick % 2] if more % 4 == 3 else self.school_of[enrolment]
        fact = deposit_of(self.bank, school, AMOUNTS[more % len(AMOUNTS)], 99 if pick % 10 == 9 else enrolment)
        if pick % 3 == 1:
            fact = replace(fact, remittance=" ".join((fact.remittance, *map(reference_of, self.school_of))))
        self.bank.receives(fact)
        self.tell(self.bank.untold[-1], trouble)

    def credit_interest(self, pick: int, more: int, trouble: Trouble | None) -> None:
        """The bank credits the last quarter's interest, however much and however often; or for days of its own."""
        account = builders.a_school(SCHOOLS[pick % 2]).accounts
        account_no = account.minimum_balance_account_no if pick % 5 == 4 else account.tuition_account_no
        today = shanghai.business_day(clock())
        first, last = QUARTERS[today > QUARTERS[1][1]]
        if more % 7 == 6:
            last -= timedelta(days=1)
        self.bank.receives(
            builders.interest_posted(
                INTEREST[more % len(INTEREST)],
                bank_reference=f"BKI{len(self.bank.moves):06d}",
                account_no=account_no,
                period_from=first,
                period_to=last,
                booked_at=clock(),
            )
        )
        self.tell(self.bank.untold[-1], trouble)

    def answer_instruction(self, pick: int, more: int, trouble: Trouble | None) -> None:
        waiting = sorted(self.bank.waiting)
        if waiting:
            name = waiting[pick % len(waiting)]
            self.bank.answers(name, pays=more % 3 > 0, partly=more % 2 == 0, now=clock())
            if self.bank.untold:
                self.tell(self.bank.untold[-1], trouble)

    def tell_late_or_again(self, pick: int, more: int, trouble: Trouble | None) -> None:
        known = self.bank.untold + self.bank.told
        if known:
            self.tell(known[pick % len(known)], trouble)

    def bring_statement(self, pick: int, more: int, trouble: Trouble | None) -> None:
        """The bank moves money and the message is lost; a notice of the account brings it, with others told or not."""
        waiting = sorted(self.bank.waiting)
        if waiting and more % 3:
            self.bank.answers(waiting[pick % len(waiting)], pays=True, partly=more % 2 == 0, now=clock())
        else:
            enrolment = self.some_enrolment(pick)
            school = self.school_of[enrolment]
            self.bank.receives(deposit_of(self.bank, school, AMOUNTS[more % len(AMOUNTS)], enrolment))
        lost: list[Any] = [fact for fact in self.bank.untold if statements.moved(fact)]
        if not lost:
            return
        account_no = lost[-1].account_no
        known = [fact for fact in self.bank.told if statements.moved(fact)][-pick % 5 :]
        told = [fact for fact in [*known, *lost] if fact.account_no == account_no]
        ledger = FundsLedger(clock())
        which: dict[str, Any] = {"statements": [statements.a_notice(account_no, told)], "file": "camt.054"}
        self.do(lambda: reconcile(**which, ledger=ledger, tell=lambda one: None, now=clock()), trouble, again=False)
        booked = ledger.find([fact.bank_reference for fact in told])
        for fact in lost:
            if fact.bank_reference in booked:
                self.bank.acknowledged(fact)

    def reverse_deposit(self, pick: int, more: int, trouble: Trouble | None) -> None:
        """Sometimes before the deposit itself is told."""
        known = self.bank.untold + self.bank.told
        deposits = [fact for fact in known if isinstance(fact, facts.DepositPosted)]
        deposit = deposits[pick % len(deposits)]
        if not self.bank.is_reversed(deposit):
            self.bank.reverses(deposit, now=clock())
            self.tell(self.bank.untold[-1], trouble)

    def want_payout_back(self, pick: int, more: int, trouble: Trouble | None) -> None:
        """Two officers do; or the school's account sends back what it got."""
        settled = [fact for fact in self.bank.told if isinstance(fact, facts.PayoutSettled)]
        if settled and more % 3 == 0:
            one = settled[pick % len(settled)]
            back = [fact for fact in self.bank.untold + self.bank.told if isinstance(fact, facts.PayoutReturned)]
            if one.payout_id not in {fact.payout_id for fact in back}:
                self.bank.gets_back(one, now=clock())
                self.tell(self.bank.untold[-1], trouble)
            return
        payouts = sorted(self.books().payouts, key=lambda payout: payout.payout_id)
        if payouts:
            one_id = payouts[-1 - pick % len(payouts)].payout_id
            approval = steps.approval(Kind.PAYOUT_RECALL, one_id, now=clock())
            self.do(lambda: payout_answers.ask_back(payout_id=one_id, reason="账户有误", approval=approval), trouble)

    def move_suspense(self, pick: int, more: int, trouble: Trouble | None) -> None:
        """Two officers give money in suspense to somebody, or back; or more than there is, or of what was reversed."""
        found = [one for one in self.books().entries if one.kind is EntryKind.DEPOSIT]
        histories = [history for one in found if (history := entries.find_deposit(one.reference)) is not None]
        histories = [one for one in histories if one.left_fen > 0] or histories
        history = histories[pick % len(histories)]
        reference, amount = history.deposit.reference, max(1, history.left_fen * (1 + more % 3) // 2)
        if more % 2:
            approval = steps.approval(Kind.SUSPENSE_RETURN, reference, now=clock())
            told: dict[str, Any] = {"reference": reference, "amount_fen": Fen(amount), "approval": approval}
            self.do(lambda: suspense.hold_return(**told, now=clock()), trouble)
            return
        owing = [one for one in self.books().accounts if one.owes] or [queries.get_account(id_of(1))]
        account = owing[more % len(owing)]
        told = {"reference": reference, "enrolment_id": account.enrolment_id}
        told["amount_fen"] = Fen(min(amount, account.due_fen or 1))
        told["approval"] = steps.approval(Kind.SUSPENSE_ALLOCATION, reference, now=clock())
        self.do(lambda: suspense.allocate(**told, now=clock()), trouble)

    # what the platform does by itself

    def run_schedule(self, pick: int, more: int, trouble: Trouble | None) -> None:
        schedule = events.SCHEDULES[pick % len(events.SCHEDULES)]
        self.do(lambda: self.run(schedule.name), trouble, again=False)

    def time_passes(self, pick: int, more: int, trouble: Trouble | None) -> None:
        """The streams bring all that they have, and what is due runs once; or nothing at all does."""
        hours = HOURS[pick % len(HOURS)]
        clock.pass_by(hours=hours)
        late = replace(trouble, call=trouble.call * (1 + more % 15)) if trouble else None
        if more % 4 < 3:
            self.do(lambda: self.live_on(hours=hours), late, again=False)

    def bring_records(self, pick: int, more: int, trouble: Trouble | None) -> None:
        name = events.STREAM_FUNCTIONS[pick % len(events.STREAM_FUNCTIONS)].name
        waiting = engine.streams[name]
        if waiting:
            start = more % len(waiting)
            batch = waiting[start : start + 1 + pick % 10]
            self.do(lambda: self.bring(name, batch), trouble)

    # what happens to everything

    def do_again(self, pick: int, more: int, trouble: Trouble | None) -> None:
        if self.commands:
            self.do(self.commands[pick % len(self.commands)], trouble, again=False)

    def something_odd(self, pick: int, more: int, _: Trouble | None) -> None:
        what = ODD[more % len(ODD)]
        school = builders.a_school(SCHOOLS[pick % len(SCHOOLS)])
        if what == "freeze or thaw":
            self._freeze_or_thaw(school.institution_id)
        elif what == "unknown money":
            self._move_without_us(school.accounts, pick)
        elif what == "distortion":
            self._tell_otherwise(pick)
        elif what == "bank down or up":
            self.bank.down = not self.bank.down
        elif what == "insurer":
            self._trouble_insurer(pick)
        else:
            for waiting in filter(None, engine.streams.values()):
                waiting.pop(pick % len(waiting))

    def _freeze_or_thaw(self, institution_id: InstitutionId) -> None:
        clock.pass_by(seconds=1)  # one school's money isn't stopped twice in a millisecond: the second is to try again
        if institution_id in self.frozen:
            del self.frozen[institution_id]
            steps.thaw(institution_id, now=clock())
        elif institution_id not in self.ended:
            steps.freeze(institution_id, now=clock())
            self.frozen[institution_id] = self.let_go(institution_id)

    def _move_without_us(self, accounts: Accounts, pick: int) -> None:
        account_no = accounts.minimum_balance_account_no if pick % 3 else accounts.tuition_account_no
        told: dict[str, Any] = {"bank_reference": f"BKI{len(self.bank.moves):06d}", "booked_at": clock()}
        told["account_no"] = account_no
        if pick % 5:
            self.bank.receives(builders.a_deposit(500, remittance="往来款", **told))
        else:
            self.bank.loses(builders.a_withdrawal(77, **told))

    def _trouble_insurer(self, pick: int) -> None:
        """It is down or up again, it will lose an answer, it will refuse; or the bureau asks for what it refused."""
        refused = covers.list_by_status(CoverStatus.REFUSED, limit=9, cursor=None).rows
        if refused and pick % 2:
            one = refused[pick % len(refused)].enrolment_id
            self.do(lambda: insurance.ask_again(enrolment_id=one, by="usr_1", note="再试", now=clock()), None)
        elif pick % 4 == 0:
            self.insurer.down = not self.insurer.down
        elif pick % 4 == 2:
            self.insurer.loses = True
        else:
            self.insurer.refuses = True

    def _tell_otherwise(self, pick: int) -> None:
        """A reference that is booked comes again with another amount."""
        known = [fact for fact in self.bank.told if not isinstance(fact, FAILURES)]
        distorted = self.bank.distorted(known[pick % len(known)])
        assert self.do(lambda: bank_door.act(distorted), None, again=False) == "refused"
