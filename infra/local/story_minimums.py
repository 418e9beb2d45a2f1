"""Minimum balances in a term: what is short is made up, in time and too late; a requirement is set anew by two people;
what a school wants back of it is paid, can't be paid, is refused.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from infra.local.district import DistrictData
from infra.local.district.schools import School
from infra.local.stage import Cast, Step, admin_openid
from shared.funds import minimum_rules
from shared.kernel.clock import SHANGHAI
from shared.policy import queries as policies

SHORT_AT_FIRST, NEARLY_SHORT, SMALLER_BY_NOW, DRAWS = 3, 6, 4, 9  # schools, by their numbers
_BALANCE = "/v1/school/minimum-balance"
_REASON = {"reason": "校区缩减，申请支取超出核定额的部分"}


def required_fen(school: School, at: datetime) -> int:
    """What a school has to keep from its registration on."""
    return minimum_rules.first_formula(policies.in_force(at=at), size=school.registered_as).required_fen


class MinimumStory:
    """The steps of a term's minimum balances."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._data = data

    def steps(self) -> Iterator[Step]:
        """The bank's own withdrawal, two shortfalls that are made up, a requirement, three withdrawals."""
        yield _step("08-27 10:00", "minimum-made-up", lambda: self._tops_up(SHORT_AT_FIRST, 40))
        yield _step("09-29 15:00", "minimum-drawn", self._draws)
        yield _step(
            "10-09 11:00", "minimum-require", lambda: self._two_people("requirement", "经营规模已由大型降为中型")
        )
        yield _step("10-09 14:00", "minimum-ask-1", lambda: self._asks(1, free_percent=60))
        yield _step("10-09 15:00", "minimum-refused", self._asks_too_much)
        yield _step("10-09 16:00", "minimum-let-go-1", lambda: self._two_people("withdrawal", "余额充足，同意支取"))
        yield _step("10-11 10:00", "minimum-ask-2", lambda: self._asks(2, free_percent=50))
        yield _step("10-13 10:00", "minimum-let-go-2", self._lets_go_in_vain)
        yield _step("10-15 10:00", "minimum-ask-3", lambda: self._asks(3, free_percent=50))
        yield _step("10-15 16:00", "minimum-let-go-3", lambda: self._two_people("withdrawal", "收款账户已更正"))
        yield _step("10-26 10:00", "minimum-made-up-late", lambda: self._tops_up(DRAWS, 60))

    def _school(self, number: int) -> School:
        return self._data.schools[number - 1]

    def _tops_up(self, number: int, percent: int) -> None:
        """A school pays into its minimum balance: so much of what it had to keep at first."""
        school = self._school(number)
        self._cast.district.bank.transfer(
            school.institution.accounts.minimum_balance_account_no,
            required_fen(school, self._cast.district.clock()) * percent // 100,
            remittance="补足最低余额",
            payer_name=school.institution.name,
        )

    def _draws(self) -> None:
        """A school has the bank pay out of its minimum balance, without an instruction of ours."""
        school = self._school(DRAWS)
        amount = required_fen(school, self._cast.district.clock()) * 2 // 5
        account_no = school.institution.accounts.minimum_balance_account_no
        self._cast.district.bank.withdraw(account_no, amount, counterparty="某装饰公司", purpose="装修款")

    def _asks(self, number: int, *, free_percent: int) -> None:
        """The school asks for a share of what is beyond the requirement."""
        admin = self._cast.school_user(admin_openid(SMALLER_BY_NOW))
        amount = admin.get(_BALANCE)["withdrawable"]["amount_fen"] * free_percent // 100
        if amount:  # not when it was asked for already, and paid
            told = {"amount_fen": amount, **_REASON}
            admin.call("POST", f"{_BALANCE}/withdrawals", told, key=f"minimum-{number:04d}")

    def _asks_too_much(self) -> None:
        """A school asks for a fen that it has to keep."""
        admin = self._cast.school_user(admin_openid(1))
        amount = admin.get(_BALANCE)["withdrawable"]["amount_fen"] + 1
        told = {"amount_fen": amount, **_REASON}
        answer = admin.call("POST", f"{_BALANCE}/withdrawals", told, key="minimum-too-much")
        if answer.code != "below_minimum_requirement":
            raise RuntimeError(f"money below the requirement was let go: {answer.status} {answer.body}")

    def _lets_go_in_vain(self) -> None:
        """The bank can't pay: the money goes back to the minimum balance."""
        self._cast.district.bank.faults.arm("fail_minimum_withdrawal", reason="收款账户户名不符")
        self._two_people("withdrawal", "余额充足，同意支取")

    def _two_people(self, what: str, reason: str) -> None:
        """A finance officer proposes what waits, and a supervisor approves it."""
        finance, supervisor = self._cast.officer("finance"), self._cast.officer("supervisor")
        page = finance.page("/console/minimums")
        for page_of, form in sorted(_forms(page, what)):
            finance.send_to(page_of, form, reason=reason)
        for proposal in dict.fromkeys(
            re.findall(r"/console/approvals/(prp_\w+)", supervisor.page("/console/approvals"))
        ):
            address = f"/console/approvals/{proposal}"
            supervisor.send_to(address, f"{address}/decision", decision="approve", reason="同意")


def _forms(page: str, what: str) -> set[tuple[str, str]]:
    """The pages with a form to propose what waits, and where each form goes."""
    if what == "requirement":
        return {(one, one) for one in re.findall(r"/console/schools/ins_\w+/minimum/requirement", page)}
    return {(one, f"{one}/proposal") for one in re.findall(r"/console/minimum-withdrawals/wdl_\w+", page)}


def _step(at: str, name: str, act: Callable[[], Any]) -> Step:
    return Step(datetime.fromisoformat(f"2026-{at.replace(' ', 'T')}:00").replace(tzinfo=SHANGHAI), name, act)
