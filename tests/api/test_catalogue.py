"""The catalogue of materials, which everybody may read before she starts."""

import pytest

from tests.api.district import District

ADDRESS = "/v1/catalogue?filing=application&institution_type=company"


class TestGetCatalogue:
    def test_it_says_what_is_handed_in_and_how(self, district: District) -> None:
        told = district.nobody.get(ADDRESS).body

        assert told["version"] == "linzi-2026.1"
        [fire] = [one for one in told["items"] if one["code"] == "fire_inspection"]
        assert (fire["section_name"], fire["required"], fire["expires"]) == ("消防安全", True, True)
        assert fire["content_types"] == ["application/pdf", "image/jpeg", "image/png"]
        assert fire["most_bytes"] == 5_000_000

    def test_in_english(self, district: District) -> None:
        told = district.nobody.with_headers(accept_language="en").get(ADDRESS).body

        assert told["items"][0]["name"] == "Business licence"

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("filing=wish&institution_type=company", "not_one_of"),
            ("filing=application&institution_type=circus", "not_one_of"),
            ("filing=application", "missing"),
            ("filing=application&institution_type=company&x=1", "unknown_field"),
        ],
    )
    def test_what_is_not_known_is_refused(self, district: District, query: str, code: str) -> None:
        answer = district.nobody.get(f"/v1/catalogue?{query}")

        assert answer.status == 422
        assert [one["code"] for one in answer.body["errors"]] == [code]
