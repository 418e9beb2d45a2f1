"""What others may ask of covers: the reads of the store, and how they stand."""

from datetime import datetime, timedelta

from shared.insurance import model, rules
from shared.insurance.store import NoCover, count, find, get, get_many, list_by_status, list_due

__all__ = ["NoCover", "count", "find", "get", "get_many", "list_by_status", "list_due", "standing"]


def standing(*, late_hours: int, now: datetime, at_most: int) -> model.Standing:
    """How covers stand; no more than `at_most` of a status are counted. `late`: they wait for over `late_hours`."""
    before = now - timedelta(hours=late_hours)
    late = sum(count(status, at_most=at_most, before=before) for status in rules.OPEN)
    return model.Standing({status: count(status, at_most=at_most) for status in model.CoverStatus}, late)
