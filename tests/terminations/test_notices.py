"""Numbers are given once; a notice is used once an account; one that is revoked isn't used."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.dynamo import transaction
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.terminations import notices, rules, signature
from shared.terminations.model import Notice, NoticeStatus, Step
from shared.terminations.store import cases
from shared.terminations.store import notices as store
from tests import builders
from tests.builders import NOW, SCHOOL
from tests.tables import dump_memory, just_before
from tests.terminations.examples import KEY, issue, no_approval, put_case, use

NOTHING: rules.Remaining = {}


def revoke(notice: Notice) -> Notice:
    return notices.revoke(number=notice.number, reason="金额有误", by="supervisor", approval=no_approval(), now=NOW)


@pytest.mark.usefixtures("in_memory", "hurried")
class TestIssue:
    def test_gives_the_next_number_of_the_year_and_signs_it(self) -> None:
        put_case(Step.ZERO_LIABILITY)
        notice = issue()

        assert (notice.number, notice.title) == ("2026-001", "临教终〔2026〕001号")
        assert store.get("2026-001") == notice
        told = json.loads(notice.content)
        assert told["returns"] == [
            {"purpose": "minimum_balance", "account_no": "8000000012", "amount_fen": 20_000},
            {"purpose": "tuition", "account_no": "8000000011", "amount_fen": 667},
        ]
        assert (told["notice_no"], told["credit_code"]) == ("2026-001", "91370305MA3C00001X")
        told_signature = {"key_id": notice.key_id, "content": notice.content, "signature": notice.signature}
        assert signature.verifies([KEY], **told_signature)
        case = cases.get(SCHOOL)
        assert (case.step, case.notice) == (Step.NOTICE_ISSUED, "2026-001")

    def test_twice_issues_one(self) -> None:
        put_case(Step.ZERO_LIABILITY)
        issue()
        before = dump_memory()
        with pytest.raises(rules.StepNotNext):
            issue()
        assert dump_memory() == before

    def test_two_at_once_issue_one(self) -> None:
        put_case(Step.ZERO_LIABILITY)
        with just_before("TransactWriteItems", issue), pytest.raises(rules.StepNotNext):
            issue()
        assert store.count_of(2026) == 1

    def test_two_schools_at_once_get_two_numbers(self) -> None:
        other = InstitutionId(builders.an_id("ins", 2))
        put_case(Step.ZERO_LIABILITY)
        put_case(Step.ZERO_LIABILITY, institution_id=other)
        with just_before("TransactWriteItems", lambda: issue(institution_id=other)):
            assert issue().number == "2026-002"
        assert store.get("2026-001").institution_id == other

    def test_is_not_done_without_its_approval(self) -> None:
        put_case(Step.ZERO_LIABILITY)
        before = dump_memory()
        refused = transaction.check(
            cases.CaseRow("nobody", "case"), cases.CaseRow.pk.exists(), refused=cases.CaseExists()
        )
        with pytest.raises(cases.CaseExists):
            issue(approval=refused)
        assert dump_memory() == before


class TestCheckIssuable:
    def told(self, **changes: object) -> None:
        from tests.terminations.examples import a_case

        told: dict[str, object] = {
            "case": a_case(Step.ZERO_LIABILITY),
            "remaining": NOTHING,
            "minimum_fen": 20_000,
            "payable_fen": 667,
            "by": "supervisor",
        }
        notices.check_issuable(**{**told, **changes})  # type: ignore[arg-type]

    def test_holds_for_what_was_checked(self) -> None:
        self.told()

    def test_not_for_who_has_checked(self) -> None:
        with pytest.raises(rules.CheckerCantIssue):
            self.told(by="finance")

    def test_not_while_liabilities_remain(self) -> None:
        with pytest.raises(rules.LiabilitiesRemain):
            self.told(remaining={"suspense": ("待查款", "suspense")})

    @pytest.mark.parametrize("changes", [{"minimum_fen": 20_001}, {"payable_fen": 0}])
    def test_not_over_other_amounts(self, changes: dict[str, object]) -> None:
        with pytest.raises(rules.CheckOutdated):
            self.told(**changes)


@pytest.mark.usefixtures("in_memory", "hurried")
class TestUse:
    @pytest.fixture(autouse=True)
    def issued(self, in_memory: object) -> None:
        put_case(Step.ZERO_LIABILITY)
        self.notice = issue()

    def test_each_account_once(self) -> None:
        transaction.commit([use(self.notice, 0)])
        assert store.get(self.notice.number).status is NoticeStatus.VALID
        with pytest.raises(rules.NoticeUsed):
            use(self.notice, 0, bank_reference="BKT99")
        transaction.commit([use(self.notice, 1)])
        assert store.get(self.notice.number).status is NoticeStatus.USED

    def test_two_at_once_use_it_once(self) -> None:
        first, second = use(self.notice, 0), use(self.notice, 0, bank_reference="BKT99")
        transaction.commit([first])
        with pytest.raises(transaction.LostRace):
            transaction.commit([second])
        assert store.get(self.notice.number).returns[0].bank_reference == "BKT00000"

    def test_one_that_nobody_issued_is_unknown(self) -> None:
        with pytest.raises(store.UnknownNotice):
            use(replace(self.notice, number="2026-999"))


def fail(notice: Notice, place: int = 0, **changes: Any) -> Notice:
    one = notice.returns[place]
    told = {"account_no": one.account_no, "amount_fen": one.amount_fen, "reason": "收款账户已销户"}
    return notices.note_failure(number=notice.number, at=NOW, **{**told, **changes})


@pytest.mark.usefixtures("in_memory", "hurried")
class TestNoteFailure:
    @pytest.fixture(autouse=True)
    def issued(self, in_memory: object) -> None:
        put_case(Step.ZERO_LIABILITY)
        self.notice = issue()

    def test_ends_the_notice_for_that_account(self) -> None:
        assert fail(self.notice).status is NoticeStatus.VALID
        transaction.commit([use(self.notice, 1)])

        found = store.get(self.notice.number)

        assert (found.status, found.returns[0].failure, found.returns[0].failed_at) == ("failed", "收款账户已销户", NOW)
        with pytest.raises(rules.ReturnFailed):
            use(self.notice, 0)
        with pytest.raises(rules.NoticeUsed):
            revoke(self.notice)

    def test_twice_is_once_and_without_a_reason_is_one_too(self) -> None:
        fail(self.notice, reason="")
        before = dump_memory()
        assert fail(self.notice, reason="另一个原因").returns[0].failure == "银行未说明原因"
        assert dump_memory() == before

    def test_of_what_is_paid_is_refused(self) -> None:
        transaction.commit([use(self.notice, 0)])
        with pytest.raises(rules.NoticeUsed):
            fail(self.notice)

    def test_of_another_amount_account_or_notice_is_refused(self) -> None:
        before = dump_memory()
        for changes in ({"amount_fen": Fen(1)}, {"account_no": "8000000099"}):
            with pytest.raises(rules.NoticeMismatch):
                fail(self.notice, **changes)
        with pytest.raises(store.UnknownNotice):
            fail(replace(self.notice, number="2026-999"))
        assert dump_memory() == before

    def test_against_a_payment_one_wins(self) -> None:
        with (
            just_before("TransactWriteItems", lambda: transaction.commit([use(self.notice, 0)])),
            pytest.raises(rules.NoticeUsed),
        ):
            fail(self.notice)
        assert store.get(self.notice.number).returns[0].failure == ""

    def test_the_next_notice_supplements_it_and_says_so_under_its_signature(self) -> None:
        for place in (0, 1):
            fail(self.notice, place)
        cases.move(SCHOOL, lambda was: replace(was, step=Step.ZERO_LIABILITY))

        again = issue(returns=self.notice.returns[:1])

        assert (again.number, again.supplements, again.status) == ("2026-002", "2026-001", "valid")
        assert json.loads(again.content)["supplements"] == "2026-001"
        assert json.loads(self.notice.content)["supplements"] is None
        assert store.get("2026-002") == again


@pytest.mark.usefixtures("in_memory", "hurried")
class TestRevoke:
    @pytest.fixture(autouse=True)
    def issued(self, in_memory: object) -> None:
        put_case(Step.ZERO_LIABILITY)
        self.notice = issue()

    def test_leads_back_to_a_new_check_and_a_new_number(self) -> None:
        revoked = revoke(self.notice)

        assert (revoked.status, revoked.revocation_reason) == (NoticeStatus.REVOKED, "金额有误")
        case = cases.get(SCHOOL)
        assert (case.step, case.check, case.notices) == (Step.PUBLICITY, None, ("2026-001",))
        with pytest.raises(rules.NoticeRevoked):
            use(self.notice)

    def test_of_one_that_is_used_is_refused(self) -> None:
        transaction.commit([use(self.notice, 0)])
        with pytest.raises(rules.NoticeUsed):
            revoke(self.notice)

    def test_twice_is_refused(self) -> None:
        revoke(self.notice)
        with pytest.raises(rules.NoticeRevoked):
            revoke(self.notice)

    def test_against_a_payment_one_wins(self) -> None:
        with (
            just_before("TransactWriteItems", lambda: transaction.commit([use(self.notice, 0)])),
            pytest.raises(rules.NoticeUsed),
        ):
            revoke(self.notice)
        assert store.get(self.notice.number).status is NoticeStatus.VALID
        assert cases.get(SCHOOL).step is Step.NOTICE_ISSUED


@pytest.mark.usefixtures("in_memory", "hurried")
class TestNoteInstructed:
    def test_keeps_the_first_time(self) -> None:
        put_case(Step.ZERO_LIABILITY)
        issue()
        notices.note_instructed(number="2026-001", now=NOW)
        assert notices.note_instructed(number="2026-001", now=NOW.replace(hour=5)).instructed_at == NOW
