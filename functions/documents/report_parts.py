"""What the bureau's reports share: a school in a period, columns, notes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.documents.model import Column, Kind
from shared.funds.model import State
from shared.funds.periods import Period
from shared.funds.refund_model import Refund
from shared.funds.totals_model import Day
from shared.institutions.model import Institution
from shared.kernel import clock

T = Callable[[str, str], str]
_UNDER_SUPERVISION = (State.HELD, State.REFUND_PENDING, State.PAYABLE, State.IN_TRANSIT, State.SUSPENSE, State.INTEREST)


@dataclass(frozen=True)
class OfSchool:
    """A school in a period: what moved, what stands in each state at its end, and what it must keep then."""

    school: Institution
    moved: Day
    at_end: Mapping[State, int]
    required_fen: int = 0
    refunds: Sequence[Refund] = ()

    @property
    def liability_fen(self) -> int:
        """What it owes to families (预收费负债): paid and not taught, or on its way back to them."""
        return self.at_end[State.HELD] + self.at_end[State.REFUND_PENDING]

    @property
    def supervised_fen(self) -> int:
        """All that is in its tuition account."""
        return sum(self.at_end[state] for state in _UNDER_SUPERVISION)


def words(language: str) -> T:
    """One of two words, in the language of a report."""
    return lambda zh, en: en if language == "en" else zh


def school(t: T) -> Column:
    """The column of the schools' names."""
    return Column(t("机构", "School"), Kind.TEXT, 44)


def yuan(*titles: str) -> list[Column]:
    """Columns of amounts."""
    return [Column(title, Kind.YUAN, 30) for title in titles]


def nothing(t: T) -> str:
    """What is said of a district without schools."""
    return t("没有登记的机构。", "No school is on file.")


def percent(part: int, whole: int) -> str:
    """`part` of `whole` in percent with one decimal, rounded down; a dash where there is no whole."""
    return f"{part * 1000 // whole / 10:.1f} %" if whole > 0 else "–"


def facts(t: T, period: Period, schools: int) -> list[tuple[str, str]]:
    """What a report is of."""
    span = f"{period.first} {t('至', 'to')} {period.last}"
    return [(t("期间", "Period"), span), (t("机构", "Schools"), str(schools))]


def notes(t: T, period: Period, now: datetime) -> list[str]:
    """How its figures count."""
    basis = t("按记账日统计；期末为期间最后一日终了。", "By day of booking; the end is that of the period's last day.")
    if period.last < clock.business_day(now):
        return [basis]
    return [basis, t("期间尚未结束，为截至制表时的数字。", "The period isn't over: these are the figures so far.")]
