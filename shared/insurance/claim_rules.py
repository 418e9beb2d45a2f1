"""What becomes of a claim: when one can be opened, what the insurer's word does, and the refusals."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from shared.insurance.claim_model import Claim, ClaimDue, ClaimStatus, ClaimTold
from shared.insurance.model import Cover
from shared.insurance.rules import FIRST_WAIT, LONGEST_WAIT, MOST_REFUSAL
from shared.kernel import clock, errors, ids
from shared.kernel.ids import ClaimId, EnrolmentId, FileId, GuardianId

_S = ClaimStatus
OVER = (_S.REJECTED, _S.PAID, _S.REFUSED)
TOLD: dict[ClaimStatus, tuple[ClaimStatus, ...]] = {
    _S.WANTED: (_S.RECEIVED, _S.MORE_WANTED, _S.ACCEPTED, _S.REJECTED, _S.PAID),
    _S.RECEIVED: (_S.MORE_WANTED, _S.ACCEPTED, _S.REJECTED, _S.PAID),
    _S.MORE_WANTED: (_S.RECEIVED, _S.ACCEPTED, _S.REJECTED, _S.PAID),
    _S.ACCEPTED: (_S.PAID,),
    _S.REJECTED: (),
    _S.PAID: (),
    _S.REFUSED: (),
}
"""What the insurer's word may make of a claim in each status."""

MOST_TEXT, MOST_PICTURES = 500, 3
_ASKED_EVERY = timedelta(days=1)


class OutsideCover(errors.Invalid):
    code = "accident_outside_cover"
    zh = "出险日期 {accident_on} 不在保障期内（{first_day} 至 {last_day}）。"
    en = "The accident on {accident_on} isn't in the period of the cover, {first_day} to {last_day}."


class NotYet(errors.Invalid):
    code = "accident_in_future"
    zh = "出险日期不能晚于今天。"
    en = "The accident can't be later than today."


class NoPolicy(errors.Conflict):
    code = "no_policy_to_claim"
    zh = "这份意外险还没有生效的保单，不能申请理赔；请拨打承保机构电话。"
    en = "There is no policy of this cover to claim under; call the insurer."


class ClaimedAlready(errors.Conflict):
    code = "accident_claimed_already"
    zh = "这一天的事故已经申请过理赔。"
    en = "An accident on this day was claimed already."


class NothingWanted(errors.Conflict):
    code = "claim_wants_nothing"
    zh = "承保机构没有要求补充材料。"
    en = "The insurer doesn't want to know more of this claim."


def claim_id(enrolment_id: EnrolmentId, accident_on: date) -> ClaimId:
    """The id of the claim of a day's accident: one and the same, however often it is asked for."""
    return ClaimId(ids.derived("clm", enrolment_id, accident_on.isoformat()))


def opened(
    cover: Cover,
    *,
    guardian_id: GuardianId,
    accident_on: date,
    text: str,
    pictures: Sequence[FileId],
    now: datetime,
) -> Claim:
    """A new claim under a cover's policy, also after it has ended. Raises NoPolicy, NotYet, OutsideCover."""
    policy = cover.policy
    if policy is None or (cover.over_on is not None and cover.covered_until is None and cover.due is None):
        raise NoPolicy()
    if accident_on > clock.business_day(now):
        raise NotYet(pointer="/accident_on")
    last_day = min(policy.last_day, cover.covered_until or policy.last_day)
    if not policy.first_day <= accident_on <= last_day:
        days = {"accident_on": accident_on, "first_day": policy.first_day, "last_day": last_day}
        told = {name: day.isoformat() for name, day in days.items()}
        raise OutsideCover(pointer="/accident_on", **told)
    return Claim(
        claim_id=claim_id(cover.enrolment_id, accident_on),
        enrolment_id=cover.enrolment_id,
        institution_id=cover.institution_id,
        guardian_id=guardian_id,
        policy_no=policy.policy_no,
        accident_on=accident_on,
        made_at=now,
        since=now,
        text=text,
        pictures=tuple(pictures),
        due_at=now,
    )


def supplemented(claim: Claim, *, text: str, pictures: Sequence[FileId], now: datetime) -> Claim:
    """What the guardian adds, where the insurer wants more; the same again is the same. Raises NothingWanted."""
    if claim.status is _S.WANTED and (claim.text, claim.pictures) == (text, tuple(pictures)) and claim.part > 1:
        return claim
    if claim.status is not _S.MORE_WANTED:
        raise NothingWanted()
    sent = replace(claim, text=text, pictures=tuple(pictures), part=claim.part + 1, tries=0)
    return replace(sent, status=_S.WANTED, since=now, due=ClaimDue.SEND, due_at=now)


def is_due(claim: Claim, due: ClaimDue, *, now: datetime) -> bool:
    """Whether this is to be done with it now."""
    return claim.due is due and claim.due_at is not None and claim.due_at <= now


def tried(claim: Claim, *, now: datetime) -> Claim:
    """Noted before the insurer is asked. The waits are 15 minutes, doubled, 4 hours at most; a day to ask again."""
    wait = min(FIRST_WAIT * 2 ** min(claim.tries, 10), LONGEST_WAIT)
    if claim.due is ClaimDue.ASK:
        wait = _ASKED_EVERY
    return replace(claim, tries=claim.tries + 1, due_at=now + wait)


def told(claim: Claim, word: ClaimTold, *, now: datetime) -> Claim:
    """A claim after the insurer's word. One that is older than what is known, that can't follow on it, or that isn't a
    decision and doesn't know yet what is on its way there, changes nothing.
    """
    if word.revision <= claim.revision or word.status not in TOLD[claim.status]:
        return claim
    if word.part < claim.part and word.status in (_S.RECEIVED, _S.MORE_WANTED):
        return claim
    over = word.status in OVER
    return replace(
        claim,
        status=word.status,
        since=now,
        revision=word.revision,
        asked=word.asked,
        refusal=word.reason[:MOST_REFUSAL],
        paid_fen=word.paid_fen,
        text="",
        pictures=(),
        tries=0,
        due=None if over else ClaimDue.ASK,
        due_at=None if over else now + _ASKED_EVERY,
    )


def refused(claim: Claim, why: str, *, now: datetime) -> Claim:
    """The insurer doesn't take it: the guardian is told why, and calls it."""
    if claim.status is not _S.WANTED:
        return claim
    gone = replace(claim, text="", pictures=(), due=None, due_at=None, tries=0)
    return replace(gone, status=_S.REFUSED, since=now, refusal=why[:MOST_REFUSAL])
