"""The rules on courses and classes, each at its edge on both sides."""

from datetime import date, time
from typing import Any

import pytest

from shared.kernel import errors
from shared.kernel.ids import ItemId, TeacherId
from shared.mall import class_rules, compliance, course_rules
from shared.mall.model import Mode
from shared.mall.sheet_model import ClassSheet, PublishedRoom, PublishedTeacher, Taken
from shared.policy import course_words, school_calendar
from tests.builders import COURSE, NOW, OFFERING, POLICY, ROOM, SCHOOL, TEACHER, TODAY, an_id
from tests.mall import examples
from tests.mall.examples import facts, facts_of_school, plan, sessions


def broken_of_course(classes: tuple[ClassSheet, ...] = (), **changes: Any) -> dict[str, errors.Refusal]:
    """The rules that a course breaks."""
    results = course_rules.check(facts(**changes), school=facts_of_school(), classes=classes, policy=POLICY)
    return {one.rule: one.refusal for one in results if one.refusal}


def broken_of_class(
    course: dict[str, Any] | None = None,
    school: dict[str, Any] | None = None,
    others: tuple[Taken, ...] = (),
    today: date = TODAY,
    **changes: Any,
) -> dict[str, errors.Refusal]:
    """The rules that a class breaks."""
    told = plan(**changes)
    results = class_rules.check(
        told,
        course=facts(**{"lessons": len(told.sessions), **(course or {})}),
        school=facts_of_school(**(school or {})),
        others=others,
        policy=POLICY,
        today=today,
    )
    return {one.rule: one.refusal for one in results if one.refusal}


class TestCourse:
    def test_that_keeps_to_every_rule_has_a_result_for_each_of_them(self) -> None:
        results = course_rules.check(facts(), school=facts_of_school(), classes=[], policy=POLICY)

        assert [one.rule for one in results] == [kind.code for kind in course_rules.ALL]
        assert not any(one.refusal for one in results)

    @pytest.mark.parametrize(
        ("within", "beyond", "rule", "pointer"),
        [
            ({"lessons": 60}, {"lessons": 61}, "course_lessons", "/lessons"),
            ({"price_fen": 500_000}, {"price_fen": 500_001}, "course_price", "/price/amount_fen"),
            ({"full_refund_days": 5}, {"full_refund_days": 6}, "full_refund_window", "/full_refund_days"),
            ({"age_to": 6}, {"age_to": 5}, "ages_backwards", "/age_to"),
            ({"category": "dance"}, {"category": "art"}, "category_not_licensed", "/category"),
            ({"title": "少儿拉丁舞"}, {"title": "舞蹈与奥数"}, "subject_content", "/title"),
            ({"summary": "认真教学"}, {"summary": "考级包过"}, "promised_result", "/summary"),
            ({"category": "english", "content": "英语"}, {"content": "英语"}, "subject_content", "/content"),
        ],
    )
    def test_is_within_a_rule_at_its_edge_and_beyond_it_just_after(
        self, within: dict[str, Any], beyond: dict[str, Any], rule: str, pointer: str
    ) -> None:
        assert broken_of_course(**within) == {}
        refused = broken_of_course(**beyond)
        assert list(refused) == [rule]
        assert refused[rule].pointer == pointer

    def test_a_refusal_names_the_rule_the_value_and_the_limit(self) -> None:
        refused = broken_of_course(price_fen=500_001)["course_price"]

        assert refused.sentence("zh") == "收费金额规则：一次性收费 ¥5,000.01，上限 ¥5,000.00。"
        assert refused.sentence("en") == "Charge amount: ¥5,000.01 in one charge; the limit is ¥5,000.00."

    def test_every_broken_rule_is_told_at_once(self) -> None:
        results = course_rules.check(
            facts(lessons=61, price_fen=500_001, summary="保过"), school=facts_of_school(), classes=[], policy=POLICY
        )

        with pytest.raises(compliance.NotCompliant) as refused:
            compliance.require(results)
        assert [one.code for one in refused.value.of] == ["course_lessons", "course_price", "promised_result"]
        assert refused.value.figures == {"count": 3}

    @pytest.mark.parametrize(
        ("change", "fits"), [({}, True), ({"lessons": 9}, False), ({"minutes_per_lesson": 45}, False)]
    )
    def test_fits_its_classes_on_sale(self, change: dict[str, Any], fits: bool) -> None:
        sold = ClassSheet(SCHOOL, COURSE, OFFERING, plan(), "usr", NOW, published=plan())

        assert (broken_of_course((sold,), **change) == {}) is fits


class TestWords:
    @pytest.mark.parametrize("text", ["保 过", "保\u200b过", "ＧＵＡＲＡＮＴＥＥＤ", "Guaran teed"])
    def test_are_found_however_they_are_hidden(self, text: str) -> None:
        assert course_words.promising_words([text])

    def test_that_only_look_alike_are_not(self) -> None:
        assert not course_words.promising_words(["保证课时，保护视力", "学会合作"])
        assert not course_words.subject_words(["文化学习", "身韵与基本功"])


