"""How a credit of interest divides among those whose money earned it. Pure; exact, and to the fen in all.

docs/algorithms/interest.md has a worked example.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor, lcm

from shared.funds import accrual
from shared.funds.accrual import FenDays
from shared.funds.interest_model import Plan, Share
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from shared.policy.interest import interest_terms, segment_of, segments


@dataclass(frozen=True)
class Claim:
    """An enrolment's fen × days, by segment: all of the period's; what isn't credited yet, of it and of earlier ones.

    Of a period that is credited for the first time, all is in both.
    """

    enrolment_id: EnrolmentId
    of_period: FenDays
    open: FenDays

    @property
    def fen_days(self) -> FenDays:
        """What it is weighed by."""
        return {**self.open, **self.of_period}


def plan(*, amount_fen: Fen, first: date, end: date, account: FenDays, claims: Sequence[Claim]) -> Plan:
    """Who gets what of a credit for the days from `first` to before `end`.

    `account` is what was in the bank's account in these days. What of it belonged to no enrolment is the school's own.
    Everybody's weight is what her fen × days earn by the agreed rates. Raises NoAgreedRate.
    """
    for begins, _ in segments(first, end):
        interest_terms(on=max(begins, first))
    own = Counter(account)
    for claim in claims:
        own.subtract(claim.of_period)
    weights = [max(accrual.earned(claim.fen_days), Fraction(0)) for claim in claims]
    weights.append(max(accrual.earned(own), Fraction(0)))
    *parts, own_fen = largest_remainder(amount_fen, weights) if any(weights) else [*[0] * len(claims), amount_fen]
    shares = [Share(claim.enrolment_id, Fen(part), claim.open) for claim, part in zip(claims, parts, strict=True)]
    return Plan(
        shares=tuple(share for share in shares if share.amount_fen),
        own_fen=Fen(own_fen),
        expected_fen=Fen(floor(accrual.earned(account) + Fraction(1, 2))),
        claimants=sum(weight > 0 for weight in weights),
    )


def largest_remainder(amount_fen: int, weights: Sequence[Fraction]) -> list[int]:
    """`amount_fen` divided in proportion to weights (at least one isn't 0): the parts add up to it exactly.

    Each gets its part rounded down; the fen that are left go one each to the largest remainders, of equal ones to the
    first.
    """
    scale = lcm(*(weight.denominator for weight in weights))
    whole = [int(weight * scale) for weight in weights]
    total = sum(whole)
    parts = [amount_fen * weight // total for weight in whole]
    by_remainder = sorted(range(len(whole)), key=lambda one: (-(amount_fen * whole[one] % total), one))
    for one in by_remainder[: amount_fen - sum(parts)]:
        parts[one] += 1
    return parts


def account_days(*, opening_fen: int, net_fen: Mapping[date, int], first: date, end: date) -> FenDays:
    """An account's fen × days by segment, from `first` to before `end`.

    `opening_fen` is what was in it before, `net_fen` by how much it grew on each day that anything moved on.
    """
    found: Counter[date] = Counter()
    balance = opening_fen
    for day in (first + timedelta(number) for number in range((end - first).days)):
        balance += net_fen.get(day, 0)
        found[segment_of(day)[0]] += balance
    return found
