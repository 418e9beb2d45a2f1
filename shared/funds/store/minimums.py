"""Schools' minimum balances: what a withdrawal is authorised against."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.funds import model
from shared.funds.store import entries
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen


class MinimumRow(Row):
    """The balance of a school's minimum-balance account: what a withdrawal is authorised against."""

    Meta = meta("funds")
    kind = UnicodeAttribute(default="minimum")
    balance_fen = NumberAttribute()
    version = NumberAttribute()


def change(before: model.MinimumBalance, balance_fen: Fen) -> transaction.Part:
    """The part that sets a school's minimum balance, if it is still as it was read."""
    row = MinimumRow(f"minimum#{before.institution_id}", "balance", balance_fen=balance_fen, version=before.version + 1)
    condition = MinimumRow.version == before.version if before.version else MinimumRow.pk.does_not_exist()
    return transaction.Part("put", row, transaction.LostRace(), condition)


def read_with_entry(
    entry_key: tuple[str, str], institution_id: InstitutionId
) -> tuple[model.Entry | None, model.MinimumBalance]:
    """An entry, if it is there, and a school's minimum balance as they stood at one moment."""
    entry, row = transaction.read_together(
        [(entries.EntryRow, *entry_key), (MinimumRow, f"minimum#{institution_id}", "balance")]
    )
    return entries.entry_of(entry) if entry else None, _balance(institution_id, row)


def get(institution_id: InstitutionId) -> model.MinimumBalance:
    """A school's minimum balance; nothing deposited yet is a balance of 0."""
    (row,) = transaction.read_together([(MinimumRow, f"minimum#{institution_id}", "balance")])
    return _balance(institution_id, row)


def balance_of(row: MinimumRow) -> model.MinimumBalance:
    """The minimum balance of a stored row."""
    institution_id = InstitutionId(row.pk.removeprefix("minimum#"))
    return model.MinimumBalance(institution_id, Fen(int(row.balance_fen)), int(row.version))


def _balance(institution_id: InstitutionId, row: MinimumRow | None) -> model.MinimumBalance:
    return model.MinimumBalance(institution_id, Fen(0), 0) if row is None else balance_of(row)
