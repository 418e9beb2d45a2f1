"""Somebody asks to found a school: from the draft by way of two corrections and a site visit to the licence; then its
accounts are opened, and it is under supervision, on the white list and off it again.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from infra.local import papers
from infra.local.district import names
from infra.local.doors import Caller
from infra.local.filing import Filed
from infra.local.papers import Holder, Paper
from infra.local.stage import Cast, Step
from shared.kernel.clock import SHANGHAI

FOUNDER = "openid-founder-1"
_APPLICATION = {
    "name": "淄博市临淄区新星美术培训学校有限公司",
    "credit_code": names.credit_code("91370305", 9001),
    "legal_representative": "稷示例",
    "address": "临淄区示例路77号",
    "phone": "13800000077",
}
_PAYOUT = "6217003750000000777"
_RETURNED = "fire_inspection"
_HOLDER = Holder(
    _APPLICATION["name"], _APPLICATION["credit_code"], _APPLICATION["legal_representative"], _APPLICATION["address"]
)


class FilingStory:
    """The steps of one application."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._filed = Filed(cast, FOUNDER, "application", "founder")

    def steps(self) -> Iterator[Step]:
        """From the first working day of September to the end of the publicity."""
        yield _step("09-01 10:00", "filing-applies", self._apply)
        yield _step("09-01 11:00", "filing-submits", self._submit)
        yield _step("09-02 10:00", "filing-corrections", self._ask_for_corrections)
        yield _step("09-03 10:00", "filing-resubmits", self._resubmit)
        yield _step("09-03 14:00", "filing-once-more", self._ask_once_more)
        yield _step("09-03 16:00", "filing-resubmits-again", self._resubmit_again)
        yield _step("09-04 10:00", "filing-decided", self._visit_and_decide)
        yield _step("09-18 10:00", "filing-licence", self._license)
        yield _step("09-18 11:00", "accounts-asked", self._ask_for_accounts)
        yield _step("09-18 14:00", "accounts-opened", self._open_accounts)
        yield _step("09-18 15:00", "accounts-minimum", self._deposit_minimum)
        yield _step("09-18 16:00", "accounts-shown", self._look)
        good = {"reason": "新设机构首月检查合格", "evidence": "2026年秋季检查记录第31号"}
        yield _step("09-24 10:00", "list-founded", lambda: self._list("whitelisting", "white", **good, until=""))
        moved = "机构拟迁址，迁址变更办结前移出"
        yield _step("10-09 10:00", "list-founded-off", lambda: self._list("delisting", "none", reason=moved))

    def _apply(self) -> None:
        """A person signed in by WeChat asks, becomes the applicant's administrator, and brings what is asked for."""
        told = self._cast.guardian(FOUNDER).post("/v1/applications", _APPLICATION, key="apply-school-0001")
        self._cast.invited(FOUNDER, told["invitation"])
        self._filed.bring(self._first(), 1)
        self._filed.bring([_fire("2026年补正")], 2)
        self._filed.bring([_fire("2026年补正，已盖章", sealed=True)], 3)
        self._cast.district.incoming.look()

    def _submit(self) -> None:
        self._filed.put(self._first(), 1)
        self._filed.submit(1)

    def _ask_for_corrections(self) -> None:
        """All is looked at, one paper is returned, and everything is asked for at once."""
        reviewer = self._cast.officer("reviewer")
        for action in ("accept", "begin_review"):
            self._filed.act(reviewer, action)
        self._filed.review(reviewer, returned=_RETURNED, reason="消防验收意见书已过期")
        self._filed.act(reviewer, "request_corrections", note="消防验收意见书已过期，请一次补正")

    def _resubmit(self) -> None:
        self._filed.put([_fire("2026年补正")], 2)
        self._filed.submit(2)

    def _ask_once_more(self) -> None:
        """The new paper isn't good either."""
        reviewer = self._cast.officer("reviewer")
        self._filed.review(reviewer, returned=_RETURNED, reason="意见书缺少验收单位盖章")
        self._filed.act(reviewer, "request_corrections", note="请补盖公章")

    def _resubmit_again(self) -> None:
        self._filed.put([_fire("2026年补正，已盖章", sealed=True)], 3)
        self._filed.submit(3)

    def _visit_and_decide(self) -> None:
        supervisor = self._cast.officer("supervisor")
        self._filed.visit(self._cast.officer("reviewer"))
        self._filed.act(supervisor, "decide", outcome="pass", reason="符合设立条件")
        self._filed.act(supervisor, "publicise")

    def _license(self) -> None:
        """The publicity is over without an objection: two people give the licence, and everybody finds the school."""
        page = self._filed.page()
        licence = {"licence_no": "3703057000777", "valid_to": "2029-08-31"}
        self._cast.two_people(page, f"{page}/licence", proposer="reviewer", reason="公示期满无异议", **licence)
        anybody = Caller(self._cast.district.api_url)
        found = anybody.get(f"/v1/verify?credit_code={_APPLICATION['credit_code']}")["data"]
        if [one["licence_no"] for one in found] != [licence["licence_no"]]:
            raise RuntimeError(f"a school with a licence isn't found by its credit code: {found}")

    def _ask_for_accounts(self) -> None:
        """The new school says where its payouts go."""
        told = {"payout_bank_name": "临淄农商银行", "payout_account_no": _PAYOUT}
        self._cast.school_user(FOUNDER).call("POST", "/v1/school/accounts", told, key="founder-accounts-1")

    def _open_accounts(self) -> None:
        """The bank opens two accounts; two people bring the school under supervision on the bank's word."""
        numbers = self._cast.district.bank.open_accounts_for(_APPLICATION["name"], payout_account_no=_PAYOUT)
        waiting = self._cast.officer("finance").page("/console/account-requests")
        for page in dict.fromkeys(re.findall(r"/console/account-requests/ins_\w+", waiting)):
            told = {"bank_name": "中国银行临淄支行", "size": "small", **numbers}
            self._cast.two_people(page, f"{page}/proposal", reason="银行已开户", **told)

    def _deposit_minimum(self) -> None:
        """The school pays in what it has to keep, with a tenth more."""
        admin = self._cast.school_user(FOUNDER)
        required = admin.get("/v1/school/minimum-balance")["required"]["amount_fen"]
        self._cast.district.bank.transfer(
            admin.get("/v1/school/accounts")["minimum_balance_account_no"],
            required * 11 // 10,
            remittance="最低余额",
            payer_name=_APPLICATION["name"],
            transfer_id="founder-minimum",
        )

    def _look(self) -> None:
        """Everybody finds it licensed and its money supervised, the bureau among its schools."""
        anybody = Caller(self._cast.district.api_url)
        [found] = anybody.get(f"/v1/verify?credit_code={_APPLICATION['credit_code']}")["data"]
        if (found["legal"], found["money"]) != (True, "safe"):
            raise RuntimeError(f"a school under supervision isn't shown as one: {found}")
        if found["institution_id"] not in self._cast.officer("reviewer").page("/console/schools.csv"):
            raise RuntimeError("a school under supervision isn't among the bureau's schools")

    def _list(self, act: str, becomes: str, **told: str) -> None:
        """Two people put it on the white list or take it off, and everybody sees it."""
        anybody = Caller(self._cast.district.api_url)
        address = f"/v1/verify?credit_code={_APPLICATION['credit_code']}"
        [found] = anybody.get(address)["data"]
        page = f"/console/schools/{found['institution_id']}/listing"
        self._cast.two_people(page, f"{page}/{act}", proposer="reviewer", **told)
        [found] = anybody.get(address)["data"]
        if (found["on_list"] or "none") != becomes:
            raise RuntimeError(f"a school isn't shown on its list: {found}")

    def _first(self) -> list[Paper]:
        """What the catalogue asks for; the fire inspection has run out."""
        _, case = self._filed.admin()
        asked = [one["code"] for one in case["catalogue"]["items"] if one["required"] and one["code"] != _RETURNED]
        old = papers.paper(
            _RETURNED, _HOLDER, "设立申请", differs=["文号：临消验字〔2023〕第0042号", "有效期至：2026年3月31日"]
        )
        return [*(papers.paper(code, _HOLDER, "设立申请") for code in asked), old]


def _fire(of: str, *, sealed: bool = False) -> Paper:
    """The new fire inspection, at first without a seal."""
    return papers.paper(_RETURNED, _HOLDER, of, sealed=sealed)


def _step(at: str, name: str, act: Callable[[], None]) -> Step:
    return Step(datetime.fromisoformat(f"2026-{at.replace(' ', 'T')}:00").replace(tzinfo=SHANGHAI), name, act)
