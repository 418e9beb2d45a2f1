"""A licensed school asks for its accounts over the API, and reads how far that is."""

import pytest

from infra.local.bank_simulator import Bank
from shared.institutions import store
from shared.institutions.model import Institution
from tests import steps
from tests.api.district import District
from tests.api.documented import Documented
from tests.builders import PAYOUT_NO, TUITION_NO
from tests.edge.doors import Answer, Clock, admin_bearer
from tests.openings import NEW, PAYOUT, approve, bank, license_school, propose, supervisor

__all__ = ["bank"]

ACCOUNTS = "/v1/school/accounts"
BODY = {"payout_bank_name": "临淄农商行", "payout_account_no": "6222 0000 0000 0055"}


@pytest.fixture
def school(district: District) -> Institution:
    return license_school()


@pytest.fixture
def admin(district: District, school: Institution) -> Documented:
    """The new school's administrator."""
    return district.nobody.with_headers(authorization=admin_bearer(NEW))


def ask(admin: Documented, *, key: str = "accounts-0001", **changes: str) -> Answer:
    return admin.post(ACCOUNTS, {**BODY, **changes}, key=key)


class TestAsking:
    def test_tells_each_step_to_the_opened_accounts(
        self, admin: Documented, school: Institution, bank: Bank, at: Clock
    ) -> None:
        assert admin.get(ACCOUNTS).body["status"] == "none"

        asked = ask(admin)
        assert (asked.status, asked.body["status"], asked.body["payout_account"]) == (201, "asked", "…0055")
        proposed = propose(numbers := bank.open_accounts_for(school.name))
        assert admin.get(ACCOUNTS).body["status"] == "proposed"

        approve(proposed)
        told = admin.get(ACCOUNTS).body
        assert (told["status"], told["supervised_since"]) == ("opened", "2026-09-01")
        assert told["minimum_balance_account_no"] == numbers["minimum_balance_account_no"]
        assert admin.get("/v1/school/standing").body["selling"] is True
        assert admin.get("/v1/school/minimum-balance").body["required"]["amount_fen"] == 10_000_000
        [known] = admin.get(f"/v1/verify?credit_code={school.credit_code}").body["data"]
        assert (known["legal"], known["money"]) == (True, "short")

    def test_the_same_request_again_is_answered_the_same_and_another_replaces_it(self, admin: Documented) -> None:
        assert ask(admin).body == ask(admin).body
        assert ask(admin, key="accounts-0002", payout_account_no="6222000000000077").body["payout_account"] == "…0077"

    def test_what_is_proposed_stays_until_it_is_rejected_with_a_reason(
        self, admin: Documented, school: Institution, bank: Bank
    ) -> None:
        ask(admin)
        proposed = propose(bank.open_accounts_for(school.name))
        answer = ask(admin, key="accounts-0002", payout_account_no="6222000000000077")
        assert (answer.status, answer.code) == (409, "accounts_proposed")

        home = proposed.headers["location"].partition("?")[0]
        supervisor().post(f"{home}/decision", {"decision": "reject", "reason": "收款账户户名不符"})
        told = admin.get(ACCOUNTS).body
        assert (told["status"], told["answer"]) == ("asked", "收款账户户名不符")
        assert ask(admin, key="accounts-0003", payout_account_no="6222000000000077").status == 201

    def test_a_school_with_its_accounts_asks_for_none(self, district: District) -> None:
        steps.register()
        district.refuses(
            district.admin, lambda door: door.post(ACCOUNTS, BODY, key="accounts-0001"), 409, "accounts_opened"
        )
        assert district.admin.get(ACCOUNTS).body["status"] == "opened"

    def test_an_applicant_needs_its_licence_first(self, district: District) -> None:
        from shared.dynamo import transaction
        from shared.institutions import usecases
        from tests.builders import NOW
        from tests.openings import an_applicant

        transaction.commit(usecases.applying(institution=an_applicant(), by="grd", now=NOW))
        admin = district.nobody.with_headers(authorization=admin_bearer(NEW))
        assert ask(admin).code == "accounts_need_licence"

    @pytest.mark.parametrize(
        ("changes", "code", "pointer"),
        [
            ({"payout_account_no": "1234567x"}, "wrong_account_no", "/payout_account_no"),
            ({"payout_account_no": "1" * 31}, "wrong_account_no", "/payout_account_no"),
            ({"payout_account_no": "１２３４５６７８"}, "wrong_account_no", "/payout_account_no"),
            ({"payout_account_no": TUITION_NO}, "payout_account_supervised", "/payout_account_no"),
            ({"payout_bank_name": "  "}, "wrong_bank_name", "/payout_bank_name"),
        ],
    )
    def test_what_can_not_be_right_is_refused(
        self, district: District, admin: Documented, changes: dict[str, str], code: str, pointer: str
    ) -> None:
        steps.register()
        answer = district.refuses(
            admin, lambda door: door.post(ACCOUNTS, {**BODY, **changes}, key="accounts-0001"), 422, code
        )
        assert [one["pointer"] for one in answer.body["errors"]] == [pointer]

    @pytest.mark.parametrize("number", ["1" * 8, "1" * 30])
    def test_the_shortest_and_the_longest_number_are_taken(self, admin: Documented, number: str) -> None:
        assert ask(admin, payout_account_no=number).status == 201

    def test_two_schools_may_have_the_same_payout_account_on_file_until_the_bank_is_asked(
        self, admin: Documented
    ) -> None:
        steps.register()
        assert ask(admin, payout_account_no=PAYOUT_NO).status == 201
        assert store.find_account(PAYOUT) is None
