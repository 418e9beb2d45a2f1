"""Refunds in the console: what waits, one of them, and the arbitration by two people."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from functions.console import refunds as room
from shared.funds import queries as funds
from shared.funds import refund_model, refund_money, refund_notes, refunds
from shared.funds.refund_model import RefundStatus
from shared.messages import queries as messages
from shared.people.model import StaffRole
from tests import builders, steps, tables
from tests.builders import ENROLMENT, GUARDIAN, NOW, SCHOOL
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of

REFUND = f"ref_{ENROLMENT.removeprefix('enr_')}01"
PAGE = f"/console/refunds/{REFUND}"
AGREED = {"decision": "agree", "reason": "考勤核对无误"}

pytestmark = pytest.mark.usefixtures("asked")


@pytest.fixture
def asked(in_memory: Any) -> None:
    """The first enrolment, paid, and a refund that its guardian has asked for."""

    def put() -> None:
        steps.register()
        steps.enrol(steps.put_on_sale())
        steps.pay(ENROLMENT, 288_000, payer_name="示例家长")
        steps.ask_for_refund()

    tables.put_in_memory(__name__, put)


@pytest.fixture
def contested(asked: None) -> None:
    refunds.answer(refund_id=REFUND, institution_id=SCHOOL, agree=False, reason="<b>已上课</b>", now=NOW)


def status() -> RefundStatus:
    return funds.get_refund(REFUND).status


def agree() -> refund_model.Refund:
    return refunds.answer(refund_id=REFUND, institution_id=SCHOOL, agree=True, reason="同意", now=NOW)


class TestShowRefunds:
    def test_what_is_to_be_decided_comes_first(self, supervisor: Visitor, contested: None) -> None:
        answer = supervisor.get("/console/refunds")

        assert "星河舞蹈0001 ¥2,880.00 监护人：“搬家” 机构：“<b>已上课</b>” 查看并处理" in text_of(answer)
        assert "<b>已上课" not in answer.text
        assert PAGE in addresses_in(answer)

    def test_each_wait_is_counted_and_has_its_list(self, supervisor: Visitor) -> None:
        first = text_of(supervisor.get("/console/refunds"))

        assert "待裁决 0 待机构答复 1 待退回 0 未能退回 0" in first
        assert "没有待裁决的退费" in first
        assert "截止 2026-09-08" in text_of(supervisor.get("/console/refunds?of=answer"))

    def test_what_waits_for_nothing_we_know_shows_what_is_to_be_decided(self, supervisor: Visitor) -> None:
        assert supervisor.get("/console/refunds?of=nonsense").status == 200

    def test_goes_on_page_by_page(self, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(room, "PAGE", 1)
        steps.open_account(2, paid_fen=1000)
        steps.ask_for_refund(2, now=NOW + timedelta(days=1))

        first = supervisor.get("/console/refunds?of=answer")
        (address,) = {one for one in addresses_in(first) if "cursor=" in one}
        second = supervisor.get(address)

        assert [REFUND in page.text for page in (first, second)] == [True, False]

    def test_the_room_says_how_many_wait_for_a_decision(self, supervisor: Visitor, contested: None) -> None:
        assert 'href="/console/refunds"' in supervisor.get("/console").text
        counted = supervisor.get("/console").text.partition('href="/console/refunds"')[2]
        assert '<span class="count"' in counted[:200]

    def test_the_file_has_them_all_and_nobodys_name(self, supervisor: Visitor, contested: None) -> None:
        answer = supervisor.in_english().get("/console/refunds.csv?of=decision")

        [row] = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
        assert (row["refund_id"], row["requested_yuan"], row["status"]) == (REFUND, "2880.00", "contested")
        assert "示例家长" not in answer.text


class TestShowRefund:
    def test_tells_its_way_and_its_rule(self, supervisor: Visitor) -> None:
        shown = text_of(supervisor.get(PAGE))

        assert "待机构答复" in shown
        assert "尚未上课，全额" in shown
        assert "还没有指令" in shown

    def test_shows_where_the_money_goes_without_the_payers_name(self, supervisor: Visitor) -> None:
        steps.hold_refund(agree())

        shown = text_of(supervisor.get(PAGE))

        assert "¥2,880.00 → 示** …0001 · ● 等待银行" in shown
        assert "示例家长" not in shown

    def test_says_why_it_could_not_be_paid(self, supervisor: Visitor) -> None:
        refund = steps.hold_refund(agree())
        [payment] = refund_money.payments(refund)
        fact = builders.a_refund_failed(payment)
        refund_money.void(fact=fact, now=NOW)
        refund_notes.note_outcome(refund_id=REFUND, now=NOW, failure=fact.reason)

        assert "收款账户已销户" in text_of(supervisor.get(PAGE))
        assert "收款账户已销户" in text_of(supervisor.get("/console/refunds?of=attention"))

    def test_is_found_from_its_enrolment(self, supervisor: Visitor) -> None:
        answer = supervisor.get(f"/console/enrolments/{ENROLMENT}")

        assert PAGE in addresses_in(answer)

    @pytest.mark.parametrize("refund_id", ["ref_1", "x" * 200, f"ref_{'0' * 28}"])
    def test_that_is_not_there_is_not_found(self, supervisor: Visitor, refund_id: str) -> None:
        assert supervisor.get(f"/console/refunds/{refund_id}").status == 404

    def test_speaks_english(self, supervisor: Visitor, contested: None) -> None:
        shown = text_of(supervisor.in_english().get(PAGE))

        assert "Contested" in shown
        assert "No lesson taught: in full" in shown


@pytest.mark.usefixtures("contested")
class TestArbitration:
    def test_one_recommends_and_another_decides(self, supervisor: Visitor) -> None:
        reviewer = sign_in("reviewer", StaffRole.REVIEWER)

        assert reviewer.post(f"{PAGE}/recommendation", AGREED).headers["location"] == f"{PAGE}?done=recommended"
        answer = supervisor.post(f"{PAGE}/decision", AGREED)

        assert answer.headers["location"] == f"{PAGE}?done=refund_agreed"
        assert "已裁决退费" in text_of(supervisor.get(answer.headers["location"]))
        assert status() is RefundStatus.AGREED

    def test_rejected_leaves_the_money_where_it_is(self, supervisor: Visitor) -> None:
        sign_in("reviewer", StaffRole.REVIEWER).post(f"{PAGE}/recommendation", AGREED)
        for _ in range(2):
            supervisor.post(f"{PAGE}/decision", {"decision": "reject", "reason": "已约定"})

        [told] = messages.list_of(GUARDIAN, limit=9, cursor=None).rows
        assert (told.kind.value, told.figures["reason"]) == ("refund_rejected", "已约定")

        assert status() is RefundStatus.REJECTED
        assert funds.get_account(ENROLMENT).held_fen == 288_000

    def test_one_person_alone_can_not(self, supervisor: Visitor) -> None:
        supervisor.post(f"{PAGE}/recommendation", AGREED)

        answer = supervisor.post(f"{PAGE}/decision", AGREED)

        assert answer.status == 403
        assert "须由两人办理" in text_of(answer)
        assert status() is RefundStatus.CONTESTED
        assert f"{PAGE}/decision" not in addresses_in(supervisor.get(PAGE))

    def test_nobody_decides_before_somebody_recommended(self, supervisor: Visitor) -> None:
        answer = supervisor.post(f"{PAGE}/decision", AGREED)

        assert (answer.status, status()) == (409, RefundStatus.CONTESTED)

    @pytest.mark.parametrize("form", [{}, {"decision": "maybe", "reason": "x"}, {"decision": "agree", "reason": " "}])
    @pytest.mark.parametrize("act", ["recommendation", "decision"])
    def test_what_is_not_filled_in_is_asked_for(self, supervisor: Visitor, act: str, form: dict[str, str]) -> None:
        answer = supervisor.post(f"{PAGE}/{act}", form)

        assert (answer.status, status()) == (422, RefundStatus.CONTESTED)
        assert 'role="alert"' in answer.text

    def test_a_decision_after_the_decision_shows_what_was_decided(self, supervisor: Visitor) -> None:
        sign_in("reviewer", StaffRole.REVIEWER).post(f"{PAGE}/recommendation", AGREED)
        supervisor.post(f"{PAGE}/decision", AGREED)

        answer = sign_in("supervisor2").post(f"{PAGE}/decision", {"decision": "reject", "reason": "不同意"})

        assert answer.status == 409
        assert "已同意" in text_of(answer)
        assert status() is RefundStatus.AGREED

    @pytest.mark.parametrize("role", sorted(set(StaffRole) - {StaffRole.SUPERVISOR}))
    def test_only_supervisors_decide(self, role: StaffRole) -> None:
        assert sign_in(role.value, role).post(f"{PAGE}/decision", AGREED).status == 403

    @pytest.mark.parametrize("role", sorted(set(StaffRole) - {StaffRole.SUPERVISOR, StaffRole.REVIEWER}))
    def test_only_reviewers_and_supervisors_recommend(self, role: StaffRole) -> None:
        assert sign_in(role.value, role).post(f"{PAGE}/recommendation", AGREED).status == 403
