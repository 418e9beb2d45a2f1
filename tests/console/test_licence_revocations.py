"""A licence is revoked: proposed with number, reason and evidence, approved by another; it ends as a termination."""

from datetime import timedelta
from typing import Any

import pytest

from shared.dynamo import transaction
from shared.institutions import store as institutions
from shared.institutions import usecases as institution_usecases
from shared.institutions.model import Change, Status
from shared.materials.model import FileStatus
from shared.people.model import StaffRole
from shared.terminations.model import Step
from shared.terminations.store import cases
from tests import builders, steps, tables
from tests.builders import SCHOOL, an_id
from tests.console.visitors import Visitor, addresses_in, sign_in, text_of
from tests.filings.examples import keep_file

HOME = f"/console/schools/{SCHOOL}"
FORM = f"{HOME}/revocation"
TOLD = {"decision_no": "临教罚〔2026〕3号", "reason": "多次违规收费，拒不改正", "evidence": "立案材料12页；听证笔录"}

pytestmark = pytest.mark.usefixtures("hurried", "registered")


@pytest.fixture
def registered(in_memory: Any) -> None:
    tables.put_in_memory(__name__, steps.register)


@pytest.fixture
def reviewer(in_memory: Any) -> Visitor:
    return sign_in("reviewer", StaffRole.REVIEWER)


def proposed(who: Visitor, **changes: str) -> str:
    """The proposal's address."""
    answer = who.post(FORM, {**TOLD, **changes})
    assert answer.status == 303, text_of(answer)
    return answer.headers["location"].partition("?")[0]


def approve(who: Visitor, proposal: str) -> Any:
    return who.post(f"{proposal}/decision", {"decision": "approve"})


class TestRevocation:
    def test_two_people_stop_it_at_once_and_the_termination_opens(self, reviewer: Visitor, supervisor: Visitor) -> None:
        assert FORM in addresses_in(reviewer.get(HOME))
        waiting = proposed(reviewer)
        assert institutions.get(SCHOOL).status is Status.LICENSED
        assert "临教罚〔2026〕3号" in text_of(supervisor.get(waiting))
        assert approve(supervisor, waiting).status == 303

        school = institutions.get(SCHOOL)
        assert (school.status, school.may_sell_on(builders.TODAY)) == (Status.TERMINATING, False)
        assert school.status_reason == "吊销办学许可证（临教罚〔2026〕3号）：多次违规收费，拒不改正"
        for part in (
            institutions.selling_latch(SCHOOL, spread_by="x", on=builders.TODAY),
            institutions.releasing_latch(SCHOOL, spread_by="x"),
        ):
            with pytest.raises((institutions.NotSelling, institutions.ReleasesStopped)):
                transaction.commit([part])
        case = cases.get(SCHOOL)
        assert (case.step, case.decision_no, case.evidence) == (Step.STOPPED, TOLD["decision_no"], TOLD["evidence"])
        said = text_of(supervisor.get(f"/console/terminations/{SCHOOL}"))
        assert "吊销办学许可证，决定书文号 临教罚〔2026〕3号" in said
        assert approve(supervisor, waiting).status == 409

    def test_a_supervisor_needs_another_one(self, supervisor: Visitor) -> None:
        waiting = proposed(supervisor)

        assert approve(supervisor, waiting).status == 403
        assert approve(sign_in("supervisor2", StaffRole.SUPERVISOR), waiting).status == 303

    def test_only_reviewers_and_supervisors_propose_and_only_supervisors_approve(self, reviewer: Visitor) -> None:
        for role in (StaffRole.FINANCE_OFFICER, StaffRole.AUDITOR, StaffRole.ADMINISTRATOR):
            other = sign_in(role.value, role)
            assert (other.get(FORM).status, other.post(FORM, TOLD).status) == (403, 403)
        assert approve(sign_in("reviewer2", StaffRole.REVIEWER), proposed(reviewer)).status == 403

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"decision_no": " "}, "文号"),
            ({"decision_no": "9" * 41}, "文号"),
            ({"decision_no": "3\u202e号"}, "文号"),
            ({"evidence": ""}, "请"),
            ({"reason": ""}, "原因"),
            ({f"file-{an_id('fil', 99)}": "yes"}, "文件"),
        ],
    )
    def test_what_is_missing_is_said_and_nothing_is_proposed(
        self, reviewer: Visitor, changes: dict[str, str], pointer: str
    ) -> None:
        answer = reviewer.post(FORM, {**TOLD, **changes})

        assert answer.status == 422
        assert pointer in text_of(answer)
        assert "待批准 0" not in text_of(reviewer.get("/console/approvals"))
        assert "临教罚" not in text_of(reviewer.get("/console/approvals"))

    def test_of_two_that_were_proposed_the_second_is_refused(self, reviewer: Visitor, supervisor: Visitor) -> None:
        first, second = proposed(reviewer), proposed(reviewer, reason="另一理由")
        assert approve(supervisor, first).status == 303

        assert approve(supervisor, second).status == 409
        assert reviewer.post(FORM, TOLD).status == 409

    def test_at_the_end_it_is_revoked_and_its_number_is_spent(self, reviewer: Visitor, supervisor: Visitor) -> None:
        approve(supervisor, proposed(reviewer))
        number = institutions.get(SCHOOL).licence_no
        told: dict[str, Any] = {"by": "platform", "now": builders.NOW + timedelta(days=60), "also": []}
        institution_usecases.end_termination(institution_id=SCHOOL, revoked=True, reason="通知书已执行", **told)

        school = institutions.get(SCHOOL)
        assert school.status is Status.REVOKED
        assert school.status.ending
        assert institutions.list_changes(SCHOOL)[0].change is Change.REVOKED
        assert "请勿缴费 已吊销办学许可证" in text_of(Visitor().get("/verify?q=星河"))
        assert "已吊销办学许可证" in text_of(supervisor.get(HOME))
        for act in ("/suspension", "/revocation"):
            assert supervisor.post(f"{HOME}{act}", TOLD).status in (409, 422)
        with pytest.raises(institutions.LicenceTaken):
            steps.register(2, licence_no=number)


class TestEvidence:
    def test_files_are_links_for_the_staff(self, reviewer: Visitor, supervisor: Visitor) -> None:
        file_id = keep_file(1, SCHOOL, name="听证笔录.pdf")
        assert "听证笔录.pdf" in text_of(reviewer.get(FORM))
        waiting = proposed(reviewer, **{f"file-{file_id}": "yes"})

        assert f"/console/files/{file_id}" in addresses_in(supervisor.get(waiting))
        assert "听证笔录.pdf" in text_of(supervisor.get(waiting))

    @pytest.mark.parametrize("whose", ["another's", "refused"])
    def test_only_accepted_files_of_the_school_are_named(self, reviewer: Visitor, whose: str) -> None:
        if whose == "refused":
            file_id = keep_file(1, SCHOOL, status=FileStatus.REFUSED, name="坏.pdf")
        else:
            file_id = keep_file(1, an_id("ins", 2), name="坏.pdf")

        assert "坏.pdf" not in text_of(reviewer.get(FORM))
        answer = reviewer.post(FORM, {**TOLD, f"file-{file_id}": "yes"})
        assert answer.status == 422
