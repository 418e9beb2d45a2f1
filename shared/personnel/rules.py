"""Who may be published as a teacher, be put on a list or taken off; when two sessions are in two places. Pure."""

import unicodedata
from datetime import date

from shared.kernel import clock, errors
from shared.personnel.model import ListName, Person, Presence

MOST_EVIDENCE = 500
MOST_NAME = 40
_SHORTEST, _LONGEST = 6, 40
_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class TeacherBlacklisted(errors.Conflict):
    code = "teacher_blacklisted"
    zh = "教师规则：资格证号 {value} 自 {since} 起在从业人员黑名单上；名单上的人员不得任教（限额 {limit} 名）。"
    en = "Teachers: {value} is on the personnel blacklist since {since}; of such teachers a school may have {limit}."


class TeacherServesPublicSchool(errors.Conflict):
    code = "teacher_serves_public_school"
    zh = "教师规则：资格证号 {value} 自 {since} 起在在职中小学教师名册上；在职教师不得任教（限额 {limit} 名）。"
    en = "Teachers: {value} serves at a public school by the list of {since}; of such a school may have {limit}."


class QualificationNoWrong(errors.Invalid):
    code = "qualification_no_wrong"
    zh = "资格证号应为6至40位字母或数字。"
    en = "The number of a qualification has 6 to 40 letters or digits."


class PersonNameWrong(errors.Invalid):
    code = "person_name_wrong"
    zh = "请填写姓名（至多{most}字）。"
    en = "Give the name, in {most} characters at most."


class PersonEvidenceNeeded(errors.Invalid):
    code = "person_evidence_needed"
    zh = "请写明依据（至多{most}字）。"
    en = "Say what shows it, in {most} characters at most."


class PersonListingEndsTooEarly(errors.Invalid):
    code = "person_listing_ends_too_early"
    zh = "到期日 {value} 须晚于今日 {limit}；无期限请留空。"
    en = "The last day, {value}, must be after today, {limit}; leave it empty for no end."


class PersonListed(errors.Conflict):
    code = "person_listed"
    zh = "该人员已在这份名单上。"
    en = "The person is on this list already."


class PersonNotListed(errors.Conflict):
    code = "person_not_listed"
    zh = "该人员不在这份名单上。"
    en = "The person isn't on this list."


_REFUSED: dict[ListName, type[errors.Conflict]] = {
    ListName.BLACKLIST: TeacherBlacklisted,
    ListName.SERVING: TeacherServesPublicSchool,
}


def normal_number(text: str) -> str:
    """A qualification's number as persons are known by it: width, case, spaces and dashes say nothing.

    Raises QualificationNoWrong.
    """
    told = unicodedata.normalize("NFKC", text).upper().replace("-", "").replace(" ", "").strip()
    if not _SHORTEST <= len(told) <= _LONGEST or not _ALPHANUMERIC.issuperset(told):
        raise QualificationNoWrong(pointer="/qualification_no")
    return told


def normal_name(text: str) -> str:
    """A name without the spaces in and around it. Raises PersonNameWrong."""
    told = "".join(unicodedata.normalize("NFKC", text).split())
    if not told or len(told) > MOST_NAME or not told.isprintable():
        raise PersonNameWrong(pointer="/name", most=MOST_NAME)
    return told


def check_may_teach(person: Person, *, on: date) -> None:
    """Whether a school may publish her on a business day. Raises TeacherBlacklisted, TeacherServesPublicSchool."""
    for name in person.barred_by(on):
        listing = person.listing(name)
        assert listing is not None
        since = clock.business_day(listing.since).isoformat()
        raise _REFUSED[name](pointer="/item/qualification_no", value=person.number, since=since, limit=0)


def check_blacklisting(person: Person, *, evidence: str, until: date | None, on: date) -> str:
    """Whether she may be put on the blacklist; the evidence, trimmed. One that is over may be followed by another.

    Raises PersonListed, PersonListingEndsTooEarly, PersonEvidenceNeeded.
    """
    if person.blacklisting is not None and person.blacklisting.holds_on(on):
        raise PersonListed(pointer="/qualification_no")
    if until is not None and until <= on:
        raise PersonListingEndsTooEarly(pointer="/until", value=until.isoformat(), limit=on.isoformat())
    told = evidence.strip()
    if not told or len(told) > MOST_EVIDENCE:
        raise PersonEvidenceNeeded(pointer="/evidence", most=MOST_EVIDENCE)
    return told


def check_removal(person: Person, on: ListName) -> None:
    """Raises PersonNotListed."""
    if person.listing(on) is None:
        raise PersonNotListed(pointer="/list")


def in_two_places(one: Presence, other: Presence) -> bool:
    """Whether two sessions of one person overlap although they are at two schools, or at two campuses of one.

    Periods are half-open: who begins at 10:00 what follows on what ends at 10:00 is in one place at a time.
    """
    elsewhere = (one.institution_id, one.campus_id) != (other.institution_id, other.campus_id)
    return elsewhere and one.starts_at < other.ends_at and other.starts_at < one.ends_at
