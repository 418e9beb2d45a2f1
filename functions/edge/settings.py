"""What the environment tells the functions, read once. A variable that is missing is named."""

import os
from dataclasses import dataclass
from functools import cache


class SettingMissing(RuntimeError):
    """A variable of the environment that this function needs isn't set."""


@dataclass(frozen=True)
class Settings:
    """`jwt_keys` and `bank_webhook_keys`: newest first, so that a key can be changed without a break."""

    environment_name: str
    jwt_keys: tuple[str, ...]
    bank_webhook_keys: tuple[str, ...]
    bank_signing_key: str
    bank_url: str
    wechat_url: str
    wechat_app_id: str
    wechat_secret: str


@cache
def settings() -> Settings:
    """The settings. Raises SettingMissing."""
    return Settings(
        environment_name=os.environ.get("ENVIRONMENT_NAME", ""),
        jwt_keys=_list("JWT_KEY"),
        bank_webhook_keys=_list("BANK_WEBHOOK_KEYS"),
        bank_signing_key=_get("BANK_SIGNING_KEY"),
        bank_url=_get("BANK_URL"),
        wechat_url=_get("WECHAT_URL"),
        wechat_app_id=_get("WECHAT_APP_ID"),
        wechat_secret=_get("WECHAT_SECRET"),
    )


def _get(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SettingMissing(f"the environment variable {name} is not set")
    return value


def _list(name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _get(name).split(",") if part.strip())
