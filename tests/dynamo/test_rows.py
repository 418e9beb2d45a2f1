from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from shared.dynamo import rows, transaction
from shared.kernel import errors
from tests import tables
from tests.builders import NOW
from tests.dynamo.rows import NoteRow, a_new_note

pytestmark = pytest.mark.usefixtures("in_memory")

READS: dict[str, Callable[[], object]] = {
    "GetItem": lambda: NoteRow.get("notes", "a"),
    "Query": lambda: list(NoteRow.query("notes")),
    "BatchGetItem": lambda: list(NoteRow.batch_get([("notes", "a")])),
    "Scan": lambda: list(NoteRow.scan()),
    "PutItem": lambda: NoteRow("notes", "b").save(),
    "UpdateItem": lambda: NoteRow("notes", "b").update([NoteRow.number.set(1)]),
    "TransactGetItems": lambda: transaction.read_together([(NoteRow, "notes", "a")]),
}


class TestConnection:
    def test_all_rows_share_one_client(self) -> None:
        list(NoteRow.query("notes"))
        assert NoteRow._get_connection().connection.client is rows.connection().client

    @pytest.mark.parametrize("operation", READS)
    def test_a_busy_table_is_unavailable_whatever_is_asked_of_it(self, operation: str) -> None:
        with tables.busy(operation), pytest.raises(errors.Unavailable):
            READS[operation]()

    @pytest.mark.parametrize("operation", READS)
    def test_no_answer_is_unavailable_too(self, operation: str) -> None:
        transaction.commit([a_new_note("a")])
        with tables.lost_answers(operation), pytest.raises(errors.Unavailable):
            READS[operation]()

    @pytest.mark.parametrize("operation", READS)
    def test_a_call_that_is_wrong_stays_a_bug(self, operation: str) -> None:
        with tables.busy(operation, code="ValidationException"), pytest.raises(Exception) as raised:  # noqa: PT011
            READS[operation]()
        assert not isinstance(raised.value, errors.Refusal)


class TestMoment:
    def test_a_moment_comes_back_as_it_was(self) -> None:
        attribute = rows.Moment()
        shanghai: datetime = NOW.astimezone(timezone(timedelta(hours=8)))
        assert attribute.deserialize(attribute.serialize(shanghai)) == NOW


class TestFromImage:
    def test_a_stream_records_image_becomes_its_row(self) -> None:
        image = {"pk": {"S": "notes"}, "sk": {"S": "a"}, "number": {"N": "7"}}
        row = rows.from_image(NoteRow, image)
        assert (row.pk, row.sk, row.number) == ("notes", "a", 7)
