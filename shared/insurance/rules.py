"""What becomes of a cover: each step takes it as it is, gives it as it will be, and says no where it can't be."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from shared.insurance.model import AskedAgain, Cover, CoverStatus, Disclosure, Due, Ended, EndReason, Enrolment, Policy
from shared.kernel import clock, errors, ids
from shared.kernel.ids import CoverId, EnrolmentId

NEXT: dict[CoverStatus, tuple[CoverStatus, ...]] = {
    CoverStatus.WANTED: (CoverStatus.ISSUED, CoverStatus.REFUSED, CoverStatus.ENDING, CoverStatus.WITHDRAWN),
    CoverStatus.ISSUED: (CoverStatus.ENDING, CoverStatus.ENDED),
    CoverStatus.REFUSED: (CoverStatus.WANTED, CoverStatus.WITHDRAWN),
    CoverStatus.ENDING: (CoverStatus.ENDED, CoverStatus.WITHDRAWN),
    CoverStatus.ENDED: (),
    CoverStatus.WITHDRAWN: (),
}
"""Which status may follow which."""

OPEN = (CoverStatus.WANTED, CoverStatus.ENDING)
"""Those that wait for the insurer."""

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=4)
MOST_REFUSAL, MOST_NOTE, MOST_AGAIN = 200, 200, 20


class NotRefused(errors.Conflict):
    code = "cover_not_refused"
    zh = "承保机构没有拒绝这份保险，无需再次申请。"
    en = "The insurer hasn't refused this cover; there is nothing to ask for again."


class NoteMissing(errors.Invalid):
    code = "cover_note_missing"
    zh = "请写明再次申请的理由（至多 {most} 字）。"
    en = "Say why it is asked for again, in at most {most} characters."


class AskedTooOften(errors.Conflict):
    code = "cover_asked_too_often"
    zh = "已再次申请 {most} 次，请与承保机构联系。"
    en = "It was asked for again {most} times; speak with the insurer."


def cover_id(enrolment_id: EnrolmentId) -> CoverId:
    """The id under which an enrolment's cover is asked for: one and the same, whoever asks and however often."""
    return CoverId(ids.derived("cov", enrolment_id))


def followed(cover: Cover | None, enrolment: Enrolment, *, now: datetime) -> Cover | None:
    """The cover as it must be for an enrolment that stands so; None where nothing is to be changed."""
    if cover is None:
        if not enrolment.ready and enrolment.over is None:
            return None
        made = Cover(
            cover_id(enrolment.enrolment_id), enrolment.enrolment_id, enrolment.institution_id, now, now, due_at=now
        )
        return _over(made, enrolment.over, now) if enrolment.over else made
    if enrolment.over is None or cover.status not in (CoverStatus.WANTED, CoverStatus.ISSUED, CoverStatus.REFUSED):
        return None
    return _over(cover, enrolment.over, now)


def _over(cover: Cover, why: EndReason, now: datetime) -> Cover:
    """End it. What the insurer may know of, it has to end; what it was never asked for is withdrawn."""
    cover = replace(cover, over=why, over_on=clock.business_day(now))
    if cover.policy is not None and cover.over_on is not None and cover.policy.last_day < cover.over_on:
        return _expired(cover, now)
    if cover.status is CoverStatus.REFUSED or not cover.asked:
        return _moved(cover, CoverStatus.WITHDRAWN, now)
    return _moved(cover, CoverStatus.ENDING, now, due=Due.END, due_at=now)


def tried(
    cover: Cover,
    *,
    now: datetime,
    request: str = "",
    terms_of: date | None = None,
    disclosure: Disclosure | None = None,
) -> Cover:
    """Noted before the insurer is asked, so that what is broken off or stays unanswered comes again later.

    The first try decides what is asked with. The waits are 15 minutes, then twice as long each time, 4 hours at most.
    """
    wait = min(FIRST_WAIT * 2 ** min(cover.tries, 10), LONGEST_WAIT)
    told = replace(cover, tries=cover.tries + 1, due_at=now + wait)
    if cover.due is not Due.ISSUE:
        return told
    told = replace(told, asked=cover.asked + 1)
    return told if cover.request else replace(told, request=request, terms_of=terms_of, disclosure=disclosure)


