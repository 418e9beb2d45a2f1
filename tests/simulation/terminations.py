"""A school that is terminated in the course of a history, and what the officers do then."""

from collections.abc import Callable

from functions.console import closing
from shared.funds import terminations as money
from shared.institutions.model import Purpose
from shared.kernel.ids import InstitutionId
from shared.terminations import notices, usecases
from shared.terminations.model import Return, Step
from shared.terminations.store import cases, objections
from tests import builders, steps
from tests.simulation.district import SCHOOLS, clock
from tests.simulation.engine import Trouble
from tests.simulation.history import History
from tests.terminations import examples


class TerminationMoves(History):
    """The second school may end; the first goes on."""

    def end_school(self, pick: int, more: int, trouble: Trouble | None) -> None:
        """Now and then the school's termination begins; once it has, an officer takes the next step, if it is one."""
        school = builders.a_school(SCHOOLS[1])
        iid = school.institution_id
        if cases.find(iid) is None:
            if pick < 40:
                self._begin(iid, trouble)
            return
        acts: dict[Step, list[Callable[[], object]]] = {
            Step.SETTLING: [lambda: usecases.begin_refunding(institution_id=iid, by="usr_1", now=clock())],
            Step.REFUNDING: [lambda: _publicise(iid)],
            Step.PUBLICITY: [
                lambda: _check(iid),
                lambda: _check(iid),
                lambda: _object(iid),
                lambda: _decide(iid, more),
            ],
            Step.ZERO_LIABILITY: [lambda: _issue(iid), lambda: _check(iid)],
            Step.NOTICE_ISSUED: [lambda: _revoke(iid) if more % 4 == 3 else _check(iid)],
            Step.CLOSED: [lambda: _check(iid)],
        }
        likely = acts.get(cases.get(iid).step, [])
        if likely:
            self.do(likely[more % len(likely)], trouble)

    def _begin(self, institution_id: InstitutionId, trouble: Trouble | None) -> None:
        self.do(lambda: steps.terminate(institution_id, now=clock()), trouble, again=False)
        if cases.find(institution_id) is not None:
            self.frozen.pop(institution_id, None)
            self.ended[institution_id] = self.let_go(institution_id)


def _publicise(institution_id: InstitutionId) -> None:
    unsettled = closing.unsettled(money.outstanding(institution_id))
    usecases.publicise(
        institution_id=institution_id, unsettled=unsettled, policy=builders.POLICY, by="usr_1", now=clock()
    )


def _check(institution_id: InstitutionId) -> None:
    found = money.outstanding(institution_id)
    usecases.check_liabilities(
        institution_id=institution_id,
        remaining=closing.liabilities(found),
        figures=closing.figures(found),
        minimum_fen=found.minimum_fen,
        payable_fen=closing.payable_fen(found),
        by="usr_2",
        now=clock(),
    )


def _object(institution_id: InstitutionId) -> None:
    usecases.object_to(institution_id=institution_id, by_whom="房东", text="欠租", by="usr_1", now=clock())


def _decide(institution_id: InstitutionId, more: int) -> None:
    for one in objections.list_of(institution_id):
        if one.status == "open":
            usecases.decide_objection(
                institution_id=institution_id,
                objection_id=one.objection_id,
                uphold=more % 8 == 7,
                reason="查明",
                by="usr_2",
                now=clock(),
            )


def _issue(institution_id: InstitutionId) -> None:
    found = closing.check_issuable(institution_id, by="usr_3")
    accounts = builders.a_school(SCHOOLS[1]).accounts
    due = (
        Return(Purpose.MINIMUM_BALANCE.value, accounts.minimum_balance_account_no, found.minimum_fen),
        Return(Purpose.TUITION.value, accounts.tuition_account_no, closing.payable_fen(found)),
    )
    examples.issue(institution_id=institution_id, returns=[one for one in due if one.amount_fen], now=clock())


def _revoke(institution_id: InstitutionId) -> None:
    number = cases.get(institution_id).notice
    assert number is not None
    notices.revoke(number=number, reason="有误", by="usr_3", approval=examples.no_approval(), now=clock())
