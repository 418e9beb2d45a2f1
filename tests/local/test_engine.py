import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local import engine, trouble

ROW = {"pk": {"S": "a"}, "sk": {"S": "1"}}
TABLE = {
    "TableName": "kept",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
STARTER = """
import sys, time
from pathlib import Path
from infra.local import engine
with engine.running(port=int(sys.argv[1]), state_dir=Path(sys.argv[2])) as url:
    dynamodb = engine.clients(url).dynamodb
    dynamodb.create_table(**{table})
    dynamodb.put_item(TableName="kept", Item={row})
    print("ready", flush=True)
    time.sleep(600)
"""


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


def is_free(port: int) -> bool:
    try:
        trouble.require_free(port)
    except trouble.PortTaken:
        return False
    return True


class TestRunning:
    def test_what_cannot_be_read_is_told_and_left_as_it_is(self, tmp_path: Path) -> None:
        saved = tmp_path / "state" / "dynamodb.json"
        saved.parent.mkdir()
        saved.write_text('{"tables": {')

        with (
            pytest.raises(engine.StateUnreadable, match=r"dynamodb\.json"),
            engine.running(port=trouble.free_ports(1), state_dir=tmp_path),
        ):
            pass
        assert saved.read_text() == '{"tables": {'

    def test_what_was_written_is_there_after_a_restart(self, tmp_path: Path) -> None:
        port = trouble.free_ports(1)
        with engine.running(port=port, state_dir=tmp_path) as url:
            dynamodb = engine.clients(url).dynamodb
            dynamodb.create_table(**TABLE)
            dynamodb.put_item(TableName="kept", Item=ROW)
        with engine.running(port=port, state_dir=tmp_path) as url:
            kept = engine.clients(url).dynamodb.get_item(TableName="kept", Key=ROW)
        assert kept["Item"] == ROW

    def test_a_starter_that_is_killed_takes_the_engine_with_it_and_nothing_is_lost(self, tmp_path: Path) -> None:
        port = trouble.free_ports(1)
        code = STARTER.replace("{table}", repr(TABLE)).replace("{row}", repr(ROW))
        root = Path(engine.__file__).parents[2]
        starter = subprocess.Popen(
            [sys.executable, "-c", code, str(port), str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
        )
        assert starter.stdout is not None
        assert starter.stdout.readline() == "ready\n"
        os.kill(starter.pid, signal.SIGKILL)
        starter.wait()
        starter.stdout.close()
        until(lambda: is_free(port))
        with engine.running(port=port, state_dir=tmp_path) as url:
            assert engine.clients(url).dynamodb.get_item(TableName="kept", Key=ROW)["Item"] == ROW

    def test_reset_forgets_everything(self, tmp_path: Path) -> None:
        with engine.running(port=trouble.free_ports(1), state_dir=tmp_path) as url:
            dynamodb = engine.clients(url).dynamodb
            dynamodb.create_table(**TABLE)
            engine.reset(url)
            assert dynamodb.list_tables()["TableNames"] == []

    def test_a_taken_port_is_told_in_one_line_with_another_to_try(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(trouble.PortTaken) as told, engine.running(port=port):
                pass
        assert str(told.value).count("\n") == 0
        assert str(port) in str(told.value)
        assert "make run PORT=" in str(told.value)

    def test_an_engine_that_does_not_come_up_is_told_with_its_last_words(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = tmp_path / "broken"
        broken.write_text("#!/bin/sh\necho no such luck\nexit 3\n")
        broken.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(broken))
        with (
            pytest.raises(engine.EngineDown, match="no such luck") as told,
            engine.running(port=trouble.free_ports(1), state_dir=tmp_path),
        ):
            pass
        assert str(tmp_path / "engine.log") in str(told.value)

    def test_it_answers_on_the_loopback_address_only(self) -> None:
        with engine.running(port=trouble.free_ports(1)) as url:
            with urllib.request.urlopen(f"{url}/_ministack/health") as answer:
                assert answer.status == 200
            with socket.socket() as elsewhere:  # a server of every address would answer here too
                elsewhere.settimeout(1)
                assert elsewhere.connect_ex(("127.0.0.2", int(url.rsplit(":")[-1]))) != 0
