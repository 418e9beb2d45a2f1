"""Reviews in the tables: one an enrolment, its history, its ratings; what the school and the bureau may do."""

from datetime import timedelta

import pytest

from shared.kernel.ids import CourseId, InstitutionId
from shared.reviews import rating, reports, rules, usecases
from shared.reviews.model import Change, Mark, ReportStatus, Review
from shared.reviews.store import history, ratings, reviews
from shared.reviews.store import reports as report_store
from tests import tables
from tests.builders import COURSE, GUARDIAN, NOW, POLICY, SCHOOL, an_id
from tests.reviews.examples import MIXED, a_review, hidden, reported, said, written

pytestmark = pytest.mark.usefixtures("in_memory")

LATER = NOW + timedelta(days=1)


def happened(review: Review) -> list[Change]:
    found = history.list_of(review.review_id, limit=99, cursor=None)
    return [one.change for one in found.rows][::-1]


def all_reviews() -> list[Review]:
    return list(reviews.list_of_institution(SCHOOL, limit=99, cursor=None).rows)


class TestWrite:
    def test_is_there_with_its_ratings_and_its_history(self) -> None:
        review = written(1, MIXED)

        assert reviews.get(review.review_id) == review == a_review(1, MIXED)
        assert list(reviews.list_of_course(COURSE, limit=9, cursor=None).rows) == [review]
        assert happened(review) == [Change.WRITTEN]
        found = ratings.get_many([COURSE, SCHOOL, CourseId(an_id("crs", 9))])
        assert found[COURSE] == found[SCHOOL] == rating.fold([review])
        assert found[an_id("crs", 9)] == rating.Rating()

    def test_again_is_what_is_there_and_otherwise_refused(self) -> None:
        review = written()
        before = tables.dump_memory()

        assert written(now=LATER) == review
        with pytest.raises(rules.AlreadyReviewed):
            written(1, MIXED)
        assert tables.dump_memory() == before

    def test_again_after_an_edit_is_refused_though_it_says_the_first_thing(self) -> None:
        review = written()
        usecases.edit(review_id=review.review_id, version=1, said=said(MIXED), policy=POLICY, now=LATER)

        with pytest.raises(rules.AlreadyReviewed):
            written()

    def test_with_too_few_lessons_changes_nothing(self) -> None:
        before = tables.dump_memory()

        with pytest.raises(rules.TooFewLessons):
            written(confirmed_lessons=2)
        assert tables.dump_memory() == before


class TestEdit:
    def test_keeps_what_it_said_before_and_moves_the_rating(self) -> None:
        review = written()

        edited = usecases.edit(review_id=review.review_id, version=1, said=said(MIXED), policy=POLICY, now=LATER)

        assert (edited.version, edited.edited_at, edited.said.stars) == (2, LATER, MIXED)
        assert ratings.get_many([SCHOOL])[SCHOOL] == rating.fold([edited])
        newest, oldest = history.list_of(review.review_id, limit=9, cursor=None).rows
        assert (newest.said, oldest.said) == (edited.said, review.said)

    def test_of_what_has_changed_since_it_was_read_is_refused(self) -> None:
        review = written()
        usecases.weigh(review_id=review.review_id, marks={Mark.BURST}, policy=POLICY, now=NOW)

        for version in (1, 3):
            with pytest.raises(rules.ReviewChanged):
                usecases.edit(review_id=review.review_id, version=version, said=said(MIXED), policy=POLICY, now=LATER)

    def test_of_a_hidden_one_stays_hidden_and_waits_for_the_bureau(self) -> None:
        review = hidden(written())

        edited = usecases.edit(review_id=review.review_id, version=2, said=said(MIXED), policy=POLICY, now=LATER)

        assert (edited.hidden, edited.waits_since) == (True, LATER)
        assert ratings.get_many([SCHOOL])[SCHOOL].reviews == 0


class TestSchool:
    def test_replies_once_and_anew(self) -> None:
        review = written()
        told = {"institution_id": SCHOOL, "review_id": review.review_id, "by": "usr", "now": LATER}

        usecases.reply(**told, text="谢谢")  # type: ignore[arg-type]
        usecases.reply(**told, text="谢谢")  # type: ignore[arg-type]
        again = usecases.reply(**told, text="谢谢您")  # type: ignore[arg-type]

        assert again.reply is not None
        assert again.reply.text == "谢谢您"
        assert happened(review) == [Change.WRITTEN, Change.REPLIED, Change.REPLIED]

    def test_can_do_nothing_with_anothers(self) -> None:
        review, other = written(), InstitutionId(an_id("ins", 2))
        before = tables.dump_memory()

        with pytest.raises(reviews.UnknownReview):
            usecases.reply(institution_id=other, review_id=review.review_id, text="谢谢", by="usr", now=NOW)
        with pytest.raises(reviews.UnknownReview):
            usecases.report(institution_id=other, review_id=review.review_id, reason="不实", by="usr", now=NOW)
        assert tables.dump_memory() == before

    def test_reports_it_and_it_waits_until_the_bureau_has_decided(self) -> None:
        review = written()
        told = usecases.report(institution_id=SCHOOL, review_id=review.review_id, reason="不实", by="usr", now=LATER)
        assert list(reviews.list_waiting(limit=9, cursor=None).rows) == [told]
        assert reviews.count_waiting(at_most=9) == 1

        usecases.keep(review_id=review.review_id, version=2, reason="属正常评价", by="reviewer", now=LATER)

        assert reviews.list_waiting(limit=9, cursor=None).rows == []
        with pytest.raises(rules.NothingToKeep):
            usecases.keep(review_id=review.review_id, version=3, reason="再看", by="reviewer", now=LATER)
        with pytest.raises(rules.AlreadyReported):
            usecases.report(institution_id=SCHOOL, review_id=review.review_id, reason="不实", by="usr", now=LATER)


