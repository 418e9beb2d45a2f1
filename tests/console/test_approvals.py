"""What needs two people, in the console: proposed by one, approved by another, done once."""

from typing import Any

import pytest

from shared.approvals import store
from shared.approvals.model import Status
from shared.institutions import store as institutions
from shared.people.model import StaffRole
from tests import steps, tables
from tests.builders import SCHOOL
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of

FREEZE = f"/console/schools/{SCHOOL}/proposals/freeze"
REASON = {"reason": "<b>机构失联"}

pytestmark = pytest.mark.usefixtures("registered")


@pytest.fixture
def registered(in_memory: Any) -> None:
    tables.put_in_memory(__name__, steps.register)


@pytest.fixture
def proposed(supervisor: Visitor) -> str:
    """The address of a proposal to freeze a school's money."""
    answer = supervisor.post(FREEZE, REASON)
    assert answer.status == 303
    return answer.headers["location"].partition("?")[0]


def decide(who: Visitor, address: str, **told: str) -> Any:
    return who.post(f"{address}/decision", told)


class TestPropose:
    def test_from_the_schools_page_waits_for_another(self, supervisor: Visitor, proposed: str) -> None:
        assert FREEZE in addresses_in(supervisor.get(f"/console/schools/{SCHOOL}"))
        shown = supervisor.get(proposed)

        assert "冻结资金 ● 待批准" in text_of(shown)
        assert "“<b>机构失联”" in text_of(shown)
        assert "等待另一人批准" in text_of(shown)
        assert not institutions.get(SCHOOL).frozen

    def test_twice_with_one_click_is_one_proposal(self, supervisor: Visitor, proposed: str) -> None:
        answer = supervisor.post(FREEZE, REASON)

        assert answer.status == 409
        assert len(store.list_by_status(Status.PROPOSED, limit=9, cursor=None).rows) == 1

    def test_without_a_reason_is_asked_for_again(self, supervisor: Visitor) -> None:
        answer = supervisor.post(FREEZE, {"reason": " "})

        assert (answer.status, "请填写理由" in text_of(answer)) == (422, True)

    def test_of_no_such_act_is_missing(self, supervisor: Visitor) -> None:
        assert supervisor.get(f"/console/schools/{SCHOOL}/proposals/nonsense").status == 404

    @pytest.mark.parametrize("role", ["reviewer", "auditor"])
    def test_is_for_those_who_may(self, role: str) -> None:
        visitor = sign_in(role, StaffRole(role))

        assert visitor.get(FREEZE).status == 403
        assert visitor.post(FREEZE, REASON).status == 403
        assert FREEZE not in visitor.get(f"/console/schools/{SCHOOL}").text


class TestDecide:
    def test_approved_by_another_it_is_done(self, proposed: str) -> None:
        officer = sign_in("officer", StaffRole.FINANCE_OFFICER)
        answer = decide(officer, proposed, decision="approve")

        assert (answer.status, answer.headers["location"]) == (303, f"{proposed}?done=approved")
        assert institutions.get(SCHOOL).frozen
        assert "已批准并办理" in text_of(officer.get(answer.headers["location"]))
        assert "该机构的资金已冻结" in text_of(officer.get(f"/console/schools/{SCHOOL}"))

    def test_by_who_proposed_it_is_refused(self, supervisor: Visitor, proposed: str) -> None:
        answer = decide(supervisor, proposed, decision="approve")

        assert (answer.status, "提出与批准须由两人办理" in text_of(answer)) == (403, True)
        assert not institutions.get(SCHOOL).frozen

    def test_by_who_may_not_is_refused(self, proposed: str) -> None:
        assert decide(sign_in("auditor", StaffRole.AUDITOR), proposed, decision="approve").status == 403

    def test_twice_is_done_once(self, proposed: str) -> None:
        officer = sign_in("officer", StaffRole.FINANCE_OFFICER)
        decide(officer, proposed, decision="approve")

        assert decide(officer, proposed, decision="approve").status == 409
        assert len(institutions.list_changes(SCHOOL)) == 2

    @pytest.mark.parametrize(("told", "status"), [({}, 422), ({"decision": "reject"}, 422), ({"decision": "x"}, 422)])
    def test_has_to_say_what_and_why(self, proposed: str, told: dict[str, str], status: int) -> None:
        assert decide(sign_in("officer", StaffRole.FINANCE_OFFICER), proposed, **told).status == status

    def test_rejected_nothing_is_done(self, proposed: str) -> None:
        officer = sign_in("officer", StaffRole.FINANCE_OFFICER)
        answer = decide(officer, proposed, decision="reject", reason="证据不足")

        assert answer.status == 303
        assert not institutions.get(SCHOOL).frozen
        assert "“证据不足”" in text_of(officer.get(proposed))

    def test_that_the_act_refuses_stays_open_and_says_why(self, proposed: str) -> None:
        steps.freeze()
        answer = decide(sign_in("officer", StaffRole.FINANCE_OFFICER), proposed, decision="approve")

        assert (answer.status, "该机构的资金已冻结" in text_of(answer)) == (409, True)
        assert store.list_by_status(Status.PROPOSED, limit=9, cursor=None).rows


class TestWithdraw:
    def test_by_who_proposed_it(self, supervisor: Visitor, proposed: str) -> None:
        assert sign_in("officer", StaffRole.FINANCE_OFFICER).post(f"{proposed}/withdrawal", {}).status == 403
        assert supervisor.post(f"{proposed}/withdrawal", {}).status == 303
        assert supervisor.post(f"{proposed}/withdrawal", {}).status == 409


class TestLists:
    def test_tell_what_waits_and_what_was_decided(self, supervisor: Visitor, proposed: str) -> None:
        assert "冻结资金" in text_of(supervisor.get("/console/approvals"))
        assert "没有已批准的事项" in text_of(supervisor.get("/console/approvals?of=approved"))
        assert "Freeze the money" in text_of(supervisor.in_english().get("/console/approvals"))
        counted = supervisor.get("/console").text.partition('href="/console/approvals"')[2]
        assert '<span class="count"' in counted[:200]
