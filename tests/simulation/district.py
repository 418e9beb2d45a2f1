"""The district that every history begins in: two schools, a class each, five families; and the world around it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from events import facts
from functions.api import bank as bank_door
from functions.edge import covers, logs, wiring
from shared.dynamo import rows, transaction
from shared.funds.store import sweeps
from shared.kernel.ids import CourseId, EnrolmentId, OfferingId
from shared.kernel.money import Fen
from shared.mall import model as mall
from shared.mall import store as mall_store
from shared.teaching import model as teaching
from shared.teaching import usecases as teaching_usecases
from tests import builders, steps
from tests.builders import NOW, an_id
from tests.edge.conftest import SEAL_KEY
from tests.edge.doors import Clock
from tests.memory.engine import Items
from tests.simulation import quick_rows
from tests.simulation.bank import Bank
from tests.simulation.engine import Engine
from tests.simulation.insurer import Insurer
from tests.tables import CREDENTIALS

SCHOOLS, SESSIONS, SEATS = (1, 2), 4, 4
SOLD = {1: 1, 2: 1, 3: 1, 4: 2, 5: 2}  # the enrolments that every history begins with, and their schools
PRICE, LESSONS = 1000, 3

engine = Engine()
clock = Clock(NOW)
banks = [Bank()]  # the last is the one that is instructed
insurers = [Insurer()]  # and the last of these
beginning: list[tuple[dict[str, Items], Bank]] = []


@contextmanager
def prepared() -> Iterator[None]:
    """Everything of the functions' that reaches outside reaches the simulation."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**CREDENTIALS, "SEAL_KEY": SEAL_KEY}.items():
            patch.setenv(name, value)
        rows.connect(None)
        engine.stand_in_for(rows.connection().client)
        quick_rows.stand_in(patch)
        patch.setattr(transaction, "pause", lambda attempt: None)
        patch.setattr(logs, "logger", _Silent)
        patch.setattr(wiring, "_clock", clock)
        patch.setattr(wiring, "bank", lambda: banks[-1])
        patch.setattr(wiring, "insurer", lambda: insurers[-1])
        engine.clear()
        clock.now = NOW  # a history that was lived before has moved it
        bank = Bank()
        _put_district()
        _sell(bank)
        sweeps.keep({}, now=NOW - timedelta(hours=7))
        engine.streams.clear()
        beginning[:] = [(engine.copy(), bank)]
        yield
    rows.connect(None)


class _Silent:
    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *told, **figures: None


def _put_district() -> None:
    """Two schools, each with one class of few seats and a few sessions that are over."""
    for number in SCHOOLS:
        school = steps.register(number, required_fen=1000)
        course = builders.a_course(
            course_id=an_id("crs", number), institution_id=school.institution_id, price_fen=Fen(PRICE), lessons=LESSONS
        )
        steps.put_on_sale(
            course,
            offering_id=an_id("off", number),
            seats=SEATS,
            seats_left=SEATS,
            starts_on=NOW.date() + timedelta(29),
        )
        teaching_usecases.schedule_class(sessions=[session_of(number, session) for session in range(1, SESSIONS + 1)])


def _sell(bank: Bank) -> None:
    """Every enrolment is sold, and all but the last are paid: one of them in two parts."""
    for number, school in SOLD.items():
        offering = class_of(school)
        seller = mall.Seller(offering.institution_id, builders.a_tuition_account(school).account_no)
        steps.enrol(offering, number, seller=seller)
        for amount in {2: (400, 600), max(SOLD): ()}.get(number, (PRICE,)):
            fact = deposit_of(bank, school, amount, number)
            bank.receives(fact)
            bank_door.act(fact)
            bank.acknowledged(fact)
    for school in SCHOOLS:
        account_no = builders.a_school(school).accounts.minimum_balance_account_no
        fact = builders.a_deposit(3000, bank_reference=f"BKI{len(bank.moves):06d}", account_no=account_no)
        bank.receives(fact)
        bank_door.act(fact)
        bank.acknowledged(fact)
    steps.count_all()
    for number in SOLD:
        covers.follow(id_of(number))


def deposit_of(bank: Bank, school: int, amount: int, enrolment: int) -> facts.DepositPosted:
    return builders.a_deposit(
        amount,
        bank_reference=f"BKI{len(bank.moves):06d}",
        account_no=builders.a_tuition_account(school).account_no,
        remittance=f"学费{reference_of(enrolment)}",
        booked_at=clock(),
    )


def session_of(school: int, number: int) -> teaching.Session:
    return builders.a_session(
        number,
        session_id=an_id("ses", 10 * school + number),
        offering_id=an_id("off", school),
        course_id=an_id("crs", school),
        institution_id=an_id("ins", school),
    )


def class_of(school: int) -> mall.Offering:
    course = mall_store.get_course(CourseId(an_id("crs", school)))
    return mall_store.find_offering(course, OfferingId(an_id("off", school)))


def id_of(enrolment: int) -> EnrolmentId:
    return EnrolmentId(an_id("enr", enrolment))


def reference_of(enrolment: int) -> str:
    return id_of(enrolment).removeprefix("enr_")


def number_of(enrolment_id: str) -> int:
    return int(enrolment_id[-6:])
