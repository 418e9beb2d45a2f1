"""What guardians are told and what goes back to them: messages by WeChat, a refund that WeChat passes on, a claim."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time

from infra.local.district import DistrictData
from infra.local.district.families import Confirming, Paying, Plan
from infra.local.stage import Cast, Enrolments, Step
from shared.kernel.clock import SHANGHAI

_CLAIMS, _DECIDED, _READS = date(2026, 9, 18), date(2026, 9, 20), date(2026, 9, 21)
_ASKS_BACK, _LOOKS = date(2026, 10, 20), date(2026, 11, 20)


class NotPassedOn(RuntimeError):
    """The bank has paid a refund to WeChat, and the guardian doesn't see that it is passed on."""


class MessageStory:
    """One guardian who pays by WeChat, subscribes and asks for her money back; one whose child has an accident."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._enrolments = enrolments
        self._by_wechat = next((plan for plan in data.plans if plan.paying is Paying.WECHAT), None)
        begun = [one for one in data.plans if one.paying is Paying.EXACTLY and one.taken.offering.starts_on < _CLAIMS]
        self._insured = next((one for one in begun if one.confirming is not Confirming.WEEKLY), None)

    def steps(self) -> Iterator[Step]:
        """A handful of calls each."""
        if self._by_wechat is not None:
            plan = self._by_wechat
            yield _step(plan.enrols_on, "tell-subscribe", lambda: self._subscribe(plan))
            yield _step(_READS, "tell-read", lambda: self._read(plan))
            yield _step(_ASKS_BACK, "tell-refund", lambda: self._ask_back(plan))
            yield _step(_LOOKS, "tell-refunded", self._cast.where_streams_run(lambda: self._look(plan)))
        if self._insured is not None:
            insured = self._insured
            yield _step(_CLAIMS, "tell-claim", self._cast.where_streams_run(lambda: self._claim(insured)))
            yield _step(_DECIDED, "tell-claim-paid", lambda: self._pay_claim(insured))

    def _subscribe(self, plan: Plan) -> None:
        """She takes one message on lessons and one on money by WeChat."""
        wechat, openid = self._cast.district.wechat, plan.family.openid
        topics = ["lessons", "money"]
        for topic in topics:
            wechat.messages.consent(openid, topic)
        body = {"wechat_code": wechat.code_for(openid), "accepted": topics}
        self._cast.guardian(openid).call("POST", "/v1/me/subscriptions", body, key="tell-subscribe")

    def _read(self, plan: Plan) -> None:
        """She reads the newest of what she was told, if anything."""
        guardian = self._cast.guardian(plan.family.openid)
        for one in guardian.get("/v1/me/messages?limit=1")["data"]:
            guardian.call("PUT", f"/v1/me/messages/{one['message_id']}/read")

    def _ask_back(self, plan: Plan) -> None:
        """She asks for what isn't taught; the school is silent, so it is agreed, and goes back by WeChat."""
        guardian, address = self._cast.guardian(plan.family.openid), self._address(plan)
        refundable = guardian.get(f"{address}/refund-preview")["refundable"]["amount_fen"]
        body = {"amount_fen": refundable, "reason": "孩子改学其他项目"}
        guardian.try_to_post(f"{address}/refunds", body, key="tell-refund", unless="refund_open")

    def _look(self, plan: Plan) -> None:
        """A month later it was paid, and WeChat has passed it on."""
        told = self._cast.guardian(plan.family.openid).get(f"{self._address(plan)}/refunds")["data"]
        for refund in told:
            for payment in refund["payments"]:
                if refund["status"] == "paid" and payment["wechat"] != "success":
                    raise NotPassedOn(f"{payment['payment_id']}: {payment['wechat']}")

    def _claim(self, plan: Plan) -> None:
        """A child has fallen on the first day of her cover."""
        guardian, address = self._cast.guardian(plan.family.openid), self._address(plan)
        body = {"accident_on": guardian.get(address)["insurance"]["first_day"], "text": "下课时在楼梯摔倒，手腕扭伤"}
        guardian.post(f"{address}/claims", body, key="tell-claim")

    def _pay_claim(self, plan: Plan) -> None:
        """The insurer accepts it, and pays; each time it tells us by its signed webhook."""
        told = self._cast.guardian(plan.family.openid).get(f"{self._address(plan)}/claims")["data"]
        insurer = self._cast.district.insurer
        for one in told:
            for status, paid_fen in (("accepted", 0), ("paid", 86_000)):
                insurer.claims.say(one["claim_id"], status, paid_fen=paid_fen)
                insurer.claims.tell(one["claim_id"])

    def _address(self, plan: Plan) -> str:
        return f"/v1/enrolments/{self._enrolments[str(plan.number)]['enrolment_id']}"


def _step(on: date, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.combine(on, time(19), SHANGHAI), name, act)
