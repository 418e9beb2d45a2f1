"""Putting persons on the blacklist and taking them off a list; noting which schools publish whom.

What a second person approved, and what a school publishes, belongs into one transaction with it: so it is given as
parts, and functions/edge commits them.
"""

from dataclasses import replace
from datetime import date, datetime

from shared.dynamo.transaction import Part
from shared.kernel import clock
from shared.kernel.ids import InstitutionId, TeacherId
from shared.personnel import rules, store
from shared.personnel.model import ChangeKind, Listing, ListName, Person, PersonChange, Publication


def check_may_teach(*, qualification_no: str, now: datetime) -> None:
    """Raises TeacherBlacklisted, TeacherServesPublicSchool, QualificationNoWrong."""
    person = store.get(rules.normal_number(qualification_no))
    rules.check_may_teach(person, on=clock.business_day(now))


def publishing(*, person: Person, institution_id: InstitutionId, teacher_id: TeacherId, now: datetime) -> Part:
    """The part that notes that a school publishes her. It writes her item, as a listing does: one of two is first.

    Raises TeacherBlacklisted, TeacherServesPublicSchool; its commit LostRace.
    """
    rules.check_may_teach(person, on=clock.business_day(now))
    publication = Publication(institution_id, teacher_id)
    others = tuple(one for one in person.published if one != publication)
    return store.written(replace(person, published=(*others, publication)))


def unpublishing(*, person: Person, institution_id: InstitutionId, teacher_id: TeacherId) -> Part:
    """The part that notes that a school publishes her no more. Its commit raises LostRace."""
    publication = Publication(institution_id, teacher_id)
    others = tuple(one for one in person.published if one != publication)
    return store.written(replace(person, published=others))


def blacklisting(
    *,
    person: Person,
    name: str,
    reason: str,
    evidence: str,
    until: date | None,
    proposed_by: str,
    approved_by: str,
    now: datetime,
) -> list[Part]:
    """The parts that put a person on the blacklist, through the business day `until`.

    Raises PersonListed, PersonListingEndsTooEarly, PersonEvidenceNeeded, PersonNameWrong; the commit LostRace.
    """
    told = rules.check_blacklisting(person, evidence=evidence, until=until, on=clock.business_day(now))
    listing = Listing(rules.normal_name(name), reason, told, now, until, proposed_by, approved_by)
    after = replace(person, blacklisting=listing)
    return _changed(after, ChangeKind.LISTED, ListName.BLACKLIST, listing, reason, (proposed_by, approved_by), now)


def removing(
    *, person: Person, on: ListName, reason: str, proposed_by: str, approved_by: str, now: datetime
) -> list[Part]:
    """The parts that take a person off a list. Raises PersonNotListed; the commit LostRace."""
    rules.check_removal(person, on)
    listing = person.listing(on)
    assert listing is not None
    black = on is ListName.BLACKLIST
    after = replace(person, blacklisting=None) if black else replace(person, serving=None)
    return _changed(after, ChangeKind.REMOVED, on, listing, reason, (proposed_by, approved_by), now)


def _changed(
    after: Person,
    kind: ChangeKind,
    on: ListName,
    listing: Listing,
    reason: str,
    people: tuple[str, str],
    now: datetime,
) -> list[Part]:
    nth = after.changes + 1
    change = PersonChange(after.number, nth, kind, on, listing, reason, *people, now)
    return [store.written(replace(after, changes=nth)), store.added(change)]
