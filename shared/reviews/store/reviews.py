"""Reviews with all that happened to them. Every change goes with its line of the history and with the ratings' sums."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, from_image, meta
from shared.kernel import errors, ids
from shared.kernel.ids import CourseId, EnrolmentId, GuardianId, InstitutionId, ReviewId
from shared.kernel.page import Page
from shared.reviews import model, rules
from shared.reviews.store import history, ratings, written

_SK = "review"
WAITING = "reviews"
_HERS_AT_MOST = 100
_MOMENT = timedelta(milliseconds=1)  # as moments are kept


class UnknownReview(errors.Missing):
    code = "unknown_review"
    zh = "没有找到这条评价。"
    en = "There is no such review."


class ByInstitution(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_institution"
        projection = KeysOnlyProjection()

    institution = UnicodeAttribute(hash_key=True)
    made_at = Moment(range_key=True)


class ByCourse(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_course"
        projection = KeysOnlyProjection()

    course = UnicodeAttribute(hash_key=True)
    made_at = Moment(range_key=True)


class ByList(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_list"
        projection = KeysOnlyProjection()

    listed_in = UnicodeAttribute(hash_key=True)
    listed_at = Moment(range_key=True)


class ReviewRow(Row):
    """`listed_in` and `listed_at` are there only while it waits for the bureau."""

    Meta = meta("reviews")
    institutions = ByInstitution()
    courses = ByCourse()
    lists = ByList()
    institution = UnicodeAttribute()
    course = UnicodeAttribute()
    made_at = Moment()
    enrolment_id = UnicodeAttribute()
    guardian_id = UnicodeAttribute()
    author = UnicodeAttribute()
    said = UnicodeAttribute()
    version = NumberAttribute()
    edited_at = Moment(null=True)
    weight_percent = NumberAttribute()
    marks = UnicodeAttribute(default="")
    cleared = BooleanAttribute(default=False)
    reply = UnicodeAttribute(null=True)
    replied_at = Moment(null=True)
    complaint = UnicodeAttribute(null=True)
    complained_at = Moment(null=True)
    hidden_reason = UnicodeAttribute(default="")
    listed_in = UnicodeAttribute(null=True)
    listed_at = Moment(null=True)


class HersRow(Row):
    """That a guardian has reviewed a school: pk=by#<guardian_id>#<institution_id> sk=<review_id>."""

    Meta = meta("reviews")


def id_of(enrolment_id: EnrolmentId) -> ReviewId:
    """The id of an enrolment's one review."""
    return ReviewId(ids.derived("rev", enrolment_id))


def add(review: model.Review, happened: model.Happening) -> None:
    """Keep a new review. Raises AlreadyReviewed."""
    hers = HersRow(_hers(review.guardian_id, review.institution_id), review.review_id)
    new = transaction.put_new(_row(review), refused=rules.AlreadyReviewed())
    transaction.commit([new, transaction.put(hers), history.part(review, happened), *ratings.parts(None, review)])


def change(before: model.Review, after: model.Review, happened: model.Happening) -> None:
    """Write a review as it is after its next change, if it is still as it was `before`. Raises LostRace."""
    still = ReviewRow.version == before.version
    written_anew = transaction.put_if(_row(after), still, refused=transaction.LostRace())
    transaction.commit([written_anew, history.part(after, happened), *ratings.parts(before, after)])


def get(review_id: ReviewId) -> model.Review:
    """A review. Raises UnknownReview."""
    try:
        return _review(ReviewRow.get(review_id, _SK, consistent_read=True))
    except ReviewRow.DoesNotExist:
        raise UnknownReview() from None


def list_of_institution(institution_id: InstitutionId, *, limit: int, cursor: str | None) -> Page[model.Review]:
    """One page of a school's reviews, the newest first, hidden ones too."""
    index = ReviewRow.institutions
    return _whole(pages.page(ReviewRow, institution_id, limit=limit, cursor=cursor, index=index, backwards=True))


def list_of_course(course_id: CourseId, *, limit: int, cursor: str | None) -> Page[model.Review]:
    """One page of a course's reviews, the newest first, hidden ones too."""
    index = ReviewRow.courses
    return _whole(pages.page(ReviewRow, course_id, limit=limit, cursor=cursor, index=index, backwards=True))


def list_waiting(*, limit: int, cursor: str | None) -> Page[model.Review]:
    """One page of the reviews that the bureau is to look at, the longest waiting first."""
    found = _whole(pages.page(ReviewRow, WAITING, limit=limit, cursor=cursor, index=ReviewRow.lists))
    return Page([one for one in found.rows if one.waits_since], found.next_cursor)