class TestBureau:
    def test_hides_and_restores_with_a_reason(self) -> None:
        review = written()
        gone = hidden(review)
        assert (gone.hidden_reason, ratings.get_many([COURSE])[COURSE].reviews) == ("含有人身攻击", 0)
        with pytest.raises(rules.ReviewHidden):
            hidden(gone)

        back = usecases.restore(review_id=review.review_id, version=2, reason="误判", by="supervisor", now=LATER)

        assert (back.hidden, ratings.get_many([COURSE])[COURSE]) == (False, rating.fold([review]))
        with pytest.raises(rules.NotHidden):
            usecases.restore(review_id=review.review_id, version=3, reason="误判", by="supervisor", now=LATER)

    def test_decides_on_what_it_has_seen_and_says_why(self) -> None:
        review = written()
        before = tables.dump_memory()

        with pytest.raises(rules.ReviewChanged):
            usecases.hide(review_id=review.review_id, version=2, reason="攻击", by="supervisor", now=NOW)
        with pytest.raises(rules.ReasonNeeded):
            usecases.hide(review_id=review.review_id, version=1, reason=" ", by="supervisor", now=NOW)
        assert tables.dump_memory() == before


class TestWeigh:
    def test_once_with_the_least_weight(self) -> None:
        review = written(1, MIXED)

        told = [
            usecases.weigh(review_id=review.review_id, marks=marks, policy=POLICY, now=LATER)
            for marks in ({Mark.REPEATED}, {Mark.REPEATED}, {Mark.BURST}, set())
        ]

        weighed = reviews.get(review.review_id)
        assert told == [True, False, True, False]
        assert (weighed.weight_percent, weighed.marks) == (20, frozenset({Mark.REPEATED, Mark.BURST}))
        assert ratings.get_many([SCHOOL])[SCHOOL] == rating.fold([weighed])

    def test_is_over_once_the_bureau_lets_it_count_in_full(self) -> None:
        review = written()
        usecases.weigh(review_id=review.review_id, marks={Mark.BURST}, policy=POLICY, now=NOW)
        full = usecases.clear(review_id=review.review_id, version=2, reason="同班家长会后", by="reviewer", now=NOW)

        assert (full.weight_percent, full.marks) == (100, frozenset())
        assert not usecases.weigh(review_id=review.review_id, marks={Mark.SAME_NAME}, policy=POLICY, now=NOW)
        with pytest.raises(rules.NotWeighedDown):
            usecases.clear(review_id=review.review_id, version=3, reason="同班", by="reviewer", now=NOW)


class TestRebuild:
    def test_of_the_sums_from_all_reviews_is_what_is_stored(self) -> None:
        first, second, third = written(1), written(2, MIXED), written(3)
        hidden(first)
        usecases.edit(review_id=second.review_id, version=1, said=said(), policy=POLICY, now=LATER)
        usecases.weigh(review_id=third.review_id, marks={Mark.BURST}, policy=POLICY, now=LATER)

        stored = ratings.get_many([SCHOOL, COURSE])

        assert stored[SCHOOL] == stored[COURSE] == rating.fold(all_reviews())
        assert stored[SCHOOL].reviews == 2


class TestReport:
    def test_is_kept_once_and_goes_its_way(self) -> None:
        report = reported()
        assert reported(now=LATER) == report == report_store.get(report.report_id)
        assert list(report_store.list_in(ReportStatus.NEW, limit=9, cursor=None).rows) == [report]

        told = {"report_id": report.report_id, "by": "reviewer", "now": LATER}
        looked = reports.step(**told, seen=ReportStatus.NEW, becomes=ReportStatus.LOOKED_AT, reason="约谈")  # type: ignore[arg-type]
        upheld = reports.step(**told, seen=looked.status, becomes=ReportStatus.UPHELD, reason="截图属实")  # type: ignore[arg-type]

        assert [one.becomes for one in upheld.steps] == [ReportStatus.LOOKED_AT, ReportStatus.UPHELD]
        assert report_store.list_in(ReportStatus.NEW, limit=9, cursor=None).rows == []
        assert list(report_store.list_in(ReportStatus.UPHELD, limit=9, cursor=None).rows) == [upheld]
        with pytest.raises(rules.ReportOver):
            reports.step(**told, seen=ReportStatus.NEW, becomes=ReportStatus.DISMISSED, reason="再看")  # type: ignore[arg-type]

    def test_a_person_may_make_three_a_day(self) -> None:
        for number in (1, 2, 3):
            reported(number)
        before = tables.dump_memory()

        with pytest.raises(rules.TooManyReports):
            reported(4)
        assert tables.dump_memory() == before
        assert reported(1).report_id == an_id("ppr")
        reported(4, by=an_id("grd", 2))
        reported(5, now=LATER)
        assert len(report_store.list_by(GUARDIAN, limit=9, cursor=None).rows) == 4
