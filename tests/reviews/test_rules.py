from datetime import timedelta
from typing import Any

import pytest

from shared.reviews import detectors, rules
from shared.reviews.detectors import Observed
from shared.reviews.model import Complaint, Mark, Report, ReportStatus, Stars
from tests.builders import NOW, POLICY, SCHOOL, an_id
from tests.reviews.examples import FIVE, MIXED, REPORT, a_review, said

EDIT = timedelta(days=30)


class TestCheckLessons:
    def test_three_are_enough_and_two_are_not(self) -> None:
        rules.check_lessons(3, POLICY)

        with pytest.raises(rules.TooFewLessons) as refused:
            rules.check_lessons(2, POLICY)
        assert refused.value.figures == {"value": 2, "limit": 3}


class TestCheckSaid:
    @pytest.mark.parametrize("stars", [1, 5])
    def test_takes_the_ends_of_the_stars(self, stars: int) -> None:
        assert rules.check_said(said(Stars(stars, 3, 3, 3)), POLICY).stars.teaching == stars

    @pytest.mark.parametrize("stars", [0, 6])
    @pytest.mark.parametrize("dimension", ["teaching", "safety", "environment", "honesty"])
    def test_refuses_what_lies_beyond(self, stars: int, dimension: str) -> None:
        told = Stars(**{**vars(FIVE), dimension: stars})

        with pytest.raises(rules.StarsWrong) as refused:
            rules.check_said(said(told), POLICY)
        assert refused.value.pointer == f"/stars/{dimension}"

    @pytest.mark.parametrize(("length", "ok"), [(9, False), (10, True), (1000, True), (1001, False)])
    def test_holds_the_text_to_its_length_without_the_spaces_around(self, length: int, ok: bool) -> None:
        told = said(text=f"  {'好' * length}\n")
        if ok:
            assert rules.check_said(told, POLICY).text == "好" * length
        else:
            with pytest.raises(rules.TextWrong):
                rules.check_said(told, POLICY)

    def test_takes_six_pictures_each_once(self) -> None:
        six = said(pictures=6)

        rules.check_said(six, POLICY)
        with pytest.raises(rules.TooManyPictures):
            rules.check_said(said(pictures=7), POLICY)
        with pytest.raises(rules.TooManyPictures):
            rules.check_pictures([six.pictures[0], six.pictures[0]], POLICY)


class TestCheckEditable:
    def test_until_the_last_moment_of_the_days(self) -> None:
        review = a_review()

        rules.check_editable(review, POLICY, NOW + EDIT - timedelta(milliseconds=1))
        with pytest.raises(rules.EditOver):
            rules.check_editable(review, POLICY, NOW + EDIT)


class TestCheckComplaint:
    def test_is_possible_once_and_again_after_an_edit(self) -> None:
        complaint = Complaint("不实", NOW)

        assert rules.check_complaint(a_review(), " 不实 ") == "不实"
        for edited in (None, NOW - timedelta(hours=1), NOW):
            with pytest.raises(rules.AlreadyReported):
                rules.check_complaint(a_review(complaint=complaint, edited_at=edited), "不实")
        rules.check_complaint(a_review(complaint=complaint, edited_at=NOW + timedelta(seconds=1)), "不实")

    def test_of_a_hidden_one_is_refused(self) -> None:
        with pytest.raises(rules.ReviewHidden):
            rules.check_complaint(a_review(hidden_reason="攻击"), "不实")

    @pytest.mark.parametrize(("reason", "ok"), [(" ", False), ("一", True), ("一" * 200, True), ("一" * 201, False)])
    def test_needs_a_reason(self, reason: str, ok: bool) -> None:
        if ok:
            rules.check_complaint(a_review(), reason)
        else:
            with pytest.raises(rules.ReasonNeeded):
                rules.check_complaint(a_review(), reason)


class TestCheckStep:
    @pytest.mark.parametrize("status", ReportStatus)
    @pytest.mark.parametrize("becomes", ReportStatus)
    def test_goes_forward_only(self, status: ReportStatus, becomes: ReportStatus) -> None:
        report = Report(REPORT, SCHOOL, an_id("grd"), True, "…", (), NOW, status)
        order = list(ReportStatus)
        ok = not status.decided and order.index(becomes) > order.index(status)

        if ok:
            rules.check_step(report, becomes, "已核查")
        else:
            with pytest.raises(rules.ReportOver):
                rules.check_step(report, becomes, "已核查")


class TestConnected:
    @pytest.mark.parametrize(
        ("seen", "marks"),
        [
            ({}, set()),
            ({"of_school": True}, {Mark.SCHOOL_USER}),
            ({"payer_accounts": {"1"}, "school_accounts": {"1", "2"}}, {Mark.SCHOOL_PAID}),
            ({"payer_accounts": {"3"}, "school_accounts": {"1", "2"}}, set()),
            ({"payers": {"齐示例"}, "school_names": {"齐示例"}}, {Mark.SAME_NAME}),
            ({"payers": {"齐示"}, "school_names": {"齐示例"}}, set()),
            ({"payers": {""}, "school_names": {""}, "payer_accounts": {""}, "school_accounts": {""}}, set()),
        ],
    )
    def test_by_account_or_by_whole_name(self, seen: dict[str, Any], marks: set[Mark]) -> None:
        told: dict[str, Any] = {n: frozenset(one) if isinstance(one, set) else one for n, one in seen.items()}

        assert detectors.connected(Observed(**told)) == marks


class TestRepeated:
    def test_from_the_third_all_star_review_on(self) -> None:
        hers = [a_review(number, made_at=NOW + timedelta(days=number)) for number in (1, 2, 3, 4)]

        assert [detectors.repeated(one, hers, POLICY) for one in hers] == [False, False, True, True]

    def test_one_star_less_anywhere_is_an_opinion(self) -> None:
        hers = [a_review(number, made_at=NOW + timedelta(days=number)) for number in (1, 2)]
        third = a_review(3, Stars(5, 5, 5, 4), made_at=NOW + timedelta(days=3))

        assert not detectors.repeated(third, [*hers, third], POLICY)


class TestBurst:
    @pytest.mark.parametrize(("count", "before", "found"), [(4, 0, False), (5, 0, True), (5, 27, True), (5, 28, False)])
    def test_is_many_and_many_more_than_usual(self, count: int, before: int, found: bool) -> None:
        assert detectors.burst(count, before, POLICY) is found


class TestWeight:
    def test_is_the_least_of_the_marks(self) -> None:
        assert detectors.weight_percent(set(), POLICY) == 100
        assert detectors.weight_percent({Mark.BURST}, POLICY) == 20
        assert detectors.weight_percent({Mark.BURST, Mark.SAME_NAME}, POLICY) == 20
        assert detectors.weight_percent(set(Mark), POLICY) == 0


class TestStars:
    def test_are_all_five_only_when_all_are(self) -> None:
        assert FIVE.all_five
        assert not MIXED.all_five
