"""Covers on their way to an insurer over HTTP, with everything that may go wrong there."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any

import pytest

from functions.edge import covers, wiring
from functions.schedules import issue_covers, sweep
from functions.streams import raise_alerts
from infra.local import trouble
from infra.local.insurer_faults import InsurerFault
from infra.local.insurer_simulator import Insurer
from shared.bank import signature
from shared.funds import reversals
from shared.insurance import queries, usecases
from shared.insurance.client import InsurerClient, InsurerRefused
from shared.insurance.model import Cover, CoverStatus, EndReason, Enrolment, Policy
from shared.kernel.ids import EnrolmentId, StudentId
from shared.people import consents
from shared.people.model import Student
from shared.people.store import families
from tests import builders, steps, tables
from tests.builders import ENROLMENT, NOW, an_id
from tests.edge.doors import Clock
from tests.schedules.running import run
from tests.streams.records import deliver, records_of
from tests.tables import killed_before

pytestmark = pytest.mark.usefixtures("hurried")

KEY = "whsec_d2Ugc2lnbiBvdXIgcmVxdWVzdHMgd2l0aCBpdA=="
NOTHING = {"end": 0, "issue": 0, "expiry": 0}


@pytest.fixture
def insurer(at: Clock, settings: pytest.MonkeyPatch) -> Iterator[Insurer]:
    """An insurer on a port of its own, which our requests go to."""
    made = Insurer(port=trouble.free_ports(1), key=KEY, clock=at)
    made.start()
    settings.setenv("INSURER_URL", made.site.url)
    settings.setenv("INSURER_SIGNING_KEY", KEY)
    clear = wiring.insurer.cache_clear  # a test may put another in its place
    clear()
    yield made
    clear()
    made.stop()


def put_paid() -> None:
    """Two enrolments, each paid, in a class from the 7th of September to the 30th of November."""
    steps.register()
    offering = steps.put_on_sale(builders.a_course(price_fen=1000, lessons=3))
    for number in (1, 2):
        steps.enrol(offering, number)
        steps.pay(builders.an_enrolment_made(number).enrolment_id, 1000)
    families.add_student(Student(StudentId(an_id("stu")), builders.GUARDIAN, "小示例", "2018-05", NOW, "2026-09"))


@pytest.fixture
def paid(in_memory: Any) -> Any:
    tables.put_in_memory(__name__, put_paid)
    return in_memory


@pytest.fixture
def noted(paid: Any) -> Any:
    """And the stream has brought it."""
    assert deliver(raise_alerts.raise_alerts, records_of(paid, "funds")) == []
    return paid


def cover(number: int = 1) -> Cover:
    return queries.get(EnrolmentId(an_id("enr", number)))


def policy(number: int = 1) -> Policy:
    found = cover(number).policy
    assert found is not None
    return found


def go() -> dict[str, int]:
    return run(issue_covers.issue_covers)


def days_of(clock: Clock, *, days: float) -> None:
    """Every quarter of an hour of so many days."""
    for _ in range(int(days * 96)):
        go()
        clock.pass_by(minutes=15)


def give_back(number: int = 1, *, client: Any) -> None:
    """Hold a refund of everything that isn't taught, and let the stream bring that."""
    steps.a_held_refund(number)
    assert deliver(raise_alerts.raise_alerts, records_of(client, "funds")) == []


