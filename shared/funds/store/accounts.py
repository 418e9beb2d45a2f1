"""Enrolments' accounts: what a release, a deposit or an expiry is authorised against."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from events import facts
from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.funds import model
from shared.funds.store import entries
from shared.kernel import clock, errors
from shared.kernel.ids import CourseId, EnrolmentId, GuardianId, InstitutionId, OfferingId, StudentId
from shared.kernel.money import Fen
from shared.kernel.page import Page

_TO_PAY_BACK = "pay_back"


class UnknownEnrolment(errors.Missing):
    code = "unknown_enrolment"
    zh = "没有找到这笔报名。"
    en = "There is no such enrolment."


class EnrolmentExists(errors.Conflict):
    code = "enrolment_exists"
    zh = "这笔报名已经存在。"
    en = "This enrolment exists already."


class ByGuardian(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_guardian"
        projection = KeysOnlyProjection()

    by_guardian = UnicodeAttribute(hash_key=True)
    made_at = Moment(range_key=True)


class ByOffering(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_offering"
        projection = KeysOnlyProjection()

    by_institution = UnicodeAttribute(hash_key=True)
    by_offering = UnicodeAttribute(range_key=True)


class ByExpiry(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_expiry"
        projection = KeysOnlyProjection()

    expiry_day = UnicodeAttribute(hash_key=True)
    expires_at = Moment(range_key=True)


class ByInterestWait(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by_interest_wait"
        projection = KeysOnlyProjection()

    interest_waits = UnicodeAttribute(hash_key=True)
    interest_waits_since = UnicodeAttribute(range_key=True)


class AccountRow(Row):
    """`by_*`, `made_at` and `expir*` never change with money, so a movement of it costs no index write.

    `interest_waits*` are there only while an enrolment that is over holds interest that is to be paid back.
    """

    Meta = meta("funds")
    interest_waiting = ByInterestWait()
    guardians = ByGuardian()
    offerings = ByOffering()
    expiries = ByExpiry()

    kind = UnicodeAttribute(default="account")
    by_guardian = UnicodeAttribute()
    by_institution = UnicodeAttribute()
    by_offering = UnicodeAttribute()
    expiry_day = UnicodeAttribute()
    made_at = Moment()
    expires_at = Moment()
    course = UnicodeAttribute()
    student = UnicodeAttribute()
    category = UnicodeAttribute()
    account_no = UnicodeAttribute()
    terms_hash = UnicodeAttribute()
    consent = UnicodeAttribute(default="")
    policy = UnicodeAttribute()
    price_fen = NumberAttribute()
    lessons = NumberAttribute()
    starts_on = UnicodeAttribute()
    first_session = NumberAttribute(null=True)
    status = UnicodeAttribute()
    paid_fen = NumberAttribute()
    held_fen = NumberAttribute()
    released_fen = NumberAttribute()
    lessons_released = NumberAttribute()
    refunded_fen = NumberAttribute(default=0)
    lessons_refunded = NumberAttribute(default=0)
    refunds_pending = UnicodeAttribute(default="{}")
    taken_back_fen = NumberAttribute(default=0)
    missing_fen = NumberAttribute(default=0)
    interest_fen = NumberAttribute(default=0)
    interest_held_fen = NumberAttribute(default=0)
    fen_days = UnicodeAttribute(default="{}")
    counted_until = UnicodeAttribute(null=True)
    interest_waits = UnicodeAttribute(null=True)
    interest_waits_since = UnicodeAttribute(null=True)
    version = NumberAttribute()
    seal = UnicodeAttribute(default="")
    bank_references = UnicodeAttribute(default="")


def open_new(fact: facts.EnrolmentMade) -> transaction.Part:
    """The part of a sale that opens the enrolment's account, which must be new."""
    row = AccountRow(
        fact.enrolment_id,
        "account",
        by_guardian=fact.guardian_id,
        by_institution=fact.institution_id,
        by_offering=f"{fact.offering_id}#{fact.enrolment_id}",
        expiry_day=clock.business_day(fact.expires_at).isoformat(),
        made_at=fact.made_at,
        expires_at=fact.expires_at,
        course=fact.course_id,
        student=fact.student_id,
        category=fact.category,
        account_no=fact.account_no,
        terms_hash=fact.terms_hash,
        consent=fact.consent_version,
        policy=fact.policy_version,
        price_fen=fact.price_fen,
        lessons=fact.lessons,
        starts_on=fact.starts_on.isoformat(),
        status=model.EnrolmentStatus.AWAITING_DEPOSIT.value,
        paid_fen=0,
        held_fen=0,
        released_fen=0,
        lessons_released=0,
        version=0,
    )
    return transaction.put_new(row, refused=EnrolmentExists())


