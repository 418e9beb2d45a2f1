import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.kernel import clock
from shared.policy import queries
from shared.policy.model import Policy


@pytest.fixture
def two_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record with a second version, in force from 1 October 2026, that allows 40 lessons."""
    told = queries.record()["version"][0]
    later: dict[str, Any] = {
        **told,
        "version": "linzi-2026.2",
        "effective_from": date(2026, 10, 1),
        "charge": {**told["charge"], "max_lessons": {**told["charge"]["max_lessons"], "value": 40}},
    }
    both = tuple(queries._policy(version) for version in (told, later))
    monkeypatch.setattr(queries, "versions", lambda: both)
    monkeypatch.setattr(queries, "_in_force_on", queries._in_force_on.__wrapped__)


class TestInForce:
    def test_the_first_version_is_in_force_in_the_first_term(self) -> None:
        assert queries.in_force(at=datetime(2026, 9, 1, tzinfo=UTC)).version == "linzi-2026.1"

    def test_before_the_first_version_there_is_none(self) -> None:
        with pytest.raises(LookupError, match="2025-12-31"):
            queries.in_force(at=clock.start_of(date(2026, 1, 1)) - timedelta(seconds=1))

    @pytest.mark.usefixtures("two_versions")
    def test_a_new_version_begins_at_midnight_in_shanghai(self) -> None:
        begins = clock.start_of(date(2026, 10, 1))
        assert queries.in_force(at=begins - timedelta(milliseconds=1)).max_lessons == 60
        assert queries.in_force(at=begins).max_lessons == 40

    @pytest.mark.usefixtures("two_versions")
    def test_what_was_sold_under_a_version_finds_it_again(self) -> None:
        assert queries.get(version="linzi-2026.1").max_lessons == 60
        assert queries.get(version="linzi-2026.2").max_lessons == 40


class TestGet:
    def test_an_unknown_version_is_an_error_not_a_guess(self) -> None:
        with pytest.raises(LookupError, match="2019"):
            queries.get(version="linzi-2019.1")


class TestVersions:
    @pytest.mark.parametrize("policy", queries.versions(), ids=lambda policy: policy.version)
    def test_every_number_has_a_source_and_says_what_it_is_in_both_languages(self, policy: Policy) -> None:
        numbers = {field.name for field in dataclasses.fields(Policy)} - {"version", "effective_from", "figures"}
        assert {figure.name for figure in policy.figures} == numbers
        for figure in policy.figures:
            assert figure.value == getattr(policy, figure.name)
            assert type(figure.value) is int
            assert figure.source in {"rule", "practice", "assumed"}
            assert figure.note_zh
            assert figure.note_en

    def test_versions_begin_one_after_another_and_have_names_of_their_own(self) -> None:
        begins = [policy.effective_from for policy in queries.versions()]
        assert begins == sorted(set(begins))
        assert len({policy.version for policy in queries.versions()}) == len(begins)
