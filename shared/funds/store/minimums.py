"""Schools' minimum balances: what a withdrawal is authorised against. One item a school, and every decision about it
goes through that item, so that nothing is decided on what has changed meanwhile.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.funds import model
from shared.funds.minimum_model import MinimumBalance
from shared.funds.store import entries, waits
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.kernel.page import Page


class MinimumRow(Row):
    Meta = meta("funds")
    kind = UnicodeAttribute(default="minimum")
    balance_fen = NumberAttribute()
    required_fen = NumberAttribute(default=0)
    pending = UnicodeAttribute(default="{}")
    version = NumberAttribute()
    turn = NumberAttribute(default=0)
    requirements = NumberAttribute(default=0)
    requests = NumberAttribute(default=0)
    asked = NumberAttribute(default=0)
    short_since = UnicodeAttribute(default="")
    waits_for = UnicodeAttribute(null=True)
    waits_by = UnicodeAttribute(null=True)


def key_of(institution_id: InstitutionId) -> tuple[str, str]:
    """Where a school's minimum balance is kept."""
    return f"minimum#{institution_id}", "balance"


def share(balance_fen: int, required_fen: int) -> str:
    """How much of a requirement is there, in hundredths of a percent rounded down, as text that sorts."""
    return below(balance_fen * 10_000 // required_fen)


def below(hundredths_of_percent: int) -> str:
    """The text that the shares under so many hundredths of a percent come before."""
    return f"{min(hundredths_of_percent, 10**12 - 1):012d}"


def change(before: MinimumBalance, after: MinimumBalance, *, over: bool = False) -> transaction.Part:
    """The part that moves a school's minimum balance on, if it is still as it was read: one turn later.

    `over`: nothing is required of the school any more, however little is there.
    """
    assert all(amount > 0 for amount in (*after.pending.values(), after.required_fen + 1)), "nothing below 0"
    actions: list[Action] = [
        MinimumRow.kind.set("minimum"),
        MinimumRow.balance_fen.set(after.balance_fen),
        MinimumRow.required_fen.set(after.required_fen),
        MinimumRow.pending.set(json.dumps(dict(after.pending), separators=(",", ":"))),
        MinimumRow.version.set(after.version),
        MinimumRow.turn.set(before.turn + 1),
        MinimumRow.requirements.set(after.requirements),
        MinimumRow.requests.set(after.requests),
        MinimumRow.asked.set(after.asked),
        MinimumRow.short_since.set(after.short_since.isoformat() if after.short_since else ""),
    ]
    watched = after.required_fen > 0 and not over
    by = share(after.balance_fen, after.required_fen) if watched else ""
    actions += waits.setting(MinimumRow, waits.Wait.MINIMUM if watched else None, by)
    still = MinimumRow.turn == before.turn if before.turn else MinimumRow.pk.does_not_exist()
    row = MinimumRow(*key_of(before.institution_id))
    return transaction.update(row, actions, still, refused=transaction.LostRace())


def read_with_entry(
    entry_key: tuple[str, str], institution_id: InstitutionId
) -> tuple[model.Entry | None, MinimumBalance]:
    """An entry, if it is there, and a school's minimum balance as they stood at one moment."""
    entry, row = transaction.read_together([(entries.EntryRow, *entry_key), (MinimumRow, *key_of(institution_id))])
    return entries.entry_of(entry) if entry else None, found_or_none_yet(institution_id, row)


def get(institution_id: InstitutionId) -> MinimumBalance:
    """A school's minimum balance; nothing deposited and nothing required yet is 0."""
    (row,) = transaction.read_together([(MinimumRow, *key_of(institution_id))])
    return found_or_none_yet(institution_id, row)


def get_many(institution_ids: Sequence[InstitutionId]) -> dict[InstitutionId, MinimumBalance]:
    """The minimum balances of all these schools."""
    keys = [key_of(iid) for iid in dict.fromkeys(institution_ids)]
    found = {row.pk: row for row in MinimumRow.batch_get(keys, consistent_read=True)} if keys else {}
    return {iid: found_or_none_yet(iid, found.get(key_of(iid)[0])) for iid in institution_ids}


def list_low(*, percent: int, limit: int, cursor: str | None) -> Page[MinimumBalance]:
    """One page of the minimum balances under so many percent of what is required, the lowest share first."""
    page = waits.keys(waits.Wait.MINIMUM, limit=limit, cursor=cursor, below=below(percent * 100))
    schools = [waits.school_of(key) for key in page.rows]
    found = get_many(schools)
    return Page([found[iid] for iid in schools], page.next_cursor)


def count_low(*, percent: int, at_most: int) -> int:
    """How many minimum balances are under so many percent; no more than `at_most` are counted."""
    return waits.count(waits.Wait.MINIMUM, at_most=at_most, below=below(percent * 100))


def found_or_none_yet(institution_id: InstitutionId, row: Any) -> MinimumBalance:
    """The minimum balance of a row that was read; without one, nothing has happened yet."""
    return MinimumBalance(institution_id) if row is None else balance_of(row)


def balance_of(row: Any) -> MinimumBalance:
    """The minimum balance of a stored row."""
    return MinimumBalance(
        institution_id=InstitutionId(row.pk.removeprefix("minimum#")),
        balance_fen=Fen(int(row.balance_fen)),
        required_fen=Fen(int(row.required_fen)),
        pending=json.loads(row.pending),
        version=int(row.version),
        turn=int(row.turn),
        requirements=int(row.requirements),
        requests=int(row.requests),
        asked=int(row.asked),
        short_since=date.fromisoformat(row.short_since) if row.short_since else None,
    )
