"""Where institutions are kept. Keys are in this context's README."""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from shared.dynamo import pages, transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.institutions import model
from shared.institutions.store import finding
from shared.kernel import clock, errors
from shared.kernel.ids import InstitutionId
from shared.kernel.page import Page

LATCHES = 16
_DIRECTORY = "institutions"


class UnknownInstitution(errors.Missing):
    code = "unknown_institution"
    zh = "没有找到这家培训机构。"
    en = "There is no such institution."


class AlreadyRegistered(errors.Conflict):
    code = "institution_already_registered"
    zh = "该机构或其银行账号已登记。"
    en = "The institution, or an account of it, is registered already."


class StatusChanged(errors.Conflict):
    code = "status_changed"
    zh = "机构状态刚刚被他人变更，请刷新后再试。"
    en = "Somebody else has just changed the status. Reload and try again."


class LicenceTaken(errors.Conflict):
    code = "licence_taken"
    zh = "该办学许可证号已发给另一家机构。"
    en = "The licence number is another institution's."


class NotSelling(errors.Conflict):
    code = "institution_not_selling"
    zh = "该机构已暂停招生，暂不能报名。"
    en = "The institution is suspended from selling."


class ReleasesStopped(errors.Conflict):
    code = "releases_stopped"
    zh = "该机构的资金拨付已被冻结。"
    en = "Releases and payouts of the institution are frozen."


class InstitutionRow(Row):
    Meta = meta("institutions")
    document = UnicodeAttribute()
    status = UnicodeAttribute()
    status_reason = UnicodeAttribute(default="")
    frozen = BooleanAttribute(default=False)
    frozen_reason = UnicodeAttribute(default="")
    bars = UnicodeAttribute(default="[]")


class DirectoryRow(Row):
    """One line a school, for lists by name and for finding one."""

    Meta = meta("institutions")
    institution_id = UnicodeAttribute()
    name = UnicodeAttribute(default="")
    credit_code = UnicodeAttribute(default="")


class AccountRow(Row):
    Meta = meta("institutions")
    institution_id = UnicodeAttribute()
    purpose = UnicodeAttribute()


class LicenceRow(Row):
    """Whose a licence number is, that was given here."""

    Meta = meta("institutions")
    institution_id = UnicodeAttribute()


class LatchRow(Row):
    """One of 16 copies of what a school may do, so that no item is hot; all 16 change in one transaction.

    `licence_valid_to` is `Institution.valid_to`: the licence's last day, or a certificate's that ends before.
    """

    Meta = meta("institutions")
    selling = BooleanAttribute()
    releasing = BooleanAttribute()
    licence_valid_to = UnicodeAttribute()
    barred_until = UnicodeAttribute(null=True)


class ChangeRow(Row):
    Meta = meta("institutions")
    change = UnicodeAttribute()
    reason = UnicodeAttribute()
    by = UnicodeAttribute()
    at = Moment()


def _latch_key(institution_id: str, number: int) -> tuple[str, str]:
    return f"latch#{institution_id}#{number:02d}", "latch"


def _latch(institution_id: InstitutionId, spread_by: str) -> LatchRow:
    number = hashlib.sha256(spread_by.encode()).digest()[0] % LATCHES
    return LatchRow(*_latch_key(institution_id, number))


def selling_latch(institution_id: InstitutionId, *, spread_by: str, on: date) -> transaction.Part:
    """The part of a sale that holds only while the school may sell. `spread_by`: an id that differs between sales.

    It says the same as `Institution.may_sell_on`: a school whose money is frozen takes in no more of it.
    """
    day = on.isoformat()
    licensed = (LatchRow.selling == True) & (LatchRow.licence_valid_to >= day)  # noqa: E712
    free = LatchRow.barred_until.does_not_exist() | (LatchRow.barred_until < day)
    condition = licensed & (LatchRow.releasing == True) & free  # noqa: E712
    return transaction.check(_latch(institution_id, spread_by), condition, refused=NotSelling())


def releasing_latch(institution_id: InstitutionId, *, spread_by: str) -> transaction.Part:
    """The part of a release or a payout that holds only while the school's money isn't frozen."""
    condition = LatchRow.releasing == True  # noqa: E712
    return transaction.check(_latch(institution_id, spread_by), condition, refused=ReleasesStopped())


