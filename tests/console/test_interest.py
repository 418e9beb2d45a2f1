"""A school's credits of interest in the console: what came, what was expected, who got what."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from functions.api import bank as bank_door
from functions.schedules import credit_interest
from shared.funds import queries as funds
from shared.funds.store import interest as store
from shared.kernel import clock
from shared.policy import interest as policy
from tests import builders, steps
from tests.builders import ENROLMENT, SCHOOL
from tests.console.visitors import Visitor, addresses_in, text_of
from tests.edge.doors import Clock
from tests.schedules.running import run

HOME = f"/console/schools/{SCHOOL}"
PAGE = f"{HOME}/interest/2026-09-20-BKI00001"


@pytest.fixture(autouse=True)
def credited(in_memory: Any, at: Clock) -> None:
    """Two enrolments with 500 yuan each, and 30 fen of interest that the bank has credited."""
    steps.register()
    offering = steps.put_on_sale(builders.a_course(price_fen=50_000, lessons=3))
    for number in (1, 2):
        steps.pay(steps.enrol(offering, number).enrolment_id, 50_000)
    steps.count_all()
    at.now = clock.start_of(date(2026, 9, 21))
    bank_door.act(builders.interest_posted(30))
    steps.count_all()


class TestShowInterest:
    def test_before_it_is_distributed_says_when_it_will_be(self, supervisor: Visitor) -> None:
        shown = text_of(supervisor.get(PAGE))

        assert "待分配" in shown
        assert "每天凌晨 4:30 分配" in shown

    def test_shows_what_was_expected_and_each_share(self, supervisor: Visitor) -> None:
        run(credit_interest.credit_interest)

        shown = text_of(supervisor.get(PAGE))

        assert "银行结息 ¥0.30" in shown
        assert "按约定利率应得 ¥0.19 差额 ¥0.11" in shown
        assert "超出每户一分" in shown
        assert f"{ENROLMENT.removeprefix('enr_')} ¥0.15 ¥10,000.00" in shown

    def test_goes_on_part_by_part(self, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "SHARES_IN_A_SEGMENT", 1)
        run(credit_interest.credit_interest)

        first = supervisor.get(PAGE)
        [address] = {one for one in addresses_in(first) if "cursor=" in one and "lang=" not in one}
        second = supervisor.get(address)

        assert (ENROLMENT in first.text, ENROLMENT in second.text) == (True, False)

    def test_says_why_it_waits(self, supervisor: Visitor) -> None:
        bank_door.act(builders.interest_posted(5, bank_reference="BKI00002", period_to=date(2026, 9, 10)))
        run(credit_interest.credit_interest)

        shown = text_of(supervisor.get(f"{HOME}/interest/2026-09-10-BKI00002"))

        assert "暂不能分配" in shown
        assert "2026-09-10 不是约定的结息期" in shown

    @pytest.mark.parametrize("name", ["2026-09-20-BKI00009", "x", "2026-09-20-%3Cscript%3E"])
    def test_that_there_is_not_is_missing(self, supervisor: Visitor, name: str) -> None:
        assert supervisor.get(f"{HOME}/interest/{name}").status == 404

    def test_of_another_school_is_missing(self, supervisor: Visitor) -> None:
        other = steps.register(2)

        assert supervisor.get(f"/console/schools/{other.institution_id}/interest/2026-09-20-BKI00001").status == 404


class TestDownloadInterest:
    def test_has_every_share_and_the_schools_own(self, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "SHARES_IN_A_SEGMENT", 1)
        run(credit_interest.credit_interest)

        text = supervisor.get(f"{PAGE}/shares.csv").text.removeprefix("\ufeff")
        rows = list(csv.reader(io.StringIO(text)))

        assert [row[:2] for row in rows[1:]] == [
            [ENROLMENT, "0.15"],
            [builders.an_id("enr", 2), "0.15"],
            [SCHOOL, "0.00"],
        ]
        assert rows[1][3] == "2026-06-21:1000000"

    def test_of_what_is_not_planned_is_empty(self, supervisor: Visitor) -> None:
        assert len(supervisor.get(f"{PAGE}/shares.csv").text.splitlines()) == 1


class TestElsewhere:
    def test_the_school_has_its_credits(self, supervisor: Visitor) -> None:
        assert any(one.endswith(PAGE) for one in addresses_in(supervisor.get(HOME)))

    def test_the_enrolment_has_what_was_credited_and_what_it_has_earned_since(self, supervisor: Visitor) -> None:
        before = text_of(supervisor.get(f"/console/enrolments/{ENROLMENT}"))
        run(credit_interest.credit_interest)
        after = text_of(supervisor.get(f"/console/enrolments/{ENROLMENT}"))

        assert "利息：已结 ¥0.00 · 未结 ¥0.09" in before
        assert "其中利息 ¥0.15 利息：已结 ¥0.15 · 未结 ¥0.00" in after
        assert "结息" in after
        assert funds.get_account(builders.ENROLMENT).interest_held_fen == 15

    def test_the_policy_has_what_is_agreed(self, supervisor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "0.35% 实际天数 / 360" in text_of(supervisor.get("/console/policy"))

        monkeypatch.setattr(policy, "all_terms", lambda: ())
        assert "今天没有约定利率" in text_of(supervisor.get("/console/policy"))
