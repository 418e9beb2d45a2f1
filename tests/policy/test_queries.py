"""Which policy is in force, and how seldom the record is read for it."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from shared.dynamo import rows
from shared.kernel import clock
from shared.policy import file, queries, store
from shared.policy.model import Policy, Source
from tests.builders import NOW
from tests.policy.examples import FIRST, STARTS, a_change, a_figure, adopt, withdraw

BEGINS = clock.start_of(STARTS)
A_SECOND = timedelta(seconds=1)


@contextmanager
def reads() -> Iterator[list[str]]:
    """Every read of the policy's table."""
    seen: list[str] = []

    def see(params: Any, **_: Any) -> None:
        seen.append(params["url_path"] or "read")

    events = rows.connection().client.meta.events
    for operation in ("GetItem", "Query"):
        events.register_first(f"before-call.dynamodb.{operation}", see)
    try:
        yield seen
    finally:
        for operation in ("GetItem", "Query"):
            events.unregister(f"before-call.dynamodb.{operation}", see)


class TestFirst:
    def test_every_number_has_a_source_bounds_and_says_what_it_is_in_both_languages(self) -> None:
        others = {"version", "effective_from", "figures", "own_days"}
        assert {figure.name for figure in FIRST.figures} == {one.name for one in dataclasses.fields(Policy)} - others
        for figure in FIRST.figures:
            assert figure.value == getattr(FIRST, figure.name)
            assert type(figure.value) is int
            assert figure.least <= figure.value <= figure.most
            assert isinstance(figure.source, Source)
            assert figure.note_zh
            assert figure.note_en
            assert figure.section in file.sections()

    def test_every_section_has_titles_and_figures(self) -> None:
        assert {figure.section for figure in FIRST.figures} == set(file.sections())
        assert all(zh and en for zh, en in file.sections().values())


class TestInForce:
    def test_without_tables_the_first_version_is(self) -> None:
        assert queries.in_force(at=NOW) == FIRST

    def test_before_the_first_version_there_is_none(self, in_memory: Any) -> None:
        with pytest.raises(LookupError, match="2025-12-31"):
            queries.in_force(at=clock.start_of(FIRST.effective_from) - A_SECOND)

    def test_a_new_version_begins_at_midnight_in_shanghai(self, in_memory: Any) -> None:
        adopt()

        assert queries.in_force(at=BEGINS - A_SECOND).unpaid_hours == 72
        assert queries.in_force(at=BEGINS).unpaid_hours == 48
        assert queries.in_force(at=BEGINS).version == "linzi-2026.2"

    def test_who_knew_the_record_before_it_was_changed_finds_the_new_version_at_its_first_moment(
        self, in_memory: Any
    ) -> None:
        """A container that has answered all day: warm at 23:59:59, and right at 00:00:00."""
        for at in (NOW, NOW + timedelta(days=1)):
            assert queries.in_force(at=at) == FIRST
        adopt(at=BEGINS - timedelta(minutes=10))

        assert queries.in_force(at=BEGINS - A_SECOND) == FIRST
        assert queries.in_force(at=BEGINS).unpaid_hours == 48

    @pytest.mark.parametrize("warm", [None, *(BEGINS + timedelta(hours=hours) for hours in (-72, -24, -1, 0, 30))])
    def test_whatever_was_read_before_the_answer_is_the_same(self, in_memory: Any, warm: datetime | None) -> None:
        if warm is not None and warm < BEGINS:
            queries.in_force(at=warm)
        adopt()
        if warm is not None and warm >= BEGINS:
            queries.in_force(at=warm)

        found = [queries.in_force(at=BEGINS + seconds * A_SECOND).unpaid_hours for seconds in (-1, 0, 1, -1)]
        assert found == [72, 48, 48, 72]

    def test_a_version_that_was_withdrawn_never_is(self, in_memory: Any) -> None:
        queries.in_force(at=NOW)
        withdraw(adopt().policy.version)

        assert queries.in_force(at=BEGINS) == FIRST

    def test_of_a_day_that_is_over_stays_what_it_was(self, in_memory: Any) -> None:
        adopt()
        adopt(
            a_change(24, base="linzi-2026.2", base_changes=1, effective_from=STARTS + timedelta(days=1)),
            number=2,
        )
        last = BEGINS + timedelta(days=1)
        found = [queries.in_force(at=at).unpaid_hours for at in (last, last - A_SECOND, BEGINS - A_SECOND, NOW)]

        assert found == [24, 48, 72, 72]


