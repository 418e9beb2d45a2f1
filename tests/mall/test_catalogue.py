"""The catalogue in memory follows what is published, changed, withdrawn, renamed and rated."""

from datetime import date, timedelta
from typing import Any

import pytest

from functions.edge import course_acts
from shared.kernel.ids import CourseId, OfferingId
from shared.mall import catalogue, search
from shared.mall.search import Wanted
from shared.mall.store import cards
from shared.mall.store import sheets as store
from tests import builders
from tests.builders import COURSE, NOW, OFFERING, SCHOOL, TODAY, an_id
from tests.mall import examples
from tests.reads import counted

OTHER_CLASS = OfferingId(an_id("off", 2))
SUNDAYS = examples.sessions(date(2026, 9, 13))


@pytest.fixture(autouse=True)
def registered(in_memory: Any) -> None:
    examples.register()


def found(now: Any = NOW, **wanted: Any) -> dict[str, list[str]]:
    """Which classes of which courses this process finds at a moment."""
    told = search.find(catalogue.as_of(now), Wanted(**wanted), today=TODAY)
    return {one.on_sale.course.course_id: [each.offering_id for each in one.classes] for one in told}


class TestPublication:
    def test_a_course_is_found_with_its_first_class(self) -> None:
        assert found() == {}
        examples.course_published()
        assert found() == {}
        examples.class_published()
        assert found(text="中国舞") == {COURSE: [OFFERING]}

    def test_as_it_becomes(self) -> None:
        examples.course_published()
        examples.class_published()
        assert found(text="形体") == {}

        sheet = examples.course_waiting(store.get_course(SCHOOL, COURSE), title="少儿形体")
        assert found(text="形体") == {}
        course_acts.accept_course(SCHOOL, COURSE, edits=sheet.edits, by="reviewer", now=NOW)

        assert found(text="形体") == found(text="xt") == {COURSE: [OFFERING]}
        assert found(text="中国") == {}

    def test_not_any_more_when_it_is_withdrawn_and_again_when_it_is_back(self) -> None:
        course = examples.course_published()
        classes = [
            examples.class_published(),
            examples.class_published(OTHER_CLASS, number="DANCE-02", sessions=SUNDAYS),
        ]
        assert found() == {COURSE: [OFFERING, OTHER_CLASS]}

        course_acts.withdraw_class(SCHOOL, COURSE, OFFERING, edits=classes[0].edits, now=NOW)
        assert found() == {COURSE: [OTHER_CLASS]}
        off = course_acts.withdraw_course(SCHOOL, COURSE, edits=course.edits, now=NOW)
        assert found() == {}
        course_acts.republish_course(SCHOOL, COURSE, edits=off.edits, now=NOW)
        assert found() == {}
        sheet = store.get_class(SCHOOL, COURSE, OFFERING)
        course_acts.republish_class(SCHOOL, COURSE, OFFERING, edits=sheet.edits, now=NOW)
        assert found() == {COURSE: [OFFERING]}

    def test_is_the_same_in_a_process_that_begins_later(self) -> None:
        course = examples.course_published()
        examples.class_published()
        there = found()
        catalogue.forget()
        assert found() == there

        course_acts.withdraw_course(SCHOOL, COURSE, edits=course.edits, now=NOW)
        catalogue.forget()
        assert found() == {}


class TestRating:
    def test_is_found_by_and_stays_when_the_course_is_published_anew(self) -> None:
        examples.course_published()
        examples.class_published()
        assert cards.rate(COURSE, 455, now=NOW)
        assert cards.rate(COURSE, 455, now=NOW)
        assert found(rating=455) == {COURSE: [OFFERING]}

        sheet = examples.course_waiting(store.get_course(SCHOOL, COURSE), title="少儿形体")
        course_acts.accept_course(SCHOOL, COURSE, edits=sheet.edits, by="reviewer", now=NOW)
        assert found(text="形体", rating=455) == {COURSE: [OFFERING]}

        assert cards.rate(COURSE, None, now=NOW)
        assert found(rating=100) == {}

    def test_of_what_is_not_there_is_nothing(self) -> None:
        assert not cards.rate(CourseId(an_id("crs", 99)), 455, now=NOW)
        assert found() == {}


class TestAsOf:
    def test_reads_all_of_it_once_and_then_what_has_changed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        examples.course_published()
        examples.class_published()
        with counted(monkeypatch) as first:
            found()
        later = NOW + 2 * catalogue.OVERLAP
        found(later)
        with counted(monkeypatch) as then:
            found(later + timedelta(seconds=1))

        assert first == [("Query", 3)]  # the course, the class, the school
        assert then == [("Query", 0)]

    def test_hears_of_what_is_visible_only_some_time_after_the_moment_that_it_bears(self) -> None:
        examples.course_published()
        assert found(NOW + catalogue.OVERLAP) == {}
        examples.class_published()  # at NOW

        assert found(NOW + catalogue.OVERLAP + timedelta(hours=1)) == {COURSE: [OFFERING]}

    def test_a_moment_before_the_last_one_is_no_harm(self) -> None:
        examples.course_published()
        found(NOW + timedelta(days=1))
        assert found(NOW) == {}
        examples.class_published()

        assert found(NOW) == {COURSE: [OFFERING]}


class TestCards:
    def test_are_small(self) -> None:
        examples.course_published(title="临" * 60, summary="临" * 200)
        examples.class_published(name="临" * 30)
        sizes = [len(str(row.to_simple_dict()).encode()) for row in cards.CardRow.query("catalogue")]

        assert max(sizes) < 2048, sizes
        assert builders.a_school().short_name in "".join(row.document for row in cards.CardRow.query("catalogue"))
