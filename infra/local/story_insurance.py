"""The accident insurance of a term: the insurer is down for two days, loses an answer, and refuses one at first.

All other policies are issued and ended by themselves; what they come to is checked at the end (demo_covers.py).
"""

import re
from collections.abc import Iterator
from datetime import datetime

from infra.local.district import DistrictData
from infra.local.district.families import Paying
from infra.local.insurer_faults import InsurerFault
from infra.local.stage import Cast, Enrolments, Step
from shared.kernel.clock import SHANGHAI


class InsuranceStory:
    """The steps of a term's insurance."""

    def __init__(self, cast: Cast, data: DistrictData, enrolments: Enrolments) -> None:
        self._cast = cast
        self._data = data
        self._enrolments = enrolments

    def steps(self) -> Iterator[Step]:
        """What goes wrong at the insurer, what the bureau does about it, and a guardian who looks at her policy."""
        faults = self._cast.district.insurer.faults
        yield Step(_at(8, 27, 8), "insure-down", lambda: faults.arm(InsurerFault.DOWN, hours=48))
        yield Step(_at(8, 29, 9), "insure-lost", lambda: faults.arm(InsurerFault.LOSE))
        yield Step(_at(8, 31, 9), "insure-refused", lambda: faults.arm(InsurerFault.REFUSE, reason="投保信息待核实"))
        yield Step(_at(9, 8, 11), "insure-again", self._ask_again)
        yield Step(_at(9, 12, 11), "insure-look", self._cast.where_streams_run(self._look))

    def _ask_again(self) -> None:
        """A finance officer asks again for what the insurer refused."""
        officer = self._cast.officer("finance")
        refused = re.findall(r"/console/enrolments/enr_\w+/cover", officer.page("/console/covers?of=refused"))
        for page in dict.fromkeys(refused):
            officer.send(page, note="已向承保机构说明，信息无误")

    def _look(self) -> None:
        """A guardian who has paid sees her policy, which costs nothing."""
        plan = next(plan for plan in self._data.plans if plan.taken.opens and plan.paying is Paying.EXACTLY)
        address = f"/v1/enrolments/{self._enrolments[str(plan.number)]['enrolment_id']}"
        told = self._cast.guardian(plan.family.openid).get(address)["insurance"]
        if not told or not told["policy_no"] or told["guardian_premium"]["amount_fen"]:
            raise RuntimeError(f"a paid enrolment without its free policy: {told}")


def _at(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)
