"""Deposits that don't go straight: two siblings' in one, one without a reference, a stranger's, a reversed one."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from infra.local.district import DistrictData
from infra.local.district.families import Confirming, Paying, Plan
from infra.local.stage import Cast, Enrolments, Step
from shared.kernel import money
from shared.kernel.clock import SHANGHAI

_STRANGER = 60_000
_ENOUGH = 3  # enrolments of a school


class DepositStory:
    """The steps of money that is split, found an owner, sent back, reversed and paid again."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._data = data
        self._enrolments = enrolments

    def steps(self) -> Iterator[Step]:
        """All of them."""
        yield _step(9, 17, 10, "stranger-pays", self._stranger_pays)
        yield _step(9, 18, 10, "stranger-is-paid-back", self._pay_back)
        together = [plan for plan in self._data.plans if plan.paying is Paying.TOGETHER]
        if together:
            yield _on(together[0].enrols_on, 14, "siblings-paid-for", lambda: self._pay_together(together))
        for unnamed in (plan for plan in self._data.plans if plan.paying is Paying.WRONG_REFERENCE):
            day = unnamed.enrols_on + timedelta(days=1)
            yield _on(day, 15, f"allocate-{unnamed.number:04d}", lambda plan=unnamed: self._find_owner(plan))  # type: ignore[misc]
        plan = self._reversed()
        if plan is not None:
            yield _step(9, 22, 11, "reversal", lambda: self._reverse(plan))
            yield _step(9, 23, 11, "reversal-paid-again", lambda: self._pay_again(plan))

    def _stranger_pays(self) -> None:
        account_no = self._data.schools[1].institution.accounts.tuition_account_no
        bank = self._cast.district.bank
        payer = {"payer_name": "误汇人", "payer_account_no": "6222029900000001"}
        bank.transfer(account_no, _STRANGER, remittance="货款", transfer_id="stranger", **payer)

    def _pay_back(self) -> None:
        """Two people return it."""
        booked = self._cast.district.bank.books.find("stranger")
        assert booked is not None
        page = f"/console/suspense/{booked.reference}"
        reason = "汇款人来函说明误汇，核对一致"
        self._cast.two_people(page, f"{page}/return", reason=reason, amount=money.plain(_STRANGER))

    def _find_owner(self, plan: Plan) -> None:
        """Two people give money without a reference to the enrolment that it was meant for."""
        made, child = self._enrolments[str(plan.number)], plan.family.children[plan.child].name
        paid = self._cast.district.bank.books.transactions(str(made["account_no"]))
        deposit = next(one for one in paid if one["purpose"] == f"{child} 学费")
        page = f"/console/suspense/{deposit['reference']}"
        told = {"amount": money.plain(deposit["amount_fen"]), "enrolment": str(made["reference"])}
        reason = f"第 {plan.number} 号报名：监护人提供回单，付款账号与附言姓名一致"
        self._cast.two_people(page, f"{page}/allocation", reason=reason, **told)

    def _pay_together(self, siblings: Sequence[Plan]) -> None:
        """One transfer pays for both children, and names both enrolments."""
        made = [self._enrolments[str(plan.number)] for plan in siblings]
        family = siblings[0].family
        self._cast.district.bank.transfer(
            str(made[0]["account_no"]),
            sum(int(one["amount_fen"]) for one in made),
            remittance=" ".join(["学费", *(str(one["reference"]) for one in made)]),
            payer_name=family.guardian_name,
            payer_account_no=family.account_no,
            transfer_id=f"together-{family.number}",
        )

    def _reversed(self) -> Plan | None:
        """A family that has paid at once and confirms each week, whose child has been taught by then, at a school whose
        account has enough of others for the bank to take all of it back.
        """
        of_school = Counter(plan.taken.course.institution_id for plan in self._data.plans)
        free = [
            plan
            for plan in reversed(self._data.plans)
            if plan.paying is Paying.EXACTLY and plan.confirming is Confirming.WEEKLY and plan.taken.opens
            if of_school[plan.taken.course.institution_id] >= _ENOUGH
        ]
        day = datetime(2026, 9, 14, tzinfo=SHANGHAI)
        return next((plan for plan in free if plan.taken.slots[0].starts_at < day), None)

    def _reverse(self, plan: Plan) -> None:
        bank, made = self._cast.district.bank, self._enrolments[str(plan.number)]
        paid = bank.books.transactions(str(made["account_no"]))
        bank.reverse(next(one["reference"] for one in paid if str(made["reference"]) in one["purpose"]))

    def _pay_again(self, plan: Plan) -> None:
        made = self._enrolments[str(plan.number)]
        self._cast.district.bank.transfer(
            str(made["account_no"]),
            int(made["amount_fen"]),
            remittance=f"学费 {made['reference']}",
            payer_name=plan.family.guardian_name,
            payer_account_no=plan.family.account_no,
            transfer_id=f"again-{plan.number}",
        )


def _on(day: date, hour: int, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.combine(day, time(hour), SHANGHAI), name, act)


def _step(month: int, day: int, hour: int, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime(2026, month, day, hour, tzinfo=SHANGHAI), name, act)
