"""Random histories of a school: entries with all kinds of legs, some of them booked days after they took effect."""

from datetime import date, datetime, time, timedelta
from random import Random

from shared.funds.model import Entry, EntryKind, State
from shared.kernel import clock
from shared.kernel.ids import EnrolmentId, InstitutionId
from tests.builders import SCHOOL, TUITION_NO, an_id

FIRST = date(2026, 8, 20)
_MOVES = (
    (EntryKind.DEPOSIT, State.OUTSIDE, State.HELD),
    (EntryKind.RELEASE, State.HELD, State.PAYABLE),
    (EntryKind.PAYOUT, State.PAYABLE, State.IN_TRANSIT),
    (EntryKind.SETTLEMENT, State.IN_TRANSIT, State.OUTSIDE),
    (EntryKind.REFUND_HOLD, State.HELD, State.REFUND_PENDING),
    (EntryKind.REFUND_PAID, State.REFUND_PENDING, State.OUTSIDE),
    (EntryKind.MINIMUM_DEPOSIT, State.OUTSIDE, State.MINIMUM_BALANCE),
    (EntryKind.WITHDRAWAL, State.SUSPENSE, State.OUTSIDE),
)


def an_entry(
    number: int,
    booked_at: datetime,
    *,
    moved: tuple[EntryKind, State, State] = _MOVES[0],
    amount_fen: int = 100,
    effective_on: date | None = None,
    school: InstitutionId = SCHOOL,
) -> Entry:
    """The `number`-th entry of a history, for the first school unless told otherwise."""
    kind, source, target = moved
    return Entry(
        pk=f"bank#H{number:05d}",
        sk="entry",
        kind=kind,
        institution_id=school,
        account_no=TUITION_NO,
        legs={source: -amount_fen, target: amount_fen},
        reference=f"H{number:05d}",
        digest="d",
        booked_at=booked_at,
        effective_on=effective_on or clock.business_day(booked_at),
        enrolment_id=EnrolmentId(an_id("enr")),
        version=number,
    )


def a_history(seed: int, *, entries: int, days: int = 50, school: InstitutionId = SCHOOL) -> list[Entry]:
    """So many entries over so many days from FIRST, in the order of booking; half of them late."""
    chance = Random(seed)
    begins = datetime.combine(FIRST, time(), clock.SHANGHAI)
    moments = sorted(begins + timedelta(seconds=chance.randrange(days * 86_400)) for _ in range(entries))
    found = []
    for number, at in enumerate(moments, 1):
        late = chance.choice([0, 0, 1, chance.randrange(1, 20)])
        effective_on = max(clock.business_day(at) - timedelta(days=late), FIRST)
        amount = chance.choice([1, 99, 12_345, chance.randrange(1, 10**9)])
        moved = chance.choice(_MOVES)
        found.append(an_entry(number, at, moved=moved, amount_fen=amount, effective_on=effective_on, school=school))
    return found
