"""That tests/rights.py sees what it says it sees."""

from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from functions.edge import files
from functions.streams import keep_totals
from shared.dynamo import rows
from tests import rights


def calls(path: str) -> Any:
    """What `rights.acting` says when it is called from a file at `path`."""
    code: CodeType = compile("found = acting()", path, "exec")
    names: dict[str, Any] = {"acting": rights.acting}
    exec(code, names)
    return names["found"]


class TestActing:
    def test_a_stream_or_schedule_acts_under_its_own_name(self) -> None:
        assert calls(keep_totals.__file__) == "keep_totals"

    @pytest.mark.parametrize("folder", ["api", "console"])
    def test_whatever_is_behind_http_is_one_function(self, folder: str) -> None:
        assert calls(str(Path(keep_totals.__file__).parents[1] / folder / "keep_totals.py")) == "api_handler"

    def test_a_test_acts_as_nobody(self) -> None:
        assert rights.acting() is None


class TestDone:
    def test_a_transaction_is_all_that_its_parts_are(self) -> None:
        funds, latch = rows.table_name("funds"), rows.table_name("institutions")
        told = {
            "TransactItems": [
                {"Put": {"TableName": funds}},
                {"Update": {"TableName": funds}},
                {"ConditionCheck": {"TableName": latch}},
            ]
        }

        assert rights.done("TransactWriteItems", told) == {
            ("funds", "PutItem"),
            ("funds", "UpdateItem"),
            ("institutions", "ConditionCheckItem"),
        }

    def test_a_query_is_of_its_table(self) -> None:
        assert rights.done("Query", {"TableName": rows.table_name("mall")}) == {("mall", "Query")}

    def test_a_file_is_of_its_bucket(self) -> None:
        assert rights.done("PutObject", {"Bucket": files.bucket_name("documents"), "Key": "k"}) == {
            ("documents", "PutObject")
        }

    def test_a_batch_is_of_each_of_its_tables(self) -> None:
        assert rights.done("BatchGetItem", {"RequestItems": {rows.table_name("people"): {}}}) == {
            ("people", "BatchGetItem")
        }
