"""What a class needs of its school stays while the class is taught: its campus, its room, its teacher."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.edge import amending, course_acts, publishing
from shared.filings.model import Outcome
from shared.institutions import store as institutions
from shared.institutions.model import Campus
from shared.kernel.ids import CampusId, CaseId
from shared.mall import queries, usage
from shared.mall.store import sheets as store
from shared.profiles.model import ProfileChange
from tests import steps
from tests.builders import COURSE, NOW, OFFERING, ROOM, SCHOOL, TEACHER, an_id
from tests.filings import examples as filings
from tests.mall import examples
from tests.mall.test_publication_races import accept_class, together
from tests.personnel import examples as persons
from tests.profiles import examples as profiles

OVER = examples.sessions()[-1].ends_at
NEW = Campus(CampusId(an_id("cmp", 9)), "新校区", "临淄区新路9号", "13800000009")


def withdrawal(item_id: str, number: int = 1) -> ProfileChange:
    """The school asks that its room or its teacher is published no more."""
    item = profiles.NEW_TEACHER if item_id == TEACHER else profiles.ROOM
    return profiles.submitted(number, item, withdraws=True, content={}, item_id=item_id)


def accept(change: ProfileChange, *, now: datetime = NOW) -> None:
    ids = change.institution_id, change.change_id
    publishing.accept(institution_id=ids[0], change_id=ids[1], edits=change.edits, by="reviewer", now=now)


def withdraw_class() -> None:
    edits = store.get_class(SCHOOL, COURSE, OFFERING).edits
    course_acts.withdraw_class(SCHOOL, COURSE, OFFERING, edits=edits, now=NOW)


def published() -> list[str]:
    school = institutions.get(SCHOOL)
    return [one.item_id for one in school.rooms] + [one.teacher_id for one in school.teachers]


@pytest.fixture
def school(in_memory: Any) -> None:
    """A school with a course on sale."""
    examples.register()
    examples.course_published()


@pytest.mark.usefixtures("school")
class TestWithdrawal:
    @pytest.mark.parametrize(("item_id", "named"), [(ROOM, "二楼201室"), (TEACHER, "鲁示例")])
    def test_of_what_a_class_on_sale_needs_is_refused_with_the_class(self, item_id: str, named: str) -> None:
        examples.class_published()
        change = withdrawal(item_id)

        with pytest.raises(usage.StillInUse) as refused:
            accept(change)
        assert refused.value.figures == {
            "named": named,
            "value": "周六晚一班",
            "until": "2026-10-31",
            "count": 1,
            "limit": 0,
        }
        assert published() == [ROOM, TEACHER]

    def test_of_what_only_a_class_in_review_needs_is_not(self) -> None:
        course_acts.submit_class(examples.class_drafted(), edits=1, now=NOW)
        accept(withdrawal(ROOM))

        assert published() == [TEACHER]

    def test_is_free_once_the_class_is_withdrawn_and_nobody_is_in_it(self) -> None:
        examples.class_published()
        change = withdrawal(ROOM)
        withdraw_class()
        accept(change)

        assert published() == [TEACHER]

    def test_waits_for_the_last_session_of_who_is_in_it_to_the_minute(self) -> None:
        examples.class_published()
        steps.enrol(queries.get_course(COURSE).offerings[0])
        withdraw_class()
        change = withdrawal(TEACHER)

        with pytest.raises(usage.StillInUse):
            accept(change, now=OVER - timedelta(minutes=1))
        accept(change, now=OVER)
        assert published() == [ROOM]

    def test_of_a_teacher_who_is_on_a_list_is_always_possible(self) -> None:
        examples.class_published()
        persons.blacklisted(persons.NUMBER)
        accept(withdrawal(TEACHER))

        assert published() == [ROOM]

    def test_of_another_room_is_nobodys_concern(self) -> None:
        examples.class_published()
        profiles.accepted(5, profiles.ROOM, item_id=an_id("itm", 2))
        accept(withdrawal(an_id("itm", 2)))

        assert published() == [ROOM, TEACHER]


@pytest.mark.usefixtures("school")
class TestAmendment:
    def passed(self, *campuses: Campus) -> CaseId:
        """A change of the campuses that has passed and was public long enough at `LATER`."""
        case_id = filings.open_change(campuses=campuses)
        filings.visited_case(case_id, now=NOW)
        filings.decided(case_id, Outcome.PASS, now=NOW)
        return case_id

    def apply(self, case_id: CaseId) -> None:
        later = NOW + timedelta(days=20)
        amending.apply(case_id=case_id, reason="公示期满", by="supervisor", now=later, also=[])

    def test_that_closes_the_campus_of_a_class_is_refused_until_the_class_is_off(self) -> None:
        examples.class_published()
        case_id = self.passed(NEW)

        with pytest.raises(usage.StillInUse) as refused:
            self.apply(case_id)
        assert (refused.value.figures["named"], refused.value.figures["value"]) == ("校本部", "周六晚一班")
        withdraw_class()
        self.apply(case_id)
        assert institutions.get(SCHOOL).campuses == (NEW,)

    def test_that_only_moves_or_adds_one_is_not(self) -> None:
        examples.class_published()
        moved = replace(institutions.get(SCHOOL).campuses[0], address="临淄区新路1号")
        self.apply(self.passed(moved, NEW))

        assert institutions.get(SCHOOL).campuses == (moved, NEW)


@pytest.mark.usefixtures("on_engine")
class TestAtOnce:
    @pytest.mark.parametrize("number", range(3))
    def test_a_class_is_accepted_or_its_room_goes_but_not_both(self, number: int) -> None:
        examples.register()
        examples.course_published()
        course_acts.submit_class(examples.class_drafted(), edits=1, now=NOW)
        change = withdrawal(ROOM)

        told = together(lambda: accept_class(OFFERING, 2), lambda: accept(change))

        assert told in (["", "still_in_use"], ["course_rules", ""])
        assert (ROOM in published()) is (told[0] == "")

    def test_the_same_withdrawal_twice_is_one(self) -> None:
        examples.register()
        change = withdrawal(ROOM)

        told = together(*[lambda: accept(change)] * 3)

        assert told.count("") == 1
        assert set(told) <= {"", "profile_change_not_submitted", "edited_meanwhile", "try_again"}
        assert published() == [TEACHER]
