"""A case from step to step; objections; the check."""

from datetime import date, timedelta

import pytest

from shared.dynamo import transaction
from shared.institutions import store as institutions
from shared.institutions import usecases as institution_usecases
from shared.kernel.ids import InstitutionId
from shared.kernel.money import Fen
from shared.terminations import notices, rules, usecases
from shared.terminations.model import PLATFORM, Case, Objection, Standing, Step
from shared.terminations.store import cases, objections
from tests import builders, steps
from tests.builders import NOW, POLICY, SCHOOL
from tests.tables import dump_memory, just_before
from tests.terminations.examples import RETURNS, issue, put_case, use

pytestmark = pytest.mark.usefixtures("in_memory", "hurried")
NOTHING: rules.Remaining = {}
LATER = NOW + timedelta(days=20)


def object_to(text: str = "还欠我两节课", **changes: object) -> Objection:
    told: dict[str, object] = {
        "institution_id": SCHOOL,
        "by_whom": "一位家长",
        "text": text,
        "by": "officer",
        "now": NOW,
    }
    return usecases.object_to(**{**told, **changes})  # type: ignore[arg-type]


def decide(objection: Objection, *, uphold: bool, reason: str = "查明") -> Case:
    return usecases.decide_objection(
        institution_id=SCHOOL,
        objection_id=objection.objection_id,
        uphold=uphold,
        reason=reason,
        by="supervisor",
        now=NOW,
    )


def check(*, remaining: rules.Remaining = NOTHING, now: object = LATER, minimum_fen: int = 20_000) -> Case:
    return usecases.check_liabilities(
        institution_id=SCHOOL,
        remaining=remaining,
        figures={"held_fen": 0},
        minimum_fen=Fen(minimum_fen),
        payable_fen=Fen(667 if minimum_fen else 0),
        by="finance",
        now=now,  # type: ignore[arg-type]
    )


class TestOpening:
    def test_stops_the_school_and_opens_its_case_at_once(self) -> None:
        steps.register()
        steps.terminate()

        school = institutions.get(SCHOOL)
        case = cases.get(SCHOOL)
        assert (school.status, case.step, case.standing) == ("terminating", Step.STOPPED, Standing.OPEN)
        assert [(one.step, one.at, one.by) for one in case.history] == [(Step.STOPPED, NOW, "科长")]
        assert [one.change for one in institutions.list_changes(SCHOOL)] == ["terminating", "licensed"]

    def test_of_a_suspended_school_too(self) -> None:
        steps.register()
        steps.suspend()
        steps.terminate(now=NOW + timedelta(minutes=2))
        assert institutions.get(SCHOOL).status == "terminating"

    def test_twice_is_refused_and_changes_nothing(self) -> None:
        steps.register()
        steps.terminate()
        before = dump_memory()
        from shared.institutions.rules import StatusCantChange

        with pytest.raises(StatusCantChange):
            steps.terminate(now=NOW + timedelta(minutes=1))
        assert dump_memory() == before

    def test_two_at_once_open_one(self) -> None:
        steps.register()
        with (
            just_before("TransactWriteItems", lambda: steps.terminate(now=NOW + timedelta(minutes=1))),
            pytest.raises(cases.CaseExists),
        ):
            steps.terminate()
        assert cases.get(SCHOOL).opened_at == NOW + timedelta(minutes=1)

    def test_lets_nothing_be_frozen_or_let_go_any_more(self) -> None:
        steps.register()
        steps.freeze()
        steps.terminate(now=NOW + timedelta(minutes=1))
        from shared.institutions.rules import MoneyStopped

        for act in (institution_usecases.freeze, institution_usecases.thaw):
            with pytest.raises(MoneyStopped):
                act(institution_id=SCHOOL, reason="查清", by="科长", now=NOW)

    def test_wins_against_a_thaw_that_was_decided_before_it(self) -> None:
        steps.register()
        steps.freeze()
        with (
            just_before("TransactWriteItems", lambda: steps.terminate(now=NOW + timedelta(minutes=1))),
            pytest.raises(institutions.StatusChanged),
        ):
            steps.thaw()
        with pytest.raises(institutions.ReleasesStopped):
            transaction.commit([institutions.releasing_latch(SCHOOL, spread_by="enr_1")])


