from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared.kernel.ids import PlaqueId
from shared.listings import plaques
from shared.listings.model import Plaque
from shared.listings.store import plaques as store
from tests.builders import NOW, SCHOOL, an_id


def issue(number: int = 1, *, licensed: bool = True) -> Plaque:
    return plaques.issue(
        institution_id=SCHOOL, licensed=licensed, plaque_id=PlaqueId(an_id("plq", number)), by="admin", now=NOW
    )


def replace_it(was: Plaque, number: int) -> Plaque:
    new = PlaqueId(an_id("plq", number))
    return plaques.replace_it(was=was, licensed=True, plaque_id=new, by="reviewer", now=NOW + timedelta(days=1))


@pytest.mark.usefixtures("in_memory")
class TestPlaques:
    def test_is_issued_once(self) -> None:
        first = issue(1)

        assert issue(2) == first
        with pytest.raises(store.UnknownPlaque):
            store.get(an_id("plq", 2))

    def test_who_is_not_licensed_gets_none_but_keeps_the_one_it_has(self) -> None:
        with pytest.raises(plaques.NotForPlaque):
            issue(licensed=False)
        assert issue(licensed=True) == issue(licensed=False)

    def test_one_that_is_replaced_is_void_and_twice_over_the_same_is_once(self) -> None:
        first = issue(1)

        second = replace_it(first, 2)

        assert replace_it(first, 3) == second
        assert store.get(first.plaque_id).replaced_at == NOW + timedelta(days=1)
        assert store.get(second.plaque_id).replaced_at is None
        assert store.find_of(SCHOOL) == second

    def test_before_the_first_there_is_none(self) -> None:
        with pytest.raises(plaques.NoPlaqueYet):
            plaques.get_of(SCHOOL)


@pytest.mark.usefixtures("on_engine")
class TestAtOnce:
    def test_all_get_the_same(self) -> None:
        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(issue, range(1, 7)))

        assert len(set(found)) == 1
        assert store.find_of(SCHOOL) == found[0]
