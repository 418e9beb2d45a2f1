import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest

from shared.funds.model import EnrolmentStatus
from shared.funds.store import accounts
from shared.kernel.ids import EnrolmentId, FileId
from shared.kernel.money import Fen
from shared.messages import queries as messages
from shared.payments import store
from shared.payments.model import PaymentOrder, Status
from shared.people import queries as people
from shared.people.model import StaffRole
from shared.teaching import leave, make_ups, usecases
from shared.teaching import queries as teaching
from shared.teaching.model import LessonStatus, Outcome
from tests import builders, steps
from tests.builders import ENROLMENT, GUARDIAN, NOW, OFFERING, POLICY, SESSION, STUDENT, TEACHER
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.payments import examples as payments
from tests.people import examples

PAGE = f"/console/enrolments/{ENROLMENT}"
DECISION = f"{PAGE}/lessons/{SESSION}/decision"


@pytest.fixture(autouse=True)
def _a_taught_enrolment(in_memory: object) -> None:
    """The first enrolment, paid, with a lesson that is marked and disputed, and one that is to come."""
    steps.register()
    offering = steps.put_on_sale()
    steps.enrol(offering)
    steps.pay(ENROLMENT, 288_000, payer_name="示例家长")
    examples.add_child()
    usecases.schedule_class(sessions=[builders.a_session(1), builders.a_session(2)])
    mark_and_dispute(1)


def mark_and_dispute(number: int) -> None:
    session = builders.a_session(number)
    usecases.claim_attendance(
        session=session,
        pupils=[builders.a_pupil()],
        marks={ENROLMENT: Outcome.PRESENT},
        by="usr_1",
        teacher_id=TEACHER,
        policy=POLICY,
        now=NOW,
    )
    usecases.dispute_lesson(
        enrolment_id=ENROLMENT, offering_id=OFFERING, session_id=session.session_id, reason="<b>没有上课</b>", now=NOW
    )


def lesson_status() -> LessonStatus:
    lesson = teaching.find_lesson(ENROLMENT, SESSION)
    assert lesson is not None
    return lesson.status


class TestShowEnrolment:
    def test_shows_every_entry_with_the_balances_after_it(self, supervisor: Visitor) -> None:
        steps.release(7)

        shown = text_of(supervisor.get(PAGE))

        assert "账外 -¥2,880.00 监管中 +¥2,880.00 ¥2,880.00 ¥0.00" in shown
        assert "监管中 -¥60.00 待划拨 +¥60.00 ¥2,820.00 ¥60.00 监护人确认" in shown

    def test_shows_the_terms_that_were_accepted_and_the_rules_of_the_sale(self, supervisor: Visitor) -> None:
        answer = supervisor.get(PAGE)

        assert "周六 09:00-10:00" in text_of(answer)
        assert f"/console/policy?version={POLICY.version}" in addresses_in(answer)

    def test_an_unpaid_one_says_until_when_it_may_be_paid(self, supervisor: Visitor) -> None:
        course = builders.a_course(course_id=builders.an_id("crs", 2), category="art")
        made = steps.enrol(steps.put_on_sale(course, offering_id=builders.an_id("off", 2)), 2)

        shown = text_of(supervisor.get(f"/console/enrolments/{made.enrolment_id}"))

        assert "待付 ¥2,880.00 截止 2026-09-04 10:00" in shown
        assert "还没有资金往来" in shown

    def test_what_a_guardian_wrote_is_only_text(self, supervisor: Visitor) -> None:
        for path in (PAGE, "/console/disputes", DECISION):
            answer = supervisor.get(path)
            assert "<b>没有上课" not in answer.text
            assert "<b>没有上课</b>" in text_of(answer)

    def test_a_dispute_waits_in_the_list_and_the_navigation(self, supervisor: Visitor) -> None:
        answer = supervisor.get("/console/disputes")

        assert PAGE in addresses_in(answer)
        assert re.search(r"争议\s*<span class=\"count\">.*?</span>1</span>", answer.text)

    def test_a_disputes_pictures_open_with_a_purpose_and_the_schools_answer_is_read(self, supervisor: Visitor) -> None:
        usecases.claim_attendance(
            session=builders.a_session(2),
            pupils=[builders.a_pupil()],
            marks={ENROLMENT: Outcome.PRESENT},
            by="usr_1",
            teacher_id=TEACHER,
            policy=POLICY,
            now=NOW,
        )
        picture = FileId(builders.an_id("fil", 2))
        second = builders.a_session(2).session_id
        usecases.dispute_lesson(
            enrolment_id=ENROLMENT,
            offering_id=OFFERING,
            session_id=second,
            reason="没有老师",
            pictures=[picture],
            now=NOW,
        )
        usecases.answer_dispute(enrolment_id=ENROLMENT, session_id=second, answer="<i>代课老师在</i>")

        answer = supervisor.get(PAGE)

        assert f"/console/files/{picture}" in addresses_in(answer)
        assert "机构答复：“<i>代课老师在</i>”" in text_of(answer)
        assert "<i>代课" not in answer.text
        reviewer = sign_in("reviewer", StaffRole.REVIEWER)
        assert f"/console/files/{picture}" not in addresses_in(reviewer.get(PAGE))


