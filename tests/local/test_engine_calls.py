"""A client whose calls are shortened gives the same as one that goes botocore's whole way."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from infra.local import engine, surroundings, trouble
from infra.local.engine_calls import Calls
from shared.kernel import errors
from shared.people.store import tokens

_ITEM = {"pk": {"S": "张"}, "n": {"N": "1"}, "raw": {"B": b"\x00\xff"}, "B": {"S": "B"}, "all": {"L": [{"B": b"x"}]}}
_KEY = {"pk": {"S": "张"}}


@pytest.fixture
def clients(engine_url: str) -> tuple[Any, Any]:
    """A client whose calls are shortened, and one whose aren't, of an engine with a table."""
    short, whole = engine.clients(engine_url).dynamodb, engine.clients(engine_url).dynamodb
    if "things" not in whole.list_tables()["TableNames"]:
        whole.create_table(
            TableName="things",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    whole.put_item(TableName="things", Item=_ITEM)
    Calls(engine_url).shorten(short)
    return short, whole


def _twice(put: dict[str, Any]) -> list[dict[str, Any]]:
    there = {"TableName": "things", "Key": {"pk": {"S": "李"}}, "ConditionExpression": "attribute_exists(pk)"}
    return [{"Put": {"TableName": "things", **put}}, {"ConditionCheck": there}]


class TestShorten:
    @pytest.mark.parametrize(
        "call",
        [
            lambda one: one.get_item(TableName="things", Key=_KEY, ReturnConsumedCapacity="TOTAL"),
            lambda one: one.get_item(TableName="things", Key={"pk": {"S": "李"}}),
            lambda one: one.put_item(TableName="things", Item=_ITEM, ReturnValues="ALL_OLD"),
            lambda one: one.scan(TableName="things"),
            lambda one: one.batch_get_item(RequestItems={"things": {"Keys": [_KEY]}}),
        ],
    )
    def test_gives_what_botocore_gives(self, clients: tuple[Any, Any], call: Callable[[Any], dict[str, Any]]) -> None:
        short, whole = (call(client) for client in clients)
        assert short.pop("ResponseMetadata")["HTTPStatusCode"] == whole.pop("ResponseMetadata")["HTTPStatusCode"]
        assert short == whole

    @pytest.mark.parametrize(
        "call",
        [
            lambda one: one.put_item(TableName="things", Item=_ITEM, ConditionExpression="attribute_not_exists(pk)"),
            lambda one: one.transact_write_items(TransactItems=_twice({"Item": {"pk": {"S": "王"}}})),
            lambda one: one.get_item(TableName="others", Key=_KEY),
        ],
    )
    def test_raises_what_botocore_raises(self, clients: tuple[Any, Any], call: Callable[[Any], object]) -> None:
        said = []
        for client in clients:
            with pytest.raises(ClientError) as refused:
                call(client)
            reasons = [reason["Code"] for reason in refused.value.response.get("CancellationReasons", ())]
            said.append((type(refused.value).__name__, refused.value.response["Error"], reasons))
        assert said[0] == said[1]


class TestWrites:
    def test_counts_what_was_written(self, engine_url: str, clients: tuple[Any, Any]) -> None:
        client, calls = engine.clients(engine_url).dynamodb, Calls(engine_url)
        calls.shorten(client)
        client.put_item(TableName="things", Item=_ITEM)
        client.get_item(TableName="things", Key=_KEY)
        assert calls.writes == {"things": 1}

    def test_counts_what_may_have_been_written(self, engine_url: str) -> None:
        client, nowhere = engine.clients(engine_url).dynamodb, Calls(_nobody())
        nowhere.shorten(client)
        with pytest.raises(EndpointConnectionError):
            client.put_item(TableName="things", Item=_ITEM)
        assert nowhere.writes == {"things": 1}


def _nobody() -> str:
    """An address where no engine is."""
    return f"http://127.0.0.1:{trouble.free_ports(1)}"


class TestAnEngineThatIsGone:
    def test_is_called_again_over_a_new_connection(self) -> None:
        port = trouble.free_ports(1)
        calls = Calls(f"http://127.0.0.1:{port}")
        for _ in range(2):  # the second time its old connection is dead
            with engine.running(port=port):
                assert calls.call("DynamoDB_20120810.ListTables", b"{}") == (200, b'{"TableNames": []}')

    def test_is_unavailable(self) -> None:
        with surroundings.environment({}), surroundings.connected(_nobody()), pytest.raises(errors.Unavailable):
            tokens.is_revoked("tok_1")
