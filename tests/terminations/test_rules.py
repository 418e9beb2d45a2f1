"""Every pair of steps, and what a notice lets the bank do."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.terminations import rules, signature
from shared.terminations.model import Notice, NoticeStatus, Step
from tests.builders import NOW, SCHOOL
from tests.terminations.examples import KEY, OTHER_KEY, RETURNS, a_case

ALLOWED = {
    (Step.STOPPED, Step.SETTLING),
    (Step.SETTLING, Step.REFUNDING),
    (Step.REFUNDING, Step.PUBLICITY),
    (Step.PUBLICITY, Step.REFUNDING),
    (Step.PUBLICITY, Step.ZERO_LIABILITY),
    (Step.ZERO_LIABILITY, Step.ZERO_LIABILITY),
    (Step.ZERO_LIABILITY, Step.NOTICE_ISSUED),
    (Step.NOTICE_ISSUED, Step.PUBLICITY),
    (Step.NOTICE_ISSUED, Step.ZERO_LIABILITY),
    (Step.NOTICE_ISSUED, Step.CLOSED),
    (Step.CLOSED, Step.ZERO_LIABILITY),
}


def a_notice(**changes: object) -> Notice:
    signed, key_id = signature.sign(KEY, "{}")
    notice = Notice(
        "2026-001",
        "临教终〔2026〕001号",
        SCHOOL,
        "星河",
        "9137",
        "8000000013",
        RETURNS,
        NOW,
        "a",
        "b",
        "{}",
        signed,
        key_id,
    )
    return replace(notice, **changes)  # type: ignore[arg-type]


class TestCheckStep:
    @pytest.mark.parametrize(("was", "becomes"), list(itertools.product(Step, Step)))
    def test_allows_exactly_what_the_table_says(self, was: Step, becomes: Step) -> None:
        if (was, becomes) in ALLOWED:
            rules.check_step(a_case(was), becomes)
        else:
            with pytest.raises(rules.StepNotNext):
                rules.check_step(a_case(was), becomes)

    def test_every_step_but_the_first_is_reached_from_another(self) -> None:
        assert {becomes for was, becomes in ALLOWED if was is not becomes} == set(Step) - {Step.STOPPED}


class TestCheckPublicised:
    def test_waits_for_the_end_of_the_last_day(self) -> None:
        case = a_case(Step.PUBLICITY, publicity_until=date(2026, 9, 1))
        with pytest.raises(rules.PublicityRunning, match="2026-09-01"):
            rules.check_publicised(case, NOW)
        rules.check_publicised(case, NOW + timedelta(days=1))

    def test_waits_for_open_objections(self) -> None:
        case = a_case(Step.PUBLICITY, publicity_until=date(2026, 8, 31), objections_open=2)
        with pytest.raises(rules.ObjectionsOpen, match="2"):
            rules.check_publicised(case, NOW)


class TestCheckReturn:
    def told(self, notice: Notice, **changes: object) -> dict[str, object]:
        return {"account_no": "8000000012", "amount_fen": 20_000, "signature": notice.signature, **changes}

    def test_gives_what_is_to_be_returned_from_the_account(self) -> None:
        assert rules.check_return(a_notice(), **self.told(a_notice())) is RETURNS[0]  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("notice", "changes", "refusal"),
        [
            (a_notice(), {"signature": signature.sign(OTHER_KEY, "{}")[0]}, rules.NoticeForged),
            (a_notice(), {"signature": ""}, rules.NoticeForged),
            (a_notice(), {"amount_fen": 20_001}, rules.NoticeMismatch),
            (a_notice(), {"account_no": "8000000099"}, rules.NoticeMismatch),
            (a_notice(revoked_at=NOW), {}, rules.NoticeRevoked),
            (a_notice(returns=(replace(RETURNS[0], bank_reference="BK1"), RETURNS[1])), {}, rules.NoticeUsed),
            (a_notice(returns=(replace(RETURNS[0], failure="已销户"), RETURNS[1])), {}, rules.ReturnFailed),
        ],
    )
    def test_refuses_each_by_its_own_code(
        self, notice: Notice, changes: dict[str, object], refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            rules.check_return(notice, **self.told(notice, **changes))  # type: ignore[arg-type]


class TestCheckFailure:
    @pytest.mark.parametrize(
        ("notice", "amount_fen", "refusal"),
        [
            (a_notice(), 20_001, rules.NoticeMismatch),
            (a_notice(returns=RETURNS[1:]), 20_000, rules.NoticeMismatch),
            (a_notice(returns=(replace(RETURNS[0], bank_reference="BK1"), RETURNS[1])), 20_000, rules.NoticeUsed),
        ],
    )
    def test_refuses_what_the_notice_does_not_say_and_what_is_paid(
        self, notice: Notice, amount_fen: int, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            rules.check_failure(notice, account_no="8000000012", amount_fen=amount_fen)


class TestCheckCheckable:
    @pytest.mark.parametrize("step", [Step.NOTICE_ISSUED, Step.CLOSED])
    def test_not_while_the_bank_has_a_notice_to_execute(self, step: Step) -> None:
        with pytest.raises(rules.NoticeStands, match="2026-001"):
            rules.check_checkable(a_case(step), a_notice())
        rules.check_checkable(a_case(step), a_notice(returns=tuple(replace(one, failure="销户") for one in RETURNS)))

    def test_not_before_the_publicity(self) -> None:
        with pytest.raises(rules.StepNotNext):
            rules.check_checkable(a_case(Step.REFUNDING), None)


class TestCheckPayee:
    @pytest.mark.parametrize("told", ["", "1234567", "8000-0000-13", "8" * 31, "八〇〇〇〇〇〇〇一三"])
    def test_is_an_account_number(self, told: str) -> None:
        with pytest.raises(rules.PayeeWrong):
            rules.check_payee(told)
        assert rules.check_payee(" 8000000013 ") == "8000000013"


class TestNotice:
    def test_is_used_once_every_account_is(self) -> None:
        first = (replace(RETURNS[0], bank_reference="BK1"), RETURNS[1])
        both = (first[0], replace(RETURNS[1], bank_reference="BK2"))
        failed = (first[0], replace(RETURNS[1], failure="已销户"))
        found = [a_notice(), a_notice(returns=first), a_notice(returns=both), a_notice(revoked_at=NOW)]
        assert a_notice(returns=failed).status is NoticeStatus.FAILED
        assert a_notice(returns=(failed[1], RETURNS[0])).status is NoticeStatus.VALID
        assert [one.status for one in found] == [
            NoticeStatus.VALID,
            NoticeStatus.VALID,
            NoticeStatus.USED,
            NoticeStatus.REVOKED,
        ]

    def test_has_its_number_as_it_stands_on_paper(self) -> None:
        assert rules.title(rules.number(2026, 1), prefix="临教终") == "临教终〔2026〕001号"
        assert rules.title(rules.number(2027, 1234), prefix="临教终") == "临教终〔2027〕1234号"


class TestVerifies:
    def test_only_what_was_signed_by_one_of_the_keys(self) -> None:
        signed, key_id = signature.sign(KEY, "内容")
        told = {"key_id": key_id, "content": "内容", "signature": signed}
        assert signature.verifies([OTHER_KEY, KEY], **told)
        assert not signature.verifies([OTHER_KEY], **told)
        assert not signature.verifies([KEY], **{**told, "content": "内容改了"})
        assert not signature.verifies([KEY], **{**told, "signature": "不是base64"})
        assert not signature.verifies([KEY], **{**told, "signature": signature.sign(OTHER_KEY, "内容")[0]})
