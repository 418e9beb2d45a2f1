"""What can be done with an institution."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from shared.dynamo import transaction
from shared.institutions import model, rules, store
from shared.institutions.amending import Amendment, amended
from shared.institutions.store import amending as amending_rows
from shared.institutions.store import changes, founding
from shared.kernel import clock
from shared.kernel.ids import InstitutionId


def register(*, institution: model.Institution, by: str, now: datetime, also: Sequence[transaction.Part] = ()) -> None:
    """Put a licensed school on file. What is in `also` (what its minimum balance must be) commits with it.

    Raises WrongCreditCode, WrongLicence, AlreadyRegistered, LicenceTaken.
    """
    rules.check_registration(institution)
    reason = "登记"
    change = model.Change(institution.status.value)
    founding.add(institution, model.StatusChange(institution.institution_id, change, reason, by, now), also=also)


def applying(*, institution: model.Institution, by: str, now: datetime) -> list[transaction.Part]:
    """The parts that put an applicant on file: somebody who asks to found a school.

    Raises ApplicationBlank, WrongCreditCode, WrongPhone; their commit raises AlreadyRegistered.
    """
    rules.check_application(institution)
    change = model.StatusChange(institution.institution_id, model.Change.APPLICANT, "申请设立", by, now)
    return founding.apply(institution, change)


def licensing(
    *, institution_id: InstitutionId, licence_no: str, valid_to: date, reason: str, by: str, now: datetime
) -> list[transaction.Part]:
    """The parts that make an applicant a licensed school, as it was read now.

    It isn't under supervision before its accounts are opened, and sells nothing until then. Raises UnknownInstitution,
    WrongLicence, LicenceOver, StatusCantChange; their commit raises LostRace, StatusChanged, LicenceTaken.
    """
    rules.check_licence(licence_no, valid_to, today=clock.business_day(now))

    def become(was: model.Institution) -> model.Institution:
        if was.status is not model.Status.APPLICANT:
            raise rules.StatusCantChange(status=was.status.value, status_zh=model.STATUS_NAMES[was.status][0])
        return replace(was, licence_no=licence_no, licence_valid_to=valid_to, status=model.Status.LICENSED)

    change = model.StatusChange(institution_id, model.Change.LICENSED, reason.strip(), by, now)
    return founding.license(institution_id, become, change)


def amending(
    *, institution_id: InstitutionId, amendments: Sequence[Amendment], reason: str, by: str, now: datetime
) -> list[transaction.Part]:
    """The parts that amend a school's record: the record, where it is found, its history with what each field was.

    They hold only while the record is as it was read, else LostRace. Raises UnknownInstitution, StatusCantChange for a
    school that is no more, RecordChanged; contracts that are sold say what they said.
    """

    def become(was: model.Institution) -> model.Institution:
        if was.status.ending or was.status is model.Status.APPLICANT:
            raise rules.StatusCantChange(status=was.status.value, status_zh=model.STATUS_NAMES[was.status][0])
        return amended(was, amendments)

    fields = tuple((one.field.value, one.before, one.after) for one in amendments)
    change = model.StatusChange(institution_id, model.Change.AMENDED, reason.strip(), by, now, fields)
    return amending_rows.amend(institution_id, become, change)


def suspend(*, institution_id: InstitutionId, reason: str, by: str, now: datetime) -> None:
    """Stop a school's sales at once (暂停招生); lessons already sold go on. Raises StatusCantChange, ReasonMissing."""
    _change(institution_id, model.Status.SUSPENDED, reason, by, now)


def reinstate(*, institution_id: InstitutionId, reason: str, by: str, now: datetime) -> None:
    """Let a suspended school sell again. Raises StatusCantChange, ReasonMissing."""
    _change(institution_id, model.Status.LICENSED, reason, by, now)


def begin_termination(
    *, institution_id: InstitutionId, reason: str, by: str, now: datetime, also: Sequence[transaction.Part]
) -> None:
    """Stop a school's sales, releases and payouts for ever (终止办学). What is in `also` commits with it.

    Raises UnknownInstitution, StatusCantChange, ReasonMissing, StatusChanged, what `also` refuses, Unavailable.
    """
    _change(institution_id, model.Status.TERMINATING, reason, by, now, also)