def change(before: model.EnrolmentAccount, after: model.EnrolmentAccount) -> transaction.Part:
    """The part that moves an account on to a later version, if it is still as it was read."""
    assert after.version > before.version, "an account moves on"
    terms = (after.held_fen, after.released_fen, after.refund_pending_fen, after.refunded_fen)
    brought = after.paid_fen + after.interest_fen
    assert brought == sum(terms), "paid + interest = held + released + refund_pending + refunded"
    assert min(after.paid_fen, after.lessons_left, after.tuition_held_fen, *terms) >= 0, "no negative balance"
    assert min(after.interest_held_fen, after.taken_back_fen, after.missing_fen) >= 0, "no negative part of one"
    actions: list[Action] = [
        AccountRow.status.set(after.status.value),
        AccountRow.paid_fen.set(after.paid_fen),
        AccountRow.held_fen.set(after.held_fen),
        AccountRow.released_fen.set(after.released_fen),
        AccountRow.lessons_released.set(after.lessons_released),
        AccountRow.version.set(after.version),
        AccountRow.seal.set(after.seal),
    ]
    if after.bank_references != before.bank_references:
        actions.append(AccountRow.bank_references.set("\n".join(after.bank_references)))
    if (after.taken_back_fen, after.missing_fen) != (before.taken_back_fen, before.missing_fen):
        actions.append(AccountRow.taken_back_fen.set(after.taken_back_fen))
        actions.append(AccountRow.missing_fen.set(after.missing_fen))
    if after.refunds_pending != before.refunds_pending:
        pending = json.dumps(dict(after.refunds_pending), separators=(",", ":"))
        actions.append(AccountRow.refunds_pending.set(pending))
    if (after.refunded_fen, after.lessons_refunded) != (before.refunded_fen, before.lessons_refunded):
        actions.append(AccountRow.refunded_fen.set(after.refunded_fen))
        actions.append(AccountRow.lessons_refunded.set(after.lessons_refunded))
    actions += _interest_actions(before, after)
    return transaction.update(
        AccountRow(before.enrolment_id, "account"),
        actions,
        AccountRow.version == before.version,
        refused=transaction.LostRace(),
    )


def _interest_actions(before: model.EnrolmentAccount, after: model.EnrolmentAccount) -> list[Action]:
    actions: list[Action] = []
    if after.fen_days != before.fen_days:
        actions.append(AccountRow.fen_days.set(_written(after.fen_days)))
    if after.counted_until is not None and after.counted_until != before.counted_until:
        actions.append(AccountRow.counted_until.set(after.counted_until.isoformat()))
    if (after.interest_fen, after.interest_held_fen) != (before.interest_fen, before.interest_held_fen):
        actions.append(AccountRow.interest_fen.set(after.interest_fen))
        actions.append(AccountRow.interest_held_fen.set(after.interest_held_fen))
    if _waits(after) and not _waits(before):
        actions.append(AccountRow.interest_waits.set(_TO_PAY_BACK))
        actions.append(AccountRow.interest_waits_since.set(str(after.counted_until)))
    elif _waits(before) and not _waits(after):
        actions += [AccountRow.interest_waits.remove(), AccountRow.interest_waits_since.remove()]
    return actions


def _waits(account: model.EnrolmentAccount) -> bool:
    """Whether an enrolment that is over holds interest that is to be paid back."""
    return account.over and account.interest_held_fen > 0


def _written(fen_days: Mapping[date, int]) -> str:
    return json.dumps({day.isoformat(): count for day, count in fen_days.items()}, separators=(",", ":"))


def transferred(
    account: model.EnrolmentAccount,
    *,
    course_id: CourseId,
    offering_id: OfferingId,
    terms_hash: str,
    first_session: int,
) -> transaction.Part:
    """The part that moves an enrolment to another class, while it is paid, as it was read, and in that class still.

    No money moves, so it has no entry and its version stays. Else LostRace.
    """
    here = AccountRow.by_offering == f"{account.offering_id}#{account.enrolment_id}"
    active = AccountRow.status == model.EnrolmentStatus.ACTIVE.value
    actions = [
        AccountRow.by_offering.set(f"{offering_id}#{account.enrolment_id}"),
        AccountRow.course.set(course_id),
        AccountRow.terms_hash.set(terms_hash),
        AccountRow.first_session.set(first_session),
    ]
    same = here & active & (AccountRow.version == account.version)
    return transaction.update(
        AccountRow(account.enrolment_id, "account"), actions, same, refused=transaction.LostRace()
    )


def is_active(enrolment_id: EnrolmentId, *, refused: errors.Refusal) -> transaction.Part:
    """The part that holds while an enrolment is paid and taught. Else `refused`."""
    active = AccountRow.status == model.EnrolmentStatus.ACTIVE.value
    return transaction.check(AccountRow(enrolment_id, "account"), active, refused=refused)


def get(enrolment_id: EnrolmentId) -> model.EnrolmentAccount:
    """An enrolment's account. Raises UnknownEnrolment."""
    try:
        return account_of(AccountRow.get(enrolment_id, "account", consistent_read=True))
    except AccountRow.DoesNotExist:
        raise UnknownEnrolment() from None


