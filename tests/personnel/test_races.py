"""At once on an engine that takes threads: a listing against acceptances of the same person at several schools."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from functions.edge import publishing
from shared.institutions import store as institutions
from shared.kernel import errors
from shared.personnel import rules, store
from tests import builders, steps
from tests.builders import NOW, an_id
from tests.personnel.examples import OTHER, blacklisted, serving
from tests.profiles.examples import NEW_TEACHER, submitted

SCHOOLS = 4


def again(act: Any) -> Any:
    """Until it is known what came of it."""
    while True:
        try:
            return act()
        except errors.Unavailable:
            continue


@pytest.mark.usefixtures("on_engine")
@pytest.mark.parametrize("list_her", [blacklisted, lambda: serving(OTHER)], ids=["blacklist", "import"])
class TestListing:
    def test_against_acceptances_leaves_nobody_published_unseen(self, list_her: Any) -> None:
        changes = []
        for number in range(1, SCHOOLS + 1):
            steps.register(number)
            school = builders.a_school(number).institution_id
            changes.append(submitted(number, NEW_TEACHER, institution_id=school, item_id=an_id("itm", number)))
        together = Barrier(SCHOOLS + 1)

        def accept(change: Any) -> bool:
            together.wait(timeout=60)
            try:
                again(
                    lambda: publishing.accept(
                        institution_id=change.institution_id,
                        change_id=change.change_id,
                        edits=change.edits,
                        by="reviewer",
                        now=NOW,
                    )
                )
            except (rules.TeacherBlacklisted, rules.TeacherServesPublicSchool):
                return False
            return True

        def put_on_the_list() -> None:
            together.wait(timeout=60)
            again(list_her)

        with ThreadPoolExecutor(SCHOOLS + 1) as pool:
            listing = pool.submit(put_on_the_list)
            accepted = list(pool.map(accept, changes))
            listing.result()

        there = {change.institution_id for change, done in zip(changes, accepted, strict=True) if done}
        publishing_her = {
            change.institution_id for change in changes if len(institutions.get(change.institution_id).teachers) == 2
        }
        person = store.get(OTHER)
        assert publishing_her == there == {one.institution_id for one in person.published}
        assert [one.number for one in store.list_published(limit=9, cursor=None).rows] == ([OTHER] if there else [])