class TestClass:
    def test_that_keeps_to_every_rule_has_no_refusal(self) -> None:
        assert broken_of_class() == {}

    @pytest.mark.parametrize(
        ("within", "beyond", "rule"),
        [
            # three months to the day: 12 September to 12 December, a Saturday
            ({"sessions": sessions(count=14)}, {"sessions": sessions(count=15)}, "class_span_months"),
            ({"sessions": sessions(at="19:30")}, {"sessions": sessions(at="19:31")}, "class_ends_too_late"),
            # a Wednesday: schools teach until 17:00
            (
                {"sessions": sessions(date(2026, 9, 9), at="17:00", count=3)},
                {"sessions": sessions(date(2026, 9, 9), at="16:59", count=3)},
                "in_school_hours",
            ),
            # and from 08:00 on
            (
                {"sessions": sessions(date(2026, 9, 9), at="07:00", count=3)},
                {"sessions": sessions(date(2026, 9, 9), at="07:01", count=3)},
                "in_school_hours",
            ),
            # a Monday in the summer, a Monday of the term
            (
                {"sessions": sessions(date(2026, 8, 31), at="10:00", count=1)},
                {"sessions": sessions(date(2026, 9, 7), at="10:00", count=1)},
                "in_school_hours",
            ),
            ({"seats": 20}, {"seats": 21}, "room_area"),
            ({"minimum_students": 20}, {"minimum_students": 21}, "minimum_over_seats"),
            ({"campus_id": examples.CAMPUS}, {"campus_id": an_id("cmp", 9)}, "campus_not_published"),
            ({"room_id": ROOM}, {"room_id": an_id("itm", 9)}, "room_not_published"),
            ({"room_id": ROOM}, {"room_id": ""}, "room_not_published"),
            ({"teacher_id": TEACHER}, {"teacher_id": an_id("tch", 9)}, "teacher_not_published"),
        ],
    )
    def test_is_within_a_rule_at_its_edge_and_beyond_it_just_after(
        self, within: dict[str, Any], beyond: dict[str, Any], rule: str
    ) -> None:
        early = date(2026, 8, 1)
        assert broken_of_class(today=early, **within) == {}
        assert list(broken_of_class(today=early, **beyond)) == [rule]

    def test_online_may_end_half_an_hour_later_and_needs_no_room(self) -> None:
        online: dict[str, Any] = {"course": {"mode": Mode.ONLINE}, "room_id": ""}

        assert broken_of_class(sessions=sessions(at="20:00"), **online) == {}
        assert list(broken_of_class(sessions=sessions(at="20:01"), **online)) == ["class_ends_too_late"]

    def test_ends_on_the_day_on_which_it_begins(self) -> None:
        night = sessions(at="23:30", count=1)

        assert list(broken_of_class(sessions=night)) == ["class_ends_too_late"]

    def test_has_as_many_sessions_as_the_course_has_lessons_each_as_long(self) -> None:
        assert list(broken_of_class(course={"lessons": 9})) == ["session_count"]
        assert list(broken_of_class(course={"lessons": 7})) == ["session_count"]
        assert list(broken_of_class(course={"minutes_per_lesson": 61})) == ["session_length"]

    def test_has_sessions_one_after_the_other(self) -> None:
        one, two = sessions(count=1), sessions(at="19:00", count=1)
        overlapping = sessions(at="18:59", count=1)

        assert broken_of_class(sessions=one + two) == {}
        assert list(broken_of_class(sessions=one + overlapping)) == ["sessions_overlap"]

    def test_begins_today_or_later(self) -> None:
        assert broken_of_class(today=examples.FIRST) == {}
        assert list(broken_of_class(today=date(2026, 9, 13))) == ["class_begins_in_the_past"]

    def test_is_not_planned_beyond_the_school_calendar_that_is_known(self) -> None:
        last = school_calendar.known_through()

        assert broken_of_class(sessions=sessions(last, at="18:00", count=1)) == {}
        beyond = date.fromordinal(last.toordinal() + 1)
        assert list(broken_of_class(sessions=sessions(beyond, at="18:00", count=1))) == ["school_calendar_unknown"]

    @pytest.mark.parametrize(
        ("day", "allowed"),
        [
            (date(2026, 9, 11), True),  # a Friday
            (date(2026, 9, 12), False),  # a Saturday
            (date(2026, 9, 20), False),  # a Sunday on which schools teach: still a weekend
            (date(2026, 9, 25), False),  # Mid-Autumn, a Friday
            (date(2027, 1, 29), True),  # the last day of the term
            (date(2027, 2, 1), False),  # a Monday of the vacation
        ],
    )
    def test_of_a_subject_is_held_on_school_days_only(self, day: date, allowed: bool) -> None:
        refused = broken_of_class({"category": "english"}, sessions=sessions(day, at="18:00", count=1))

        assert list(refused) == ([] if allowed else ["subject_day"])

    def test_is_taught_by_somebody_who_is_qualified_through_its_last_day(self) -> None:
        last = plan().ends_on

        def qualified(through: date) -> dict[str, Any]:
            return {"teachers": {TEACHER: PublishedTeacher("鲁示例", through)}}

        assert broken_of_class(school=qualified(last)) == {}
        day_before = date.fromordinal(last.toordinal() - 1)
        assert list(broken_of_class(school=qualified(day_before))) == ["teacher_not_qualified"]

    def test_needs_three_square_metres_for_each_student(self) -> None:
        def room(area: int) -> dict[str, Any]:
            return {"rooms": {ROOM: PublishedRoom("一室", area)}}

        assert broken_of_class(school=room(60)) == {}
        assert list(broken_of_class(school=room(59))) == ["room_area"]

    @pytest.mark.parametrize(
        ("takes", "rule"),
        [
            ({"teacher_id": TEACHER, "room_id": an_id("itm", 2)}, "teacher_taken"),
            ({"teacher_id": an_id("tch", 2), "room_id": ROOM}, "room_taken"),
            ({"teacher_id": an_id("tch", 2), "room_id": an_id("itm", 2)}, None),
        ],
    )
    def test_takes_no_teacher_and_no_room_of_another_at_the_same_time(
        self, takes: dict[str, Any], rule: str | None
    ) -> None:
        def other(at: str) -> Taken:
            return Taken("另一班", sessions=sessions(at=at, count=1), **takes)

        assert broken_of_class(others=(other("17:00"), other("19:00"))) == {}
        assert list(broken_of_class(others=(other("17:01"),))) == ([rule] if rule else [])
        assert list(broken_of_class(others=(other("18:59"),))) == ([rule] if rule else [])

    def test_has_no_teacher_who_is_at_another_school_at_the_same_time(self) -> None:
        def broken(at: str) -> list[str]:
            elsewhere = sessions(at="08:00", count=1) + sessions(at=at, count=1)
            return list(broken_of_class(school={"teachers": {TEACHER: PublishedTeacher("鲁示例", None, elsewhere)}}))

        assert broken("17:00") == broken("19:00") == []
        assert broken("17:01") == broken("18:59") == ["teacher_elsewhere"]

    def test_online_takes_no_room_of_another(self) -> None:
        online = Taken("另一班", TeacherId(an_id("tch", 2)), ItemId(""), sessions())

        assert broken_of_class({"mode": Mode.ONLINE}, others=(online,), room_id="") == {}


