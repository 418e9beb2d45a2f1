"""What is done with claims: each reads one, decides by the rules, and writes it if it is still as it was read."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from shared.dynamo import transaction
from shared.insurance import claim_rules, store
from shared.insurance.claim_model import Claim, ClaimStatus, ClaimTold
from shared.insurance.store import claims
from shared.kernel.ids import ClaimId, EnrolmentId, FileId, GuardianId

Also = Callable[[Claim], Sequence[transaction.Part]]
"""What commits with a claim's change: what its guardian is told."""


def open_claim(
    *,
    enrolment_id: EnrolmentId,
    guardian_id: GuardianId,
    accident_on: date,
    text: str,
    pictures: Sequence[FileId],
    now: datetime,
) -> Claim:
    """A guardian claims for a day's accident. The same again is the same one.

    Raises NoCover, NoPolicy, NotYet, OutsideCover, ClaimedAlready.
    """
    cover = store.get(enrolment_id)
    made = claim_rules.opened(
        cover, guardian_id=guardian_id, accident_on=accident_on, text=text, pictures=pictures, now=now
    )
    try:
        transaction.commit(claims.added(made))
    except claims.AlreadyThere:
        there = claims.get(made.claim_id)
        if (there.text, there.pictures) == (made.text, made.pictures):
            return there
        raise claim_rules.ClaimedAlready(pointer="/accident_on") from None
    return made


def supplement(*, claim_id: ClaimId, text: str, pictures: Sequence[FileId], now: datetime) -> Claim:
    """A guardian adds what the insurer wants to know. Raises NoClaim, NothingWanted."""
    return _change(claim_id, lambda was: claim_rules.supplemented(was, text=text, pictures=pictures, now=now))


def begin(*, claim: Claim, now: datetime) -> Claim | None:
    """Note that the insurer is asked now; the claim as noted, or None when another run was faster."""
    try:
        transaction.commit([claims.written(claim, claim_rules.tried(claim, now=now))])
    except transaction.LostRace:
        return None
    return claims.get(claim.claim_id)


def note_told(*, word: ClaimTold, also: Also, now: datetime) -> bool:
    """The insurer's word on a claim; whether it was news. Raises NoClaim."""
    before = claims.get(word.claim_id)
    after = _change(word.claim_id, lambda was: claim_rules.told(was, word, now=now), also=also)
    return after.revision > before.revision


def note_refused(*, claim_id: ClaimId, why: str, also: Also, now: datetime) -> bool:
    """The insurer doesn't take a claim; whether it is refused now."""
    after = _change(claim_id, lambda was: claim_rules.refused(was, why, now=now), also=also)
    return after.status is ClaimStatus.REFUSED


def _change(claim_id: ClaimId, become: Callable[[Claim], Claim], *, also: Also = lambda claim: ()) -> Claim:
    def attempt() -> Claim:
        before = claims.get(claim_id)
        after = become(before)
        if after != before:
            transaction.commit([claims.written(before, after), *also(after)])
        return after

    return transaction.retried(attempt)
