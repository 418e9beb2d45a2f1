"""The generated district is one that the real rules would let in, and obviously invented."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import time, timedelta
from itertools import pairwise

import chinese_calendar
import pytest
from stdnum import luhn
from stdnum.cn import uscc

from functions.edge import course_acts
from infra.local import district, seed
from infra.local.district import names
from infra.local.district.families import Confirming, Paying
from infra.local.district.schools import TERM_STARTS, Class
from infra.local.district_process import STARTS_AT
from infra.local.term import FIRST_WEEKS_END
from shared.funds import minimum_rules
from shared.institutions import rules as institutions
from shared.institutions.model import Institution
from shared.kernel import ids
from shared.kernel.clock import SHANGHAI, business_day, start_of
from shared.mall import class_rules, course_rules
from shared.mall import rules as mall
from shared.mall.model import CATEGORIES
from shared.people import rules as people
from shared.policy import file

DATA = district.generate()
SCHOOLS = [school.institution for school in DATA.schools]
CLASSES = [one for school in DATA.schools for one in school.classes]
COURSES = {one.course.course_id: one.course for one in CLASSES}
POLICY = file.first()
each_class = pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.offering.offering_id[-6:])


def repeated(told: Sequence[str]) -> list[str]:
    """What stands there more than once."""
    return [value for value, count in Counter(told).items() if count > 1]


def broken(one: Class, school: Institution) -> list[str]:
    """The rules on courses and classes that a class breaks, on the day that the district is planted."""
    facts, today = course_acts.facts_of(school), business_day(STARTS_AT)
    course = seed.course_facts(one)
    of_course = course_rules.check(course, school=facts, classes=[], policy=POLICY)
    of_class = class_rules.check(
        seed.class_plan(one), course=course, school=facts, others=[], policy=POLICY, today=today
    )
    return [result.rule for result in (*of_course, *of_class) if result.refusal]


def account_numbers(school: Institution) -> list[str]:
    """A school's three accounts."""
    accounts = school.accounts
    return [accounts.tuition_account_no, accounts.minimum_balance_account_no, accounts.payout_account_no]


class TestGenerate:
    def test_gives_the_same_district_for_the_same_seed(self) -> None:
        assert district.generate() == DATA
        assert district.generate(seed=7) == district.generate(seed=7)

    def test_gives_another_one_for_another_seed(self) -> None:
        assert district.generate(seed=7) != DATA

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_keeps_to_the_rules_for_any_seed(self, seed: int) -> None:
        data = district.generate(seed=seed, family_count=30)

        for school in data.schools:
            institutions.check_registration(school.institution)
            for one in school.classes:
                assert broken(one, school.institution) == []
        assert len(data.plans) >= 30

    def test_is_large_enough_to_be_a_district(self) -> None:
        assert len(SCHOOLS) >= 12
        assert len(COURSES) >= 36
        assert len(CLASSES) > len(COURSES)
        assert {school.size for school in SCHOOLS} == {"small", "medium", "large"}
        assert {course.category for course in COURSES.values()} == {category.code for category in CATEGORIES}


