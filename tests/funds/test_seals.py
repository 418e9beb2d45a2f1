"""A day's seal: whatever happens to an entry afterwards is found and named. Rows are changed behind every command."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.dynamo import rows
from shared.funds import chain, seal_invariants, sealing, seals, usecases
from shared.funds.model import Entry
from shared.funds.seals import DaySeal
from shared.funds.store import accounts, books, entries
from shared.funds.store import seals as store
from tests import builders, steps, tables
from tests.builders import ENROLMENT, NOW, SCHOOL
from tests.edge.conftest import SEAL_KEY
from tests.tables import in_memory, memory_tables

__all__ = ["in_memory", "memory_tables"]

OTHER_KEY = "whsk_YW5vdGhlciBrZXkgdGhhdCBub2JvZHkga25vd3MhISE="
KEYS = [seals.public_key(SEAL_KEY)]
TODAY, A_DAY = date(2026, 9, 1), timedelta(days=1)
LATER = NOW + timedelta(days=9)


@pytest.fixture
def client(in_memory: Any) -> Any:
    """Two deposits and three releases on the first day, two days without any, another deposit; four days sealed."""
    tables.put_in_memory(__name__, _live)
    return in_memory


def _live() -> None:
    steps.register()
    steps.open_account(paid_fen=1000)
    steps.open_account(2, paid_fen=400)
    for lesson in (1, 2, 3):
        steps.release(lesson, now=NOW + timedelta(minutes=lesson))
    steps.open_account(3)
    fact = builders.a_deposit(bank_reference="BK9", remittance="?")
    usecases.post_deposit(fact=fact, account=builders.a_tuition_account(), now=NOW + 3 * A_DAY)
    steps.count_all()
    sealing.seal_days(through=TODAY + 3 * A_DAY, key=SEAL_KEY, now=LATER)


def found() -> list[str]:
    """What the check of everything finds."""
    return seal_invariants.verify(books.read(), KEYS)


def days_found() -> list[str]:
    """What it finds in the days' roots."""
    return list(seal_invariants.day_roots_extend(books.read()))


def an_entry(sk: str) -> Entry:
    entry = entries.find(ENROLMENT, sk)
    assert entry is not None
    return entry


def a_release(lesson: int) -> Entry:
    return an_entry(entries.release_sk(builders.an_id("ses", lesson)))


def write(entry: Entry) -> None:
    """Put an entry into the table, past every command."""
    entries.row_of(entry).save()


def delete(entry: Entry) -> None:
    entries.row_of(entry).delete()


def sealed_anew() -> None:
    """What an intruder who knows the chain would do: seal every entry of the enrolment again, and its account."""
    head, of = "", books.read().of_enrolment()[ENROLMENT]
    for version, entry in enumerate(of, 1):
        again = chain.sealed(replace(entry, version=version), after=head)
        write(again)
        head = again.seal
    accounts.AccountRow(ENROLMENT, "account").update(
        [accounts.AccountRow.seal.set(head), accounts.AccountRow.version.set(len(of))]
    )


class TestSealDays:
    def test_seals_every_day_in_order_those_without_entries_too(self, client: Any) -> None:
        made = [store.get(TODAY + number * A_DAY) for number in range(4)]

        assert [one.count for one in made] == [5, 0, 0, 1]
        assert [one.previous_root for one in made] == ["", *(one.root for one in made[:3])]
        assert len({one.root for one in made}) == 4
        assert all(seals.trusted(one, KEYS) for one in made)
        assert found() == []

    def test_twice_seals_once(self, client: Any) -> None:
        before = tables.dump_memory()

        assert sealing.seal_days(through=TODAY + 3 * A_DAY, key=SEAL_KEY, now=LATER + A_DAY) == []
        assert tables.dump_memory() == before

    def test_stops_where_another_run_is_faster(self, client: Any) -> None:
        def other() -> None:
            sealing.seal_days(through=TODAY + 5 * A_DAY, key=SEAL_KEY, now=LATER)

        with tables.just_before("TransactWriteItems", other):
            assert sealing.seal_days(through=TODAY + 5 * A_DAY, key=SEAL_KEY, now=LATER) == []

        last = store.find_last()
        assert last is not None
        assert last.day == TODAY + 5 * A_DAY
        assert found() == []

    def test_does_nothing_in_a_district_without_entries(self, in_memory: Any) -> None:
        assert sealing.seal_days(through=TODAY, key=SEAL_KEY, now=LATER) == []


