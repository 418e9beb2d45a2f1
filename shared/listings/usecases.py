"""Putting schools on the lists and taking them off; appeals. What a second person approved commits with it.

A change that bars a school from selling, or lets it sell again, belongs into one transaction with the school's latches:
so it is given as parts, and functions/edge/listing_acts.py commits them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from shared.dynamo.transaction import Part
from shared.kernel import clock
from shared.kernel.ids import FileId, InstitutionId
from shared.listings import rules, store
from shared.listings.model import Appeal, AppealStatus, ChangeKind, ListChange, Listing, ListName


def put_on(
    *,
    before: Listing,
    becomes: ListName,
    name: str,
    credit_code: str,
    reason: str,
    evidence: str,
    files: Sequence[FileId] = (),
    until: date | None,
    proposed_by: str,
    approved_by: str,
    now: datetime,
) -> list[Part]:
    """The parts that put a school on a list, through the business day `until`. `name`, `credit_code`: the school's.

    Raises AlreadyListed, BlacklistedStays, ListingEndsTooEarly, EvidenceNeeded; the commit ListingChanged, LostRace.
    """
    told = rules.check_listing(before, becomes, evidence=evidence, until=until, on=clock.business_day(now))
    return _change(
        before,
        becomes,
        ChangeKind.LISTED,
        name=name,
        credit_code=credit_code,
        reason=reason,
        evidence=told,
        files=files,
        until=until,
        people=(proposed_by, approved_by),
        now=now,
    )


def take_off(
    *,
    before: Listing,
    kind: ChangeKind,
    name: str,
    credit_code: str,
    reason: str,
    proposed_by: str,
    approved_by: str,
    now: datetime,
) -> list[Part]:
    """The parts that take a school off the list it is on. Raises NotListed; the commit ListingChanged, LostRace."""
    rules.check_removal(before)
    people = (proposed_by, approved_by)
    return _change(before, None, kind, name=name, credit_code=credit_code, reason=reason, people=people, now=now)


def appeal(*, institution_id: InstitutionId, text: str, by: str, now: datetime) -> Appeal:
    """A school appeals against its being on the black list, once for each time that it is put there.

    Raises NothingToAppeal, AlreadyAppealed, AppealTextNeeded, ListingChanged, Unavailable.
    """
    listing = store.get(institution_id)
    made = Appeal(institution_id, listing.changes, rules.check_appeal(listing, text), by, now)
    store.add_appeal(made)
    return made


def answer(*, listing: Listing, appeal: Appeal, upheld: bool, reason: str, now: datetime) -> Part:
    """The part that answers an appeal. One that is upheld commits with `take_off`.

    Raises AppealAnswered, also in the commit.
    """
    rules.check_answerable(listing, appeal)
    status = AppealStatus.UPHELD if upheld else AppealStatus.DISMISSED
    return store.answer_part(replace(appeal, status=status, answer=reason), now=now)


def _change(
    before: Listing,
    becomes: ListName | None,
    kind: ChangeKind,
    *,
    name: str,
    credit_code: str,
    reason: str,
    people: tuple[str, str],
    now: datetime,
    evidence: str = "",
    files: Sequence[FileId] = (),
    until: date | None = None,
) -> list[Part]:
    after = Listing(
        before.institution_id,
        becomes,
        now if becomes else None,
        reason,
        evidence,
        until,
        before.changes + 1,
        before.blacklisted + (becomes is ListName.BLACK),
        before.appealed,
    )
    change = ListChange(
        number=store.last_number() + 1,
        nth=after.changes,
        institution_id=before.institution_id,
        name=name,
        credit_code=credit_code,
        kind=kind,
        was=before.on,
        becomes=becomes,
        reason=reason,
        evidence=evidence,
        until=until,
        proposed_by=people[0],
        approved_by=people[1],
        at=now,
        files=tuple(files),
    )
    return store.change_parts(before, after, change)
