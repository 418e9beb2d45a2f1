"""Profiles in the console: the queue, one change beside what is published, accept and return, validity in colours."""

from typing import Any

import pytest

from functions.edge import wiring
from shared.institutions import store as institutions
from shared.people.model import StaffRole
from shared.profiles import store
from shared.profiles.model import ChangeStatus
from tests import steps, tables
from tests.builders import SCHOOL, TEACHER
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.profiles.examples import CERTIFICATE, CHANGE, NEW_TEACHER, ROOM, accepted, drafted, submitted

PAGE = f"/console/schools/{SCHOOL}/profile"
DECISION = f"{PAGE}/{CHANGE}/decision"

pytestmark = pytest.mark.usefixtures("registered")


@pytest.fixture
def registered(in_memory: Any) -> None:
    tables.put_in_memory(__name__, steps.register)


class TestQueue:
    def test_has_what_waits_in_both_languages_and_no_draft(self, supervisor: Visitor) -> None:
        submitted(1, NEW_TEACHER)
        drafted(2, ROOM)

        told = text_of(supervisor.get("/console/profiles"))

        assert "教师 季示例" in told
        assert "二楼舞蹈教室" not in told
        assert "Teacher 季示例" in text_of(supervisor.in_english().get("/console/profiles"))


class TestDecision:
    def test_accepts_what_was_seen_and_publishes_it(self, supervisor: Visitor) -> None:
        change = submitted(1, {**NEW_TEACHER, "name": "<b>季示例"})
        page = supervisor.get(f"{PAGE}/{CHANGE}")
        assert "<b>季示例" in text_of(page)

        answer = supervisor.post(DECISION, {"decision": "accept", "edits": str(change.edits)})

        assert (answer.status, answer.headers["location"]) == (303, "/console/profiles?done=profile_accepted")
        assert len(institutions.get(SCHOOL).teachers) == 2
        assert store.get(SCHOOL, CHANGE).decided_by == "supervisor"

    def test_returns_with_a_reason(self, supervisor: Visitor) -> None:
        change = submitted()
        edits = str(change.edits)

        without = supervisor.post(DECISION, {"decision": "return", "edits": edits, "reason": " "})
        assert (without.status, "退回须说明理由" in text_of(without)) == (422, True)
        assert supervisor.post(DECISION, {"decision": "return", "edits": edits, "reason": "证号不清"}).status == 303

        assert store.get(SCHOOL, CHANGE).status is ChangeStatus.RETURNED
        assert "证号不清" in text_of(supervisor.get(f"{PAGE}/{CHANGE}"))

    @pytest.mark.parametrize("edits", ["", "1", "3", "x", "²"])
    def test_of_what_was_not_seen_is_refused(self, supervisor: Visitor, edits: str) -> None:
        submitted()

        answer = supervisor.post(DECISION, {"decision": "accept", "edits": edits})

        assert (answer.status, "刚刚被他人修改" in text_of(answer)) == (409, True)
        assert institutions.get(SCHOOL).certificates == ()

    def test_is_the_reviewers_and_supervisors(self) -> None:
        change = submitted()
        form = {"decision": "accept", "edits": str(change.edits)}
        auditor = sign_in("auditor", StaffRole.AUDITOR)

        assert DECISION not in addresses_in(auditor.get(f"{PAGE}/{CHANGE}"))
        assert auditor.post(DECISION, form).status == 403
        assert sign_in("reviewer", StaffRole.REVIEWER).post(DECISION, form).status == 303


class TestWithdrawal:
    def test_is_called_by_what_is_published_and_says_what_it_does(self, supervisor: Visitor) -> None:
        submitted(1, NEW_TEACHER, item_id=TEACHER, withdraws=True, content={})

        for place in ("/console/profiles", PAGE, f"{PAGE}/{CHANGE}"):
            assert "不再公示：教师 鲁示例" in text_of(supervisor.get(place))
        assert "家长不再看到这一项" in text_of(supervisor.get(f"{PAGE}/{CHANGE}"))


class TestReplaced:
    def test_says_so_and_leads_to_the_newer(self, supervisor: Visitor) -> None:
        older = submitted()
        newer = submitted(2, {**CERTIFICATE, "valid_to": "2027-10-15"})

        page = supervisor.get(f"{PAGE}/{CHANGE}")
        assert "已被替代，不再审核" in text_of(page)
        assert f"{PAGE}/{newer.change_id}" in addresses_in(page)
        assert DECISION not in addresses_in(page)
        assert "This one was replaced" in text_of(supervisor.in_english().get(f"{PAGE}/{CHANGE}"))
        refused = supervisor.post(DECISION, {"decision": "accept", "edits": str(older.edits)})
        assert (refused.status, "不在待审核状态" in text_of(refused)) == (409, True)


class TestProfile:
    def test_shows_validity_and_every_version(self, supervisor: Visitor) -> None:
        accepted(now=wiring.now())
        accepted(2, {**CERTIFICATE, "valid_to": "2026-10-20"}, now=wiring.now())

        page = supervisor.get(PAGE)

        assert "即将到期" in text_of(page)
        assert "2026-10-20" in text_of(page)
        assert {one for one in addresses_in(page) if one.startswith(f"{PAGE}/")} == {
            f"{PAGE}/{CHANGE}",
            f"{PAGE}/{CHANGE[:-1]}2",
        }
        assert "“" not in text_of(supervisor.get(f"{PAGE}/{CHANGE}"))
        assert "Expires soon" in text_of(supervisor.in_english().get(PAGE))

    def test_of_nobody_is_404(self, supervisor: Visitor) -> None:
        assert supervisor.get(f"/console/schools/{SCHOOL[:-1]}9/profile").status == 404
        assert supervisor.get(f"{PAGE}/{CHANGE}").status == 404
