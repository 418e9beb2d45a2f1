from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.ids import OfferingId
from shared.kernel.money import Fen
from shared.mall import rules
from shared.mall.model import Course, Mode, Offering, OpenEnrolment, Status, WeeklyTime
from tests import builders
from tests.builders import COURSE, OFFERING, POLICY, TODAY

ART = "art"


def check(
    course: Course | None = None,
    offering: Offering | None = None,
    *,
    has: Sequence[OpenEnrolment] = (),
    terms_hash: str = "a" * 64,
    today: date = TODAY,
) -> None:
    rules.check_sale(
        course=course or builders.a_course(),
        offering=offering or builders.a_class(),
        terms_hash=terms_hash,
        has=has,
        policy=POLICY,
        today=today,
    )


class TestCheckSale:
    def test_a_class_on_sale_may_be_sold(self) -> None:
        check()

    def test_a_withdrawn_course_or_class_is_not_on_sale(self) -> None:
        with pytest.raises(rules.NotOnSale):
            check(builders.a_course(status=Status.WITHDRAWN))
        with pytest.raises(rules.NotOnSale):
            check(offering=builders.a_class(status=Status.WITHDRAWN))

    def test_other_terms_than_those_on_sale_are_not_accepted(self) -> None:
        with pytest.raises(rules.TermsChanged) as refused:
            check(terms_hash="b" * 64)
        assert refused.value.pointer == "/terms_hash"


class TestLessonsInOneCharge:
    def test_sixty_are_allowed(self) -> None:
        check(builders.a_course(lessons=60))

    def test_sixty_one_are_too_many_and_the_refusal_names_both(self) -> None:
        with pytest.raises(rules.TooManyLessons) as refused:
            check(builders.a_course(lessons=61))
        assert refused.value.sentence("zh") == "一次性收费 61 课时，超过上限 60 课时。"


class TestAmountOfOneCharge:
    def test_five_thousand_yuan_are_allowed(self) -> None:
        check(builders.a_course(price_fen=Fen(500_000)))

    def test_one_fen_more_is_too_much(self) -> None:
        with pytest.raises(rules.ChargeTooHigh) as refused:
            check(builders.a_course(price_fen=Fen(500_001)))
        assert refused.value.sentence("en") == "One charge of ¥5,000.01 is over the limit of ¥5,000.00."


class TestSpanOfOneCharge:
    @pytest.mark.parametrize(
        ("starts_on", "last_allowed"),
        [
            (date(2026, 9, 7), date(2026, 12, 7)),
            (date(2026, 8, 31), date(2026, 11, 30)),  # November has no 31st
            (date(2026, 11, 30), date(2027, 2, 28)),
            (date(2027, 11, 30), date(2028, 2, 29)),
            (date(2026, 12, 1), date(2027, 3, 1)),
        ],
    )
    def test_three_months_to_the_day_are_allowed_and_a_day_more_is_not(
        self, starts_on: date, last_allowed: date
    ) -> None:
        today = starts_on - timedelta(days=1)
        check(offering=builders.a_class(starts_on=starts_on, ends_on=last_allowed), today=today)
        longer = builders.a_class(starts_on=starts_on, ends_on=last_allowed + timedelta(days=1))
        with pytest.raises(rules.SpanTooLong):
            check(offering=longer, today=today)


class TestWhenAClassMayBeSold:
    @pytest.mark.parametrize(
        ("starts_on", "earliest"),
        [
            (date(2026, 10, 12), date(2026, 9, 12)),  # 30 days
            (date(2026, 9, 12), date(2026, 8, 12)),  # 31
            (date(2027, 3, 12), date(2027, 2, 12)),  # 28
            (date(2027, 3, 31), date(2027, 2, 28)),
            (date(2027, 1, 1), date(2026, 12, 1)),
        ],
    )
    def test_from_one_month_before_its_start_to_the_day_and_not_a_day_before(
        self, starts_on: date, earliest: date
    ) -> None:
        offering = builders.a_class(starts_on=starts_on, ends_on=starts_on + timedelta(days=60))
        check(offering=offering, today=earliest)
        with pytest.raises(rules.TooEarly) as refused:
            check(offering=offering, today=earliest - timedelta(days=1))
        assert refused.value.figures == {"starts_on": starts_on, "earliest": earliest}

    def test_on_the_day_it_starts_but_not_after(self) -> None:
        starts_on = date(2026, 10, 12)
        offering = builders.a_class(starts_on=starts_on, ends_on=date(2026, 12, 31))
        check(offering=offering, today=starts_on)
        with pytest.raises(rules.AlreadyStarted):
            check(offering=offering, today=starts_on + timedelta(days=1))


