"""The numbers of notices, on an engine that serialises transactions."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.kernel.ids import InstitutionId
from shared.terminations.model import Step
from tests import builders
from tests.terminations.examples import issue, put_case


@pytest.mark.usefixtures("on_engine")
class TestNumbers:
    def test_given_to_many_at_once_have_no_gap_and_no_repeat(self) -> None:
        schools = [InstitutionId(builders.an_id("ins", number)) for number in range(1, 11)]
        for school in schools:
            put_case(Step.ZERO_LIABILITY, institution_id=school)

        with ThreadPoolExecutor(10) as threads:
            found = list(threads.map(lambda school: issue(institution_id=school).number, schools))

        assert sorted(found) == [f"2026-{count:03d}" for count in range(1, 11)]
