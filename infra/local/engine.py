"""DynamoDB with streams, S3 and SQS on 127.0.0.1: ministack as a child process.

    with engine.running(port=8001, state_dir=Path(".hui/demo/engine")) as url:
        dynamodb = engine.clients(url).dynamodb

With a `state_dir` nothing is lost between runs; without one everything is forgotten at the end.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from infra.local import trouble
from shared.dynamo import rows

REGION = rows.REGION
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}  # they open nothing
_SERVICES = "dynamodb,dynamodbstreams,s3,sqs"
_START_SECONDS = 20.0
_STOP_SECONDS = 60.0


class EngineDown(trouble.Trouble):
    zh = "本地数据库未能启动（{reason}），日志：{log}"
    en = "the local engine didn't come up ({reason}), its log: {log}"


class StateUnreadable(trouble.Trouble):
    zh = "保存的数据 {file} 已损坏，未启动；请从备份恢复它，或重新开始：{command}"
    en = "the saved {file} is damaged, so nothing was started; put back a copy of it, or begin anew: {command}"


class NotOurs(trouble.Trouble):
    zh = "端口 {port} 上应答的不是本项目启动的数据库"
    en = "what answers on port {port} isn't the engine that was started here"


@dataclass(frozen=True)
class Clients:
    """botocore's clients (boto3's, that is) of the engine at `url`."""

    url: str
    dynamodb: Any
    s3: Any
    sqs: Any


@contextmanager
def running(
    *, port: int, state_dir: Path | None = None, meanwhile: Callable[[], object] = lambda: None
) -> Iterator[str]:
    """Run an engine on `port`; the value is its address. Raises PortTaken, StateUnreadable, EngineDown, NotOurs.

    `meanwhile` is called while it comes up. At the end it is asked to stop and waited for: its state is on the disk.
    """
    trouble.require_free(port)
    with tempfile.TemporaryDirectory(prefix="hui-engine-") as scratch:
        home = state_dir or Path(scratch)
        home.mkdir(parents=True, exist_ok=True)
        _require_readable(home / "state")
        log = home / "engine.log"
        mark = f"hui-{secrets.token_hex(8)}"
        child = _start(port, home, log, mark, keeps=state_dir is not None)
        try:
            meanwhile()
            _await_health(child, port, mark, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(child)


def clients(url: str) -> Clients:
    """Clients for the engine at `url`, with credentials that open nothing else."""
    session = botocore.session.get_session()
    session.set_credentials(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
    config = Config(retries={"mode": "standard", "total_max_attempts": 2}, max_pool_connections=32)
    return Clients(
        url,
        *(session.create_client(name, REGION, endpoint_url=url, config=config) for name in ("dynamodb", "s3", "sqs")),
    )


def reset(url: str) -> None:
    """Forget everything, what is saved on the disk too. For tests."""
    urllib.request.urlopen(urllib.request.Request(f"{url}/_ministack/reset", method="POST"), timeout=10).close()


def _start(port: int, home: Path, log: Path, mark: str, *, keeps: bool) -> subprocess.Popen[bytes]:
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "MINISTACK_", "LOCALSTACK_"))
        },
        **CREDENTIALS,
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": _SERVICES,
        "PERSIST_STATE": "1" if keeps else "0",
        "STATE_DIR": str(home / "state"),
        "S3_PERSIST": "1" if keeps else "0",
        "S3_DATA_DIR": str(home / "s3"),
        "MINISTACK_EDITION": mark,  # said again by its health answer: that's how we know that it is ours
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(home),  # it keeps a file with its process id there
        # What it would otherwise open or look after besides:
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
    }
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "infra.local.engine_child"],
            cwd=Path(__file__).parents[2],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the district, which stops the engine last
        )


def _require_readable(saved: Path) -> None:
    """The engine begins empty when it can't read what was saved, and would save that in its place."""
    for file in sorted(saved.glob("*.json")):
        try:
            json.loads(file.read_bytes())
        except ValueError:
            raise StateUnreadable(file=file, command=f"rm -r {saved.parent.parent}") from None


def _await_health(child: subprocess.Popen[bytes], port: int, mark: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise EngineDown(reason=_last_line(log) or f"exit {child.returncode}", log=log)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=1) as answer:
                told = json.load(answer)
        except (OSError, ValueError):
            time.sleep(0.02)
            continue
        if told.get("edition") != mark:
            raise NotOurs(port=port)
        return
    raise EngineDown(reason=_last_line(log) or f"no answer for {_START_SECONDS:.0f} s", log=log)


def _stop(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    child.terminate()
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    child.stdin.close()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else ""
