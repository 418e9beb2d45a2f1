from typing import Any

import pytest

from functions.edge import parked
from functions.streams import release_lesson
from shared.dynamo import rows
from shared.funds import queries as funds
from shared.kernel.ids import EnrolmentId, SessionId
from shared.teaching import model, queries, usecases
from shared.teaching.model import Due, LessonStatus
from tests import builders, steps, tables
from tests.builders import NOW, OFFERING, an_id
from tests.edge.doors import Clock
from tests.funds.budget import metered
from tests.streams.records import Record, a_record, deliver, poison, put_aside
from tests.tables import busy, conflicts, just_before, lost_answers
from tests.teaching import examples

pytestmark = pytest.mark.usefixtures("hurried")


@pytest.fixture
def client(in_memory: Any) -> Any:
    """Three families have paid 1,000 fen each, and each has confirmed her first lesson."""

    def put() -> None:
        steps.register()
        for number in (1, 2, 3):
            steps.open_account(number, paid_fen=1000)
            confirm(number)

    tables.put_in_memory(__name__, put)
    return in_memory


def confirm(number: int, *, session: int = 1) -> None:
    """The `number`-th family's lesson is taught and confirmed."""
    examples.claim(number=number, session=builders.a_session(session))
    usecases.confirm_lesson(
        enrolment_id=enrolment(number), offering_id=OFFERING, session_id=SessionId(an_id("ses", session)), now=NOW
    )


def enrolment(number: int) -> EnrolmentId:
    return EnrolmentId(an_id("enr", number))


def refunded_meanwhile(client: Any, number: int) -> Record:
    """A refund is held just before the teacher's mark is written, and the family confirms that lesson all the same."""
    steps.open_account(number, paid_fen=1000)
    with just_before("TransactWriteItems", lambda: steps.hold_back(number)):
        confirm(number)
    return confirmed(client, number)


def confirmed(client: Any, number: int, *, session: int = 1) -> Record:
    """The record of the `number`-th family's lesson as it is on file; it has the same number."""
    key = {"pk": {"S": enrolment(number)}, "sk": {"S": f"lesson#{an_id('ses', session)}"}}
    item = client.get_item(TableName=rows.table_name("teaching"), Key=key)["Item"]
    return a_record(dict(item), number=number, table="teaching", event_name="MODIFY")


def released() -> list[int]:
    """How many lessons each family's account has released."""
    return [funds.get_account(enrolment(number)).lessons_released for number in (1, 2, 3)]


def lesson(number: int = 1) -> model.Lesson:
    found = queries.find_lesson(enrolment(number), SessionId(an_id("ses")))
    assert found is not None
    return found