class TestSettlingPart:
    @pytest.mark.parametrize("step", Step)
    def test_holds_only_while_lessons_are_settled(self, step: Step) -> None:
        put_case(step)
        if step in (Step.SETTLING, Step.REFUNDING):
            transaction.commit([cases.settling(SCHOOL)])
        else:
            with pytest.raises(cases.NotSettling):
                transaction.commit([cases.settling(SCHOOL)])

    def test_does_not_hold_for_a_school_without_a_case(self) -> None:
        with pytest.raises(cases.NotSettling):
            transaction.commit([cases.settling(SCHOOL)])


class TestSteps:
    def test_are_noted_with_when_and_by_whom(self) -> None:
        put_case()
        usecases.begin_settling(institution_id=SCHOOL, now=NOW)
        usecases.begin_settling(institution_id=SCHOOL, now=LATER)  # twice is once
        usecases.begin_refunding(institution_id=SCHOOL, by="officer", now=NOW)
        case = usecases.publicise(institution_id=SCHOOL, unsettled=NOTHING, policy=POLICY, by="officer", now=NOW)

        assert [(one.step, one.by) for one in case.history[1:]] == [
            (Step.SETTLING, PLATFORM),
            (Step.REFUNDING, "officer"),
            (Step.PUBLICITY, "officer"),
        ]
        assert (case.publicity_until, case.publicity_assumed) == (date(2026, 9, 15), False)

    def test_no_publicity_while_a_student_is_unsettled(self) -> None:
        put_case(Step.REFUNDING)
        before = dump_memory()
        with pytest.raises(rules.StudentsUnsettled, match="2 enrolments"):
            usecases.publicise(
                institution_id=SCHOOL,
                unsettled={"students": ("2 笔报名", "2 enrolments")},
                policy=POLICY,
                by="officer",
                now=NOW,
            )
        assert dump_memory() == before

    def test_the_refunds_begin_once(self) -> None:
        put_case(Step.REFUNDING)
        with pytest.raises(rules.StepNotNext):
            usecases.begin_refunding(institution_id=SCHOOL, by="officer", now=NOW)

    def test_a_school_without_a_case_has_none(self) -> None:
        with pytest.raises(cases.UnknownCase):
            usecases.begin_refunding(institution_id=SCHOOL, by="officer", now=NOW)


class TestObjections:
    def test_count_until_they_are_decided(self) -> None:
        put_case(Step.PUBLICITY)
        objection = object_to()
        assert cases.get(SCHOOL).objections_open == 1
        with pytest.raises(rules.ObjectionsOpen):
            check()

        case = decide(objection, uphold=False)

        assert (case.step, case.objections_open) == (Step.PUBLICITY, 0)
        [kept] = objections.list_of(SCHOOL)
        assert (kept.status, kept.decision, kept.decided_by) == ("dismissed", "查明", "supervisor")

    def test_one_that_is_upheld_leads_back_to_the_students(self) -> None:
        put_case(Step.PUBLICITY)
        case = decide(object_to(), uphold=True)
        assert (case.step, case.objections_open) == (Step.REFUNDING, 0)

    def test_one_that_is_upheld_does_not_hide_another(self) -> None:
        put_case(Step.PUBLICITY)
        first, second = object_to("第一条"), object_to("第二条")
        decide(first, uphold=True)
        assert decide(second, uphold=False).objections_open == 0

    def test_the_same_twice_is_one(self) -> None:
        put_case(Step.PUBLICITY)
        assert object_to() == object_to()
        assert cases.get(SCHOOL).objections_open == 1

    def test_two_at_once_are_two(self) -> None:
        put_case(Step.PUBLICITY)
        with just_before("TransactWriteItems", lambda: object_to("另一条")):
            object_to()
        assert cases.get(SCHOOL).objections_open == 2

    def test_are_decided_once(self) -> None:
        put_case(Step.PUBLICITY)
        objection = object_to()
        decide(objection, uphold=False)
        with pytest.raises(rules.ObjectionDecided):
            decide(objection, uphold=True)

    @pytest.mark.parametrize("step", [step for step in Step if step is not Step.PUBLICITY])
    def test_are_recorded_only_while_it_is_public(self, step: Step) -> None:
        put_case(step)
        with pytest.raises(rules.StepNotNext):
            object_to()

    @pytest.mark.parametrize("text", ["", "  ", "长" * 501])
    def test_say_something(self, text: str) -> None:
        put_case(Step.PUBLICITY)
        with pytest.raises(rules.TextNeeded):
            object_to(text)

    def test_one_that_is_not_there_is_missing(self) -> None:
        put_case(Step.PUBLICITY)
        with pytest.raises(objections.UnknownObjection):
            usecases.decide_objection(
                institution_id=SCHOOL, objection_id="obj_1", uphold=True, reason="查明", by="supervisor", now=NOW
            )