class TestWhatTheStudentHasAlready:
    COURSE_OF_20 = builders.a_course(lessons=20)

    def of_this_course(self, lessons_left: int, **changes: Any) -> OpenEnrolment:
        told = {"course_id": COURSE, "category": "dance", "lessons_left": lessons_left}
        return builders.an_open_enrolment(**{**told, **changes})

    def test_the_same_class_is_not_bought_twice(self) -> None:
        with pytest.raises(rules.AlreadyEnrolled):
            check(self.COURSE_OF_20, has=[self.of_this_course(1, offering_id=OFFERING)])

    def test_a_renewal_waits_until_twenty_lessons_are_left(self) -> None:
        check(self.COURSE_OF_20, has=[self.of_this_course(20)])
        with pytest.raises(rules.RenewalTooEarly):
            check(self.COURSE_OF_20, has=[self.of_this_course(21)])

    def test_the_lessons_left_of_all_its_classes_count_for_a_renewal(self) -> None:
        with pytest.raises(rules.RenewalTooEarly):
            check(self.COURSE_OF_20, has=[self.of_this_course(10), self.of_this_course(11, number=8)])

    def test_outstanding_and_new_lessons_of_a_category_stay_within_one_charge(self) -> None:
        check(builders.a_course(lessons=20), has=[builders.an_open_enrolment(category="dance", lessons_left=40)])
        with pytest.raises(rules.SplitCharge) as refused:
            check(builders.a_course(lessons=20), has=[builders.an_open_enrolment(category="dance", lessons_left=41)])
        assert refused.value.figures == {"outstanding": 41, "lessons": 20, "limit": 60}

    def test_another_category_does_not_count(self) -> None:
        check(builders.a_course(lessons=60), has=[builders.an_open_enrolment(category=ART, lessons_left=60)])

    @given(
        st.lists(st.tuples(st.sampled_from(["dance", ART]), st.integers(1, 60)), max_size=4),
        st.integers(1, 60),
    )
    def test_no_sale_leaves_a_student_with_more_than_sixty_lessons_in_a_category(
        self, left: list[tuple[str, int]], lessons: int
    ) -> None:
        has = [
            builders.an_open_enrolment(number, category=category, lessons_left=lessons_left)
            for number, (category, lessons_left) in enumerate(left, 10)
        ]
        outstanding = sum(lessons_left for category, lessons_left in left if category == "dance")
        try:
            check(builders.a_course(lessons=lessons), has=has)
        except rules.SplitCharge:
            assert outstanding + lessons > 60
        else:
            assert outstanding + lessons <= 60


class TestTerms:
    def test_the_same_terms_have_the_same_hash(self) -> None:
        one, other = (rules.terms_text(builders.a_course(), builders.a_class(), (), "学校") for _ in range(2))
        assert rules.terms_hash(one) == rules.terms_hash(other)

    @pytest.mark.parametrize(
        ("course", "offering", "name"),
        [
            ({"price_fen": Fen(288_001)}, {}, "学校"),
            ({"lessons": 47}, {}, "学校"),
            ({"summary": "另有赠课"}, {}, "学校"),
            ({}, {"teacher_name": "另一位教师"}, "学校"),
            ({}, {"weekly": (WeeklyTime(7, time(9), time(10)),)}, "学校"),
            ({"content": "另一些内容"}, {}, "学校"),
            ({"mode": Mode.ONLINE}, {}, "学校"),
            ({"age_to": 10}, {}, "学校"),
            ({"full_refund_days": 4}, {}, "学校"),
            ({}, {"number": "DANCE-2026-02"}, "学校"),
            ({}, {"seats": 29}, "学校"),
            ({}, {"minimum_students": 6}, "学校"),
            ({}, {"ends_on": date(2026, 11, 29)}, "学校"),
            ({}, {"room": "地下室"}, "学校"),
            ({}, {}, "另一学校"),
        ],
    )
    def test_whatever_a_guardian_reads_changes_the_hash(
        self, course: dict[str, Any], offering: dict[str, Any], name: str
    ) -> None:
        before = rules.terms_text(builders.a_course(), builders.a_class(), (), "学校")
        after = rules.terms_text(builders.a_course(**course), builders.a_class(**offering), (), name)
        assert rules.terms_hash(before) != rules.terms_hash(after)

    def test_a_seat_that_is_sold_does_not_change_them(self) -> None:
        before = rules.terms_text(builders.a_course(), builders.a_class(seats_left=30), (), "学校")
        after = rules.terms_text(
            builders.a_course(), builders.a_class(seats_left=29, offering_id=OfferingId("off_x")), (), "学校"
        )
        assert before == after


class TestUnitPrices:
    def test_a_lesson_and_an_hour_are_rounded_down_to_whole_fen(self) -> None:
        course = builders.a_course(price_fen=Fen(10_000), lessons=3, minutes_per_lesson=45)
        assert (course.lesson_fen, course.hour_fen) == (3333, 4444)
