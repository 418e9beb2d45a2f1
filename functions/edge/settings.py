"""What the environment tells the functions. A variable that is missing is named.

Each is read when it is asked for: a function is given only the variables that it uses (infra/package/functions.py).
"""

import os

JWT_KEY_BYTES = 32


class SettingMissing(RuntimeError):
    """A variable of the environment that this function needs isn't set."""


class SettingWrong(RuntimeError):
    """A variable of the environment can't be used as it is."""


class Settings:
    """Each raises SettingMissing. Keys in a list are newest first, so that one can be changed without a break."""

    @property
    def environment_name(self) -> tuple[str, str]:
        """Shown in the console, in Chinese and English, as in `测试环境 / Test`; empty where nobody has named it."""
        zh, _, en = os.environ.get("ENVIRONMENT_NAME", "").partition(" / ")
        return zh, en or zh

    @property
    def public_url(self) -> str:
        """Where the API is for those who use it, its stage included; empty where nobody has said."""
        return os.environ.get("PUBLIC_URL", "").rstrip("/")

    @property
    def jwt_keys(self) -> tuple[str, ...]:
        """At least 32 bytes each. Raises SettingWrong."""
        keys = _list("JWT_KEY")
        if min(len(key.encode()) for key in keys) < JWT_KEY_BYTES:
            raise SettingWrong(f"each key of the environment variable JWT_KEY needs at least {JWT_KEY_BYTES} bytes")
        return keys

    @property
    def bank_webhook_keys(self) -> tuple[str, ...]:
        return _list("BANK_WEBHOOK_KEYS")

    @property
    def bank_signing_key(self) -> str:
        return _get("BANK_SIGNING_KEY")

    @property
    def bank_inquiry_key(self) -> str:
        """Signs what the bank is asked, and nothing that moves money."""
        return _get("BANK_INQUIRY_KEY")

    @property
    def notice_signing_keys(self) -> tuple[str, ...]:
        """Ed25519 keys of the bureau's notices, `whsk_…`: the first signs."""
        return _list("NOTICE_SIGNING_KEY")

    @property
    def seal_key(self) -> str:
        return _get("SEAL_KEY")

    @property
    def seal_public_keys(self) -> tuple[str, ...]:
        return _list("SEAL_PUBLIC_KEYS")

    @property
    def bank_url(self) -> str:
        return _get("BANK_URL")

    @property
    def insurer_url(self) -> str:
        return _get("INSURER_URL")

    @property
    def insurer_signing_key(self) -> str:
        return _get("INSURER_SIGNING_KEY")

    @property
    def insurer_webhook_keys(self) -> tuple[str, ...]:
        return _list("INSURER_WEBHOOK_KEYS")

    @property
    def clamd_address(self) -> tuple[str, int]:
        """Where clamd listens, from `host:port`. Raises SettingWrong."""
        host, _, port = _get("CLAMD_ADDRESS").rpartition(":")
        if not host or not port.isdigit():
            raise SettingWrong("the environment variable CLAMD_ADDRESS is a host, a colon and a port")
        return host, int(port)

    @property
    def wechat_url(self) -> str:
        return _get("WECHAT_URL")

    @property
    def wechat_app_id(self) -> str:
        return _get("WECHAT_APP_ID")

    @property
    def wechat_pay_offered(self) -> bool:
        """Whether guardians may pay by WeChat: where there is a merchant number."""
        return bool(os.environ.get("WECHAT_PAY_MCH_ID"))

    @property
    def wechat_pay_url(self) -> str:
        return _get("WECHAT_PAY_URL")

    @property
    def wechat_pay_mch_id(self) -> str:
        return _get("WECHAT_PAY_MCH_ID")

    @property
    def wechat_pay_serial_no(self) -> str:
        """The serial number of the merchant's certificate."""
        return _get("WECHAT_PAY_SERIAL_NO")

    @property
    def wechat_pay_private_key(self) -> str:
        """The merchant's key in short: what `python -m infra.merchant_key apiclient_key.pem` prints."""
        return _get("WECHAT_PAY_PRIVATE_KEY")

    @property
    def wechat_pay_api_v3_key(self) -> str:
        return _get("WECHAT_PAY_API_KEY")

    @property
    def wechat_pay_public_keys(self) -> dict[str, str]:
        """WeChat's public keys by their ids, from `PUB_KEY_ID_…:<base64>`. Raises SettingWrong."""
        told = dict(part.partition(":")[::2] for part in _list("WECHAT_PAY_PUBLIC_KEYS"))
        if not all(name.startswith("PUB_KEY_ID_") and key for name, key in told.items()):
            raise SettingWrong("WECHAT_PAY_PUBLIC_KEYS is a list of an id PUB_KEY_ID_…, a colon and a key in base64")
        return told

    @property
    def wechat_templates(self) -> dict[str, tuple[str, str, str, str]]:
        """WeChat's subscribe-message templates by topic, with their fields for heading, text and time; none: not sent.

        From `lessons=ID/thing1/thing2/time3,money=…`. Raises SettingWrong.
        """
        told = os.environ.get("WECHAT_TEMPLATES", "")
        found = {}
        for part in filter(None, told.split(",")):
            topic, _, fields = part.strip().partition("=")
            named = tuple(fields.split("/"))
            if topic not in ("lessons", "money", "classes") or len(named) != 4 or not all(named):
                raise SettingWrong("WECHAT_TEMPLATES is a list of lessons=, money=, classes= and ID/title/text/time")
            found[topic] = named
        return found

    @property
    def wechat_secret(self) -> str:
        return _get("WECHAT_SECRET")


_settings = Settings()


def settings() -> Settings:
    """The settings of this function."""
    return _settings


def _get(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SettingMissing(f"the environment variable {name} is not set")
    return value


def _list(name: str) -> tuple[str, ...]:
    told = tuple(part.strip() for part in _get(name).split(",") if part.strip())
    if not told:
        raise SettingMissing(f"the environment variable {name} names nothing")
    return told