class TestSold:
    CHANGES: tuple[dict[str, Any], ...] = (
        {"sessions": sessions(at="10:00")},
        {"teacher_id": an_id("tch", 2)},
        {"room_id": an_id("itm", 2)},
        {"campus_id": an_id("cmp", 2)},
    )

    @pytest.mark.parametrize("change", CHANGES)
    def test_a_class_keeps_its_times_teacher_and_place_from_its_first_seat_on(self, change: dict[str, Any]) -> None:
        assert self.broken(0, **change) == []
        assert self.broken(1, **change) == ["class_sold"]

    def test_its_cap_may_come_down_to_what_is_sold(self) -> None:
        assert self.broken(8, seats=8) == []
        assert self.broken(8, seats=7) == ["seats_below_sold"]

    def test_its_timetable_is_not_cut_short(self) -> None:
        assert self.broken(0, sessions=sessions(count=8)) == []
        assert self.broken(0, sessions=sessions(count=7)) == ["class_cut_short"]

    def broken(self, sold: int, **changes: Any) -> list[str]:
        """The rules that another version of a class breaks, so many seats of which are sold."""
        results = class_rules.check_sold(plan(**changes), was=plan(), sold=sold)
        return [one.rule for one in results if one.refusal]


class TestSchoolHours:
    @pytest.mark.parametrize(
        ("day", "teaches"),
        [
            (date(2026, 8, 31), False),
            (date(2026, 9, 1), True),
            (date(2026, 9, 5), False),  # a Saturday
            (date(2026, 10, 10), True),  # a Saturday that is made up
            (date(2026, 10, 1), False),  # National Day
            (date(2027, 1, 29), True),
            (date(2027, 2, 1), False),
        ],
    )
    def test_are_those_of_the_working_days_of_a_term(self, day: date, teaches: bool) -> None:
        hours = school_calendar.school_hours(day, POLICY.own_days)

        assert (hours is not None) is teaches
        if hours:
            assert (hours.starts, hours.ends) == (time(8), time(17))
