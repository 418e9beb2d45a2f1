"""The simulated subscribe messages: they hold what they are sent to WeChat's own rules."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local import trouble
from infra.local.wechat_simulator import WeChat
from tests.local.test_wechat_simulator import post

APP = {"grant_type": "client_credential", "appid": "wx1", "secret": "s3cret"}


@pytest.fixture
def wechat() -> Iterator[WeChat]:
    simulator = WeChat(port=trouble.free_ports(1), app_id="wx1", secret="s3cret")
    simulator.start()
    yield simulator
    simulator.stop()


def send(wechat: WeChat, **changed: Any) -> int:
    token = post(wechat, "/cgi-bin/stable_token", APP)["access_token"]
    data = {"thing1": {"value": "标题"}, "thing2": {"value": "内容"}, "time3": {"value": "2026-09-01 10:00"}}
    body = {"touser": "o-lily", "template_id": "tmpl-lessons-0001", "data": data, **changed}
    told = post(wechat, f"/cgi-bin/message/subscribe/send?access_token={changed.pop('token', token)}", body)
    return int(told["errcode"])


class TestSend:
    def test_each_consent_is_good_for_one(self, wechat: WeChat) -> None:
        post(wechat, "/consents", {"openid": "o-lily", "topic": "lessons"})

        assert [send(wechat), send(wechat)] == [0, 43101]

    def test_what_is_wrong_is_told_as_wechat_does(self, wechat: WeChat) -> None:
        wechat.messages.consent("o-lily", "lessons", times=9)
        long = {"thing1": {"value": "长" * 21}, "thing2": {"value": "内容"}, "time3": {"value": "2026-09-01"}}

        assert send(wechat, template_id="another") == 40037
        assert send(wechat, data=long) == send(wechat, data={"thing1": {"value": "标题"}}) == 47003
        assert send(wechat, token="old") == 40001

    def test_the_token_is_the_same_for_everybody_until_it_is_revoked(self, wechat: WeChat) -> None:
        first, second = (post(wechat, "/cgi-bin/stable_token", APP)["access_token"] for _ in range(2))
        wechat.messages.revoke_tokens()

        assert first == second != post(wechat, "/cgi-bin/stable_token", APP)["access_token"]
        assert post(wechat, "/cgi-bin/stable_token", {**APP, "secret": "wrong"})["errcode"] == 40125
