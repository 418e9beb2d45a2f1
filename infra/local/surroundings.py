"""What a deployed function finds in its surroundings, made for a local district: settings, keys, tables, the log."""

import base64
import fcntl
import json
import logging
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from infra import resources, tables
from infra.local import engine, trouble, wechat_pay_wire
from infra.local.engine_calls import Calls
from shared.dynamo import rows

_FORGOTTEN = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CONFIG_FILE", "AWS_ROLE_ARN")


class StateInUse(trouble.Trouble):
    zh = "{state_dir} 正由另一个运行中的演示区使用"
    en = "{state_dir} is in use by a district that is running"


@dataclass(frozen=True)
class Keys:
    """The secrets of one district, made when it first starts."""

    jwt: str
    bank_webhook: str
    bank_signing: str
    bank_inquiry: str
    wechat_secret: str
    wechat_pay: str
    wechat_pay_merchant: str
    wechat_pay_api_v3: str
    notice_signing: str
    seal: str
    insurer_signing: str
    insurer_webhook: str


def keys(path: Path | None) -> Keys:
    """The keys in `path`; new ones where there are none yet, or for as long as the process lives."""
    made = Keys(
        jwt=secrets.token_urlsafe(48),
        bank_webhook=_webhook_key(),
        bank_signing=_webhook_key(),
        bank_inquiry=_webhook_key(),
        wechat_secret=secrets.token_hex(16),
        wechat_pay=wechat_pay_wire.new_key(),
        wechat_pay_merchant=wechat_pay_wire.new_key(),
        wechat_pay_api_v3=secrets.token_hex(16),
        notice_signing=_signing_key(),
        seal=_signing_key(),
        insurer_signing=_webhook_key(),
        insurer_webhook=_webhook_key(),
    )
    if path is not None and path.exists():
        made = replace(made, **json.loads(path.read_text(encoding="utf-8")))  # one of an older version has fewer
    if path is not None:
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return made


@contextmanager
def held(state_dir: Path) -> Iterator[None]:
    """Keep a district's state for this process alone. Raises StateInUse."""
    state_dir.parent.mkdir(parents=True, exist_ok=True)
    with state_dir.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateInUse(state_dir=state_dir) from None
        yield


@contextmanager
def environment(told: Mapping[str, str]) -> Iterator[None]:
    """Let the functions find these settings, and no credentials of the person who runs them."""
    before = dict(os.environ)
    for name in _FORGOTTEN:
        os.environ.pop(name, None)
    os.environ.update(engine.CREDENTIALS)
    os.environ.update({"AWS_REGION": engine.REGION, "AWS_DEFAULT_REGION": engine.REGION, **told})
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def connected(url: str) -> Iterator[Calls]:
    """Send every row to the engine at `url`, by calls that are shortened."""
    rows.connect(url)
    calls = Calls(url)
    calls.shorten(rows.connection().client)
    try:
        yield calls
    finally:
        rows.connect(None)


def create_tables(dynamodb: Any) -> None:
    """The tables of resources.yaml, without their time to live.

    The engine would delete by the machine's time, and the district's is another: a revoked token could come alive.
    """
    tables.create_all(dynamodb)
    for logical_name, told in resources.of_type("AWS::DynamoDB::Table").items():
        name = rows.table_name(logical_name.removesuffix("Table").lower())
        lives = told["Properties"].get("TimeToLiveSpecification")
        if lives and dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"].get("AttributeName"):
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification={**lives, "Enabled": False})


@contextmanager
def log_in(path: Path | None) -> Iterator[None]:
    """Write the functions' lines and the district's own into `path` instead of over the terminal."""
    if path is None:
        yield
        return
    from functions.edge import logs

    with path.open("a", encoding="utf-8") as file:
        ours = logging.StreamHandler(file)
        ours.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        district = logging.getLogger("infra.local")
        district.addHandler(ours)
        district.setLevel(logging.INFO)
        district.propagate = False
        functions = [handler for handler in logs.logger().handlers if isinstance(handler, logging.StreamHandler)]
        streams = [handler.setStream(file) for handler in functions]
        try:
            yield
        finally:
            district.removeHandler(ours)
            district.propagate = True
            for handler, stream in zip(functions, streams, strict=True):
                handler.setStream(stream)


def _webhook_key() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _signing_key() -> str:
    return f"whsk_{base64.b64encode(secrets.token_bytes(32)).decode()}"