def add(institution: model.Institution, change: model.StatusChange, *, also: Sequence[transaction.Part]) -> None:
    """Write a new school: accounts, latches, directory line, and what stands in `also`.

    Raises AlreadyRegistered, LicenceTaken.
    """
    iid = institution.institution_id
    taken = AlreadyRegistered()
    rows: list[Row] = [
        InstitutionRow(
            iid, "institution", document=_document(institution), status=institution.status.value, frozen=False
        ),
        DirectoryRow(
            _DIRECTORY,
            f"{institution.short_name}#{iid}",
            institution_id=iid,
            name=institution.name,
            credit_code=institution.credit_code,
        ),
        _change_row(change),
        *finding.rows(institution),
        *(
            AccountRow(
                f"account#{number}",
                "account",
                institution_id=iid,
                purpose=purpose.value,
            )
            for number, purpose in (
                (institution.accounts.tuition_account_no, model.Purpose.TUITION),
                (institution.accounts.minimum_balance_account_no, model.Purpose.MINIMUM_BALANCE),
            )
        ),
        *(
            LatchRow(
                *_latch_key(iid, number),
                selling=institution.status is model.Status.LICENSED,
                releasing=True,
                licence_valid_to=institution.valid_to.isoformat(),
            )
            for number in range(LATCHES)
        ),
    ]
    parts = [transaction.put_new(row, refused=taken) for row in rows]
    transaction.commit([*parts, spend_licence(institution), *also])


def apply(institution: model.Institution, change: model.StatusChange) -> list[transaction.Part]:
    """The parts that put an applicant on file: it has no accounts and no latches, and isn't in the directory.

    Their commit raises AlreadyRegistered.
    """
    taken = AlreadyRegistered()
    row = InstitutionRow(
        institution.institution_id,
        "institution",
        document=_document(institution),
        status=institution.status.value,
        frozen=False,
    )
    return [transaction.put_new(one, refused=taken) for one in (row, _change_row(change))]


def license(institution: model.Institution, change: model.StatusChange, *, also: Sequence[transaction.Part]) -> None:
    """Make an applicant the licensed school that it is now, which everybody finds, together with what is in `also`.

    Raises StatusChanged when it isn't an applicant any more, LicenceTaken, and what `also` refuses.
    """
    iid = institution.institution_id
    row = InstitutionRow(iid, "institution")
    actions: list[Action] = [
        InstitutionRow.document.set(_document(institution)),
        InstitutionRow.status.set(institution.status.value),
    ]
    was = InstitutionRow.status == model.Status.APPLICANT.value
    number = LicenceRow(f"licence#{institution.licence_no}", "licence", institution_id=iid)
    transaction.commit(
        [
            *also,
            transaction.update(row, actions, was, refused=StatusChanged()),
            transaction.put_new(number, refused=LicenceTaken(pointer="/licence_no")),
            transaction.put_new(_change_row(change), refused=StatusChanged()),
            *(transaction.put(one) for one in finding.rows(institution)),
        ]
    )


def spend_licence(institution: model.Institution) -> transaction.Part:
    """The part that keeps a licence number from ever being given to another. The commit raises LicenceTaken."""
    iid = institution.institution_id
    row = LicenceRow(f"licence#{institution.licence_no}", "licence", institution_id=iid)
    own = LicenceRow.pk.does_not_exist() | (LicenceRow.institution_id == iid)
    return transaction.put_if(row, own, refused=LicenceTaken())


_LATCH_ACTIONS: Mapping[model.Status, Sequence[Action]] = {
    model.Status.LICENSED: [LatchRow.selling.set(True)],
    model.Status.SUSPENDED: [LatchRow.selling.set(False)],
    model.Status.TERMINATING: [LatchRow.selling.set(False), LatchRow.releasing.set(False)],
}


def change_status(change: model.StatusChange, *, was: model.Status, also: Sequence[transaction.Part] = ()) -> None:
    """Change the status and flip all latches in one transaction with what stands in `also`.

    A terminated school's latches are closed already. Raises StatusChanged when it isn't `was` any more, and what `also`
    refuses.
    """
    iid = change.institution_id
    becomes = model.Status(change.change.value)
    actions = [InstitutionRow.status.set(becomes.value), InstitutionRow.status_reason.set(change.reason)]
    parts = [
        *also,
        transaction.update(
            InstitutionRow(iid, "institution"), actions, InstitutionRow.status == was.value, refused=StatusChanged()
        ),
        transaction.put_new(_change_row(change), refused=StatusChanged()),
    ]
    transaction.commit([*parts, *_flip(iid, _LATCH_ACTIONS.get(becomes, ()))])


