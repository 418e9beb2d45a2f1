import pytest
from pynamodb.exceptions import TransactWriteError

from shared.dynamo import transaction
from shared.kernel import errors
from tests import tables
from tests.dynamo.rows import NoteRow, Taken, a_changed_note, a_new_note, numbers

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")


class TestCommit:
    def test_all_parts_are_written(self) -> None:
        transaction.commit([a_new_note("a"), a_new_note("b")])
        assert numbers() == {"a": 0, "b": 0}

    def test_one_part_refused_and_none_is_written(self) -> None:
        transaction.commit([a_new_note("a")])
        with pytest.raises(Taken, match="There is a already"):
            transaction.commit([a_new_note("b"), a_new_note("a")])
        assert numbers() == {"a": 0}

    def test_of_several_refusals_the_callers_first_is_told_whatever_its_kind(self) -> None:
        transaction.commit([a_new_note("a")])
        update = a_changed_note("missing", 1, NoteRow.pk.exists())
        check = transaction.check(NoteRow("notes", "none"), NoteRow.pk.exists(), refused=Taken(name="none"))
        for parts in ([update, a_new_note("a"), check], [check, update, a_new_note("a")]):
            with pytest.raises(Taken) as refused:
                transaction.commit(parts)
            assert refused.value is parts[0].refused

    def test_each_kind_of_part_finds_its_own_refusal(self) -> None:
        transaction.commit([a_new_note("a"), a_new_note("b")])
        there = NoteRow.pk.exists()
        parts = [
            a_changed_note("a", 5, there),
            transaction.put(NoteRow("notes", "c")),
            transaction.add_up(NoteRow("notes", "d"), [NoteRow.number.add(7)]),
            transaction.Part("delete", NoteRow("notes", "e"), Taken(name="e"), there),
            transaction.check(NoteRow("notes", "b"), there, refused=Taken(name="b")),
        ]
        with pytest.raises(Taken, match="There is e already"):
            transaction.commit(parts)
        transaction.commit([part for part in parts if part.kind != "delete"])
        assert numbers() == {"a": 5, "b": 0, "c": 0, "d": 7}

    def test_a_conflict_with_another_transaction_is_tried_again(self) -> None:
        with tables.conflicts("TransactWriteItems", times=3) as cancelled:
            transaction.commit([a_new_note("a"), a_new_note("b")])
        assert len(cancelled) == 3
        assert numbers() == {"a": 0, "b": 0}

    def test_a_conflict_that_does_not_pass_is_unavailable_not_the_callers_fault(self, hurried: list[int]) -> None:
        with tables.conflicts("TransactWriteItems", times=99) as cancelled, pytest.raises(errors.Unavailable):
            transaction.commit([a_new_note("a")])
        assert 3 <= len(cancelled) == len(hurried) <= 20
        assert numbers() == {}

    @pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
    def test_a_busy_table_is_unavailable(self, code: str) -> None:
        with tables.busy("TransactWriteItems", code=code), pytest.raises(errors.Unavailable):
            transaction.commit([a_new_note("a")])

    def test_a_lost_answer_is_unavailable_and_nothing_is_assumed(self) -> None:
        with tables.lost_answers("TransactWriteItems"), pytest.raises(errors.Unavailable):
            transaction.commit([a_new_note("a")])
        assert numbers() == {"a": 0}  # it was written, though nobody said so
        with pytest.raises(Taken):
            transaction.commit([a_new_note("a")])

    def test_a_mistake_of_ours_is_not_called_unavailable(self) -> None:
        with pytest.raises(TransactWriteError):
            transaction.commit([a_new_note("a"), a_new_note("a")])


class TestReadTogether:
    def test_what_is_there_and_what_is_not(self) -> None:
        transaction.commit([a_new_note("a")])
        found = transaction.read_together([(NoteRow, "notes", "a"), (NoteRow, "notes", "b")])
        assert found[0].sk == "a"
        assert found[1] is None

    def test_a_row_that_is_being_written_is_read_again(self) -> None:
        transaction.commit([a_new_note("a")])
        with tables.conflicts("TransactGetItems", times=2) as cancelled:
            (found,) = transaction.read_together([(NoteRow, "notes", "a")])
        assert (found.sk, len(cancelled)) == ("a", 2)

    def test_a_row_that_is_always_being_written_is_unavailable(self) -> None:
        with tables.conflicts("TransactGetItems", times=99), pytest.raises(errors.Unavailable):
            transaction.read_together([(NoteRow, "notes", "a")])


class TestRetried:
    def test_a_lost_race_is_run_again(self) -> None:
        tries: list[int] = []

        def command() -> int:
            tries.append(1)
            if len(tries) < 3:
                raise transaction.LostRace()
            return len(tries)

        assert transaction.retried(command) == 3

    def test_a_race_that_is_always_lost_is_unavailable(self) -> None:
        def command() -> None:
            raise transaction.LostRace()

        with pytest.raises(errors.Unavailable) as refused:
            transaction.retried(command)
        assert type(refused.value) is errors.Unavailable

    def test_any_other_refusal_is_told_at_once(self) -> None:
        tries: list[int] = []

        def command() -> None:
            tries.append(1)
            raise Taken(name="a")

        with pytest.raises(Taken):
            transaction.retried(command)
        assert len(tries) == 1


class TestPause:
    def test_waits_grow_and_end_at_two_thirds_of_a_second(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()  # the real pause
        waits: list[float] = []
        monkeypatch.setattr("time.sleep", waits.append)
        monkeypatch.setattr("secrets.randbelow", lambda limit: limit - 1)
        for attempt in range(9):
            transaction.pause(attempt)
        assert waits == sorted(waits)
        assert (waits[0], waits[-1]) == (0.009, 0.639)
