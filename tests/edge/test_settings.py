import pytest

from functions.edge.settings import SettingMissing, SettingWrong, settings


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "variable"),
        [
            ("jwt_keys", "JWT_KEY"),
            ("bank_webhook_keys", "BANK_WEBHOOK_KEYS"),
            ("bank_signing_key", "BANK_SIGNING_KEY"),
            ("bank_inquiry_key", "BANK_INQUIRY_KEY"),
            ("notice_signing_keys", "NOTICE_SIGNING_KEY"),
            ("seal_key", "SEAL_KEY"),
            ("seal_public_keys", "SEAL_PUBLIC_KEYS"),
            ("bank_url", "BANK_URL"),
            ("insurer_url", "INSURER_URL"),
            ("insurer_signing_key", "INSURER_SIGNING_KEY"),
            ("wechat_url", "WECHAT_URL"),
            ("wechat_app_id", "WECHAT_APP_ID"),
            ("wechat_secret", "WECHAT_SECRET"),
        ],
    )
    def test_that_is_missing_or_empty_is_named(self, name: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(variable, raising=False)
        with pytest.raises(SettingMissing, match=variable):
            getattr(settings(), name)
        monkeypatch.setenv(variable, "")
        with pytest.raises(SettingMissing, match=variable):
            getattr(settings(), name)

    def test_a_list_without_anything_in_it_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BANK_WEBHOOK_KEYS", " , ,")

        with pytest.raises(SettingMissing, match="names nothing"):
            _ = settings().bank_webhook_keys

    def test_keys_are_told_newest_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BANK_WEBHOOK_KEYS", "whsec_new, whsec_old,")

        assert settings().bank_webhook_keys == ("whsec_new", "whsec_old")

    def test_a_key_for_tokens_that_is_short_in_bytes_is_wrong(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JWT_KEY", "k" * 32 + "," + "k" * 31)

        with pytest.raises(SettingWrong, match="32 bytes"):
            _ = settings().jwt_keys

    def test_the_public_address_has_no_slash_at_its_end_and_may_be_unknown(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PUBLIC_URL", "https://hui.example/api/")
        assert settings().public_url == "https://hui.example/api"
        monkeypatch.delenv("PUBLIC_URL")
        assert settings().public_url == ""

    @pytest.mark.parametrize(
        ("told", "names"),
        [("测试环境 / Test", ("测试环境", "Test")), ("staging", ("staging", "staging")), ("", ("", ""))],
    )
    def test_the_environment_has_a_name_in_both_languages(
        self, told: str, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ENVIRONMENT_NAME", told)

        assert settings().environment_name == names
