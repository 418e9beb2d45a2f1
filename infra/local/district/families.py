"""Families, what they enrol in, and how they behave: what a term's story is told from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from infra.local.district import names
from infra.local.district.schools import SECOND_HALF, Class, School


class Paying(StrEnum):
    """How a family pays. TOGETHER: one transfer for both of its children. WECHAT: story_wechat.py."""

    EXACTLY = "exactly"
    IN_TWO = "in_two"
    TOO_MUCH = "too_much"
    WRONG_REFERENCE = "wrong_reference"
    LATE = "late"
    NEVER = "never"
    TOGETHER = "together"
    WECHAT = "wechat"


class Confirming(StrEnum):
    """How a guardian confirms."""

    WEEKLY = "weekly"
    TWICE = "twice"
    SILENT = "silent"
    DISPUTES_ONE = "disputes_one"


@dataclass(frozen=True)
class Child:
    """A child: name, month of birth."""

    name: str
    birth_month: str


@dataclass(frozen=True)
class Family:
    """A guardian with a WeChat account, a bank account and children."""

    number: int
    openid: str
    guardian_name: str
    account_no: str
    children: tuple[Child, ...]


@dataclass(frozen=True)
class Plan:
    """One enrolment as it will come about. `missed`: the numbers of the lessons that the child misses."""

    number: int
    family: Family
    child: int
    taken: Class
    days_before_term: int
    paying: Paying
    confirming: Confirming
    missed: frozenset[int]

    @property
    def enrols_on(self) -> date:
        """The day on which the family enrols."""
        return self.taken.offering.starts_on - timedelta(days=self.days_before_term)


_YEAR = 2026
_PAYING = {
    **dict.fromkeys((7, 9), Paying.WECHAT),
    5: Paying.IN_TWO,
    17: Paying.TOO_MUCH,
    23: Paying.WRONG_REFERENCE,
    31: Paying.LATE,
    41: Paying.NEVER,
}
_CONFIRMING = {3: Confirming.TWICE, **dict.fromkeys((5, 7, 11, 13, 17), Confirming.SILENT), 19: Confirming.DISPUTES_ONE}
_NEEDED = 3
_SOON_ENOUGH = 7
_LOOKED_AT = 3  # of the classes that suit, a family looks at these, and takes the one that most have taken


def generate(random: Random, count: int = 100) -> tuple[Family, ...]:
    """Families with one child, every fourth with two."""
    return tuple(_family(number, random) for number in range(1, count + 1))


def _family(number: int, random: Random) -> Family:
    guardian = names.adult(random)
    children = tuple(
        Child(guardian[0] + random.choice(names.GIVEN), f"{random.randrange(2013, 2021)}-{random.randrange(1, 13):02d}")
        for _ in range(2 if number % 4 == 0 else 1)
    )
    return Family(number, f"openid-family-{number:04d}", guardian, names.account_no("6217", number), children)


def minimums(plans: Sequence[Plan]) -> dict[str, int]:
    """How many students each class needs to open: as many as will have paid in time, at least one, three at most.

    The one that is taken `in_vain` needs three.
    """
    found = {offering_id: max(1, min(_NEEDED, sum(map(_pays_in_time, some)))) for offering_id, some in _by_class(plans)}
    vain = in_vain(plans)
    return found if vain is None else {**found, vain: _NEEDED}


def in_vain(plans: Sequence[Plan]) -> str | None:
    """The first class that two families take and pay at once, and no other: it isn't opened."""
    return next((offering_id for offering_id, some in _by_class(plans) if _are_two_who_pay(some)), None)


def _by_class(plans: Sequence[Plan]) -> list[tuple[str, list[Plan]]]:
    found: dict[str, list[Plan]] = {}
    for one in plans:
        found.setdefault(one.taken.offering.offering_id, []).append(one)
    return list(found.items())


def _are_two_who_pay(plans: Sequence[Plan]) -> bool:
    ordinary = all((one.paying, one.confirming) == (Paying.EXACTLY, Confirming.WEEKLY) for one in plans)
    return len(plans) == 2 and ordinary and plans[0].taken.offering.seats >= _NEEDED


def _pays_in_time(plan: Plan) -> bool:
    """Whether it is paid some days before the class starts, when it is decided whether that opens."""
    at_once = plan.paying in (Paying.EXACTLY, Paying.TOO_MUCH)
    soon = plan.paying in (Paying.IN_TWO, Paying.WECHAT, Paying.TOGETHER) and plan.days_before_term >= _SOON_ENOUGH
    return at_once or soon


def plan(schools: Sequence[School], families: Sequence[Family], random: Random) -> tuple[Plan, ...]:
    """One enrolment for each child, at a seat that is free at a time that the child is."""
    classes = [one for school in schools for one in school.classes if one.offering.starts_on < SECOND_HALF]
    left = {one.offering.offering_id: one.offering.seats for one in classes}
    plans: list[Plan] = []
    for family in families:
        for child in range(len(family.children)):
            age = _YEAR - int(family.children[child].birth_month[:4])
            free = [one for one in classes if left[one.offering.offering_id] and one.ages[0] <= age <= one.ages[1]]
            taken = min(random.sample(free, min(_LOOKED_AT, len(free))), key=lambda one: left[one.offering.offering_id])
            left[taken.offering.offering_id] -= 1
            plans.append(_plan(len(plans) + 1, family, child, taken, random))
    return tuple(plans)


def plan_siblings(schools: Sequence[School], plans: Sequence[Plan], random: Random) -> tuple[Plan, ...]:
    """Two children of one family in a class of the second half; none where no family has two of the right age.

    Neither takes another course of that category: a second one would be a renewal.
    """
    classes = [one for school in schools for one in school.classes if one.offering.starts_on >= SECOND_HALF]
    for family in dict.fromkeys(plan.family for plan in plans if len(plan.family.children) > 1):
        ages = [_YEAR - int(child.birth_month[:4]) for child in family.children]
        known = {plan.taken.course.category for plan in plans if plan.family is family}
        for one in classes:
            suits = all(one.ages[0] <= age <= one.ages[1] for age in ages) and one.offering.seats >= len(ages)
            if suits and one.course.category not in known:
                number = len(plans) + 1
                return tuple(
                    replace(
                        _plan(number + child, family, child, one, random),
                        days_before_term=10,
                        paying=Paying.TOGETHER,
                        confirming=Confirming.WEEKLY,
                    )
                    for child in range(len(ages))
                )
    return ()


def _plan(number: int, family: Family, child: int, taken: Class, random: Random) -> Plan:
    return Plan(
        number=number,
        family=family,
        child=child,
        taken=taken,
        days_before_term=random.randrange(4, 14),
        paying=_PAYING.get(number % 43, Paying.EXACTLY),
        confirming=_CONFIRMING.get(number % 20, Confirming.WEEKLY),
        missed=frozenset(one for one in range(1, taken.course.lessons + 1) if random.random() < 0.02),
    )
