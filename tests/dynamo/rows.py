"""A row of no context, in the alerts table."""

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.condition import Condition

from shared.dynamo import transaction
from shared.dynamo.rows import Row, meta
from shared.kernel import errors


class Taken(errors.Conflict):
    code = "taken"
    zh = "已有 {name}。"
    en = "There is {name} already."


class NoteRow(Row):
    Meta = meta("alerts")
    number = NumberAttribute(default=0)


def a_new_note(name: str) -> transaction.Part:
    """The part that writes a note that isn't there yet."""
    return transaction.put_new(NoteRow("notes", name), refused=Taken(name=name))


def a_changed_note(name: str, number: int, condition: Condition) -> transaction.Part:
    """The part that sets a note's number."""
    return transaction.update(NoteRow("notes", name), [NoteRow.number.set(number)], condition, refused=Taken(name=name))


def numbers() -> dict[str, int]:
    """Every note's number."""
    return {row.sk: int(row.number) for row in NoteRow.query("notes", consistent_read=True)}
