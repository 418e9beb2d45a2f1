"""Entries: the movements of money, each written once, and the conflicts of bank references."""

import contextlib
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from events import facts
from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, from_image, meta
from shared.funds import model, suspense_model
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId, InstitutionId, SessionId
from shared.kernel.money import Fen


class ConflictKept(errors.Conflict):
    code = "conflict_kept"
    zh = "该冲突已记录。"
    en = "This conflict is kept already."


class EntryRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="entry")
    entry_kind = UnicodeAttribute()
    institution = UnicodeAttribute()
    account_no = UnicodeAttribute()
    legs = UnicodeAttribute()
    reference = UnicodeAttribute()
    digest = UnicodeAttribute()
    booked_at = Moment()
    effective_on = UnicodeAttribute()
    enrolment = UnicodeAttribute(null=True)
    version = NumberAttribute(default=0)
    reason = UnicodeAttribute(default="")
    payer = UnicodeAttribute(default="")
    payer_account_no = UnicodeAttribute(default="")
    figures = UnicodeAttribute(default="{}")
    correction = BooleanAttribute(default=False)
    seal = UnicodeAttribute(default="")


class ConflictRow(Row):
    """A bank reference that came again with another body."""

    Meta = meta("funds")
    kind = UnicodeAttribute(default="conflict")
    institution = UnicodeAttribute()
    account_no = UnicodeAttribute()
    reference = UnicodeAttribute()
    posted_fen = NumberAttribute()
    sent_fen = NumberAttribute()
    noticed_at = Moment()


class _NewRow(EntryRow):
    """An entry or a conflict, as one scan finds them."""

    Meta = meta("funds")
    posted_fen = NumberAttribute(null=True)
    sent_fen = NumberAttribute(null=True)
    noticed_at = Moment(null=True)


class ReversedRow(Row):
    """That the bank has taken a deposit back: it stands under the deposit's next number, as its entries do."""

    Meta = meta("funds")
    kind = UnicodeAttribute(default="reversed")
    reference = UnicodeAttribute()
    suspense_fen = NumberAttribute()


class _MoveRow(EntryRow):
    """Anything under a deposit's numbers, as one query finds it."""

    Meta = meta("funds")
    suspense_fen = NumberAttribute(null=True)


def put(entry: model.Entry) -> transaction.Part:
    """The part that writes an entry, once for ever."""
    return transaction.put_new(row_of(entry), refused=transaction.LostRace())


def put_conflict(entry: model.Entry, *, sent_fen: int, digest: str, noticed_at: datetime) -> None:
    """Keep that a posted reference came again with another body; the same body twice is kept once."""
    row = ConflictRow(
        entry.pk,
        f"conflict#{digest}",
        institution=entry.institution_id,
        account_no=entry.account_no,
        reference=entry.reference,
        posted_fen=abs(entry.legs.get(model.State.OUTSIDE, 0)),
        sent_fen=sent_fen,
        noticed_at=noticed_at,
    )
    with contextlib.suppress(ConflictKept):
        transaction.commit([transaction.put_new(row, refused=ConflictKept())])


def find(pk: str, sk: str) -> model.Entry | None:
    """An entry by its key."""
    try:
        return entry_of(EntryRow.get(pk, sk, consistent_read=True))
    except EntryRow.DoesNotExist:
        return None


def list_of_enrolment(account: model.EnrolmentAccount) -> list[model.Entry]:
    """Every entry of an enrolment, in the order of its versions."""
    rows = list(EntryRow.query(account.enrolment_id, EntryRow.sk.startswith("entry#"), consistent_read=True))
    entries = [*map(entry_of, rows), *list_of_bank(account.bank_references)]
    return sorted(entries, key=lambda entry: entry.version)


def list_of_bank(references: Sequence[str]) -> list[model.Entry]:
    """What was booked under these references of the bank, or numbers of one, in no order."""
    return list_at([_key_of(reference) for reference in references])


def list_at(keys: Sequence[tuple[str, str]]) -> list[model.Entry]:
    """The entries that are there under these keys, in no order."""
    return list(map(entry_of, EntryRow.batch_get(list(keys), consistent_read=True))) if keys else []


def _key_of(reference: str) -> tuple[str, str]:
    deposit, _, number = reference.partition("#")
    return move_key(deposit, int(number)) if number else (f"bank#{deposit}", "entry")


def move_key(deposit_reference: str, number: int) -> tuple[str, str]:
    """Where the n-th thing that a deposit's money did is kept."""
    return f"bank#{deposit_reference}", f"move#{number:03d}"


def find_deposit(reference: str) -> suspense_model.DepositHistory | None:
    """A deposit with all that its money did since; None when nothing was deposited under this reference.

    It is read as it is now: the put of its next number fails when anything has happened since.
    """
    rows = list(_MoveRow.query(f"bank#{reference}", _MoveRow.sk.between("entry", "move#999"), consistent_read=True))
    if not rows or model.EntryKind(rows[0].entry_kind) not in _DEPOSITS:
        return None
    deposit, *moves = rows
    ended = next((row for row in moves if row.kind == "reversed"), None)
    return suspense_model.DepositHistory(
        deposit=entry_of(deposit),
        moves=[entry_of(row) for row in moves if row.kind == "entry"],
        next_number=len(rows),
        reversed_by=ended.reference if ended else "",
        reversed_fen=Fen(int(ended.suspense_fen)) if ended else Fen(0),
    )


_DEPOSITS = (model.EntryKind.DEPOSIT, model.EntryKind.MINIMUM_DEPOSIT)


