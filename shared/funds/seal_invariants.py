"""What must hold of the seals of all the books: of entries, enrolment by enrolment, and of days. See invariants.py."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from shared.funds import chain, model, seals
from shared.funds.store.books import Books
from shared.kernel import clock


def chains_are_unbroken(books: Books) -> Iterator[str]:
    """13. Every entry's seal follows from it and from the one before it in its enrolment.

    Names the first of each enrolment that was altered, is missing, or stands in another's place.
    """
    heads = {account.enrolment_id: account.seal for account in books.accounts}
    for enrolment_id, of in books.of_enrolment().items():
        broken = _first_broken(of)
        if not broken and enrolment_id not in heads:
            broken = "its account is missing"
        elif not broken and (of[-1].seal if of else "") != heads[enrolment_id]:
            broken = f"what followed version {len(of)} is missing, or its account is altered"
        if broken:
            yield f"{enrolment_id}: {broken}"
    alone = (entry for entry in books.entries if entry.enrolment_id is None)
    yield from (f"{entry.key}: altered" for entry in alone if entry.seal != chain.seal("", entry))


def _first_broken(of: Sequence[model.Entry]) -> str:
    """What is the matter with the first entry, in the order of versions, that doesn't follow; "": nothing."""
    head = ""
    for version, entry in enumerate(of, 1):
        if entry.version > version:
            return f"version {version} is missing before {entry.key}"
        if entry.version < version:
            return f"{entry.key} is a second one of version {entry.version}"
        if entry.seal != chain.seal(head, entry):
            return f"{entry.key} at version {version} is altered, or stands in another's place"
        head = entry.seal
    return ""


def day_roots_extend(books: Books) -> Iterator[str]:
    """13. Each day's root is that of the entries booked on it and extends the last day's; no day is left out.

    Names the first entry of each day that was altered, is missing, was put in or moved.
    """
    booked: dict[date, list[model.Entry]] = defaultdict(list)
    for entry in books.entries:
        booked[clock.business_day(entry.booked_at)].append(entry)
    last: seals.DaySeal | None = None
    for one in sorted(books.seals, key=lambda one: one.day):
        if last is None:
            yield from (f"{day}: entries, and no seal" for day in sorted(booked) if day < one.day)
        elif one.day != last.day + timedelta(days=1):
            yield f"{last.day + timedelta(days=1)}: its seal is missing"
        if one.previous_root != (last.root if last else ""):
            yield f"{one.day}: its seal doesn't extend the last one"
        if found := seals.difference(one, booked[one.day]):
            yield found
        last = one


def seals_are_trusted(books: Books, keys: Sequence[str]) -> Iterator[str]:
    """13. Each day's seal was signed with one of these public keys (`whpk_…`): with none, whoever made it."""
    for one in sorted(books.seals, key=lambda one: one.day):
        if not seals.trusted(one, keys):
            yield f"{one.day}: its seal isn't signed with a key that is trusted"


def verify(books: Books, keys: Sequence[str]) -> list[str]:
    """All of it: every break that is found, the days' first."""
    return [*seals_are_trusted(books, keys), *day_roots_extend(books), *chains_are_unbroken(books)]
