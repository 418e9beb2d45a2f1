"""What doesn't go straight in a term: a stranger's money, a reversal after lessons, a payout in two parts."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from infra.local.district import DistrictData
from infra.local.district.families import Confirming, Paying, Plan
from infra.local.stage import Cast, Enrolments, Step
from shared.kernel.clock import SHANGHAI

_STRANGER = 60_000


class DepositStory:
    """The steps of money that comes by mistake, of a reversal that is paid again, of a payout in parts."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._data = data
        self._enrolments = enrolments

    def steps(self) -> Iterator[Step]:
        """All of them."""
        yield _step(9, 13, 12, "payout-in-parts", lambda: self._cast.district.bank.faults.arm("partly_payout"))
        yield _step(9, 17, 10, "stranger-pays", self._stranger_pays)
        yield _step(9, 18, 10, "stranger-is-paid-back", self._pay_back)
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
        """A finance officer proposes, a supervisor approves."""
        finance, supervisor = self._cast.officer("finance"), self._cast.officer("supervisor")
        booked = self._cast.district.bank.books.find("stranger")
        assert booked is not None
        page = f"/console/suspense/{booked.reference}"
        if f"{page}/return" not in finance.page(page):  # not when it was returned already
            return
        finance.send_to(page, f"{page}/return", amount="600.00", reason="汇款人来函说明误汇，核对一致")
        waiting = re.findall(r"/console/approvals/(prp_\w+)", supervisor.page("/console/approvals"))
        for proposal in dict.fromkeys(waiting):
            address = f"/console/approvals/{proposal}"
            if booked.reference in supervisor.page(address):
                supervisor.send_to(address, f"{address}/decision", decision="approve")

    def _reversed(self) -> Plan | None:
        """A family that has paid at once and confirms each week, whose child has been taught by then."""
        free = [
            plan
            for plan in reversed(self._data.plans)
            if plan.paying is Paying.EXACTLY and plan.confirming is Confirming.WEEKLY
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


def _step(month: int, day: int, hour: int, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime(2026, month, day, hour, tzinfo=SHANGHAI), name, act)