class TestCheckLiabilities:
    def test_keeps_what_was_looked_at(self) -> None:
        put_case(Step.PUBLICITY)
        case = check()
        assert case.step is Step.ZERO_LIABILITY
        assert case.check is not None
        assert (case.check.by, case.check.figures, case.check.minimum_fen) == ("finance", {"held_fen": 0}, 20_000)

    def test_can_be_done_again_until_the_notice(self) -> None:
        put_case(Step.ZERO_LIABILITY)
        assert check().history[-1].step is Step.ZERO_LIABILITY

    def test_is_refused_with_what_remains(self) -> None:
        put_case(Step.PUBLICITY)
        before = dump_memory()
        with pytest.raises(rules.LiabilitiesRemain) as refused:
            check(
                remaining={"suspense": ("待查款 8.80 元", "Suspense 8.80 yuan"), "behind": ("汇总尚未跟上", "behind")}
            )
        assert refused.value.sentence("zh") == "仍有未了结的款项：待查款 8.80 元、汇总尚未跟上。"
        assert dump_memory() == before

    def test_waits_for_the_publicity(self) -> None:
        put_case(Step.PUBLICITY)
        with pytest.raises(rules.PublicityRunning):
            check(now=NOW)


class TestCheckAgain:
    """After a notice, for a supplementary one."""

    @pytest.fixture(autouse=True)
    def issued(self, in_memory: object) -> None:
        put_case(Step.ZERO_LIABILITY)
        self.notice = issue()

    def use_up(self) -> None:
        for place in (0, 1):
            transaction.commit([use(self.notice, place)])

    @pytest.mark.parametrize("closed", [False, True])
    def test_leads_to_another_notice_once_the_last_is_used_also_of_a_closed_case(self, closed: bool) -> None:
        self.use_up()
        if closed:
            transaction.commit([notices.closing(institution_id=SCHOOL, now=NOW)])
            assert cases.list_open() == []
        case = check(minimum_fen=5)
        assert (case.step, case.check and case.check.minimum_fen, case.standing) == ("zero_liability", 5, "open")
        assert issue(returns=RETURNS[:1]).supplements == self.notice.number

    def test_not_while_the_bank_may_still_pay(self) -> None:
        before = dump_memory()
        with pytest.raises(rules.NoticeStands):
            check()
        assert dump_memory() == before

    def test_not_over_nothing_and_not_while_anybody_is_owed(self) -> None:
        self.use_up()
        before = dump_memory()
        with pytest.raises(rules.NothingToReturn):
            check(minimum_fen=0)
        with pytest.raises(rules.LiabilitiesRemain):
            check(remaining={"interest": ("利息待分配", "interest")})
        assert dump_memory() == before

    def test_two_at_once_lead_to_one_check(self) -> None:
        self.use_up()
        with just_before("TransactWriteItems", lambda: check(minimum_fen=5)):
            check(minimum_fen=5)
        assert [one.step for one in cases.get(SCHOOL).history].count(Step.ZERO_LIABILITY) == 2


class TestList:
    def test_has_open_and_closed_cases_apart(self) -> None:
        put_case()
        put_case(Step.CLOSED, institution_id=InstitutionId(builders.an_id("ins", 2)))

        found = {one: cases.list_by_standing(one, limit=10, cursor=None).rows for one in Standing}

        assert [case.institution_id for case in found[Standing.OPEN]] == [SCHOOL]
        assert [case.step for case in found[Standing.CLOSED]] == [Step.CLOSED]
        assert [case.institution_id for case in cases.list_open()] == [SCHOOL]
        assert cases.count_open(at_most=100) == 1
