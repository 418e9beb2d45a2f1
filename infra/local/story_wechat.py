"""Families that pay by WeChat: one whose callback comes again, one whose callback is lost, forged ones, stale ones."""

from collections.abc import Iterator
from datetime import datetime, time

from infra.local.district import DistrictData
from infra.local.district.families import Paying, Plan
from infra.local.stage import Cast, Enrolments, Step
from shared.kernel.clock import SHANGHAI

_FAULTS = ("repeat", "lose", "forged", "stale")


class NotWaiting(RuntimeError):
    """A guardian doesn't see that her payment waits for the bank, or the enrolment is active without the bank."""


class WeChatStory:
    """The steps in which guardians pay by WeChat, and read that the bank is waited for."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._data = data
        self._enrolments = enrolments

    def steps(self) -> Iterator[Step]:
        """Each pays four hours after she has enrolled, and looks a little later; the bank has it a day later."""
        plans = [plan for plan in self._data.plans if plan.paying is Paying.WECHAT]
        for number, plan in enumerate(plans):
            fault = _FAULTS[number % len(_FAULTS)]
            paid = datetime.combine(plan.enrols_on, time(14), SHANGHAI)
            name = f"{plan.number:04d}"
            yield Step(paid, f"wechat-{name}", lambda plan=plan, fault=fault: self._pay(plan, fault))  # type: ignore[misc]
            looked = datetime.combine(plan.enrols_on, time(16), SHANGHAI)
            yield Step(looked, f"wechat-{name}-read", lambda plan=plan, fault=fault: self._read(plan, fault))  # type: ignore[misc]

    def _pay(self, plan: Plan, fault: str) -> None:
        guardian, district = self._cast.guardian(plan.family.openid), self._cast.district
        address = f"/v1/enrolments/{self._enrolments[str(plan.number)]['enrolment_id']}/wechat-payment"
        order = guardian.call(
            "POST",
            address,
            {"wechat_code": district.wechat.code_for(plan.family.openid)},
            key=f"wechat-{plan.number:04d}-{district.clock():%Y%m%dT%H%M%S}",
        )
        if order.code == "wechat_paid_already":  # a story that goes on has done it
            return
        number = order.body["out_trade_no"]
        district.wechat_pay.pay(number, fault=fault)

    def _read(self, plan: Plan, fault: str) -> None:
        """Two hours later she reads that it is paid and waits for the bank; WeChat was asked, if it hasn't called."""
        if fault == "lose":
            self._cast.district.scheduler.run_now("watch_wechat_payments")
        guardian = self._cast.guardian(plan.family.openid)
        seen = guardian.get(f"/v1/enrolments/{self._enrolments[str(plan.number)]['enrolment_id']}")
        if (seen["status"], seen["wechat_payment"]["status"]) != ("awaiting_deposit", "paid_unsettled"):
            raise NotWaiting(f"{seen['status']}: {seen['wechat_payment']}")
