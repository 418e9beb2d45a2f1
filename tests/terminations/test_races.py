"""Twenty at once on an engine that takes threads: a school's termination against its deposits, releases and payouts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import pytest

from shared.approvals.model import Kind
from shared.funds.model import EntryKind
from shared.funds.store import accounts, entries
from shared.institutions import store as institutions
from shared.institutions import usecases as institution_usecases
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId
from shared.kernel.money import Fen
from shared.terminations import usecases
from shared.terminations.store import cases
from tests import steps
from tests.builders import NOW, SCHOOL, an_id

TEACHING, PAYING = range(1, 9), range(9, 15)
LESSONS, PRICE = 9, Fen(9_000)
FIRST_RELEASES = 20  # the termination begins in the middle of them


@dataclass
class Race:
    """What happened. `late` is what was done although it was begun after the termination had committed."""

    begin: Event = field(default_factory=Event)
    committed: Event = field(default_factory=Event)
    done: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)

    def attempt(self, what: str, act: Callable[[], object]) -> None:
        """Do it, again while the engine is too busy, until it is done or the school's money has stopped."""
        while True:
            after = self.committed.is_set()
            try:
                act()
            except errors.Unavailable:
                continue
            except institutions.ReleasesStopped:
                return
            self.done.append(what)
            if after:
                self.late.append(what)
            if len(self.done) >= FIRST_RELEASES:
                self.begin.set()
            return


def release_all(race: Race, number: int) -> None:
    """A family's lessons, one after the other."""
    for lesson in range(2, LESSONS + 1):
        race.attempt("release", lambda lesson=lesson: steps.release(lesson, enrolment=number))  # type: ignore[misc]


def pay(number: int) -> None:
    """A family's deposit, which a termination doesn't refuse."""
    while True:
        try:
            steps.pay(EnrolmentId(an_id("enr", number)), PRICE)
        except errors.Unavailable:
            continue
        return


def terminate(race: Race, number: int) -> None:
    """One of those who have it approved at the same time."""
    approval = steps.approval(Kind.TERMINATION, f"{SCHOOL}#{number}")
    case = usecases.opening(institution_id=SCHOOL, reason="终止", by="supervisor", now=NOW)
    assert race.begin.wait(timeout=60)
    while True:
        try:
            institution_usecases.begin_termination(
                institution_id=SCHOOL, reason="终止", by="supervisor", now=NOW, also=[approval, case]
            )
        except errors.Unavailable:
            continue
        except errors.Conflict:
            return
        race.opened.append(number)
        race.committed.set()
        return


def pay_out(race: Race) -> None:
    assert race.begin.wait(timeout=60)
    race.attempt("payout", steps.build_payout)


@pytest.mark.usefixtures("on_engine")
class TestTermination:
    def test_is_opened_once_and_lets_nothing_go_once_it_has_committed(self) -> None:
        steps.register()
        for number in (*TEACHING, *PAYING):
            paid = PRICE if number in TEACHING else 0
            steps.open_account(number, paid_fen=paid, price_fen=PRICE, lessons=LESSONS)
        for number in TEACHING:
            steps.release(1, enrolment=number)
        steps.count_all()
        race = Race()

        with ThreadPoolExecutor(20) as threads:
            made = [threads.submit(release_all, race, number) for number in TEACHING]
            made += [threads.submit(pay, number) for number in PAYING]
            made += [threads.submit(terminate, race, number) for number in range(4)]
            made += [threads.submit(pay_out, race) for _ in range(2)]
            for one in made:
                one.result()

        assert len(race.opened) == 1
        assert [case.institution_id for case in cases.list_open()] == [SCHOOL]
        assert institutions.get(SCHOOL).status == "terminating"
        latches = [institutions.LatchRow.get(f"latch#{SCHOOL}#{number:02d}", "latch") for number in range(16)]
        assert [(one.selling, one.releasing) for one in latches] == [(False, False)] * 16
        assert race.late == []
        booked = [entry.kind for entry in entries.scan()]
        assert booked.count(EntryKind.RELEASE) == race.done.count("release") + len(TEACHING)
        assert booked.count(EntryKind.DEPOSIT) == len(TEACHING) + len(PAYING)
        assert booked.count(EntryKind.PAYOUT) <= 1
        with pytest.raises(institutions.ReleasesStopped):
            steps.release(LESSONS, enrolment=_with_a_lesson_left())
        steps.count_all()
        assert steps.violations() == {}


def _with_a_lesson_left() -> int:
    """One of the families whose lessons the termination has overtaken."""
    left = [accounts.get(EnrolmentId(an_id("enr", number))).lessons_left for number in TEACHING]
    return next(number for number, lessons in zip(TEACHING, left, strict=True) if lessons)
