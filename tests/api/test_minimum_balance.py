"""A school's minimum balance through the API's doors: the school's, the bank's; and what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from shared.funds import minimum_money
from shared.funds.store import minimums, withdrawals
from shared.kernel.ids import InstitutionId
from tests import letters, steps, tables
from tests.api.district import Act, District
from tests.builders import MINIMUM_NO, NOW, SCHOOL, an_id
from tests.edge.doors import Answer, admin_bearer

BALANCE = "/v1/school/minimum-balance"
WITHDRAWALS = f"{BALANCE}/withdrawals"
FIRST = withdrawals.id_of(SCHOOL, 1)


@pytest.fixture
def district(district: District) -> District:
    """The school keeps 200 yuan where 100 are required."""

    def put() -> None:
        district.opens()
        steps.pay_minimum(20_000)
        steps.count_all()

    tables.put_in_memory(__name__, put)
    return district


def asking(amount_fen: Any = 4000, *, key: str = "withdraw-0001", **changes: Any) -> Act:
    body = {"amount_fen": amount_fen, "reason": "缩减校区", **changes}
    return lambda door: door.post(WITHDRAWALS, body, key=key)


def cancelling(*, withdrawal: str = FIRST, key: str = "cancel-0001") -> Act:
    return lambda door: door.post(f"{WITHDRAWALS}/{withdrawal}/cancellation", {}, key=key)


def bank_says(district: District, kind: str = "minimum_withdrawal.paid", **data: Any) -> Answer:
    told = {"withdrawal_id": FIRST, "account_no": MINIMUM_NO, "amount_fen": 4000, **data}
    return district.hears(letters.a_letter(kind, **told), message_id=f"msg_{kind}_{len(data)}")


class TestGetMinimumBalance:
    def test_tells_what_is_there_what_is_required_and_why(self, district: District) -> None:
        told = district.admin.get(BALANCE).body

        amounts = {name: told[name]["amount_fen"] for name in ("balance", "required", "pending", "withdrawable")}
        assert amounts == {"balance": 20_000, "required": 10_000, "pending": 0, "withdrawable": 10_000}
        assert told["formula"]["explanation"] == "新登记机构按规模下限核定：¥100.00。"
        assert (told["shortfall"], told["lowest"]) == (None, None)

    def test_tells_what_is_missing_until_when(self, district: District) -> None:
        steps.lose_minimum(10_500)
        steps.count_all()
        steps.check_minimum(now=NOW + timedelta(days=1))

        told = district.admin.get(BALANCE).body

        assert told["withdrawable"]["amount_fen"] == 0
        assert told["shortfall"] == {
            "amount": {"amount_fen": 500, "currency": "CNY"},
            "since": "2026-09-01",
            "due_on": "2026-09-15",
            "deadline_assumed": False,
            "overdue": False,
        }

    def test_is_the_administrators(self, district: District) -> None:
        assert district.teacher.get(BALANCE).status == 403
        assert district.guardian.get(BALANCE).status == 403


class TestRequestMinimumWithdrawal:
    def test_waits_for_the_bureau(self, district: District) -> None:
        answer = asking()(district.admin)

        assert answer.status == 201
        assert (answer.body["withdrawal_id"], answer.body["status"]) == (FIRST, "requested")
        assert answer.body["to_account"] == "…0013"
        assert minimums.get(SCHOOL).balance_fen == 20_000
        assert asking()(district.admin).body == answer.body

    def test_of_more_than_is_free_is_refused_with_the_figures(self, district: District) -> None:
        but = ["edge"]
        answer = district.refuses(district.admin, asking(10_001), 409, "below_minimum_requirement", but=but)

        assert answer.body["detail"] == (
            "支取后余额将低于核定的最低余额：现有¥200.00，核定¥100.00，至多可支取¥100.00。"
        )

    def test_of_a_second_is_refused(self, district: District) -> None:
        asking()(district.admin)

        district.refuses(district.admin, asking(1, key="withdraw-0002"), 409, "minimum_withdrawal_open", but=["edge"])

    @pytest.mark.parametrize("changes", [{"amount_fen": 0}, {"amount_fen": 1.5}, {"reason": ""}, {"more": 1}])
    def test_that_is_no_request_is_refused(self, district: District, changes: dict[str, Any]) -> None:
        assert asking(**changes)(district.admin).status == 422


class TestMinimumWithdrawals:
    def test_are_listed_and_seen_by_their_school_only(self, district: District) -> None:
        asking()(district.admin)
        other = district.nobody.with_headers(authorization=admin_bearer(InstitutionId(an_id("ins", 2))))

        assert [one["withdrawal_id"] for one in district.admin.get(WITHDRAWALS).body["data"]] == [FIRST]
        assert district.admin.get(f"{WITHDRAWALS}/{FIRST}").body["amount"]["amount_fen"] == 4000
        assert other.get(WITHDRAWALS).body["data"] == []
        assert other.get(f"{WITHDRAWALS}/{FIRST}").status == 404
        district.refuses(other, cancelling(), 404, "unknown_minimum_withdrawal", but=["edge"])

    def test_are_cancelled_until_they_are_decided(self, district: District) -> None:
        asking()(district.admin)
        assert cancelling()(district.admin).body["status"] == "cancelled"

        steps.a_held_withdrawal(1000)
        held = withdrawals.id_of(SCHOOL, 2)
        district.refuses(
            district.admin,
            cancelling(withdrawal=held, key="cancel-0002"),
            409,
            "minimum_withdrawal_moved_on",
            but=["edge"],
        )


class TestTheBanksAnswer:
    def test_that_it_is_paid_is_booked(self, district: District) -> None:
        asking()(district.admin)
        minimum_money.hold(withdrawal_id=FIRST, now=NOW)

        assert bank_says(district, bank_reference="BKW00001").body == {"status": "posted"}

        told = district.admin.get(f"{WITHDRAWALS}/{FIRST}").body
        assert (told["status"], told["bank_reference"]) == ("paid", "BKW00001")

    def test_that_it_failed_gives_it_back(self, district: District) -> None:
        asking()(district.admin)
        minimum_money.hold(withdrawal_id=FIRST, now=NOW)

        assert bank_says(district, "minimum_withdrawal.failed").body == {"status": "posted"}

        assert district.admin.get(BALANCE).body["balance"]["amount_fen"] == 20_000
        assert district.admin.get(f"{WITHDRAWALS}/{FIRST}").body["failure"] == "收款账户状态异常"

    def test_of_what_was_never_held_is_refused(self, district: District) -> None:
        asking()(district.admin)

        answer = bank_says(district, bank_reference="BKW00001")

        assert (answer.status, answer.code) == (409, "minimum_withdrawal_over")
