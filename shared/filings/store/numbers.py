"""The numbers of decisions: a year's next one, none given twice and none left out."""

from pynamodb.attributes import NumberAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta


class CounterRow(Row):
    """How many decisions a year has."""

    Meta = meta("filings")
    given = NumberAttribute()


def next_of(year: int) -> tuple[int, transaction.Part]:
    """A year's next number, and the part that takes it; the commit raises LostRace when somebody else has."""
    (row,) = transaction.read_together([(CounterRow, f"numbers#{year}", "counter")])
    number = int(row.given) + 1 if row else 1
    taken = CounterRow(f"numbers#{year}", "counter", given=number)
    condition = CounterRow.given == number - 1 if row else CounterRow.pk.does_not_exist()
    return number, transaction.Part("put", taken, transaction.LostRace(), condition)
