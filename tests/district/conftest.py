"""A small district lived through its public doors, with and without faults."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from infra.local import demo_figures, district, district_process, seed, trouble
from infra.local.district_process import District
from infra.local.term import Term
from shared.funds import queries as funds
from shared.funds.model import EnrolmentAccount
from shared.funds.store.books import Books
from shared.kernel.clock import SHANGHAI

UNTIL = datetime(2026, 9, 22, tzinfo=SHANGHAI)
FAMILIES = 10  # so few that a day is short, and enough that no family is in two stories


@dataclass(frozen=True)
class Standing:
    """How an enrolment stands, without interest, which depends on when money moves. All amounts in fen.

    What it has paid is held, released, or went back to the guardian and is on its way there.
    """

    status: str
    paid: int
    held: int
    released: int
    lessons_released: int
    lessons_refunded: int


@dataclass(frozen=True)
class Lived:
    """What a district looks like at the end: the demo's figures, how each enrolment stands by the number of its plan,
    and its books.
    """

    figures: dict[str, Any]
    enrolments: dict[int, Standing]
    books: Books


@contextmanager
def a_small_district(*, families: int = FAMILIES) -> Iterator[tuple[District, Term]]:
    """A new district with a few families, everything on file, nothing lived yet."""
    data = district.generate(family_count=families)
    with district_process.running(port=trouble.free_ports(district_process.PORTS)) as running:
        seed.plant(data, now=running.clock())
        running.open_accounts()
        yield running, Term(running, data)


def look(running: District, term: Term) -> Lived:
    """The district as it stands."""
    told = {number: _standing(funds.get_account(one)) for number, one in term.enrolment_ids.items()}
    return Lived(demo_figures.read_figures(running), told, demo_figures.read_books(running))


def _standing(account: EnrolmentAccount) -> Standing:
    return Standing(
        account.status.value,
        int(account.paid_fen),
        int(account.tuition_held_fen),
        int(account.released_fen),
        account.lessons_released,
        account.lessons_refunded,
    )


def live(*, before: Callable[[District], None] = lambda running: None) -> Lived:
    """Live the first weeks, with whatever `before` lets go wrong."""
    with a_small_district() as (running, term):
        before(running)
        assert term.live(until=UNTIL)
        return look(running, term)


@pytest.fixture(scope="session")
def faultless() -> Lived:
    """The first weeks, with nothing going wrong."""
    return live()