def change_releases(change: model.StatusChange, *, frozen: bool, also: Sequence[transaction.Part]) -> None:
    """Freeze a school's money, or let it go, through all latches in one transaction with what stands in `also`.

    Raises StatusChanged when it is so already, and what `also` refuses.
    """
    iid = change.institution_id
    actions = [InstitutionRow.frozen.set(frozen), InstitutionRow.frozen_reason.set(change.reason if frozen else "")]
    ending = [status.value for status in model.Status if status.ending]
    before = (InstitutionRow.frozen != frozen) & ~InstitutionRow.status.is_in(*ending)
    parts = [
        *also,
        transaction.update(InstitutionRow(iid, "institution"), actions, before, refused=StatusChanged()),
        transaction.put_new(_change_row(change), refused=StatusChanged()),
    ]
    transaction.commit([*parts, *_flip(iid, [LatchRow.releasing.set(not frozen)])])


def change_bars(
    change: model.StatusChange,
    *,
    was: Sequence[model.Bar],
    becomes: Sequence[model.Bar],
    also: Sequence[transaction.Part],
) -> None:
    """Bar a school from selling, or lift a bar, through all latches in one transaction with what stands in `also`.

    A latch has the last day of the longest bar. Raises LostRace when the bars aren't `was` any more, and what `also`
    refuses.
    """
    iid = change.institution_id
    until = max((bar.until for bar in becomes), default=None)
    latch = LatchRow.barred_until.remove() if until is None else LatchRow.barred_until.set(until.isoformat())
    parts = [
        *also,
        transaction.update(
            InstitutionRow(iid, "institution"),
            [InstitutionRow.bars.set(_bars_text(becomes))],
            InstitutionRow.bars == _bars_text(was),
            refused=transaction.LostRace(),
        ),
        transaction.put_new(_change_row(change), refused=StatusChanged()),
    ]
    transaction.commit([*parts, *_flip(iid, [latch])])


def publish(
    institution_id: InstitutionId, change: Callable[[model.Institution], model.Institution]
) -> list[transaction.Part]:
    """The parts that change what is published of a school; the latches get the new last day, if it is another.

    They hold only while the document is as it was read now, else LostRace. Raises UnknownInstitution, what `change`
    refuses.
    """
    row = _read(institution_id)
    before = _institution(row)
    after = change(before)
    document = InstitutionRow.document.set(_document(after))
    school = transaction.update(
        InstitutionRow(institution_id, "institution"),
        [document],
        InstitutionRow.document == row.document,
        refused=transaction.LostRace(),
    )
    last_day = [LatchRow.licence_valid_to.set(after.valid_to.isoformat())] if after.valid_to != before.valid_to else []
    return [school, *_flip(institution_id, last_day)]


def _flip(institution_id: InstitutionId, actions: Sequence[Action]) -> list[transaction.Part]:
    latches = [LatchRow(*_latch_key(institution_id, number)) for number in range(LATCHES)] if actions else []
    there = LatchRow.pk.exists()
    return [transaction.update(latch, actions, there, refused=UnknownInstitution()) for latch in latches]


def get(institution_id: InstitutionId) -> model.Institution:
    """A school. Raises UnknownInstitution."""
    return _institution(_read(institution_id))


def _read(institution_id: InstitutionId) -> InstitutionRow:
    try:
        return InstitutionRow.get(institution_id, "institution", consistent_read=True)
    except InstitutionRow.DoesNotExist:
        raise UnknownInstitution() from None


def get_many(institution_ids: Sequence[InstitutionId]) -> dict[InstitutionId, model.Institution]:
    """The schools with these ids; one that isn't there isn't in the answer."""
    keys = [(iid, "institution") for iid in dict.fromkeys(institution_ids)]
    rows = InstitutionRow.batch_get(keys, consistent_read=True)
    return {InstitutionId(row.pk): _institution(row) for row in rows}


def list_ids() -> list[InstitutionId]:
    """The ids of all schools of the district, by name."""
    return [InstitutionId(row.institution_id) for row in DirectoryRow.query(_DIRECTORY)]


def list_page(*, limit: int, cursor: str | None) -> Page[model.Institution]:
    """One page of the district's schools, by name."""
    page = pages.page(DirectoryRow, _DIRECTORY, limit=limit, cursor=cursor)
    ids = [InstitutionId(row.institution_id) for row in page.rows]
    found = get_many(ids)
    return Page([found[iid] for iid in ids if iid in found], page.next_cursor)