class TestAbsences:
    def test_shows_leave_and_make_up_with_times_and_by_whom(self, supervisor: Visitor) -> None:
        to_come = builders.a_session(3, starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, hours=1))
        elsewhere = builders.a_session(
            4, offering_id=builders.an_id("off", 2), starts_at=to_come.starts_at, ends_at=to_come.ends_at
        )
        usecases.schedule_class(sessions=[to_come, elsewhere])
        leave.ask(
            enrolment_id=ENROLMENT, session=to_come, by=builders.GUARDIAN, reason="<i>发烧</i>", policy=POLICY, now=NOW
        )
        [missed] = usecases.claim_attendance(
            session=builders.a_session(2),
            pupils=[builders.a_pupil()],
            marks={ENROLMENT: Outcome.ABSENT},
            by="usr_1",
            teacher_id=TEACHER,
            policy=POLICY,
            now=NOW,
        )
        make_ups.offer(
            missed=missed,
            session=elsewhere,
            course_id=builders.COURSE,
            own_class=OFFERING,
            class_name="周五班",
            by=builders.an_id("usr", 1),
            now=NOW,
        )
        make_ups.answer(
            enrolment_id=ENROLMENT,
            missed=missed.session_id,
            accept=True,
            taking=lambda _: (),
            by=builders.GUARDIAN,
            now=NOW,
        )

        answer = supervisor.get(PAGE)

        shown = text_of(answer)
        assert "第 3 次课请假 · 2026-09-01 10:00 · 监护人 …000001 “<i>发烧</i>”" in shown
        assert "家长已接受 补第 2 课时： 2026-09-02 10:00 周五班 提供 2026-09-01 10:00 · 机构 …000001" in shown
        assert "<i>发烧</i>" not in answer.text


class TestPersonalData:
    def test_nobody_is_named_without_a_purpose(self, supervisor: Visitor) -> None:
        answer = supervisor.get(PAGE)

        assert "小示例" not in answer.text
        assert "示例家长" not in answer.text
        assert "付款人 示**" in text_of(answer)
        assert people.list_readings(STUDENT, limit=10, cursor=None).rows == []

    def test_a_purpose_shows_the_child_and_is_recorded(self, supervisor: Visitor) -> None:
        shown = text_of(supervisor.get(f"{PAGE}?purpose=dispute"))

        assert "姓名 小示例" in shown
        assert "付款人 示例家长" in shown
        (reading,) = people.list_readings(STUDENT, limit=10, cursor=None).rows
        assert reading == (NOW, builders.an_id("stf", 7), "dispute")

    def test_a_purpose_of_ones_own_is_refused(self, supervisor: Visitor) -> None:
        answer = supervisor.get(f"{PAGE}?purpose=curiosity")

        assert answer.status == 422
        assert "小示例" not in answer.text
        assert people.list_readings(STUDENT, limit=10, cursor=None).rows == []

    @pytest.mark.parametrize("role", StaffRole)
    def test_only_whose_work_needs_it_may_see_it(self, role: StaffRole) -> None:
        visitor = sign_in(role.value, role)
        allowed = role not in (StaffRole.REVIEWER, StaffRole.ADMINISTRATOR)

        assert ("purpose" in visitor.get(PAGE).text) is allowed
        assert visitor.get(f"{PAGE}?purpose=audit").status == (200 if allowed else 403)

    def test_who_read_it_stands_under_it(self, supervisor: Visitor) -> None:
        supervisor.get(f"{PAGE}?purpose=complaint")

        assert "用途 处理投诉举报 · 您本人" in text_of(supervisor.get(PAGE))

    def test_no_file_names_anybody(self, supervisor: Visitor) -> None:
        assert "示例" not in supervisor.get(f"{PAGE}/entries.csv").text


class TestDownloadEntries:
    def test_has_a_line_for_each_and_sums_to_zero(self, supervisor: Visitor) -> None:
        steps.release(7)

        answer = supervisor.in_english().get(f"{PAGE}/entries.csv")

        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert [row["kind"] for row in rows] == ["deposit", "release"]
        assert [row["outside_yuan"] for row in rows] == ["-2880.00", "0.00"]
        assert [row["held_after_yuan"] for row in rows] == ["2880.00", "2820.00"]

    def test_a_banks_reference_is_never_a_formula(self, supervisor: Visitor) -> None:
        steps.open_account(3)
        steps.pay(EnrolmentId(builders.an_id("enr", 3)), 500, reference="-1+1")

        answer = supervisor.get(f"/console/enrolments/{builders.an_id('enr', 3)}/entries.csv")

        assert ",'-1+1," in answer.text


