"""A review's way: its guardian writes it, the school replies or reports it, detectors weigh it, the bureau decides."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from shared.dynamo import transaction
from shared.kernel.ids import CourseId, EnrolmentId, GuardianId, InstitutionId, ReviewId
from shared.policy.model import Policy
from shared.reviews import detectors, rules
from shared.reviews.model import Change, Complaint, Happening, Mark, Reply, Review, Said
from shared.reviews.store import reviews as store

DETECTORS = "detectors"
"""Who weighed a review down."""


def write(
    *,
    enrolment_id: EnrolmentId,
    institution_id: InstitutionId,
    course_id: CourseId,
    guardian_id: GuardianId,
    author: str,
    said: Said,
    confirmed_lessons: int,
    policy: Policy,
    now: datetime,
) -> Review:
    """Write the one review of an enrolment; `author` is masked. The same one again is what is there.

    Raises AlreadyReviewed, TooFewLessons, what `rules.check_said` refuses, Unavailable.
    """
    told = rules.check_said(said, policy)
    review_id = store.id_of(enrolment_id)
    rules.check_lessons(confirmed_lessons, policy)
    review = Review(review_id, enrolment_id, institution_id, course_id, guardian_id, author, told, now)
    try:
        store.add(review, Happening(1, Change.WRITTEN, guardian_id, now, said=told))
    except rules.AlreadyReviewed:
        there = store.get(review_id)
        if there.edited_at is not None or there.said != told:
            raise
        return there
    return review


def edit(*, review_id: ReviewId, version: int, said: Said, policy: Policy, now: datetime) -> Review:
    """Its guardian says it anew, as she read it at `version`. A hidden one waits for the bureau again.

    Raises UnknownReview, ReviewChanged, EditOver, what `rules.check_said` refuses, Unavailable.
    """
    told = rules.check_said(said, policy)
    before = store.get(review_id)
    _check_version(before, version)
    rules.check_editable(before, policy, now)
    waits_since = before.waits_since or (now if before.hidden else None)
    after = replace(before, said=told, edited_at=now, waits_since=waits_since)
    return _change_once(before, after, Change.EDITED, by=before.guardian_id, now=now, said=told)


def reply(*, institution_id: InstitutionId, review_id: ReviewId, text: str, by: str, now: datetime) -> Review:
    """The school's one reply, or another instead of it. Raises UnknownReview, TextWrong, Unavailable."""
    told = rules.check_text(text, least=1)

    def act() -> Review:
        before = get_of_institution(institution_id, review_id)
        if before.reply is not None and before.reply.text == told:
            return before
        return _change(before, replace(before, reply=Reply(told, now)), Change.REPLIED, by=by, now=now, text=told)

    return transaction.retried(act)


def report(*, institution_id: InstitutionId, review_id: ReviewId, reason: str, by: str, now: datetime) -> Review:
    """The school reports a review to the bureau. Raises UnknownReview, ReviewHidden, AlreadyReported, ReasonNeeded."""

    def act() -> Review:
        before = get_of_institution(institution_id, review_id)
        told = rules.check_complaint(before, reason)
        after = replace(before, complaint=Complaint(told, now), waits_since=before.waits_since or now)
        return _change(before, after, Change.REPORTED, by=by, now=now, text=told)

    return transaction.retried(act)


def weigh(*, review_id: ReviewId, marks: Collection[Mark], policy: Policy, now: datetime) -> bool:
    """Mark a review, which counts less from now on and waits for the bureau; whether that is new.

    What the bureau let count in full isn't marked again. Raises UnknownReview, Unavailable.
    """

    def act() -> bool:
        before = store.get(review_id)
        found = before.marks | set(marks)
        if before.cleared or found == before.marks:
            return False
        weight = detectors.weight_percent(found, policy)
        after = replace(before, marks=found, weight_percent=weight, waits_since=before.waits_since or now)
        _change(before, after, Change.WEIGHED, by=DETECTORS, now=now, text=" ".join(sorted(found - before.marks)))
        return True

    return transaction.retried(act)


def hide(*, review_id: ReviewId, version: int, reason: str, by: str, now: datetime) -> Review:
    """Hide a review; the reason stands in its place for everybody. Raises ReviewHidden and like `keep`."""
    return _decide(review_id, version, reason, Change.HIDDEN, by, now)


def restore(*, review_id: ReviewId, version: int, reason: str, by: str, now: datetime) -> Review:
    """Show a hidden review again. Raises NotHidden and like `keep`."""
    return _decide(review_id, version, reason, Change.RESTORED, by, now)


def clear(*, review_id: ReviewId, version: int, reason: str, by: str, now: datetime) -> Review:
    """Let a review count in full, for good. Raises NotWeighedDown and like `keep`."""
    return _decide(review_id, version, reason, Change.CLEARED, by, now)


def keep(*, review_id: ReviewId, version: int, reason: str, by: str, now: datetime) -> Review:
    """Leave a review that waited as it is. Raises NothingToKeep, UnknownReview, ReviewChanged, ReasonNeeded."""
    return _decide(review_id, version, reason, Change.KEPT, by, now)


def get_of_institution(institution_id: InstitutionId, review_id: ReviewId) -> Review:
    """A review of a school. Raises UnknownReview, for another school's too."""
    review = store.get(review_id)
    if review.institution_id != institution_id:
        raise store.UnknownReview()
    return review


def _decide(review_id: ReviewId, version: int, reason: str, change: Change, by: str, now: datetime) -> Review:
    before = store.get(review_id)
    _check_version(before, version)
    told = rules.check_reason(reason)
    return _change_once(before, _DECIDED[change](before, told), change, by=by, now=now, text=told)


def _hidden(review: Review, reason: str) -> Review:
    if review.hidden:
        raise rules.ReviewHidden()
    return replace(review, hidden_reason=reason, waits_since=None)


def _restored(review: Review, reason: str) -> Review:
    if not review.hidden:
        raise rules.NotHidden()
    return replace(review, hidden_reason="", waits_since=None)


def _cleared(review: Review, reason: str) -> Review:
    if not review.marks:
        raise rules.NotWeighedDown()
    return replace(review, marks=frozenset(), weight_percent=100, cleared=True, waits_since=None)


def _kept(review: Review, reason: str) -> Review:
    if review.waits_since is None:
        raise rules.NothingToKeep()
    return replace(review, waits_since=None)


_DECIDED: dict[Change, Callable[[Review, str], Review]] = {
    Change.HIDDEN: _hidden,
    Change.RESTORED: _restored,
    Change.CLEARED: _cleared,
    Change.KEPT: _kept,
}


def _check_version(review: Review, version: int) -> None:
    if review.version != version:
        raise rules.ReviewChanged()


def _change_once(
    before: Review, after: Review, change: Change, *, by: str, now: datetime, text: str = "", said: Said | None = None
) -> Review:
    """A change of what somebody has seen: she is told when it isn't so any more. Raises ReviewChanged."""
    try:
        return _change(before, after, change, by=by, now=now, text=text, said=said)
    except transaction.LostRace:
        raise rules.ReviewChanged() from None


def _change(
    before: Review, after: Review, change: Change, *, by: str, now: datetime, text: str = "", said: Said | None = None
) -> Review:
    becomes = replace(after, version=before.version + 1)
    store.change(before, becomes, Happening(becomes.version, change, by, now, text, said))
    return becomes
