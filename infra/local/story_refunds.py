"""The refunds of a term: agreed, met with silence, contested, not payable at first, withdrawn."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from infra.local.district import DistrictData
from infra.local.district.families import Confirming, Paying, Plan
from infra.local.stage import Cast, Enrolments, Step, admin_openid, every_third
from infra.local.story_terminations import SCHOOL
from shared.funds.store import refunds
from shared.kernel.clock import SHANGHAI

_ASKS, _ANSWERS, _TUESDAY = time(11), time(15), 1
_REASON = "全家搬离本区"


class Answer(StrEnum):
    """What the school does."""

    AGREES = "agrees"
    SILENT = "silent"
    CONTESTS = "contests"


@dataclass(frozen=True)
class Wish:
    """A refund that a guardian asks for on a day. `fails`: the bank can't pay it the first time, and she asks again."""

    on: date
    answer: Answer
    fails: bool = False
    withdrawn: bool = False


WISHES = (
    Wish(date(2026, 9, 10), Answer.AGREES),
    Wish(date(2026, 9, 17), Answer.SILENT),
    Wish(date(2026, 9, 21), Answer.CONTESTS),
    Wish(date(2026, 9, 28), Answer.AGREES, fails=True),
    Wish(date(2026, 10, 8), Answer.CONTESTS, withdrawn=True),
    Wish(date(2026, 10, 9), Answer.CONTESTS),
    Wish(date(2026, 10, 10), Answer.SILENT),
    Wish(date(2026, 11, 4), Answer.AGREES),
    Wish(date(2026, 11, 18), Answer.CONTESTS),
)


class RefundStory:
    """The steps of a term's refunds."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._data = data
        self._enrolments = enrolments

    def steps(self) -> Iterator[Step]:
        """Each wish with what follows, and the bureau's arbitration."""
        for number, (wish, plan) in enumerate(self._chosen(), 1):
            yield from self._refund(number, wish, plan)
        for day in sorted({_tuesday_after(wish.on) for wish in WISHES if wish.answer is Answer.CONTESTS}):
            yield Step(datetime.combine(day, _ASKS, SHANGHAI), "arbitrate", self._arbitrate)

    def _chosen(self) -> Iterator[tuple[Wish, Plan]]:
        """A family for each wish: one that has paid, whose child still has lessons to come."""
        ending = self._data.schools[SCHOOL].institution.institution_id
        free = [
            plan
            for plan in self._data.plans
            if plan.paying is Paying.EXACTLY
            and plan.taken.opens
            and plan.confirming is Confirming.WEEKLY
            and plan.taken.course.institution_id != ending
        ]
        for wish in WISHES:
            plan = next((plan for plan in free if _may_wish(plan, wish.on)), None)
            if plan is not None:
                free.remove(plan)
                yield wish, plan

    def _refund(self, number: int, wish: Wish, plan: Plan) -> Iterator[Step]:
        yield _step(wish.on, _ASKS, f"refund-ask-{number:02d}", lambda: self._ask(plan, number))
        if wish.answer is not Answer.SILENT:
            name = f"refund-answer-{number:02d}"
            yield _step(wish.on, _ANSWERS, name, lambda: self._answer(plan, wish, number))
        if wish.withdrawn:
            name = f"refund-withdraw-{number:02d}"
            yield _step(wish.on + timedelta(days=1), _ASKS, name, lambda: self._withdraw(plan, number))
        if wish.fails:
            again = wish.on + timedelta(days=11)
            agrees = Wish(again, Answer.AGREES)
            yield _step(again, _ASKS, f"refund-again-{number:02d}", lambda: self._ask(plan, number + 50))
            name = f"refund-reply-{number:02d}"
            yield _step(again, _ANSWERS, name, lambda: self._answer(plan, agrees, number + 50))

    def _ask(self, plan: Plan, number: int) -> None:
        guardian, address = self._cast.guardian(plan.family.openid), self._address(plan)
        amount = guardian.get(f"{address}/refund-preview")["refundable"]["amount_fen"]
        if amount:  # not when it was asked for already
            wish = {"amount_fen": amount, "reason": _REASON}
            guardian.post(f"{address}/refunds", wish, key=f"refund-{number:03d}")

    def _answer(self, plan: Plan, wish: Wish, number: int) -> None:
        school = next(
            place
            for place, school in enumerate(self._data.schools, 1)
            if school.institution.institution_id == plan.taken.course.institution_id
        )
        admin = self._cast.school_user(admin_openid(school))
        refund = self._newest(plan)
        if wish.fails:
            self._cast.district.bank.faults.arm("fail_refund", reason="收款账户已销户")
        agree = wish.answer is Answer.AGREES
        told = {"agree": agree, "reason": "同意退费" if agree else "已按约定备课，且学员已试听"}
        admin.post(f"/v1/school/refunds/{refund}/answer", told, key=f"answer-{number:03d}")

    def _withdraw(self, plan: Plan, number: int) -> None:
        address = f"{self._address(plan)}/refunds/{self._newest(plan)}/withdrawal"
        self._cast.guardian(plan.family.openid).post(address, {}, key=f"withdraw-{number:03d}")

    def _arbitrate(self) -> None:
        """A reviewer recommends, and a supervisor decides."""
        reviewer, supervisor = self._cast.officer("reviewer"), self._cast.officer("supervisor")
        waiting = re.findall(r"/console/refunds/(ref_\w+)", reviewer.page("/console/refunds"))
        for refund in dict.fromkeys(waiting):
            rejected = every_third(self._enrolments, refunds.enrolment_of(refund))
            told = {"decision": "reject" if rejected else "agree", "reason": "核对考勤与合同，按规则处理"}
            for officer, act in ((reviewer, "recommendation"), (supervisor, "decision")):
                officer.send_to(f"/console/refunds/{refund}", f"/console/refunds/{refund}/{act}", **told)

    def _newest(self, plan: Plan) -> str:
        found = self._cast.guardian(plan.family.openid).get(f"{self._address(plan)}/refunds")["data"]
        return str(found[0]["refund_id"])

    def _address(self, plan: Plan) -> str:
        return f"/v1/enrolments/{self._enrolments[str(plan.number)]['enrolment_id']}"


def _step(day: date, at: time, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.combine(day, at, SHANGHAI), name, act)


def _may_wish(plan: Plan, on: date) -> bool:
    """Whether a family has paid days ago, and has lessons to come for some weeks."""
    paid = plan.taken.offering.starts_on - timedelta(days=plan.days_before_term - 2)
    last = max(slot.starts_at.date() for slot in plan.taken.slots)
    return paid < on and last > on + timedelta(days=21)


def _tuesday_after(day: date) -> date:
    return day + timedelta(days=(_TUESDAY - day.weekday() - 1) % 7 + 1)
