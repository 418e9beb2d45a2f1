"""What is done to the lists, together with the latches that it turns: one transaction each."""

from collections.abc import Sequence
from datetime import date, datetime

from functions.edge import eligibility
from shared.dynamo import transaction
from shared.dynamo.transaction import Part
from shared.institutions import store as institutions
from shared.institutions import usecases as standing
from shared.institutions.model import BarKind
from shared.kernel import clock
from shared.kernel.ids import FileId, InstitutionId
from shared.listings import rules, store, usecases
from shared.listings.model import RULE_NAMES, Appeal, ChangeKind, Listing, ListName


def put_on(
    *,
    institution_id: InstitutionId,
    becomes: ListName,
    reason: str,
    evidence: str,
    files: Sequence[FileId] = (),
    until: date | None,
    proposed_by: str,
    approved_by: str,
    now: datetime,
    also: Sequence[Part],
) -> None:
    """Put a school on a list. On the black one it sells nothing from the commit on; the white one needs eligibility.

    Raises UnknownInstitution, NotEligible, what `listings.put_on` raises, what `also` refuses, Unavailable.
    """

    def act() -> None:
        school, before = institutions.get(institution_id), store.get(institution_id)
        parts = usecases.put_on(
            before=before,
            becomes=becomes,
            name=school.name,
            credit_code=school.credit_code,
            reason=reason,
            evidence=evidence,
            files=files,
            until=until,
            proposed_by=proposed_by,
            approved_by=approved_by,
            now=now,
        )
        if becomes is ListName.BLACK:
            standing.bar(
                institution_id=institution_id,
                kind=BarKind.BLACKLIST,
                until=until,
                reason=reason,
                by=approved_by,
                now=now,
                also=[*also, *parts],
            )
            return
        check_eligible(institution_id, before, now)
        day = clock.business_day(now)
        latch = institutions.selling_latch(institution_id, spread_by=institution_id, on=day)
        transaction.commit([*also, latch, *parts])

    transaction.retried(act)


def check_eligible(institution_id: InstitutionId, listing: Listing, now: datetime) -> None:
    """Raises NotEligible, with what is missing."""
    missing = eligibility.of(institutions.get(institution_id), now=now, listing=listing).missing
    if missing:
        names = [RULE_NAMES[fact.rule] for fact in missing]
        raise rules.NotEligible(
            missing_zh="、".join(f"“{zh}”不满足" for zh, _ in names),
            missing="; ".join(f"not: {en}" for _, en in names),
        )


def take_off(
    *,
    institution_id: InstitutionId,
    kind: ChangeKind,
    reason: str,
    proposed_by: str,
    approved_by: str,
    now: datetime,
    also: Sequence[Part] = (),
) -> None:
    """Take a school off the list it is on; one that was on the black list is barred by it no more.

    Raises UnknownInstitution, NotListed, ListingChanged, what `also` refuses, Unavailable.
    """

    def act() -> None:
        school, before = institutions.get(institution_id), store.get(institution_id)
        parts = usecases.take_off(
            before=before,
            kind=kind,
            name=school.name,
            credit_code=school.credit_code,
            reason=reason,
            proposed_by=proposed_by,
            approved_by=approved_by,
            now=now,
        )
        if before.on is ListName.WHITE:
            transaction.commit([*also, *parts])
            return
        kind_of_bar, everything = BarKind.BLACKLIST, [*also, *parts]
        standing.unbar(
            institution_id=institution_id, kind=kind_of_bar, reason=reason, by=approved_by, now=now, also=everything
        )

    transaction.retried(act)


def answer_appeal(
    *, appeal: Appeal, upheld: bool, reason: str, proposed_by: str, approved_by: str, now: datetime, approval: Part
) -> None:
    """Answer a school's appeal; one that is upheld takes it off the black list with the same commit.

    Raises AppealAnswered, what `take_off` raises, what `approval` refuses.
    """
    listing = store.get(appeal.institution_id)
    answered = usecases.answer(listing=listing, appeal=appeal, upheld=upheld, reason=reason, now=now)
    if not upheld:
        transaction.commit([approval, answered, store.standing_part(listing)])
        return
    take_off(
        institution_id=appeal.institution_id,
        kind=ChangeKind.APPEAL_UPHELD,
        reason=reason,
        proposed_by=proposed_by,
        approved_by=approved_by,
        now=now,
        also=[approval, answered],
    )
