"""What is done with a cover: each reads it, decides by the rules, and writes it if it is still as it was read."""

from collections.abc import Callable
from datetime import date, datetime

from shared.dynamo import transaction
from shared.insurance import model, rules, store
from shared.kernel.ids import EnrolmentId


def follow(*, enrolment: model.Enrolment, now: datetime) -> bool:
    """Make the cover agree with how its enrolment stands; whether anything had to be changed. Raises Unavailable."""

    def attempt() -> bool:
        before = store.find(enrolment.enrolment_id)
        after = rules.followed(before, enrolment, now=now)
        if after is None:
            return False
        store.write(before, after)
        return True

    return transaction.retried(attempt)


def begin(
    *,
    cover: model.Cover,
    request: str = "",
    terms_of: date | None = None,
    disclosure: model.Disclosure | None = None,
    now: datetime,
) -> model.Cover | None:
    """Note that the insurer is asked now; the cover as noted, or None when another run was faster.

    It is written before the insurer is asked, so that nobody takes for unasked what it may know of.
    """
    after = rules.tried(cover, now=now, request=request, terms_of=terms_of, disclosure=disclosure)
    try:
        store.write(cover, after)
    except transaction.LostRace:
        return None
    return store.get(cover.enrolment_id)


def put_off(*, cover: model.Cover, now: datetime) -> None:
    """Not now: look at it again in a while. Raises LostRace."""
    store.write(cover, rules.put_off(cover, now=now))


def note_issued(*, enrolment_id: EnrolmentId, policy: model.Policy, now: datetime) -> bool:
    """The insurer's policy; whether this is news."""
    return _change(
        enrolment_id,
        lambda cover: (
            rules.issued(cover, policy, now=now) if cover.status in rules.OPEN and not cover.policy else cover
        ),
    )


def note_refused(*, enrolment_id: EnrolmentId, reason: str, now: datetime) -> bool:
    """The insurer issues none, for this reason; whether this is news."""
    return _change(enrolment_id, lambda cover: rules.refused(cover, reason, now=now))


def note_ended(*, enrolment_id: EnrolmentId, word: model.Ended, now: datetime) -> bool:
    """The insurer has ended it; whether this is news."""
    still = model.CoverStatus.ENDING
    return _change(enrolment_id, lambda cover: rules.ended(cover, word, now=now) if cover.status is still else cover)


def note_end_refused(*, enrolment_id: EnrolmentId, reason: str) -> bool:
    """The insurer doesn't want to end it, for this reason; whether this is news."""
    still = model.CoverStatus.ENDING
    return _change(enrolment_id, lambda cover: rules.end_refused(cover, reason) if cover.status is still else cover)


def note_expired(*, enrolment_id: EnrolmentId, now: datetime) -> bool:
    """The policy's period is over; whether this is news."""
    still = model.CoverStatus.ISSUED
    return _change(enrolment_id, lambda cover: rules.expired(cover, now=now) if cover.status is still else cover)


def ask_again(*, enrolment_id: EnrolmentId, by: str, note: str, now: datetime) -> None:
    """Have a refused cover asked for again. Raises NoCover, NotRefused, NoteMissing, AskedTooOften."""
    _change(enrolment_id, lambda cover: rules.again(cover, by=by, note=note, now=now))


def _change(enrolment_id: EnrolmentId, become: Callable[[model.Cover], model.Cover]) -> bool:
    def attempt() -> bool:
        before = store.get(enrolment_id)
        after = become(before)
        if after == before:
            return False
        store.write(before, after)
        return True

    return transaction.retried(attempt)
