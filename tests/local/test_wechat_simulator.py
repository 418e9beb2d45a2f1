import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local import trouble
from infra.local.wechat_simulator import WeChat


@pytest.fixture
def wechat() -> Iterator[WeChat]:
    simulator = WeChat(port=trouble.free_ports(1), app_id="wx1", secret="s3cret")
    simulator.start()
    yield simulator
    simulator.stop()


def exchange(wechat: WeChat, code: str, **changed: str) -> Any:
    query = {"appid": "wx1", "secret": "s3cret", "js_code": code, "grant_type": "authorization_code", **changed}
    with urllib.request.urlopen(f"{wechat.site.url}/sns/jscode2session?{urllib.parse.urlencode(query)}") as answer:
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/plain"
        return json.load(answer)


def post(wechat: WeChat, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(f"{wechat.site.url}{path}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


class TestCode2Session:
    def test_a_code_gives_its_holder_once(self, wechat: WeChat) -> None:
        code = post(wechat, "/codes", {"openid": "o-lily"})["code"]
        told = exchange(wechat, code)
        assert told["openid"] == "o-lily"
        assert set(told) == {"openid", "session_key"}
        assert exchange(wechat, code)["errcode"] == 40163

    def test_every_code_is_another(self, wechat: WeChat) -> None:
        assert len({wechat.code_for("o-lily") for _ in range(50)}) == 50

    @pytest.mark.parametrize(
        ("changed", "errcode"),
        [
            ({"js_code": "made-up"}, 40029),
            ({"appid": "wx2"}, 40013),
            ({"secret": "wrong"}, 40125),
            ({"grant_type": "password"}, 40002),
        ],
    )
    def test_what_is_wrong_is_told_as_wechat_does(self, wechat: WeChat, changed: dict[str, str], errcode: int) -> None:
        code = wechat.code_for("o-lily")
        assert exchange(wechat, code, **changed)["errcode"] == errcode
        assert exchange(wechat, code)["openid"] == "o-lily"

    def test_it_can_be_busy(self, wechat: WeChat) -> None:
        code = wechat.code_for("o-lily")
        post(wechat, "/faults", {"busy": 1})
        assert exchange(wechat, code)["errcode"] == -1
        assert exchange(wechat, code)["openid"] == "o-lily"
