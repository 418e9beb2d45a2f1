from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.insurance import rules
from shared.insurance.model import Cover, CoverStatus, Due, Ended, EndReason
from tests.builders import ENROLMENT, NOW, an_id
from tests.insurance import examples
from tests.insurance.examples import POLICY, an_enrolment, asked, ending, issued, over, refused, wanted


class TestNext:
    def test_says_of_every_status_what_may_follow(self) -> None:
        assert set(rules.NEXT) == set(CoverStatus)
        assert {one for after in rules.NEXT.values() for one in after} == set(CoverStatus)


class TestCoverId:
    def test_is_always_the_same_for_an_enrolment_and_nobody_elses(self) -> None:
        assert rules.cover_id(ENROLMENT) == rules.cover_id(ENROLMENT) != rules.cover_id(ENROLMENT[:-1] + "9")  # type: ignore[arg-type]
        assert rules.cover_id(ENROLMENT).startswith("cov_")
        assert rules.cover_id(ENROLMENT)[4:] != an_id("enr")[4:]  # it tells the insurer nothing of the enrolment


class TestFollowed:
    def test_a_paid_enrolment_wants_one_at_once(self) -> None:
        cover = wanted()

        assert (cover.status, cover.due, cover.due_at, cover.asked) == (CoverStatus.WANTED, Due.ISSUE, NOW, 0)

    def test_one_that_is_not_paid_wants_none(self) -> None:
        assert rules.followed(None, an_enrolment(ready=False), now=NOW) is None

    def test_one_that_is_in_arrears_keeps_what_it_has(self) -> None:
        for cover in (wanted(), issued(), refused()):
            assert rules.followed(cover, an_enrolment(ready=False), now=NOW) is None

    def test_one_that_was_over_before_it_was_noted_needs_none_and_is_kept_as_such(self) -> None:
        cover = rules.followed(None, over(), now=NOW)

        assert cover is not None
        assert (cover.status, cover.due, cover.over) == (CoverStatus.WITHDRAWN, None, EndReason.REFUND)

    def test_what_the_insurer_was_never_asked_for_is_withdrawn(self) -> None:
        found = rules.followed(wanted(), over(), now=NOW)

        assert found is not None
        assert (found.status, found.due, found.due_at) == (CoverStatus.WITHDRAWN, None, None)

    def test_what_the_insurer_may_know_of_has_to_be_ended_by_it(self) -> None:
        found = rules.followed(asked(), over(), now=NOW)

        assert found is not None
        assert (found.status, found.due, found.due_at, found.tries) == (CoverStatus.ENDING, Due.END, NOW, 0)

    def test_what_it_refused_is_withdrawn(self) -> None:
        found = rules.followed(refused(), over(), now=NOW)

        assert found is not None
        assert found.status is CoverStatus.WITHDRAWN

    def test_a_policy_ends_on_the_day_of_the_refund_in_shanghai(self) -> None:
        late = datetime(2026, 9, 20, 16, 30, tzinfo=UTC)  # 00:30 on the 21st

        found = rules.followed(issued(), over(), now=late)

        assert found is not None
        assert (found.status, found.over_on) == (CoverStatus.ENDING, date(2026, 9, 21))

    @pytest.mark.parametrize(("day", "status"), [(30, CoverStatus.ENDING), (31, CoverStatus.ENDED)])
    def test_a_policy_whose_last_day_is_past_is_over_without_asking(self, day: int, status: CoverStatus) -> None:
        now = datetime(2026, 11, 29, 16, tzinfo=UTC) + timedelta(days=day - 30)

        found = rules.followed(issued(), over(EndReason.COMPLETION), now=now)

        assert found is not None
        assert found.status is status
        assert found.covered_until == (POLICY.last_day if status is CoverStatus.ENDED else None)

    def test_what_is_over_is_left_alone(self) -> None:
        ended = rules.ended(ending(), Ended(POLICY, date(2026, 9, 20)), now=NOW)
        for cover in (ending(), ended, replace(ended, status=CoverStatus.WITHDRAWN)):
            for enrolment in (an_enrolment(), over(), over(EndReason.COMPLETION)):
                assert rules.followed(cover, enrolment, now=NOW) is None


