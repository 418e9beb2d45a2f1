"""A school reads its payouts."""

from shared.funds import payout_answers
from tests import builders, steps, tables
from tests.api.district import District
from tests.builders import NOW

PAYOUTS = "/v1/school/payouts"


class TestListSchoolPayouts:
    def test_shows_what_has_come_and_what_is_on_its_way(self, district: District) -> None:
        def put() -> None:
            district.opens()
            payout_answers.settle(fact=builders.a_part(steps.a_built_payout(), 400), now=NOW)

        tables.put_in_memory(__name__, put)

        [told] = district.admin.get(PAYOUTS).body["data"]

        assert (told["status"], told["settled"]["amount_fen"], told["rest"]["amount_fen"]) == ("partly", 400, 600)
        assert told["bank_references"] == ["BKP00400"]

    def test_is_for_the_schools_administrator(self, district: District) -> None:
        assert district.nobody.get(PAYOUTS).status == 401