class TestSchools:
    def test_could_be_registered(self) -> None:
        for school in SCHOOLS:
            institutions.check_registration(school)
            assert uscc.is_valid(school.credit_code)
            assert school.credit_code[:8] in ("91370305", "52370305")  # companies and non-profits of Linzi
            assert school.credit_code.startswith("9") == school.name.endswith("有限公司")
            assert re.fullmatch(r"3703057\d{6}|教民370305\d{9}", school.licence_no)
            assert school.licence_valid_to > max(one.offering.ends_on for one in CLASSES)

    def test_have_both_kinds_of_licence_and_both_kinds_of_owner(self) -> None:
        assert {school.licence_no.startswith("教民") for school in SCHOOLS} == {True, False}
        assert {school.credit_code[0] for school in SCHOOLS} == {"9", "5"}

    def test_share_no_number_with_one_another(self) -> None:
        numbers = [number for school in SCHOOLS for number in account_numbers(school)]
        families_own = [family.account_no for family in DATA.families]

        assert repeated(numbers + families_own) == []
        for told in ("institution_id", "name", "short_name", "credit_code", "licence_no", "phone"):
            assert repeated([getattr(school, told) for school in SCHOOLS]) == [], told

    def test_have_numbers_of_the_right_shape(self) -> None:
        for school in SCHOOLS:
            for number in account_numbers(school):
                assert re.fullmatch(r"\d{16}", number)
                assert luhn.is_valid(number)
            assert re.fullmatch(r"1[3-9]\d{9}", school.phone)
            assert all(re.fullmatch(r"0533-7\d{6}", campus.phone) for campus in school.campuses)
            assert ids.is_id(school.institution_id, "ins")

    def test_have_teachers_with_published_qualifications(self) -> None:
        teachers = [teacher for school in SCHOOLS for teacher in school.teachers]

        assert repeated([teacher.teacher_id for teacher in teachers]) == []
        assert repeated([teacher.qualification_no for teacher in teachers]) == []
        assert all(re.fullmatch(r"\d{17}", teacher.qualification_no) for teacher in teachers)
        assert all(teacher.qualification for teacher in teachers)

    def test_need_a_minimum_balance_by_their_size(self) -> None:
        by_size = {(school.size, minimum_rules.floor_fen(POLICY, school.size)) for school in SCHOOLS}

        assert by_size == {("small", 5_000_000), ("medium", 10_000_000), ("large", 15_000_000)}


class TestClasses:
    @each_class
    def test_could_be_sold_from_their_first_day_of_sale_on(self, one: Class) -> None:
        [school] = [school for school in SCHOOLS if school.institution_id == one.offering.institution_id]
        assert broken(one, school) == []
        first = mall.months_after(one.offering.starts_on, -POLICY.earliest_months_before_start)
        for day in (first, one.offering.starts_on - timedelta(days=1)):
            mall.check_sale(
                course=one.course,
                offering=one.offering,
                terms_hash="",
                has=[],
                policy=POLICY,
                today=day,
            )

    def test_can_be_taken_in_every_school_when_the_first_weeks_are_over(self) -> None:
        opens = business_day(FIRST_WEEKS_END)
        for school in DATA.schools:
            assert [one for one in school.classes if timedelta(0) < one.offering.starts_on - opens <= timedelta(31)]

    @each_class
    def test_have_a_session_for_every_lesson_within_their_days(self, one: Class) -> None:
        days = [business_day(slot.starts_at) for slot in one.slots]

        assert [slot.number for slot in one.slots] == list(range(1, one.course.lessons + 1))
        assert (days[0], days[-1]) == (one.offering.starts_on, one.offering.ends_on)
        assert days[0] >= TERM_STARTS
        assert all(before.ends_at <= after.starts_at for before, after in pairwise(one.slots))
        minutes = {(slot.ends_at - slot.starts_at).total_seconds() / 60 for slot in one.slots}
        assert minutes == {one.course.minutes_per_lesson}

    @each_class
    def test_meet_only_on_ordinary_days_and_at_hours_that_the_law_allows(self, one: Class) -> None:
        for slot in one.slots:
            starts, ends = (moment.astimezone(SHANGHAI) for moment in (slot.starts_at, slot.ends_at))
            weekend = starts.weekday() >= 5
            assert not chinese_calendar.is_in_lieu(starts.date())
            assert chinese_calendar.is_workday(starts.date()) != weekend  # no holiday, no make-up working day
            assert time(8) <= starts.time()
            assert ends.time() <= time(20, 30)
            if not weekend:
                assert starts.time() >= time(17)  # not during school hours
            if one.course.category == "english":
                assert not weekend  # a subject

    def test_have_no_teacher_and_no_room_in_two_places_at_once(self) -> None:
        busy = defaultdict(list)
        for one in CLASSES:
            for slot in one.slots:
                for what in (one.offering.teacher_id, f"{one.offering.campus_id} {one.offering.room}"):
                    busy[what].append((slot.starts_at, slot.ends_at))

        for what, periods in busy.items():
            periods.sort()
            assert all(before[1] <= after[0] for before, after in pairwise(periods)), what

    @each_class
    def test_are_taught_where_and_by_whom_their_school_says(self, one: Class) -> None:
        [school] = [school for school in SCHOOLS if school.institution_id == one.offering.institution_id]

        assert one.course.institution_id == school.institution_id
        assert one.course.category in school.categories
        assert one.offering.campus_id in {campus.campus_id for campus in school.campuses}
        assert (one.offering.teacher_id, one.offering.teacher_name) in {
            (teacher.teacher_id, teacher.name) for teacher in school.teachers
        }

    def test_have_ids_of_their_own(self) -> None:
        sessions = [slot.session_id for one in CLASSES for slot in one.slots]

        assert repeated(sessions) == []
        assert repeated([one.offering.offering_id for one in CLASSES]) == []
        assert all(ids.is_id(one, "ses") for one in sessions)

    def test_have_prices_that_do_not_all_divide(self) -> None:
        remainders = [course.price_fen % course.lessons for course in COURSES.values()]

        assert 0 in remainders
        assert any(remainders)