def put_reversed(history: suspense_model.DepositHistory, *, by: str, suspense_fen: Fen) -> transaction.Part:
    """The part that ends a deposit, once: reversed under the reference `by`, which took so much of suspense."""
    key = move_key(history.deposit.reference, history.next_number)
    row = ReversedRow(*key, reference=by, suspense_fen=suspense_fen)
    return transaction.put_new(row, refused=transaction.LostRace())


def list_of_refunds(enrolment_id: EnrolmentId) -> list[model.Entry]:
    """An enrolment's entries that held money for a refund or gave it back to the enrolment."""
    rows = EntryRow.query(enrolment_id, EntryRow.sk.startswith("entry#refund#"), consistent_read=True)
    return list(map(entry_of, rows))


def count_unreleased(enrolment_id: EnrolmentId, sessions: Collection[SessionId]) -> int:
    """How many of these lessons of an enrolment the ledger hasn't released."""
    keys = [(enrolment_id, release_sk(session_id)) for session_id in sessions]
    return len(keys) - len(list(EntryRow.batch_get(keys, consistent_read=True))) if keys else 0


def release_sk(session_id: str) -> str:
    """The sort key of a lesson's release, in its enrolment's partition."""
    return f"entry#release#{session_id}"


def interest_sk(bank_reference: str) -> str:
    """The sort key of a share of a credit of interest, in its enrolment's partition or its school's."""
    return f"entry#interest#{bank_reference}"


def scan() -> Iterator[model.Entry]:
    """Every entry of the table. For the checks only."""
    for row in EntryRow.scan(EntryRow.kind == "entry", consistent_read=True):
        yield entry_of(row)


def scan_between(since: datetime, until: datetime) -> tuple[list[model.Entry], list[facts.ReferenceConflicted]]:
    """The entries that were booked and the conflicts that were noticed in a half-open period. For the sweep only.

    The rest of what the filter lets through is small: copies of these entries, and what is newer.
    """
    found = list(_NewRow.scan((_NewRow.booked_at >= since) | (_NewRow.noticed_at >= since), consistent_read=True))
    booked = [entry_of(row) for row in found if row.kind == "entry" and row.booked_at < until]
    noticed = [conflict_of(row) for row in found if row.kind == "conflict" and row.noticed_at < until]
    return booked, noticed


def row_of(entry: model.Entry) -> EntryRow:
    """An entry as it is stored."""
    return EntryRow(
        entry.pk,
        entry.sk,
        entry_kind=entry.kind.value,
        institution=entry.institution_id,
        account_no=entry.account_no,
        legs=json.dumps(entry.legs, separators=(",", ":")),
        reference=entry.reference,
        digest=entry.digest,
        booked_at=entry.booked_at,
        effective_on=entry.effective_on.isoformat(),
        enrolment=entry.enrolment_id,
        version=entry.version,
        reason=entry.reason,
        payer=entry.payer,
        payer_account_no=entry.payer_account_no,
        figures=json.dumps(dict(entry.figures), separators=(",", ":")),
        correction=entry.correction,
        seal=entry.seal,
    )


def entry_of(row: Any) -> model.Entry:
    """The entry of a stored row (or of a journal line, which keeps the same attributes)."""
    return model.Entry(
        pk=row.pk,
        sk=row.sk,
        kind=model.EntryKind(row.entry_kind),
        institution_id=InstitutionId(row.institution),
        account_no=row.account_no,
        legs={model.State(state): amount for state, amount in json.loads(row.legs).items()},
        reference=row.reference,
        digest=row.digest,
        booked_at=row.booked_at,
        effective_on=date.fromisoformat(row.effective_on),
        enrolment_id=EnrolmentId(row.enrolment) if row.enrolment else None,
        version=int(row.version),
        reason=row.reason,
        payer=row.payer,
        payer_account_no=row.payer_account_no,
        figures=json.loads(row.figures),
        correction=bool(row.correction),
        seal=row.seal,
    )


def entry_from_image(image: dict[str, Any]) -> model.Entry:
    """The entry of a stream record's new image."""
    return entry_of(from_image(EntryRow, image))


def conflict_from_image(image: dict[str, Any]) -> facts.ReferenceConflicted:
    """The conflict of a stream record's new image."""
    return conflict_of(from_image(ConflictRow, image))


def conflict_of(row: Any) -> facts.ReferenceConflicted:
    """The conflict of a stored row."""
    return facts.ReferenceConflicted(
        entry_key=f"{row.pk}/{row.sk}",
        institution_id=InstitutionId(row.institution),
        account_no=row.account_no,
        reference=row.reference,
        posted_fen=Fen(int(row.posted_fen)),
        sent_fen=Fen(int(row.sent_fen)),
        noticed_at=row.noticed_at,
    )


_TOLD = (
    "balance_before_fen",
    "receipts_fen",
    "balance_after_fen",
    "required_fen",
    "unmatched_fen",
    "missing_fen",
)


def moved(entry: model.Entry) -> facts.MoneyMoved:
    """The fact of an entry, for other contexts."""
    figures = {name: Fen(entry.figures[name]) for name in _TOLD if name in entry.figures}
    return facts.MoneyMoved(
        entry_key=entry.key,
        kind=entry.kind.value,
        institution_id=entry.institution_id,
        account_no=entry.account_no,
        legs={state.value: amount for state, amount in entry.legs.items()},
        reference=entry.reference,
        reason=entry.reason,
        booked_at=entry.booked_at,
        **figures,
    )
