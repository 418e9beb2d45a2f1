"""Against a WeChat on 127.0.0.1 over real HTTP: the district's simulator, and one that misbehaves."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local import trouble
from infra.local.wechat_simulator import WeChat
from shared.kernel import errors
from shared.people.wechat import WeChatBlocked, WeChatClient, WeChatCodeInvalid, WeChatRefused
from tests.people.misbehaving import Misbehaving

APP_ID, SECRET = "wx0000000000000000", "the-secret-of-the-app"


def a_client(port: int, *, secret: str = SECRET, timeout_seconds: float = 5.0) -> WeChatClient:
    url = f"http://127.0.0.1:{port}/"
    return WeChatClient(url=url, app_id=APP_ID, secret=secret, timeout_seconds=timeout_seconds)


@pytest.fixture
def simulator() -> Iterator[tuple[WeChat, int]]:
    port = trouble.free_ports(1)
    wechat = WeChat(port=port, app_id=APP_ID, secret=SECRET)
    wechat.start()
    yield wechat, port
    wechat.stop()


class TestOfTheSimulator:
    def test_a_code_says_who_signed_in(self, simulator: tuple[WeChat, int]) -> None:
        wechat, port = simulator

        assert a_client(port).openid_of(wechat.code_for("openid-1")) == "openid-1"

    def test_a_code_is_good_once(self, simulator: tuple[WeChat, int]) -> None:
        wechat, port = simulator
        code = wechat.code_for("openid-1")
        a_client(port).openid_of(code)

        with pytest.raises(WeChatCodeInvalid):
            a_client(port).openid_of(code)

    def test_an_unknown_code_is_refused(self, simulator: tuple[WeChat, int]) -> None:
        with pytest.raises(WeChatCodeInvalid):
            a_client(simulator[1]).openid_of("a code & more")

    def test_a_wrong_secret_is_our_bug_and_is_not_told(self, simulator: tuple[WeChat, int]) -> None:
        wechat, port = simulator

        with pytest.raises(WeChatRefused) as refused:
            a_client(port, secret="another").openid_of(wechat.code_for("openid-1"))
        assert "40125" in str(refused.value)
        assert "another" not in str(refused.value)


class TestOpenidOf:
    def test_asks_as_the_documentation_says(self, wechat: Misbehaving) -> None:
        wechat.will_say({"openid": "openid-1", "session_key": "a key"})

        assert a_client(wechat.server_port).openid_of("a code & more") == "openid-1"
        assert wechat.asked == [
            {
                "appid": [APP_ID],
                "secret": [SECRET],
                "js_code": ["a code & more"],
                "grant_type": ["authorization_code"],
            }
        ]

    @pytest.mark.parametrize("code", [40029, 40163, "40029"])
    def test_a_code_that_is_no_good_is_the_callers(self, wechat: Misbehaving, code: int | str) -> None:
        wechat.will_say({"errcode": code, "errmsg": "invalid"})

        with pytest.raises(WeChatCodeInvalid):
            a_client(wechat.server_port).openid_of("code")

    def test_an_account_that_wechat_blocks_is_denied(self, wechat: Misbehaving) -> None:
        wechat.will_say({"errcode": 40226, "errmsg": "code blocked"})

        with pytest.raises(WeChatBlocked):
            a_client(wechat.server_port).openid_of("code")

    @pytest.mark.parametrize(
        ("told", "status"),
        [
            ({"errcode": -1, "errmsg": "system error"}, 200),
            ({"errcode": 45011, "errmsg": "too often"}, 200),
            ({"errcode": 0, "openid": "openid-1"}, 502),
            (b"<html>502</html>", 502),
            (b"", 200),
            ([], 200),
            ("ok", 200),
        ],
    )
    def test_what_may_pass_by_itself_is_unavailable(self, wechat: Misbehaving, told: Any, status: int) -> None:
        wechat.will_say(told, status)

        with pytest.raises(errors.Unavailable):
            a_client(wechat.server_port).openid_of("code")

    @pytest.mark.parametrize("told", [{"errcode": 40013, "errmsg": "invalid appid"}, {}])
    def test_anything_else_is_our_bug(self, wechat: Misbehaving, told: dict[str, Any]) -> None:
        wechat.will_say(told)

        with pytest.raises(WeChatRefused):
            a_client(wechat.server_port).openid_of("code")

    def test_an_answer_that_does_not_come_is_unavailable(self, wechat: Misbehaving) -> None:
        wechat.held.clear()

        with pytest.raises(errors.Unavailable):
            a_client(wechat.server_port, timeout_seconds=0.05).openid_of("code")

    def test_nobody_there_is_unavailable(self) -> None:
        with pytest.raises(errors.Unavailable):
            a_client(trouble.free_ports(1)).openid_of("code")

    def test_no_refusal_tells_the_secret(self, wechat: Misbehaving) -> None:
        wechat.will_say(b"", 500)

        with pytest.raises(errors.Unavailable) as refused:
            a_client(wechat.server_port).openid_of("code")
        assert refused.value.__suppress_context__
        assert SECRET not in str(refused.value)
