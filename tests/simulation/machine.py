"""The whole ledger as a state machine: anything happens in any order, with trouble, and every invariant holds after it.

What happens is what happens in the district: families enrol, pay, confirm, dispute and want their money back; teachers
mark; the bank tells, twice and late; streams bring records in any order and lose some; schedules run; functions are
ended in the middle of their work; time passes. At the end everything comes to rest, and nothing may be missing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from functions.edge import parked
from shared.dynamo import rows
from shared.funds import invariants, journal_invariants
from shared.funds.interest_model import CreditStatus
from shared.funds.model import EnrolmentAccount, EnrolmentStatus, State
from shared.funds.refund_model import RefundStatus
from shared.funds.suspense_model import ReturnStatus
from shared.funds.termination_invariants import nothing_let_go_while_stopped
from shared.institutions import rules
from shared.institutions import store as institutions
from shared.insurance import queries as insurance
from shared.insurance.model import CoverStatus, EndReason
from shared.kernel import clock as shanghai
from shared.kernel.ids import InstitutionId
from tests import builders, steps
from tests.simulation.checking import Checking
from tests.simulation.district import (
    SCHOOLS,
    clock,
    engine,
)
from tests.simulation.engine import Kind, Trouble
from tests.simulation.moves import MOVES, Moves

PICK = st.integers(0, 99)
TROUBLE = st.none() | st.none() | st.builds(Trouble, st.sampled_from(Kind), st.integers(1, 6))


class Ledger(Moves):
    """A history that Hypothesis makes up. `steps_made` counts over all of them."""

    steps_made = 0

    def __init__(self) -> None:
        super().__init__()
        self._checking = Checking([check for check in invariants.CHECKS if check is not _AT_REST])

    @rule(move=st.sampled_from(MOVES), pick=PICK, more=PICK, trouble=TROUBLE)
    def next(self, move: str, pick: int, more: int, trouble: Trouble | None) -> None:
        """Something happens. `pick` says to whom, `more` how."""
        Ledger.steps_made += 1
        getattr(self, move)(pick, more, trouble)

    @invariant()
    def holds(self) -> None:
        """Every invariant that holds at every moment."""
        found = self.books()
        told = self._checking.violations(found)
        assert not any(told.values()), {name: violations for name, violations in told.items() if violations}
        for institution_id, before in (self.frozen | self.ended).items():
            assert self.let_go(institution_id) == before, f"{institution_id} let money go while it was frozen"
        for one in parked.list_parked(limit=50, cursor=None).rows if engine.tables[_PARKED] else ():
            assert one.reason.startswith(("NothingLeft", "NotActive")), one

    def teardown(self) -> None:
        """Everything comes to rest, and then nothing is missing."""
        self.bank.down = False
        self.insurer.down = self.insurer.loses = self.insurer.refuses = False
        for institution_id in self.frozen:
            steps.thaw(institution_id, now=clock())
        self.frozen = {}
        if not any(self._come_closer_to_rest() for _ in range(12)):
            raise AssertionError("never comes to rest")
        self.holds()
        assert not any(invariants.check_all(self.books()).values()), invariants.check_all(self.books())
        found = replace(
            self.books(), stopped={school: stopped_periods(school) for school in map(id_of_school, SCHOOLS)}
        )
        assert list(nothing_let_go_while_stopped(found)) == []
        ours = Counter[str]()
        for entry in found.entries:
            ours[entry.account_no] -= entry.legs.get(State.OUTSIDE, 0)
        theirs = self.bank.balances
        assert {no: fen for no, fen in ours.items() if fen} == {no: fen for no, fen in theirs.items() if fen}
        for totals in found.totals:
            assert not any(totals.by_state[state] for state in _ON_ITS_WAY), totals
            waits = [one for one in found.credits if one.status is not CreditStatus.DISTRIBUTED and one.problem]
            waiting = sum(one.amount_fen for one in waits if one.institution_id == totals.institution_id)
            assert totals.by_state[State.INTEREST] == waiting, totals
            if totals.institution_id not in self.ended:  # what an ended school is owed waits for its notice
                assert totals.by_state[State.PAYABLE] <= 0, totals  # below 0: reversed when it was paid out already
        assert steps.seats_astray() == []
        self._each_paid_enrolment_has_one_cover(found.accounts)

    def _each_paid_enrolment_has_one_cover(self, accounts: Sequence[EnrolmentAccount]) -> None:
        """Whatever went wrong: a policy for each at most, in force only while its enrolment is, and known to us."""
        covers = insurance.get_many([one.enrolment_id for one in accounts])
        for account in accounts:
            cover = covers.get(account.enrolment_id)
            if account.status in _NEVER_PAID:
                assert cover is None or cover.status in (CoverStatus.WANTED, CoverStatus.ISSUED), (account, cover)
                continue
            if cover is None and account.status is EnrolmentStatus.IN_ARREARS:  # reversed before any record was brought
                continue
            assert cover is not None, f"a paid enrolment without a cover: {account}"
            assert cover.status in _COVERED[account.status], (account.status, cover)
            _, policy = self.insurer.policies.get(cover.cover_id, ("", None))
            # its answer was lost, and it isn't asked for again while the enrolment is in arrears
            waits = account.status is EnrolmentStatus.IN_ARREARS and cover.status is CoverStatus.WANTED
            unheard = waits and cover.tries > 0 and cover.policy is None
            assert policy == cover.policy or unheard, (policy, cover)
            if cover.status is CoverStatus.ENDED and cover.over is not EndReason.PERIOD and cover.policy:
                past = cover.policy.last_day < shanghai.business_day(clock())
                assert cover.cover_id in self.insurer.ended or past, cover

    def _waits_for_the_insurer(self, accounts: Sequence[EnrolmentAccount]) -> bool:
        """Whether a cover is to be ended, or wanted by an enrolment that is paid."""
        active = {one.enrolment_id for one in accounts if one.status is EnrolmentStatus.ACTIVE}
        wanted = insurance.list_by_status(CoverStatus.WANTED, limit=99, cursor=None).rows
        return bool(insurance.count(CoverStatus.ENDING, at_most=1)) or any(one.enrolment_id in active for one in wanted)

    def _come_closer_to_rest(self) -> bool:
        """A day passes with the bank answering and nothing going wrong; whether anything is still to be done."""
        clock.pass_by(days=1)
        for name in sorted(self.bank.waiting):
            self.bank.answers(name, pays=True, now=clock())
        for fact in [*self.bank.untold]:
            self.tell(fact, None)
        self.live_on(hours=24)
        if self.bank.untold or self.bank.waiting or any(engine.streams.values()):
            return False
        found = self.books()
        if any(one.status in _RETURNING for one in found.returns) or self._waits_for_the_insurer(found.accounts):
            return False
        return not any(one.status in _MOVING for one in found.refunds) and not any(
            any(one.by_state[state] for state in _ON_ITS_WAY)
            or (one.by_state[State.PAYABLE] > 0 and one.institution_id not in self.ended)
            for one in found.totals
        )


def id_of_school(number: int) -> InstitutionId:
    return builders.a_school(number).institution_id


def stopped_periods(school: InstitutionId) -> list[tuple[datetime, datetime | None]]:
    """When a school's money was stopped."""
    return rules.stopped_periods(institutions.list_changes(school)[::-1])