class TestTried:
    def test_keeps_what_was_asked_with_first(self) -> None:
        again = rules.tried(asked(), now=NOW, request="another", terms_of=date(2027, 1, 1))

        assert (again.request, again.terms_of, again.asked) == ("{}", date(2026, 1, 1), 2)

    def test_waits_longer_each_time_but_no_more_than_four_hours(self) -> None:
        cover, waits = wanted(), []
        for _ in range(12):
            cover = rules.tried(cover, now=NOW, request="{}")
            assert cover.due_at is not None
            waits.append((cover.due_at - NOW) // timedelta(minutes=1))

        assert waits == [15, 30, 60, 120, 240, 240, 240, 240, 240, 240, 240, 240]

    def test_of_an_end_counts_no_request(self) -> None:
        assert rules.tried(ending(), now=NOW).asked == ending().asked


class TestIssued:
    def test_forgets_what_it_was_asked_with(self) -> None:
        cover = issued()

        assert (cover.status, cover.policy, cover.request) == (CoverStatus.ISSUED, POLICY, "")
        assert (cover.due, cover.due_at) == (Due.EXPIRY, datetime(2026, 11, 30, 16, tzinfo=UTC))

    def test_an_answer_that_comes_after_the_end_was_asked_for_only_tells_the_number(self) -> None:
        cover = rules.followed(asked(), over(), now=NOW)
        assert cover is not None

        late = rules.issued(cover, POLICY, now=NOW)

        assert (late.status, late.policy, late.due) == (CoverStatus.ENDING, POLICY, Due.END)


class TestRefused:
    def test_is_for_the_staff_and_due_for_nothing(self) -> None:
        cover = refused()

        assert (cover.status, cover.refusal, cover.due, cover.request) == (CoverStatus.REFUSED, "年龄不符", None, "")

    def test_a_long_reason_is_cut(self) -> None:
        assert len(rules.refused(asked(), "长" * 999, now=NOW).refusal) == rules.MOST_REFUSAL

    @pytest.mark.parametrize("make", [issued, ending])
    def test_what_is_issued_or_ending_cannot_be_refused_any_more(self, make: object) -> None:
        cover: Cover = make()  # type: ignore[operator]

        assert rules.refused(cover, "不", now=NOW) == cover


class TestEnded:
    def test_keeps_the_last_day_that_it_covered(self) -> None:
        cover = rules.ended(ending(), Ended(POLICY, date(2026, 9, 20)), now=NOW)

        assert (cover.status, cover.covered_until, cover.due) == (CoverStatus.ENDED, date(2026, 9, 20), None)

    def test_before_it_began_covered_nothing(self) -> None:
        cover = rules.ended(ending(), Ended(POLICY, None), now=NOW)

        assert (cover.status, cover.covered_until) == (CoverStatus.ENDED, None)

    def test_of_what_was_never_issued_is_withdrawn(self) -> None:
        cover = rules.followed(asked(), over(), now=NOW)
        assert cover is not None

        found = rules.ended(cover, Ended(None, None), now=NOW)

        assert (found.status, found.policy, found.request) == (CoverStatus.WITHDRAWN, None, "")


class TestAgain:
    def test_is_wanted_at_once_and_says_who_and_why(self) -> None:
        cover = rules.again(refused(), by="财务", note=" 已补充说明 ", now=NOW)

        assert (cover.status, cover.due, cover.due_at, cover.tries) == (CoverStatus.WANTED, Due.ISSUE, NOW, 0)
        assert [(one.by, one.note, one.refusal) for one in cover.asked_again] == [("财务", "已补充说明", "年龄不符")]

    @pytest.mark.parametrize("note", ["", "  ", "长" * 201])
    def test_needs_a_note(self, note: str) -> None:
        with pytest.raises(rules.NoteMissing):
            rules.again(refused(), by="财务", note=note, now=NOW)

    @pytest.mark.parametrize("make", [wanted, asked, issued, ending])
    def test_of_what_was_not_refused_is_refused(self, make: object) -> None:
        with pytest.raises(rules.NotRefused):
            rules.again(make(), by="财务", note="再试", now=NOW)  # type: ignore[operator]

    def test_not_for_ever(self) -> None:
        cover = refused()
        for _ in range(rules.MOST_AGAIN):
            cover = rules.refused(rules.again(cover, by="财务", note="再试", now=NOW), "不", now=NOW)

        with pytest.raises(rules.AskedTooOften):
            rules.again(cover, by="财务", note="再试", now=NOW)


class TestIsLate:
    @pytest.mark.parametrize(("seconds", "late"), [(24 * 3600, False), (24 * 3600 + 1, True)])
    @pytest.mark.parametrize("make", [wanted, ending])
    def test_after_the_hours(self, make: object, seconds: int, late: bool) -> None:
        now = NOW + timedelta(seconds=seconds)

        assert rules.is_late(make(), hours=24, now=now) is late  # type: ignore[operator]

    def test_is_nothing_that_does_not_wait_for_the_insurer(self) -> None:
        assert not rules.is_late(issued(), hours=24, now=NOW + timedelta(days=9))
        assert not rules.is_late(examples.refused(), hours=24, now=NOW + timedelta(days=9))