class TestFamilies:
    def test_have_children_that_could_be_registered(self) -> None:
        for family in DATA.families:
            for child in family.children:
                people.check_child(child.name, child.birth_month, True, start_of(TERM_STARTS))

    def test_take_no_more_seats_than_there_are(self) -> None:
        taken = Counter(plan.taken.offering.offering_id for plan in DATA.plans)

        assert all(taken[one.offering.offering_id] <= one.offering.seats for one in CLASSES)

    def test_take_classes_for_the_age_of_their_child_that_may_be_sold_then(self) -> None:
        for plan in DATA.plans:
            age = TERM_STARTS.year - int(plan.family.children[plan.child].birth_month[:4])
            assert plan.taken.ages[0] <= age <= plan.taken.ages[1]
            today = plan.taken.offering.starts_on - timedelta(days=plan.days_before_term)
            mall.check_sale(
                course=plan.taken.course,
                offering=plan.taken.offering,
                terms_hash="",
                has=[],
                policy=POLICY,
                today=today,
            )

    def test_behave_in_every_way_that_a_term_is_told_with(self) -> None:
        assert {plan.paying for plan in DATA.plans} == set(Paying)
        assert {plan.confirming for plan in DATA.plans} == set(Confirming)
        assert any(plan.missed for plan in DATA.plans)

    def test_have_two_siblings_who_are_paid_for_together(self) -> None:
        together = [plan for plan in DATA.plans if plan.paying is Paying.TOGETHER]

        assert len({plan.family.number for plan in together}) == 1
        assert [plan.child for plan in together] == [0, 1]
        assert len({plan.taken.course.institution_id for plan in together}) == 1

    def test_miss_only_lessons_that_there_are(self) -> None:
        for plan in DATA.plans:
            assert plan.missed <= set(range(1, plan.taken.course.lessons + 1))

    def test_have_accounts_and_openids_of_their_own(self) -> None:
        assert repeated([family.openid for family in DATA.families]) == []
        assert all(luhn.is_valid(family.account_no) for family in DATA.families)


class TestStaff:
    def test_has_every_role_that_two_people_need(self) -> None:
        roles = Counter(officer.role.value for officer in DATA.staff)

        assert set(roles) == {"reviewer", "supervisor", "finance_officer", "auditor", "administrator"}
        assert min(roles["supervisor"], roles["finance_officer"]) >= 2
        assert repeated([officer.username for officer in DATA.staff]) == []


class TestNames:
    def test_are_put_together_from_two_short_lists(self) -> None:
        """So none is that of somebody somewhere, but by chance."""
        adults = [school.legal_representative for school in SCHOOLS]
        adults += [teacher.name for school in SCHOOLS for teacher in school.teachers]
        adults += [family.guardian_name for family in DATA.families]
        children = [child.name for family in DATA.families for child in family.children]

        assert all(name[0] in names.SURNAMES for name in adults + children)
        assert {name[1:] for name in adults} <= set(names.ADULT_GIVEN)
        assert {name[1:] for name in children} <= set(names.GIVEN)

    def test_of_a_child_begins_with_its_guardians(self) -> None:
        for family in DATA.families:
            assert {child.name[0] for child in family.children} == {family.guardian_name[0]}