def get_many(enrolment_ids: Sequence[EnrolmentId]) -> list[model.EnrolmentAccount]:
    """The accounts with these ids, in the order of the ids."""
    keys = [(eid, "account") for eid in dict.fromkeys(enrolment_ids)]
    found = {row.pk: account_of(row) for row in AccountRow.batch_get(keys, consistent_read=True)}
    return [found[eid] for eid, _ in keys if eid in found]


def list_by_guardian(guardian_id: GuardianId, *, limit: int, cursor: str | None) -> Page[model.EnrolmentAccount]:
    """A guardian's enrolments, newest first."""
    index = AccountRow.guardians
    page = pages.page(AccountRow, guardian_id, limit=limit, cursor=cursor, index=index, backwards=True)
    return Page(get_many([EnrolmentId(row.pk) for row in page.rows]), page.next_cursor)


def list_by_institution(
    institution_id: InstitutionId, *, limit: int, cursor: str | None
) -> Page[model.EnrolmentAccount]:
    """A school's enrolments, class by class."""
    page = pages.page(AccountRow, institution_id, limit=limit, cursor=cursor, index=AccountRow.offerings)
    return Page(get_many([EnrolmentId(row.pk) for row in page.rows]), page.next_cursor)


def count_by_institution(institution_id: InstitutionId) -> int:
    """How many enrolments a school has had."""
    return int(AccountRow.offerings.count(institution_id))


def list_by_offering(institution_id: InstitutionId, offering_id: OfferingId) -> list[model.EnrolmentAccount]:
    """Every enrolment of one class, paid or not."""
    rows = AccountRow.offerings.query(institution_id, AccountRow.by_offering.startswith(f"{offering_id}#"))
    return get_many([EnrolmentId(row.pk) for row in rows])


def list_expiring(day: date) -> list[EnrolmentId]:
    """The enrolments whose time to pay ends on a business day, paid or not."""
    return [EnrolmentId(row.pk) for row in AccountRow.expiries.query(day.isoformat())]


def list_interest_waiting() -> list[EnrolmentId]:
    """The enrolments that are over and hold interest that is to be paid back."""
    return [EnrolmentId(row.pk) for row in AccountRow.interest_waiting.query(_TO_PAY_BACK)]


def account_of(row: AccountRow) -> model.EnrolmentAccount:
    """The account of a stored row."""
    return model.EnrolmentAccount(
        enrolment_id=EnrolmentId(row.pk),
        institution_id=InstitutionId(row.by_institution),
        course_id=CourseId(row.course),
        offering_id=OfferingId(row.by_offering.partition("#")[0]),
        guardian_id=GuardianId(row.by_guardian),
        student_id=StudentId(row.student),
        category=row.category,
        account_no=row.account_no,
        terms_hash=row.terms_hash,
        consent_version=row.consent,
        policy_version=row.policy,
        price_fen=Fen(int(row.price_fen)),
        lessons=int(row.lessons),
        starts_on=date.fromisoformat(row.starts_on),
        first_session=int(row.first_session or 1),
        made_at=row.made_at,
        expires_at=row.expires_at,
        status=model.EnrolmentStatus(row.status),
        paid_fen=Fen(int(row.paid_fen)),
        held_fen=Fen(int(row.held_fen)),
        released_fen=Fen(int(row.released_fen)),
        lessons_released=int(row.lessons_released),
        refunded_fen=Fen(int(row.refunded_fen)),
        lessons_refunded=int(row.lessons_refunded),
        refunds_pending=json.loads(row.refunds_pending),
        taken_back_fen=Fen(int(row.taken_back_fen)),
        missing_fen=Fen(int(row.missing_fen)),
        interest_fen=Fen(int(row.interest_fen)),
        interest_held_fen=Fen(int(row.interest_held_fen)),
        fen_days={date.fromisoformat(day): count for day, count in json.loads(row.fen_days).items()},
        counted_until=date.fromisoformat(row.counted_until) if row.counted_until else None,
        version=int(row.version),
        seal=row.seal,
        bank_references=tuple(row.bank_references.split("\n")) if row.bank_references else (),
    )


def read_with_entry(
    entry_key: tuple[str, str], enrolment_id: EnrolmentId | None
) -> tuple[model.Entry | None, model.EnrolmentAccount | None]:
    """An entry and an account as they stood at one moment, None for what isn't there. One round trip."""
    entry, found = read_several_with_entry(entry_key, [enrolment_id] if enrolment_id is not None else [])
    return entry, found[0] if found else None


def read_several_with_entry(
    entry_key: tuple[str, str], enrolment_ids: Sequence[EnrolmentId]
) -> tuple[model.Entry | None, list[model.EnrolmentAccount | None]]:
    """An entry and accounts as they stood at one moment, None for what isn't there. One round trip."""
    wanted: list[tuple[type[Row], str, str]] = [(entries.EntryRow, *entry_key)]
    wanted += [(AccountRow, enrolment_id, "account") for enrolment_id in enrolment_ids]
    entry, *found = transaction.read_together(wanted)
    return entries.entry_of(entry) if entry else None, [account_of(row) if row else None for row in found]
