"""What a change may be: bounds at their edges, days, what contradicts itself."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from shared.kernel import clock
from shared.policy import rules
from shared.policy.model import Change, Entry, Head, OwnDays, Source
from tests.builders import NOW, TODAY
from tests.policy.examples import FIRST, STARTS, a_change, a_figure

LAST_MOMENT = clock.start_of(STARTS) - timedelta(minutes=10)


def changed(change: Change, *, now: datetime = NOW) -> Any:
    return rules.changed(FIRST, change, head=Head(), now=now)


def becomes(name: str, value: Any, **told: Any) -> Any:
    return changed(a_change(figures={name: a_figure(value, **told)}))


def own(*, off: list[date] | None = None, on: list[date] | None = None) -> Change:
    return a_change(figures={}, own_days=OwnDays(frozenset(off or ()), frozenset(on or ())))


class TestFigures:
    def test_that_change_are_the_new_ones_and_all_others_the_same(self) -> None:
        policy = changed(a_change(48))

        assert (policy.version, policy.effective_from, policy.unpaid_hours) == ("linzi-2026.2", STARTS, 48)
        differing = [one.name for one, was in zip(policy.figures, FIRST.figures, strict=True) if one != was]
        assert differing == ["unpaid_hours"]

    @pytest.mark.parametrize(
        ("name", "least", "most"),
        [("unpaid_hours", 7, 720), ("outflow_share_percent", 1, 100), ("minimum_receipts_percent", 1, 100)],
    )
    def test_are_within_bounds_at_both_edges(self, name: str, least: int, most: int) -> None:
        for value in (least, most):
            assert getattr(becomes(name, value), name) == value
        for value in (least - 1, most + 1, -1, 10**30):
            with pytest.raises(rules.FigureOutOfBounds):
                becomes(name, value)

    @pytest.mark.parametrize("value", [48.0, "48", True, None])
    def test_are_whole_numbers(self, value: Any) -> None:
        with pytest.raises(rules.FigureOutOfBounds):
            becomes("unpaid_hours", value)

    @pytest.mark.parametrize(
        ("name", "right", "wrong"),
        [("on_site_ends_clock", (1959, 2000), (1960, 2099)), ("inspection_opens_mmdd", (229, 1130), (230, 200, 931))],
    )
    def test_are_times_and_days_where_they_say_so(self, name: str, right: Any, wrong: Any) -> None:
        assert [getattr(becomes(name, value), name) for value in right] == list(right)
        for value in wrong:
            with pytest.raises(rules.FigureUnreadable):
                becomes(name, value)

    def test_that_nobody_knows_are_refused(self) -> None:
        with pytest.raises(rules.UnknownFigure, match="version"):
            becomes("version", 48)

    @pytest.mark.parametrize("note", ["", "  ", "长" * 121])
    @pytest.mark.parametrize("language", ["note_zh", "note_en"])
    def test_say_what_they_are_in_both_languages(self, note: str, language: str) -> None:
        with pytest.raises(rules.FigureNoteMissing):
            becomes("unpaid_hours", 48, **{language: note})
        assert becomes("unpaid_hours", 48, **{language: "长" * 120}).unpaid_hours == 48

    def test_may_change_their_source_alone(self) -> None:
        was = next(one for one in FIRST.figures if one.name == "unpaid_hours")
        same = {"note_zh": was.note_zh, "note_en": was.note_en}
        policy = becomes("unpaid_hours", 72, source=Source.RULE, **same)

        assert next(one for one in policy.figures if one.name == "unpaid_hours").source is Source.RULE
        with pytest.raises(rules.NothingChanges):
            becomes("unpaid_hours", 72, source=Source.ASSUMED, **same)

    def test_that_contradict_one_another_are_refused(self) -> None:
        assert becomes("certificate_last_warning_days", 30).certificate_last_warning_days == 30
        with pytest.raises(rules.FiguresContradict, match="certificate_last_warning_days"):
            becomes("certificate_last_warning_days", 31)

    def test_are_not_too_many_at_once(self) -> None:
        names = [one.name for one in FIRST.figures if one.name.endswith("_working_days")]
        new = {one.name: a_figure(one.value) for one in FIRST.figures if one.name in names}
        assert len(new) > 10
        with pytest.raises(rules.TooManyFigures):
            changed(a_change(figures=new))
        assert changed(a_change(figures=dict(list(new.items())[:10])))


class TestDay:
    def test_is_decided_ten_minutes_before_it_begins_at_the_latest(self) -> None:
        assert changed(a_change(), now=LAST_MOMENT).effective_from == STARTS
        with pytest.raises(rules.PolicyDayTooSoon, match="2026-09-03"):
            changed(a_change(), now=LAST_MOMENT + timedelta(milliseconds=1))

    @pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1), date.min])
    def test_is_not_today_nor_before(self, day: date) -> None:
        with pytest.raises(rules.PolicyDayTooSoon):
            changed(a_change(effective_from=day))

    def test_is_after_the_newest_versions_and_within_two_years(self) -> None:
        newer = replace(FIRST, effective_from=STARTS)
        with pytest.raises(rules.PolicyDayWrong, match="2026-09-03"):
            rules.changed(newer, a_change(), head=Head(), now=NOW)
        furthest = TODAY + timedelta(days=732)
        assert changed(a_change(effective_from=furthest)).version == "linzi-2028.1"
        with pytest.raises(rules.PolicyDayWrong):
            changed(a_change(effective_from=furthest + timedelta(days=1)))


class TestOwnDays:
    def test_are_from_the_day_of_effect_on(self) -> None:
        assert changed(own(off=[STARTS])).own_days.holidays == {STARTS}
        for day in (STARTS - timedelta(days=1), STARTS + timedelta(days=733)):
            with pytest.raises(rules.OwnDaysWrong):
                changed(own(off=[day]))
            with pytest.raises(rules.OwnDaysWrong):
                changed(own(on=[day]))

    def test_that_are_over_stay(self) -> None:
        over = OwnDays(frozenset({date(2026, 2, 1)}))
        had = replace(FIRST, own_days=over)

        assert rules.changed(had, a_change(own_days=over), head=Head(), now=NOW).own_days == over
        with pytest.raises(rules.OwnDaysWrong):
            rules.changed(had, a_change(), head=Head(), now=NOW)

    def test_are_not_both_and_not_too_many(self) -> None:
        with pytest.raises(rules.OwnDaysWrong):
            changed(own(off=[STARTS], on=[STARTS]))
        days = [STARTS + timedelta(days=number) for number in range(61)]
        assert changed(own(off=days[:60]))
        with pytest.raises(rules.OwnDaysWrong):
            changed(own(off=days))


class TestName:
    def test_of_a_version_that_was_withdrawn_is_not_used_again(self) -> None:
        head = Head(2, (Entry(1, "linzi-2026.2", STARTS, withdrawn=True),))

        assert rules.next_name(head, STARTS) == "linzi-2026.3"
        assert rules.next_name(head, date(2027, 3, 1)) == "linzi-2027.1"


class TestWithdrawable:
    HEAD = Head(2, (Entry(1, "linzi-2026.2", STARTS), Entry(2, "linzi-2026.3", STARTS + timedelta(days=9))))

    def test_is_only_the_newest(self) -> None:
        assert rules.check_withdrawable(self.HEAD, "linzi-2026.3", now=NOW).number == 2
        for version in ("linzi-2026.2", "linzi-2026.1", "linzi-2030.1"):
            with pytest.raises(rules.NotTheNewestPolicy):
                rules.check_withdrawable(self.HEAD, version, now=NOW)

    def test_is_none_that_is_in_force_or_about_to_be(self) -> None:
        head = Head(1, self.HEAD.entries[:1])
        assert rules.check_withdrawable(head, "linzi-2026.2", now=LAST_MOMENT).number == 1
        for now in (LAST_MOMENT + timedelta(milliseconds=1), clock.start_of(STARTS), LAST_MOMENT + timedelta(days=9)):
            with pytest.raises(rules.PolicyInForce):
                rules.check_withdrawable(head, "linzi-2026.2", now=now)
