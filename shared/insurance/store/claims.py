"""Where claims are kept, beside their covers."""

from datetime import UTC, date, datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.insurance.claim_model import Claim, ClaimDue, ClaimStatus
from shared.insurance.store import ByDue, ByStatus
from shared.kernel import errors
from shared.kernel.ids import ClaimId, EnrolmentId, FileId, GuardianId, InstitutionId
from shared.kernel.money import Fen

_STATUS = "claim#"


class NoClaim(errors.Missing):
    code = "unknown_claim"
    zh = "没有找到这项理赔。"
    en = "There is no such claim."


class AlreadyThere(errors.Conflict):
    """There is a claim for this day already; the caller reads it."""

    code = "claim_already_there"
    zh = "这一天已有一项理赔。"
    en = "There is a claim for this day already."


class ClaimRow(Row):
    """`status` begins with `claim#`, so that claims and covers are counted apart."""

    Meta = meta("insurance")
    statuses = ByStatus()
    dues = ByDue()

    claim_id = UnicodeAttribute()
    institution = UnicodeAttribute()
    guardian = UnicodeAttribute()
    policy_no = UnicodeAttribute()
    accident_on = UnicodeAttribute()
    made_at = Moment()
    since = Moment()
    text = UnicodeAttribute(null=True)
    pictures = UnicodeAttribute(null=True)
    part = NumberAttribute()
    status = UnicodeAttribute()
    due = UnicodeAttribute(null=True)
    due_at = Moment(null=True)
    tries = NumberAttribute(default=0)
    revision = NumberAttribute(default=0)
    asked = UnicodeAttribute(null=True)
    refusal = UnicodeAttribute(null=True)
    paid_fen = NumberAttribute(default=0)
    version = NumberAttribute()


class ClaimKeyRow(Row):
    """Whose a claim is, by its id alone: the insurer knows no enrolments."""

    Meta = meta("insurance")
    enrolment_id = UnicodeAttribute()


def added(claim: Claim) -> list[transaction.Part]:
    """The parts that keep a new claim. Else AlreadyThere."""
    key = ClaimKeyRow(claim.claim_id, "key", enrolment_id=claim.enrolment_id)
    return [transaction.put_new(row, refused=AlreadyThere()) for row in (_row(claim, version=1), key)]


def written(before: Claim, after: Claim) -> transaction.Part:
    """The part that writes a claim as it is now. Else LostRace: it isn't as it was read."""
    row = _row(after, version=before.version + 1)
    return transaction.put_if(row, ClaimRow.version == before.version, refused=transaction.LostRace())


def get(claim_id: ClaimId) -> Claim:
    """A claim. Raises NoClaim."""
    try:
        enrolment_id = ClaimKeyRow.get(claim_id, "key").enrolment_id
        return _claim(ClaimRow.get(enrolment_id, _sk(claim_id), consistent_read=True))
    except (ClaimKeyRow.DoesNotExist, ClaimRow.DoesNotExist):
        raise NoClaim() from None


def list_of(enrolment_id: EnrolmentId) -> list[Claim]:
    """An enrolment's claims, the newest accident first."""
    rows = ClaimRow.query(enrolment_id, ClaimRow.sk.startswith(_sk("")), consistent_read=True)
    return sorted(map(_claim, rows), key=lambda one: one.accident_on, reverse=True)


def list_due(due: ClaimDue, *, until: datetime, limit: int) -> list[ClaimId]:
    """The claims that are due for something, the longest waiting first."""
    found = ClaimRow.dues.query(due.value, ClaimRow.due_at <= until.astimezone(UTC), limit=limit)
    return [ClaimId(row.sk.removeprefix(_sk(""))) for row in found]


def count(status: ClaimStatus, *, at_most: int) -> int:
    """How many claims are in a status; no more than `at_most` are counted."""
    return min(int(ClaimRow.statuses.count(_STATUS + status.value, limit=at_most)), at_most)


def _sk(claim_id: str) -> str:
    return f"claim#{claim_id}"


def _row(claim: Claim, *, version: int) -> ClaimRow:
    row = ClaimRow(
        claim.enrolment_id,
        _sk(claim.claim_id),
        claim_id=claim.claim_id,
        institution=claim.institution_id,
        guardian=claim.guardian_id,
        policy_no=claim.policy_no,
        accident_on=claim.accident_on.isoformat(),
        made_at=claim.made_at,
        since=claim.since,
        text=claim.text or None,
        pictures=" ".join(claim.pictures) or None,
        part=claim.part,
        status=_STATUS + claim.status.value,
        tries=claim.tries,
        revision=claim.revision,
        asked=claim.asked or None,
        refusal=claim.refusal or None,
        paid_fen=claim.paid_fen,
        version=version,
    )
    if claim.due is not None:
        row.due, row.due_at = claim.due.value, claim.due_at
    return row


def _claim(row: ClaimRow) -> Claim:
    return Claim(
        claim_id=ClaimId(row.claim_id),
        enrolment_id=EnrolmentId(row.pk),
        institution_id=InstitutionId(row.institution),
        guardian_id=GuardianId(row.guardian),
        policy_no=row.policy_no,
        accident_on=date.fromisoformat(row.accident_on),
        made_at=row.made_at,
        since=row.since,
        text=row.text or "",
        pictures=tuple(map(FileId, (row.pictures or "").split())),
        part=int(row.part),
        status=ClaimStatus(row.status.removeprefix(_STATUS)),
        due=ClaimDue(row.due) if row.due else None,
        due_at=row.due_at,
        tries=int(row.tries),
        revision=int(row.revision),
        asked=row.asked or "",
        refusal=row.refusal or "",
        paid_fen=Fen(int(row.paid_fen)),
        version=int(row.version),
    )
