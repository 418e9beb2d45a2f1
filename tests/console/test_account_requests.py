"""A licensed school comes under supervision: proposed and approved in the console, on the bank's own word over HTTP."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from functions.edge import wiring
from infra.local.bank_simulator import Bank
from shared.approvals import store as approvals
from shared.approvals.model import Status
from shared.dynamo import transaction
from shared.funds import queries as funds
from shared.institutions import store, supervision
from shared.institutions.model import Certificate, CertificateKind, Change, Institution, Purpose
from shared.institutions.store import account_requests
from shared.kernel.ids import InstitutionId, ItemId
from shared.people.model import StaffRole
from tests import steps
from tests.builders import TODAY, an_id
from tests.console.visitors import sign_in, text_of
from tests.edge.doors import Answer, Clock
from tests.openings import NEW, PAGE, PAYOUT, approve, ask, bank, finance, propose, school, supervisor
from tests.tables import dump_memory

__all__ = ["bank", "school"]

SESSIONS = ("people",)


@pytest.fixture
def numbers(bank: Bank, school: Institution) -> dict[str, str]:
    """What the bank has opened for the school: the numbers of its two supervised accounts."""
    return bank.open_accounts_for(school.name, payout_account_no=PAYOUT)


def sells(day: date = TODAY) -> list[bool]:
    """What each of the sixteen latches says."""
    found = [store.LatchRow.get(f"latch#{NEW}#{number:02d}", "latch") for number in range(16)]
    return [one.selling and one.releasing and one.licence_valid_to >= day.isoformat() for one in found]


def refused(answer: Answer, sentence: str, *, status: int, before: str) -> None:
    """The page says why, and nothing has changed."""
    assert (answer.status, sentence in text_of(answer)) == (status, True), text_of(answer)
    assert dump_memory(but=SESSIONS) == before


class TestOpening:
    def test_two_people_bring_it_under_supervision_in_one_transaction(self, numbers: dict[str, str], at: Clock) -> None:
        assert store.list_ids() == []
        at.pass_by(days=14)  # in the middle of a month

        proposed = propose(numbers)
        shown = text_of(supervisor().get(proposed.headers["location"].partition("?")[0]))
        assert numbers["tuition_account_no"] in shown
        assert "100,000.00" in shown
        assert approve(proposed).status == 303

        told = store.get(NEW)
        assert told.accounts.tuition_account_no == numbers["tuition_account_no"]
        assert (told.accounts.payout_account_no, told.accounts.supervised_since) == (PAYOUT, date(2026, 9, 15))
        assert (told.size, told.may_sell_on(date(2026, 9, 15)), sells()) == ("medium", True, [True] * 16)
        assert store.list_ids() == [NEW]
        assert store.search("星河", at_most=5) == [NEW]
        found = store.find_account(numbers["minimum_balance_account_no"])
        assert found is not None
        assert (found.institution_id, found.purpose) == (NEW, Purpose.MINIMUM_BALANCE)
        change = store.list_changes(NEW)[0]
        assert (change.change, change.by, change.reason) == (Change.SUPERVISED, "supervisor", "银行已开户")
        assert funds.get_minimum_balance(NEW).required_fen == 10_000_000
        [requirement] = funds.list_requirements(NEW, limit=5, cursor=None).rows
        assert (requirement.proposed_by, requirement.approved_by) == ("finance", "supervisor")
        assert account_requests.find(NEW) is None
        assert supervisor().get(f"/console/schools/{NEW}").status == 200
        assert "星河舞蹈0005" in text_of(supervisor().get("/console/schools"))

    def test_who_proposed_it_can_not_approve_it_and_a_reviewer_can_not_propose_it(
        self, numbers: dict[str, str]
    ) -> None:
        assert propose(numbers, sign_in("reviewer", StaffRole.REVIEWER)).status == 403
        proposed = propose(numbers)

        assert approve(proposed, finance()).status == 403
        assert not store.get(NEW).accounts.opened

    def test_approved_again_it_is_found_done(self, numbers: dict[str, str], bank: Bank) -> None:
        proposed = propose(numbers)
        approve(proposed)
        before = dump_memory(but=SESSIONS)
        bank.faults.arm("busy_inquiry", count=9)  # it isn't even asked

        refused(approve(proposed, supervisor("supervisor2")), "该事项已办结", status=409, before=before)

    def test_the_school_is_told_of_the_request_in_the_room_that_counts_it(self, school: Institution) -> None:
        page = text_of(supervisor().get("/console/account-requests"))
        assert (school.short_name in page, PAYOUT in page) == (True, True)
        assert "1" in supervisor().get("/console").text.partition("/console/account-requests")[2][:200]

    def test_the_form_is_for_the_finance_officer_and_keeps_what_was_written(self, numbers: dict[str, str]) -> None:
        assert 'name="tuition_account_no"' in finance().get(PAGE).text
        assert "Propose, for another person" in text_of(finance().in_english().get(PAGE))
        for other in (supervisor(), sign_in("reviewer", StaffRole.REVIEWER)):
            page = other.get(PAGE)
            assert (page.status, 'name="tuition_account_no"' in page.text) == (200, False)

        assert 'value="12345"' in propose(numbers, tuition_account_no="12345").text
        propose(numbers)
        assert 'name="tuition_account_no"' not in finance().get(PAGE).text

    def test_what_asks_for_nothing_is_not_there(self, in_memory: object) -> None:
        assert supervisor().get(PAGE).status == 404
        assert supervisor().get("/console/account-requests/nonsense").status == 404
        assert "没有等待开户的机构" in text_of(supervisor().get("/console/account-requests"))


class TestTheBanksWord:
    @pytest.mark.parametrize(
        ("fault", "status", "sentence"),
        [
            ("busy_inquiry", 503, "银行暂时没有答复"),
            ("silent_inquiry", 503, "银行暂时没有答复"),
            ("garbled_inquiry", 503, "银行的答复无法读取"),
            ("other_holder", 409, "在银行的户名不是“淄博市临淄区星河舞蹈"),
        ],
    )
    def test_that_does_not_come_or_is_no_stops_the_proposal_and_the_approval(
        self, numbers: dict[str, str], bank: Bank, fault: str, status: int, sentence: str
    ) -> None:
        before = dump_memory(but=SESSIONS)
        bank.faults.arm(fault)
        refused(propose(numbers), sentence, status=status, before=before)

        proposed = propose(numbers)
        before = dump_memory(but=SESSIONS)
        bank.faults.arm(fault)
        refused(approve(proposed), sentence, status=status, before=before)

        assert approve(proposed).status == 303  # and then it goes

    def test_a_bank_that_is_down_is_told_of(self, numbers: dict[str, str], settings: pytest.MonkeyPatch) -> None:
        settings.setenv("BANK_URL", "http://127.0.0.1:9")
        wiring.bank_inquiries.cache_clear()
        before = dump_memory(but=SESSIONS)

        refused(propose(numbers), "银行暂时没有答复", status=503, before=before)

    def test_an_account_must_be_there_be_supervised_and_the_payout_account_must_not(
        self, numbers: dict[str, str], bank: Bank, school: Institution
    ) -> None:
        before = dump_memory(but=SESSIONS)
        bank.open_account("8888000001", holder=school.name, supervised=False)

        missing = propose(numbers, tuition_account_no="8888000009")
        refused(missing, "银行没有账号 8888000009", status=409, before=before)
        plain = propose(numbers, tuition_account_no="8888000001")
        refused(plain, "账号 8888000001 在银行不是监管账户", status=409, before=before)

    def test_a_payout_account_of_somebody_else_is_refused(self, bank: Bank, school: Institution) -> None:
        numbers = bank.open_accounts_for(school.name)
        bank.open_account(PAYOUT, holder="王某", supervised=False)
        before = dump_memory(but=SESSIONS)

        refused(propose(numbers), f"账号 {PAYOUT} 在银行的户名不是", status=409, before=before)

    def test_a_payout_account_that_it_does_not_know_is_of_another_bank(self, bank: Bank, school: Institution) -> None:
        assert approve(propose(bank.open_accounts_for(school.name))).status == 303

    def test_accounts_need_not_be_empty_and_both_people_see_what_is_in_them(
        self, numbers: dict[str, str], bank: Bank
    ) -> None:
        bank.transfer(numbers["minimum_balance_account_no"], 123_400, remittance="")

        assert "1,234.00" in text_of(supervisor().get(propose(numbers).headers["location"].partition("?")[0]))


class TestWrong:
    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"bank_name": " "}, "请填写开户行全称"),
            ({"tuition_account_no": "1234567"}, "账号应为8至30位数字"),
            ({"tuition_account_no": "账号"}, "账号应为8至30位数字"),
            ({"tuition_account_no": PAYOUT}, "须互不相同"),
            ({"size": "huge"}, "规模应为小型"),
            ({"reason": ""}, "请填写理由"),
        ],
    )
    def test_what_can_not_be_right_is_refused(
        self, numbers: dict[str, str], changes: dict[str, str], sentence: str
    ) -> None:
        before = dump_memory(but=SESSIONS)
        refused(propose(numbers, **changes), sentence, status=422, before=before)

    def test_an_account_of_another_school_is_taken(self, numbers: dict[str, str]) -> None:
        steps.register(1)
        before = dump_memory(but=SESSIONS)
        answer = propose(numbers, tuition_account_no=store.get(InstitutionId(an_id("ins"))).accounts.tuition_account_no)

        refused(answer, "已是另一监管账户", status=409, before=before)

    def test_what_is_taken_between_the_proposal_and_the_approval_is_taken(self, numbers: dict[str, str]) -> None:
        proposed = propose(numbers)
        accounts = store.get(NEW).accounts
        steps.register(1, accounts=type(accounts)("银行", numbers["tuition_account_no"], "8000000099", "8000000098"))
        before = dump_memory(but=SESSIONS)

        refused(approve(proposed), "已是另一监管账户", status=409, before=before)

    def test_a_second_proposal_waits_for_the_first(self, numbers: dict[str, str]) -> None:
        propose(numbers)
        before = dump_memory(but=SESSIONS)

        refused(propose(numbers, reason="另一次"), "已提出，正待批准", status=409, before=before)

    def test_after_a_rejection_it_is_proposed_anew_and_the_old_one_is_void(self, numbers: dict[str, str]) -> None:
        first = propose(numbers)
        home = first.headers["location"].partition("?")[0]
        assert supervisor().post(f"{home}/decision", {"decision": "reject", "reason": "账号有误"}).status == 303

        second = propose(numbers, reason="已更正")

        assert approve(second).status == 303
        assert approvals.get(home.rpartition("/")[2]).status is Status.REJECTED

    def test_a_school_that_has_its_accounts_asks_for_none(self, numbers: dict[str, str]) -> None:
        approve(propose(numbers))

        with pytest.raises(supervision.AccountsOpened):
            ask()

    def test_the_document_is_held_to_what_was_read(self, numbers: dict[str, str], bank: Bank) -> None:
        """What is published of it meanwhile isn't lost, and its certificate's last day is in the new latches."""
        proposed = propose(numbers)
        ends = TODAY + timedelta(days=9)
        one = Certificate(ItemId(an_id("itm")), CertificateKind.FIRE_SAFETY, "X", "消防", TODAY, ends)
        transaction.commit(store.publish(NEW, lambda school: replace(school, certificates=(one,))))

        approve(proposed)

        assert store.get(NEW).certificates == (one,)
        assert (sells(ends), sells(ends + timedelta(days=1))) == ([True] * 16, [False] * 16)
