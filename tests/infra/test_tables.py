"""The tables of resources.yaml, created on moto."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import resources, tables
from shared.dynamo import rows

ALL = [
    "institutions",
    "mall",
    "people",
    "reviews",
    "teaching",
    "funds",
    "bank",
    "payments",
    "reconciliation",
    "alerts",
    "approvals",
    "terminations",
    "materials",
    "listings",
    "profiles",
    "personnel",
    "insurance",
    "messages",
    "filings",
    "policy",
    "parked",
    "edge",
]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.client("dynamodb", region_name="cn-north-1")


def described(client: Any, context: str) -> dict[str, Any]:
    table: dict[str, Any] = client.describe_table(TableName=rows.table_name(context))["Table"]
    return table


class TestCreateAll:
    def test_makes_every_table_of_the_contexts(self, client: Any) -> None:
        tables.create_all(client)

        assert tables.contexts() == ALL
        assert sorted(client.list_tables()["TableNames"]) == sorted(rows.table_name(context) for context in ALL)

    def test_takes_the_names_that_the_functions_take(self, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FUNDS_TABLE", "trial-funds")
        tables.create_all(client)

        assert "trial-funds" in client.list_tables()["TableNames"]

    @pytest.mark.parametrize("context", [context for context in ALL if context != "edge"])
    def test_every_context_has_the_two_keys(self, client: Any, context: str) -> None:
        tables.create_all(client)

        assert described(client, context)["KeySchema"] == [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ]

    def test_the_edge_has_one_key(self, client: Any) -> None:
        tables.create_all(client)

        assert described(client, "edge")["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]

    def test_only_what_is_listened_to_has_a_stream_and_it_tells_both_images(self, client: Any) -> None:
        tables.create_all(client)

        streams = {context: described(client, context).get("StreamSpecification") for context in ALL}
        both_images = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        told = {context: stream for context, stream in streams.items() if stream}
        assert told == dict.fromkeys(("teaching", "funds", "personnel", "reviews"), both_images)

    def test_indexes_hold_keys_only_but_for_breaks_and_what_has_changed_of_the_catalogue(self, client: Any) -> None:
        tables.create_all(client)

        found = {
            (context, index["IndexName"]): index["Projection"]["ProjectionType"]
            for context in ALL
            for index in described(client, context).get("GlobalSecondaryIndexes", [])
        }
        assert found == {
            ("institutions", "by_wait"): "KEYS_ONLY",
            ("institutions", "by_expiry"): "KEYS_ONLY",
            ("mall", "by_change"): "INCLUDE",
            ("teaching", "by_due"): "KEYS_ONLY",
            ("funds", "by_guardian"): "KEYS_ONLY",
            ("funds", "by_interest_wait"): "KEYS_ONLY",
            ("funds", "by_offering"): "KEYS_ONLY",
            ("funds", "by_expiry"): "KEYS_ONLY",
            ("funds", "by_refund_wait"): "KEYS_ONLY",
            ("funds", "by_wait"): "KEYS_ONLY",
            ("funds", "by_refund_institution"): "KEYS_ONLY",
            ("reconciliation", "by_state"): "INCLUDE",
            ("approvals", "by_status"): "KEYS_ONLY",
            ("approvals", "by_institution"): "KEYS_ONLY",
            ("terminations", "by_standing"): "KEYS_ONLY",
            ("materials", "by_institution"): "KEYS_ONLY",
            ("insurance", "by_status"): "KEYS_ONLY",
            ("insurance", "by_due"): "KEYS_ONLY",
            ("messages", "by_guardian"): "KEYS_ONLY",
            ("messages", "by_wait"): "KEYS_ONLY",
            ("filings", "by_state"): "KEYS_ONLY",
            ("filings", "by_owner"): "KEYS_ONLY",
            ("filings", "by_institution"): "KEYS_ONLY",
            ("filings", "by_year"): "KEYS_ONLY",
            ("materials", "by_wait"): "KEYS_ONLY",
            ("listings", "by_list"): "KEYS_ONLY",
            ("profiles", "by_wait"): "KEYS_ONLY",
            ("reviews", "by_institution"): "KEYS_ONLY",
            ("reviews", "by_course"): "KEYS_ONLY",
            ("reviews", "by_list"): "KEYS_ONLY",
            ("personnel", "by_blacklist"): "KEYS_ONLY",
            ("personnel", "by_serving"): "KEYS_ONLY",
            ("personnel", "by_name"): "KEYS_ONLY",
            ("personnel", "by_alarm"): "KEYS_ONLY",
            ("payments", "by_wait"): "KEYS_ONLY",
            ("personnel", "by_noted"): "KEYS_ONLY",
            ("mall", "by_wait"): "KEYS_ONLY",
        }

    def test_what_may_be_forgotten_has_its_time_to_live(self, client: Any) -> None:
        tables.create_all(client)

        told = {
            context: client.describe_time_to_live(TableName=rows.table_name(context))["TimeToLiveDescription"]
            for context in ALL
        }
        assert {context: one["AttributeName"] for context, one in told.items() if "AttributeName" in one} == {
            "people": "expires_at",
            "bank": "expires_at",
        }

    def test_a_table_that_is_there_keeps_its_rows(self, client: Any) -> None:
        tables.create_all(client)
        row = {"pk": {"S": "a"}, "sk": {"S": "b"}}
        client.put_item(TableName=rows.table_name("mall"), Item=row)
        tables.create_all(client)

        assert client.get_item(TableName=rows.table_name("mall"), Key=row)["Item"] == row


class TestDeleteAll:
    def test_leaves_nothing(self, client: Any) -> None:
        tables.create_all(client)
        tables.delete_all(client)

        assert client.list_tables()["TableNames"] == []

    def test_does_not_mind_what_is_not_there(self, client: Any) -> None:
        tables.create_all(client)
        client.delete_table(TableName=rows.table_name("bank"))
        tables.delete_all(client)

        assert client.list_tables()["TableNames"] == []


class TestWhatIsDeployed:
    @pytest.mark.parametrize("context", ALL)
    def test_every_table_outlives_its_stack_is_backed_up_encrypted_and_paid_by_request(self, context: str) -> None:
        told = resources.of_type("AWS::DynamoDB::Table")[f"{context.capitalize()}Table"]

        assert told["DeletionPolicy"] == told["UpdateReplacePolicy"] == "Retain"
        assert told["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
        assert told["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert told["Properties"]["SSESpecification"] == {"SSEEnabled": True}
