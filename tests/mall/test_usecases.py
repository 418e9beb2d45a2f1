from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.dynamo import transaction
from shared.funds.store import accounts, books
from shared.institutions import store as institutions
from shared.kernel import errors
from shared.kernel.ids import CourseId, OfferingId, StudentId
from shared.mall import model, queries, rules, store
from tests import builders, steps, tables
from tests.builders import COURSE, ENROLMENT, NOW, OFFERING, SCHOOL, STUDENT
from tests.tables import dump

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")


@pytest.fixture
def school(in_memory: Any) -> None:
    steps.register()


@pytest.fixture
def offering(school: None) -> model.Offering:
    return steps.put_on_sale(builders.a_course(lessons=20), seats=2)


def seats_left() -> int:
    return store.find_offering(store.get_course(COURSE), OFFERING).seats_left


def reword(offering: model.Offering) -> None:
    """Change the class's terms behind everybody's back, as a change of the course will."""
    row = store.OfferingRow(f"course#{offering.course_id}", f"offering#{offering.offering_id}")
    row.update([store.OfferingRow.terms_hash.set("f" * 64)])


class TestPublishCourse:
    def test_a_course_stands_in_the_lists_of_its_category_and_its_school(self, school: None) -> None:
        course = builders.a_course()
        steps.publish_course(course)
        assert queries.get_course(COURSE) == model.CourseWithOfferings(course, ())
        card = replace(course, content="")
        assert queries.list_courses_of_category("dance", limit=9, cursor=None).rows == [card]
        assert queries.list_schools_of_category("dance", limit=9, cursor=None).rows == [SCHOOL]
        assert queries.list_courses_of_institution(SCHOOL) == [card]
        assert queries.list_courses_of_category("art", limit=9, cursor=None).rows == []


class TestOpenClass:
    def test_a_class_is_on_sale_under_the_terms_that_can_be_read(self, offering: model.Offering) -> None:
        terms = queries.get_terms(offering.terms_hash)
        assert (terms["price_fen"], terms["teacher"], terms["institution"]) == (
            288_000,
            "鲁示例",
            builders.a_school().name,
        )
        assert queries.get_course(COURSE).offerings == (offering,)

    def test_terms_that_nobody_wrote_are_missing(self) -> None:
        with pytest.raises(store.UnknownCourse):
            queries.get_terms("0" * 64)


class TestCompare:
    def test_two_to_four_different_courses_in_the_order_asked_for(self, school: None) -> None:
        ids = [CourseId(builders.an_id("crs", number)) for number in range(1, 6)]
        for course_id in ids:
            steps.put_on_sale(builders.a_course(course_id=course_id))
        found = queries.compare(course_ids=[ids[3], ids[0]])
        assert [one.course.course_id for one in found] == [ids[3], ids[0]]
        for wrong in ([], ids[:1], ids, [ids[0], ids[0]]):
            with pytest.raises(queries.CompareTwoToFour):
                queries.compare(course_ids=wrong)


