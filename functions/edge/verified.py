"""What everybody may know of a school: is it licensed, may it sell, is it on a list, is its families' money safe."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from functions.edge import held_bands
from functions.edge.held_bands import Band
from shared.filings.inspections import STANDING_NAMES, Inspected
from shared.filings.store import inspections
from shared.funds import queries as funds
from shared.funds.model import State
from shared.funds.totals_model import Totals
from shared.institutions import store as institutions
from shared.institutions.model import (
    BAR_NAMES,
    STATUS_NAMES,
    VALIDITY_NAMES,
    BarKind,
    Institution,
    Status,
    Validity,
)
from shared.kernel import clock
from shared.kernel.ids import InstitutionId
from shared.listings import store as listings
from shared.listings.model import Listing, ListName
from shared.listings.plaques import PlaqueReplaced
from shared.listings.store import plaques
from shared.policy import queries as policies


class Money(StrEnum):
    """How the money that families have paid in advance stands, without an amount."""

    SAFE = "safe"
    LOW = "low"
    SHORT = "short"
    FROZEN = "frozen"
    NOT_SUPERVISED = "not_supervised"


MONEY_NAMES = {
    Money.SAFE: (
        "预收费在银行监管中，最低余额达标",
        "Prepaid tuition is in bank supervision; the minimum balance is there",
    ),
    Money.LOW: (
        "预收费在银行监管中，最低余额偏低",
        "Prepaid tuition is in bank supervision; the minimum balance is low",
    ),
    Money.SHORT: (
        "最低余额不足（机构应当留存的保证资金）",
        "The minimum balance, which a school keeps as a guarantee, is short",
    ),
    Money.FROZEN: ("资金已冻结，停止拨付", "The money is frozen: nothing is paid out"),
    Money.NOT_SUPERVISED: (
        "尚未开立监管账户，不得收取学费",
        "It has no supervised account yet, so it may take no tuition",
    ),
}


class Coverage(StrEnum):
    """Whether a school's minimum balance is there (达标), with what it has beyond it left out."""

    MET = "met"
    NEARLY_SHORT = "nearly_short"
    SHORT = "short"


COVERAGE_NAMES = {
    Coverage.MET: ("最低余额达标", "The minimum balance is there"),
    Coverage.NEARLY_SHORT: ("最低余额达标，余量很少", "The minimum balance is there, with little to spare"),
    Coverage.SHORT: ("最低余额不足", "The minimum balance is short"),
}


_TROUBLED = (Money.SHORT, Money.FROZEN, Money.NOT_SUPERVISED)


class Verdict(StrEnum):
    """What a parent needs to know: caution is a school that may sell and against which something public speaks."""

    LEGAL = "legal"
    CAUTION = "caution"
    STOP = "stop"


VERDICT_NAMES = {
    Verdict.LEGAL: ("合法，可以招生", "Legal: it may take on students"),
    Verdict.CAUTION: (
        "可以招生，但存在问题，请谨慎缴费",
        "It may take on students, but something is wrong: think before you pay",
    ),
    Verdict.STOP: ("目前不可招生，请勿缴费", "It may not take on students now: don't pay"),
}


@dataclass(frozen=True)
class Verified:
    """A school as everybody may know it on a day. `held` and `coverage` are None where it has no accounts yet."""

    school: Institution
    listing: Listing
    money: Money
    today: date
    inspected: Inspected | None = None
    held: Band | None = None
    coverage: Coverage | None = None

    @property
    def legal(self) -> bool:
        """Whether it may sell today."""
        return self.school.may_sell_on(self.today)

    @property
    def verdict(self) -> Verdict:
        """One answer, which `reasons` explain."""
        if not self.legal:
            return Verdict.STOP
        return Verdict.CAUTION if self.reasons else Verdict.LEGAL

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """What speaks against the school, by what is public of it; the gravest first, in Chinese and English."""
        school, bars = self.school, self.school.barred_on(self.today)
        told = [] if school.status is Status.LICENSED else [STATUS_NAMES[school.status]]
        told += [self._barred(bar.kind) for bar in bars]
        told += [_expired(one) for one in school.validities if one.stops_sales and one.last_day < self.today]
        said = school.status.ending or any(bar.kind is BarKind.MINIMUM_OVERDUE for bar in bars)
        if self.money in _TROUBLED and not said:
            told.append(MONEY_NAMES[self.money])
        if self.inspected and not self.inspected.standing.passed:
            zh, en = STANDING_NAMES[self.inspected.standing]
            told.append((f"{self.inspected.year}年度{zh}", f"Annual inspection {self.inspected.year}: {en}"))
        return told

    def _barred(self, kind: BarKind) -> tuple[str, str]:
        zh, en = BAR_NAMES[kind]
        why = self.listing.reason if kind is BarKind.BLACKLIST and self.on is ListName.BLACK else ""
        return (f"{zh}：{why}", f"{en}: {why}") if why else (zh, en)

    @property
    def on(self) -> ListName | None:
        """The list that it is on today."""
        over = self.listing.until is not None and self.listing.until < self.today
        return None if over else self.listing.on


def _expired(paper: Validity) -> tuple[str, str]:
    zh, en = VALIDITY_NAMES[paper.kind]
    return f"{zh}已于{paper.last_day}到期", f"{en} expired on {paper.last_day}"


def schools(institution_ids: Sequence[InstitutionId], *, now: datetime) -> list[Verified]:
    """These schools, in this order; one that isn't there isn't in the answer. Five reads, however many there are."""
    found = institutions.get_many(institution_ids) if institution_ids else {}
    listed, minimums = listings.get_many(list(found)), funds.get_minimum_balances(list(found)) if found else {}
    totals = {one.institution_id: one for one in funds.get_totals_of(list(found))}
    policy, today = policies.in_force(at=now), clock.business_day(now)
    inspected = inspections.get_standings(list(found), today=today)
    told = []
    for iid in institution_ids:
        if (school := found.get(iid)) is None:
            continue
        level = policy.minimum_level(minimums[iid].balance_fen, minimums[iid].required_fen)
        money = {"calm": Money.SAFE, "yellow": Money.LOW, "red": Money.SHORT}[level]
        if any(bar.kind is BarKind.MINIMUM_OVERDUE for bar in school.barred_on(today)):
            money = Money.SHORT
        if school.frozen or school.status.ending:
            money = Money.FROZEN
        if not school.accounts.opened:
            money = Money.NOT_SUPERVISED
        opened = school.accounts.opened
        told.append(
            Verified(
                school=school,
                listing=listed.get(iid, Listing(iid)),
                money=money,
                today=today,
                inspected=inspected.get(iid),
                held=held_bands.band(_held_fen(totals.get(iid)), policy) if opened else None,
                coverage=_COVERAGE[level] if opened else None,
            )
        )
    return told


_COVERAGE = {"calm": Coverage.MET, "yellow": Coverage.NEARLY_SHORT, "red": Coverage.SHORT}


def _held_fen(totals: Totals | None) -> int:
    """What the bank holds of families' money: paid and not taught, or on its way back to them."""
    return sum(totals.by_state.get(state, 0) for state in (State.HELD, State.REFUND_PENDING)) if totals else 0


def of_plaque(plaque_id: str, *, now: datetime) -> Verified:
    """The school whose valid plaque this is. Raises UnknownPlaque for a forged one, PlaqueReplaced for a void one."""
    plaque = plaques.get(plaque_id)
    if plaque.replaced_at is not None:
        raise PlaqueReplaced(day=clock.business_day(plaque.replaced_at))
    return schools([plaque.institution_id], now=now)[0]
