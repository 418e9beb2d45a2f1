"""The room of accident covers: its lists, one cover, asking again."""

import pytest

from shared.insurance import queries, rules, usecases
from shared.insurance.model import CoverStatus
from shared.kernel.ids import EnrolmentId
from shared.people.model import StaffRole
from tests import builders, steps
from tests.builders import ENROLMENT, NOW, SCHOOL, an_id
from tests.console.visitors import Visitor, addresses_in, heading_of, sign_in, text_of
from tests.edge.doors import Clock
from tests.insurance.examples import POLICY, an_enrolment

pytestmark = pytest.mark.usefixtures("in_memory")

ROOM, COVER = "/console/covers", f"/console/enrolments/{ENROLMENT}/cover"


@pytest.fixture
def covered(in_memory: object) -> None:
    """One refused, one issued, one wanted; of the first the enrolment is there too."""
    steps.register()
    steps.enrol(steps.put_on_sale(builders.a_course(price_fen=1000, lessons=3)))
    steps.pay(ENROLMENT, 1000)
    for number in (1, 2, 3):
        enrolment_id = EnrolmentId(an_id("enr", number))
        usecases.follow(enrolment=an_enrolment(enrolment_id=enrolment_id), now=NOW)
        if number < 3:
            usecases.begin(cover=queries.get(enrolment_id), request='{"insured_name":"小示例"}', now=NOW)
    usecases.note_refused(enrolment_id=ENROLMENT, reason="=超龄<b>", now=NOW)
    usecases.note_issued(enrolment_id=EnrolmentId(an_id("enr", 2)), policy=POLICY, now=NOW)


@pytest.mark.usefixtures("covered")
class TestRoom:
    def test_begins_with_the_refused_and_counts_all(self, supervisor: Visitor) -> None:
        text = text_of(supervisor.get(ROOM))

        assert "“=超龄<b>”" in text
        assert "被拒保 1 待承保 1 待注销 0 保障中 1 已终止 0 无需投保 0" in text
        assert POLICY.policy_no not in text
        assert POLICY.policy_no in text_of(supervisor.get(f"{ROOM}?of=issued"))

    def test_says_what_the_insurer_does_not_deal_with(self, supervisor: Visitor, at: Clock) -> None:
        assert "逾期" not in text_of(supervisor.get(f"{ROOM}?of=wanted"))
        at.pass_by(hours=24, seconds=1)
        visitor = sign_in()

        assert "承保机构超过 24 小时未处理：1" in text_of(visitor.get(f"{ROOM}?of=wanted"))
        assert "待承保（逾期）" in text_of(visitor.get(f"{ROOM}?of=wanted"))
        assert "意外险被拒保或逾期（1 份超过 24 小时未处理）" in text_of(visitor.get("/console"))

    def test_as_a_table_names_nobody_and_holds_no_formula(self, supervisor: Visitor) -> None:
        answer = supervisor.get(f"{ROOM}.csv?of=refused")

        assert answer.headers["content-disposition"] == 'attachment; filename="covers-refused-2026-09-01.csv"'
        assert "'=超龄<b>" in answer.text
        assert ENROLMENT in answer.text
        assert "小示例" not in answer.text

    @pytest.mark.parametrize("path", [f"{ROOM}?of=nonsense", f"{ROOM}.csv?of=", f"{ROOM}.csv?of=x"])
    def test_of_what_is_no_status_there_is_nothing(self, supervisor: Visitor, path: str) -> None:
        assert supervisor.get(path).status == (200 if path.endswith("=") else 404)

    def test_a_cursor_of_another_list_is_refused(self, supervisor: Visitor) -> None:
        assert supervisor.get(f"{ROOM}?cursor=W10").status == 422

    def test_pages(self, supervisor: Visitor) -> None:
        for number in range(10, 35):
            enrolment = an_enrolment(enrolment_id=an_id("enr", number))
            usecases.follow(enrolment=enrolment, now=NOW)
        first = supervisor.get(f"{ROOM}?of=wanted")
        (following,) = {one for one in addresses_in(first) if "cursor=" in one}

        assert "待承保 26" in text_of(first)
        assert supervisor.get(following).text.count("<tr>") == 1 + 6

    def test_in_english(self, supervisor: Visitor) -> None:
        answer = supervisor.in_english().get(f"{ROOM}?of=issued")

        assert heading_of(answer) == "Insurance"
        assert "In force" in text_of(answer)


@pytest.mark.usefixtures("covered")
class TestAskAgain:
    @pytest.mark.parametrize("role", sorted(StaffRole))
    def test_is_for_those_who_answer_for_money(self, role: StaffRole) -> None:
        visitor = sign_in(role.value, role)
        allowed = role in (StaffRole.SUPERVISOR, StaffRole.FINANCE_OFFICER)

        assert ("再次申请" in text_of(visitor.get(COVER))) is allowed
        assert visitor.post(COVER, {"note": "已说明"}).status == (303 if allowed else 403)
        assert queries.get(ENROLMENT).status is (CoverStatus.WANTED if allowed else CoverStatus.REFUSED)

    def test_keeps_the_note_and_says_so(self, supervisor: Visitor) -> None:
        answer = supervisor.post(COVER, {"note": "已向承保机构说明"})
        text = text_of(supervisor.get(answer.headers["location"]))

        assert "已再次申请" in text
        assert "“已向承保机构说明”" in text
        assert "“=超龄<b>”" in text

    @pytest.mark.parametrize("note", ["", "  ", "长" * (rules.MOST_NOTE + 1)])
    def test_without_a_note_changes_nothing(self, supervisor: Visitor, note: str) -> None:
        before = queries.get(ENROLMENT)
        answer = supervisor.post(COVER, {"note": note})

        assert answer.status == 422
        assert "请写明再次申请的理由" in text_of(answer)
        assert queries.get(ENROLMENT) == before

    def test_twice_is_refused_and_kept_once(self, supervisor: Visitor) -> None:
        supervisor.post(COVER, {"note": "已说明"})

        assert supervisor.post(COVER, {"note": "已说明"}).status == 409
        assert len(queries.get(ENROLMENT).asked_again) == 1


class TestCover:
    def test_of_an_enrolment_without_one_says_so(self, supervisor: Visitor) -> None:
        steps.register()
        steps.enrol(steps.put_on_sale())

        answer = supervisor.get(COVER)
        assert (answer.status, heading_of(answer)) == (404, "这笔报名没有意外险。")
        assert "意外险" not in text_of(supervisor.get(f"/console/enrolments/{ENROLMENT}"))

    @pytest.mark.usefixtures("covered")
    def test_stands_on_the_enrolments_page(self, supervisor: Visitor) -> None:
        text = text_of(supervisor.get(f"/console/enrolments/{ENROLMENT}"))

        assert "意外险 ▲ 被拒保" in text
        assert supervisor.get(f"/console/schools/{SCHOOL}").status == 200
