"""One page of a list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows, and the opaque cursor of the next page (None on the last)."""

    rows: Sequence[T]
    next_cursor: str | None = None

    def map(self, change: Callable[[T], U]) -> "Page[U]":
        """The same page with each row changed."""
        return Page([change(row) for row in self.rows], self.next_cursor)
