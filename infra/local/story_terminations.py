"""A school that failed its inspection loses its licence: stopped by two people, students refunded, publicity, notice.

The bank can't pay the notice's first account, so a corrected one is issued; another for the interest that comes after.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from infra.local.district import DistrictData
from infra.local.stage import Cast, Step
from shared.kernel.clock import SHANGHAI

_NEW_ACCOUNT = "6217009900000066"
SCHOOL = 6  # a small one, whose families have all paid exactly


class TerminationStory:
    """The steps of a school's termination."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._school = data.schools[SCHOOL].institution.institution_id
        self._case = f"/console/terminations/{self._school}"

    def steps(self) -> Iterator[Step]:
        """From the proposal in October to the notice in November; the platform does the rest in between."""
        yield _step(20, 10, "terminate-open", self._open)
        yield _step(23, 9, "terminate-refund", lambda: self._act("supervisor", "refunding"))
        yield _step(10, 10, "terminate-publish", lambda: self._act("supervisor", "publicity"), month=11)
        yield _step(12, 15, "terminate-object", self._object, month=11)
        yield _step(25, 10, "terminate-check", lambda: self._act("finance", "check"), month=11)
        yield _step(26, 10, "terminate-notice", self._notice, month=11)
        yield _step(27, 10, "terminate-check-again", lambda: self._act("finance", "check"), month=11)
        yield _step(27, 11, "terminate-notice-corrected", self._correct, month=11)
        yield _step(21, 15, "terminate-check-interest", lambda: self._act("finance", "check"), month=12)
        yield _step(21, 16, "terminate-notice-interest", self._interest, month=12)

    def _open(self) -> None:
        page = f"/console/schools/{self._school}"
        told = {"decision_no": "临教罚〔2026〕7号", "evidence": "2026年度年检不合格；现场检查笔录；听证笔录"}
        self._two_people("reviewer", page, f"{page}/revocation", "聘用在职中小学教师，财务报告不实，拒不改正", **told)

    def _notice(self) -> None:
        self._cast.district.bank.faults.arm("fail_termination", reason="收款账户已销户")
        self._two_people("reviewer", self._case, f"{self._case}/notice", "公示期满无异议，财务核验无负债")

    def _correct(self) -> None:
        reason = "收款账户已销户，更正为机构新开账户"
        self._two_people("reviewer", self._case, f"{self._case}/notice", reason, payee_account_no=_NEW_ACCOUNT)

    def _interest(self) -> None:
        self._two_people(
            "reviewer", self._case, f"{self._case}/notice", "四季度结息，补充退还", payee_account_no=_NEW_ACCOUNT
        )

    def _object(self) -> None:
        """A landlord objects; a supervisor finds that it isn't about tuition."""
        self._act("reviewer", "objections", by_whom="场地出租方", text="机构尚欠一个月房租")
        page = self._cast.officer("supervisor").page(self._case)
        for address in dict.fromkeys(re.findall(r'action="[^"]*(/objections/obj_\w+)"', page)):
            self._act(
                "supervisor", address.strip("/"), decision="dismiss", reason="属租赁纠纷，与预收费无关，另循法律途径"
            )

    def _act(self, username: str, form: str, **fields: str) -> None:
        """Fill in a form of the case's page, if it is still there to be filled in."""
        officer = self._cast.officer(username)
        if f"{self._case}/{form}" in officer.page(self._case):
            officer.send_to(self._case, f"{self._case}/{form}", **fields)

    def _two_people(self, username: str, page: str, address: str, reason: str, **fields: str) -> None:
        officer = self._cast.officer(username)
        if address not in officer.page(page):
            return
        officer.send_to(page, address, reason=reason, **fields)
        supervisor = self._cast.officer("supervisor2")
        for waiting in dict.fromkeys(re.findall(r"/console/approvals/prp_\w+", supervisor.page("/console/approvals"))):
            if reason in supervisor.page(waiting):
                supervisor.send_to(waiting, f"{waiting}/decision", decision="approve", reason="")


def _step(day: int, hour: int, name: str, act: Callable[[], None], *, month: int = 10) -> Step:
    return Step(datetime(2026, month, day, hour, tzinfo=SHANGHAI), name, act)