class TestDecideDispute:
    @pytest.mark.parametrize(
        ("decision", "status", "said"),
        [("uphold", LessonStatus.UPHELD, "争议成立"), ("reject", LessonStatus.CONFIRMED, "争议驳回")],
    )
    def test_ends_it_and_says_who_did(
        self, supervisor: Visitor, decision: str, status: LessonStatus, said: str
    ) -> None:
        answer = supervisor.post(DECISION, {"decision": decision, "reason": "监控为证"})

        assert answer.status == 303
        assert lesson_status() is status
        shown = text_of(supervisor.get(answer.headers["location"]))
        assert said in shown
        assert "裁决 supervisor" in shown

        assert "监控为证" in shown

    @pytest.mark.parametrize("reason", ["", " ", "长" * 501])
    def test_needs_a_reason(self, supervisor: Visitor, reason: str) -> None:
        answer = supervisor.post(DECISION, {"decision": "uphold", "reason": reason})

        assert answer.status == 422
        assert lesson_status() is LessonStatus.DISPUTED

    @pytest.mark.parametrize(("decision", "kind"), [("uphold", "dispute_upheld"), ("reject", "dispute_rejected")])
    def test_is_told_to_the_guardian_once(self, supervisor: Visitor, decision: str, kind: str) -> None:
        for _ in range(2):
            supervisor.post(DECISION, {"decision": decision, "reason": "监控为证"})

        [told] = messages.list_of(GUARDIAN, limit=10, cursor=None).rows
        assert (told.kind, told.subject, told.figures["reason"]) == (kind, ENROLMENT, "监控为证")

    @pytest.mark.parametrize("decision", ["", "perhaps"])
    def test_needs_a_decision(self, supervisor: Visitor, decision: str) -> None:
        answer = supervisor.post(DECISION, {"decision": decision, "reason": "监控为证"})

        assert answer.status == 422
        assert "请选择争议成立或驳回" in text_of(answer)
        assert lesson_status() is LessonStatus.DISPUTED

    def test_twice_is_refused_the_second_time(self, supervisor: Visitor) -> None:
        supervisor.post(DECISION, {"decision": "uphold", "reason": "监控为证"})

        answer = supervisor.post(DECISION, {"decision": "reject", "reason": "监控为证"})

        assert answer.status == 409
        assert "没有待处理的争议" in text_of(answer)
        assert lesson_status() is LessonStatus.UPHELD
        assert supervisor.get(DECISION).status == 409

    def test_has_a_page_of_its_own_for_who_has_no_scripts(self, supervisor: Visitor) -> None:
        assert DECISION in addresses_in(supervisor.get(DECISION))

    def test_only_a_supervisor_is_offered_to(self) -> None:
        assert DECISION not in addresses_in(sign_in("auditor", StaffRole.AUDITOR).get(PAGE))

    def test_a_lesson_of_another_enrolment_is_not_there(self, supervisor: Visitor) -> None:
        steps.open_account(2)
        other = f"/console/enrolments/{builders.an_id('enr', 2)}/lessons/{SESSION}/decision"

        assert supervisor.post(other, {"decision": "uphold", "reason": "监控为证"}).status == 404
        assert lesson_status() is LessonStatus.DISPUTED

    def test_it_moves_no_money_by_itself(self, supervisor: Visitor) -> None:
        supervisor.post(DECISION, {"decision": "reject", "reason": "监控为证"})

        account = accounts.get(ENROLMENT)
        assert (account.status, account.held_fen) == (EnrolmentStatus.ACTIVE, 288_000)


def an_order(**changes: Any) -> PaymentOrder:
    """An order of the first enrolment, made for its whole price."""
    told: dict[str, Any] = {"amount_fen": Fen(288_000), **changes}
    return payments.an_order(**told)


class TestOrdersOfWeChatPay:
    def test_are_not_there_where_nobody_has_made_one(self, supervisor: Visitor) -> None:
        assert "微信支付订单" not in text_of(supervisor.get(PAGE))

    @pytest.mark.parametrize(
        ("changes", "shown"),
        [
            ({}, "待支付 ¥2,880.00"),
            (
                {
                    "status": Status.PAID_UNSETTLED,
                    "paid_at": NOW,
                    "settle_by": date(2026, 9, 4),
                    "transaction_id": "42",
                },
                "已微信支付，待银行入账 ¥2,880.00 · 00000001-1 · 下单 2026-09-01 10:00 "
                "微信支付 2026-09-01 10:00 · 微信支付订单号 42 应到账 2026-09-04",
            ),
            (
                {"status": Status.SETTLED, "bank_reference": "BK1", "settled_fen": 288_000, "suspense_fen": 100},
                "银行入账 ¥2,880.00 · BK1 · 其中待查款 ¥1.00",
            ),
            ({"status": Status.CLOSED}, "已关闭 ¥2,880.00"),
            ({"differs": "amount"}, "微信所告与订单不符：金额"),
        ],
    )
    def test_show_what_is_known_of_each(self, supervisor: Visitor, changes: dict[str, Any], shown: str) -> None:
        store.add(an_order(**changes), after=None)

        text = text_of(supervisor.get(PAGE))
        assert shown in text, text[text.index("微信支付订单") :][:400]

    def test_are_shown_newest_first(self, supervisor: Visitor) -> None:
        first = an_order(status=Status.CLOSED)
        store.add(first, after=None)
        store.add(an_order(number=2), after=first)

        text = text_of(supervisor.get(PAGE))

        assert text.index("00000001-2 ·") < text.index("00000001-1 ·")
