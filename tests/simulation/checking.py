"""The invariants after each step, without what can't have changed since the last one.

A check is a pure function of what it reads of the books. So it is made again when something that it read is another,
and not otherwise. Those of one enrolment each, or of one entry each, read nothing else: what they say of the books is
what they say of each enrolment, so they are made of those that are not as they were. A history ends with every check of
everything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any

from shared.funds import enrolment_invariants, interest_invariants, invariants, seal_invariants
from shared.funds.store.books import Books

Check = Callable[[Books], Iterator[str]]

OF_ONE_ENROLMENT: tuple[Check, ...] = (
    invariants.legs_sum_to_zero,
    enrolment_invariants.balances_are_folds,
    interest_invariants.fen_days_are_folds,
    enrolment_invariants.enrolment_equation,
    enrolment_invariants.lesson_once,
    enrolment_invariants.arrears_are_owed,
    enrolment_invariants.no_fen_stranded,
    invariants.effective_not_after_booking,
    invariants.closed_days_take_corrections_only,
    seal_invariants.chains_are_unbroken,
    enrolment_invariants.sold_within_policy,
)
_THEY_READ = {"accounts", "entries"}


class Checking:
    """What the checks said of the books that they were last shown."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = checks
        self._books: Books | None = None
        self._read: dict[Check, set[str]] = {}
        self._said: dict[str, list[str]] = {}

    def violations(self, books: Books) -> Mapping[str, Sequence[str]]:
        """What each check finds in the books, as they are now; nothing was found in them last time."""
        assert not any(self._said.values()), self._said
        if books is self._books:
            return {}
        changed = _changed(self._books, books)
        part = _that_changed(self._books, books) if changed & _THEY_READ else None
        for check in self._checks:
            if check in OF_ONE_ENROLMENT:
                if part is not None:
                    self._make(check, part)
                    assert self._read[check] <= _THEY_READ, f"{check.__name__} reads {self._read[check]}"
            elif check not in self._read or self._read[check] & changed:
                self._make(check, books)
        self._books = books
        return self._said

    def _make(self, check: Check, books: Books) -> None:
        watched: Any = _Watched(books)
        self._said[check.__name__] = list(check(watched))
        self._read[check] = watched.read


class _Watched:
    """Books that remember which of their lists were read."""

    def __init__(self, books: Books) -> None:
        self.read: set[str] = set()
        self._books = books

    def __getattr__(self, name: str) -> Any:
        method = getattr(Books, name, None)
        if callable(method):
            return partial(method, self)
        self.read.add(name)
        return getattr(self._books, name)


def _changed(before: Books | None, after: Books) -> set[str]:
    """The lists that aren't as they were."""
    names = [one.name for one in fields(Books)]
    return {name for name in names if before is None or getattr(before, name) != getattr(after, name)}


def _that_changed(before: Books | None, after: Books) -> Books:
    """The enrolments with an account or an entry that is new, another, or gone; and such entries of no enrolment."""
    if before is None:
        return after
    was, now = _by_id(before), _by_id(after)
    others = {key: one for key, one in (was | now).items() if key not in was or key not in now}
    whose = {one.enrolment_id for one in others.values()} - {None}
    part: dict[str, Any] = {one.name: () for one in fields(Books) if one.name not in ("bank_balances", "stopped")}
    part["accounts"] = [one for one in after.accounts if one.enrolment_id in whose]
    part["entries"] = [one for one in after.entries if one.enrolment_id in whose or id(one) in others]
    return replace(after, **part)


def _by_id(books: Books) -> dict[int, Any]:
    return {id(one): one for one in (*books.accounts, *books.entries)}
