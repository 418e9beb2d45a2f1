"""The ledger's invariants of what a stream copies and sums up, as checks over all the books (see invariants.py)."""

from collections import defaultdict
from collections.abc import Iterator

from shared.funds.model import Entry, State
from shared.funds.store import days
from shared.funds.store.books import Books
from shared.funds.totals_model import Totals
from shared.kernel.ids import InstitutionId


def journal_has_every_entry(books: Books) -> Iterator[str]:
    """15. The schools' journals have each entry as it was booked, once the streams have brought everything."""
    booked, copied = ({entry.key: entry for entry in of} for of in (books.entries, books.lines))
    different = [key for key in booked | copied if booked.get(key) != copied.get(key)]
    yield from (f"entry and journal differ in {key}" for key in sorted(different))


def totals_equal_journal(books: Books) -> Iterator[str]:
    """15. At every moment, a school's totals are exactly what its journal adds up to."""
    lines: dict[InstitutionId, list[Entry]] = defaultdict(list)
    for line in books.lines:
        lines[line.institution_id].append(line)
    counted = {one.institution_id: one for one in books.totals}
    for school, of in lines.items():
        told = counted.get(school, Totals(school, {}))
        for state in State:
            if sum(line.legs.get(state, 0) for line in of) != told.by_state.get(state, 0):
                yield f"{school}: {state} is counted as {told.by_state.get(state, 0)}"
        if told.entries_counted != len(of):
            yield f"{school}: {told.entries_counted} entries counted of {len(of)}"


def district_equals_schools(books: Books) -> Iterator[str]:
    """15. The district's months add up to the sum of the schools' totals, state by state."""
    months = [one.figures for one in books.days if one.of == days.DISTRICT and one.key[0] == "month"]
    for state in State:
        of_schools = sum(one.by_state.get(state, 0) for one in books.totals)
        into, out = days.names_of(state)
        of_district = sum(figures[into] - figures[out] for figures in months)
        if of_district != of_schools:
            yield f"{state}: {of_district} in the district, {of_schools} at its schools"


def days_equal_journal(books: Books) -> Iterator[str]:
    """15. Each day and month, of a school and of the district, is exactly what the journals add up to for it."""
    lines: dict[str, list[Entry]] = defaultdict(list)
    for line in books.lines:
        lines[line.institution_id].append(line)
    lines[days.DISTRICT] = list(books.lines)
    stored = {(one.of, one.key): one.figures for one in books.days}
    wanted = {(of, key): figures for of, told in lines.items() for key, figures in days.figures_of(told).items()}
    for of, key in stored.keys() | wanted.keys():
        if stored.get((of, key)) != wanted.get((of, key)):
            yield f"{key[1]} of {of}: {stored.get((of, key))}, its journal {wanted.get((of, key))}"
