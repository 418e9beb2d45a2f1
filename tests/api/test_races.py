"""What hundreds do at once, through the API's own server, on an engine that takes threads."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
import urllib3

from app import app
from functions.streams import release_lesson
from infra.local import trouble
from infra.local.doors import Answer, Caller
from infra.local.gateway import Gateway
from shared.funds import payouts
from shared.funds.payout_model import Payout
from shared.funds.store import accounts, entries
from shared.kernel import errors
from shared.kernel.ids import EnrolmentId, GuardianId, SessionId, StudentId
from shared.mall import model as mall
from shared.mall import store as mall_store
from shared.teaching import queries as teaching_queries
from shared.teaching import usecases as teaching
from tests import builders, letters, steps
from tests.builders import COURSE, OFFERING, SCHOOL, an_id
from tests.edge.doors import bearer, teacher_bearer
from tests.people import examples

pytestmark = pytest.mark.usefixtures("on_engine")
AT_ONCE = 20


@pytest.fixture
def url() -> Iterator[str]:
    """The API's address."""
    port = trouble.free_ports(1)
    gateway = Gateway(app, port=port)
    gateway.start()
    yield f"http://127.0.0.1:{port}"
    gateway.stop()


def together(act: Callable[[int], Answer], numbers: Iterable[int]) -> list[Answer]:
    """What is answered to each, twenty at a time."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(act, numbers))


def told(answers: Iterable[Answer]) -> Counter[Any]:
    """How often each status was answered, with the code of a problem."""
    return Counter((answer.status, answer.code) for answer in answers)


def a_guardian(url: str, number: int = 1) -> Caller:
    return Caller(url, bearer(an_id("grd", number)).removeprefix("Bearer "))


def with_children(count: int) -> None:
    for number in range(1, count + 1):
        student_id, guardian_id = StudentId(an_id("stu", number)), GuardianId(an_id("grd", number))
        examples.add_child(student_id, guardian_id=guardian_id)


def enrol(url: str, offering: mall.Offering, number: int, *, key: str = "enrol-0001") -> Answer:
    """The `number`-th guardian enrols her child."""
    wish = {
        "course_id": COURSE,
        "offering_id": OFFERING,
        "student_id": an_id("stu", number),
        "terms_hash": offering.terms_hash,
    }
    return a_guardian(url, number).call("POST", "/v1/enrolments", wish, key=key)


def enrolments_of_class() -> list[EnrolmentId]:
    return [account.enrolment_id for account in accounts.list_by_offering(SCHOOL, OFFERING)]


class TestEnrol:
    def test_200_guardians_race_for_30_seats_and_30_get_one(self, url: str) -> None:
        steps.register()
        offering = steps.put_on_sale(seats=30)
        with_children(200)

        answers = together(lambda number: enrol(url, offering, number), range(1, 201))

        assert told(answers) == {(201, ""): 30, (409, "class_sold_out"): 170}
        assert mall_store.get_course(COURSE).offerings[0].seats_left == 0
        sold = {answer.body["enrolment_id"] for answer in answers if answer.status == 201}
        assert set(enrolments_of_class()) == sold
        for number, answer in enumerate(answers, 1):  # who lost has no account, so there is nothing that she could pay
            mine = a_guardian(url, number).get("/v1/enrolments")["data"]
            assert len(mine) == (1 if answer.status == 201 else 0)
        assert not list(entries.scan())
        assert steps.violations() == {}

    def test_one_guardian_clicks_twenty_times_and_buys_once(self, url: str) -> None:
        steps.register()
        offering = steps.put_on_sale(seats=30)
        with_children(1)

        answers = together(lambda _: enrol(url, offering, 1), range(AT_ONCE))

        assert set(told(answers)) <= {(201, ""), (409, "in_flight")}
        [bought] = {answer.body["enrolment_id"] for answer in answers if answer.status == 201}
        assert enrolments_of_class() == [bought]
        assert mall_store.get_course(COURSE).offerings[0].seats_left == 29

    def test_twenty_orders_for_one_child_sell_one_seat(self, url: str) -> None:
        steps.register()
        offering = steps.put_on_sale(seats=30)
        with_children(1)

        answers = together(lambda number: enrol(url, offering, 1, key=f"enrol-{number:04d}"), range(AT_ONCE))

        sold = [answer for answer in answers if answer.status == 201]
        assert len(sold) == len(enrolments_of_class()) == 1
        assert {answer.code for answer in answers if answer.status != 201} <= {"already_enrolled", "try_again"}

    def test_once_the_school_is_suspended_nothing_is_sold(self, url: str) -> None:
        steps.register()
        offering = steps.put_on_sale(seats=60)
        with_children(60)
        suspended = Event()

        def enrol_or_suspend(number: int) -> Answer:
            if number == 30:
                steps.suspend()
                suspended.set()
            late = suspended.is_set()
            answer = enrol(url, offering, number)
            assert not (late and answer.status == 201), "sold after the suspension was committed"
            return answer

        answers = together(enrol_or_suspend, range(1, 61))

        made = told(answers)
        assert set(made) == {(201, ""), (409, "institution_not_selling")}
        assert len(enrolments_of_class()) == made[201, ""] == 60 - mall_store.get_course(COURSE).offerings[0].seats_left


class TestMoney:
    """Eight families pay, confirm and are released; everything comes several times, and at once."""

    FAMILIES = range(1, 9)

    def pay(self, url: str, number: int) -> Answer:
        """The bank's message of one family's deposit; the same one each time."""
        enrolment_id = an_id("enr", number)
        letter = letters.a_letter(
            bank_reference=f"BK{number:06d}", amount_fen=9_000, remittance=f"学费 {enrolment_id.removeprefix('enr_')}"
        )
        body = letters.written(letter)
        headers = letters.signed(body, message_id=f"msg_{number:04d}")
        told = urllib3.request(
            "POST",
            f"{url}/v1/bank/events",
            body=body,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        return Answer(told.status, told.json())

    def confirm(self, url: str, number: int, key: str) -> Answer:
        path = f"/v1/enrolments/{an_id('enr', number)}/lessons/{an_id('ses')}/confirmation"
        return a_guardian(url, number).call("POST", path, {}, key=key)

    def taught(self, url: str) -> None:
        """The teacher marks everybody present."""
        marks = [{"enrolment_id": an_id("enr", number), "outcome": "present"} for number in self.FAMILIES]
        path = f"/v1/school/offerings/{OFFERING}/sessions/{an_id('ses')}/attendance"
        Caller(url, teacher_bearer().removeprefix("Bearer ")).post(path, {"marks": marks}, key="mark-0001")

    def released(self) -> list[bool]:
        """What the stream function answers to each confirmed lesson, each brought three times at once."""
        lessons = [teaching_queries.find_lesson(one, SessionId(an_id("ses"))) for one in enrolments_of_class()]
        facts = [fact for lesson in lessons if lesson and (fact := teaching_queries.confirmed(lesson))]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(release_lesson.release, facts * 3))

    def built(self) -> Payout | None:
        """The school's payout, for the one who is first."""
        try:
            return steps.build_payout()
        except (errors.Unavailable, payouts.PayoutOutstanding):
            return None

    def test_is_moved_once_whatever_comes_how_often(self, url: str) -> None:
        steps.register()
        teaching.schedule_class(sessions=[builders.a_session()])
        for number in self.FAMILIES:
            steps.open_account(number, guardian_id=GuardianId(an_id("grd", number)), price_fen=9_000, lessons=9)

        paid = together(lambda number: self.pay(url, number), [*self.FAMILIES] * 5)
        self.taught(url)
        confirmed = together(lambda number: self.confirm(url, number % 8 + 1, f"confirm-{number % 16:04d}"), range(32))
        released = self.released()
        steps.count_all()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            built = list(threads.map(lambda _: self.built(), range(AT_ONCE)))

        assert set(told(paid)) <= {(200, ""), (503, "try_again")}
        assert set(told(confirmed)) <= {
            (201, ""),
            (409, "in_flight"),
            (409, "lesson_already_confirmed"),
            (503, "try_again"),
        }
        assert sum(released) == len(self.FAMILIES)
        assert [one.held_fen for one in accounts.list_by_offering(SCHOOL, OFFERING)] == [8_000] * 8
        assert [one.amount_fen for one in built if one] == [8 * 1_000]
        steps.count_all()
        assert Counter(entry.kind.value for entry in entries.scan()) == {"deposit": 8, "release": 8, "payout": 1}
        assert steps.violations() == {}
