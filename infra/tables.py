"""The tables of `resources.yaml` on any DynamoDB: for tests and local runs. A deployment has them from its stack.

Keys, indexes, streams and time to live are as deployed. Backups, encryption and deletion protection are not: they mean
nothing to an emulator, and deletion protection would be in its way.
"""

from typing import Any

from infra import resources
from shared.dynamo import rows

_COPIED = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")


def contexts() -> list[str]:
    """The contexts that have a table, in the file's order: `FundsTable` -> `funds`."""
    return [name.removesuffix("Table").lower() for name in resources.of_type("AWS::DynamoDB::Table")]


def create_all(client: Any) -> None:
    """Create each table that isn't there yet, named as the functions will look for it (`<CONTEXT>_TABLE`).

    `client` is boto3's DynamoDB client. A table that is there stays as it is, rows and shape.
    """
    for logical_name, told in resources.of_type("AWS::DynamoDB::Table").items():
        _create(client, rows.table_name(logical_name.removesuffix("Table").lower()), told["Properties"])


def delete_all(client: Any) -> None:
    """Delete each table and all that is in it. Tables that aren't there are passed over."""
    for context in contexts():
        try:
            client.delete_table(TableName=rows.table_name(context))
        except client.exceptions.ResourceNotFoundException:
            continue


def _create(client: Any, name: str, told: dict[str, Any]) -> None:
    wanted = {key: told[key] for key in _COPIED if key in told}
    if "StreamSpecification" in told:
        wanted["StreamSpecification"] = {"StreamEnabled": True, **told["StreamSpecification"]}
    try:
        client.create_table(TableName=name, **wanted)
    except client.exceptions.ResourceInUseException:
        return
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    if "TimeToLiveSpecification" in told:
        client.update_time_to_live(TableName=name, TimeToLiveSpecification=told["TimeToLiveSpecification"])