def search(text: str, *, at_most: int) -> list[InstitutionId]:
    """The schools that have `text` in their name, or as their credit code: one query of the directory's lines."""
    wanted = text.strip().casefold()
    if not wanted:
        return []
    found = (
        InstitutionId(row.institution_id)
        for row in DirectoryRow.query(_DIRECTORY)
        if wanted in f"{row.sk.partition('#')[0]}\n{row.name}".casefold() or wanted == row.credit_code.casefold()
    )
    return list(islice(found, at_most))


def find_account(account_no: str) -> model.SupervisedAccount | None:
    """What a bank account number stands for, or None when we don't supervise it."""
    try:
        row = AccountRow.get(f"account#{account_no}", "account")
    except AccountRow.DoesNotExist:
        return None
    return _account_of(row)


def find_accounts(account_nos: Sequence[str]) -> list[model.SupervisedAccount]:
    """What bank account numbers stand for; one that we don't supervise isn't in the answer."""
    keys = [(f"account#{number}", "account") for number in dict.fromkeys(account_nos)]
    rows = AccountRow.batch_get(keys) if keys else ()
    return [_account_of(row) for row in rows]


def _account_of(row: Any) -> model.SupervisedAccount:
    account_no = row.pk.partition("#")[2]
    return model.SupervisedAccount(account_no, InstitutionId(row.institution_id), model.Purpose(row.purpose))


def list_changes(institution_id: InstitutionId) -> list[model.StatusChange]:
    """Every change of a school's status, newest first."""
    rows = ChangeRow.query(institution_id, ChangeRow.sk.startswith("change#"), scan_index_forward=False)
    return [model.StatusChange(institution_id, model.Change(row.change), row.reason, row.by, row.at) for row in rows]


def _change_row(change: model.StatusChange) -> ChangeRow:
    return ChangeRow(
        change.institution_id,
        f"change#{clock.stored(change.at)}#{change.change}",
        change=change.change.value,
        reason=change.reason,
        by=change.by,
        at=change.at,
    )


def _document(institution: model.Institution) -> str:
    told = dataclasses.asdict(institution)
    for name in ("status", "status_reason", "frozen", "frozen_reason", "bars"):
        del told[name]
    return json.dumps(told, ensure_ascii=False, default=_plain, separators=(",", ":"))


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value))


def _bars_text(bars: Sequence[model.Bar]) -> str:
    """Sorted by kind: the same bars are the same text, which a change of them is conditional on."""
    told = [[bar.kind.value, clock.stored(bar.since), bar.until.isoformat()] for bar in bars]
    return json.dumps(sorted(told), separators=(",", ":"))


def _bars(text: str) -> tuple[model.Bar, ...]:
    told = json.loads(text)
    return tuple(
        model.Bar(model.BarKind(kind), clock.read(since), date.fromisoformat(until)) for kind, since, until in told
    )


def _institution(row: InstitutionRow) -> model.Institution:
    told: dict[str, Any] = json.loads(row.document)
    return model.Institution(
        **{
            **told,
            "licence_valid_to": date.fromisoformat(told["licence_valid_to"]),
            "categories": tuple(told["categories"]),
            "accounts": model.Accounts(**told["accounts"]),
            "campuses": tuple(model.Campus(**campus) for campus in told["campuses"]),
            "teachers": tuple(_teacher(one) for one in told["teachers"]),
            "certificates": tuple(_certificate(one) for one in told.get("certificates", ())),
            "rooms": tuple(model.Room(**{**one, "file": _file(one)}) for one in told.get("rooms", ())),
            "status": model.Status(row.status),
            "status_reason": row.status_reason,
            "frozen": bool(row.frozen),
            "frozen_reason": row.frozen_reason,
            "bars": _bars(row.bars),
        }
    )


def _file(told: Mapping[str, Any]) -> model.FileRef | None:
    return model.FileRef(**told["file"]) if told.get("file") else None


def _teacher(told: Mapping[str, Any]) -> model.Teacher:
    valid_to = date.fromisoformat(told["valid_to"]) if told.get("valid_to") else None
    return model.Teacher(**{**told, "valid_to": valid_to, "file": _file(told)})


def _certificate(told: Mapping[str, Any]) -> model.Certificate:
    days = {name: date.fromisoformat(told[name]) for name in ("valid_from", "valid_to")}
    return model.Certificate(**{**told, **days, "kind": model.CertificateKind(told["kind"]), "file": _file(told)})
