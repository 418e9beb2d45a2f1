"""Persons on the lists, in the tables: what is kept, what a second command finds, who is published by whom."""

from datetime import timedelta
from typing import Any

import pytest

from functions.edge import personnel_acts, publishing
from shared.institutions import store as institutions
from shared.kernel import errors
from shared.personnel import imports, rules, store
from shared.personnel.model import ListName, Publication, ServingLine
from shared.personnel.store import imports as kept
from tests import steps, tables
from tests.builders import NOW, SCHOOL, TEACHER, TODAY
from tests.personnel.examples import NUMBER, OTHER, blacklisted, serving, taken_off
from tests.profiles.examples import ITEM, NEW_TEACHER, accepted, content, submitted
from tests.tables import killed_before, lost_answers

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")


def named(name: str) -> list[str]:
    return [one.number for one in store.list_named(name, limit=9, cursor=None).rows]


class TestBlacklist:
    def test_is_kept_with_its_history(self) -> None:
        blacklisted(until=TODAY + timedelta(days=1))
        taken_off(now=NOW + timedelta(hours=1))
        blacklisted(now=NOW + timedelta(hours=2))

        told = [
            (one.nth, one.kind.value, one.proposed_by) for one in store.list_history(OTHER, limit=9, cursor=None).rows
        ]
        assert told == [(3, "listed", "reviewer"), (2, "removed", "reviewer"), (1, "listed", "reviewer")]
        assert store.get(OTHER).barred_by(TODAY) == (ListName.BLACKLIST,)

    def test_twice_is_refused_and_changes_nothing(self) -> None:
        blacklisted()
        before = tables.dump_memory()

        with pytest.raises(rules.PersonListed):
            blacklisted()
        with pytest.raises(rules.PersonNotListed):
            taken_off(on=ListName.SERVING)
        assert tables.dump_memory() == before

    def test_pages_newest_first_and_is_found_by_the_whole_name(self) -> None:
        for at in range(3):
            blacklisted(f"2026000{at}", name=f"季示例{at % 2}", now=NOW + timedelta(minutes=at))

        first = store.list_page(ListName.BLACKLIST, limit=2, cursor=None)
        rest = store.list_page(ListName.BLACKLIST, limit=2, cursor=first.next_cursor)
        assert [one.number for one in (*first.rows, *rest.rows)] == ["20260002", "20260001", "20260000"]
        assert sorted(named("季示例0")) == ["20260000", "20260002"]
        assert named("季示例") == []

    def test_who_is_taken_off_is_in_no_list(self) -> None:
        blacklisted()
        taken_off()

        assert store.list_page(ListName.BLACKLIST, limit=9, cursor=None).rows == []
        assert named("季示例") == []

    def test_one_list_leaves_the_other(self) -> None:
        serving(OTHER)
        blacklisted()
        taken_off()

        assert store.get(OTHER).barred_by(TODAY) == (ListName.SERVING,)
        assert named("临示例0") == [OTHER]