def count_waiting(*, at_most: int) -> int:
    """How many reviews the bureau is to look at; no more than `at_most` are counted."""
    return min(int(ReviewRow.lists.count(WAITING, limit=at_most)), at_most)


def list_between(institution_id: InstitutionId, since: datetime, through: datetime, *, most: int) -> list[ReviewId]:
    """A school's reviews written after `since` and through `through`, oldest first; the newest `most` of them."""
    keys = ReviewRow.made_at.between(since + _MOMENT, through)
    rows = ReviewRow.institutions.query(institution_id, keys, limit=most, scan_index_forward=False)
    return [ReviewId(row.pk) for row in rows][::-1]


def list_written(institution_id: InstitutionId, since: datetime, through: datetime) -> list[model.Review]:
    """All of a school's reviews written after `since` and through `through`. For the sweep."""
    rows = ReviewRow.institutions.query(institution_id, ReviewRow.made_at.between(since + _MOMENT, through))
    return list(get_many([ReviewId(row.pk) for row in rows]).values())


def count_between(institution_id: InstitutionId, since: datetime, through: datetime) -> int:
    """How many reviews of a school were written after `since` and through `through`."""
    return int(ReviewRow.institutions.count(institution_id, ReviewRow.made_at.between(since + _MOMENT, through)))


def list_hers(guardian_id: GuardianId, institution_id: InstitutionId) -> list[model.Review]:
    """A guardian's reviews of one school, of up to a hundred enrolments."""
    rows = HersRow.query(_hers(guardian_id, institution_id), consistent_read=True, limit=_HERS_AT_MOST)
    return list(get_many([ReviewId(row.sk) for row in rows]).values())


def get_many(review_ids: Sequence[ReviewId]) -> dict[ReviewId, model.Review]:
    """The reviews with these ids, at most 100; one that isn't there isn't in the answer."""
    rows = ReviewRow.batch_get([(one, _SK) for one in review_ids], consistent_read=True) if review_ids else ()
    return {ReviewId(row.pk): _review(row) for row in rows}


def from_record(image: Mapping[str, Any]) -> model.Review:
    """The review of a stream record's image."""
    return _review(from_image(ReviewRow, image))


def _whole(page: Page[Any]) -> Page[model.Review]:
    found = get_many([ReviewId(row.pk) for row in page.rows])
    return Page([found[row.pk] for row in page.rows if row.pk in found], page.next_cursor)


def _hers(guardian_id: GuardianId, institution_id: InstitutionId) -> str:
    return f"by#{guardian_id}#{institution_id}"


def _row(review: model.Review) -> ReviewRow:
    return ReviewRow(
        review.review_id,
        _SK,
        institution=review.institution_id,
        course=review.course_id,
        made_at=review.made_at,
        enrolment_id=review.enrolment_id,
        guardian_id=review.guardian_id,
        author=review.author,
        said=written.said_text(review.said),
        version=review.version,
        edited_at=review.edited_at,
        weight_percent=review.weight_percent,
        marks=" ".join(sorted(review.marks)),
        cleared=review.cleared,
        reply=review.reply.text if review.reply else None,
        replied_at=review.reply.at if review.reply else None,
        complaint=review.complaint.reason if review.complaint else None,
        complained_at=review.complaint.at if review.complaint else None,
        hidden_reason=review.hidden_reason,
        listed_in=WAITING if review.waits_since else None,
        listed_at=review.waits_since,
    )


def _review(row: ReviewRow) -> model.Review:
    return model.Review(
        review_id=ReviewId(row.pk),
        enrolment_id=EnrolmentId(row.enrolment_id),
        institution_id=InstitutionId(row.institution),
        course_id=CourseId(row.course),
        guardian_id=GuardianId(row.guardian_id),
        author=row.author,
        said=written.said(row.said),
        made_at=row.made_at,
        version=int(row.version),
        edited_at=row.edited_at,
        weight_percent=int(row.weight_percent),
        marks=frozenset(model.Mark(one) for one in row.marks.split()),
        cleared=bool(row.cleared),
        reply=model.Reply(row.reply, row.replied_at) if row.reply else None,
        complaint=model.Complaint(row.complaint, row.complained_at) if row.complaint else None,
        hidden_reason=row.hidden_reason,
        waits_since=row.listed_at,
    )
