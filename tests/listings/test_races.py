"""At once on an engine that takes threads: sales against a black-listing, two officers against one another."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

import pytest

from shared.dynamo import transaction
from shared.institutions import store as institutions
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId
from shared.listings import rules, store
from shared.listings.model import ListName
from tests import steps
from tests.builders import NOW, TODAY, an_id
from tests.listings.examples import put_on, school

SELLERS, SALES = 8, 20


@dataclass
class Race:
    """What happened: for each sale, made or refused, whether the listing had committed before it began."""

    begin: Event = field(default_factory=Event)
    committed: Event = field(default_factory=Event)
    sold: list[bool] = field(default_factory=list)
    refused: list[bool] = field(default_factory=list)

    def sell(self, seller: int) -> None:
        """One after the other."""
        for number in range(SALES):
            enrolment_id = EnrolmentId(an_id("enr", seller * SALES + number))
            after = self.committed.is_set()
            latch = institutions.selling_latch(school(1), spread_by=enrolment_id, on=TODAY)
            with suppress(errors.Unavailable):
                try:
                    transaction.commit([latch, _sale(enrolment_id)])
                    self.sold.append(after)
                except institutions.NotSelling:
                    self.refused.append(after)
            if len(self.sold) >= SELLERS:
                self.begin.set()

    def blacklist(self) -> None:
        """In the middle of them."""
        assert self.begin.wait(timeout=60)
        while not self.committed.is_set():
            with suppress(errors.Unavailable):
                put_on(ListName.BLACK)
                self.committed.set()


@pytest.mark.usefixtures("on_engine")
class TestBlacklisting:
    def test_no_sale_that_begins_after_it_is_made(self) -> None:
        steps.register()
        race = Race()

        with ThreadPoolExecutor(SELLERS + 1) as pool:
            for one in [pool.submit(race.blacklist), *(pool.submit(race.sell, seller) for seller in range(SELLERS))]:
                one.result(timeout=60)

        assert len(race.sold) >= SELLERS
        assert not any(race.sold)
        assert race.refused
        with pytest.raises(institutions.NotSelling):
            transaction.commit([institutions.selling_latch(school(1), spread_by=an_id("enr"), on=TODAY)])


@pytest.mark.usefixtures("on_engine")
class TestTwoOfficers:
    def test_one_school_is_listed_once_and_many_schools_have_numbers_without_a_gap(self) -> None:
        for number in range(1, 5):
            steps.register(number)

        def list_it(number: int) -> bool:
            while True:
                try:
                    put_on(ListName.BLACK, 1 + number % 4, now=NOW + timedelta(minutes=number))
                except errors.Unavailable:
                    continue
                except (rules.AlreadyListed, store.ListingChanged):
                    return False
                return True

        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(list_it, range(8)))

        assert sorted(done) == [False] * 4 + [True] * 4
        changes = store.list_changes(after=0, limit=99)
        assert [one.number for one in changes] == [1, 2, 3, 4]
        assert {one.institution_id for one in changes} == {school(number) for number in range(1, 5)}


def _sale(enrolment_id: EnrolmentId) -> transaction.Part:
    """What stands for the rest of a sale: a row of its own."""
    row = store.HeadRow(f"sale#{enrolment_id}", "sale", last=1)
    return transaction.put_new(row, refused=errors.Unavailable())