class TestReleaseLesson:
    def test_releases_a_share_and_notes_it_in_teaching(self, client: Any) -> None:
        assert deliver(release_lesson.release_lesson, [confirmed(client, 1)]) == []

        account = funds.get_account(enrolment(1))
        assert (account.held_fen, account.released_fen, account.lessons_released) == (667, 333, 1)
        assert lesson().status is LessonStatus.RELEASED
        steps.count_all()
        assert steps.violations() == {}

    def test_of_a_whole_batch_in_any_order(self, client: Any) -> None:
        batch = [confirmed(client, number) for number in (3, 1, 2)]

        assert deliver(release_lesson.release_lesson, batch) == []
        assert released() == [1, 1, 1]

    def test_that_comes_again_releases_nothing_more(self, client: Any) -> None:
        batch = [confirmed(client, number) for number in (1, 2)]
        deliver(release_lesson.release_lesson, batch)
        before = tables.dump_memory()

        assert deliver(release_lesson.release_lesson, batch[::-1] + batch) == []
        assert tables.dump_memory() == before

    def test_takes_one_read_and_one_write(self, client: Any) -> None:
        told = confirmed(client, 1)
        with metered() as cost:
            deliver(release_lesson.release_lesson, [told])

        assert (cost.reads, cost.writes, cost.items) == (["TransactGetItems"], ["TransactWriteItems"], 4)

    def test_notes_again_what_teaching_has_forgotten(self, client: Any) -> None:
        told = confirmed(client, 1)
        deliver(release_lesson.release_lesson, [told])
        client.put_item(TableName=rows.table_name("teaching"), Item=told["dynamodb"]["NewImage"])

        assert deliver(release_lesson.release_lesson, [told]) == []
        assert lesson().status is LessonStatus.RELEASED
        assert released() == [1, 0, 0]

    def test_of_a_lesson_that_is_not_confirmed_any_more_is_parked(self, client: Any) -> None:
        told = confirmed(client, 1)
        item = {**told["dynamodb"]["NewImage"], "status": {"S": "disputed"}}
        client.put_item(TableName=rows.table_name("teaching"), Item=item)

        assert deliver(release_lesson.release_lesson, [told]) == []
        assert [number for _, number, _ in put_aside()] == [1]
        assert released() == [0, 0, 0]

    def test_passes_over_what_is_not_a_confirmed_lesson(self, client: Any) -> None:
        session = {"pk": {"S": OFFERING}, "sk": {"S": f"session#{an_id('ses')}"}}
        told = confirmed(client, 1)
        told["dynamodb"]["NewImage"]["status"] = {"S": "taught"}
        before = tables.dump_memory()

        assert deliver(release_lesson.release_lesson, [a_record(session, table="teaching"), told]) == []
        assert tables.dump_memory() == before

    def test_parks_a_poison_record_and_goes_on(self, client: Any) -> None:
        bad = confirmed(client, 2)
        bad["dynamodb"]["NewImage"]["number"] = {"N": "many"}

        assert deliver(release_lesson.release_lesson, [confirmed(client, 1), bad, confirmed(client, 3)]) == []

        assert released() == [1, 0, 1]
        [(function, number, reason)] = put_aside()
        assert (function, number) == ("release_lesson", 2)
        assert reason
        [kept] = parked.list_parked(limit=9, cursor=None).rows
        assert (kept.record, kept.parked_at) == (bad, NOW)

    def test_parks_a_poison_record_once_however_often_it_comes(self, client: Any, at: Clock) -> None:
        bad = poison(2, table="teaching")
        bad["dynamodb"].pop("NewImage")
        for _ in range(3):
            assert deliver(release_lesson.release_lesson, [bad, confirmed(client, 1)]) == []
            at.pass_by(minutes=1)

        assert len(put_aside()) == 1
        assert released() == [1, 0, 0]

    def test_parks_what_the_ledger_refuses(self, client: Any) -> None:
        steps.open_account(4)
        confirm(4)

        assert deliver(release_lesson.release_lesson, [confirmed(client, 4), confirmed(client, 1)]) == []

        [(_, number, reason)] = put_aside()
        assert number == 4
        assert reason.startswith("NotActive: enrolment_not_active")
        assert released() == [1, 0, 0]

    def test_of_a_lesson_marked_after_its_share_was_refunded_notes_that(self, client: Any) -> None:
        told = refunded_meanwhile(client, 4)

        assert deliver(release_lesson.release_lesson, [told, confirmed(client, 1)]) == []

        assert (lesson(4).status, released()) == (LessonStatus.REFUNDED, [1, 0, 0])
        assert put_aside() == []
        assert queries.list_due(Due.RELEASE, until=NOW) == [(enrolment(n), SessionId(an_id("ses"))) for n in (2, 3)]
        steps.count_all()
        assert steps.violations() == {}

    def test_of_a_refunded_lesson_that_comes_again_or_late_changes_nothing(self, client: Any) -> None:
        told = refunded_meanwhile(client, 4)
        deliver(release_lesson.release_lesson, [told])
        before = tables.dump_memory()

        assert deliver(release_lesson.release_lesson, [told, told]) == []
        assert tables.dump_memory() == before

    def test_of_a_lesson_taught_before_the_refund_still_releases_its_share(self, client: Any) -> None:
        steps.hold_back(1, taught=[an_id("ses")])

        assert deliver(release_lesson.release_lesson, [confirmed(client, 1)]) == []
        assert (lesson(1).status, released()) == (LessonStatus.RELEASED, [1, 0, 0])

    def test_reports_what_can_not_be_done_now_and_only_that(self, client: Any) -> None:
        batch = [confirmed(client, number) for number in (1, 2, 3)]

        with conflicts("TransactWriteItems", times=8):  # all tries of the first
            assert deliver(release_lesson.release_lesson, batch) == [1]

        assert released() == [0, 1, 1]
        assert put_aside() == []
        assert deliver(release_lesson.release_lesson, batch) == []
        assert released() == [1, 1, 1]
        steps.count_all()
        assert steps.violations() == {}

    def test_reports_all_while_dynamodb_is_busy(self, client: Any) -> None:
        batch = [confirmed(client, number) for number in (1, 2)]

        with busy("TransactWriteItems"):
            assert deliver(release_lesson.release_lesson, batch) == [1, 2]
        assert released() == [0, 0, 0]

    def test_whose_answer_was_lost_is_done_once(self, client: Any) -> None:
        batch = [confirmed(client, 1)]
        with lost_answers("TransactWriteItems"):
            assert deliver(release_lesson.release_lesson, batch) == [1]

        assert deliver(release_lesson.release_lesson, batch) == []
        assert released() == [1, 0, 0]
        assert lesson().status is LessonStatus.RELEASED

    def test_of_a_frozen_school_stays_due(self, client: Any) -> None:
        steps.freeze()
        batch = [confirmed(client, 1)]

        assert deliver(release_lesson.release_lesson, batch) == []

        assert (released(), put_aside(), lesson().status) == ([0, 0, 0], [], LessonStatus.CONFIRMED)
        assert (enrolment(1), lesson().session_id) in queries.list_due(Due.RELEASE, until=NOW)
        steps.thaw()
        deliver(release_lesson.release_lesson, batch)
        assert released() == [1, 0, 0]

    def test_of_a_suspended_school_goes_on(self, client: Any) -> None:
        steps.suspend()

        deliver(release_lesson.release_lesson, [confirmed(client, 1)])

        assert released() == [1, 0, 0]

    def test_of_lessons_in_reverse_order_releases_the_remainder_with_the_last(self, client: Any) -> None:
        for session in (2, 3):
            confirm(1, session=session)
        batch = [confirmed(client, 1, session=session) for session in (3, 2, 1)]

        assert deliver(release_lesson.release_lesson, batch) == []

        account = funds.get_account(enrolment(1))
        assert (account.held_fen, account.released_fen, account.status.value) == (0, 1000, "completed")
        steps.count_all()
        assert steps.violations() == {}

    def test_of_nothing_does_nothing(self, in_memory: Any) -> None:
        assert deliver(release_lesson.release_lesson, []) == []