class TestAnEntry:
    def test_that_was_altered_is_named_by_its_chain_and_its_day(self, client: Any) -> None:
        write(replace(a_release(2), reason="auto_confirmed"))

        day, of_chain = found()
        assert day == f"{TODAY}: altered: {a_release(2).key}, number 4 of 5"
        assert of_chain == f"{ENROLMENT}: {a_release(2).key} at version 3 is altered, or stands in another's place"

    def test_that_was_altered_and_all_sealed_anew_is_named_by_its_day(self, client: Any) -> None:
        write(replace(a_release(2), reason="auto_confirmed"))
        sealed_anew()

        assert found() == [f"{TODAY}: altered: {a_release(2).key}, number 4 of 5"]

    def test_that_is_missing_is_named_by_its_version_and_its_place(self, client: Any) -> None:
        delete(a_release(2))

        day, of_chain = found()
        assert day == f"{TODAY}: missing before {a_release(3).key}, number 4 of 5"
        assert of_chain == f"{ENROLMENT}: version 3 is missing before {a_release(3).key}"

    def test_that_is_missing_and_those_after_it_sealed_anew(self, client: Any) -> None:
        delete(a_release(2))
        sealed_anew()

        assert found() == [f"{TODAY}: missing before or altered: {a_release(3).key}, number 4 of 5"]

    def test_that_is_the_last_of_its_day_and_missing(self, client: Any) -> None:
        delete(a_release(3))

        day, of_chain = found()
        assert day == f"{TODAY}: missing before the end of the day, number 5 of 5"
        assert of_chain == f"{ENROLMENT}: what followed version 3 is missing, or its account is altered"

    def test_that_stands_in_anothers_place(self, client: Any) -> None:
        second, third = a_release(2), a_release(3)
        write(replace(second, booked_at=third.booked_at, version=third.version))
        write(replace(third, booked_at=second.booked_at, version=second.version))

        day, of_chain = found()
        assert day == f"{TODAY}: altered: {third.key}, number 4 of 5"
        assert of_chain == f"{ENROLMENT}: {third.key} at version 3 is altered, or stands in another's place"

    def test_that_was_put_in(self, client: Any) -> None:
        forged = replace(a_release(2), sk="entry#release#zzz", version=9, booked_at=NOW + timedelta(seconds=90))
        write(forged)

        day, of_chain = found()
        assert day == f"{TODAY}: put in: {forged.key}, number 4 of 5"
        assert of_chain == f"{ENROLMENT}: version 5 is missing before {forged.key}"

    def test_of_no_enrolment_that_was_put_into_a_day_without_any(self, client: Any) -> None:
        stray = entries.find("bank#BK9", "entry")
        assert stray is not None
        write(chain.sealed(replace(stray, pk="bank#BK8", booked_at=NOW + A_DAY)))

        assert found() == [f"{TODAY + A_DAY}: put in: bank#BK8/entry, number 1 of 0"]

    def test_that_was_put_before_the_first_sealed_day(self, client: Any) -> None:
        stray = entries.find("bank#BK9", "entry")
        assert stray is not None
        write(chain.sealed(replace(stray, pk="bank#BK8", booked_at=NOW - A_DAY)))

        assert found() == [f"{TODAY - A_DAY}: entries, and no seal"]

    def test_of_an_account_that_is_gone(self, client: Any) -> None:
        accounts.AccountRow(ENROLMENT, "account").delete()

        assert found() == [f"{ENROLMENT}: its account is missing"]


