"""A teacher is at one school in one hour: classes of two schools that publish the same person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.edge import course_acts
from shared.institutions.model import Room
from shared.kernel import errors
from shared.kernel.ids import CourseId, OfferingId
from shared.mall import queries, sheets
from shared.mall.compliance import NotCompliant
from shared.mall.model import Period
from shared.mall.sheet_model import ClassSheet, CourseSheet
from shared.mall.store import sheets as sheet_store
from shared.personnel.store import hours
from tests import builders, steps
from tests.builders import NOW, ROOM, TEACHER, an_id
from tests.mall.examples import facts, plan, sessions
from tests.mall.test_publication_races import together
from tests.personnel.examples import NUMBER, OTHER
from tests.personnel.test_races import again
from tests.profiles import examples as profiles

WEEKS = 8
SCHOOLS = 4


def open_school(number: int) -> None:
    """The `number`-th school, which publishes the same person as every other, has a course on sale."""
    school = steps.register(number, rooms=(Room(ROOM, "二楼201室", 60),))
    sheet = CourseSheet(school.institution_id, course_of(number), None, facts(), "usr", NOW)
    sheets.draft(sheet=sheet)
    course_acts.submit_course(sheet, edits=1, now=NOW)
    course_acts.accept_course(school.institution_id, sheet.course_id, edits=2, by="reviewer", now=NOW)


def course_of(number: int) -> CourseId:
    return CourseId(an_id("crs", number))


def drafted(number: int, times: Sequence[Period], *, nth: int = 0) -> ClassSheet:
    """The draft of a class at the `number`-th school."""
    school = builders.a_school(number)
    told = plan(sessions=tuple(times), campus_id=school.campuses[0].campus_id)
    offering_id = OfferingId(an_id("off", number * 10 + nth))
    sheet = ClassSheet(school.institution_id, course_of(number), offering_id, told, "usr", NOW)
    sheets.draft(sheet=sheet)
    return sheet


def submit(sheet: ClassSheet) -> ClassSheet:
    return course_acts.submit_class(sheet, edits=sheet.edits, now=NOW)


def accept(sheet: ClassSheet) -> None:
    ids = sheet.institution_id, sheet.course_id, sheet.offering_id
    assert ids[2] is not None
    course_acts.accept_class(ids[0], ids[1], ids[2], edits=sheet.edits, by="reviewer", now=NOW)


def published(number: int, times: Sequence[Period], *, nth: int = 0) -> ClassSheet:
    accept(submit(drafted(number, times, nth=nth)))
    return sheet_of(number, nth=nth)


def sheet_of(number: int, *, nth: int = 0) -> ClassSheet:
    school = builders.a_school(number).institution_id
    return sheet_store.get_class(school, course_of(number), OfferingId(an_id("off", number * 10 + nth)))


def withdraw(sheet: ClassSheet) -> ClassSheet:
    assert sheet.offering_id is not None
    return course_acts.withdraw_class(
        sheet.institution_id, sheet.course_id, sheet.offering_id, edits=sheet.edits, now=NOW
    )


def put_back(sheet: ClassSheet) -> ClassSheet:
    ids = sheet.institution_id, sheet.course_id, sheet.offering_id
    assert ids[2] is not None
    return course_acts.republish_class(ids[0], ids[1], ids[2], edits=sheet.edits, now=NOW)


def refused(act: Any) -> list[errors.Refusal]:
    with pytest.raises(NotCompliant) as told:
        act()
    return list(told.value.of)


@pytest.fixture
def schools(in_memory: Any) -> None:
    open_school(1)
    open_school(2)


@pytest.mark.usefixtures("schools")
class TestAClass:
    @pytest.mark.parametrize(("at", "free"), [("17:00", True), ("17:01", False), ("18:59", False), ("19:00", True)])
    def test_may_end_as_another_schools_begins_and_begin_as_it_ends(self, at: str, free: bool) -> None:
        published(1, sessions(at="18:00"))
        other = drafted(2, sessions(at=at))

        if free:
            accept(submit(other))
        else:
            assert [one.code for one in refused(lambda: submit(other))] == ["teacher_elsewhere"]

    def test_is_refused_with_the_other_time_and_nothing_more_of_the_other_school(self) -> None:
        published(1, sessions(at="18:00"))

        [refusal] = refused(lambda: submit(drafted(2, sessions(at="10:00")[:2] + sessions(at="18:30")[2:])))

        assert refusal.pointer == "/teacher_id"
        assert refusal.figures == {"value": "2026-09-26 18:00-19:00", "limit": 1}

    def test_that_was_free_when_it_was_submitted_is_held_to_it_again_when_it_is_accepted(self) -> None:
        first, second = submit(drafted(1, sessions())), submit(drafted(2, sessions()))
        accept(first)

        assert [one.code for one in refused(lambda: accept(second))] == ["teacher_elsewhere"]
        assert sheet_of(2) == second

    def test_that_is_withdrawn_and_that_nobody_bought_holds_no_hour_until_it_comes_back(self) -> None:
        first = withdraw(published(1, sessions()))
        published(2, sessions())

        assert [one.code for one in refused(lambda: put_back(first))] == ["teacher_elsewhere"]
        withdraw(sheet_of(2))
        put_back(first)
        assert [one.code for one in refused(lambda: put_back(sheet_of(2)))] == ["teacher_elsewhere"]

    def test_that_is_withdrawn_with_a_seat_sold_is_taught_all_the_same(self) -> None:
        sheet = published(1, sessions())
        steps.enrol(queries.get_course(course_of(1)).offerings[0])
        withdraw(sheet)

        assert [one.code for one in refused(lambda: submit(drafted(2, sessions())))] == ["teacher_elsewhere"]

    def test_of_a_school_that_has_ended_is_taught_no_more(self) -> None:
        published(1, sessions())
        steps.revoke()

        accept(submit(drafted(2, sessions())))

    def test_that_moves_leaves_its_old_hours_and_takes_its_new_ones(self) -> None:
        sheet = published(1, sessions(at="18:00"))
        edited = sheets.edit_class(
            sheet=sheet, facts=replace(sheet.facts, sessions=sessions(at="19:30")), edits=sheet.edits, by="usr", now=NOW
        )
        accept(submit(edited))

        assert refused(lambda: submit(drafted(2, sessions(at="19:30"))))
        accept(submit(drafted(2, sessions(at="18:00"), nth=1)))
        assert [one.offering_id for one in hours.get(NUMBER).classes] == [an_id("off", 10), an_id("off", 21)]

    def test_is_noted_until_it_is_over_and_then_forgotten(self) -> None:
        published(1, sessions(count=WEEKS))
        over = sessions()[-1].ends_at
        course_acts.submit_class(
            drafted(1, sessions(over.date() + timedelta(days=6))[:WEEKS], nth=1), edits=1, now=over
        )

        ids = builders.SCHOOL, course_of(1), OfferingId(an_id("off", 11))
        course_acts.accept_class(*ids, edits=2, by="reviewer", now=over)

        assert [one.offering_id for one in hours.get(NUMBER).classes] == [an_id("off", 11)]


@pytest.mark.usefixtures("schools")
class TestAnotherNumber:
    def renumbered(self, school: int, number: str, nth: int) -> None:
        """A school's change of its teacher's number is accepted."""
        iid = builders.a_school(school).institution_id
        item = {**profiles.NEW_TEACHER, "qualification_no": number}
        profiles.accepted(nth, item, institution_id=iid, item_id=TEACHER)

    def test_of_another_person_is_not_in_the_way(self) -> None:
        published(1, sessions())
        self.renumbered(2, OTHER, 1)

        accept(submit(drafted(2, sessions())))

    def test_takes_the_hours_of_her_classes_at_that_school_with_it(self) -> None:
        self.renumbered(2, OTHER, 1)
        published(1, sessions())
        published(2, sessions())

        self.renumbered(
            2, NUMBER, 2
        )  # nobody is kept from correcting a number: what overlaps is told when it is taught

        assert [one.offering_id for one in hours.get(NUMBER).classes] == [an_id("off", 10), an_id("off", 20)]
        assert hours.get(OTHER).classes == ()
        assert refused(lambda: submit(drafted(1, sessions(), nth=1)))

    def test_goes_without_a_word_where_she_teaches_nothing(self) -> None:
        self.renumbered(2, OTHER, 1)

        assert (hours.get(NUMBER).version, hours.get(OTHER).version) == (0, 0)


@pytest.mark.usefixtures("on_engine")
class TestAtOnce:
    @pytest.mark.parametrize("number", range(3))
    def test_only_one_of_the_schools_that_wait_for_her_hour_is_accepted(self, number: int) -> None:
        waiting = []
        for school in range(1, SCHOOLS + 1):
            open_school(school)
            waiting.append(submit(drafted(school, sessions())))

        told = together(*(lambda one=one: again(lambda: accept(one)) for one in waiting))

        assert sorted(told) == ["", *["course_rules"] * (SCHOOLS - 1)]
        assert len(hours.get(NUMBER).classes) == 1

    def test_a_class_comes_back_or_another_schools_is_accepted_but_not_both(self) -> None:
        open_school(1)
        open_school(2)
        first = withdraw(published(1, sessions()))
        second = submit(drafted(2, sessions()))

        told = together(lambda: again(lambda: put_back(first)), lambda: again(lambda: accept(second)))

        assert sorted(told) == ["", "course_rules"]

    def test_the_same_acceptance_twice_is_one(self) -> None:
        open_school(1)
        waiting = submit(drafted(1, sessions()))

        told = together(*[lambda: again(lambda: accept(waiting))] * 3)

        assert told.count("") == 1
        assert [one.offering_id for one in hours.get(NUMBER).classes] == [an_id("off", 10)]