class TestNoting:
    def test_a_matched_deposit_wants_a_cover_once_in_whatever_order_and_however_often(self, paid: Any) -> None:
        records = records_of(paid, "funds")

        for batch in (records[::-1], records, records[:1]):
            assert deliver(raise_alerts.raise_alerts, batch) == []

        assert [cover(number).version for number in (1, 2)] == [1, 1]
        assert cover().status is CoverStatus.WANTED

    def test_a_deposit_in_part_wants_none(self, in_memory: Any) -> None:
        steps.open_account()
        steps.pay(ENROLMENT, 400)

        deliver(raise_alerts.raise_alerts, records_of(in_memory, "funds"))

        assert queries.find(ENROLMENT) is None

    def test_a_refund_whose_record_overtakes_the_deposits(self, paid: Any, insurer: Insurer) -> None:
        steps.a_held_refund(1)
        records = records_of(paid, "funds")

        deliver(raise_alerts.raise_alerts, records[::-1])
        go()

        assert (cover().status, cover().over) == (CoverStatus.WITHDRAWN, EndReason.REFUND)
        assert [one["cover_id"] for one in insurer.policies()] == [cover(2).cover_id]

    def test_a_completed_enrolment_ends_by_its_accounts_record(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        go()
        for lesson in (1, 2, 3):
            steps.release(lesson)

        deliver(raise_alerts.raise_alerts, records_of(noted, "funds", kinds=("account",)))

        assert (cover().status, cover().over) == (CoverStatus.ENDING, EndReason.COMPLETION)
        assert cover(2).status is CoverStatus.ISSUED

    def test_the_sweep_finds_what_no_record_brought_and_counts_it(self, paid: Any, insurer: Insurer, at: Clock) -> None:
        at.pass_by(minutes=11)

        assert run(sweep.sweep)["covers_followed"] == 2
        assert run(sweep.sweep)["covers_followed"] == 0
        assert cover().status is CoverStatus.WANTED

    def test_the_sweep_finds_an_end_that_no_record_brought(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        go()
        steps.a_held_refund(1)
        at.pass_by(minutes=11)

        assert run(sweep.sweep)["covers_followed"] == 1
        assert cover().status is CoverStatus.ENDING


class TestIssuing:
    def test_a_policy_for_each_over_the_class(self, noted: Any, insurer: Insurer) -> None:
        assert go() == {**NOTHING, "issue": 2}

        assert cover().status is CoverStatus.ISSUED
        assert (policy().first_day, policy().last_day) == (date(2026, 9, 7), date(2026, 12, 30))
        assert [one["policy_no"] for one in insurer.policies()] == [policy(n).policy_no for n in (1, 2)]
        assert go() == NOTHING

    def test_nothing_before_the_deposit_is_matched(self, in_memory: Any, insurer: Insurer) -> None:
        steps.open_account()

        assert go() == NOTHING
        assert insurer.policies() == []

    def test_tells_of_the_child_only_with_consent_and_keeps_that_it_did(self, noted: Any, insurer: Insurer) -> None:
        go()

        told = insurer.request_of(cover().cover_id)
        assert (told["insured_name"], told["insured_birth_month"]) == ("小示例", "2018-05")
        assert told["purpose"] == "accident_insurance"
        disclosed = cover().disclosure
        assert disclosed is not None
        assert (disclosed.told, disclosed.consent_version) == (("name", "birth_month"), "2026-09")
        nobody = insurer.request_of(cover(2).cover_id)  # of whom no consent is kept
        assert (nobody["insured_name"], nobody["insured_birth_month"]) == (None, None)
        assert cover(2).disclosure is None
        assert "小示例" not in tables.dump_memory(but=("people",))

    def test_tells_nothing_of_a_child_once_the_consent_is_withdrawn(self, noted: Any, insurer: Insurer) -> None:
        consents.withdraw(guardian_id=builders.GUARDIAN, student_id=StudentId(an_id("stu")), now=NOW)
        go()
        assert insurer.request_of(cover().cover_id)["insured_name"] is None
        assert cover().disclosure is None

    def test_a_class_that_has_begun_is_covered_from_today(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        at.pass_by(days=20)
        go()

        assert policy().first_day == date(2026, 9, 21)

    def test_a_class_that_is_over_needs_none(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        at.pass_by(days=95)

        go()

        assert (cover().status, cover().over) == (CoverStatus.WITHDRAWN, EndReason.PERIOD)
        assert insurer.policies() == []

    def test_an_enrolment_in_arrears_waits_until_it_is_paid(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        posted = builders.a_reversal(1000, original_reference=f"BK{ENROLMENT[-6:]}-1000")
        reversals.reverse(fact=posted, now=NOW)

        assert go() == {**NOTHING, "issue": 1}
        assert (cover().status, cover().asked) == (CoverStatus.WANTED, 0)
        steps.pay(ENROLMENT, 1000, reference="BK-again")
        at.pass_by(hours=4)
        assert go() == {**NOTHING, "issue": 1}


class TestTrouble:
    def test_down_for_two_days_loses_nothing_and_issues_each_once(
        self, noted: Any, insurer: Insurer, at: Clock
    ) -> None:
        insurer.faults.arm(InsurerFault.DOWN, hours=48)

        days_of(at, days=2)
        assert {cover(n).status for n in (1, 2)} == {CoverStatus.WANTED}
        assert insurer.policies() == []
        asked = insurer.requests
        assert 20 <= asked <= 40  # backed off: 192 runs, and two covers
        days_of(at, days=0.25)

        assert {cover(n).status for n in (1, 2)} == {CoverStatus.ISSUED}
        assert len(insurer.policies()) == 2

    def test_one_that_is_silent_is_left_in_peace_for_the_rest_of_the_run(
        self, in_memory: Any, insurer: Insurer
    ) -> None:
        for number in range(1, 11):
            enrolment = Enrolment(EnrolmentId(an_id("enr", number)), builders.SCHOOL, True, None)
            usecases.follow(enrolment=enrolment, now=NOW)
        steps.register()
        offering = steps.put_on_sale(builders.a_course(price_fen=1000, lessons=3))
        for number in range(1, 11):
            steps.enrol(offering, number)
            steps.pay(EnrolmentId(an_id("enr", number)), 1000)
        insurer.faults.arm(InsurerFault.DOWN)

        assert go() == NOTHING
        assert insurer.requests == 3
        assert sum(cover(number).asked for number in range(1, 11)) == 3

    def test_a_lost_reply_comes_again_with_the_same_policy(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        insurer.faults.arm(InsurerFault.LOSE, count=2)

        assert go() == NOTHING
        assert len(insurer.policies()) == 2
        at.pass_by(minutes=15)
        assert go() == {**NOTHING, "issue": 2}

        assert [one["policy_no"] for one in insurer.policies()] == [policy(n).policy_no for n in (1, 2)]

    def test_a_request_that_reaches_it_twice_is_one_policy(self, noted: Any, insurer: Insurer) -> None:
        insurer.faults.arm(InsurerFault.DUPLICATE, count=2)

        assert go() == {**NOTHING, "issue": 2}
        assert len(insurer.policies()) == 2

    def test_an_answer_that_cannot_be_understood_is_asked_for_again(
        self, noted: Any, insurer: Insurer, at: Clock
    ) -> None:
        insurer.faults.arm(InsurerFault.NONSENSE, count=2)

        assert go() == NOTHING
        at.pass_by(minutes=15)
        assert go() == {**NOTHING, "issue": 2}
        assert len(insurer.policies()) == 2

    def test_a_refusal_stays_until_somebody_asks_again(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        insurer.faults.arm(InsurerFault.REFUSE, reason="超龄")

        assert go() == {**NOTHING, "issue": 1}
        (refused,) = queries.list_by_status(CoverStatus.REFUSED, limit=9, cursor=None).rows
        assert refused.refusal == "超龄"
        days_of(at, days=0.5)
        assert queries.get(refused.enrolment_id).status is CoverStatus.REFUSED

        usecases.ask_again(enrolment_id=refused.enrolment_id, by="财务", note="已说明", now=at())
        assert go() == {**NOTHING, "issue": 1}
        assert queries.get(refused.enrolment_id).status is CoverStatus.ISSUED

    def test_killed_anywhere_issues_each_once(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        for call in (1, 2, 3):
            with killed_before("TransactWriteItems", call=call):
                go()
            at.pass_by(minutes=15)
        days_of(at, days=0.5)

        assert {cover(n).status for n in (1, 2)} == {CoverStatus.ISSUED}
        assert len(insurer.policies()) == 2

    def test_a_wrong_signature_is_not_taken_for_a_no(
        self, noted: Any, insurer: Insurer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sign = partial(signature.sign, "whsec_YW5vdGhlcg==")
        monkeypatch.setattr(wiring, "insurer", lambda: InsurerClient(url=insurer.site.url, sign=sign))

        assert go() == NOTHING
        assert cover().status is CoverStatus.WANTED

    def test_a_slow_one_is_asked_again(
        self, noted: Any, insurer: Insurer, at: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sign = partial(signature.sign, KEY)
        hurried = InsurerClient(url=insurer.site.url, sign=sign, timeout_seconds=0.2)
        monkeypatch.setattr(wiring, "insurer", lambda: hurried)
        insurer.faults.arm(InsurerFault.SLOW)

        assert go() == {**NOTHING, "issue": 1}
        at.pass_by(minutes=15)
        assert go() == {**NOTHING, "issue": 1}
        assert len(insurer.policies()) == 2


class TestEnding:
    def test_a_refund_before_it_was_asked_for_needs_no_insurer(self, noted: Any, insurer: Insurer) -> None:
        give_back(client=noted)

        assert go() == {**NOTHING, "issue": 1}
        assert cover().status is CoverStatus.WITHDRAWN
        assert len(insurer.policies()) == 1

    def test_a_refund_that_no_record_has_told_is_seen_before_it_is_asked_for(
        self, noted: Any, insurer: Insurer
    ) -> None:
        steps.a_held_refund(1)

        go()

        assert cover().status is CoverStatus.WITHDRAWN
        assert len(insurer.policies()) == 1

    def test_a_refund_between_the_lost_reply_and_the_next_try_ends_what_was_issued(
        self, noted: Any, insurer: Insurer, at: Clock
    ) -> None:
        insurer.faults.arm(InsurerFault.LOSE, count=2)
        go()
        give_back(client=noted)

        assert go() == {**NOTHING, "end": 1}
        assert cover().status is CoverStatus.ENDED
        ended = {one["cover_id"]: one["ended_at"] for one in insurer.policies()}
        assert ended[cover().cover_id] is not None
        assert ended[cover(2).cover_id] is None

    def test_a_refund_while_it_is_down_never_gets_a_policy_later(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        insurer.faults.arm(InsurerFault.DOWN, hours=1)
        go()
        late = cover()  # a request that is still on the line
        give_back(client=noted)
        at.pass_by(hours=2)

        assert go()["end"] == 1
        assert (cover().status, cover().policy) == (CoverStatus.WITHDRAWN, None)
        with pytest.raises(InsurerRefused):
            wiring.insurer().issue(late, now=at())
        assert [one["cover_id"] for one in insurer.policies()] == [cover(2).cover_id]

    def test_a_refund_after_it_began_ends_it_with_that_day(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        go()
        at.pass_by(days=10)
        give_back(client=noted)

        assert go() == {**NOTHING, "end": 1}
        assert (cover().status, cover().covered_until) == (CoverStatus.ENDED, date(2026, 9, 11))
        assert insurer.policies()[0]["covered_until"] == "2026-09-11"
        assert insurer.policies()[0]["end_reason"] == "refund"
        assert go() == NOTHING

    def test_a_refund_before_it_began_covers_nothing(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        go()
        give_back(client=noted)

        assert go() == {**NOTHING, "end": 1}
        assert (cover().status, cover().covered_until) == (CoverStatus.ENDED, None)

    def test_an_end_is_tried_until_it_is_answered(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        go()
        give_back(client=noted)
        insurer.faults.arm(InsurerFault.DOWN, hours=48)
        days_of(at, days=2)
        assert cover().status is CoverStatus.ENDING
        insurer.faults.arm(InsurerFault.LOSE)
        days_of(at, days=0.5)

        assert cover().status is CoverStatus.ENDED

    def test_a_period_that_is_over_ends_by_itself(self, noted: Any, insurer: Insurer, at: Clock) -> None:
        go()
        asked = insurer.requests
        at.now = builders.NOW.replace(year=2026, month=12, day=30, hour=15, minute=59)
        assert go() == NOTHING
        at.pass_by(minutes=1)

        assert go() == {**NOTHING, "expiry": 2}
        assert (cover().status, cover().over, cover().covered_until) == (
            CoverStatus.ENDED,
            EndReason.PERIOD,
            date(2026, 12, 30),
        )
        assert insurer.requests == asked


class TestTwoRunsAtOnce:
    def test_issue_each_once(self, on_engine: Any, insurer: Insurer, monkeypatch: pytest.MonkeyPatch) -> None:
        put_paid()
        for number in (1, 2):
            covers.follow(EnrolmentId(an_id("enr", number)))

        with ThreadPoolExecutor(4) as hands:
            done = list(hands.map(lambda _: go(), range(4)))

        assert sum(one["issue"] for one in done) == 2
        assert {cover(n).status for n in (1, 2)} == {CoverStatus.ISSUED}
        assert len(insurer.policies()) == 2
        assert insurer.requests == 2

    def test_a_refund_in_the_middle_of_it_is_ended(self, on_engine: Any, insurer: Insurer) -> None:
        put_paid()
        covers.follow(ENROLMENT)
        refund = steps.agree_to_refund(steps.ask_for_refund(1))

        with ThreadPoolExecutor(2) as hands:
            running = hands.submit(go)
            steps.hold_refund(refund)
            covers.follow(ENROLMENT)
            running.result()
        go()

        issued = insurer.policies()
        assert cover().status is (CoverStatus.ENDED if issued else CoverStatus.WITHDRAWN)
        assert all(one["ended_at"] for one in issued)
