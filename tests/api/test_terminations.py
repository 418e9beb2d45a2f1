"""What a school, a guardian and anybody else are told of a termination."""

from typing import Any

import pytest

from functions.api import bank as bank_door
from shared.funds import refunds
from shared.funds import terminations as money
from shared.funds.refund_model import AgreedBy
from shared.terminations import usecases
from shared.terminations.model import Step
from tests import builders, steps, tables
from tests.api.district import District
from tests.builders import ENROLMENT, NOW, SCHOOL
from tests.terminations.examples import issue, put_case

STANDING = "/v1/school/standing"


@pytest.fixture
def district(district: District) -> District:
    """The first family has paid."""

    def put() -> None:
        steps.enrol(district.opens())
        steps.pay(ENROLMENT, 288_000)

    tables.put_in_memory(__name__, put)
    return district


class TestGetStanding:
    def test_says_that_all_is_well(self, district: District) -> None:
        assert district.admin.get(STANDING).body == {
            "status": "licensed",
            "status_name": "正常办学",
            "reason": None,
            "selling": True,
            "frozen": False,
            "frozen_reason": None,
            "inspection": None,
            "termination": None,
        }

    def test_says_why_the_money_is_frozen(self, district: District) -> None:
        steps.freeze()
        told = district.admin.get(STANDING).body
        assert (told["frozen"], told["frozen_reason"], told["selling"]) == (True, "核查", False)

    def test_says_why_it_may_not_sell(self, district: District) -> None:
        steps.suspend()
        told = district.admin.with_headers(accept_language="en").get(STANDING).body
        assert (told["status_name"], told["reason"], told["selling"]) == ("Suspended", "整改", False)

    def test_says_how_far_its_termination_is(self, district: District) -> None:
        steps.terminate()
        usecases.begin_settling(institution_id=SCHOOL, now=NOW)
        told = district.admin.get(STANDING).body
        assert (told["status"], told["selling"]) == ("terminating", False)
        assert told["termination"] == {
            "step": "settling",
            "reason": "举办者申请终止办学",
            "decision_no": None,
            "steps": [
                {"step": "stopped", "name": "停止招生和拨付", "at": "2026-09-01T10:00:00+08:00"},
                {"step": "settling", "name": "结清已上课时", "at": "2026-09-01T10:00:00+08:00"},
            ],
            "enrolments": 0,
            "settled": 0,
            "refunded": {"amount_fen": 0, "currency": "CNY"},
            "publicity_until": None,
            "notice_no": None,
            "notice_status": None,
            "notice_failure": None,
        }

    def test_says_that_the_bank_could_not_pay_and_why(self, district: District) -> None:
        put_case(Step.ZERO_LIABILITY)
        notice = issue()
        bank_door.act(builders.a_termination_failed(notice, 0))
        bank_door.act(builders.a_termination_failed(notice, 1))
        told = district.admin.get(STANDING).body["termination"]
        assert (told["notice_no"], told["notice_status"], told["notice_failure"]) == (
            "2026-001",
            "failed",
            "收款账户已销户",
        )

    def test_is_for_the_administrator(self, district: District) -> None:
        for door in (district.teacher, district.guardian, district.nobody):
            assert door.get(STANDING).status in (401, 403)


class TestRefundOfATerminatedSchool:
    def test_tells_the_guardian_why_she_gets_it(self, district: District) -> None:
        steps.terminate()
        refunds.refund_all(enrolment_id=ENROLMENT, taught=(), by=AgreedBy.TERMINATION, reason=money.REASON, now=NOW)

        [refund] = district.guardian.get(f"/v1/enrolments/{ENROLMENT}/refunds").body["data"]

        told = (refund["agreed_by"], refund["reason"], refund["rule"], refund["requested"]["amount_fen"])
        assert told == ("termination", "机构终止办学，统一清退", "before_start", 288_000)

    def test_nobody_enrols_any_more(self, district: District) -> None:
        from tests.api.district import enrolling

        steps.terminate()
        offering = builders.a_class()
        answer = enrolling(offering, key="enrol-late")(district.stranger)
        assert answer.code in ("unknown_course", "institution_not_selling", "unknown_student")


class TestGetNotice:
    @pytest.fixture
    def issued(self, district: District) -> Any:
        put_case(Step.ZERO_LIABILITY)
        return issue()

    def test_says_whether_it_stands_and_nothing_private(self, district: District, issued: Any) -> None:
        told = district.nobody.get("/v1/notices/2026-001").body
        assert told == {
            "notice_no": "2026-001",
            "title": "临教终〔2026〕001号",
            "issued_by": "淄博市临淄区教育和体育局",
            "issued_at": "2026-09-01T10:00:00+08:00",
            "school": "星河舞蹈",
            "credit_code": "91370305MA3C00001X",
            "status": "valid",
            "revoked_at": None,
            "supplements": None,
            "authentic": True,
            "key_id": issued.key_id,
            "signature_fingerprint": told["signature_fingerprint"],
        }
        assert "8000000012" not in str(told)
        assert "20000" not in str(told)

    def test_one_that_nobody_issued_is_missing(self, district: District) -> None:
        answer = district.nobody.get("/v1/notices/2026-999")
        assert (answer.status, answer.code) == (404, "unknown_notice")

    def test_one_that_another_key_has_signed_is_not_authentic(
        self, district: District, issued: Any, settings: pytest.MonkeyPatch
    ) -> None:
        settings.setenv("NOTICE_SIGNING_KEY", "whsk_" + "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=")
        assert district.nobody.get("/v1/notices/2026-001").body["authentic"] is False
