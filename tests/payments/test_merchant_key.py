import base64

import pytest

from infra.local import wechat_pay_wire as wire
from infra.package.functions import FUNCTIONS
from shared.messages.model import Topic
from shared.payments import merchant_key
from shared.payments.merchant_key import WrongMerchantKey
from tests.payments import examples
from tests.payments.examples import key


class TestShort:
    def test_comes_back_as_the_same_key(self) -> None:
        told = merchant_key.short(wire.pem(key("ours")))

        body = "".join(merchant_key.whole(told).splitlines()[1:-1])
        assert len(told) == 344
        assert wire.public_half(body) == wire.public_half(key("ours"))

    @pytest.mark.parametrize(
        "told",
        [
            "",
            "nonsense",
            "a-key-for-tests-of-more-than-32-bytes",
            base64.b64encode(b"\x01" * 256).decode(),
            base64.b64encode(b"\x00" * 256).decode(),
            base64.b64encode(b"\x03" * 255).decode(),
        ],
    )
    def test_of_something_else_is_refused(self, told: str) -> None:
        with pytest.raises(WrongMerchantKey):
            merchant_key.whole(told)
        with pytest.raises(WrongMerchantKey):
            merchant_key.short(told)


class TestEnvironment:
    def test_of_a_function_stays_under_four_kilobytes(self) -> None:
        """Lambda takes no more; each as long as it can become, with two keys of WeChat's in a rotation."""
        told = {
            **examples.settings_for("https://api.mch.weixin.qq.com"),
            "SEAL_PUBLIC_KEYS": "w" * 200,
            "WECHAT_APP_ID": "wx" + "0" * 16,
            "WECHAT_SECRET": "0" * 32,
            "WECHAT_TEMPLATES": ",".join(f"{topic}=" + "x" * 43 + "/thing10/thing11/time12" for topic in Topic),
            "NOTICE_SIGNING_KEY": "whsk_" + "0" * 44,
            "BANK_INQUIRY_KEY": "whsk_" + "0" * 44,
        }
        told["WECHAT_PAY_PUBLIC_KEYS"] += f",{examples.public_key('newer')}"
        for function in FUNCTIONS:
            names = (*function.settings, *function.secrets)
            settings = sum(len(name) + len(told.get(name, "x" * 100)) for name in names)
            places = sum(2 * len(place) + 30 for place in (*function.tables, *function.buckets))
            assert settings + places < 4096, function.name
