"""The engine: what each role may do in each state of each workflow, deadlines, what may be handed in."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from shared.filings import catalogue, handing_in, rules, workflows
from shared.filings.model import (
    Action,
    Case,
    FileRef,
    Filing,
    InstitutionType,
    Material,
    Outcome,
    Review,
    Role,
    Stage,
    State,
)
from shared.kernel import errors
from shared.kernel.ids import CaseId, FileId
from shared.policy import calendar
from shared.policy.model import OwnDays
from tests.builders import NOW, POLICY, SCHOOL, an_id

TUESDAY = date(2026, 9, 1)  # the business day of NOW
FIGURES = {figure.name: figure.value for figure in POLICY.figures}
APPLICATION = workflows.in_force(Filing.APPLICATION, on=date(2026, 9, 1))
CATALOGUE = catalogue.in_force(Filing.APPLICATION, InstitutionType.COMPANY, on=date(2026, 9, 1))


def days(day: date, count: int) -> tuple[date, bool]:
    told = calendar.working_days_after(day, count, OwnDays())
    return told.day, told.assumed


def working_days(after: date, last: date) -> int:
    """How many working days there are after a day, through the last."""
    all_days = (date.fromordinal(one) for one in range(after.toordinal() + 1, last.toordinal() + 1))
    return sum(calendar.is_working_day(day, OwnDays())[0] for day in all_days)


def a_case(state: State = State.DRAFT, **changes: Any) -> Case:
    told: dict[str, Any] = {
        "case_id": CaseId(an_id("cas")),
        "filing": Filing.APPLICATION,
        "institution_id": SCHOOL,
        "institution_type": InstitutionType.COMPANY,
        "subject": "星河舞蹈",
        "state": state,
        "workflow_version": APPLICATION.version,
        "catalogue_version": CATALOGUE.version,
        "policy_version": POLICY.version,
        "opened_at": NOW,
        "history": (Stage(state, None, NOW, "usr"),),
    }
    return Case(**{**told, **changes})


def a_ref(number: int = 1) -> FileRef:
    return FileRef(FileId(an_id("fil", number)), f"{number}.pdf", "0" * 64)


def move(case: Case, action: Action, role: Role, *, later: timedelta = timedelta()) -> Case:
    return rules.moved(case, APPLICATION, action, role, by="x", now=NOW + later, figures=FIGURES, days=days)


class TestFindRule:
    @pytest.mark.parametrize("workflow", workflows.versions(), ids=lambda one: one.version)
    def test_each_action_in_each_state_by_each_role_is_possible_or_refused_by_its_name(self, workflow: Any) -> None:
        for state, action, role in product(State, Action, Role):
            possible = {one.action: one.roles for one in workflow.steps[state].rules if not one.outcomes}
            try:
                rule = rules.find_rule(workflow, state, action, role, None)
            except rules.ActionNotYours:
                assert role not in possible[action]
            except rules.ActionNotNow:
                assert action not in possible
            else:
                assert role in possible[action]
                assert rule.next in workflow.steps

    def test_what_was_decided_tells_what_follows(self) -> None:
        def publicise(outcome: Outcome) -> object:
            return rules.find_rule(APPLICATION, State.DECIDED, Action.PUBLICISE, Role.SUPERVISOR, outcome)

        assert publicise(Outcome.PASS)
        with pytest.raises(rules.ActionNotNow):
            publicise(Outcome.FAIL)


class TestMoved:
    def test_a_case_comes_to_the_next_state_with_its_deadline(self) -> None:
        after = move(a_case(), Action.SUBMIT, Role.SCHOOL)

        assert (after.state, after.history[-1].action) == (State.SUBMITTED, Action.SUBMIT)
        assert after.due is not None
        assert (after.due.owner, after.due.day) == (Role.REVIEWER, date(2026, 9, 8))

    def test_corrections_are_asked_for_within_five_working_days_of_the_acceptance(self) -> None:
        accepted = move(a_case(State.SUBMITTED), Action.ACCEPT, Role.REVIEWER)

        assert accepted.due is not None
        assert (accepted.due.owner, accepted.due.day) == (Role.REVIEWER, date(2026, 9, 8))
        assert working_days(TUESDAY, accepted.due.day) == FIGURES["filing_correction_working_days"] == 5

    def test_a_decision_is_made_within_twenty_of_the_acceptance(self) -> None:
        case = move(a_case(State.SUBMITTED), Action.ACCEPT, Role.REVIEWER)
        for action in (Action.BEGIN_REVIEW, Action.ORDER_VISIT):
            case = move(case, action, Role.REVIEWER, later=timedelta(days=3))

        assert case.due is not None
        assert (case.due.owner, case.due.day) == (
            Role.SUPERVISOR,
            date(2026, 9, 29),
        )  # a Sunday is worked, one day is off
        assert working_days(TUESDAY, case.due.day) == FIGURES["filing_decision_working_days"] == 20

    def test_a_decision_is_made_within_twenty_of_the_last_correction(self) -> None:
        case = move(a_case(State.SUBMITTED), Action.ACCEPT, Role.REVIEWER)
        for action, role in (
            (Action.BEGIN_REVIEW, Role.REVIEWER),
            (Action.REQUEST_CORRECTIONS, Role.REVIEWER),
            (Action.RESUBMIT, Role.SCHOOL),
            (Action.ORDER_VISIT, Role.REVIEWER),
        ):
            case = move(case, action, role, later=timedelta(days=1))

        assert case.due is not None
        assert case.due.day == date(2026, 9, 30)

    def test_an_action_that_stays_changes_nothing(self) -> None:
        assert move(a_case(), Action.EDIT, Role.SCHOOL) == a_case()

    def test_a_deadline_may_run_since_an_earlier_state(self) -> None:
        accepted = move(a_case(State.SUBMITTED), Action.ACCEPT, Role.REVIEWER)
        reviewed = move(accepted, Action.BEGIN_REVIEW, Role.REVIEWER, later=timedelta(days=3))

        assert reviewed.due is not None
        assert reviewed.due.day == date(2026, 9, 8)

    def test_a_day_that_no_calendar_covers_is_said_to_be_assumed(self) -> None:
        after = move(a_case(), Action.SUBMIT, Role.SCHOOL, later=timedelta(days=365))

        assert after.due is not None
        assert after.due.assumed


class TestCheckMaterial:
    TODAY = date(2026, 9, 1)

    def test_a_file_that_the_item_takes_is_taken(self) -> None:
        item = CATALOGUE.find("business_licence")
        assert item is not None

        assert handing_in.check_material(item, [(a_ref(), "image/png", 1)], None, today=self.TODAY) == (a_ref(),)

    @pytest.mark.parametrize(
        ("code", "files", "expires_on", "refusal", "pointer"),
        [
            ("charge_rules", [(a_ref(), "image/png", 1)], None, handing_in.WrongFileType, "/files/0"),
            ("charge_rules", [(a_ref(), "application/pdf", 5_000_001)], None, handing_in.FileTooLarge, "/files/0"),
            (
                "charge_rules",
                [(a_ref(n), "application/pdf", 1) for n in (1, 2)],
                None,
                handing_in.TooManyFiles,
                "/files",
            ),
            ("business_licence", [(a_ref(), "image/png", 1)] * 2, None, handing_in.TooManyFiles, "/files"),
            ("fire_inspection", [(a_ref(), "image/png", 1)], None, handing_in.ExpiryNeeded, "/expires_on"),
            ("fire_inspection", [(a_ref(), "image/png", 1)], TODAY, handing_in.ExpiryNeeded, "/expires_on"),
            ("charge_rules", [(a_ref(), "application/pdf", 1)], TODAY, handing_in.ExpiryNotAsked, "/expires_on"),
        ],
    )
    def test_what_it_does_not_take_is_refused_with_a_pointer(
        self, code: str, files: Any, expires_on: date | None, refusal: type[errors.Refusal], pointer: str
    ) -> None:
        item = CATALOGUE.find(code)
        assert item is not None

        with pytest.raises(refusal) as refused:
            handing_in.check_material(item, files, expires_on, today=self.TODAY)
        assert refused.value.pointer == pointer


class TestCheckComplete:
    def test_each_gap_is_named(self) -> None:
        with pytest.raises(handing_in.MaterialsMissing) as refused:
            handing_in.check_complete(a_case(), CATALOGUE, today=date(2026, 9, 1))

        assert refused.value.pointer == "/materials/business_licence"
        assert "消防验收或安全检查合格证明" in refused.value.sentence("zh")
        assert "Anything else" not in refused.value.sentence("en")

    def test_what_was_returned_must_have_changed(self) -> None:
        given = {item.code: Material((a_ref(),), None, 1) for item in CATALOGUE.items}
        given["fire_inspection"] = Material((a_ref(),), None, 1, Review.RETURNED, "已过期")

        with pytest.raises(handing_in.NotCorrected) as refused:
            handing_in.check_complete(a_case(materials=given), CATALOGUE, today=date(2026, 9, 1))
        assert refused.value.pointer == "/materials/fire_inspection"


class TestInstitutionType:
    def test_the_credit_code_says_what_it_is(self) -> None:
        assert rules.institution_type("91370305MA3C00001X") is InstitutionType.COMPANY
        assert rules.institution_type("52370305MA3C00001X") is InstitutionType.NON_PROFIT
