"""Every status of a claim against every word of the insurer's."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from shared.insurance import claim_rules, rules
from shared.insurance.claim_model import Claim, ClaimDue, ClaimStatus, ClaimTold
from shared.insurance.model import Ended
from tests.builders import GUARDIAN, NOW
from tests.insurance.examples import POLICY, asked, over

LATER = NOW + timedelta(days=60)


def a_claim(on: date = date(2026, 9, 7)) -> Claim:
    cover = rules.issued(asked(), POLICY, now=NOW)
    return claim_rules.opened(cover, guardian_id=GUARDIAN, accident_on=on, text="摔倒", pictures=(), now=LATER)


def word(status: ClaimStatus, *, revision: int = 1, part: int = 1) -> ClaimTold:
    return ClaimTold(a_claim().claim_id, revision, part, status)


class TestOpened:
    @pytest.mark.parametrize("day", [date(2026, 9, 7), date(2026, 10, 31)])
    def test_on_the_first_day_and_until_today(self, day: date) -> None:
        assert a_claim(day).accident_on == day

    def test_not_before_the_first_day_nor_after_today(self) -> None:
        with pytest.raises(claim_rules.OutsideCover):
            a_claim(date(2026, 9, 6))
        with pytest.raises(claim_rules.NotYet):
            a_claim(date(2026, 11, 1))

    def test_of_a_cover_that_ended_until_its_last_day(self) -> None:
        cover = rules.followed(rules.issued(asked(), POLICY, now=NOW), over(), now=NOW)
        assert cover is not None
        ended = rules.ended(cover, Ended(POLICY, date(2026, 10, 1)), now=NOW)
        told = partial(claim_rules.opened, ended, guardian_id=GUARDIAN, text="摔倒", pictures=(), now=LATER)

        assert told(accident_on=date(2026, 10, 1)).policy_no == POLICY.policy_no
        with pytest.raises(claim_rules.OutsideCover):
            told(accident_on=date(2026, 10, 2))

    def test_of_a_cover_that_ended_before_it_began_is_none(self) -> None:
        cover = rules.followed(rules.issued(asked(), POLICY, now=NOW), over(), now=NOW)
        assert cover is not None
        ended = rules.ended(cover, Ended(POLICY, None), now=NOW)

        with pytest.raises(claim_rules.NoPolicy):
            claim_rules.opened(
                ended, guardian_id=GUARDIAN, accident_on=date(2026, 9, 7), text="摔倒", pictures=(), now=LATER
            )


class TestTold:
    @pytest.mark.parametrize("status", ClaimStatus)
    @pytest.mark.parametrize("said", [one for one in ClaimStatus if one not in ("wanted", "refused")])
    def test_goes_only_where_the_table_says(self, status: ClaimStatus, said: ClaimStatus) -> None:
        before = replace(a_claim(), status=status)
        after = claim_rules.told(before, word(said), now=LATER)

        assert after.status is (said if said in claim_rules.TOLD[status] else status)
        assert (after.due is None) == (after.status in claim_rules.OVER) or after == before

    def test_an_older_revision_changes_nothing(self) -> None:
        before = replace(a_claim(), revision=3)

        assert claim_rules.told(before, word(ClaimStatus.ACCEPTED, revision=3), now=LATER) == before

    @pytest.mark.parametrize(("said", "kept"), [("received", True), ("more_wanted", True), ("accepted", False)])
    def test_what_is_on_its_way_stays_unless_it_is_decided(self, said: str, kept: bool) -> None:
        before = replace(a_claim(), part=2, revision=2)
        after = claim_rules.told(before, word(ClaimStatus(said), revision=3), now=LATER)

        assert (after == before) is kept


class TestTried:
    def test_waits_longer_each_time_and_a_day_to_ask_again(self) -> None:
        claim, waits = a_claim(), []
        for _ in range(6):
            claim = claim_rules.tried(claim, now=LATER)
            assert claim.due_at is not None
            waits.append((claim.due_at - LATER).total_seconds() / 60)

        assert waits == [15, 30, 60, 120, 240, 240]
        asking = claim_rules.tried(replace(claim, due=ClaimDue.ASK), now=LATER)
        assert asking.due_at == LATER + timedelta(days=1)
