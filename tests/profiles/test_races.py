"""At once on an engine that takes threads: changes of one item, and the acceptance of one that is being replaced."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.edge import publishing
from shared.kernel import errors
from shared.profiles import store, usecases
from shared.profiles.model import ChangeStatus, ProfileChange
from tests import steps
from tests.builders import NOW, SCHOOL
from tests.profiles.examples import CERTIFICATE, drafted, submitted

pytestmark = pytest.mark.usefixtures("on_engine")


def again(act: Callable[[], Any]) -> str:
    """Until it is known what came of it: done, or the code of its refusal."""
    while True:
        try:
            act()
        except errors.Unavailable:
            continue
        except errors.Refusal as refusal:
            return refusal.code
        return "done"


def at_once(*acts: Callable[[], Any]) -> list[str]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(again, acts))


def submit(change: ProfileChange) -> ProfileChange:
    return usecases.submit(institution_id=SCHOOL, change_id=change.change_id, edits=change.edits, now=NOW)


class TestSubmissions:
    def test_of_one_item_leave_one_that_waits(self) -> None:
        changes = [drafted(number) for number in range(1, 5)]

        assert at_once(*[lambda one=one: submit(one) for one in changes]) == ["done"] * 4

        found = [store.get(SCHOOL, one.change_id) for one in changes]
        [waits] = [one for one in found if one.status is ChangeStatus.SUBMITTED]
        assert [one.change_id for one in store.list_waiting(limit=9, cursor=None).rows] == [waits.change_id]
        assert {one.status for one in found if one is not waits} == {ChangeStatus.REPLACED}
        assert store.find_last(SCHOOL, waits.item_id) == waits.change_id

    @pytest.mark.parametrize("attempt", range(4))
    def test_against_an_acceptance_replace_it_or_find_it_accepted(self, attempt: int) -> None:
        steps.register()
        older = submitted()
        newer = drafted(2, {**CERTIFICATE, "valid_to": "2027-10-15"})

        def accept() -> None:
            publishing.accept(
                institution_id=SCHOOL, change_id=older.change_id, edits=older.edits, by="reviewer", now=NOW
            )

        accepted, _ = at_once(accept, lambda: submit(newer))

        wanted = ChangeStatus.ACCEPTED if accepted == "done" else ChangeStatus.REPLACED
        assert store.get(SCHOOL, older.change_id).status is wanted
        assert store.get(SCHOOL, newer.change_id).status is ChangeStatus.SUBMITTED