def begin_revocation(
    *,
    institution_id: InstitutionId,
    decision_no: str,
    reason: str,
    by: str,
    now: datetime,
    also: Sequence[transaction.Part],
) -> None:
    """Begin the end of a school whose licence is revoked (吊销办学许可证); its number is spent. Raises like that."""
    told = f"吊销办学许可证（{decision_no}）：{reason.strip()}"
    spent = founding.spend_licence(store.get(institution_id))
    begin_termination(institution_id=institution_id, reason=told, by=by, now=now, also=[*also, spent])


def end_termination(
    *,
    institution_id: InstitutionId,
    revoked: bool,
    reason: str,
    by: str,
    now: datetime,
    also: Sequence[transaction.Part],
) -> None:
    """Note that a terminating school is terminated, or its licence revoked. Raises like `begin_termination`."""
    _change(institution_id, model.Status.REVOKED if revoked else model.Status.TERMINATED, reason, by, now, also)


def freeze(
    *, institution_id: InstitutionId, reason: str, by: str, now: datetime, also: Sequence[transaction.Part] = ()
) -> None:
    """Let no lesson's share and no payout of a school go from now on (冻结). What is in `also` commits with it.

    Raises UnknownInstitution, MoneyStopped, AlreadyFrozen, StatusChanged, what `also` refuses, Unavailable.
    """
    _change_releases(institution_id, True, reason, by, now, also)


def thaw(
    *, institution_id: InstitutionId, reason: str, by: str, now: datetime, also: Sequence[transaction.Part] = ()
) -> None:
    """Let a frozen school's money go again (解除冻结); what is due is released by the next sweep.

    Raises UnknownInstitution, MoneyStopped, NotFrozen, StatusChanged, what `also` refuses, Unavailable.
    """
    _change_releases(institution_id, False, reason, by, now, also)


def bar(
    *,
    institution_id: InstitutionId,
    kind: model.BarKind,
    until: date | None,
    reason: str,
    by: str,
    now: datetime,
    also: Sequence[transaction.Part] = (),
) -> None:
    """Let a school sell nothing from now on, through the business day `until`. What is in `also` commits with it.

    A bar of the same kind that stands is replaced. Raises UnknownInstitution, LostRace, what `also` refuses.
    """
    was = store.get(institution_id).bars
    others = [one for one in was if one.kind is not kind]
    becomes = [*others, model.Bar(kind, now, until or model.FOR_GOOD)]
    change = model.StatusChange(institution_id, model.Change.BARRED, reason, by, now)
    changes.change_bars(change, was=was, becomes=becomes, also=also)


def unbar(
    *,
    institution_id: InstitutionId,
    kind: model.BarKind,
    reason: str,
    by: str,
    now: datetime,
    also: Sequence[transaction.Part] = (),
) -> None:
    """Lift a bar; the others stay. What is in `also` commits with it. Raises like `bar`."""
    was = store.get(institution_id).bars
    becomes = [one for one in was if one.kind is not kind]
    change = model.StatusChange(institution_id, model.Change.UNBARRED, reason, by, now)
    changes.change_bars(change, was=was, becomes=becomes, also=also)


def _change_releases(
    institution_id: InstitutionId, frozen: bool, reason: str, by: str, now: datetime, also: Sequence[transaction.Part]
) -> None:
    rules.check_freeze(store.get(institution_id), frozen=frozen)
    change = model.Change.FROZEN if frozen else model.Change.THAWED
    told = model.StatusChange(institution_id, change, reason.strip(), by, now)
    changes.change_releases(told, frozen=frozen, also=also)


def _change(
    institution_id: InstitutionId,
    becomes: model.Status,
    reason: str,
    by: str,
    now: datetime,
    also: Sequence[transaction.Part] = (),
) -> None:
    was = store.get(institution_id).status
    rules.check_change(was, becomes, reason)
    change = model.Change(becomes.value)
    changes.change_status(model.StatusChange(institution_id, change, reason.strip(), by, now), was=was, also=also)
