from datetime import date, timedelta
from typing import Any

import pytest

from shared.listings import rules
from shared.listings.model import Appeal, AppealStatus, Listing, ListName, Rule
from tests.builders import NOW, SCHOOL
from tests.listings.examples import observed

TODAY = date(2026, 9, 1)
BLACK = Listing(SCHOOL, ListName.BLACK, NOW, "收费不入账", changes=1)


def missing(**changes: Any) -> list[tuple[Rule, bool]]:
    """What a school isn't eligible for, and whether that stops its sales."""
    found = rules.eligibility(observed(**changes), on=TODAY, red_alert_days=30)
    return [(fact.rule, fact.stops_sales) for fact in found.missing]


class TestEligibility:
    def test_a_school_that_nothing_speaks_against_is_eligible_and_told_why(self) -> None:
        found = rules.eligibility(observed(), on=TODAY, red_alert_days=30)

        assert found.eligible
        assert [fact.rule for fact in found.facts] == [
            Rule.STATUS,
            Rule.LICENCE,
            Rule.BLACKLIST,
            Rule.FROZEN,
            Rule.MINIMUM_BALANCE,
            Rule.RED_ALERTS,
        ]

    @pytest.mark.parametrize(
        ("changes", "rule", "stops"),
        [
            ({"licensed": False, "status": "suspended"}, Rule.STATUS, True),
            ({"licence_valid_to": date(2026, 8, 31)}, Rule.LICENCE, True),
            ({"listing": BLACK}, Rule.BLACKLIST, True),
            ({"frozen": True, "frozen_since": NOW}, Rule.FROZEN, True),
            ({"balance_fen": 9_999}, Rule.MINIMUM_BALANCE, False),
            ({"short_since": date(2026, 8, 1), "short_due_on": date(2026, 8, 31)}, Rule.MINIMUM_BALANCE, True),
            ({"red_alerts": 1, "last_red_alert": NOW}, Rule.RED_ALERTS, False),
            ({"inspection_passed": False}, Rule.INSPECTION, False),
            ({"ports_offline": 1}, Rule.PORTS, False),
        ],
    )
    def test_each_rule_that_is_not_met_is_the_reason(self, changes: Any, rule: Rule, stops: bool) -> None:
        assert missing(**changes) == [(rule, stops)]

    @pytest.mark.parametrize(
        "changes",
        [
            {"licence_valid_to": TODAY},
            {"balance_fen": 10_000},
            {"short_since": date(2026, 8, 20), "short_due_on": TODAY},
            {"listing": Listing(SCHOOL, ListName.BLACK, NOW, until=date(2026, 8, 31), changes=1)},
            {"listing": Listing(SCHOOL, ListName.WHITE, NOW, changes=1)},
            {"inspection_passed": True, "ports_offline": 0},
        ],
    )
    def test_the_limit_itself_is_met(self, changes: Any) -> None:
        assert missing(**changes) == []

    def test_what_is_not_known_is_not_spoken_of(self) -> None:
        found = rules.eligibility(observed(), on=TODAY, red_alert_days=30)

        assert not {Rule.INSPECTION, Rule.PORTS} & {fact.rule for fact in found.facts}

    def test_a_reason_has_its_value_its_limit_and_since_when(self) -> None:
        short = observed(balance_fen=9_000, short_since=date(2026, 8, 20), short_due_on=date(2026, 9, 3))

        [fact] = rules.eligibility(short, on=TODAY, red_alert_days=30).missing

        assert (fact.value, fact.limit, fact.since) == ("¥90.00", "≥ ¥100.00, 2026-09-03", date(2026, 8, 20))


class TestCheckListing:
    def test_the_evidence_comes_back_without_the_space_around_it(self) -> None:
        told = rules.check_listing(Listing(SCHOOL), ListName.WHITE, evidence=" 检查 ", until=None, on=TODAY)
        assert told == "检查"

    @pytest.mark.parametrize(
        ("before", "becomes", "refusal"),
        [
            (Listing(SCHOOL, ListName.WHITE, NOW), ListName.WHITE, rules.AlreadyListed),
            (BLACK, ListName.BLACK, rules.AlreadyListed),
            (BLACK, ListName.WHITE, rules.BlacklistedStays),
        ],
    )
    def test_where_it_stands_already_is_refused(self, before: Listing, becomes: ListName, refusal: Any) -> None:
        with pytest.raises(refusal):
            rules.check_listing(before, becomes, evidence="检查", until=None, on=TODAY)

    def test_from_the_white_list_it_may_come_to_the_black_one(self) -> None:
        white = Listing(SCHOOL, ListName.WHITE, NOW)
        assert rules.check_listing(white, ListName.BLACK, evidence="检查", until=None, on=TODAY) == "检查"

    @pytest.mark.parametrize("evidence", ["", " ", "依" * 501])
    def test_no_evidence_or_too_much_is_refused(self, evidence: str) -> None:
        with pytest.raises(rules.EvidenceNeeded):
            rules.check_listing(Listing(SCHOOL), ListName.BLACK, evidence=evidence, until=None, on=TODAY)

    def test_it_lasts_until_tomorrow_at_least(self) -> None:
        tomorrow = TODAY + timedelta(days=1)
        assert rules.check_listing(Listing(SCHOOL), ListName.BLACK, evidence="检查", until=tomorrow, on=TODAY)
        with pytest.raises(rules.ListingEndsTooEarly):
            rules.check_listing(Listing(SCHOOL), ListName.BLACK, evidence="检查", until=TODAY, on=TODAY)


class TestCheckAppeal:
    def test_only_who_is_on_the_black_list_appeals_once_for_each_time(self) -> None:
        assert rules.check_appeal(BLACK, " 有误 ") == "有误"
        with pytest.raises(rules.NothingToAppeal):
            rules.check_appeal(Listing(SCHOOL), "有误")
        with pytest.raises(rules.AlreadyAppealed):
            rules.check_appeal(Listing(SCHOOL, ListName.BLACK, NOW, changes=1, appealed=1), "有误")

    @pytest.mark.parametrize("text", ["", " ", "诉" * 501])
    def test_no_text_or_too_much_is_refused(self, text: str) -> None:
        with pytest.raises(rules.AppealTextNeeded):
            rules.check_appeal(BLACK, text)


class TestCheckAnswerable:
    @pytest.mark.parametrize(
        ("listing", "status"),
        [
            (BLACK, AppealStatus.DISMISSED),
            (Listing(SCHOOL, changes=2), AppealStatus.OPEN),
            (Listing(SCHOOL, ListName.BLACK, NOW, changes=3), AppealStatus.OPEN),
        ],
    )
    def test_one_that_is_answered_or_over_is_refused(self, listing: Listing, status: AppealStatus) -> None:
        rules.check_answerable(BLACK, Appeal(SCHOOL, 1, "有误", "admin", NOW))
        with pytest.raises(rules.AppealAnswered):
            rules.check_answerable(listing, Appeal(SCHOOL, 1, "有误", "admin", NOW, status))
