"""Two of a school's publications at once, and a sale during one, on the engine."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.edge import course_acts
from shared.kernel import errors
from shared.kernel.ids import OfferingId
from shared.mall import catalogue, queries
from shared.mall.cards import SchoolCard
from shared.mall.model import Status
from shared.mall.store import sheets as store
from shared.teaching import queries as teaching
from tests import steps
from tests.builders import COURSE, NOW, OFFERING, SCHOOL, an_id
from tests.mall import examples

pytestmark = pytest.mark.usefixtures("on_engine")


def together(*acts: Callable[[], object]) -> list[str]:
    """What became of each act, all begun at once: its refusal's code, or nothing."""

    def told(act: Callable[[], object]) -> str:
        try:
            act()
        except errors.Refusal as refusal:
            return refusal.code
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(told, acts))


def accept_class(offering_id: OfferingId, edits: int) -> None:
    course_acts.accept_class(SCHOOL, COURSE, offering_id, edits=edits, by="reviewer", now=NOW)


class TestAtOnce:
    def test_only_one_of_the_classes_that_wait_for_one_room_is_accepted(self) -> None:
        examples.register()
        examples.course_published()
        waiting = [OfferingId(an_id("off", number)) for number in range(1, 5)]
        for offering_id in waiting:
            course_acts.submit_class(examples.class_drafted(offering_id), edits=1, now=NOW)

        told = together(*(lambda one=one: accept_class(one, 2) for one in waiting))

        assert sorted(told) == ["", "course_rules", "course_rules", "course_rules"]
        assert len(queries.get_course(COURSE).offerings) == 1

    def test_the_same_acceptance_twice_is_one(self) -> None:
        examples.register()
        examples.course_waiting(examples.course_drafted())

        def accept() -> None:
            course_acts.accept_course(SCHOOL, COURSE, edits=3, by="reviewer", now=NOW)

        told = together(accept, accept, accept)

        assert told.count("") == 1
        assert set(told) <= {"", "edited_meanwhile", "course_not_in_review"}
        assert len(store.versions_of_course(COURSE)) == 1

    @pytest.mark.parametrize("number", range(5))
    def test_a_seat_is_sold_at_the_old_times_or_the_class_moves_but_not_both(self, number: int) -> None:
        examples.register()
        examples.course_published()
        sheet = examples.class_published()
        [offering] = queries.get_course(COURSE).offerings
        before = [one.starts_at for one in teaching.list_sessions(OFFERING)]
        moved = examples.class_waiting(sheet, sessions=examples.sessions(at="19:00"))

        sold, accepted = together(lambda: steps.enrol(offering), lambda: accept_class(OFFERING, moved.edits))

        after = [one.starts_at for one in teaching.list_sessions(OFFERING)]
        [offering] = queries.get_course(COURSE).offerings
        assert (sold, accepted) in [("", "course_rules"), ("", "class_sold"), ("terms_changed", "")]
        assert (after == before) is (sold == "")
        assert offering.seats_left == offering.seats - (sold == "")

    def test_a_course_is_withdrawn_with_the_class_that_is_accepted_meanwhile_or_before_it(self) -> None:
        examples.register()
        course = examples.course_published()
        course_acts.submit_class(examples.class_drafted(), edits=1, now=NOW)

        _, accepted = together(
            lambda: course_acts.withdraw_course(SCHOOL, COURSE, edits=course.edits, now=NOW),
            lambda: accept_class(OFFERING, 2),
        )

        assert accepted in ("", "course_not_published")
        assert all(one.status is Status.WITHDRAWN for one in queries.get_course(COURSE).offerings)
        assert catalogue.as_of(NOW).on_sale == ()
        assert {type(one) for one in catalogue.as_of(NOW).cards.values()} == {SchoolCard}

    @pytest.mark.parametrize("number", range(3))
    def test_what_is_found_is_what_is_on_sale_whatever_happens_to_a_class_at_once(self, number: int) -> None:
        examples.register()
        examples.course_published()
        sheet = examples.class_published()
        moved = examples.class_waiting(sheet, name="周六夜二班")

        told = together(
            lambda: accept_class(OFFERING, moved.edits),
            lambda: course_acts.withdraw_class(SCHOOL, COURSE, OFFERING, edits=moved.edits, now=NOW),
            lambda: catalogue.as_of(NOW),
            lambda: catalogue.as_of(NOW),
        )

        assert told.count("") == 3  # either is done; the other has been made for what isn't there any more
        [offering] = queries.get_course(COURSE).offerings
        found = [each.name for one in catalogue.as_of(NOW).on_sale for each in one.classes]
        assert found == ([offering.name] if offering.status is Status.PUBLISHED else [])