class TestReads:
    def test_are_one_a_day_whatever_is_asked(self, in_memory: Any) -> None:
        with reads() as seen:
            for minutes in range(0, 600, 7):
                queries.in_force(at=NOW + timedelta(minutes=minutes))
                queries.in_force(at=NOW - timedelta(days=minutes // 7))
                queries.get(version=FIRST.version)
        assert len(seen) == 1

        with reads() as seen:
            for _ in range(9):
                queries.in_force(at=NOW + timedelta(days=1))
        assert len(seen) == 1

    def test_are_one_more_for_each_version(self, in_memory: Any) -> None:
        adopt()
        queries.forget()
        with reads() as seen:
            for days in (0, 1, 2, 2):
                queries.in_force(at=NOW + timedelta(days=days))
                if days == 2:
                    queries.get(version="linzi-2026.2")
        assert len(seen) == 4  # the record on three days, and the version


class TestGet:
    def test_what_was_sold_under_a_version_finds_it_again(self, in_memory: Any) -> None:
        adopt()

        assert queries.get(version="linzi-2026.2").unpaid_hours == 48
        assert queries.get(version="linzi-2026.1").unpaid_hours == 72

    def test_a_version_younger_than_what_is_known_is_found(self, in_memory: Any) -> None:
        """Another container sold under it at midnight; this one still knows yesterday's record."""
        queries.in_force(at=NOW)
        adopt()

        assert queries.get(version="linzi-2026.2").unpaid_hours == 48

    @pytest.mark.parametrize("version", ["linzi-2019.1", "", "linzi-2026.02", "head"])
    def test_an_unknown_version_is_an_error_not_a_guess(self, in_memory: Any, version: str) -> None:
        with pytest.raises(LookupError):
            queries.get(version=version)

    def test_a_figure_that_is_younger_than_the_version_is_the_files(
        self, in_memory: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = store._figures_text
        without = {figure.name for figure in FIRST.figures} - {"red_alert_days"}
        monkeypatch.setattr(
            store,
            "_figures_text",
            lambda policy: told(
                dataclasses.replace(policy, figures=tuple(one for one in policy.figures if one.name in without))
            ),
        )
        adopt()

        found = queries.get(version="linzi-2026.2")
        assert (found.red_alert_days, found.unpaid_hours) == (FIRST.red_alert_days, 48)


class TestListVersions:
    def test_tells_how_each_came_about_the_newest_first_and_ends_with_the_first(self, in_memory: Any) -> None:
        adopt()
        later = a_change(
            60,
            base="linzi-2026.2",
            base_changes=1,
            effective_from=date(2027, 1, 1),
            figures={"unpaid_hours": a_figure(60)},
        )
        adopt(later, number=2)
        page = queries.list_versions(limit=1, cursor=None)
        [newest] = page.rows
        [second, first] = queries.list_versions(limit=1, cursor=page.next_cursor).rows

        assert (newest.policy.version, newest.base) == ("linzi-2027.1", "linzi-2026.2")
        assert (second.proposed_by, second.approved_by, second.reason) == ("admin", "supervisor", "试行")
        assert (second.proposed_at, second.approved_at) == (NOW - timedelta(hours=1), NOW)
        assert (first.number, first.policy, first.proposed_by) == (0, FIRST, "")
