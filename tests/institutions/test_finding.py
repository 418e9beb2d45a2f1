"""Finding schools: by what is in a name, by a credit code, by what is the same; at a cost that doesn't grow."""

from collections.abc import Mapping
from typing import Any

import pytest

from shared.dynamo import rows
from shared.institutions.matching import Field
from shared.institutions.store import finding
from shared.kernel.ids import InstitutionId
from tests import builders, steps
from tests.builders import SCHOOL, an_id
from tests.funds.budget import metered

pytestmark = pytest.mark.usefixtures("in_memory")


def school(number: int) -> InstitutionId:
    return InstitutionId(an_id("ins", number))


class TestByName:
    @pytest.mark.parametrize("text", ["星河", "河舞", "舞蹈培训", "星 河", "第1分", "星河舞蹈0001"])
    def test_what_is_anywhere_in_a_name_finds_the_school_once(self, text: str) -> None:
        steps.register()
        assert finding.by_name(text, at_most=9) == [SCHOOL]

    @pytest.mark.parametrize("text", ["", "星", " 星 ", "#星#", "不存在", "ins", "name#星河x"])
    def test_what_is_in_no_name_or_too_short_finds_nothing(self, text: str) -> None:
        steps.register()
        assert finding.by_name(text, at_most=9) == []

    def test_no_more_than_asked_for(self) -> None:
        for number in range(1, 6):
            steps.register(number)
        assert len(finding.by_name("星河", at_most=3)) == 3


class TestByCreditCode:
    def test_a_whole_one_in_either_case(self) -> None:
        told = steps.register()
        assert finding.by_credit_code(told.credit_code.lower()) == SCHOOL
        assert finding.by_credit_code(told.credit_code[:-1]) is None


class TestAlike:
    def test_says_which_fields_are_the_same_and_leaves_out_itself(self) -> None:
        first = steps.register(1, legal_representative="王小明", phone="13853312345")
        steps.register(2, legal_representative="王 小明", phone="+8613853312345", campuses=())
        steps.register(3, legal_representative="李红", phone="13900000003", campuses=())

        found = finding.alike(builders.a_school(1, legal_representative=first.legal_representative, phone=first.phone))

        assert found[school(2)] >= {Field.REPRESENTATIVE, Field.PHONE}
        assert SCHOOL not in found


class TestCost:
    def test_is_the_same_with_ten_times_as_many_schools(self) -> None:
        def read() -> tuple[list[str], list[int]]:
            """Each call, and how many rows each query looked at."""
            looked_at: list[int] = []
            events = rows.connection().client.meta.events

            def count(parsed: Mapping[str, Any], **_: Any) -> None:
                looked_at.append(parsed["ScannedCount"])

            events.register("after-call.dynamodb.Query", count)
            with metered() as cost:
                assert finding.by_name("第3分校", at_most=20) == [school(3)]
                assert finding.by_credit_code(builders.a_school(3).credit_code) == school(3)
                finding.by_name("星河", at_most=2)
                finding.alike(builders.a_school(99, legal_representative="王小明", phone="1", campuses=()))
            events.unregister("after-call.dynamodb.Query", count)
            return cost.reads, looked_at

        for number in range(1, 5):
            steps.register(number)
        few = read()
        for number in range(5, 41):
            steps.register(number)

        assert read() == few
