"""The interest that the bank credits: its own terms, and its own sum over the daily balances of its own books.

It shares no code with ours, so that its figures can judge what we expect.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

RATE_PER_MILLION = 3_500  # 0.35 % a year
DAYS_IN_A_YEAR = 360
_MONTHS = (3, 6, 9, 12)
_DAY = 20


def last_period(today: date) -> tuple[date, date]:
    """The quarter that was over last before a day: its first day, and its last, a 20th."""
    years = (today.year - 2, today.year - 1, today.year)
    ends = [day for year in years for month in _MONTHS if (day := date(year, month, _DAY)) < today]
    return ends[-2] + timedelta(days=1), ends[-1]


def earned_fen(transactions: Iterable[Mapping[str, Any]], first: date, last: date) -> int:
    """What an account earns from a day to another, both in it: each evening's balance for a day, rounded at the end.

    Half a fen is rounded up. A balance below 0 earns nothing.
    """
    moved: dict[date, int] = defaultdict(int)
    for one in transactions:
        moved[date.fromisoformat(one["booked_at"][:10])] += one["amount_fen"]
    balance = sum(amount for day, amount in moved.items() if day < first)
    evenings = 0
    for number in range((last - first).days + 1):
        balance += moved.get(first + timedelta(days=number), 0)
        evenings += max(balance, 0)
    divisor = 1_000_000 * DAYS_IN_A_YEAR
    return (2 * evenings * RATE_PER_MILLION + divisor) // (2 * divisor)