class TestPublication:
    @pytest.fixture(autouse=True)
    def registered(self, in_memory: Any) -> None:
        steps.register()

    def test_is_noted_with_the_acceptance_and_gone_with_the_withdrawal(self) -> None:
        accepted(1, NEW_TEACHER)
        assert store.get(OTHER).published == (Publication(SCHOOL, ITEM),)  # type: ignore[arg-type]

        accepted(2, NEW_TEACHER, withdraws=True, content={})
        assert store.get(OTHER).published == ()

    def test_moves_with_the_number(self) -> None:
        accepted(1, NEW_TEACHER)
        accepted(2, {**NEW_TEACHER, "qualification_no": "2026-3700-0000-00077"})

        assert store.get(OTHER).published == ()
        assert len(store.get("20263700000000077").published) == 1

    @pytest.mark.parametrize("on", ListName)
    def test_of_who_is_listed_is_refused_in_the_acceptance_and_publishes_nothing(self, on: ListName) -> None:
        change = submitted(1, NEW_TEACHER)
        if on is ListName.BLACKLIST:
            blacklisted()
        else:
            serving(OTHER)
        before = tables.dump_memory()

        with pytest.raises(errors.Conflict) as refused:
            publishing.accept(
                institution_id=SCHOOL, change_id=change.change_id, edits=change.edits, by="reviewer", now=NOW
            )

        assert refused.value.code in ("teacher_blacklisted", "teacher_serves_public_school")
        assert tables.dump_memory() == before

    def test_listed_in_the_very_moment_of_the_acceptance_is_refused(self) -> None:
        change = submitted(1, NEW_TEACHER)

        with tables.just_before("TransactWriteItems", blacklisted), pytest.raises(rules.TeacherBlacklisted):
            publishing.accept(
                institution_id=SCHOOL, change_id=change.change_id, edits=change.edits, by="reviewer", now=NOW
            )
        assert len(institutions.get(SCHOOL).teachers) == 1

    def test_accepted_in_the_very_moment_of_the_listing_is_seen_by_it(self) -> None:
        with tables.just_before("TransactWriteItems", lambda: _accept(1)):
            blacklisted()

        assert store.list_published(limit=9, cursor=None).rows == [store.get(OTHER)]

    def test_a_listed_teacher_can_be_withdrawn_and_not_edited(self) -> None:
        accepted(1, NEW_TEACHER)
        blacklisted()

        with pytest.raises(rules.TeacherBlacklisted):
            accepted(2, {**NEW_TEACHER, "name": "季例"})
        accepted(3, NEW_TEACHER, withdraws=True, content={})
        assert store.list_published(limit=9, cursor=None).rows == []

    def test_decided_already_is_told_before_the_list(self) -> None:
        change = accepted(1, NEW_TEACHER)
        blacklisted()

        with pytest.raises(errors.Conflict) as refused:
            publishing.accept(
                institution_id=SCHOOL, change_id=change.change_id, edits=change.edits, by="reviewer", now=NOW
            )
        assert refused.value.code == "profile_change_not_submitted"

    def test_of_a_school_that_is_put_on_file_with_its_teachers_is_noted_once(self) -> None:
        for _ in range(2):
            personnel_acts.note_teachers(institutions.get(SCHOOL), now=NOW)

        assert store.get(NUMBER).published == (Publication(SCHOOL, TEACHER),)


def _accept(number: int) -> None:
    accepted(number, NEW_TEACHER, content=content(NEW_TEACHER))


class TestImport:
    def test_of_the_same_file_again_adds_nobody(self) -> None:
        first = serving(*_numbers(205))
        persons = _persons()
        again = serving(*_numbers(205), now=NOW + timedelta(days=1), import_id="0002")

        assert (first.done, first.added, again.done, again.added) == (205, 205, 205, 0)
        assert _persons() == persons
        assert [one.added for one in kept.list_page(limit=9, cursor=None).rows] == [0, 205]

    def test_says_who_is_published_already(self) -> None:
        steps.register()
        personnel_acts.note_teachers(institutions.get(SCHOOL), now=NOW)

        assert serving(OTHER, NUMBER).published == 1
        assert [one.number for one in store.list_published(limit=9, cursor=None).rows] == [NUMBER]

    def test_corrects_a_name_and_keeps_since_when(self) -> None:
        serving(OTHER)
        line = ServingLine("季正名", OTHER)
        later = NOW + timedelta(days=1)

        told = imports.take_over(import_id="0002", file_name="b.csv", lines=[line], by="reviewer", now=later)

        listing = store.get(OTHER).serving
        assert listing is not None
        assert (told.added, listing.name, listing.since) == (0, "季正名", NOW)

    def test_that_is_ended_in_the_middle_is_finished_by_the_same_file(self) -> None:
        with killed_before("TransactWriteItems", call=3):
            serving(*_numbers(205))
        [broken] = kept.list_page(limit=9, cursor=None).rows
        assert (broken.done, broken.added) == (90, 90)

        rest = serving(*_numbers(205), now=NOW + timedelta(minutes=1), import_id="0002")

        assert (rest.done, rest.added) == (205, 115)
        assert len(_persons()) == 205

    def test_whose_answer_is_lost_counts_nobody_twice(self) -> None:
        with lost_answers("TransactWriteItems", times=1), pytest.raises(errors.Unavailable):
            serving(OTHER)

        assert serving(OTHER, now=NOW + timedelta(minutes=1), import_id="0002").added == 1
        assert store.get(OTHER).serving is not None

    def test_of_who_is_on_the_blacklist_leaves_her_there(self) -> None:
        blacklisted()

        assert serving(OTHER).added == 1
        assert store.get(OTHER).barred_by(TODAY) == (ListName.BLACKLIST, ListName.SERVING)


def _numbers(count: int) -> list[str]:
    return [f"2026{number:013d}" for number in range(count)]


def _persons() -> list[Any]:
    found = store.list_page(ListName.SERVING, limit=999, cursor=None).rows
    return sorted(found, key=lambda one: one.number)
