"""What a stream sums up of the entries: a school's totals and its days. And what a school still owes, by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from shared.funds.model import State
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen


@dataclass(frozen=True)
class Totals:
    """A school's money by state, as the stream has summed it up so far (see `entries_counted`)."""

    institution_id: InstitutionId
    by_state: Mapping[State, int]
    deposited_fen: int = 0
    released_fen: int = 0
    paid_out_fen: int = 0
    refunded_fen: int = 0
    payouts_counted: int = 0
    entries_counted: int = 0
    counted_through: datetime | None = None

    @property
    def tuition_balance_fen(self) -> Fen:
        """What should be in the school's tuition account."""
        of_enrolments = (State.HELD, State.REFUND_PENDING)
        states = (*of_enrolments, State.PAYABLE, State.IN_TRANSIT, State.SUSPENSE, State.INTEREST)
        return Fen(sum(self.by_state.get(state, 0) for state in states))


@dataclass(frozen=True)
class District:
    """The money of all schools together, by state, as the stream has summed it up so far."""

    by_state: Mapping[State, int]
    counted_through: datetime | None


@dataclass(frozen=True)
class Outstanding:
    """What a school still owes or is owed, from its enrolments, its minimum balance and its totals at one look.

    `behind`: the totals haven't counted everything that the enrolments have booked. `unsettled` enrolments hold money
    or wait for an answer of the bank, `awaiting` ones may still be paid.
    """

    totals: Totals
    minimum_fen: Fen
    enrolments: int
    unsettled: int
    awaiting: int
    held_fen: Fen
    pending_fen: Fen
    refunded_fen: Fen
    behind: bool


@dataclass(frozen=True)
class Day:
    """What moved on one business day, or in the month that begins with it; the lessons' are counts."""

    day: date
    deposited_fen: int = 0
    released_fen: int = 0
    paid_out_fen: int = 0
    refunded_fen: int = 0
    lessons_released: int = 0
    lessons_by_silence: int = 0

    def __add__(self, other: "Day") -> "Day":
        """Both together, under the first one's day."""
        return Day(
            self.day,
            self.deposited_fen + other.deposited_fen,
            self.released_fen + other.released_fen,
            self.paid_out_fen + other.paid_out_fen,
            self.refunded_fen + other.refunded_fen,
            self.lessons_released + other.lessons_released,
            self.lessons_by_silence + other.lessons_by_silence,
        )