def live(*, histories: int, seed: int, shrink: bool = True) -> None:
    """Live so many histories of 50 steps; raises what the first that goes wrong raises, in its shortest form."""
    told = settings(
        max_examples=histories,
        stateful_step_count=50,
        derandomize=False,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
    )
    run_state_machine_as_test(hypothesis.seed(seed)(Ledger), settings=told)


_ON_ITS_WAY = (State.IN_TRANSIT, State.REFUND_PENDING, State.MINIMUM_PENDING)
_PARKED = rows.table_name("parked")
_AT_REST = journal_invariants.journal_has_every_entry
_RETURNING = (ReturnStatus.HELD, ReturnStatus.INSTRUCTED)
_NEVER_PAID = (EnrolmentStatus.AWAITING_DEPOSIT, EnrolmentStatus.EXPIRED)
_LEFT = {CoverStatus.ENDED, CoverStatus.WITHDRAWN}
_COVERED = {
    EnrolmentStatus.ACTIVE: {CoverStatus.ISSUED, CoverStatus.REFUSED, *_LEFT},
    EnrolmentStatus.IN_ARREARS: set(CoverStatus),
    EnrolmentStatus.COMPLETED: _LEFT,
    EnrolmentStatus.REFUNDING: _LEFT,
    EnrolmentStatus.REFUNDED: _LEFT,
}
_MOVING = (RefundStatus.AGREED, RefundStatus.HELD, RefundStatus.INSTRUCTED)
