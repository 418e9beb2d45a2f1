"""A school that comes back under a new name: which earlier ones it is like, why, and how surely."""

from datetime import timedelta
from typing import Any

import pytest

from functions.edge import reentry
from shared.institutions.matching import Field
from shared.institutions.model import Campus, Institution
from shared.kernel.ids import CampusId
from tests import builders, steps
from tests.builders import NOW, SCHOOL, an_id
from tests.listings.examples import put_on, school, take_off

pytestmark = pytest.mark.usefixtures("in_memory")


def on_file(number: int, *, address: str, phone: str, representative: str) -> Institution:
    campus = Campus(CampusId(an_id("cam", number)), "总校", address, phone)
    told: dict[str, Any] = {"campuses": (campus,), "phone": phone, "legal_representative": representative}
    return steps.register(number, required_fen=0, **told)


@pytest.fixture
def districts(in_memory: object) -> Institution:
    """Two earlier schools and the one that comes after them; the first is like it in all but the credit code."""
    on_file(1, address="临淄区桓公路12号", phone="13853312345", representative="王小明")
    on_file(2, address="临淄区牛山路3号", phone="13900000002", representative="王小明")
    return on_file(3, address="淄博市临淄区桓公路12号", phone="138-5331-2345", representative="王 小明")


class TestHints:
    def test_a_school_in_good_standing_is_no_hint(self, districts: Institution) -> None:
        assert reentry.hints(districts) == []

    def test_those_that_were_blacklisted_or_ended_the_surest_first(self, districts: Institution) -> None:
        put_on()
        take_off(now=NOW + timedelta(minutes=1))
        steps.terminate(school(2))

        first, second = reentry.hints(districts)

        assert (first.school.institution_id, first.score) == (SCHOOL, 100)
        assert first.same == sorted([Field.ADDRESS, Field.PHONE, Field.REPRESENTATIVE])
        assert (second.school.institution_id, second.score, second.same) == (school(2), 30, [Field.REPRESENTATIVE])

    def test_one_that_is_only_applying_is_looked_up_too(self, districts: Institution) -> None:
        put_on()
        told = builders.a_school(9, credit_code=builders.a_school(1).credit_code, phone="1", campuses=())

        [hint] = reentry.hints(told)

        assert hint.score == 100
        assert Field.CREDIT_CODE in hint.same

    def test_nothing_alike_is_nothing(self) -> None:
        told = steps.register(1, legal_representative="独一无二", phone="13700000000", campuses=())
        assert reentry.hints(told) == []
