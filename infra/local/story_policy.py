"""Two people change a number of the policy from a coming day; of two proposals on one version the second is refused."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from infra.local.district import DistrictData
from infra.local.district.families import Plan
from infra.local.doors import Refused
from infra.local.stage import Cast, Enrolments, Step
from shared.kernel.clock import SHANGHAI

STARTS = date(2026, 9, 3)
_PAGE = "/console/policy/proposal"
_BECOMES = {
    "unpaid_hours.note_zh": "报名后{}小时内未付款自动取消",
    "unpaid_hours.note_en": "an unpaid enrolment expires after {} hours",
}
_BETTER, _WORSE = "名额紧张，参照邻区缩短占位时间", "建议缩短到一天"


class WrongPolicy(RuntimeError):
    """A sale doesn't carry the version that was in force at its moment."""


class PolicyStory:
    """The steps: two proposals, one approval, a conflict; sales of the day before and of the first day."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._data = data
        self._enrolments = enrolments

    def steps(self) -> Iterator[Step]:
        """From 72 to 48 hours for an unpaid enrolment, as of 3 September."""
        proposed, decided = STARTS - timedelta(days=3), STARTS - timedelta(days=2)
        yield _step(proposed, time(9, 10), "policy-propose", lambda: self._propose("admin", 48, _BETTER))
        yield _step(proposed, time(9, 20), "policy-rival", lambda: self._propose("supervisor2", 24, _WORSE))
        yield _step(decided, time(9, 10), "policy-approve", self._approve)
        yield _step(decided, time(9, 20), "policy-refuse", self._refuse)
        yield _step(STARTS + timedelta(days=1), time(18), "policy-read", self._read)

    def _propose(self, who: str, hours: int, reason: str) -> None:
        officer = self._cast.officer(who)
        if reason in officer.page("/console/policy"):  # a story that goes on has done it already
            return
        page = f"{_PAGE}?unpaid_hours=1"
        base = dict(re.findall(r'name="(base_\w+)" value="([^"]+)"', officer.page(page)))
        figure = {"unpaid_hours.value": str(hours), "unpaid_hours.source": "practice"}
        notes = {name: text.format(hours) for name, text in _BECOMES.items()}
        told = {**base, **figure, **notes, "effective_from": STARTS.isoformat(), "reason": reason}
        officer.send_to(page, _PAGE, **told)

    def _approve(self) -> None:
        supervisor = self._cast.officer("supervisor")
        proposal = self._waiting(_BETTER)
        if proposal:
            supervisor.send_to(proposal, f"{proposal}/decision", decision="approve", reason="")

    def _refuse(self) -> None:
        """The other one is made of a version that isn't the newest any more: it can only be rejected."""
        supervisor = self._cast.officer("supervisor")
        proposal = self._waiting(_WORSE)
        if not proposal:
            return
        try:
            supervisor.send_to(proposal, f"{proposal}/decision", decision="approve", reason="")
        except Refused:
            supervisor.send_to(proposal, f"{proposal}/decision", decision="reject", reason="已有新版本，请按新版本提出")
        else:
            raise WrongPolicy("two changes of one version were approved")

    def _read(self) -> None:
        """Every guardian's contract has the version that was in force when she enrolled."""
        for plan in self._data.plans:
            made = self._enrolments.get(str(plan.number))
            if made is None:
                continue
            contract = self._cast.guardian(plan.family.openid).get(f"/v1/enrolments/{made['enrolment_id']}")
            if contract["policy_version"] != _version(plan):
                raise WrongPolicy(f"{plan.enrols_on}: {contract['policy_version']}")

    def _waiting(self, reason: str) -> str:
        """The address of the proposal with this reason that waits; empty when none does."""
        page = self._cast.officer("supervisor2").page("/console/policy")
        lines = re.findall(r'(/console/approvals/prp_\w+)">[^<]*</a>[^<]*“([^”]*)”', page)
        return next((address for address, why in lines if why == reason), "")


def _version(plan: Plan) -> str:
    return "linzi-2026.2" if plan.enrols_on >= STARTS else "linzi-2026.1"


def _step(day: date, at: time, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.combine(day, at, SHANGHAI), name, act)
