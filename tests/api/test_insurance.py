"""What a guardian and a school see of an accident cover."""

import pytest

from shared.insurance import queries, usecases
from shared.insurance.model import EndReason
from tests import builders, steps
from tests.api.district import District
from tests.api.test_school import ROSTER
from tests.builders import ENROLMENT, NOW
from tests.insurance.examples import POLICY, an_enrolment, over

PATH = f"/v1/enrolments/{ENROLMENT}"


@pytest.fixture
def district(district: District) -> District:
    """A family is enrolled and has paid; a session is over."""
    steps.enrol(district.opens())
    steps.pay(ENROLMENT, builders.a_course().price_fen)
    district.teaches()
    return district


def issue() -> None:
    usecases.follow(enrolment=an_enrolment(), now=NOW)
    usecases.begin(cover=queries.get(ENROLMENT), request="{}", now=NOW)
    usecases.note_issued(enrolment_id=ENROLMENT, policy=POLICY, now=NOW)


class TestGuardian:
    def test_sees_none_where_there_is_none(self, district: District) -> None:
        assert district.guardian.get(PATH).body["insurance"] is None

    def test_sees_the_policy_whom_to_call_and_that_it_is_free(self, district: District) -> None:
        issue()

        assert district.guardian.get(PATH).body["insurance"] == {
            "status": "issued",
            "insurer": "示例财产保险股份有限公司淄博中心支公司",
            "product": "校外培训学员意外伤害保险",
            "claim_phone": "400-000-0000",
            "guardian_premium": {"amount_fen": 0, "currency": "CNY"},
            "premium_paid_by": "监管服务平台",
            "policy_no": POLICY.policy_no,
            "first_day": "2026-09-07",
            "last_day": "2026-11-30",
            "covered_until": None,
            "ended_because": None,
            "disclosed": [],
        }
        english = district.guardian.with_headers(accept_language="en").get(PATH).body["insurance"]
        assert english["premium_paid_by"] == "The supervision service"

    def test_sees_why_it_ended(self, district: District) -> None:
        issue()
        usecases.follow(enrolment=over(EndReason.COMPLETION), now=NOW)

        told = district.guardian.get(PATH).body["insurance"]
        assert (told["status"], told["ended_because"]) == ("ending", "completion")


class TestSchool:
    def test_sees_how_it_stands_and_nothing_else(self, district: District) -> None:
        issue()
        lines = district.teacher.get(ROSTER).body["data"]
        assert {one["enrolment_id"]: one["insurance"] for one in lines}[ENROLMENT] == "issued"
        assert POLICY.policy_no not in district.teacher.get(ROSTER).text
