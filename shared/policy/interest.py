"""The agreed rates of interest, read from `policy.toml`, and the segments that they cut time into.

A segment is a run of days that earn alike and are credited together: it begins with new terms, with the day after terms
have ended, or with the day after a credit day. All periods are given by their first day and the first day after them.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from shared.kernel import errors
from shared.policy.file import record
from shared.policy.model import Beneficiary, InterestTerms

_A_DAY = timedelta(days=1)


class NoAgreedRate(errors.Conflict):
    code = "no_agreed_rate"
    zh = "{day} 没有约定的利率，不能分配这一天的利息。"
    en = "No rate of interest is agreed for {day}; its interest can't be distributed."


class WrongPeriod(errors.Conflict):
    code = "wrong_interest_period"
    zh = "{first} 至 {last} 不是约定的结息期，不能分配。"
    en = "{first} to {last} isn't a period for which interest is agreed to be credited."


@cache
def all_terms() -> tuple[InterestTerms, ...]:
    """All terms, oldest first."""
    told = [
        InterestTerms(
            **{
                **one,
                "until": one.get("until"),
                "credit_months": tuple(one["credit_months"]),
                "beneficiary": Beneficiary(one["beneficiary"]),
            }
        )
        for one in record().get("interest", [])
    ]
    return tuple(sorted(told, key=lambda terms: terms.effective_from))


def interest_terms(*, on: date) -> InterestTerms:
    """The terms in force on a business day. Raises NoAgreedRate."""
    found = _find(on)
    if found is None:
        raise NoAgreedRate(day=on.isoformat())
    return found


def segments(first: date, end: date) -> Iterator[tuple[date, int]]:
    """The days from `first` to before `end`, by segment: the segment's first day, and how many of the days are in it.

    Days before the first terms are one segment, which begins at `date.min`.
    """
    while first < end:
        begins, ends = segment_of(first)
        ends = min(ends, end)
        yield begins, (ends - first).days
        first = ends


def segment_of(day: date) -> tuple[date, date]:
    """The segment of a day: its first day, and the first day after it."""
    terms = _find(day)
    begun = [one.effective_from for one in all_terms()]
    ended = [one.until + _A_DAY for one in all_terms() if one.until is not None]
    cuts = sorted({*begun, *ended, *(_credit_cuts(terms, day) if terms else ())})
    before = [cut for cut in cuts if cut <= day]
    after = [cut for cut in cuts if cut > day]
    return before[-1] if before else date.min, after[0] if after else date.max


def credit_period(*, first: date, last: date) -> tuple[date, date]:
    """The period that the bank credits through `last`: its first day, and the first day after it.

    `first` may be later than the period's first day, as for an account that was opened in it. Raises WrongPeriod when
    `last` is no credit day or `first` isn't in its period, NoAgreedRate.
    """
    cuts = sorted(_credit_cuts(interest_terms(on=last), last))
    end = last + _A_DAY
    if end not in cuts or not cuts[cuts.index(end) - 1] <= first <= last:
        raise WrongPeriod(first=first.isoformat(), last=last.isoformat())
    return cuts[cuts.index(end) - 1], end


def _find(day: date) -> InterestTerms | None:
    for terms in reversed(all_terms()):
        if terms.effective_from <= day:
            return None if terms.until is not None and terms.until < day else terms
    return None


def _credit_cuts(terms: InterestTerms, day: date) -> list[date]:
    """The days after the credit days around a day."""
    years = (day.year - 1, day.year, day.year + 1)
    return [date(year, month, terms.credit_day) + _A_DAY for year in years for month in terms.credit_months]