def put_off(cover: Cover, *, now: datetime) -> Cover:
    """Not to be asked for now: its enrolment is in arrears. Looked at again in a while."""
    return replace(cover, due_at=now + LONGEST_WAIT)


def issued(cover: Cover, policy: Policy, *, now: datetime) -> Cover:
    """The insurer has issued it. One that is over in the meantime keeps the number, and is still to be ended."""
    if cover.status is CoverStatus.ENDING:
        return replace(cover, policy=policy, request="")
    ends = clock.start_of(policy.last_day + timedelta(days=1))
    moved = _moved(cover, CoverStatus.ISSUED, now, due=Due.EXPIRY, due_at=ends)
    return replace(moved, policy=policy, request="", refusal="")


def refused(cover: Cover, why: str, *, now: datetime) -> Cover:
    """The insurer says no: for the staff to look at. What isn't wanted any more has nothing to be refused."""
    if cover.status is not CoverStatus.WANTED:
        return cover
    return replace(_moved(cover, CoverStatus.REFUSED, now), refusal=why[:MOST_REFUSAL], request="")


def end_refused(cover: Cover, why: str) -> Cover:
    """The insurer doesn't want to end it: it stays to be ended, with the reason."""
    return replace(cover, refusal=why[:MOST_REFUSAL])


def ended(cover: Cover, word: Ended, *, now: datetime) -> Cover:
    """The insurer has ended it; or it had never issued it, and never will."""
    policy = word.policy or cover.policy
    moved = _moved(cover, CoverStatus.ENDED if policy else CoverStatus.WITHDRAWN, now)
    return replace(moved, policy=policy, covered_until=word.covered_until if policy else None, request="", refusal="")


def expired(cover: Cover, *, now: datetime) -> Cover:
    """Its period is over by itself; nobody has to be asked."""
    return _expired(replace(cover, over=EndReason.PERIOD, over_on=clock.business_day(now)), now)


def again(cover: Cover, *, by: str, note: str, now: datetime) -> Cover:
    """Ask for a refused cover again. Raises NoteMissing, NotRefused, AskedTooOften."""
    note = note.strip()
    if not 1 <= len(note) <= MOST_NOTE:
        raise NoteMissing(pointer="/note", most=MOST_NOTE)
    if cover.status is not CoverStatus.REFUSED:
        raise NotRefused()
    if len(cover.asked_again) >= MOST_AGAIN:
        raise AskedTooOften(most=MOST_AGAIN)
    act = AskedAgain(now, by, note, cover.refusal)
    moved = _moved(cover, CoverStatus.WANTED, now, due=Due.ISSUE, due_at=now)
    return replace(moved, asked_again=(*cover.asked_again, act))


def is_late(cover: Cover, *, hours: int, now: datetime) -> bool:
    """Whether it waits for the insurer for longer than the policy's hours."""
    return cover.status in OPEN and now - cover.since > timedelta(hours=hours)


def _expired(cover: Cover, now: datetime) -> Cover:
    assert cover.policy is not None
    return replace(_moved(cover, CoverStatus.ENDED, now), covered_until=cover.policy.last_day)


def _moved(
    cover: Cover, to: CoverStatus, now: datetime, *, due: Due | None = None, due_at: datetime | None = None
) -> Cover:
    assert to in NEXT[cover.status], f"{cover.status} -> {to}"
    over = to in (CoverStatus.ENDED, CoverStatus.WITHDRAWN)
    return replace(cover, status=to, since=now, due=due, due_at=due_at, tries=0, request="" if over else cover.request)