class TestADaysSeal:
    @pytest.mark.parametrize(
        ("spoil", "what"),
        [
            (lambda one: replace(one, root="0" * 64), "the root isn't that of its 0 entries"),
            (lambda one: replace(one, count=1), ""),
            (lambda one: replace(one, sealed_at=one.sealed_at + A_DAY), ""),
            (lambda one: replace(one, signature="AAAA"), ""),
            (lambda one: replace(one, signature="not base64"), ""),
            (lambda one: replace(one, public_key="whpk_AAAA"), ""),
        ],
    )
    def test_that_was_altered_is_not_trusted(self, client: Any, spoil: Callable[[DaySeal], DaySeal], what: str) -> None:
        day = TODAY + A_DAY
        kept = store.get(day)
        store.SealRow("seals", day.isoformat()).delete()
        store.put(spoil(kept))

        told = found()
        assert told[0] == f"{day}: its seal isn't signed with a key that is trusted"
        assert (f"{day}: {what}" in told) == bool(what)

    def test_that_is_missing(self, client: Any) -> None:
        store.SealRow("seals", (TODAY + A_DAY).isoformat()).delete()

        assert days_found() == [
            f"{TODAY + A_DAY}: its seal is missing",
            f"{TODAY + 2 * A_DAY}: its seal doesn't extend the last one",
        ]

    def test_that_is_the_first_and_missing(self, client: Any) -> None:
        store.SealRow("seals", TODAY.isoformat()).delete()

        assert days_found() == [
            f"{TODAY}: entries, and no seal",
            f"{TODAY + A_DAY}: its seal doesn't extend the last one",
        ]

    def test_that_an_intruder_has_made_anew_is_not_trusted_and_does_not_fit_the_next(self, client: Any) -> None:
        write(replace(a_release(2), reason="auto_confirmed"))
        sealed_anew()
        store.SealRow("seals", TODAY.isoformat()).delete()
        of_day = [one for one in books.read().entries if one.booked_at < NOW + A_DAY]
        store.put(seals.seal(TODAY, of_day, after=None, key=OTHER_KEY, now=LATER))

        assert found() == [
            f"{TODAY}: its seal isn't signed with a key that is trusted",
            f"{TODAY + A_DAY}: its seal doesn't extend the last one",
        ]

    def test_of_the_old_key_and_of_the_new_are_trusted_during_a_change(self, client: Any) -> None:
        sealing.seal_days(through=TODAY + 4 * A_DAY, key=OTHER_KEY, now=LATER)

        assert seal_invariants.verify(books.read(), [seals.public_key(OTHER_KEY), *KEYS]) == []
        assert found() == [f"{TODAY + 4 * A_DAY}: its seal isn't signed with a key that is trusted"]

    def test_has_no_figure_of_a_school_in_it(self, client: Any) -> None:
        told = seals.published(store.get(TODAY))

        assert set(told) == {
            "day", "entries", "previous_root", "root", "sealed_at", "signed", "signature", "public_key"
        }  # fmt: skip
        assert not any(SCHOOL in str(value) for value in told.values())


class TestKeys:
    @pytest.mark.parametrize("key", ["", "whsec_AAAA", "whsk_AAAA", "whsk_%%%"])
    def test_that_is_none_is_an_error(self, key: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 -- base64 and cryptography word it
            seals.public_key(key)


def test_reads_the_journals_of_those_schools_that_booked_something(client: Any) -> None:
    calls: list[str] = []
    hooks = rows.connection().client.meta.events

    def keep(model: Any, **_: Any) -> None:
        calls.append(model.name)

    hooks.register("provide-client-params.dynamodb", keep)
    sealing.list_day(TODAY)
    hooks.unregister("provide-client-params.dynamodb", keep)

    assert calls == ["Query", "BatchGetItem", "Query"]  # the schools, which of them booked, and the day of that one