class TestEnrol:
    def test_a_sale_takes_a_seat_and_opens_an_account_with_what_was_accepted(self, offering: model.Offering) -> None:
        made = steps.enrol(offering)
        account = accounts.get(ENROLMENT)
        assert seats_left() == 1
        assert (account.price_fen, account.lessons, account.terms_hash) == (288_000, 20, offering.terms_hash)
        assert (account.policy_version, account.expires_at) == ("linzi-2026.1", NOW + timedelta(hours=72))
        assert (account.status, account.paid_fen, account.due_fen) == ("awaiting_deposit", 0, 288_000)
        assert made.account_no == account.account_no == builders.TUITION_NO

    def test_the_last_seat_is_sold_once(self, offering: model.Offering, in_memory: Any) -> None:
        steps.enrol(offering, 1)
        steps.enrol(offering, 2)
        before = dump(in_memory)
        with pytest.raises(rules.SoldOut):
            steps.enrol(offering, 3)
        assert dump(in_memory) == before
        assert seats_left() == 0

    def test_a_seat_that_goes_between_reading_and_writing_is_sold_out_not_a_conflict(
        self, offering: model.Offering, in_memory: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps.enrol(offering, 1)
        commit = transaction.commit

        def somebody_is_faster(parts: Any) -> None:
            monkeypatch.setattr(transaction, "commit", commit)
            steps.enrol(offering, 2)
            commit(parts)

        monkeypatch.setattr(transaction, "commit", somebody_is_faster)
        with pytest.raises(rules.SoldOut):
            steps.enrol(offering, 3)
        assert seats_left() == 0
        assert len(list(books.read().accounts)) == 2

    def test_a_suspended_school_sells_nothing(self, offering: model.Offering, in_memory: Any) -> None:
        steps.suspend()
        before = dump(in_memory)
        with pytest.raises(institutions.NotSelling):
            steps.enrol(offering)
        assert dump(in_memory) == before

    def test_a_suspension_between_reading_and_writing_stops_the_sale_in_its_own_transaction(
        self, offering: model.Offering, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = transaction.commit

        def suspended_meanwhile(parts: Any) -> None:
            monkeypatch.setattr(transaction, "commit", commit)
            steps.suspend()
            commit(parts)

        monkeypatch.setattr(transaction, "commit", suspended_meanwhile)
        with pytest.raises(institutions.NotSelling):
            steps.enrol(offering)
        assert seats_left() == 2
        assert list(books.read().accounts) == []

    def test_a_school_whose_licence_has_ended_sells_nothing(self, in_memory: Any) -> None:
        steps.register(licence_valid_to=builders.TODAY - timedelta(days=1))
        offering = steps.put_on_sale()
        with pytest.raises(institutions.NotSelling):
            steps.enrol(offering)

    def test_a_withdrawn_class_is_not_sold(self, offering: model.Offering, in_memory: Any) -> None:
        steps.withdraw_class()
        before = dump(in_memory)
        with pytest.raises(rules.NotOnSale):
            steps.enrol(offering)
        assert dump(in_memory) == before

    def test_a_class_withdrawn_between_reading_and_writing_is_not_sold(
        self, offering: model.Offering, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = transaction.commit

        def withdrawn_meanwhile(parts: Any) -> None:
            monkeypatch.setattr(transaction, "commit", commit)
            steps.withdraw_class()
            commit(parts)

        monkeypatch.setattr(transaction, "commit", withdrawn_meanwhile)
        with pytest.raises(rules.NotOnSale):
            steps.enrol(offering)
        assert seats_left() == 2

    def test_terms_that_changed_since_they_were_read_are_not_accepted(
        self, offering: model.Offering, in_memory: Any
    ) -> None:
        reword(offering)
        before = dump(in_memory)
        with pytest.raises(rules.TermsChanged):
            steps.enrol(offering)
        assert dump(in_memory) == before

    def test_terms_that_change_between_reading_and_writing_are_not_accepted(
        self, offering: model.Offering, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = transaction.commit

        def reworded_meanwhile(parts: Any) -> None:
            monkeypatch.setattr(transaction, "commit", commit)
            reword(offering)
            commit(parts)

        monkeypatch.setattr(transaction, "commit", reworded_meanwhile)
        with pytest.raises(rules.TermsChanged):
            steps.enrol(offering)
        assert list(books.read().accounts) == []

    def test_an_unknown_class_is_missing(self, offering: model.Offering) -> None:
        with pytest.raises(store.UnknownOffering):
            steps.enrol(offering, offering_id=OfferingId("off_none"))
        with pytest.raises(store.UnknownCourse):
            steps.enrol(offering, course_id=CourseId("crs_none"))

    def test_a_student_who_has_a_seat_gets_no_second_one(self, offering: model.Offering, in_memory: Any) -> None:
        steps.enrol(offering, 1)
        before = dump(in_memory)
        with pytest.raises(rules.AlreadyEnrolled):
            steps.enrol(offering, 2, student_id=STUDENT)
        assert dump(in_memory) == before

    def test_two_sales_to_one_student_at_once_cannot_pass_the_limit_together(
        self, offering: model.Offering, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        second_course = builders.a_course(course_id=CourseId(builders.an_id("crs", 2)), lessons=50)
        second = steps.put_on_sale(second_course, offering_id=OfferingId(builders.an_id("off", 2)))
        commit = transaction.commit

        def the_other_is_faster(parts: Any) -> None:
            monkeypatch.setattr(transaction, "commit", commit)
            steps.enrol(second, 2, student_id=STUDENT)
            commit(parts)

        monkeypatch.setattr(transaction, "commit", the_other_is_faster)
        with pytest.raises(rules.SplitCharge):
            steps.enrol(offering, 1)
        assert [account.lessons for account in books.read().accounts] == [50]
        assert seats_left() == 2

    def test_an_enrolment_that_is_over_does_not_count_any_more(self, offering: model.Offering) -> None:
        steps.enrol(offering, 1)
        later = NOW + timedelta(hours=72)
        assert steps.expire(1, now=later)
        steps.enrol(offering, 2, student_id=STUDENT, now=later)
        assert store.read_pupil(STUDENT, "dance")[0] == [builders.an_id("enr", 2)]

    def test_a_lost_answer_is_unavailable_and_the_next_try_finds_the_sale(
        self, offering: model.Offering, in_memory: Any
    ) -> None:
        with tables.lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            steps.enrol(offering)
        before = dump(in_memory)
        with pytest.raises(rules.AlreadyEnrolled):
            steps.enrol(offering)
        assert dump(in_memory) == before
        assert seats_left() == 1

    def test_the_next_try_finds_the_sale_even_when_the_class_was_withdrawn_since(
        self, offering: model.Offering
    ) -> None:
        steps.enrol(offering)
        steps.withdraw_class()
        with pytest.raises(rules.AlreadyEnrolled):
            steps.enrol(offering)

    def test_conflicts_with_other_sales_are_tried_again(self, offering: model.Offering) -> None:
        with tables.conflicts("TransactWriteItems", times=3):
            steps.enrol(offering)
        assert seats_left() == 1

    def test_another_enrolment_under_the_same_id_is_refused(self, offering: model.Offering, in_memory: Any) -> None:
        steps.enrol(offering, 1)
        before = dump(in_memory)
        with pytest.raises(accounts.EnrolmentExists):
            steps.enrol(offering, 1, student_id=StudentId(builders.an_id("stu", 2)))
        assert dump(in_memory) == before
