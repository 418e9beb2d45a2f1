"""A small district lived through its public doors, with and without faults."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from infra.local import demo_figures, district, district_process, seed, trouble
from infra.local.district_process import District
from infra.local.stage import RUNS_APART
from infra.local.term import Term
from shared.funds import queries as funds
from shared.funds.store.books import Books
from shared.kernel.clock import SHANGHAI

UNTIL = datetime(2026, 9, 22, tzinfo=SHANGHAI)
A_WEEK = timedelta(days=7)
FAMILIES = 10  # so few that a day is short, and enough that no family is in two stories


@dataclass(frozen=True)
class Lived:
    """What a district looks like at the end: the demo's figures, each enrolment's money by the number of its plan,
    and its books.
    """

    figures: dict[str, Any]
    enrolments: dict[int, tuple[str, int, int, int]]
    books: Books


@contextmanager
def a_small_district() -> Iterator[tuple[District, Term]]:
    """A new district with a few families, everything on file, nothing lived yet."""
    data = district.generate(family_count=FAMILIES)
    with district_process.running(port=trouble.free_ports(district_process.PORTS)) as running:
        seed.plant(data, now=running.clock())
        running.open_accounts()
        yield running, Term(running, data)


def look(running: District, term: Term) -> Lived:
    """The district as it stands; what each enrolment holds is without interest, which depends on when money moves."""
    accounts = {number: funds.get_account(one) for number, one in term.enrolment_ids.items()}
    told = {
        number: (one.status.value, int(one.tuition_held_fen), int(one.released_fen), one.lessons_released)
        for number, one in accounts.items()
    }
    return Lived(demo_figures.read_figures(running), told, demo_figures.read_books(running))


def live(*, before: Callable[[District], None] = lambda running: None) -> Lived:
    """Live the first weeks, with whatever `before` lets go wrong."""
    with a_small_district() as (running, term):
        before(running)
        assert term.live(until=UNTIL)
        return look(running, term)


@pytest.fixture(scope="session")
def faultless_weeks() -> tuple[Lived, Lived]:
    """The first weeks with nothing going wrong; and how it looks when the week's payout has come and gone."""
    with a_small_district() as (running, term):
        assert term.live(until=UNTIL)
        first = look(running, term)
        running.advance(A_WEEK, apart=RUNS_APART)
        return first, look(running, term)


@pytest.fixture(scope="session")
def faultless(faultless_weeks: tuple[Lived, Lived]) -> Lived:
    """The first weeks, with nothing going wrong."""
    return faultless_weeks[0]
